"""A server that takes beats but no writes is named as what it is; settings of role, database and PC change nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from operator_app.domain.facts.incident import IncidentNoted
from operator_app.domain.ids import IncidentId
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.door import connect
from operator_app.storage.server.server_errors import problem_of
from operator_app.workflow.ports import LinkTrouble
from tests.fakes.link_at_work import SeatAtWork
from tests.fakes.writer import fresh_id
from tests.postgres_fixtures import Database

WORDS = "Warung “Bu Tini” – 🔥 gg. José"


def role_of(dsn: str) -> str:
    return str(conninfo_to_dict(dsn)["user"])


def settings(statement: str) -> str:
    """What an administrator writes for a role."""
    return f'ALTER ROLE "{{role}}" SET {statement}'


SETTINGS = (
    "datestyle = 'SQL, DMY'",
    "datestyle = 'German'",
    "client_encoding = 'LATIN1'",
    "default_transaction_read_only = on",
    "statement_timeout = '3ms'",
    "lock_timeout = '1ms'",
    "timezone = 'Asia/Makassar'",
    "search_path = 'public'",
    "default_transaction_isolation = 'serializable'",
    "idle_session_timeout = '500ms'",
    "intervalstyle = 'sql_standard'",
    "extra_float_digits = '-15'",
    "bytea_output = 'escape'",
    "row_security = off",
)


@pytest.mark.parametrize("given", SETTINGS)
def test_what_an_administrator_gave_the_role_changes_nothing(
    database: Database, tmp_path: Path, given: str
) -> None:
    async def story() -> None:
        dsn = database.login()
        with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
            admin.execute(settings(given).format(role=role_of(dsn)))
        other = SeatAtWork(tmp_path / "M1", database.login(), "M1")
        seat = SeatAtWork(tmp_path / "M2", dsn, "M2")
        try:
            (note,) = await seat.write([seat.writer.event(IncidentNoted(IncidentId(fresh_id()), WORDS))])
            await other.until(lambda: note.id in other.ids)
            assert [each for each in other.told if each.id == note.id] == [note]
            (back,) = await other.write([other.writer.event(IncidentNoted(IncidentId(fresh_id()), WORDS))])
            await seat.until(lambda: back.id in seat.ids)
            assert [each for each in seat.told if each.id == back.id] == [back]
            assert seat.states[-1].takes
        finally:
            await seat.aclose()
            await other.aclose()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGDATESTYLE", "German"), ("PGTZ", "Asia/Makassar"), ("PGCLIENTENCODING", "LATIN1"),
        ("PGOPTIONS", "-c statement_timeout=1ms -c default_transaction_read_only=on"),
    ],
)  # fmt: skip
def test_nor_does_what_the_pc_says(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    dsn = database.login()
    monkeypatch.setenv(name, value)
    with connect(dsn, "test") as connection:
        shown = connection.execute(
            "SELECT current_setting('DateStyle'), current_setting('TimeZone'), current_setting('client_encoding'),"
            " current_setting('statement_timeout'), current_setting('transaction_read_only')"
        ).fetchone()
    assert shown == ("ISO, YMD", "UTC", "UTF8", "15s", "off")


def test_options_of_the_dsn_stay_beside_ours(database: Database) -> None:
    with connect(f"{database.login()} options='-c geqo=off -c datestyle=German'", "test") as connection:
        row = connection.execute("SELECT current_setting('geqo'), current_setting('DateStyle')").fetchone()
    assert row == ("off", "ISO, YMD")


@contextmanager
def table_locked(database: Database, dsn: str) -> Iterator[None]:
    with psycopg.connect(database.admin_dsn) as lock:
        lock.execute("LOCK TABLE op112.event IN EXCLUSIVE MODE")
        yield
        lock.rollback()


@contextmanager
def one_connection_too_few(database: Database, dsn: str) -> Iterator[None]:
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        admin.execute(f'ALTER ROLE "{role_of(dsn)}" CONNECTION LIMIT 1')
        yield
        admin.execute(f'ALTER ROLE "{role_of(dsn)}" CONNECTION LIMIT -1')


@contextmanager
def no_right_to_write(database: Database, dsn: str) -> Iterator[None]:
    function = "FUNCTION op112.apply_events_v1(uuid, text, jsonb)"
    roles = "PUBLIC, op112_seat, op112_desk"
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        admin.execute(f"REVOKE EXECUTE ON {function} FROM {roles}")
        yield
        admin.execute(f"GRANT EXECUTE ON {function} TO op112_seat, op112_desk")


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (table_locked, {LinkTrouble.BUSY, LinkTrouble.TAKES_NOTHING}),
        (one_connection_too_few, {LinkTrouble.BUSY}),
        (no_right_to_write, {LinkTrouble.MAY_NOT_WRITE}),
    ],
)
def test_a_server_that_takes_no_writes_is_named_and_heals(
    database: Database, tmp_path: Path, way: object, why: set[str]
) -> None:
    async def story() -> None:
        dsn = database.login()
        seat = SeatAtWork(tmp_path / "M1", dsn)
        try:
            await seat.until(lambda: seat.is_connected)
            await seat.write(seat.writer.notes(1))
            await seat.until(lambda: seat.store.waiting() == 0)
            with way(database, dsn):  # type: ignore[operator]
                with psycopg.connect(
                    database.admin_dsn, autocommit=True
                ) as admin:  # connections of before are gone
                    admin.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
                        (role_of(dsn),),
                    )
                await seat.until(lambda: not seat.is_connected)
                await seat.until(lambda: seat.is_connected)
                await seat.write(seat.writer.notes(2))
                await seat.until(lambda: bool(seat.states[-1].blocked))
                told = seat.states[-1]
                assert (told.connected, told.takes, told.waiting, told.blocked in why) == (
                    True,
                    False,
                    2,
                    True,
                )
                assert told.blocked_since is not None
            await seat.until(lambda: seat.states[-1].takes and seat.store.waiting() == 0)
            assert seat.store.quarantined() == 0
        finally:
            await seat.aclose()

    asyncio.run(story())


def test_a_read_only_server_is_no_standby_and_nobody_is_told_to_promote_it(database: Database) -> None:
    dsn = database.login()
    for reason in ServerReason:
        assert "promote" not in problem_of(reason, dsn).sentence
    assert "no standby" in problem_of(ServerReason.READ_ONLY, dsn).sentence
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{database.name}" SET default_transaction_read_only = on')
    try:
        connect(dsn, "test").close()
    except ServerProblem as problem:
        raise AssertionError(problem.sentence) from problem
