"""The frame that the map stands in; without a map it says so."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from operator_app.ui.map_view import MapState, MapView
from operator_app.ui.presenters.top import LampView
from operator_app.ui.presenters.wording import Say, Tone
from operator_app.ui.theme import Theme
from operator_app.ui.widgets import Text

_LAMPS = {
    MapState.ASLEEP: ("lamp.map_starting", Tone.QUIET),
    MapState.LOADING: ("lamp.map_starting", Tone.QUIET),
    MapState.READY: ("lamp.map", Tone.GOOD),
    MapState.FAILED: ("lamp.map_failed", Tone.ALARM),
}


class MapPane(QFrame):
    """Holds the map view, or the words that there is none."""

    def __init__(self, theme: Theme, say: Say, view: MapView | None) -> None:
        super().__init__()
        self.setObjectName("mapPane")
        self.setProperty("part", "panel")
        self.view = view
        self._say = say
        column = QVBoxLayout(self)
        edge = theme.px(1)
        column.setContentsMargins(edge, edge, edge, edge)
        if view is not None:
            column.addWidget(view)
        else:
            words = Text(say("form.no_map"), "label", Tone.QUIET, wrap=True, name="noMap")
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)

    def lamp(self) -> LampView:
        """Return how the map is, for the top line."""
        if self.view is None:
            return LampView(self._say("lamp.map_none"), Tone.QUIET)
        key, tone = _LAMPS[self.view.state]
        return LampView(self._say(key), tone)
