"""R5: a dead server is noticed, and seats write again at the promoted standby."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.storage.postgres.launcher import EmbeddedServer
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_setup import init_server
from tests.contract.test_shared_store_failover import WAIT_FOR_STANDBY, Pair, two_nodes
from tests.fakes.link_at_work import SeatAtWork
from tests.faults.proxy import Cut, CutProxy
from tests.perf.figures import Figure, count, spread
from tests.postgres_fixtures import server_folder

TRIES = 8
SEATS = 3
NOTICED_S, AGAIN_S = 3.0, 10.0


def measure() -> list[Figure]:
    """Freeze, cut off and kill the server at random moments; then lose the primary under both kinds of replication."""
    return [*noticed(), *failover(synchronous=False), *failover(synchronous=True)]


def noticed() -> list[Figure]:
    """Seconds from the death to the seat's own word that the server is away; it writes on in the meantime."""
    with server_folder() as folder, EmbeddedServer(folder / "server") as server:
        init_server(server.dsn)
        login = make_conninfo(server.dsn, user="M1", password=create_login(server.dsn, "M1", "seat"))
        wire = CutProxy("127.0.0.1", int(str(conninfo_to_dict(server.dsn)["port"])))
        through = make_conninfo(login, port=wire.port)
        try:
            faults: dict[str, tuple[str, Callable[[], object], Callable[[], object]]] = {
                "frozen (SIGSTOP)": (login, server.freeze, server.thaw),
                "cut off (black hole)": (through, lambda: wire.cut(Cut.BLACK_HOLE), wire.heal),
                "killed": (login, server.kill, server.restart),
            }
            return [
                spread(f"R5 server {name} → noticed", "s", asyncio.run(strike(*fault)), most=NOTICED_S)
                for name, fault in faults.items()
            ]
        finally:
            wire.close()


async def strike(dsn: str, begin: Callable[[], object], end: Callable[[], object]) -> list[float]:
    """Let the fault strike a connected, writing seat that many times."""
    chance, spent = random.Random(112), []
    with TemporaryDirectory() as folder:
        async with at_work(Path(folder), "M1", dsn) as seat:
            for _ in range(TRIES):
                await seat.until(lambda: seat.is_connected and seat.link.state.waiting == 0, limit_s=60)
                await seat.write(seat.writer.notes(1))
                await asyncio.sleep(chance.uniform(0.0, 1.0))  # the random moment
                begun = time.monotonic()
                await asyncio.to_thread(begin)
                try:
                    await seat.until(lambda: not seat.is_connected, limit_s=30)
                    spent.append(time.monotonic() - begun)
                finally:
                    await asyncio.to_thread(end)
    return spent


def failover(*, synchronous: bool) -> list[Figure]:
    """Kill the primary under writing seats, promote the standby, and count what it lacks of what was acknowledged."""
    with two_nodes(EmbeddedServer) as pair:
        if synchronous:
            with psycopg.connect(pair.primary.dsn, autocommit=True) as db:
                db.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
                db.execute("SELECT pg_reload_conf()")
        noticed_s, again_s, missing, lost = asyncio.run(_failover(pair))
    kind = "synchronous" if synchronous else "asynchronous"
    figures = [
        spread(f"R5 {kind}: primary killed → noticed by {SEATS} seats", "s", [noticed_s], most=NOTICED_S),
        spread(f"R5 {kind}: promoted → all seats write there", "s", [again_s], most=AGAIN_S),
        count(f"R5 {kind}: acknowledged but lost in the end", lost, of=SEATS),
    ]
    name = f"R5 {kind}: acknowledged, not at the standby when it was promoted"
    if synchronous:
        return [*figures, count(name, missing, of=SEATS)]
    return [*figures, spread(name, "", [missing], note="brought again by the seats")]


async def _failover(pair: Pair) -> tuple[float, float, int, int]:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        names = [f"M{number}" for number in range(1, SEATS + 1)]
        seats = [await stack.enter_async_context(at_work(folder / n, n, pair.dsn(n))) for n in names]
        for seat in seats:
            await seat.until(lambda seat=seat: seat.is_connected)  # type: ignore[misc]
        with psycopg.connect(pair.primary.dsn) as db:
            db.execute(WAIT_FOR_STANDBY)
        writing = asyncio.Event()

        async def go_on(seat: SeatAtWork) -> None:
            while not writing.is_set():
                await seat.write(seat.writer.notes(1))
                await asyncio.sleep(0.01)

        work = [asyncio.ensure_future(go_on(seat)) for seat in seats]
        for seat in seats:
            await seat.until(lambda seat=seat: len(seat.shared) > 50)  # type: ignore[misc]
        begun = time.monotonic()
        await asyncio.to_thread(pair.primary.kill)
        for seat in seats:
            await seat.until(lambda seat=seat: not seat.is_connected)  # type: ignore[misc]
        noticed_s = time.monotonic() - begun
        acknowledged = {each for seat in seats for each in seat.shared}
        missing = len(acknowledged - await asyncio.to_thread(ids_at, pair.standby.dsn))
        await asyncio.to_thread(pair.standby._control, "promote", "-w")
        begun = time.monotonic()
        written = {each for seat in seats for each in seat.shared}
        for seat in seats:
            await seat.until(lambda seat=seat: bool(set(seat.shared) - written))  # type: ignore[misc]
        again_s = time.monotonic() - begun
        writing.set()
        await asyncio.gather(*work)
        for seat in seats:
            await seat.until(lambda seat=seat: seat.is_connected and seat.link.state.waiting == 0)  # type: ignore[misc]
        lost = len(acknowledged - await asyncio.to_thread(ids_at, pair.standby.dsn))
        return noticed_s, again_s, missing, lost


def ids_at(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as db:
        return {row[0] for row in db.execute("SELECT id::text FROM op112.event")}


@contextlib.asynccontextmanager
async def at_work(folder: Path, name: str, dsn: str) -> AsyncIterator[SeatAtWork]:
    seat = SeatAtWork(folder, dsn, name)
    try:
        yield seat
    finally:
        await seat.aclose()
