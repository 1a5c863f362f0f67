"""The fold of the domain and the fold of the database are one: over any events, in any order, in any batches."""

import dataclasses
import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from operator_app.domain.call import Call, joined
from operator_app.domain.event import Event, to_record
from operator_app.domain.facts.call import (
    CallAnswered,
    CallClassified,
    CallConferenced,
    CallConsulted,
    CallEnded,
    CallerChanged,
    CallIdentified,
    CallKeyPressed,
    CallLinked,
    CallOffered,
    CallRecorded,
    CallRefusedAgain,
    CallReplaced,
    CallTransferred,
    CallUnlinked,
)
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.fact import Fact, UnknownFact, call_of
from operator_app.domain.facts.incident import (
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    IncidentNoted,
    IncidentOpened,
    IncidentTaken,
)
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import AgencyCode, CallId, EventId, IncidentId, JournalId, SeatName
from operator_app.domain.incident import FieldValue, Incident
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, SeatState
from operator_app.workflow.board import Board
from tests.fakes.writer import START, fresh_id
from tests.postgres_fixtures import Database, Postgres

PEOPLE = {"caller_name", "caller_number"}
INCIDENTS, CALLS = st.sampled_from(["i1", "i2"]), st.sampled_from(["c1", "c2", "c3"])
DISPATCHES, WORDS = (
    st.sampled_from(["d1", "d2"]),
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=9),
)
VALUES = st.sampled_from(
    ["1", "5", "6", "0.5,117.5", " -0.5 , +117.25", "91,0", "1e2,3", "nan,1", "1_0,2", ".5,1", "7.,8", ""]
)
FIELDS = st.sampled_from(
    ["place", "text", "priority", "position", "kind", "caller_name", "caller_number", "later", ""]
)


def build(kind: Any, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Fact]:
    return st.builds(kind, *parts)


KEYS = st.none() | st.sampled_from(["k1", "k2"])
I1, C1, D1 = st.just("i1"), st.just("c1"), st.just("d1")
OF_A_CALL = st.one_of(
    build(CallOffered, CALLS, st.sampled_from(["in", "out"]), st.none() | WORDS, WORDS, KEYS),
    build(CallAnswered, CALLS),
    build(CallEnded, CALLS, st.sampled_from(["remote", "local", "failure"]), st.integers(0, 699), WORDS),
    build(CallClassified, C1, st.sampled_from(Classification)),
    build(CallLinked, C1, INCIDENTS),
    build(CallUnlinked, C1, INCIDENTS),
    build(IncidentOpened, INCIDENTS, st.sampled_from(["n1", "n2"]), st.none() | CALLS),
    build(CallOffered, C1, st.sampled_from(["in", "out"]), st.none() | WORDS, WORDS),
    build(CallAnswered, C1),
    build(
        CallEnded,
        C1,
        st.sampled_from(["remote", "local", "failure", "elsewhere"]),
        st.integers(0, 699),
        WORDS,
    ),
    build(CallClassified, C1, st.sampled_from(Classification)),
    build(CallLinked, C1, INCIDENTS),
    build(IncidentOpened, INCIDENTS, st.sampled_from(["n1", "n2"]), st.none() | CALLS),
    build(CallConsulted, C1, CALLS, WORDS),
    build(CallConferenced, C1, st.tuples(CALLS, CALLS)),
    build(
        CallTransferred,
        C1,
        WORDS,
        st.booleans(),
        st.sampled_from(["done", "failed", "unknown"]),
        st.integers(0, 699),
    ),
    build(CallReplaced, C1, CALLS),
    build(CallIdentified, CALLS, st.lists(WORDS, max_size=2).map(tuple), WORDS),
    build(CallerChanged, C1, st.none() | WORDS, WORDS),
    build(CallRefusedAgain, C1, st.integers(2, 99)),
    build(CallKeyPressed, C1, st.sampled_from("0123456789*#ABCD")),
    build(CallRecorded, C1, st.just(("c1-a.wav", "c1-b.wav")), st.tuples(WORDS), st.floats(0, 1e6)),
)
OF_A_FIELD = build(FieldSet, I1, st.just("place"), st.sampled_from(["a", "b", None]))
OF_A_CHOICE = st.one_of(
    OF_A_FIELD, build(FieldSet, I1, st.just("place"), st.sampled_from("abc"), st.just(("settles",)))
)
OF_FIELDS = build(FieldSet, INCIDENTS, FIELDS, st.none() | VALUES | WORDS)
WAYS = [IncidentStatus.FORWARDED, IncidentStatus.HANDLED, IncidentStatus.DONE]
OF_THE_STATUS = build(IncidentMoved, I1, st.sampled_from([*WAYS, *WAYS, *IncidentStatus]), WORDS)
OF_THE_OWNER = st.one_of(
    build(IncidentOpened, I1, st.just("n1"), st.none()), build(IncidentTaken, I1, st.just("M9"))
)
OF_A_DISPATCH = st.one_of(
    build(DispatchSent, I1, D1, st.sampled_from(["DAMKAR", "BPBD"]).map(AgencyCode), st.integers(-1, 900)),
    build(DispatchDelivered, I1, D1),
    build(DispatchMoved, I1, D1, st.sampled_from(DispatchState), WORDS),
    build(DispatchOverdue, I1, D1),
)
OF_ANYTHING = st.one_of(
    OF_A_CALL,
    build(CallOffered, CALLS, st.sampled_from(["in", "out"]), st.none() | WORDS, WORDS, KEYS),
    OF_FIELDS,
    build(IncidentMoved, INCIDENTS, st.sampled_from(IncidentStatus), WORDS),
    build(IncidentNoted, INCIDENTS, WORDS),
    build(IncidentTaken, INCIDENTS, st.just("M9")),
    build(AnswerGiven, INCIDENTS, st.integers(0, 3), WORDS, st.none() | WORDS),
    build(DispatchSent, INCIDENTS, DISPATCHES, st.just(AgencyCode("BPBD")), st.integers(-1, 900)),
    build(DispatchMoved, INCIDENTS, DISPATCHES, st.sampled_from(DispatchState), WORDS),
    build(SeatStateChanged, st.sampled_from(SeatState)),
    build(
        UnknownFact,
        st.just("incident.sung_to"),
        st.just(1),
        st.just('{"tune": [1, "a"]}'),
        st.none() | INCIDENTS,
    ),
    build(UnknownFact, st.just("incident.moved"), st.just(2), st.just('{"to": "moon"}'), INCIDENTS),
    build(UnknownFact, st.just("call.answered"), st.just(2), st.just('{"call_id": 7}')),
)
FACTS = [
    OF_A_CALL,
    OF_A_FIELD,
    OF_A_CHOICE,
    OF_FIELDS,
    OF_THE_STATUS,
    OF_THE_OWNER,
    OF_A_DISPATCH,
    OF_ANYTHING,
]
"""One sort of facts a history, so that each rule meets its rare cases; and all sorts at once."""


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Fact, int, int, int | None]]:
    """Seat, fact, stamp, second and base (place in the list) of each event; stamps often collide."""
    facts = draw(st.lists(draw(st.sampled_from(FACTS)), min_size=1, max_size=25))
    return [
        (
            draw(st.sampled_from(["M1", "M2", "D1"])),
            fact,
            draw(st.integers(1, 20)),
            draw(st.integers(0, 9)),
            draw(st.none() | st.integers(0, len(facts) - 1)),
        )
        for fact in facts
    ]


def with_own_ids(history: list[tuple[str, Fact, int, int, int | None]]) -> list[Event]:
    """The history as events, under ids that no other example has."""
    mark = fresh_id()
    names = {name: fresh_id() for name in ("i1", "i2")} | {
        name: f"{name}-{mark}" for name in ("c1", "c2", "c3", "k1", "k2", "n1", "n2")
    }
    journals = {seat: fresh_id() for seat in ("M1", "M2", "D1")}
    seqs = dict.fromkeys(journals, 0)
    ids = [EventId(fresh_id()) for _ in history]
    events = []
    for place, (seat, fact, stamp, second, base) in enumerate(history):
        seqs[seat] += 1
        renamed: dict[str, Any] = {
            name: names[value]
            for name in (
                "incident_id",
                "call_id",
                "key",
                *(["number"] if isinstance(fact, IncidentOpened) else []),
            )
            if (value := getattr(fact, name, None)) is not None and value in names
        }
        if (
            isinstance(fact, FieldSet) and fact.settles is not None
        ):  # the base and the event before it are decided
            decided = ids[base or 0], ids[(base or 0) - 1]
            renamed["settles"] = tuple(str(each) for each in decided)
        if isinstance(fact, IncidentOpened):
            renamed["number"] = (
                f"{fact.number}-{mark}"  # all examples share a database, where numbers are told apart
            )
        events.append(
            Event(
                id=ids[place],
                journal_id=JournalId(journals[seat]),
                seq=seqs[seat],
                seat=SeatName(f"{seat}-{mark}"),
                actor="Operator",
                occurred_at=START + timedelta(seconds=second, microseconds=place),
                hlc=stamp,
                base=None if base is None else ids[base],
                fact=dataclasses.replace(fact, **renamed) if renamed else fact,
            )
        )
    return events


def send(db: psycopg.Connection[Any], events: Sequence[Event], chance: random.Random) -> None:
    """Hand the events over in random order, in batches of one journal each, some of them twice."""
    shuffled = list(events)
    chance.shuffle(shuffled)
    while shuffled:
        journal, seat = shuffled[0].journal_id, shuffled[0].seat
        batch = [event for event in shuffled if event.journal_id == journal][: chance.randint(1, 6)]
        shuffled = [event for event in shuffled if event not in batch]
        for _ in range(chance.choice([1, 1, 2])):
            records = json.dumps([to_record(event) for event in batch])
            db.execute("SELECT * FROM op112.apply_events_v1(%s, %s, %s::jsonb)", (journal, seat, records))


def incident_in_python(incident: Incident) -> dict[str, Any]:
    def field(held: FieldValue) -> dict[str, Any]:
        clashes = [{"value": each.value, "event": each.event_id, "seat": each.seat} for each in held.clashes]
        return {
            "value": held.value, "event": held.event_id, "hlc": held.hlc, "seat": held.seat,
            "at": held.at, "clashes": clashes,
        }  # fmt: skip

    names = ("kind", "place", "landmark", "village", "district", "neighbourhood", "text")
    held = {name: value.value for name, value in incident.fields.items()}
    opened = incident.opened_at is not None
    return {
        **{name: held.get(name) for name in names},
        "number": incident.number if opened else None,
        "seat": incident.seat if opened else None,
        "owner": incident.owner,
        "status": incident.status,
        "opened_at": incident.opened_at,
        "priority": incident.priority,
        "position": incident.position,
        "fields": {name: field(value) for name, value in incident.fields.items()},
        "reporter": (held.get("caller_name"), held.get("caller_number")) if PEOPLE & set(held) else None,
        "calls": list(incident.calls),
        "dispatches": [{**dataclasses.asdict(each), "incident_id": None} for each in incident.dispatches],
        "rejected": set(incident.rejected),
        "updated_at": max(event.occurred_at for event in incident.timeline),
    }


def incident_in_database(db: psycopg.Connection[Any], incident_id: IncidentId) -> dict[str, Any]:
    def rows(sql: str) -> list[dict[str, Any]]:
        return db.cursor(row_factory=dict_row).execute(sql, {"id": incident_id}).fetchall()

    (incident,) = rows("SELECT * FROM op112.incident WHERE id = %(id)s")
    reporter = rows("SELECT * FROM op112.reporter WHERE incident_id = %(id)s")
    meta = {**incident.pop("field_meta"), **(reporter[0]["field_meta"] if reporter else {})}
    for held in meta.values():
        held["at"] = datetime.fromisoformat(held["at"])
    lat, lon = incident.pop("lat"), incident.pop("lon")
    dispatches = rows("SELECT * FROM op112.dispatch WHERE incident_id = %(id)s ORDER BY place")
    assert [each.pop("place") for each in dispatches] == list(range(len(dispatches)))
    calls = rows("SELECT call_id, place FROM op112.incident_call WHERE incident_id = %(id)s ORDER BY place")
    assert calls == sorted(
        calls, key=lambda each: each["place"]
    )  # a call that was unlinked leaves its place empty
    for name in ("id", "arrived_at", "given_number", "opened_hlc", "opened_by"):
        del incident[name]
    return {
        **incident,
        "position": None if lat is None else (lat, lon),
        "fields": meta,
        "reporter": (reporter[0]["name"], reporter[0]["number"]) if reporter else None,
        "calls": [each["call_id"] for each in calls],
        "dispatches": [{**each, "incident_id": None} for each in dispatches],
        "rejected": {
            str(row["event_id"])
            for row in rows("SELECT event_id FROM op112.rejected WHERE incident_id = %(id)s")
        },
    }


def call_in_python(call: Call) -> dict[str, Any]:
    told = {**dataclasses.asdict(call), "recordings": list(call.recordings), "digests": list(call.digests)}
    told["emergency_ids"] = list(call.emergency_ids)
    del (
        told["steps"],
        told["classified"],
        told["tries"],
    )  # like an incident's timeline they are read from the log
    return told


def call_in_database(db: psycopg.Connection[Any], call_id: CallId) -> dict[str, Any] | None:
    row = (
        db.cursor(row_factory=dict_row)
        .execute("SELECT * FROM op112.call WHERE id = %s", (call_id,))
        .fetchone()
    )
    if row is not None and row["incident_id"] is not None:
        row["incident_id"] = str(row["incident_id"])
    return row


@pytest.fixture(scope="module", params=["pg18", "pg15"])
def filled(request: pytest.FixtureRequest) -> Iterator[tuple[Database, psycopg.Connection[Any]]]:
    """One database for all examples of a version, and a seat's connection to it."""
    postgres: Postgres = request.getfixturevalue(request.param)
    database = postgres.new_database()
    with psycopg.connect(database.login("seat"), autocommit=True) as db:
        yield database, db
    postgres.drop(database.name)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), chance=st.randoms(use_true_random=False))
def test_both_folds_are_equal(
    filled: tuple[Database, psycopg.Connection[Any]],
    history: list[tuple[str, Fact, int, int, int | None]],
    chance: random.Random,
) -> None:
    _, db = filled
    events = with_own_ids(history)
    send(db, events, chance)
    board = Board()
    board.apply(events)
    for incident_id, incident in board.incidents.items():
        assert incident_in_database(db, incident_id) == incident_in_python(incident)
    for call_id in {each for event in events if (each := call_of(event.fact)) is not None}:
        call = board.calls.get(call_id)
        assert call_in_database(db, call_id) == (None if call is None else call_in_python(call))
    for call in joined(board.calls.values()):
        row = db.execute(
            "SELECT offered_at, answered_at, ended_at, seat, number, state, classification, incident_id::text,"
            " emergency_ids, device"
            " FROM op112.phone_call WHERE id = %s AND direction = %s",
            (call.key or call.id, call.direction),
        ).fetchone()
        assert row == (call.offered_at, call.answered_at, call.ended_at, call.seat, call.number, call.state,
                       call.classification, call.incident_id, list(call.emergency_ids), call.device)  # fmt: skip
    for name, seat in board.seats.items():
        row = db.execute(
            "SELECT state, since, hlc, event_id::text FROM op112.seat WHERE name = %s", (name,)
        ).fetchone()
        assert row == (seat.state, seat.since, *seat.order)


def test_projections_made_anew_from_the_log_are_the_live_ones(
    filled: tuple[Database, psycopg.Connection[Any]],
) -> None:
    database, db = filled
    chance = random.Random(112)
    send(db, with_own_ids([("M1", SeatStateChanged(SeatState.READY), 1, 1, None)]), chance)

    def projections(admin: psycopg.Connection[Any]) -> dict[str, list[Any]]:
        names = ("incident", "reporter", "incident_call", "dispatch", "call", "seat", "rejected", "person")
        return {
            name: admin.execute(f"SELECT to_jsonb(t) FROM op112.{name} t ORDER BY 1").fetchall()
            for name in names
        }

    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        live = projections(admin)
        assert live["seat"]
        admin.execute("UPDATE op112.seat SET state = 'wrong'")
        admin.execute("SELECT op112.rebuild_projections()")
        assert projections(admin) == live
