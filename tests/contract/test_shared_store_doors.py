"""The shared store's doors, on PostgreSQL 18 and 15: what may be written by whom, once, and what is refused."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from operator_app.domain.event import Event, to_record
from operator_app.domain.facts.call import CallIdentified, CallOffered
from operator_app.domain.facts.dispatch import DispatchMoved
from operator_app.domain.facts.fact import Fact, UnknownFact
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentNoted, IncidentOpened
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import CallId, DispatchId, IncidentId
from operator_app.domain.states import DispatchState, IncidentStatus, SeatState
from tests.fakes.writer import Writer, fresh_id
from tests.postgres_fixtures import Database

Connection = psycopg.Connection[tuple[Any, ...]]
WHERE = IncidentId(fresh_id())


@contextmanager
def inside(dsn: str) -> Iterator[Connection]:
    with psycopg.connect(dsn, autocommit=True) as db:
        yield db


def apply_records(db: Connection, writer: Writer, records: Sequence[dict[str, Any]]) -> list[str]:
    statement = "SELECT result FROM op112.apply_events_v1(%s, %s, %s::jsonb)"
    return [row[0] for row in db.execute(statement, (writer.journal_id, writer.seat, json.dumps(records)))]


def apply(db: Connection, writer: Writer, events: Sequence[Event]) -> list[str]:
    return apply_records(db, writer, [to_record(event) for event in events])


def count(db: Connection, table: str) -> int:
    row = db.execute(sql.SQL("SELECT count(*) FROM op112.{}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def test_events_are_taken_once_and_the_answer_tells(any_database: Database) -> None:
    writer = Writer("M1")
    events = writer.incident()
    with inside(any_database.login("seat")) as db:
        assert apply(db, writer, events[:1]) == ["new"]
        assert apply(db, writer, events) == ["known", "new"]
        assert apply(db, writer, events) == ["known", "known"]
        assert count(db, "event") == 2
        head = db.execute("SELECT seat, last_seq, events FROM op112.journal_head").fetchall()
        assert head == [("M1", 2, 2)]
        row = db.execute("SELECT number, place, status, seat FROM op112.incident").fetchall()
        assert row == [("KTM-261123-M1-001", "Jl. Yos Sudarso II", "new", "M1")]
        login, user = db.execute("SELECT login, session_user FROM op112.event LIMIT 1").fetchall()[0]
        assert login == user


def test_the_same_id_or_number_with_other_content_is_an_alarm_and_no_event(any_database: Database) -> None:
    writer = Writer("M1")
    (event,) = writer.notes(1)
    with inside(any_database.login("seat")) as db:
        apply(db, writer, [event])
        other = to_record(event) | {"body": {"text": "sesuatu yang lain"}}
        assert apply_records(db, writer, [other]) == ["differs"]
        assert apply_records(db, writer, [to_record(event) | {"id": fresh_id()}]) == ["taken"]
        assert count(db, "event") == 1
        alarms = db.execute("SELECT kind, event_id::text FROM op112.alarm ORDER BY id").fetchall()
        assert alarms == [("differs", event.id), ("taken", event.id)]


def test_a_notification_is_a_hint_without_a_word_of_what_happened(any_database: Database) -> None:
    writer = Writer("M1")
    small, large = writer.notes(2), writer.notes(50)
    with inside(any_database.login("seat")) as db, inside(any_database.login("wall")) as listener:
        listener.execute("LISTEN op112")
        for batch in (small, large, small):
            apply(db, writer, batch)
        assert [each.payload for each in listener.notifies(timeout=20, stop_after=2)] == ["2", "50"]
        assert list(listener.notifies(timeout=0.2)) == []


def test_a_fact_of_a_newer_version_is_kept_as_it_is(any_database: Database) -> None:
    writer = Writer("M1")
    newer = [
        writer.event(UnknownFact("incident.teleported", 1, '{"to": ["bulan", 7]}', WHERE)),
        writer.event(UnknownFact("call.offered", 2, '{"call_id": {"x": 1}}')),
    ]
    with inside(any_database.login("seat")) as db:
        assert apply(db, writer, newer) == ["new", "new"]
        assert db.execute("SELECT op, v, body FROM op112.event ORDER BY journal_seq").fetchall() == [
            ("incident.teleported", 1, {"to": ["bulan", 7]}),
            ("call.offered", 2, {"call_id": {"x": 1}}),
        ]


def body(op: str, **values: Any) -> dict[str, Any]:
    return {"op": op, "body": values}


BAD_RECORDS: dict[str, tuple[dict[str, Any], str]] = {
    "no object": ({"body": "tune"}, "OP002"),
    "no text": ({"body": {}}, "OP002"),
    "number for text": ({"body": {"text": 7}}, "OP002"),
    "unknown status": (body("incident.moved", to="moon", reason=""), "OP002"),
    "no incident": ({"incident_id": None}, "OP002"),
    "no whole number": (body("dispatch.sent", dispatch_id="d", agency="A", ack_within_s=1.5), "OP002"),
    "huge number": (body("call.ended", call_id="c", by="local", code=10**12, reason=""), "OP002"),
    "list of numbers": (body("call.recorded", call_id="c", files=[1], sha256=[], seconds=1), "OP002"),
    "names in no list": (body("call.identified", call_id="c", emergency_ids="urn:x", device=""), "OP002"),
    "unknown state": (body("seat.state", state="asleep"), "OP002"),
    "no id": ({"id": None}, "OP002"),
    "id no uuid": ({"id": "tune"}, "22P02"),
    "no actor": ({"actor": None}, "OP002"),
    "no time": ({"occurred_at": "someday"}, "OP002"),
    "other journal": ({"journal_id": fresh_id()}, "OP002"),
    "other seat": ({"seat": "M9"}, "OP002"),
}


@pytest.mark.parametrize(("change", "state"), BAD_RECORDS.values(), ids=BAD_RECORDS)
def test_what_no_window_could_read_is_refused_whole(
    any_database: Database, change: dict[str, Any], state: str
) -> None:
    writer = Writer("M1")
    good, bad = writer.notes(2, WHERE)
    with inside(any_database.login("seat")) as db:
        with pytest.raises(psycopg.Error) as refused:
            apply_records(db, writer, [to_record(good), to_record(bad) | change])
        assert refused.value.sqlstate == state
        assert (count(db, "event"), count(db, "journal_head")) == (0, 0)


def test_a_desk_writes_its_answers_and_nothing_else(any_database: Database) -> None:
    writer = Writer("DAMKAR")
    allowed: list[Fact] = [
        DispatchMoved(WHERE, DispatchId("d"), DispatchState.ACCEPTED, ""),
        IncidentMoved(WHERE, IncidentStatus.HANDLED, ""),
        IncidentNoted(WHERE, "unit 2 berangkat"),
        SeatStateChanged(SeatState.READY),
    ]
    refused: list[Fact] = [FieldSet(WHERE, "place", "Jl. A"), CallOffered(CallId("c"), "in", None, "")]
    with inside(any_database.login("desk")) as db:
        assert set(apply(db, writer, [writer.event(fact) for fact in allowed])) == {"new"}
        for fact in refused:
            with pytest.raises(psycopg.Error, match="may not write") as error:
                apply(db, writer, [writer.event(fact)])
            assert error.value.sqlstate == "OP001"


ALL = {"seat", "desk", "plain_desk", "wall"}
WHO_READS: dict[str, set[str]] = {
    **dict.fromkeys(("journal_head", "incident_call", "dispatch", "seat", "rejected", "presence", "login",
                     "server_generation", "compat", "room_event", "person", "agency", "kind", "alembic_version",
                     "fact_kind", "lasting", "set_aside", "standing"), ALL),
    "incident": ALL - {"wall"},
    **{table: {"seat", "desk"} for table in ("event", "call", "reporter", "alarm", "phone_call")},
    "mask_key": set(),
    "outlasting": set(),
    "counted": set(),
    "turn": set(),
    "setup_turn": set(),
}  # fmt: skip
"""Each table and view, and who may read all of it."""
WHO_CALLS: dict[str, set[str]] = {
    **dict.fromkeys(("server_mark_v1", "server_mark_v2", "watch_v1", "heartbeat_v1", "leave_v1", "number_key",
                     "masked_number", "masked_body", "beat_v1", "delta_v1", "guard_v1"), ALL),
    **dict.fromkeys(("apply_events_v1", "at_hand_v1"), ALL - {"wall"}),
}  # fmt: skip
"""Each function that anybody may call; all others are closed."""


def login_of(database: Database, who: str) -> str:
    if who != "plain_desk":
        return database.login(who)
    return database.login("desk", reads_reporters=False)


@pytest.mark.parametrize("who", sorted(ALL))
def test_every_login_reads_what_it_may_and_none_writes_past_the_doors(
    any_database: Database, who: str
) -> None:
    writer = Writer("M1")
    with inside(any_database.login("seat")) as seat:
        apply(seat, writer, writer.incident())
    with inside(any_database.admin_dsn) as admin:
        relations = {row[0] for row in admin.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'op112'::regnamespace AND relkind IN ('r', 'v')"
        )}  # fmt: skip
        assert relations == set(WHO_READS)
    with inside(login_of(any_database, who)) as db:
        for table, readers in WHO_READS.items():
            name = sql.Identifier(table)
            read = sql.SQL("SELECT * FROM op112.{} LIMIT 1").format(name)
            if who in readers:
                db.execute(read)
            else:
                with pytest.raises(errors.InsufficientPrivilege):
                    db.execute(read)
            for attempt in ("DELETE FROM op112.{}", "TRUNCATE op112.{}", "INSERT INTO op112.{} DEFAULT VALUES",
                            "DROP TABLE op112.{}", "ALTER TABLE op112.{} DISABLE TRIGGER ALL"):  # fmt: skip
                with pytest.raises(
                    (
                        errors.InsufficientPrivilege,
                        errors.WrongObjectType,
                        errors.ObjectNotInPrerequisiteState,
                    )
                ):
                    db.execute(sql.SQL(attempt).format(name))
        open_doors = {row[0] for row in db.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'op112'::regnamespace"
            " AND has_function_privilege(oid, 'EXECUTE')")}  # fmt: skip
        assert open_doors == {name for name, callers in WHO_CALLS.items() if who in callers}
        for attempt in (
            "UPDATE op112.event SET actor = 'somebody else'",
            "UPDATE op112.incident SET place = ''",
            "SELECT op112.rebuild_projections()",
            "SELECT op112.fold_seat('M1')",
            "CREATE TABLE op112.mine (a int)",
            "SET ROLE op112_owner",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                db.execute(attempt)
        assert count(db, "room_event") == 2


SECRETS = ("Bu Ratna", "0812-3344-5566", "081233445566", "rumah bercat biru", "Ratna HP", "352099001761481")
URN = "urn:emergency:uid:callid:a56e556d871:esrp.example"


@pytest.mark.parametrize("who", sorted(ALL))
def test_callers_are_masked_for_whom_the_right_is_missing(any_database: Database, who: str) -> None:
    writer = Writer("M1")
    events = [
        writer.event(CallOffered(CallId("c1"), "in", "0812-3344-5566", "Ratna HP", "k")),
        writer.event(CallOffered(CallId("c2"), "in", "+6281233445566", "")),
        writer.event(IncidentOpened(WHERE, "KTM-1", CallId("c1"))),
        writer.event(FieldSet(WHERE, "caller_name", "Bu Ratna")),
        writer.event(FieldSet(WHERE, "caller_number", "0812-3344-5566")),
        writer.event(FieldSet(WHERE, "text", "rumah bercat biru")),
        writer.event(FieldSet(WHERE, "place", "Jl. A")),
        writer.event(IncidentNoted(WHERE, "Bu Ratna: rumah bercat biru")),
        writer.event(UnknownFact("incident.later", 1, '{"who": "Bu Ratna"}', WHERE)),
        writer.event(CallIdentified(CallId("c1"), (URN,), "352099001761481")),
    ]
    with inside(any_database.login("seat")) as seat:
        apply(seat, writer, events)
    with inside(login_of(any_database, who)) as db:
        told = {
            (row[0], row[1]): row[2]
            for row in db.execute("SELECT op, journal_seq, body FROM op112.room_event")
        }
        visible = json.dumps(list(told.values()), ensure_ascii=False)
        for relation in ("incident", "call"):
            columns = [row[0] for row in db.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                " AND has_column_privilege(attrelid, attnum, 'SELECT')", (f"op112.{relation}",))]  # fmt: skip
            chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
            read = sql.SQL("SELECT {} FROM op112.{}").format(chosen, sql.Identifier(relation))
            visible += str(db.execute(read).fetchall())
    seen = {secret for secret in SECRETS if secret in visible}
    free = {"rumah bercat biru", "Bu Ratna"}  # what an operator writes into the description can be anything
    assert seen == {"seat": set(SECRETS) - {"081233445566"}, "desk": set(SECRETS) - {"081233445566"},
                    "plain_desk": free, "wall": set()}[who]  # fmt: skip
    assert told["incident.field_set", 7]["value"] == "Jl. A"
    if who in ("plain_desk", "wall"):
        first, second = (told["call.offered", seq]["number"] for seq in (1, 2))
        assert first == second  # one caller stays one caller
        assert told["incident.field_set", 5]["value"] == first
        assert told["incident.later", 9] == {}
        assert told["call.identified", 10] == {}  # a phone's own number tells a person as well as a caller's
    else:
        assert told["call.identified", 10]["emergency_ids"] == [URN]


def test_a_wall_writes_nothing_at_all(any_database: Database) -> None:
    writer = Writer("W1")
    with inside(any_database.login("wall")) as db, pytest.raises(errors.InsufficientPrivilege):
        apply(db, writer, writer.notes(1))


def test_the_log_refuses_even_its_owner(any_database: Database) -> None:
    writer = Writer("M1")
    with inside(any_database.login("seat")) as db:
        apply(db, writer, writer.notes(1))
    with inside(any_database.admin_dsn) as db:
        for attempt in (
            "UPDATE op112.event SET actor = 'x'",
            "DELETE FROM op112.event",
            "TRUNCATE op112.event CASCADE",
        ):
            with pytest.raises(psycopg.Error, match="append-only") as error:
                db.execute(attempt)
            assert error.value.sqlstate == "OP003"
        assert count(db, "event") == 1


def test_many_seats_on_the_same_incidents_neither_wait_for_each_other_nor_lose_a_word(
    any_database: Database,
) -> None:
    places = [IncidentId(fresh_id()) for _ in range(4)]
    writers = [Writer(f"M{number}") for number in range(6)]
    dsn = any_database.login("seat")

    def write(writer: Writer) -> None:
        with inside(dsn) as db:
            for turn in range(15):
                order = places if (turn + int(writer.seat[1:])) % 2 else places[::-1]
                facts = [FieldSet(each, f"{writer.seat}-{turn}", "x") for each in order]
                assert set(apply(db, writer, [writer.event(fact) for fact in facts])) == {"new"}

    with ThreadPoolExecutor(len(writers)) as crowd:
        list(crowd.map(write, writers))
    with inside(dsn) as db:
        fields = db.execute("SELECT count(*) FROM op112.incident, jsonb_object_keys(field_meta)").fetchone()
        assert fields == (4 * 6 * 15,)
