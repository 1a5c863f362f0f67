"""The count after faults: what was saved must be at the server once, with its effect once, and on every board."""

import time
from collections.abc import Sequence

from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.workflow.board import Board
from tests.faults.seats import DRAIN_S, LightSeat
from tests.perf.figures import Figure, count, spread


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
    doubled = number_of(room, "SELECT count(*) - count(DISTINCT (journal_id, journal_seq)) FROM op112.event")
    gaps = number_of(room, "SELECT coalesce(sum(last_seq - events), 0) FROM op112.journal_head")
    alarms = number_of(room, "SELECT count(*) FROM op112.alarm")
    note = f"{len(saved)} events"
    return [
        count(f"{name}: saved but lost", lost, of=tries, note=note),
        count(f"{name}: in a journal, not at the server", unsent, of=tries),
        count(f"{name}: events doubled or out of order", doubled + gaps + alarms, of=tries),
        count(f"{name}: effects doubled", wrong_effects(room, watcher.board()), of=tries),
        count(f"{name}: watcher and server differ", unequal, of=tries),
        spread(f"{name}: all arrived after", "s", [drained_s], most=10),
    ]


def wrong_effects(room: Room, board: Board) -> int:
    """Incidents whose effect at the server is not the fold of the events as that board has them."""
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


def number_of(room: Room, statement: str) -> int:
    """The one number that a query returns."""
    return int(room.sql(statement)[0][0])
