"""Builds one window out of its parts, starts them in the order a person needs them, and takes them down again.

A seat: its store, the picture, the first paint; then the phone and the history side by side; the server and the map
come when they come. Nobody waits for a network.
"""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from operator_app import __version__
from operator_app.bootstrap.parts import (
    CannotStartError,
    ServerClock,
    data_folder,
    resources_folder,
    site_rules,
    start_log,
)
from operator_app.bootstrap.site import SITE_FOLDER
from operator_app.config.settings import PhoneSettings, Settings, load_settings
from operator_app.domain.ids import SeatName
from operator_app.domain.triage import Agency
from operator_app.lanes.watchdog import StallWatch
from operator_app.maps.site import Site, SitePackError, default_site, has_site, load_site
from operator_app.storage.problems import StoreProblemError
from operator_app.storage.seat_store import SeatStore
from operator_app.storage.server_link import BoardFeed, ServerLink
from operator_app.telephony.phone import EnginePhone
from operator_app.telephony.settings import AudioMode, EngineAccount, EngineAudio, EngineSettings
from operator_app.ui.app import WindowApp, run_qt, until_closed
from operator_app.ui.map_setup import prepare_environment
from operator_app.ui.texts import Texts, load_texts
from operator_app.ui.theme import Theme, load_fonts
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.desk import Desk
from operator_app.workflow.phone_port import PhoneRefusedError
from operator_app.workflow.ports import LinkState, LinkTrouble, Presence
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat, SiteRules
from operator_app.workflow.wallroom import WallRoom

log = logging.getLogger(__name__)

CHUNK = 400
"""Events of the history put on the board in one turn of the loop: about 10 ms."""
TICK_S = 1.0


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

    settings: Settings
    folder: Path
    rules: SiteRules
    site: Site
    texts: Texts
    theme: Theme
    control: Path | None
    site_trouble: SitePackError | None


def run(args: argparse.Namespace) -> int:
    """Open the window that the settings describe. Raises `SettingsError`, `CannotStartError`."""
    settings = load_settings(args.config)
    if settings.seat.role != args.command:
        raise CannotStartError(
            f"{args.config}: these are the settings of a {settings.seat.role}; "
            f'start "operator-app {settings.seat.role}".'
        )
    folder = data_folder(settings)
    start_log(folder / "logs", settings.seat.role)
    resources = resources_folder()
    site_folder = folder / SITE_FOLDER
    site, site_trouble = _site(site_folder, resources)
    frame = Frame(
        settings=settings,
        folder=folder,
        rules=site_rules(settings, site_folder),
        site=site,
        texts=load_texts(resources, settings.site.language),
        theme=Theme.named(settings.screen.theme, settings.screen.text_scale),
        control=args.control,
        site_trouble=site_trouble,
    )
    if settings.seat.role == "desk":
        _own_agency(frame)
    if settings.seat.role == "wall" and not settings.server.dsn:
        raise CannotStartError('A wall shows what the server knows; give "dsn" in [server].')
    prepare_environment()
    if settings.seat.role == "wall":
        return run_qt(lambda app: _run_wall(app, frame))
    try:
        store = SeatStore.open(folder)
    except StoreProblemError as error:
        raise CannotStartError(error.sentence) from None
    try:
        main = _run_seat if settings.seat.role == "seat" else _run_desk
        return run_qt(lambda app: main(app, frame, store))
    finally:
        store.close()


# ---- the seat


async def _run_seat(app: WindowApp, frame: Frame, store: SeatStore) -> int:
    from operator_app.ui.seat_app import run_seat_window  # noqa: PLC0415  (a desk does not pay for it)

    settings, resources = frame.settings, resources_folder()
    load_fonts(resources)
    frame.theme.apply(app)
    async with AsyncExitStack() as parts:
        clock, board, bus, recorder = _record(frame, store)
        parts.callback(recorder.close)
        phone = None
        if settings.phone.enabled:
            engine = engine_settings(settings.phone, frame.folder / "recordings")
            phone = EnginePhone(engine, frame.folder / "phone")
            parts.push_async_callback(_let_go, phone)
        seat = Seat(recorder, board, bus, phone, frame.rules)
        _tell_connecting(frame, seat, clock)
        _watch_stalls(parts)

        async def begin() -> None:
            if frame.site_trouble is not None:
                app.report(frame.site_trouble, "site pack")
            await asyncio.gather(_load_history(store, board, bus), _start_phone(app, phone))
            await seat.open()
            link = await _link(frame, store, seat, clock)
            if link is not None:
                parts.push_async_callback(link.aclose)
            while True:
                await _guarded(app, seat.tick, "the second's work")
                await asyncio.sleep(TICK_S)

        beginning: list[asyncio.Task[None]] = []
        await run_seat_window(
            app,
            seat,
            frame.texts,
            frame.theme,
            frame.site,
            frame.site.search,
            resources=resources,
            with_map=settings.map.enabled,
            control=frame.control,
            shown=lambda _: beginning.append(asyncio.ensure_future(_guarded(app, begin, "the seat's start"))),
        )
        for task in beginning:
            task.cancel()
        await asyncio.gather(*beginning, return_exceptions=True)
        await recorder.settle()
    return 0


async def _guarded(app: WindowApp, work: Callable[[], Awaitable[None]], what: str) -> None:
    """Run work whose failure must be shown and must not end the window."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001
        app.report(error, what)


async def _let_go(phone: EnginePhone) -> None:
    """Whoever closes the window in a call has the next window take it over; the engine ends itself when idle."""
    await phone.aclose(keep_calls=bool(phone.calls()))


async def _start_phone(app: WindowApp, phone: EnginePhone | None) -> None:
    if phone is None:
        return
    try:
        await phone.start()
    except PhoneRefusedError as error:
        app.report(error, "the phone does not start")


def engine_settings(phone: PhoneSettings, recordings: Path) -> EngineSettings:
    """Say to the engine what the settings file says."""
    files = phone.audio == "file"
    return EngineSettings(
        bind=phone.address,
        port=phone.port,
        codecs=phone.codecs,
        recordings_dir=str(recordings),
        accounts=tuple(
            EngineAccount(
                name=f"{each.user}@{each.registrar.removeprefix('sip:')}",
                user=each.user,
                password=each.password,
                registrar=_with_transport(each.registrar, each.transport),
                realm=each.realm,
            )
            for each in phone.account
        ),
        audio=EngineAudio(
            mode=AudioMode(phone.audio),
            microphone="" if files else phone.microphone,
            earpiece="" if files else phone.earpiece,
            microphone_file=phone.microphone if files else "",
            earpiece_file=phone.earpiece if files else "",
        ),
    )


def _with_transport(registrar: str, transport: str) -> str:
    return (
        registrar
        if ";transport=" in registrar or transport == "udp"
        else f"{registrar};transport={transport}"
    )


# ---- the desk


async def _run_desk(_app: WindowApp, frame: Frame, store: SeatStore) -> int:
    from operator_app.ui.desk.desk_app import build_desk_window  # noqa: PLC0415  (a seat does not pay for it)

    agency = _own_agency(frame)
    async with AsyncExitStack() as parts:
        clock, board, bus, recorder = _record(frame, store)
        parts.callback(recorder.close)
        unshared = await asyncio.to_thread(store.unsent_ids)
        desk = Desk(recorder, board, bus, agency, frame.rules, unshared)
        _tell_connecting(frame, desk, clock)
        window = build_desk_window(desk, frame.texts, frame.theme, resources_folder(), frame.control)
        await parts.enter_async_context(_shown(window, parts))
        await _load_history(store, board, bus)
        link = await _link(frame, store, desk, clock)
        if link is not None:
            parts.push_async_callback(link.aclose)
        await until_closed(window)
        await recorder.settle()
    return 0


def _own_agency(frame: Frame) -> Agency:
    """The agency that this desk is of. Raises `CannotStartError`: the site may not have it."""
    wanted = frame.settings.seat.agency
    for agency in frame.rules.agencies:
        if agency.code == wanted:
            return agency
    known = ", ".join(each.code for each in frame.rules.agencies)
    raise CannotStartError(f'The site has no agency "{wanted}"; [seat] agency must be one of {known}.')


# ---- the wall


async def _run_wall(_app: WindowApp, frame: Frame) -> int:
    from operator_app.ui.wall.wall_app import build_wall_window  # noqa: PLC0415  (a seat does not pay for it)

    async with AsyncExitStack() as parts:
        bus, clock = Bus(), ServerClock()
        room = WallRoom(Board(), bus, clock, frame.rules)
        _tell_connecting(frame, room, clock)
        window = build_wall_window(
            room, frame.texts, frame.theme, frame.site, resources_folder(), frame.settings, frame.control
        )
        await parts.enter_async_context(_shown(window, parts))
        feed = BoardFeed(
            frame.settings.server.dsn,
            seat=frame.settings.seat.name,
            role="wall",
            version=__version__,
            on_events=room.on_events,
            on_state=room.on_link,
            on_presence=room.on_presence,
            loop=asyncio.get_running_loop(),
            on_clock=lambda offset_ms: setattr(clock, "offset_ms", offset_ms),
        )
        await asyncio.to_thread(feed.start)
        parts.push_async_callback(asyncio.to_thread, feed.stop)
        await until_closed(window)
    return 0


# ---- what they share


def _site(folder: Path, resources: Path) -> tuple[Site, SitePackError | None]:
    """Load the site in use; a damaged one must not keep a seat from taking calls, so the plain default stands in."""
    try:
        return (load_site(folder) if has_site(folder) else default_site(resources)), None
    except SitePackError as error:
        return default_site(resources), error


def _record(frame: Frame, store: SeatStore) -> tuple[ServerClock, Board, Bus, Recorder]:
    clock, board, bus = ServerClock(store.clock_offset_ms), Board(), Bus()
    seat = frame.settings.seat
    recorder = Recorder(store, clock, board, bus, SeatName(seat.name), seat.operator, store.last_hlc)
    return clock, board, bus, recorder


@asynccontextmanager
async def _shown(window: ShownWindow, parts: AsyncExitStack) -> AsyncIterator[None]:
    """Show the window, let it paint, open its observation channel."""
    _watch_stalls(parts)
    window.show()
    await asyncio.sleep(0)
    await window.open_channel()
    try:
        yield
    finally:
        await window.shutdown()


def _watch_stalls(parts: AsyncExitStack) -> None:
    """Log every stall of the window's thread with its stack."""
    watch = StallWatch()
    watch.start(asyncio.get_running_loop())
    parts.callback(watch.stop)


async def _load_history(store: SeatStore, board: Board, bus: Bus) -> None:
    """Put what this window knew on the board, newest first, without standing in the way of the window's thread."""
    events = await asyncio.to_thread(store.events)
    newest_first = sorted(events, key=lambda event: event.order, reverse=True)
    for start in range(0, len(newest_first), CHUNK):
        bus.publish(board.apply(newest_first[start : start + CHUNK]))
        await asyncio.sleep(0)


def _tell_connecting(frame: Frame, user: Seat | Desk | WallRoom, clock: ServerClock) -> None:
    """Until the first word comes or fails, the screen says that it is being tried."""
    if frame.settings.server.dsn:
        user.on_link(LinkState(False, clock.now(), 0, LinkTrouble.CONNECTING))


async def _link(frame: Frame, store: SeatStore, user: Seat | Desk, clock: ServerClock) -> ServerLink | None:
    if not frame.settings.server.dsn:
        return None

    def on_presence(presence: Sequence[Presence]) -> None:
        clock.offset_ms = store.clock_offset_ms
        user.on_presence(presence)

    link = ServerLink(
        store,
        frame.settings.server.dsn,
        seat=frame.settings.seat.name,
        role=frame.settings.seat.role,
        version=__version__,
        on_events=user.on_events,
        on_shared=user.on_shared,
        on_state=user.on_link,
        on_presence=on_presence,
        loop=asyncio.get_running_loop(),
    )
    await asyncio.to_thread(link.start)  # loading the database's dialect takes 60 ms
    return link
