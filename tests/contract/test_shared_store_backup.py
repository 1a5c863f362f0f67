"""Backup, restore and trial on PostgreSQL 18 and 15, and seats that heal a restored server."""

import asyncio
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from operator_app.bootstrap.cli import run as main
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.backup import backup, restore, sum_file, verify
from tests.fakes.link_at_work import SeatAtWork
from tests.postgres_fixtures import Postgres


def facts(dsn: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as db:
        return db.execute(statement.encode()).fetchall()


def at_server(dsn: str) -> set[object]:
    return {row[0] for row in facts(dsn, "SELECT id::text FROM op112.event")}


def test_seats_bring_a_restored_server_what_they_did_after_the_backup(
    any_postgres: Postgres, tmp_path: Path
) -> None:
    live, empty = any_postgres.new_database(), any_postgres.new_empty_database()
    other = any_postgres.admin_dsn(empty)
    logins = {name: live.login() for name in ("M1", "M2")}
    generation = "SELECT id FROM op112.server_generation"

    async def story() -> None:
        m1, m2 = (SeatAtWork(tmp_path / name, dsn, name) for name, dsn in logins.items())
        early = [*await m1.write(m1.writer.incident()), *await m2.write(m2.writer.incident("Jl. Sudirman"))]
        await m1.until(lambda: m1.is_connected and m1.link.state.waiting == 0)
        await m2.until(lambda: m2.is_connected and m2.link.state.waiting == 0)
        file = await asyncio.to_thread(backup, live.admin_dsn, tmp_path)
        assert file.stat().st_mode & 0o777 == 0o600
        late = [*await m1.write(m1.writer.incident()), *await m2.write(m2.writer.notes(3))]
        await m1.until(lambda: m1.link.state.waiting == 0 and len(m1.ids) == 5)
        await m2.until(lambda: m2.link.state.waiting == 0 and len(m2.ids) == 4)
        await m1.aclose()
        await m2.aclose()

        held = await asyncio.to_thread(restore, other, file)
        assert (held.events, held.incidents, held.logins) == (4, 2, ())
        assert at_server(other) == {event.id for event in early}
        assert facts(other, generation) != facts(live.admin_dsn, generation)

        m1, m2 = (
            SeatAtWork(tmp_path / name, make_conninfo(dsn, dbname=empty), name)
            for name, dsn in logins.items()
        )
        everything = {event.id for event in (*early, *late)}
        for each in (m1, m2):
            await each.until(lambda each=each: each.is_connected and each.link.state.waiting == 0)  # type: ignore[misc]
        assert at_server(other) == everything
        (fresh,) = await m1.write(m1.writer.notes(1))
        await m2.until(lambda: fresh.id in m2.ids)
        for each in (m1, m2):
            await each.until(lambda each=each: each.link.state.waiting == 0)  # type: ignore[misc]
            await each.aclose()
            assert (each.store.waiting(), each.store.quarantined()) == (0, 0)
        assert facts(other, "SELECT count(*) FROM op112.alarm WHERE kind <> 'number twice'") == [(0,)]

    asyncio.run(story())
    any_postgres.drop(empty)
    any_postgres.drop(live.name)


def test_the_commands_back_up_try_and_restore(
    any_postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live, empty = any_postgres.new_database(), any_postgres.new_empty_database()
    dsn, other, file = live.admin_dsn, any_postgres.admin_dsn(empty), tmp_path / "monday.op112"

    async def story() -> None:
        m1 = SeatAtWork(tmp_path / "M1", live.login(), "M1")
        await m1.write([event for _ in range(5) for event in m1.writer.incident()])
        await m1.until(lambda: m1.is_connected and m1.link.state.waiting == 0)
        await m1.aclose()

    asyncio.run(story())
    databases = facts(dsn, "SELECT count(*) FROM pg_database")
    assert main(["server", "backup", "--dsn", dsn, "--to", str(file)]) == 0
    assert main(["server", "verify", str(file), "--dsn", dsn]) == 0
    out = capsys.readouterr().out
    assert "whole" in out
    assert "not compared" not in out
    sum_file(file).unlink()
    assert main(["server", "verify", str(file), "--dsn", dsn]) == 0
    assert "No monday.op112.sha256 lies beside" in capsys.readouterr().out
    assert facts(dsn, "SELECT count(*) FROM pg_database") == databases
    assert main(["server", "restore", str(file), "--dsn", other]) == 0
    assert "10 events, 5 incidents" in capsys.readouterr().out
    again = [
        ["server", "backup", "--dsn", dsn, "--to", str(file)],
        ["server", "restore", str(file), "--dsn", other],
    ]
    for command in again:
        assert main(command) == 2
        assert capsys.readouterr().err.count("\n") == 1
    any_postgres.drop(empty)
    any_postgres.drop(live.name)


@pytest.mark.parametrize("where", ["first", "middle", "last", "cut", "sum"])
def test_a_byte_of_a_backup_that_changed_is_found_before_anything_is_restored(
    pg18: Postgres, tmp_path: Path, where: str
) -> None:
    live, empty = pg18.new_database(), pg18.new_empty_database()
    file = backup(live.admin_dsn, tmp_path / "monday.op112")
    beside = sum_file(file)
    assert beside.stat().st_mode & 0o777 == 0o600
    assert beside.read_text(encoding="utf-8").split() == [
        sha256(file.read_bytes()).hexdigest(),
        "monday.op112",
    ]
    held = bytearray(file.read_bytes())
    if where == "sum":
        beside.write_text("", encoding="utf-8")
    elif where == "cut":
        file.write_bytes(held[:-1])
    else:
        held[{"first": 0, "middle": len(held) // 2, "last": -1}[where]] ^= 1
        file.write_bytes(held)
    databases = facts(live.admin_dsn, "SELECT count(*) FROM pg_database")
    for task in (verify, restore):
        with pytest.raises(ServerProblem, match="damaged, take another"):
            task(pg18.admin_dsn(empty), file)
    assert facts(live.admin_dsn, "SELECT count(*) FROM pg_database") == databases
    assert facts(pg18.admin_dsn(empty), "SELECT to_regnamespace('op112')") == [(None,)]
    pg18.drop(empty)
    pg18.drop(live.name)


def test_a_cut_or_changed_backup_is_found_out_and_leaves_nothing(pg18: Postgres, tmp_path: Path) -> None:
    live, empty = pg18.new_database(), pg18.new_empty_database()
    whole = backup(live.admin_dsn, tmp_path / "whole.op112")
    cut = tmp_path / "cut.op112"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    for task in (verify, restore):
        with pytest.raises(ServerProblem, match="pg_restore failed"):
            task(pg18.admin_dsn(empty), cut)
    assert facts(pg18.admin_dsn(empty), "SELECT to_regnamespace('op112')") == [(None,)]
    with psycopg.connect(live.admin_dsn, autocommit=True) as db:
        db.execute("INSERT INTO op112.seat VALUES ('M9', 'ready', now(), 1, gen_random_uuid())")
    with pytest.raises(ServerProblem, match="seat are not what the log says"):
        verify(live.admin_dsn, backup(live.admin_dsn, tmp_path / "odd.op112"))
    pg18.drop(empty)
    pg18.drop(live.name)
