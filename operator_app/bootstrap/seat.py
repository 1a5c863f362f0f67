"""Builds the operator's window and starts it in the order a person needs.

First the picture; then the phone and the history side by side; the server, the places and the map come when they come.
Nobody waits for a network.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from operator_app.bootstrap.frame import (
    LAST_WRITES_S,
    Frame,
    disk_watched,
    guarded,
    hear_time,
    in_turn,
    join_server,
    load_history,
    record,
    site_followed,
    tell_connecting,
    watch_stalls,
)
from operator_app.bootstrap.own_devices import keep_devices, load_devices, with_devices
from operator_app.bootstrap.own_keys import keep_keys, load_keys
from operator_app.bootstrap.parts import resources_folder
from operator_app.bootstrap.window import PHONE_FOLDER
from operator_app.config.settings import PhoneSettings
from operator_app.domain.facts.fact import PLACE
from operator_app.domain.ids import IncidentId
from operator_app.maps.names import PlaceHit
from operator_app.maps.places import Places
from operator_app.maps.site import Site
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.telephony.phone import EnginePhone
from operator_app.telephony.settings import (
    AudioMode,
    EngineAccount,
    EngineAudio,
    EngineSettings,
    KeysBy,
    Srtp,
)
from operator_app.ui.frame.manner import Manner
from operator_app.ui.map.presenters.call_place import CallPlace
from operator_app.ui.program.control import Marks
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.seat.areas import SEAT_DEEDS
from operator_app.ui.seat.seat_app import build_seat_window, run_seat_window
from operator_app.ui.words.file_faults import all_fault_words
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.lines import colleague
from operator_app.workflow.phone_port import PhoneRefusedError
from operator_app.workflow.ports import BoardChanged
from operator_app.workflow.seat import Seat

TICK_S = 1.0
PHONE_FIRST_S = 0.05
"""Long enough to find the engine and hand it its settings; the window is not held up for longer."""
PLACES_FILE = "places.db"
LEAVE_S = 1.0
"""So long the server may take to hear that nobody sits here any more."""


def check(frame: Frame) -> None:
    """Refuse settings that a seat cannot start with: there are none beyond the general ones."""
    del frame


async def run_window(app: WindowApp, frame: Frame, store: SeatStore) -> int:
    """Run the operator's window until it is closed; returns the exit code."""
    settings, resources = frame.settings, resources_folder()
    async with AsyncExitStack() as parts:
        clock, board, bus, recorder = record(frame, store)
        parts.callback(recorder.close)
        phone = None
        if settings.phone.enabled:
            engine = engine_settings(settings.phone, frame.folder / "recordings")
            engine = with_devices(engine, frame.folder, resources / "sounds")
            phone = EnginePhone(engine, frame.folder / PHONE_FOLDER, started=frame.engine, moment=clock.at)
            parts.push_async_callback(_let_go, phone)
        seat = Seat(recorder, board, bus, phone, frame.rules, rights=frozenset(settings.seat.rights))
        seat.form.past_known.clear()
        tell_connecting(frame, seat.room, clock)
        watch_stalls(parts)
        finder = PlaceFinder(frame.site)
        finder.near = CallPlace(seat, frame.site, frame.texts).kecamatan

        keys, own_faults = load_keys(frame.folder, SEAT_DEEDS)
        own_faults = (*own_faults, *load_devices(frame.folder)[1], *frame.local.strays())
        starting = await _order_phone(phone)

        async def begin() -> None:
            if frame.site_trouble is not None:
                app.report(frame.site_trouble, "site pack")
            for words in all_fault_words(own_faults, frame.texts):
                app.failed.emit(words)
            await parts.enter_async_context(disk_watched(frame, bus))
            await asyncio.gather(
                guarded(app, lambda: load_history(store, board, bus), "the history"),
                guarded(app, lambda: _start_phone(app, starting), "the phone"),
            )
            join = partial(join_server, frame, store, seat.room, clock, parts, seat.hand)
            joined = await hear_time(frame, clock, join)
            seat.room.arrivals.begin(await asyncio.to_thread(store.unsent_ids))
            await parts.enter_async_context(site_followed(frame, seat.room, recorder.note))
            steps: dict[str, Callable[[], Awaitable[None]]] = {
                "the seat's start": seat.open,
                "the places": lambda: finder.widen(frame, board, bus, parts),
            }
            if not joined:
                steps["the server's link"] = join
            await in_turn(app, steps)
            while True:
                await guarded(app, seat.tick, "the second's work")
                await asyncio.sleep(TICK_S)

        beginning: list[asyncio.Task[None]] = []
        manner = Manner(
            frame.theme,
            frame.texts,
            keys,
            Marks(),
            partial(keep_keys, frame.folder),
            partial(keep_devices, frame.folder),
        )
        window = build_seat_window(
            seat,
            manner,
            frame.site,
            finder.search,
            resources,
            with_map=settings.map.enabled,
            first=frame.first,
        )
        await run_seat_window(
            app,
            window,
            control=frame.control,
            shown=lambda _: beginning.append(asyncio.ensure_future(guarded(app, begin, "the seat's start"))),
        )
        for task in beginning:
            task.cancel()
        await asyncio.gather(*beginning, return_exceptions=True)
        await guarded(app, lambda: seat.leave(LEAVE_S), "leaving")
        await recorder.settle(LAST_WRITES_S)
    return 0


class PlaceFinder:
    """Finds villages from the first moment, and every other place once the file of the places is open."""

    def __init__(self, site: Site) -> None:
        """Begin with what the site alone knows."""
        self._site = site
        self._places: Places | None = None
        self.near: Callable[[], str] = str
        """Gives the caller's kecamatan, whose places come first; empty when it is not known."""

    def search(self, typed: str) -> tuple[PlaceHit, ...]:
        """Return the best places for what was typed, best first."""
        if self._places is None:
            return self._site.search(typed)
        return self._places.search(typed, near=self.near())

    async def widen(self, frame: Frame, board: Board, bus: Bus, parts: AsyncExitStack) -> None:
        """Open the file of the places; learn those of incidents that were handed over. Raises `PlacesError`."""
        masked = frozenset(kind.code for kind in frame.rules.kinds if kind.masked)
        kept = dict(board.landmarks)
        known = [each for each in board.incidents.values() if each.dispatches]

        def prepare() -> Places:
            places = Places.open(frame.folder / PLACES_FILE, self._site)
            places.note_incidents(known, masked)
            places.note_landmarks(kept)
            return places

        places = await asyncio.to_thread(prepare)
        parts.callback(places.close)
        self._places = places
        # What was told while the file was being opened.
        places.note_landmarks(dict(board.landmarks))

        def learn(changed: BoardChanged) -> None:
            met = (board.incidents[IncidentId(each)] for each in changed.incidents)
            places.note_incidents([each for each in met if each.dispatches], masked)
            places.note_landmarks({each: board.landmarks.get(each) for each in changed.of(PLACE)})

        parts.callback(bus.subscribe(BoardChanged, learn))


async def _let_go(phone: EnginePhone) -> None:
    """Whoever closes the window in a call has the next window take it over; the engine ends itself when idle."""
    # While it is not attached to its engine nobody knows whether that one has a call.
    await phone.aclose(keep_calls=phone.ready is None or bool(phone.calls()))


async def _order_phone(phone: EnginePhone | None) -> "asyncio.Task[None] | None":
    """Begin to start the phone, and give it a moment: its engine then comes up while the window is being built."""
    if phone is None:
        return None
    starting = asyncio.ensure_future(phone.start())
    await asyncio.wait({starting}, timeout=PHONE_FIRST_S)
    return starting


async def _start_phone(app: WindowApp, starting: "asyncio.Task[None] | None") -> None:
    if starting is None:
        return
    try:
        await starting
    except PhoneRefusedError as error:
        app.report(error, "the phone does not start")


def engine_settings(phone: PhoneSettings, recordings: Path) -> EngineSettings:
    """Say to the engine what the settings file says."""
    files = phone.audio == "file"
    return EngineSettings(
        bind=phone.address,
        port=phone.port,
        codecs=phone.codecs,
        watch=tuple(colleague(each).number for each in phone.watch),
        srtp=Srtp(phone.srtp),
        sip_dscp=phone.sip_dscp,
        rtp_dscp=phone.rtp_dscp,
        rtp_port=phone.rtp_port,
        rtp_ports=phone.rtp_ports,
        tls_ca=phone.tls_ca,
        tls_verify=phone.tls_verify,
        keys=KeysBy(phone.keys_by),
        session_expires_s=phone.session_expires_s,
        servers=phone.servers,
        direct=phone.direct,
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
