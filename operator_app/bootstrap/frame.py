"""What every window stands on, and the steps that their starts share."""

import asyncio
import json
import logging
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from operator_app import __version__
from operator_app.bootstrap.clock import RoomClock
from operator_app.bootstrap.local_site import LocalSite
from operator_app.config.settings import Settings
from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Fact, call_of, incident_of
from operator_app.domain.ids import SeatName
from operator_app.lanes.watchdog import StallWatch
from operator_app.maps.site import Site, SitePackError
from operator_app.storage.seat.disk_watch import DiskWatch
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.kit.theme import Theme
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.words.texts import Texts
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.desk import Desk
from operator_app.workflow.hand import AtHand
from operator_app.workflow.ports import DiskStanding, LinkState, LinkTrouble, SetAside
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.room import Room
from operator_app.workflow.site_desk import SiteDesk
from operator_app.workflow.site_rules import SiteRules
from operator_app.workflow.wallroom import WallRoom

if TYPE_CHECKING:  # its driver is loaded late, see join_server
    from operator_app.storage.server.server_link import ServerLink

log = logging.getLogger(__name__)

LAST_WRITES_S = 5.0
"""A window that is closed does not wait longer for a disk: while it lives no other can open its store."""
TIME_S = 4.0
"""So long a server may take to tell the time to a window whose PC may have a wrong clock."""
SECOND_S = 1.0
DISK_LOOK_S = 1.0
PRESENT_S = 5.0
"""A window that was heard within so many seconds is there."""
CHUNK = 400
"""Events of the history put on the board in one turn of the loop: about 10 ms."""


class ShownWindow(Protocol):
    """What every window can do for its builder."""

    def show(self) -> None:
        """Appear."""

    async def open_channel(self) -> None:
        """Open the observation channel, if one was asked for."""

    async def shutdown(self) -> None:
        """Let go of timers, map and channel."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every window stands on."""

    config: Path
    settings: Settings
    folder: Path
    local: LocalSite
    site: Site
    texts: Texts
    theme: Theme
    control: Path | None
    site_trouble: SitePackError | None
    engine: "subprocess.Popen[bytes] | None" = None
    """The phone's engine, started before all else and on its way up."""
    first: MainWindow | None = None
    """The seat's window as its first frame shows it, fonts and theme applied."""

    @property
    def rules(self) -> SiteRules:
        """What the site says at the start."""
        return self.local.rules


def record(frame: Frame, store: SeatStore) -> tuple[RoomClock, Board, Bus, Recorder]:
    """Make the clock, the board, the bus and the one door to the record of a window that writes."""
    clock = RoomClock(store.clock_mark, store.clock_offset_ms, store.newest_at)
    board, bus = Board(), Bus()
    seat = frame.settings.seat
    recorder = Recorder(store, clock, board, bus, SeatName(seat.name), seat.operator, store.last_hlc)
    return clock, board, bus, recorder


async def watch_disk(frame: Frame, bus: Bus) -> None:
    """Tell whenever the disk under the window stands differently, until cancelled; a slow disk holds up nobody."""
    seat = frame.settings.seat
    watch = await asyncio.to_thread(DiskWatch, frame.folder, seat.disk_warn_mb, seat.disk_alarm_mb)
    last = DiskStanding.FINE
    while True:
        state = await asyncio.to_thread(watch.look)
        if state.standing is not last:
            last = state.standing
            log.warning("the disk with %s: %s, %d MB free", frame.folder, last, state.free_mb)
            bus.publish(state)
        await asyncio.sleep(DISK_LOOK_S)


@asynccontextmanager
async def disk_watched(frame: Frame, bus: Bus) -> AsyncIterator[None]:
    """Watch the disk meanwhile."""
    watching = asyncio.ensure_future(watch_disk(frame, bus))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@asynccontextmanager
async def shown(window: ShownWindow, parts: AsyncExitStack) -> AsyncIterator[None]:
    """Show the window, let it paint, open its observation channel."""
    watch_stalls(parts)
    window.show()
    await asyncio.sleep(0)
    await window.open_channel()
    try:
        yield
    finally:
        await window.shutdown()


def watch_stalls(parts: AsyncExitStack) -> None:
    """Log every stall of the window's thread with its stack."""
    watch = StallWatch()
    watch.start(asyncio.get_running_loop())
    parts.callback(watch.stop)


async def load_history(store: SeatStore, board: Board, bus: Bus) -> None:
    """Put what this window knew on the board, newest first, without standing in the way of the window's thread."""
    for bite in await asyncio.to_thread(lambda: in_bites(store.events())):
        bus.publish(board.apply(bite))
        await asyncio.sleep(0)


def in_bites(events: Iterable[Event]) -> list[list[Event]]:
    """Sort a history into bites, newest first, each incident whole in one: half of it looks like moves in vain."""
    groups: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda each: each.order, reverse=True):
        groups.setdefault(incident_of(event.fact) or call_of(event.fact) or event.id, []).append(event)
    bites: list[list[Event]] = [[]]
    for group in groups.values():
        if bites[-1] and len(bites[-1]) + len(group) > CHUNK:
            bites.append([])
        bites[-1] += group
    return bites


def tell_connecting(frame: Frame, user: Room | Desk | WallRoom, clock: RoomClock) -> None:
    """Until the first word comes or fails, the screen says that it is being tried."""
    if frame.settings.server.dsn:
        user.on_link(LinkState(False, clock.now(), 0, LinkTrouble.CONNECTING))


@asynccontextmanager
async def site_followed(
    frame: Frame, user: Room | Desk | WallRoom, note: Callable[[Fact], None] | None
) -> AsyncIterator[None]:
    """Keep the window at the site's data as it is published, and compare it with the other windows each second.

    Enter it with the past known; `note` records what the window goes by, None where nothing is written.
    """
    seat = SeatName(frame.settings.seat.name)
    site = SiteDesk(user.rules, user.board, user.bus, frame.local, seat, note)

    async def compare() -> None:
        while True:
            present = [each.seat for each in user.presence if each.age_s < PRESENT_S]
            site.tick(user.now(), present)
            await asyncio.sleep(SECOND_S)

    site.begin()
    comparing = asyncio.ensure_future(compare())
    try:
        yield
    finally:
        comparing.cancel()
        site.close()


async def join_server(
    frame: Frame,
    store: SeatStore,
    user: Room | Desk,
    clock: RoomClock,
    parts: AsyncExitStack,
    hand: AtHand | None = None,
) -> None:
    """Begin to exchange events with the server, if one is configured; ended with `parts`."""
    if not frame.settings.server.dsn:
        return
    # Loading the database's driver takes 0.3 s: after the first paint, and not on the window's thread.
    server_link = await asyncio.to_thread(import_module, "operator_app.storage.server.server_link")
    link = server_link.ServerLink(
        store,
        frame.settings.server.dsn,
        seat=frame.settings.seat.name,
        role=frame.settings.seat.role,
        version=__version__,
        on_events=user.on_events,
        on_shared=user.on_shared,
        on_restamped=user.on_restamped,
        on_state=user.on_link,
        on_presence=user.on_presence,
        on_clock=clock.correct,
        now=clock.now,
        loop=asyncio.get_running_loop(),
    )
    parts.push_async_callback(link.aclose)
    if isinstance(user, Room):
        user.set_aside = partial(_set_aside, link)
        user.send_again = link.retry_set_aside
    if hand is not None:
        hand.told = link.tell_at_hand
        link.tell_at_hand(hand.incident_id, "")
    await asyncio.to_thread(link.start)  # its dialect takes another 60 ms


async def _set_aside(link: "ServerLink") -> list[SetAside]:
    return [SetAside(json.loads(each.record), each.trouble) for each in await link.set_aside()]


async def hear_time(frame: Frame, clock: RoomClock, join: Callable[[], Awaitable[None]]) -> bool:
    """Where this PC's clock may be wrong, hear the server's before anything is recorded; tells whether it joined."""
    if not clock.wants_word or not frame.settings.server.dsn:
        return False
    await join()
    await asyncio.to_thread(clock.heard, TIME_S)
    return True


async def in_turn(app: WindowApp, steps: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
    """Take the steps of a start one after another; one that fails is shown, and the next are taken all the same."""
    for what, work in steps.items():
        await guarded(app, work, what)


async def guarded(app: WindowApp, work: Callable[[], Awaitable[None]], what: str) -> None:
    """Run work whose failure must be shown and must not end the window."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001
        app.report(error, what)
