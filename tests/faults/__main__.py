"""Kills and cuts, counted: `python -m tests.faults [--short|--long] [--only seat|server|link]`, by `./dev faults`.

Seats write real incidents by the real use cases, store and link (no window, no phone), a watcher reads along. After the
faults all is drained and counted: what a seat said was saved must be at the server once, with its effect once, and the
watcher must have the same room. Results in build/faults/results.json.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from tests.faults.proxy import Cut, CutProxy
from tests.faults.seats import DRAIN_S, LightSeat
from tests.perf.figures import Figure, count, save, spread, table

RESULTS = Path("build/faults/results.json")
ENDLESS = 1_000_000
STRIKE_S = 30.0
BLACK_HOLE_S = 4.0
"""Longer than the 3 s in which a dead server is noticed (R5)."""


@dataclass(frozen=True, slots=True)
class Size:
    """How often each fault strikes."""

    seat_kills: int
    server_kills: int
    cuts: int


SHORT = Size(seat_kills=30, server_kills=8, cuts=16)
LONG = Size(seat_kills=200, server_kills=50, cuts=100)


def main() -> int:
    """Run the chosen faults; exit code 0 when nothing was lost or doubled, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", action="store_true", help="under three minutes (default)")
    size.add_argument("--long", action="store_true", help="the full count of target R3")
    parser.add_argument("--only", choices=sorted(RUNS), action="append", help="only these faults")
    parser.add_argument("--seed", type=int, default=112, help="seed of the random moments")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    figures: list[Figure] = []
    for name in given.only or sorted(RUNS):
        start = time.monotonic()
        figures += _in_room(RUNS[name], LONG if given.long else SHORT, chance)
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    save(figures, RESULTS)
    print(table(figures))
    print(f"written to {RESULTS}")
    return 0 if all(each.passed is not False for each in figures) else 1


def _in_room(
    run: Callable[[Room, Size, random.Random], list[Figure]], size: Size, chance: random.Random
) -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="operator-112-faults-"))
    try:
        with Room(folder) as room:  # durable: what is acknowledged must survive a kill
            room.start_server()
            return run(room, size, chance)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- the faults


def seat_kills(room: Room, size: Size, chance: random.Random) -> list[Figure]:
    """Kill two writing seats at random moments, and start each again on its own store."""
    watcher, writers = LightSeat(room, "W0"), [LightSeat(room, f"S{number}") for number in (1, 2)]
    watcher.start()
    for number in range(size.seat_kills):
        writer = writers[number % 2]
        writer.start(write=ENDLESS, every_s=0.002)
        wait_for(f"{writer.name} writes", writer.has_saved)
        time.sleep(chance.uniform(0.0, 0.6))  # the random moment
        writer.kill()
    for writer in writers:
        writer.start()
    return settle(f"R3 seat killed {size.seat_kills} times", size.seat_kills, room, watcher, writers)


def server_kills(room: Room, size: Size, chance: random.Random) -> list[Figure]:
    """Kill every process of the server at random moments while two seats write."""
    assert room.server is not None
    watcher, writers = LightSeat(room, "W0"), [LightSeat(room, f"S{number}") for number in (1, 2)]
    watcher.start()
    for writer in writers:
        writer.start(write=ENDLESS, every_s=0.02)
    away_s = []
    for _ in range(size.server_kills):
        wait_for("a seat shares", lambda: any(writer.is_drained() for writer in writers), DRAIN_S)
        time.sleep(chance.uniform(0.0, 1.0))  # the random moment
        start = time.monotonic()
        room.server.kill()
        room.server.start()
        away_s.append(time.monotonic() - start)
    for writer in writers:
        writer.kill()
        writer.start()
    figures = settle(f"R3 server killed {size.server_kills} times", size.server_kills, room, watcher, writers)
    return [*figures, spread("server back after a kill", "s", away_s)]


def link_cuts(room: Room, size: Size, chance: random.Random) -> list[Figure]:
    """Cut the wire of two writing seats: lost requests, lost answers, resets, half-open lines."""
    wire = CutProxy("127.0.0.1", urlsplit(room.dsn).port or 5432)
    try:
        watcher = LightSeat(room, "W0")
        writers = [LightSeat(room, f"S{number}", through=wire.port) for number in (1, 2)]
        watcher.start()
        for writer in writers:
            writer.start(write=ENDLESS, every_s=0.02)
        for number in range(size.cuts):
            wait_for("a seat shares", lambda: any(writer.is_drained() for writer in writers), DRAIN_S)
            how = tuple(Cut)[number % len(Cut)]
            time.sleep(chance.uniform(0.0, 0.3))  # the random moment
            wire.cut(how)
            if how in (Cut.LOST_REQUEST, Cut.LOST_ACK):
                if not wire.wait_struck(STRIKE_S):
                    raise RuntimeError(f"{how}: no writing request passed within {STRIKE_S:g} s")
            else:
                time.sleep(BLACK_HOLE_S if how is Cut.BLACK_HOLE else chance.uniform(0.1, 1.0))
            wire.heal()
        for writer in writers:
            writer.kill()
            writer.start()
        if sum(wire.struck.values()) != size.cuts:
            raise RuntimeError(f"{size.cuts} cuts were meant, {dict(wire.struck)} struck")
        return settle(f"R3 link cut {size.cuts} times", size.cuts, room, watcher, writers)
    finally:
        wire.close()


RUNS = {"seat": seat_kills, "server": server_kills, "link": link_cuts}


# ---- the count


def settle(
    name: str, tries: int, room: Room, watcher: LightSeat, writers: Sequence[LightSeat]
) -> list[Figure]:
    """Let everything arrive, stop the seats, and count what was lost and what was doubled."""
    start = time.monotonic()
    for writer in writers:
        wait_for(f"{writer.name} has sent all", writer.is_drained, DRAIN_S, writer.process.tail)
    at_server = {row[0] for row in room.sql("SELECT id FROM op112.event")}

    def watcher_has_all() -> bool:
        return at_server <= {each for ids in (*watcher.told("shown"), *watcher.told("saved")) for each in ids}

    wait_for("the watcher has seen all", watcher_has_all, DRAIN_S, watcher.process.tail)
    wait_for("the watcher keeps all", lambda: at_server <= watcher.kept(), DRAIN_S, watcher.process.tail)
    drained_s = time.monotonic() - start
    for seat in (watcher, *writers):
        seat.stop()
    seats = (watcher, *writers)
    saved = set().union(*(seat.saved() for seat in seats))
    stores = [seat.kept() for seat in seats]
    lost = len(saved - at_server)
    unsent = len(set().union(*stores) - at_server)
    unequal = len(stores[0] ^ at_server)
    doubled = _number(room, "SELECT count(*) - count(DISTINCT (journal_id, journal_seq)) FROM op112.event")
    gaps = _number(room, "SELECT coalesce(sum(last_seq - events), 0) FROM op112.journal_head")
    alarms = _number(room, "SELECT count(*) FROM op112.alarm")
    note = f"{len(saved)} events"
    return [
        count(f"{name}: saved but lost", lost, of=tries, note=note),
        count(f"{name}: in a journal, not at the server", unsent, of=tries),
        count(f"{name}: events doubled or out of order", doubled + gaps + alarms, of=tries),
        count(f"{name}: effects doubled", _wrong_effects(room, watcher), of=tries),
        count(f"{name}: watcher and server differ", unequal, of=tries),
        spread(f"{name}: all arrived after", "s", [drained_s], most=10),
    ]


def _wrong_effects(room: Room, watcher: LightSeat) -> int:
    """Incidents whose effect at the server is not the fold of the events as the watcher has them."""
    board = watcher.board()
    there = {
        row[0]: row[1:]
        for row in room.sql(
            "SELECT i.id, coalesce(number, ''), status, coalesce(place, ''), coalesce(text, ''),"
            " (SELECT count(*) FROM op112.dispatch d WHERE d.incident_id = i.id) FROM op112.incident i"
        )
    }
    here = {
        str(each.id): (
            each.number,
            each.status.value,
            each.value("place"),
            each.value("text"),
            str(len(each.dispatches)),
        )
        for each in board.incidents.values()
    }
    return sum(there.get(key) != here.get(key) for key in there.keys() | here.keys())


def _number(room: Room, statement: str) -> int:
    return int(room.sql(statement)[0][0])


if __name__ == "__main__":
    sys.exit(main())
