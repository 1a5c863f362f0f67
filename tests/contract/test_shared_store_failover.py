"""Two nodes: the primary dies, the standby is promoted, and seats that know both addresses go on by themselves."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.storage.postgres.binaries import debian_binaries
from operator_app.storage.postgres.launcher import DATABASE, DebianServer, EmbeddedServer
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_setup import init_server
from tests.fakes.link_at_work import SeatAtWork
from tests.postgres_fixtures import server_folder

WAIT_FOR_STANDBY = """
    DO $$ DECLARE place pg_lsn := pg_current_wal_lsn(); BEGIN
        LOOP
            PERFORM pg_stat_clear_snapshot();
            EXIT WHEN EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= place);
            PERFORM pg_sleep(0.02);
        END LOOP;
    END $$
"""


def standby_of(primary: EmbeddedServer, kind: type[EmbeddedServer], data: Path) -> EmbeddedServer:
    """A running standby that follows the primary, made by pg_basebackup as a site would."""
    standby = kind(data)
    standby._prepare()
    shutil.copy(primary.data / "password", data / "password")
    standby._run(
        "pg_basebackup", "-d", primary.dsn, "-D", str(standby.cluster), "-R", "-X", "stream", "-c", "fast"
    )
    standby.start()
    return standby


class Pair:
    """A primary and its standby on loopback."""

    def __init__(self, primary: EmbeddedServer, standby: EmbeddedServer) -> None:
        self.primary, self.standby = primary, standby

    def dsn(self, name: str) -> str:
        """One way in for both, as it stands in a seat's settings."""
        known, other = conninfo_to_dict(self.primary.dsn), conninfo_to_dict(self.standby.dsn)
        return make_conninfo(
            host="127.0.0.1,127.0.0.1",
            port=f"{known['port']},{other['port']}",
            user=name,
            password=create_login(self.primary.dsn, name, "seat"),
            dbname=DATABASE,
            target_session_attrs="read-write",
        )


@contextmanager
def two_nodes(kind: type[EmbeddedServer]) -> Iterator[Pair]:
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder())
        primary = stack.enter_context(kind(folder / "a"))
        init_server(primary.dsn)
        standby = standby_of(primary, kind, folder / "b")
        stack.callback(standby.stop)
        yield Pair(primary, standby)


@pytest.mark.parametrize("kind", [EmbeddedServer, DebianServer], ids=["pg18", "pg15"])
def test_seats_write_again_at_the_promoted_standby_and_nothing_is_lost(
    kind: type[EmbeddedServer], tmp_path: Path
) -> None:
    """Target R5. The standby follows asynchronously and misses the end: what is acknowledged comes from the seats."""
    if kind is DebianServer:
        try:
            debian_binaries(15)
        except ServerProblem as problem:
            pytest.skip(problem.sentence)

    async def story(pair: Pair) -> None:
        seats = [SeatAtWork(tmp_path / name, pair.dsn(name), name) for name in ("M1", "M2", "M3")]
        sent: list[str] = []

        async def write() -> None:
            for each in seats:
                sent.extend(event.id for event in await each.write(each.writer.notes(5)))

        async def until_all_there() -> None:
            for each in seats:
                await each.until(lambda each=each: each.is_connected and each.link.state.waiting == 0)  # type: ignore[misc]

        for each in seats:
            await each.until(lambda each=each: each.is_connected)  # type: ignore[misc]
        await write()
        await until_all_there()
        first = len(sent)
        with psycopg.connect(pair.primary.dsn) as db:
            db.execute(WAIT_FOR_STANDBY)
        await asyncio.to_thread(pair.standby.kill)  # it misses what comes now
        await write()
        await until_all_there()
        await asyncio.to_thread(pair.primary.kill)
        begun = time.monotonic()
        for each in seats:
            await each.until(lambda each=each: not each.is_connected)  # type: ignore[misc]
        noticed_s = time.monotonic() - begun
        await write()
        await asyncio.to_thread(pair.standby.restart)
        with psycopg.connect(pair.standby.dsn) as db:
            assert db.execute("SELECT count(*) FROM op112.event").fetchone() == (first,)
        assert not any(each.is_connected for each in seats)
        begun = time.monotonic()
        await asyncio.to_thread(pair.standby._control, "promote", "-w")
        promoted_s = time.monotonic() - begun
        begun = time.monotonic()
        await until_all_there()
        again_s = time.monotonic() - begun
        print(
            f"R5: noticed {noticed_s:.1f} s, promotion {promoted_s:.1f} s, all written after it {again_s:.1f} s"
        )
        assert noticed_s < 3
        assert again_s < 10
        with psycopg.connect(pair.standby.dsn) as db:
            held = [row[0] for row in db.execute("SELECT id::text FROM op112.event")]
        assert sorted(held) == sorted(sent)
        for each in seats:
            await each.until(lambda each=each: len(each.ids) >= len(sent) * 2 // 3)  # type: ignore[misc]
            await each.aclose()
            assert each.store.quarantined() == 0

    with two_nodes(kind) as pair:
        asyncio.run(story(pair))
