"""What a record may be at most: the server's door and the seat's hold the same, and one event beyond costs itself."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operator_app.domain import bounds
from operator_app.domain.event import to_record
from operator_app.domain.facts import FACTS
from operator_app.domain.facts.call import CallRecorded
from operator_app.domain.facts.fit import breach_of
from operator_app.domain.facts.incident import FieldSet, IncidentNoted
from operator_app.domain.facts.shape import words_of
from operator_app.domain.ids import CallId, IncidentId, SeatName
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.storage.server.server_link import ServerLink
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat
from tests.contract.test_shared_store_doors import WHERE, apply, apply_records, inside
from tests.fakes.each_fact import event_of
from tests.fakes.link_at_work import Ears, SeatAtWork
from tests.fakes.writer import Writer, fresh_id
from tests.postgres_fixtures import Database
from tests.unit.workflow.room import DAMKAR, RULES, HandClock


def stamp(ahead_s: float) -> int:
    return int((datetime.now(UTC).timestamp() + ahead_s) * 1000) << 16


def moment(ahead_s: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=ahead_s)).isoformat()


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else []


V4 = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80"
BEYOND: dict[str, tuple[dict[str, Any], str]] = {
    "the end of time": ({"occurred_at": "infinity"}, "OP002"),
    "before all time": ({"occurred_at": "-infinity"}, "OP002"),
    "a word for a time": ({"occurred_at": "tomorrow"}, "OP002"),
    "the year 9999": ({"occurred_at": "9999-12-31T23:30:00Z"}, "OP004"),
    "the year 1999": ({"occurred_at": "1999-12-31T23:59:59Z"}, "OP004"),
    "an hour ahead": ({"occurred_at": moment(3600)}, "OP004"),
    "a stamp an hour ahead": ({"hlc": stamp(3600)}, "OP004"),
    "the highest stamp": ({"hlc": 2**63 - 1}, "OP004"),
    "a stamp below all": ({"hlc": 0}, "OP002"),
    "an id of chance": ({"id": V4}, "OP002"),
    "the highest id": ({"id": "ffffffff-ffff-ffff-ffff-ffffffffffff"}, "OP002"),
    "an incident of chance": ({"incident_id": V4}, "OP002"),
    "a base of chance": ({"base": V4}, "OP002"),
    "a version below one": ({"v": -3}, "OP002"),
    "a version of the masks": ({"v": 1000}, "OP002"),
    "a number below one": ({"seq": -1}, "OP002"),
    "a number without end": ({"seq": 2**62}, "OP002"),
    "deep": ({"body": {"text": "x", "x": nested(30)}}, "OP002"),
    "a long note": ({"body": {"text": "x" * (bounds.WORDS_CHARS + 1)}}, "OP002"),
    "a large body of a kind to come": (
        {"op": "incident.sung_to", "body": {"tune": "x" * bounds.EVENT_BYTES}}, "OP002"
    ),
    "a long person": ({"actor": "x" * 101}, "OP002"),
    "a person with a line break": ({"actor": "a\nb"}, "OP002"),
    "a long kind": ({"op": "a" * 101}, "OP002"),
    "no name of a kind": ({"op": "<b>"}, "OP002"),
    "a long field": ({"op": "incident.field_set", "body": {"field": "x" * 1_000_000, "value": "1"}}, "OP002"),
    "a file elsewhere": (
        {"op": "call.recorded", "body": {"call_id": "c", "files": ["../../../etc/passwd"], "sha256": [], "seconds": 1}},
        "OP002",
    ),
    "a file below": (
        {"op": "call.recorded", "body": {"call_id": "c", "files": ["a/b.wav"], "sha256": [], "seconds": 1}}, "OP002"
    ),
    "a long call": ({"op": "call.answered", "body": {"call_id": "c" * 5000}}, "OP002"),
    "a call to come with a long name": ({"op": "call.sung", "body": {"call_id": "c" * 5000}}, "OP002"),
    "a number of no use": (
        {"op": "call.recorded", "body": {"call_id": "c", "files": [], "sha256": [], "seconds": 1e300}}, "OP002"
    ),
    "a list without end": (
        {"op": "incident.field_set", "body": {"field": "x", "value": "", "settles": ["x"] * 501}}, "OP002"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "state"), BEYOND.values(), ids=BEYOND)
def test_what_is_beyond_a_bound_is_refused_and_says_so(
    any_database: Database, change: dict[str, Any], state: str
) -> None:
    writer = Writer("M1")
    (event,) = writer.notes(1, WHERE)
    with inside(any_database.login("seat")) as db:
        with pytest.raises(psycopg.Error) as refused:
            apply_records(db, writer, [to_record(event) | change])
        assert refused.value.sqlstate == state
        assert len(str(refused.value.diag.message_primary)) < 100
        assert apply(db, writer, [event]) == ["new"]


def test_what_is_just_within_is_taken(any_database: Database) -> None:
    writer = Writer("M1")
    with inside(any_database.login("seat")) as db:
        changes: tuple[dict[str, Any], ...] = (
            {"occurred_at": moment(bounds.AHEAD_S - 30), "hlc": stamp(bounds.AHEAD_S - 30)},
            {"occurred_at": "2000-01-01T00:00:01Z"},
            {"op": "incident.sung_to", "body": {"x": nested(17)}},
            {"actor": "x" * bounds.NAME_CHARS},
            {"incident_id": None, "op": "seat.sung", "body": {}},
        )
        for change in changes:
            (event,) = writer.notes(1, IncidentId(fresh_id()))
            assert apply_records(db, writer, [to_record(event) | change]) == ["new"]


def test_each_word_of_each_fact_may_be_as_long_at_the_server_as_at_the_seat(any_database: Database) -> None:
    with inside(any_database.admin_dsn) as db:
        db.execute("SET search_path = op112")
        check = "SELECT check_fact(%s, %s, %s, %s::jsonb)"
        for kind in FACTS:
            for name, rule in words_of(kind).items():
                if rule["is"] != "text" or "one_of" in rule:
                    continue
                longest = rule["longest"] if isinstance(rule["longest"], int) else rule["longest"][""]
                for length in (longest, longest + 1):
                    value = ["x" * length] if rule.get("many") else "x" * length
                    event = event_of(kind, Writer(), **{name: value})
                    record = to_record(event)
                    arguments = (kind.op, kind.v, record["incident_id"], json.dumps(record["body"]))
                    if breach_of(event.fact) is None:
                        db.execute(check, arguments)
                    else:
                        with pytest.raises(psycopg.Error, match=f"{name} has more than {longest} letters"):
                            db.execute(check, arguments)


def test_a_field_is_as_long_at_the_server_as_its_use_asks_for(any_database: Database) -> None:
    writer, where = Writer("M1"), IncidentId(fresh_id())
    with inside(any_database.login("seat")) as db:
        for field, most in (("text", bounds.WORDS_CHARS), ("caller_number", bounds.LINE_CHARS)):
            assert apply(db, writer, [writer.event(FieldSet(where, field, "1" * most))]) == ["new"]
            with pytest.raises(psycopg.Error, match="value has more than"):
                apply(db, writer, [writer.event(FieldSet(where, field, "1" * (most + 1)))])


def test_windows_of_before_told_where_their_files_lie(any_database: Database) -> None:
    writer = Writer("M1")
    told = ("/home/m1/recordings/c-both.wav", r"C:\Users\m1\recordings\c-both.wav", "c-both.wav")
    with inside(any_database.login("seat")) as db:
        assert apply(db, writer, [writer.event(CallRecorded(CallId("c"), told, (), 1.0))]) == ["new"]
        for bad in ("..", ".", "", "/", "/a/../b", "a\nb", r"..\b", r"\\server\..\b"):
            with pytest.raises(psycopg.Error, match="names no file"):
                apply(db, writer, [writer.event(CallRecorded(CallId("c"), (bad,), (), 1.0))])


def test_a_batch_is_no_larger_than_a_megabyte_and_five_hundred_events(any_database: Database) -> None:
    writer = Writer("M1")
    large = [writer.event(IncidentNoted(WHERE, "é" * bounds.WORDS_CHARS)) for _ in range(60)]
    with inside(any_database.login("seat")) as db:
        for batch in (large, writer.notes(501, WHERE)):
            with pytest.raises(
                psycopg.Error, match="a batch is an array of at most 500 events and 1048576 bytes"
            ):
                apply(db, writer, batch)
        assert set(apply(db, writer, large[:50])) == {"new"}


def test_a_writer_who_saw_a_stamp_ahead_stamps_just_after_it(any_database: Database) -> None:
    """As in a log that has such a stamp from before: nobody is shut out of his own incident by it."""
    old, writer, where = Writer("M9"), Writer("M1"), IncidentId(fresh_id())
    (first,) = old.notes(1, where)
    with inside(any_database.login("seat")) as db:
        apply(db, old, [first])
        with inside(any_database.admin_dsn) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute("UPDATE op112.event SET hlc = %s", (ahead := stamp(86_400),))
        mine, other = writer.notes(2, where)
        assert apply_records(db, writer, [to_record(mine) | {"hlc": ahead + 1}]) == ["new"]
        with pytest.raises(psycopg.Error, match="stamp lies ahead"):
            apply_records(db, writer, [to_record(other) | {"hlc": ahead + 1, "incident_id": fresh_id()}])
        with pytest.raises(psycopg.Error, match="stamp lies ahead"):
            apply_records(db, writer, [to_record(other) | {"hlc": ahead + (3_600_000 << 16)}])


def test_what_the_log_has_already_is_known_whatever_it_is(any_database: Database) -> None:
    """A seat sends again what it holds from before there were bounds; nothing of it may be set aside for that."""
    writer = Writer("M1")
    (event,) = writer.notes(1, WHERE)
    record = to_record(event)
    with inside(any_database.login("seat")) as db:
        apply(db, writer, [event])
        with inside(any_database.admin_dsn) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute("UPDATE op112.event SET body = jsonb_build_object('text', repeat('x', 100000))")
        assert apply_records(db, writer, [record | {"body": {"text": "x" * 100_000}}]) == ["known"]


async def test_one_event_beyond_costs_itself_and_none_beside_it(
    any_database: Database, tmp_path: Path
) -> None:
    """As from a seat's disk that was written before there were bounds."""
    seat = SeatAtWork(tmp_path / "M1", any_database.login(), "M1")
    good = seat.writer.notes(20, WHERE)
    bad = seat.writer.event(IncidentNoted(WHERE, "x" * 200_000))
    more = seat.writer.notes(20, WHERE)
    await seat.write([*good, bad, *more])
    await seat.until(lambda: seat.link.state.quarantined == 1 and seat.link.state.waiting == 0)
    assert [each.id for each in await seat.link.set_aside()] == [bad.id]
    assert set(seat.shared) == {event.id for event in (*good, *more)}
    await seat.aclose()


def test_the_server_knows_the_bounds_of_the_program(any_database: Database) -> None:
    with inside(any_database.admin_dsn) as db:
        assert db.execute("SELECT op112.bounds()").fetchone() == (bounds.as_told(),)
    assert {"ahead_s", "event_bytes", "depth", "name_chars", "first_moment"} <= set(bounds.as_told())


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(days=400)], ids=str)
async def test_what_a_seat_alone_wrote_with_a_clock_ahead_reaches_the_room_in_the_rooms_time(
    any_database: Database, tmp_path: Path, ahead: timedelta
) -> None:
    clock = HandClock(datetime.now(UTC) + ahead)
    store = SeatStore.open(tmp_path / "M1")
    board, bus = Board(), Bus()
    alone = Seat(Recorder(store, clock, board, bus, SeatName("M1"), "Operator"), board, bus, None, RULES)
    await alone.form.edit({"place": "Jl. Yos Sudarso", "kind": "KEB-01"})
    clock.pass_s(5)
    assert await alone.handover.dispatch([DAMKAR])
    clock.pass_s(5)
    await alone.form.edit({"place": "Jl. Yos Sudarso II"})
    before = store.events()

    ears, other = Ears(), SeatAtWork(tmp_path / "M2", any_database.login(), "M2")

    def on_clock(offset_ms: float) -> None:
        clock.at = datetime.now(UTC) + timedelta(milliseconds=offset_ms)

    link = ServerLink(
        store, any_database.login(), "M1", "seat", "0.1.0", alone.room.on_events, ears.on_shared, ears.on_state,
        ears.on_presence, asyncio.get_running_loop(), on_clock, on_restamped=alone.room.on_restamped,
    )  # fmt: skip
    link.start()
    await ears.until(lambda: len(ears.shared) == len(before) and clock.at < datetime.now(UTC) + ahead / 2)
    await other.until(lambda: other.ids >= {each.id for each in before})
    assert board.incidents == other.board.incidents
    (incident,) = other.board.incidents.values()
    assert [each.id for each in incident.timeline] == [
        each.id for each in sorted(before, key=lambda e: e.order)
    ]
    assert [each.agency for each in incident.dispatches] == [DAMKAR]

    await alone.form.edit({"text": "api di dapur"})
    await other.until(lambda: other.ids >= {each.id for each in store.events()})
    assert board.incidents == other.board.incidents
    await ears.until(lambda: len(ears.shared) == len(store.events()))
    assert (link.state.quarantined, link.state.waiting) == (0, 0)
    with inside(any_database.admin_dsn) as db:
        late = "occurred_at > clock_timestamp() OR hlc >> 16 > extract(epoch FROM clock_timestamp()) * 1000"
        assert db.execute(f"SELECT count(*) FROM op112.event WHERE {late}").fetchone() == (0,)
    await link.aclose()
    store.close()
    await other.aclose()


async def test_an_event_of_a_year_before_ours_is_set_aside_and_moves_nothing(
    any_database: Database, tmp_path: Path
) -> None:
    seat = SeatAtWork(tmp_path / "M1", any_database.login(), "M1")
    (old,) = seat.writer.notes(1, WHERE)
    await seat.write([replace(old, occurred_at=datetime(1999, 12, 31, tzinfo=UTC))])
    await seat.until(lambda: seat.link.state.quarantined == 1)
    await seat.aclose()
