"""R4: the server away for an hour while three seats take calls and incidents, some of them the same."""

import time
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from operator_app.domain.facts.incident import FieldSet
from operator_app.domain.incident import Incident
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.workflow.board import Board
from tests.faults.hour import SHARED
from tests.faults.proxy import Cut, CutProxy
from tests.faults.seats import DRAIN_S, LightSeat
from tests.faults.settle import number_of, wrong_effects
from tests.perf.figures import Figure, count, spread

CALLS = (17, 17, 16)
INCIDENTS = (5, 5, 5)
SHARED_INCIDENTS = 5
"""50 calls, and with the shared ones 20 incidents."""


def hour_away(room: Room, seconds: float) -> list[Figure]:
    """Cut all lines, play the hour in that many seconds, let everything arrive, compare everybody."""
    wire = CutProxy("127.0.0.1", urlsplit(room.dsn).port or 5432)
    go = room.folder / "go"
    seats = [LightSeat(room, f"M{number}", through=wire.port) for number in (1, 2, 3)]
    try:
        for place, seat in enumerate(seats):
            hour = (
                "--hour",
                str(go),
                "--seconds",
                str(seconds),
                "--shared",
                str(SHARED_INCIDENTS * (place == 0)),
            )
            seat.start(more=(*hour, "--calls", str(CALLS[place]), "--incidents", str(INCIDENTS[place])))
        wait_for("all know the shared incidents", lambda: _have_prepared(room, seats), DRAIN_S)
        before = _ids(room)
        wire.cut(Cut.RESET)
        for seat in seats:
            wait_for(f"{seat.name} works alone", seat.is_alone, DRAIN_S, seat.process.tail)
        go.touch()
        for seat in seats:
            wait_for(f"{seat.name} took its hour", seat.has_written, DRAIN_S + seconds, seat.process.tail)
        waiting = sum(len(seat.saved()) for seat in seats) - len(before)
        begun = time.monotonic()
        wire.heal()
        saved = set().union(*(seat.saved() for seat in seats))
        wait_for("all has arrived everywhere", lambda: _equal(room, seats, saved), DRAIN_S, every_s=0.1)
        recovered_s = time.monotonic() - begun
        for seat in seats:
            seat.stop()
        return _figures(room, seats, saved, waiting, recovered_s)
    finally:
        wire.close()


def _have_prepared(room: Room, seats: Sequence[LightSeat]) -> bool:
    opened = number_of(
        room, "SELECT count(*) FROM op112.incident WHERE place IS NOT NULL AND kind IS NOT NULL"
    )
    return opened == SHARED_INCIDENTS and _equal(room, seats, _ids(room))


def _ids(room: Room) -> set[str]:
    return {row[0] for row in room.sql("SELECT id FROM op112.event")}


def _equal(room: Room, seats: Sequence[LightSeat], wanted: set[str]) -> bool:
    return _ids(room) >= wanted and all(seat.kept() >= wanted for seat in seats)


def _figures(
    room: Room, seats: Sequence[LightSeat], saved: set[str], waiting: int, recovered_s: float
) -> list[Figure]:
    at_server, boards = _ids(room), [seat.board() for seat in seats]
    doubled = number_of(room, "SELECT count(*) - count(DISTINCT (journal_id, journal_seq)) FROM op112.event")
    calls, incidents = (
        number_of(room, f"SELECT count(*) FROM op112.{name}") for name in ("call", "incident")
    )
    visible, hidden = _clashes(boards)
    rejected = number_of(room, "SELECT count(*) FROM op112.rejected")
    name = "R4 server away 60 min (played)"
    differ = sum(wrong_effects(room, board) for board in boards) + sum(
        board.incidents.keys() != boards[0].incidents.keys() for board in boards
    )
    note = f"{calls} calls, {incidents} incidents, {waiting} events waited"
    return [
        count(f"{name}: saved but lost", len(saved - at_server), of=len(saved), note=note),
        count(f"{name}: events doubled", doubled, of=len(saved)),
        count(f"{name}: calls", calls, of=1, target=sum(CALLS)),
        count(f"{name}: incidents", incidents, of=1, target=sum(INCIDENTS) + SHARED_INCIDENTS),
        count(f"{name}: clashes not visible", hidden, of=visible + hidden, note=f"{visible} visible"),
        count(f"{name}: incidents that differ between seats and server", differ, of=3 * incidents),
        spread(f"{name}: moves kept as rejected", "", [float(rejected)], note="shown in the timelines"),
        spread(f"{name}: all equal again after", "s", [recovered_s], most=10),
    ]


def _clashes(boards: Sequence[Board]) -> tuple[int, int]:
    """Of each shared field the last words of every other seat must be beside those of the winner: counted by hand."""
    visible = hidden = 0
    for board in boards:
        for incident in board.incidents.values():
            if incident.value("place").startswith(SHARED):
                found, missing = _clashes_of(incident)
                visible, hidden = visible + found, hidden + missing
    return visible, hidden


def _clashes_of(incident: Incident) -> tuple[int, int]:
    last: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for event in incident.timeline:
        if isinstance(event.fact, FieldSet):
            last[event.fact.field][event.seat] = event.fact.value
    found = missing = 0
    for field, values in last.items():
        held = incident.fields[field]
        shown = {(each.seat, each.value) for each in held.clashes}
        for seat, value in values.items():
            if value != held.value:
                found += (seat, value) in shown
                missing += (seat, value) not in shown
    return found, missing
