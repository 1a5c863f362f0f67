"""The operator's window from its parts to its end: built around a seat, shown, observed, closed without loss."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from operator_app.domain.states import Refusal
from operator_app.maps.serve import MapAssets, load_assets
from operator_app.maps.site import Site
from operator_app.ui.form.finders import PlaceSearch
from operator_app.ui.frame.area import Hand, Timers
from operator_app.ui.frame.asks import DraftChanged
from operator_app.ui.frame.deeds import Deeds
from operator_app.ui.frame.first_frame import fill_screen
from operator_app.ui.frame.footer import Footer
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.manner import Manner
from operator_app.ui.kit.drawing import Drawing
from operator_app.ui.map.map_view import MapView
from operator_app.ui.orders.places import PlaceTies
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.ui.program.app import until_closed
from operator_app.ui.program.control import ControlServer, PaintMarks
from operator_app.ui.program.errands import Errands
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.seat.areas import SeatAreas
from operator_app.ui.seat.arrangement import arrange
from operator_app.ui.seat.seat_screen import SeatScreen
from operator_app.ui.seat.sounds import SeatSounds
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.texts import Texts, languages, load_texts
from operator_app.workflow.seat import Seat

MAP_AFTER_MS, MAP_AT_LAST_MS = 300, 20_000
"""The map is made after the first paint, and not while a call rings: making it blocks the window for 150 ms."""
MENDS = {
    Refusal.PLACE_MISSING: "place",
    Refusal.KIND_MISSING: "kind",
    Refusal.NOBODY_CONSULTED: "dial",
}
"""What mends a refusal: its key stands in the words."""


class SeatWindow(QObject):
    """One operator's window with all that keeps it alive. `show` it, `close` it; both on the loop's thread."""

    def __init__(
        self,
        seat: Seat,
        manner: Manner,
        site: Site,
        place_search: PlaceSearch,
        *,
        map_assets: MapAssets | None = None,
        sounds: Path | None = None,
        other_texts: Callable[[], Sequence[Texts]] = tuple,
        window: MainWindow | None = None,
    ) -> None:
        """`place_search` answers what was typed, best first; without `map_assets` there is no map.

        `sounds` is the folder of ring.wav; without it the window rings by sight alone.

        `other_texts` reads the catalogues of the languages not on screen, once they are asked for.

        `window` is the empty one of the first frame, if it stands on the screen already.
        """
        super().__init__()
        self.seat, self.manner = seat, manner
        self.window = window or MainWindow(manner.theme, manner.say("top.title"))
        places = PlaceTies(seat, site)
        self.draft = SeatDraft(seat, time.monotonic, lambda: seat.room.bus.publish(DraftChanged()), places)
        self.hand = _hand(seat, manner, self.window, self.draft)
        self._sounds = None if sounds is None else SeatSounds(sounds)
        theme = manner.theme
        self._map = (
            None
            if map_assets is None
            else MapView(map_assets, site, manner.say, scale=theme.scale, theme=theme.tokens.name)
        )
        self.areas = SeatAreas(
            self.hand, self.draft, places, place_search, self._map, self._sounds, other_texts
        )
        self.right = arrange(self.hand, self.areas)
        self.screen = SeatScreen(self.hand, self.areas, self.draft)
        self._map_waited_ms = 0
        self._map_timer = QTimer(self)
        self._map_timer.setInterval(MAP_AFTER_MS)
        self._map_timer.timeout.connect(self._wake_map)

    def start(self) -> None:
        """Follow the seat and make the keys work; the window may be shown then."""
        self.screen.start()
        if self._sounds is not None:
            self._sounds.open()
        if self._map is not None:
            self._map_timer.start()

    def show(self) -> None:
        """Show the window as large as its screen allows; marks "window_painted" once all panes have been painted."""
        PaintMarks(self.window, self.manner.marks).expect("window_painted", self.seat.duty.name)
        if not self.window.isVisible():
            fill_screen(self.window)
        self.areas.form.pane.focus_place()

    def fault(self, words: str) -> None:
        """Show that something in this window failed."""
        self.hand.tell(self.manner.say("notice.window_fault", error=words), loud=True)

    async def close(self) -> None:
        """Save what was typed and take the window down."""
        self._map_timer.stop()
        self.window.hide()  # leaving the field under the hand is itself a reason to save
        await self.screen.stop()
        if self._map is not None:
            self._map.shutdown()
        self.window.deleteLater()

    def _wake_map(self) -> None:
        """Start the map; a ringing call goes first, but a room that never rests gets its map, too."""
        self._map_waited_ms += MAP_AFTER_MS
        patient = self.seat.calls.waiting() and self._map_waited_ms < MAP_AT_LAST_MS
        if not patient and self._map is not None:
            self._map_timer.stop()
            self._map.activate()


def _hand(seat: Seat, manner: Manner, window: MainWindow, draft: SeatDraft) -> Hand:
    """What every area of that window may use."""
    say, keys = manner.say, manner.keys
    footer = Footer(manner.theme)
    errands = Errands(
        say, footer.tell, draft, lambda refusal: str(keys.cap(MENDS[refusal])) if refusal in MENDS else ""
    )
    deeds = Deeds(say, keys, manner.marks, errands, lambda: seat.hand.call or "")
    words = SiteWords(say, seat.cards)
    return Hand(seat, manner, words, window, footer, deeds, errands, Timers(), Drawing(manner.theme, say))


def _others(resources: Path, language: str) -> Sequence[Texts]:
    return [load_texts(resources, each) for each in languages(resources) if each != language]


def build_seat_window(
    seat: Seat,
    manner: Manner,
    site: Site,
    place_search: PlaceSearch,
    resources: Path,
    *,
    with_map: bool = True,
    first: MainWindow | None = None,
) -> SeatWindow:
    """Make the operator's window, not yet started; `first` is the first frame's. Fonts and theme are there already."""
    return SeatWindow(
        seat,
        manner,
        site,
        place_search,
        map_assets=load_assets(resources) if with_map else None,
        sounds=resources / "sounds",
        other_texts=partial(_others, resources, manner.say.language),
        window=first,
    )


async def run_seat_window(
    app: WindowApp,
    window: SeatWindow,
    *,
    control: Path | None = None,
    shown: Callable[[SeatWindow], None] | None = None,
) -> None:
    """Show the operator's window until it is closed; `shown` is called once it stands.

    The seat must be fed and opened by the caller. `control` is the file that gets the observation channel's address.
    """
    app.failed.connect(window.fault)
    window.start()
    window.show()
    if shown is not None:
        shown(window)
    server = None if control is None else ControlServer(window.window, window.manner.marks, control)
    try:
        if server is not None:
            await server.start()
        seat = window.seat
        app.quiet_gc(lambda: seat.calls.live_at_hand is None and not seat.calls.waiting())
        await until_closed(window.window)
    finally:
        app.failed.disconnect(window.fault)
        if server is not None:
            await server.close()
        await window.close()
