"""Many seats in one process, without windows and without disks: `python -m tests.perf.crowd_seats FILE REPORT`.

FILE holds one JSON object a line: {"seat", "dsn"}. Each gets a real `ServerLink` (own connections, own threads, own
beat), over a store in memory, and sends one event of its own, so that it holds the connections of a seat at work.
Told on standard output, one JSON object a line each half second: how many seats are connected, how often one was lost
since all were there, how many of the writing seat's events every seat has got, and its processor time so far.
By TERM it ends and writes REPORT: when each of those events was handed to each seat (seconds of the monotonic clock).
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

from operator_app import __version__
from operator_app.domain.event import Event, to_record
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import EventId, JournalId
from operator_app.domain.states import SeatState
from operator_app.storage.seat.seat_store import OutgoingEvent, SeatStore
from operator_app.storage.server.feed import MemoryShelf
from operator_app.storage.server.server_link import ServerLink
from operator_app.workflow.ports import ClockMark, LinkState
from tests.fakes.writer import Writer

WRITER = "L0"
APART_S = 0.01


class MemoryStore(MemoryShelf):
    """What a link asks of a seat's store, in memory, with one event that waits for the server."""

    clock_offset_ms = 0.0

    def __init__(self, seat: str) -> None:
        super().__init__()
        event = Writer(seat).event(SeatStateChanged(SeatState.READY))
        self.journals = frozenset({event.journal_id})
        self._known: set[str] = set()
        record = json.dumps(to_record(event))
        self._unsent: tuple[OutgoingEvent, ...] = (
            OutgoingEvent(event.seq, event.id, record, event.journal_id),
        )

    def unknown(self, events: Sequence[Event]) -> Sequence[Event]:
        """Those that this seat has not been told."""
        fresh = [event for event in events if event.id not in self._known]
        self._known.update(event.id for event in fresh)
        return fresh

    def waiting(self) -> int:
        """Events that the server has not got yet."""
        return len(self._unsent)

    def quarantined(self) -> int:
        """None."""
        return 0

    def unsent(self, limit: int) -> tuple[OutgoingEvent, ...]:
        """What waits."""
        return self._unsent[:limit]

    def unsent_ids(self) -> frozenset[EventId]:
        """What waits, by id."""
        return frozenset(each.id for each in self._unsent)

    def mark_sent(self, ids: Iterable[EventId]) -> None:
        """These arrived."""
        arrived = set(ids)
        self._unsent = tuple(each for each in self._unsent if each.id not in arrived)

    def server_has(self, heads: Mapping[JournalId, int], present: Collection[EventId]) -> tuple[EventId, ...]:
        """Which of ours were there already."""
        self.mark_sent(present)
        return tuple(present)

    def stuck_s(self) -> float:
        """Never stuck."""
        return 0.0

    def keep_clock(self, offset_ms: float, mark: ClockMark) -> None:
        """Not kept."""

    def listen(self, appended: Callable[[], None]) -> Callable[[], None]:
        """Nothing is appended later."""
        return lambda: None


class Crowd:
    """The seats of this process and what they were told."""

    def __init__(self) -> None:
        self.told: dict[str, list[float]] = {}
        self.got: dict[str, int] = {}
        self.connected: set[str] = set()
        self.were_all_there = False
        self.lost = 0
        self._links: list[ServerLink] = []

    def join(self, seat: str, dsn: str) -> None:
        """Let one more seat begin."""
        self.got[seat] = 0
        link = ServerLink(
            cast(SeatStore, MemoryStore(seat)),
            dsn,
            seat,
            "seat",
            __version__,
            partial(self._on_events, seat),
            lambda ids: None,
            partial(self._on_state, seat),
            lambda presence: None,
            asyncio.get_running_loop(),
            on_restamped=lambda events: None,
        )
        self._links.append(link)
        link.start()

    def _on_events(self, seat: str, events: Sequence[Event]) -> None:
        at = time.monotonic()
        for event in events:
            if event.seat == WRITER:
                self.told.setdefault(event.id, []).append(at)
                self.got[seat] += 1

    def _on_state(self, seat: str, state: LinkState) -> None:
        if state.connected:
            self.connected.add(seat)
        elif seat in self.connected:
            self.connected.discard(seat)
            self.lost += self.were_all_there


async def run(logins: Sequence[Mapping[str, str]]) -> Crowd:
    """Live until asked to end."""
    loop, stop, crowd = asyncio.get_running_loop(), asyncio.Event(), Crowd()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    for login in logins:
        crowd.join(**login)
        await asyncio.sleep(APART_S)
    while not stop.is_set():
        crowd.were_all_there |= len(crowd.connected) == len(crowd.got)
        facts: dict[str, float] = {
            "connected": len(crowd.connected),
            "lost": crowd.lost,
            "got": min(crowd.got.values()),
        }
        facts["cpu_s"] = time.process_time()
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        try:
            await asyncio.wait_for(stop.wait(), 0.5)
        except TimeoutError:
            continue
    return crowd


def main(seats: Path, report: Path) -> None:
    """Read who is to live here, let them, and write what they were told."""
    crowd = asyncio.run(run([json.loads(line) for line in seats.read_text(encoding="utf-8").splitlines()]))
    report.write_text(json.dumps(crowd.told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
