"""Every event survives the way to text and back; what is wrong is named."""

import json
from typing import Any

import pytest
from hypothesis import given

from operator_app.domain.event import BadRecordError, Event, from_record, to_record
from operator_app.domain.facts.call import CallClassified, CallOffered, CallRecorded
from operator_app.domain.facts.fact import UnknownFact
from operator_app.domain.facts.incident import IncidentNoted
from operator_app.domain.ids import CallId, IncidentId, uuid7
from operator_app.domain.states import Classification
from tests.fakes.writer import Writer
from tests.unit.domain.events import event, histories


@given(histories())
def test_events_survive_json(events: list[Event]) -> None:
    for each in events:
        assert from_record(json.loads(json.dumps(to_record(each)))) == each


@pytest.mark.parametrize(
    "fact",
    [
        CallOffered(CallId("c"), "in", None, "tanpa nomor"),
        CallRecorded(CallId("c"), ("a.wav", "b.wav"), ("00", "11"), 2.0),
        CallClassified(CallId("c"), Classification.PRANK),
    ],
)
def test_call_facts_survive_json(fact: CallOffered | CallRecorded | CallClassified) -> None:
    each = event(fact)
    assert from_record(json.loads(json.dumps(to_record(each)))) == each


def test_a_fact_of_a_newer_version_is_kept_whole() -> None:
    record = to_record(event(CallClassified(CallId("c"), Classification.TEST)))
    record |= {"op": "incident.weather", "v": 7, "incident_id": "i1", "body": {"wind": ["N", 3]}}
    kept = from_record(record)
    assert kept.fact == UnknownFact("incident.weather", 7, '{"wind": ["N", 3]}', IncidentId("i1"))
    assert to_record(kept) == record


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"body": {"call_id": "c", "classification": "joke"}}, "joke"),
        ({"body": {"classification": "test"}}, "call_id"),
        ({"occurred_at": "2026-11-23T06:00:00"}, "time zone"),
        ({"seq": "many"}, "many"),
    ],
)
def test_a_broken_record_is_refused_with_the_reason(change: dict[str, object], word: str) -> None:
    record = to_record(event(CallClassified(CallId("c"), Classification.TEST))) | change
    with pytest.raises(BadRecordError, match=word):
        from_record(record)


def test_uuid7_sorts_by_time_and_has_its_version() -> None:
    early, late = uuid7(1_000, bytes(10)), uuid7(1_001, bytes(10))
    assert early < late
    assert early[14] == "7"
    assert uuid7(1, b"\xff" * 10)[19] in "89ab"


@pytest.mark.parametrize(
    "bad",
    [
        {"occurred_at": "9999-12-31T23:59:59+00:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"body": [1]},
        {"body": None},
        {"body": "[" * 5000},
        {"body": "{"},
        {"hlc": float("inf")},
        {"v": "one"},
        {"op": "dispatch.sent", "body": {"dispatch_id": "d", "agency": "A", "ack_within_s": 10**400}},
        {"op": "dispatch.sent", "body": {"dispatch_id": "d", "agency": "A", "ack_within_s": 2 * 10**9}},
        {
            "op": "place.kept",
            "body": {"place_id": "p", "label": "", "kind": "", "lat": float("nan"), "lon": 0},
        },
        {"op": "place.kept", "body": {"place_id": "p", "label": "", "kind": "", "lat": 1e300, "lon": 0}},
    ],
)
def test_whatever_a_record_holds_it_is_an_event_or_a_bad_record(bad: dict[str, Any]) -> None:
    good = to_record(Writer().event(IncidentNoted(IncidentId("i"), "x")))
    assert from_record(good).fact == IncidentNoted(IncidentId("i"), "x")
    with pytest.raises(BadRecordError):
        from_record({**good, **bad})
