"""Kills and cuts, counted: `python -m tests.faults [--short|--long] [--only NAME]`, by `./dev faults`.

Seats write real incidents by the real use cases, store and link (no window, no phone), a watcher reads along. After the
faults all is drained and counted: what a seat said was saved must be at the server once, with its effect once, and the
watcher must have the same room. Results in build/faults/results.json.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from tests.faults import hands, hostile, planted
from tests.faults.away import hour_away
from tests.faults.namespaces import HOST, Drop, Namespaces, why_not
from tests.faults.proxy import Cut, CutProxy
from tests.faults.seats import DRAIN_S, LightSeat
from tests.faults.settle import settle
from tests.perf.figures import Figure, save, skipped, spread, table
from tests.postgres_fixtures import server_folder

RESULTS = Path("build/faults/results.json")
PLANTED, HOSTILE = "planted", "hostile"
ONLY = (
    "only these; `planted` (faults in the program itself, do tests report them?) and `hostile` (strangers at its"
    " doors) run only when they are named"
)
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
    drops: int
    """Of packets in a namespace; they count as cuts: together 100 in the long run."""
    hour_s: float
    """How long the hour without a server is played."""
    text_kills: int
    call_kills: int


SHORT = Size(seat_kills=12, server_kills=4, cuts=8, drops=6, hour_s=10.0, text_kills=3, call_kills=1)
LONG = Size(seat_kills=200, server_kills=50, cuts=76, drops=24, hour_s=60.0, text_kills=20, call_kills=5)


def main() -> int:
    """Run the chosen faults; exit code 0 when nothing was lost or doubled, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", action="store_true", help="under three minutes (default)")
    size.add_argument("--long", action="store_true", help="the full count of target R3")
    parser.add_argument("--only", choices=sorted((*RUNS, PLANTED, HOSTILE)), action="append", help=ONLY)
    parser.add_argument("--seed", type=int, default=112, help="seed of the random moments")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    figures: list[Figure] = []
    for name in given.only or sorted(RUNS):
        start = time.monotonic()
        if name == PLANTED:
            with server_folder() as folder:
                found = planted.measure(folder)
        elif name == HOSTILE:
            found = list(hostile.measure())
        else:
            found = _in_room(RUNS[name], LONG if given.long else SHORT, chance)
        figures += found
        save(figures, RESULTS)  # after each: a long run that is ended early keeps what it has found
        print(f"{name}: {time.monotonic() - start:.0f} s\n{table(found)}\n", flush=True)
    print(f"written to {RESULTS}")
    return 0 if all(each.passed is not False for each in figures) else 1


def _in_room(
    run: Callable[[Room, Size, random.Random], list[Figure]], size: Size, chance: random.Random
) -> list[Figure]:
    # Durable: what is acknowledged must survive a kill.
    with server_folder() as folder, Room(folder) as room:
        room.start_server()
        return run(room, size, chance)


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


def packet_cuts(room: Room, size: Size, chance: random.Random) -> list[Figure]:
    """Drop the packets of two writing seats in a network namespace: half-open lines, lost acknowledgements."""
    missing = why_not()
    if missing:
        print(f"NOT RUN: packets dropped in a network namespace ({missing})", flush=True)
        return [skipped("R3 packets dropped in a namespace", missing)]
    with (
        Namespaces() as net,
        closing(CutProxy("127.0.0.1", urlsplit(room.dsn).port or 5432, at=HOST)) as relay,
    ):
        watcher = LightSeat(room, "W0")
        writers = [
            LightSeat(room, f"S{number}", through=relay.port, host=HOST, enter=net.enter) for number in (1, 2)
        ]
        watcher.start()
        for writer in writers:
            writer.start(write=ENDLESS, every_s=0.02)
        noticed_s = []
        for number in range(size.drops):
            wait_for("a seat shares", lambda: any(writer.is_drained() for writer in writers), DRAIN_S)
            time.sleep(chance.uniform(0.0, 0.3))  # the random moment
            begun = time.monotonic()
            net.drop(tuple(Drop)[number % len(Drop)])
            wait_for("the seats work alone", lambda: all(writer.is_alone() for writer in writers), STRIKE_S)
            noticed_s.append(time.monotonic() - begun)
            net.heal()
        for writer in writers:
            writer.kill()
            writer.start()
        name = f"R3 packets dropped {size.drops} times in a namespace"
        figures = settle(name, size.drops, room, watcher, writers)
        return [*figures, spread("R5 silent line noticed after", "s", noticed_s, most=3)]


def away(room: Room, size: Size, chance: random.Random) -> list[Figure]:
    """The server away for an hour."""
    return hour_away(room, size.hour_s)


RUNS: dict[str, Callable[[Room, Size, random.Random], list[Figure]]] = {
    "seat": seat_kills,
    "server": server_kills,
    "link": link_cuts,
    "packets": packet_cuts,
    "away": away,
    "text": lambda room, size, chance: hands.text_lost(room, size.text_kills, chance),
    "call": lambda room, size, chance: hands.killed_in_a_call(room, size.call_kills, chance),
}


if __name__ == "__main__":
    sys.exit(main())
