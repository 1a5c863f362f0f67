"""A seat without window and phone: the real use cases, store and link in a process of their own, for crowds and kills.

`python -m tests.faults.light_seat --settings FILE [--write N] [--every S] [--hour FILE]`
tells on standard output, one JSON object a line:
{"up": journal id}, {"saved": [event ids], "at": s, "opened": [incident ids]}, {"took_ms": n}, {"shown": [event ids],
"at": s} (events of others on its board),
{"shared": n}, {"link": true|false, "waiting": n}; times by the monotonic clock. It ends by TERM.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path

from operator_app import __version__
from operator_app.bootstrap.clock import RoomClock
from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import load_settings
from operator_app.domain.event import Event
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.ids import SeatName
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.storage.server.server_link import ServerLink
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import LinkState, Saved
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat
from tests.faults.hour import FastClock, prepare, take_hour

PLACES = ("Teluk Lingga", "Swarga Bara", "Singa Gembara", "Sangatta Utara", "Singa Geweh")
KINDS = ("KEB-01", "SAT-01", "BEN-01", "LAK-01", "MED-01")


def tell(**facts: object) -> None:
    """Write one line at once: whoever reads it may kill us the moment after."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def tell_saved(saved: Saved) -> None:
    """Tell what is on disk, and which incident was opened by it."""
    opened = [each.fact.incident_id for each in saved.events if isinstance(each.fact, IncidentOpened)]
    tell(saved=[each.id for each in saved.events], at=time.monotonic(), opened=opened)


async def timed(wish: Awaitable[object]) -> None:
    """Carry out a wish and tell how long it took until it was on disk."""
    begun = time.monotonic()
    await wish
    tell(took_ms=(time.monotonic() - begun) * 1000)


async def write_incidents(seat: Seat, count: int, every_s: float) -> None:
    """Take incidents as an operator does, one wish after the other, each told when it is safe on disk."""
    for number in range(count):
        seat.hand.select(None)
        await timed(seat.form.edit({"place": f"{PLACES[number % len(PLACES)]} no. {number}"}))
        await asyncio.sleep(every_s)
        await timed(seat.form.choose_kind(KINDS[number % len(KINDS)]))
        await asyncio.sleep(every_s)
        text = f"uraian {number} " + "x" * (number % 400)
        await timed(seat.form.edit({"text": text, "position": "0.51893,117.57840"}))
        await asyncio.sleep(every_s)
        await timed(seat.course.note(f"catatan {number}"))
        await asyncio.sleep(every_s)
        await timed(seat.handover.dispatch(None))
        await asyncio.sleep(every_s)


async def run(arguments: argparse.Namespace) -> None:
    """Live until asked to end."""
    settings = load_settings(arguments.settings)
    folder = Path(settings.seat.data)
    store = SeatStore.open(folder)
    hour = None if arguments.hour is None else FastClock(arguments.seconds)
    clock, board, bus = (
        hour or RoomClock(store.clock_mark, store.clock_offset_ms, store.newest_at),
        Board(),
        Bus(),
    )
    recorder = Recorder(store, clock, board, bus, SeatName(settings.seat.name), "", store.last_hlc)
    seat = Seat(recorder, board, bus, None, site_rules(settings, folder / "site"))
    board.apply(store.events())
    bus.subscribe(Saved, tell_saved)
    bus.subscribe(
        LinkState, lambda state: tell(link=state.connected, waiting=state.waiting, why=state.reason)
    )

    def on_events(events: Sequence[Event]) -> None:
        seat.room.on_events(events)
        tell(shown=[each.id for each in events], at=time.monotonic())

    def on_shared(ids: tuple[str, ...]) -> None:
        seat.room.on_shared(ids)
        tell(shared=len(ids), at=time.monotonic())

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    link = ServerLink(
        store,
        settings.server.dsn,
        seat=settings.seat.name,
        role="seat",
        version=__version__,
        on_events=on_events,
        on_shared=on_shared,
        on_restamped=seat.room.on_restamped,
        on_state=seat.room.on_link,
        on_presence=seat.room.on_presence,
        loop=loop,
    )
    seat.hand.told = link.tell_at_hand
    link.start()
    tell(up=store.journal_id)
    try:
        await seat.open()
        if hour is not None:
            await prepare(seat, arguments.shared)
            work = (arguments.hour, arguments.calls, arguments.incidents, arguments.seconds)
            tell(written=True, refused=await take_hour(seat, recorder, hour, *work))
        if arguments.write:
            await write_incidents(seat, arguments.write, arguments.every)
            tell(written=arguments.write)
        await stop.wait()
    finally:
        await asyncio.to_thread(link.stop)
        recorder.close()
        store.close()


def main() -> None:
    """Read the command line and live."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--write", type=int, default=0)
    parser.add_argument("--every", type=float, default=0.01)
    parser.add_argument("--hour", type=Path, help="play an hour without the server when this file comes")
    parser.add_argument("--shared", type=int, default=0, help="open so many incidents for all seats first")
    parser.add_argument("--calls", type=int, default=0)
    parser.add_argument("--incidents", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the hour takes")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
