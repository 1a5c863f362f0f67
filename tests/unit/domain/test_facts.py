"""Every fact says of itself what board, stores, server and windows have to know; none of these keeps a list."""

import dataclasses
import json
from pathlib import Path
from typing import get_type_hints

import pytest

from operator_app.domain.bounds import FILE_CHARS, LINE_CHARS, NAME_CHARS
from operator_app.domain.event import from_record, to_record
from operator_app.domain.facts import BY_OP, FACTS
from operator_app.domain.facts.fact import Fact, Lasts, Personal, Thing, ToldTo, Writer
from operator_app.domain.facts.incident import INCIDENT_FIELDS
from operator_app.domain.facts.shape import row_of, words_of
from operator_app.domain.ids import SeatName
from tests.fakes.any_fact import any_fact
from tests.unit.domain.events import event

every_fact = pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.op)


def fields_of(kind: type[Fact]) -> set[str]:
    return {each.name for each in dataclasses.fields(kind)}


def test_each_fact_has_its_own_op() -> None:
    assert len(BY_OP) == len(FACTS) >= 33


@every_fact
def test_a_fact_says_what_it_is_about(kind: type[Fact]) -> None:
    assert kind.about
    assert {each.by for each in kind.about} <= fields_of(kind) | {""}
    things = any_fact(kind).things(SeatName("M1"))
    assert [thing.sort for thing in things] == [each.sort for each in kind.about]
    assert all(thing.id for thing in things)


@every_fact
def test_a_fact_says_how_long_it_lasts(kind: type[Fact]) -> None:
    assert kind.lasts in Lasts
    sorts = {each.sort for each in kind.about}
    assert (kind.lasts is Lasts.AS_ITS_THING) == bool(sorts & {"incident", "call"}), (
        "incidents and calls are loaded and forgotten as a whole; whatever is about something else must be found anew"
    )


@every_fact
def test_a_fact_says_who_writes_and_who_reads_it(kind: type[Fact]) -> None:
    assert kind.written_by
    assert set(kind.written_by) <= set(Writer)
    assert kind.told_to in ToldTo


@every_fact
def test_a_fact_says_which_of_its_words_are_personal(kind: type[Fact]) -> None:
    assert set(kind.personal) <= fields_of(kind)
    own = {name for name in kind.__annotations__ if get_type_hints(kind)[name] in (str, str | None)}
    assert not own or "personal" in vars(kind), (
        "a fact with words of its own says which of them tell of persons"
    )
    if kind.told_to is ToldTo.MASKED:
        assert kind.personal


@every_fact
def test_what_can_contradict_each_other_is_told_by_words_of_the_fact(kind: type[Fact]) -> None:
    assert set(kind.clash_by or ()) <= fields_of(kind)


def test_the_fields_of_an_incident_say_whether_they_tell_of_a_person() -> None:
    assert {name for name, each in INCIDENT_FIELDS.items() if each in (Personal.NAME, Personal.NUMBER)} == {
        "caller_name",
        "caller_number",
    }


def test_a_fact_without_its_thing_is_about_what_is_left() -> None:
    opened = any_fact(BY_OP["incident.opened"], 1)
    assert [each.sort for each in opened.things(SeatName("M1"))] == ["incident"]


def test_what_a_seat_tells_of_itself_is_about_that_seat() -> None:
    assert any_fact(BY_OP["seat.state"]).things(SeatName("M7")) == [Thing("seat", "M7")]


@every_fact
def test_a_fact_survives_its_record(kind: type[Fact]) -> None:
    for number in range(6):
        made = event(any_fact(kind, number))
        assert from_record(json.loads(json.dumps(to_record(made)))) == made


def test_records_of_the_first_release_are_written_as_they_were_to_the_byte() -> None:
    lines = Path(__file__).with_name("records_of_0011.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 66
    assert [
        json.dumps(to_record(from_record(json.loads(each))), ensure_ascii=False) for each in lines
    ] == lines


@every_fact
def test_a_fact_can_be_told_to_the_server_in_plain_values(kind: type[Fact]) -> None:
    row = json.loads(json.dumps(row_of(kind)))
    assert row == row_of(kind)
    assert set(row["words"]) == fields_of(kind) - {"incident_id"}


def test_each_sort_of_word_has_its_name() -> None:
    assert words_of(BY_OP["call.offered"])["number"] == {
        "is": "text",
        "may_lack": True,
        "longest": LINE_CHARS,
    }
    assert words_of(BY_OP["call.recorded"]) == {
        "call_id": {"is": "text", "longest": NAME_CHARS},
        "files": {"is": "text", "many": True, "longest": FILE_CHARS, "base_name": True},
        "sha256": {"is": "text", "many": True, "longest": NAME_CHARS},
        "seconds": {"is": "number"},
    }
    assert words_of(BY_OP["incident.major"]) == {"major": {"is": "yes_no"}}
    assert words_of(BY_OP["dispatch.sent"])["ack_within_s"] == {"is": "whole"}
    assert words_of(BY_OP["seat.state"]) == {
        "state": {"is": "text", "one_of": ["ready", "talking", "wrap_up", "break", "away"]}
    }
    assert words_of(BY_OP["incident.field_set"])["settles"] == {
        "is": "text",
        "many": True,
        "may_lack": True,
        "longest": NAME_CHARS,
    }
