"""Versions side by side: an old seat and a new one at once while the schema goes forward, and the handshake.

`OLD_…` are the words that seats of revision 0001 speak, frozen: as long as such a seat may be out there, they work.
"""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operator_app.domain.event import Event, to_record
from operator_app.domain.facts.call import CallOffered
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server import schema, server_setup
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.schema import head_revision
from operator_app.storage.server.server_setup import init_server
from operator_app.workflow.ports import LinkTrouble
from tests.fakes.link_at_work import SeatAtWork
from tests.fakes.old_room import old_room
from tests.fakes.writer import Writer
from tests.postgres_fixtures import Database, Postgres

OLD_PROTO = 1
OLD_MARK = "SELECT op112.server_mark_v1()"
OLD_BEAT = "SELECT op112.heartbeat_v1(gen_random_uuid(), %s, 'seat', '0.1.0', 0, true)"
OLD_APPLY = "SELECT event_id::text, result FROM op112.apply_events_v1(%s, %s, %s::jsonb)"
OLD_HEADS = "SELECT journal_id::text, last_seq FROM op112.journal_head WHERE journal_id = ANY (%s::uuid[])"
OLD_THERE = "SELECT id::text FROM op112.event WHERE id = ANY (%s::uuid[])"
OLD_COLUMNS = (
    "e.id::text AS id, e.journal_id::text AS journal_id, e.journal_seq AS seq, e.seat, e.actor, e.occurred_at, e.hlc,"
    " e.base::text AS base, e.op, e.v, e.incident_id::text AS incident_id, e.body, e.call_id, e.xid::text AS xid"
)
OLD_DELTA = f"""
    WITH s AS MATERIALIZED (SELECT pg_current_snapshot() AS n)
    SELECT s.n::text AS target, d.* FROM s LEFT JOIN LATERAL (
        SELECT {OLD_COLUMNS} FROM op112.event e
        WHERE e.xid >= pg_snapshot_xmin(%(old)s::pg_snapshot)
            AND NOT pg_visible_in_snapshot(e.xid, %(old)s::pg_snapshot)
        ORDER BY e.xid, e.seq LIMIT 301) d ON true
"""
OLD_LOADS = (
    "SELECT id FROM op112.incident WHERE status NOT IN ('closed') OR arrived_at >= now() - make_interval(days => 30)",
    "SELECT id FROM op112.call WHERE offered_at >= now() - make_interval(days => 30)",
    f"SELECT {OLD_COLUMNS} FROM op112.seat s JOIN op112.event e ON e.id = s.event_id",
)


class OldSeat:
    """A seat of the first revision: writes, beats and reads with its own words, one round at a time."""

    def __init__(self, dsn: str, name: str) -> None:
        self.dsn, self.writer = dsn, Writer(name)
        self.sent: set[str] = set()
        self.read: set[str] = set()
        self._snapshot: str | None = None

    def round(self) -> None:
        """As after each connect, and then each second. Raises `psycopg.Error`; a round may be repeated."""
        with psycopg.connect(self.dsn, autocommit=True) as db:
            (mark,) = db.execute(OLD_MARK).fetchall()[0]
            assert mark["min_proto"] <= OLD_PROTO <= mark["proto"]
            assert mark["timeline"]
            assert {"system", "generation"} <= set(mark)
            (beat,) = db.execute(OLD_BEAT, (self.writer.seat,)).fetchall()[0]
            assert {"now", "presence", *mark} <= set(beat)
            self._write(db)
            if self._snapshot is None:
                for statement in OLD_LOADS:
                    db.execute(statement.encode())
                row = db.execute("SELECT pg_current_snapshot()::text").fetchone()
                assert row is not None
                self._snapshot = "1:1:"
            rows = db.execute(OLD_DELTA.encode(), {"old": self._snapshot}).fetchall()
            self._snapshot = rows[0][0]
            self.read |= {row[1] for row in rows if row[1] is not None}

    def _write(self, db: psycopg.Connection[Any]) -> None:
        call = self.writer.event(CallOffered(f"c-{len(self.sent)}-{self.writer.seat}", "in", "0812", ""))  # type: ignore[arg-type]
        events: list[Event] = [call, *self.writer.incident()]
        records = [to_record(event) for event in events]
        del records[0]["body"]["key"]
        given = db.execute(
            OLD_APPLY, (self.writer.journal_id, self.writer.seat, json.dumps(records))
        ).fetchall()
        assert {result for _, result in given} == {"new"}
        ids = [event.id for event in events]
        self.sent.update(ids)
        assert {row[0] for row in db.execute(OLD_THERE, (ids,))} == set(ids)
        heads = db.execute(OLD_HEADS, ([self.writer.journal_id],)).fetchall()
        assert heads == [(self.writer.journal_id, events[-1].seq)]


def test_an_old_seat_and_a_new_one_work_at_once_while_the_schema_goes_forward(
    any_postgres: Postgres, tmp_path: Path
) -> None:
    name = old_room(any_postgres, "0001")
    admin = any_postgres.admin_dsn(name)
    logins = {
        seat: psycopg.conninfo.make_conninfo(
            admin, user=f"{seat}_{name}", password=create_login(admin, f"{seat}_{name}", "seat")
        )
        for seat in ("M1", "M2")
    }
    old, stop, failures = OldSeat(logins["M1"], "M1"), threading.Event(), list[BaseException]()
    old.round()

    def go_on() -> None:
        while not stop.wait(0.02):
            try:
                old.round()
            except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable):
                continue  # as the old seat does: it tries again
            except BaseException as error:  # noqa: BLE001
                failures.append(error)
                return

    async def story() -> None:
        new = SeatAtWork(tmp_path / "M2", logins["M2"], "M2")
        early = list(await new.write(new.writer.incident()))
        await new.until(lambda: bool(new.states) and new.states[-1].reason == LinkTrouble.SERVER_OLD)
        assert new.link.state.waiting == len(
            early
        )  # it keeps what it writes, and asks for the server's update
        worker = threading.Thread(target=go_on)
        worker.start()
        try:
            report = await asyncio.to_thread(init_server, admin)
            assert (report.before, report.revision) == ("0001", head_revision())
            await new.until(lambda: new.is_connected and new.link.state.waiting == 0)
            more = list(await new.write(new.writer.incident()))
            await new.until(lambda: new.link.state.waiting == 0)
            await asyncio.sleep(0)
        finally:
            await asyncio.to_thread(stop.set)
            await asyncio.to_thread(worker.join)
        assert failures == []
        await asyncio.to_thread(old.round)
        await new.until(lambda: old.sent <= new.ids)
        mine = {event.id for event in (*early, *more)}
        assert old.sent | mine <= old.read
        await new.aclose()

    asyncio.run(story())
    with psycopg.connect(admin) as db:
        chains = db.execute(
            "SELECT count(*) FROM op112.verify_chain() WHERE broken_at IS NOT NULL"
        ).fetchone()
        assert chains == (0,)
        before = db.execute("SELECT sum(unchained) > 0 FROM op112.verify_chain()").fetchone()
        assert before == (True,)  # written before there was a chain, and told as such
    any_postgres.drop(name)


def test_a_seat_that_is_too_old_keeps_its_journal_asks_for_an_update_and_sends_all_after_it(
    any_database: Database, tmp_path: Path
) -> None:
    def demand(proto: int) -> None:
        with psycopg.connect(any_database.admin_dsn, autocommit=True) as db:
            db.execute("UPDATE op112.compat SET min_proto = %s", (proto,))

    async def story() -> None:
        seat = SeatAtWork(tmp_path / "M1", any_database.login(), "M1")
        await seat.until(lambda: seat.is_connected)
        await asyncio.to_thread(demand, 99)
        await seat.until(lambda: not seat.is_connected)
        assert seat.states[-1].reason == LinkTrouble.SEAT_OLD
        events = await seat.write(seat.writer.incident())
        await seat.until(lambda: seat.link.state.waiting == 2)
        assert {event.id for event in await asyncio.to_thread(seat.store.events)} == {e.id for e in events}
        await asyncio.to_thread(demand, 1)
        await seat.until(lambda: seat.is_connected and set(seat.shared) == {event.id for event in events})
        await seat.aclose()

    asyncio.run(story())


def test_what_was_set_aside_can_be_sent_once_more(any_database: Database, tmp_path: Path) -> None:
    """As after an update of a server that did not take it."""

    def check(body: str) -> None:
        with psycopg.connect(any_database.admin_dsn, autocommit=True) as db:
            db.execute(
                "CREATE OR REPLACE FUNCTION op112.check_writer(op text) RETURNS void LANGUAGE plpgsql AS"
                f" $$ BEGIN {body} END $$".encode()
            )

    async def story() -> None:
        seat = SeatAtWork(tmp_path / "M1", any_database.login(), "M1")
        await seat.until(lambda: seat.is_connected)
        await asyncio.to_thread(check, "RAISE EXCEPTION 'not yet' USING ERRCODE = 'OP002';")
        events = await seat.write(seat.writer.notes(3))
        await seat.until(lambda: seat.link.state.quarantined == 3)
        assert [each.id for each in await seat.link.set_aside()] == [event.id for event in events]
        await asyncio.to_thread(check, "NULL;")
        assert await seat.link.retry_set_aside() == 3
        await seat.until(lambda: len(seat.shared) == 3 and seat.link.state.quarantined == 0)
        await seat.aclose()

    asyncio.run(story())


def test_a_migration_gives_up_rather_than_let_the_room_wait_behind_a_long_reader(
    any_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_setup, "LOCK_TIMEOUT_S", 0.3)
    name = old_room(any_postgres, "0001")
    admin = any_postgres.admin_dsn(name)
    with psycopg.connect(admin) as reader:
        reader.execute("SELECT count(*) FROM op112.event")
        with pytest.raises(ServerProblem, match="try again") as refused:
            init_server(admin)
        assert refused.value.reason is ServerReason.OTHER
        assert reader.execute("SELECT version_num FROM op112.alembic_version").fetchone() == ("0001",)
    assert init_server(admin).revision == head_revision()
    any_postgres.drop(name)


def test_there_is_one_line_of_revisions() -> None:
    scripts = schema._scripts()
    assert len(scripts.get_heads()) == 1
    assert [each.revision for each in scripts.walk_revisions()][::-1] == sorted(
        each.revision for each in scripts.walk_revisions()
    )
