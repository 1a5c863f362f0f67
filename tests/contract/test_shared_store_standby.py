"""A wall at a hot standby: it loses nothing to open transactions, and outlives promotion and a silent primary."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.domain.event import to_record
from operator_app.storage.postgres.binaries import debian_binaries
from operator_app.storage.postgres.launcher import DATABASE, DebianServer, EmbeddedServer
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_link import check_server
from operator_app.workflow.ports import LinkTrouble
from tests.contract.test_shared_store_doors import apply, inside
from tests.contract.test_shared_store_failover import WAIT_FOR_STANDBY, Pair, two_nodes
from tests.fakes.link_at_work import WallAtWork
from tests.fakes.writer import Writer

WRITERS, ROUNDS = 6, 25


@pytest.fixture(params=[EmbeddedServer, DebianServer], ids=["pg18", "pg15"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    if request.param is DebianServer:
        try:
            debian_binaries(15)
        except ServerProblem as problem:
            pytest.skip(problem.sentence)
    with two_nodes(request.param) as made:
        yield made


def at(server: EmbeddedServer, role: str, **more: str) -> str:
    """A way in for a login of that role made at the primary, as its name says."""
    return make_conninfo(server.dsn, user=f"{role}1", password=PASSWORDS[role], dbname=DATABASE, **more)


PASSWORDS: dict[str, str] = {}


def make_logins(pair: Pair) -> None:
    for role in ("wall", "seat"):
        PASSWORDS[role] = create_login(pair.primary.dsn, f"{role}1", role)
    with psycopg.connect(pair.primary.dsn) as db:
        db.execute(WAIT_FOR_STANDBY)


def write_with_open_transactions(dsn: str, sent: set[str], seed: int) -> None:
    """Write events in transactions of very different length, some rolled back, so that they commit out of order."""
    chance, writer = random.Random(seed), Writer(f"M{seed}")
    with psycopg.connect(dsn) as db:
        for _ in range(ROUNDS):
            events = writer.notes(2)
            given = [event.id for event in events]
            apply(db, writer, events)
            db.execute("SELECT sum(i) FROM generate_series(1, %s) i", (chance.choice([0, 0, 10**5, 10**6]),))
            if chance.random() < 0.15:
                db.rollback()
                writer = Writer(f"M{seed}")  # its numbers are free again; a journal of its own is simpler
            else:
                db.commit()
                sent.update(given)


def test_a_wall_at_a_standby_is_told_everything_once_whatever_is_open(pair: Pair) -> None:
    make_logins(pair)
    sent: set[str] = set()

    async def story() -> None:
        wall = WallAtWork(at(pair.standby, "wall"))
        await wall.until(lambda: wall.is_connected)
        crowd = [
            threading.Thread(
                target=write_with_open_transactions, args=(at(pair.primary, "seat"), sent, number)
            )
            for number in range(WRITERS)
        ]
        for each in crowd:
            each.start()
        for each in crowd:
            await asyncio.to_thread(each.join)
        await wall.until(lambda: wall.ids >= sent)
        assert wall.ids == sent
        assert len(wall.told) == len(sent)
        assert wall.presence == ()  # nobody beats here
        await wall.aclose()

    asyncio.run(story())


def test_an_open_transaction_hides_later_ones_at_a_standby_and_loses_none(pair: Pair) -> None:
    make_logins(pair)
    slow, quick = Writer("M1"), Writer("M2")

    async def story() -> None:
        wall = WallAtWork(at(pair.standby, "wall"))
        await wall.until(lambda: wall.is_connected)
        with psycopg.connect(at(pair.primary, "seat")) as first:
            early = slow.notes(1)
            apply(first, slow, early)
            with inside(at(pair.primary, "seat")) as second:
                late = quick.notes(3)
                apply(second, quick, late)
            first.commit()
        await wall.until(lambda: wall.ids == {event.id for event in (*early, *late)})
        await wall.aclose()

    asyncio.run(story())


def test_a_wall_sees_seats_at_a_standby_and_stays_when_it_is_promoted(pair: Pair) -> None:
    make_logins(pair)
    writer = Writer("M1")
    beat = "SELECT op112.heartbeat_v1(gen_random_uuid(), 'M1', 'seat', '0.1.0', 0, false)"

    async def story() -> None:
        wall = WallAtWork(at(pair.standby, "wall"))
        await wall.until(lambda: wall.is_connected)
        before = writer.notes(2)
        with inside(at(pair.primary, "seat")) as db:
            db.execute(beat)
            apply(db, writer, before)
        await wall.until(lambda: [each.seat for each in wall.presence] == ["M1"] and len(wall.ids) == 2)
        await asyncio.to_thread(pair.primary.kill)
        await asyncio.to_thread(pair.standby._control, "promote", "-w")
        after = writer.notes(2)
        with inside(at(pair.standby, "seat")) as db:
            apply(db, writer, after)
        await wall.until(lambda: wall.ids == {event.id for event in (*before, *after)})
        await wall.until(lambda: ("W1", "wall") in {(each.seat, each.role) for each in wall.presence})
        await wall.aclose()

    asyncio.run(story())


def test_a_standby_that_hears_nothing_from_its_primary_is_told_as_silent(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operator_app.storage.server.feed.BEHIND_S", 1.5)
    make_logins(pair)

    async def story() -> None:
        stop = threading.Event()

        def beat() -> None:
            with contextlib.suppress(psycopg.Error), inside(at(pair.primary, "seat")) as db:
                while not stop.wait(0.2):
                    db.execute(
                        "SELECT op112.heartbeat_v1(gen_random_uuid(), 'M1', 'seat', '0.1.0', 0, false)"
                    )

        heart = threading.Thread(target=beat)
        heart.start()
        wall = WallAtWork(at(pair.standby, "wall"))
        try:
            await wall.until(lambda: wall.is_connected)
            await asyncio.to_thread(pair.primary.freeze)
            try:
                await wall.until(lambda: not wall.is_connected)
                assert wall.states[-1].reason == LinkTrouble.SILENT
            finally:
                await asyncio.to_thread(pair.primary.thaw)
            await wall.until(lambda: wall.is_connected)
        finally:
            stop.set()
            heart.join()
            await wall.aclose()

    asyncio.run(story())


def test_a_wall_takes_whichever_node_answers_and_a_seat_never_a_standby(pair: Pair) -> None:
    make_logins(pair)
    known, other = conninfo_to_dict(pair.primary.dsn), conninfo_to_dict(pair.standby.dsn)
    both = make_conninfo(
        at(pair.standby, "wall"), host="127.0.0.1,127.0.0.1", port=f"{other['port']},{known['port']}"
    )
    assert "(a standby)" in check_server(both, reads_only=True)
    seat = at(pair.standby, "seat")
    for dsn in (seat, make_conninfo(seat, target_session_attrs="any")):
        with pytest.raises(ServerProblem, match="is a standby") as refused:
            check_server(dsn)
        assert refused.value.reason is ServerReason.STANDBY
    pair.standby.stop()
    assert "(a standby)" not in check_server(both, reads_only=True)
    writer = Writer("M1")
    with inside(at(pair.primary, "seat")) as db:
        assert apply(db, writer, writer.notes(1)) == ["new"]
        assert to_record(writer.notes(1)[0])["seq"] == 2
