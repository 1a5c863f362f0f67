"""The frame that the map stands in, with the line about where the call came from; without a map it says so."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from operator_app.maps.call_area import stated_area
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import ElideText, Text
from operator_app.ui.kit.theme import Theme
from operator_app.ui.map.map_view import MapState, MapView
from operator_app.ui.map.presenters.call_place import CallPlaceView
from operator_app.ui.words.lamp_view import LampView
from operator_app.ui.words.wording import Say, Tone

_LAMPS = {
    MapState.ASLEEP: ("lamp.map_starting", Tone.QUIET),
    MapState.LOADING: ("lamp.map_starting", Tone.QUIET),
    MapState.READY: ("lamp.map", Tone.GOOD),
    MapState.FAILED: ("lamp.map_failed", Tone.ALARM),
}


class MapPane(QFrame):
    """Holds the map view, or the words that there is none. `take_wished`: the call's place is to go into the form."""

    take_wished = Signal()

    def __init__(self, theme: Theme, say: Say, view: MapView | None, keys: KeyMap) -> None:
        super().__init__()
        self.setObjectName("mapPane")
        self.setProperty("part", "panel")
        self.view = view
        self._say = say
        self._theme = theme
        self._column = QVBoxLayout(self)
        edge = theme.px(1)
        self._column.setContentsMargins(edge, edge, edge, edge)
        if view is not None:
            self._column.addWidget(view)
            self.setFocusProxy(view)
        else:
            words = Text(say("form.no_map"), "label", Tone.QUIET, wrap=True, name="noMap")
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._column.addWidget(words)
        self.call = CallPlaceBar(theme, say, keys, self)
        self.call.take.clicked.connect(self.take_wished)
        self.call.hide()
        self._told: CallPlaceView | None = None

    def lamp(self) -> LampView:
        """Return how the map is, for the top line."""
        if self.view is None:
            return LampView(self._say("lamp.map_none"), Tone.QUIET)
        key, tone = _LAMPS[self.view.state]
        return LampView(self._say(key), tone)

    def tell_call(self, view: CallPlaceView | None) -> None:
        """Show where the call at hand says that it comes from, on the map with its uncertainty and in words."""
        if view is self._told:
            return
        self._told = view
        self.call.setVisible(view is not None)
        if view is not None:
            self.call.tell(view)
            self._place_bar()
        if self.view is not None:
            area = None if view is None else view.area
            self.view.set_area(None if area is None or view is None else stated_area(area, view.size))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line at the lower edge; it lies over the map, so that nothing moves when it comes."""
        super().resizeEvent(event)
        self._place_bar()

    def _place_bar(self) -> None:
        gap = self._theme.px(10)
        high = self.call.sizeHint().height()
        self.call.setGeometry(gap, self.height() - high - self._theme.px(88), self.width() - 2 * gap, high)
        self.call.raise_()


class CallPlaceBar(QFrame):
    """One line: what the network said about the caller's place, and the key that takes it over."""

    def __init__(self, theme: Theme, say: Say, keys: KeyMap, parent: QFrame) -> None:
        super().__init__(parent)
        self.setObjectName("callPlace")
        self.setProperty("part", "hits")
        self.words = ElideText(part="strong", name="callPlaceWords")
        self.detail = ElideText("small", Tone.QUIET, name="callPlaceDetail")
        self.take = KeyButton(
            theme,
            say("call_place.take"),
            keys.cap("call_place"),
            name="call_place",
            text_px=13,
        )
        self.take.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        texts = QVBoxLayout()
        texts.setSpacing(theme.px(1))
        texts.addWidget(self.words)
        texts.addWidget(self.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), theme.px(6), theme.px(8), theme.px(6))
        row.addLayout(texts, 1)
        row.addWidget(self.take)

    def tell(self, view: CallPlaceView) -> None:
        """Show it."""
        self.words.say(view.words, Tone.PLAIN)
        self.detail.say(view.detail, Tone.QUIET)
        self.take.setVisible(view.can_take)
