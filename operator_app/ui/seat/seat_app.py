"""The operator's window from its parts to its end: built around a seat, shown, observed, closed without loss."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from operator_app.maps.serve import MapAssets, load_assets
from operator_app.maps.site import Site
from operator_app.ui.finder.deed_names import NamedDeeds, deed_names
from operator_app.ui.finder.presenters.finding import CommandFinder
from operator_app.ui.form.finders import PlaceSearch
from operator_app.ui.frame.first_frame import fill_screen
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.manner import KeepDevices, KeepKeys, Manner
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.theme import Theme
from operator_app.ui.map.map_view import MapView
from operator_app.ui.orders.draft import Draft
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.program.app import until_closed
from operator_app.ui.program.control import ControlServer, Marks, PaintMarks
from operator_app.ui.program.sound import LoopSound
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.seat.seat_panes import SeatPanes, build_panes
from operator_app.ui.seat.seat_screen import SeatScreen
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.texts import Texts, languages, load_texts
from operator_app.workflow.seat import Seat

log = logging.getLogger(__name__)

RING_FILE, CHIME_FILE = "ring.wav", "chime.wav"
SOUND_AFTER_MS = 60
"""The loudspeaker is looked for after the first paint: it takes 50 ms."""
MAP_AFTER_MS, MAP_AT_LAST_MS = 300, 20_000
"""The map is made after the first paint, and not while a call rings: making it blocks the window for 150 ms."""


class SeatWindow(QObject):
    """One operator's window with all that keeps it alive. `show` it, `close` it; both on the loop's thread."""

    def __init__(
        self,
        seat: Seat,
        texts: Texts,
        theme: Theme,
        site: Site,
        place_search: PlaceSearch,
        *,
        map_assets: MapAssets | None = None,
        sounds: Path | None = None,
        keys: KeyMap | None = None,
        keep_keys: KeepKeys | None = None,
        other_texts: Callable[[], Sequence[Texts]] = tuple,
        keep_devices: KeepDevices | None = None,
        marks: Marks | None = None,
        window: MainWindow | None = None,
    ) -> None:
        """`place_search` answers what was typed, best first; without `map_assets` there is no map.

        `other_texts` reads the catalogues of the languages not on screen, once they are asked for.

        `keep_keys` and `keep_devices` keep what a person sets, see `Manner`.

        `sounds` is the folder of ring.wav; without it the window rings by sight alone.

        `window` is the empty one of the first frame, if it stands on the screen already.
        """
        super().__init__()
        self.seat = seat
        self.marks = marks or Marks()
        self._texts = texts
        self.keys = keys or KeyMap()
        manner = Manner(theme, texts, self.keys, self.marks, keep_keys, keep_devices)
        words = SiteWords(texts, seat)
        self.draft = Draft(self._store, time.monotonic, self._draft_changed)
        table = IncidentsPresenter(seat, texts, words)
        view = (
            None
            if map_assets is None
            else MapView(map_assets, site, texts, scale=theme.scale, theme=theme.tokens.name)
        )
        past = NumberPast(seat.board.calls)
        names = deed_names(texts, seat)
        deeds = NamedDeeds(self.keys, names, other_texts)
        finder = CommandFinder(seat, texts, words, table, past, place_search, deeds.all)
        self.panes: SeatPanes = build_panes(
            manner,
            seat,
            place_search,
            site,
            words,
            self.draft,
            table,
            view,
            finder,
            names,
            window or MainWindow(theme, texts("top.title")),
        )
        self._chime = None if sounds is None else LoopSound(sounds / CHIME_FILE, self)
        self._ring = None if sounds is None else LoopSound(sounds / RING_FILE, self)
        self.screen = SeatScreen(
            seat,
            site,
            manner,
            words,
            self.draft,
            table,
            past,
            self.panes,
            place_search,
            self._ring,
            self._chime,
        )
        self._map_waited_ms = 0
        self._map_timer = QTimer(self)
        self._map_timer.setInterval(MAP_AFTER_MS)
        self._map_timer.timeout.connect(self._wake_map)

    @property
    def window(self) -> MainWindow:
        """The window itself."""
        return self.panes.window

    def start(self) -> None:
        """Follow the seat and make the keys work; the window may be shown then."""
        self.screen.start()
        if self._ring is not None:
            QTimer.singleShot(SOUND_AFTER_MS, self, self._ring.open)
        if self._chime is not None:
            QTimer.singleShot(2 * SOUND_AFTER_MS, self, self._chime.open)
        if self.panes.map.view is not None:
            self._map_timer.start()

    def show(self) -> None:
        """Show the window as large as its screen allows; marks "window_painted" once all panes have been painted."""
        PaintMarks(self.window, self.marks).expect("window_painted", self.seat.name)
        if not self.window.isVisible():
            fill_screen(self.window)
        self.panes.form.focus_place()

    def fault(self, words: str) -> None:
        """Show that something in this window failed."""
        self.panes.footer.tell(Notice(self._texts("notice.window_fault", error=words), loud=True))

    async def close(self) -> None:
        """Save what was typed and take the window down."""
        self._map_timer.stop()
        self.window.hide()  # leaving the field under the hand is itself a reason to save
        await self.screen.stop()
        if self.panes.map.view is not None:
            self.panes.map.view.shutdown()
        self.window.deleteLater()

    async def _store(self, values: Mapping[str, str | None]) -> None:
        if self.seat.incident_at_hand is None and not any(values.values()):
            return  # typed and taken back before there was an incident
        await self.seat.edit_many(values, self.screen.seen.bases(self.seat.incident_at_hand))

    def _draft_changed(self) -> None:
        self.screen.draft_changed()

    def _wake_map(self) -> None:
        """Start the map; a ringing call goes first, but a room that never rests gets its map, too."""
        self._map_waited_ms += MAP_AFTER_MS
        patient = self.seat.waiting() and self._map_waited_ms < MAP_AT_LAST_MS
        if not patient and self.panes.map.view is not None:
            self._map_timer.stop()
            self.panes.map.view.activate()


def _others(resources: Path, language: str) -> Sequence[Texts]:
    return [load_texts(resources, each) for each in languages(resources) if each != language]


async def run_seat_window(
    app: WindowApp,
    seat: Seat,
    texts: Texts,
    theme: Theme,
    site: Site,
    place_search: PlaceSearch,
    *,
    resources: Path,
    with_map: bool = True,
    keys: KeyMap | None = None,
    keep_keys: KeepKeys | None = None,
    keep_devices: KeepDevices | None = None,
    control: Path | None = None,
    probes: Mapping[str, Callable[[], object]] | None = None,
    shown: Callable[[SeatWindow], None] | None = None,
    first: MainWindow | None = None,
) -> None:
    """Show the operator's window until it is closed; `shown` is called once it stands, `first` is the first frame's.

    The seat must be fed and opened by the caller; fonts and theme must have been applied to `app`.
    """
    assets = load_assets(resources) if with_map else None
    window = SeatWindow(
        seat,
        texts,
        theme,
        site,
        place_search,
        map_assets=assets,
        sounds=resources / "sounds",
        keys=keys,
        keep_keys=keep_keys,
        keep_devices=keep_devices,
        other_texts=partial(_others, resources, texts.language),
        window=first,
    )
    app.failed.connect(window.fault)
    window.start()
    window.show()
    if shown is not None:
        shown(window)
    server = None if control is None else ControlServer(window.window, window.marks, control, probes)
    try:
        if server is not None:
            await server.start()
        app.quiet_gc(lambda: seat.live_call is None and not seat.waiting())
        await until_closed(window.window)
    finally:
        app.failed.disconnect(window.fault)
        if server is not None:
            await server.close()
        await window.close()
