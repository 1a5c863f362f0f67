"""The map pane: a widget that is there at once, becomes a map when told to, and comes back by itself if it dies."""

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from operator_app.maps.live import HistoryLook, HistoryPoint, LiveMap, MapIncident, MapLook, StatedArea
from operator_app.maps.serve import PAGE, MapAssets, MapServer
from operator_app.maps.site import Site
from operator_app.ui.kit.labels import Text
from operator_app.ui.map.map_texts import map_texts
from operator_app.ui.program.map_setup import root_with_sandbox

if TYPE_CHECKING:
    from operator_app.ui.map.map_web import WebMap

__all__ = ["HistoryPoint", "MapIncident", "MapState", "MapView", "StatedArea"]

_log = logging.getLogger(__name__)
_COVERS = {"dark": ("#10161d", "#9fb0bf"), "light": ("#c9dbe9", "#33414d")}
"""Ground and letters of the cover by theme; the ground is that of the page."""
_SMALLEST_PX = 160  # beside a table the layout once squeezed the map to nothing
_PACE_MS = 100
ZOOM_AREA, ZOOM_POINT = 12.0, 15.0
"""How near the view goes to a village and to a point."""
_PATIENCE_MS = 20_000
_REST_MS = 30_000
_DEATHS_IN_A_ROW = 4
_ROW_S = 60.0


class MapState(Enum):
    """Where a map is in its life; only READY shows a map."""

    ASLEEP = "asleep"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class MapView(QWidget):
    """Shows the region, the open incidents and the one pin of the form; never moves under a hand that took hold of it.

    Everything may be set before `activate`, and nothing is lost when the page dies: this side holds the state.
    `tr` gives the words for the keys `map.*`.
    """

    clicked = Signal(float, float)  # lat, lon in degrees, WGS 84
    incident_clicked = Signal(str)
    history_wished = Signal()  # its button was pressed
    left = Signal()  # Esc: the keyboard is to go back to where it came from
    ready = Signal()  # first time, and after each recovery
    painted = Signal(int)  # batch id, when its frame has been handed over
    state_changed = Signal(object)  # MapState

    def __init__(
        self,
        assets: MapAssets,
        site: Site,
        tr: Callable[[str], str],
        *,
        interactive: bool = True,
        scale: float = 1.0,
        theme: str = "dark",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tr = tr
        self._interactive = interactive
        self._assets = assets
        self._site = site
        self._look = MapLook(interactive, scale, theme)
        self._live = LiveMap(self._look, map_texts(tr, site), site, assets.files)
        self._history: HistoryLook | None = None
        self._measures = False
        self._server: MapServer | None = None
        self._web: WebMap | None = None
        self._state = MapState.ASLEEP
        self._spoken_to = False  # the present page has said hello and got the whole state
        self._awaited = 0
        self._deaths: deque[float] = deque(maxlen=_DEATHS_IN_A_ROW)
        self._cover = Text(wrap=True, name="mapCover")
        self._stack = QStackedLayout(self)
        self._pace = self._timer(_PACE_MS, self._flush)
        self._patience = self._timer(_PATIENCE_MS, self._lose_patience)
        self._rest = self._timer(_REST_MS, self._load)
        self._arrange()

    @property
    def state(self) -> MapState:
        """Return where the map is in its life."""
        return self._state

    @property
    def web(self) -> "WebMap | None":
        """Return the Chromium side once activated: for tests, measurements and the count of blocked requests."""
        return self._web

    @property
    def blocked_count(self) -> int:
        """Return how many requests to elsewhere the page made and did not get."""
        return self._web.blocked.count if self._web else 0

    @property
    def history_look(self) -> HistoryLook | None:
        """Return how past incidents are shown, None while they are not."""
        return self._history

    @property
    def measures(self) -> bool:
        """Return whether clicks and keys measure a way at the moment."""
        return self._measures

    def activate(self) -> None:
        """Make the web view and load the page; blocks this thread once for 150 ms: never while a call rings."""
        if self._web is not None or self._state is MapState.FAILED:
            return
        if root_with_sandbox():
            # Chromium would end the whole process, calls and all.
            _log.error("map: not as root; start the program as an ordinary user")
            self._enter(MapState.FAILED)
            return
        try:
            # After the first paint: importing WebEngine costs 30 to 70 ms.
            from operator_app.ui.map.map_web import WebMap, channel_script  # noqa: PLC0415
        except ImportError:
            _log.exception("map: WebEngine cannot be loaded")
            self._enter(MapState.FAILED)
            return
        if PAGE not in self._assets.files:
            _log.error("map: %s is not among the program's files", PAGE)
            self._enter(MapState.FAILED)
            return
        self._server = MapServer(self._assets, self._site, channel_script())
        self._server.on_trouble = self._on_base_trouble
        web = WebMap(
            self._server, QColor(_COVERS[self._look.theme][0]), interactive=self._interactive, parent=self
        )
        web.hello.connect(self._on_hello)
        web.drawn.connect(self._on_drawn)
        web.clicked.connect(self.clicked)
        web.incident_clicked.connect(self.incident_clicked)
        web.history_wished.connect(self.history_wished)
        web.left.connect(self.left)
        web.measuring.connect(self._on_measuring)
        web.let_go.connect(self._live.let_go)
        web.viewed.connect(self._live.viewed)
        web.refused.connect(self._on_refused)
        web.complained.connect(self._on_complaint)
        web.died.connect(self._on_death)
        self._web = web
        self.setFocusProxy(web.view)
        self._stack.insertWidget(0, web.view)
        self._stack.setCurrentWidget(self._cover)
        self._load()

    def set_site(self, site: Site) -> None:
        """Show another region, whole; incidents and pin stay."""
        self._site = site
        self._live.set_site(site, map_texts(self._tr, site))
        if self._server is not None:
            self._server.set_site(site)
            self._load()

    def set_incidents(self, incidents: Iterable[MapIncident]) -> int:
        """Show exactly these incidents; returns the id of the batch that `painted` will name for it.

        Only differences are sent, at most ten batches a second. Without a difference the last batch's id comes back.
        """
        self._live.set_incidents(incidents)
        return self._hurry()

    def set_history(self, points: Sequence[HistoryPoint] | None, look: HistoryLook = HistoryLook.HEAT) -> int:
        """Show where things were, or no longer (None). Returns the batch id."""
        self._history = None if points is None else look
        self._live.set_history(points, look)
        return self._hurry()

    def set_area(self, area: StatedArea | None) -> int:
        """Show the area that the call at hand came from, or none. Returns the batch id."""
        self._live.set_area(area)
        return self._hurry()

    def set_unplaced(self, count: int) -> int:
        """Say how many open incidents the map cannot show because nobody knows where they are. Returns the batch id."""
        self._live.set_notes(unplaced=count)
        return self._hurry()

    def toggle_measure(self) -> int:
        """Begin or end to measure; the keyboard goes to the map while it measures. Returns the batch id."""
        self._measures = not self._measures
        self._live.order("measure", self._measures)
        if self._measures and self._web is not None:
            self._web.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return self._hurry()

    def show_pin(self, lat: float, lon: float) -> int:
        """Put the pin of the form's place; the view does not move. Returns the batch id."""
        self._live.set_pin((lat, lon))
        return self._hurry()

    def clear_pin(self) -> int:
        """Take the pin away. Returns the batch id."""
        self._live.set_pin(None)
        return self._hurry()

    def fly_to(self, lat: float, lon: float, zoom: float = 14.0) -> int:
        """Move the view there at once; zoom 9 shows a regency, 14 a village. Returns the batch id."""
        self._live.fly_to(lat, lon, zoom)
        return self._hurry()

    def show_incident(self, incident_id: str) -> int:
        """Move the view to an incident, near where its point is known, else to its village. Returns the batch id.

        One that is not on the map moves nothing.
        """
        found = self._live.incident(incident_id)
        if found is None:
            return self._live.next_seq - 1
        return self.fly_to(found.lat, found.lon, ZOOM_POINT if found.exact else ZOOM_AREA)

    def shutdown(self) -> None:
        """End the page and its processes; the widget shows its cover from then on."""
        for timer in (self._pace, self._patience, self._rest):
            timer.stop()
        if self._server is not None:
            self._server.close()
        web, self._web, self._server = self._web, None, None
        self._spoken_to = False
        if web is not None:
            self._stack.removeWidget(web.view)
            web.close()
        self._enter(MapState.ASLEEP)

    def showEvent(self, event: QShowEvent) -> None:
        """Take up waiting for frames again."""
        super().showEvent(event)
        if self._state in {MapState.LOADING, MapState.READY} and self._awaited:
            self._patience.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop waiting: a page that nobody sees may draw no frames."""
        super().hideEvent(event)
        self._patience.stop()

    def _arrange(self) -> None:
        self.setMinimumSize(_SMALLEST_PX, _SMALLEST_PX)
        self.setObjectName("map")
        self._cover.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._cover.setMargin(16)
        self._paint_cover()
        # All at once, the cover on top: a web view that is hidden draws no frame and would never be ready.
        self._stack.setStackingMode(QStackedLayout.StackingMode.StackAll)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._cover)
        self._cover.say(self._tr("map.loading"))

    def _paint_cover(self) -> None:
        ground, letters = _COVERS[self._look.theme]
        self._cover.setStyleSheet(f"background: {ground}; color: {letters};")

    def _timer(self, ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(run)
        return timer

    def _enter(self, state: MapState) -> None:
        words = {MapState.FAILED: "map.failed", MapState.READY: "", MapState.LOADING: "map.loading"}
        key = words.get(state, "map.loading")
        if state is MapState.LOADING and self._deaths:
            key = "map.recovering"
        if key:
            self._cover.say(self._tr(key))
        self._cover.setVisible(bool(key))
        if state is MapState.READY and self._web is not None:
            page = (
                self._web.view.focusProxy()
            )  # what has the keyboard; made by the page, nameless to a screen reader
            if page is not None:
                page.setAccessibleName(self._tr("page.map"))
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    def _load(self) -> None:
        if self._web is None:
            return
        self._rest.stop()
        self._spoken_to = False
        self._enter(MapState.LOADING)
        self._await(self._live.next_seq)
        self._web.load()

    def _await(self, seq: int) -> None:
        self._awaited = seq
        if self.isVisible() and not self._patience.isActive():
            self._patience.start()

    def _hurry(self) -> int:
        """Send what changed now if the pace allows, else at the next beat; return the id it goes out under."""
        seq = (
            self._live.next_seq if self._live.has_changes or not self._spoken_to else self._live.next_seq - 1
        )
        if not self._pace.isActive():
            self._flush()
        return seq

    def _flush(self) -> None:
        if self._web is None or not self._spoken_to or not self._live.has_changes:
            return
        message = self._live.changes()
        self._await(message["seq"])
        self._web.send(json.dumps(message))
        self._pace.start()

    def _on_hello(self) -> None:
        if self._web is None:
            return
        self._spoken_to = True
        message = self._live.whole()
        self._await(message["seq"])
        self._web.send(json.dumps(message))

    def _on_drawn(self, seq: int) -> None:
        if seq >= self._awaited:
            self._awaited = 0
            self._patience.stop()
        if self._state is MapState.LOADING and self._spoken_to:
            self._enter(MapState.READY)
            self.ready.emit()
        self.painted.emit(seq)

    def _on_measuring(self, on: bool) -> None:
        self._measures = on

    def _on_refused(self, count: int) -> None:
        self._live.set_notes(blocked=count)
        self._hurry()

    def _on_base_trouble(self, reason: str) -> None:
        _log.error("map: the base map cannot be read: %s", reason)
        self._live.set_notes(base_broken=True)
        self._hurry()

    def _on_complaint(self, reason: str) -> None:
        _log.error("map page: %s", reason)
        if self._state is MapState.LOADING:
            self._on_death(reason)

    def _lose_patience(self) -> None:
        if self._web is not None:
            _log.error(
                "map: no answer to message %d for %d s, ending the page", self._awaited, _PATIENCE_MS // 1000
            )
            self._web.end_renderer()

    def _on_death(self, cause: str) -> None:
        """Load again at once; after several deaths within a minute rest half a minute first, and say so."""
        _log.error("map: %s", cause)
        self._spoken_to = self._measures = False
        self._patience.stop()
        now = time.monotonic()
        often = len(self._deaths) == _DEATHS_IN_A_ROW and now - self._deaths[0] < _ROW_S
        self._deaths.append(now)
        if often:
            self._enter(MapState.FAILED)
            self._rest.start()
        else:
            self._load()
