"""What stands beside the fields: what is to be decided with other seats, and the timeline; and the column of the map.

In a high window it stands under the fields. In a lower one it stands under the map, so that neither fields nor the
last lines of the timeline are below the fold.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from operator_app.ui.company.together import TogetherStrip
from operator_app.ui.kit.labels import Rule, set_look
from operator_app.ui.kit.theme import Theme
from operator_app.ui.map.map_pane import MapPane
from operator_app.ui.timeline.timeline_pane import TimelinePane

ROWS_BESIDE = 5
"""Lines of the timeline that are always to be seen under the map."""


class AsidePane(QFrame):
    """Strip and timeline, one below the other; frameless inside the form, a panel of its own under the map."""

    def __init__(self, theme: Theme, together: TogetherStrip, timeline: TimelinePane) -> None:
        super().__init__()
        self._theme = theme
        self._together, self._timeline = together, timeline
        self.setObjectName("aside")
        self._rule = Rule()
        self.column = QVBoxLayout(self)
        self.column.setSpacing(theme.px(8))
        for each in (self._rule, together):
            self.column.addWidget(each)
        self.column.addWidget(timeline, 1)
        self.stand_alone(alone=False)

    def stand_alone(self, *, alone: bool) -> None:
        """Stand as a panel of its own and keep enough lines, or as a part of the form."""
        self._rule.setVisible(not alone)
        set_look(self, "part", "panel" if alone else "")
        side, edge = (self._theme.px(14), self._theme.px(8)) if alone else (0, 0)
        self.column.setContentsMargins(side, edge, side, edge)
        self._together.stack(alone)
        self._timeline.set_narrow(alone, ROWS_BESIDE)


class RightColumn(QWidget):
    """The map, and under it what stands aside when the form has no room for it."""

    def __init__(self, theme: Theme, map_pane: MapPane, aside: AsidePane, under_form: QVBoxLayout) -> None:
        super().__init__()
        self.setObjectName("rightColumn")
        self._aside, self._under_form = aside, under_form
        self._holds: bool | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.px(8))
        self._rows.addWidget(map_pane, 1)
        self.setFocusProxy(map_pane)
        self.take(aside=False)

    def take(self, *, aside: bool) -> None:
        """Hold what stands aside, or give it back to the form; a field in it keeps the keyboard."""
        if aside is self._holds:
            return
        self._holds = aside
        held = QApplication.focusWidget()
        if aside:
            self._rows.addWidget(self._aside)
        else:
            self._under_form.addWidget(self._aside, 1)
        self._aside.stand_alone(alone=aside)
        if held is not None and self._aside.isAncestorOf(held):
            held.setFocus(Qt.FocusReason.OtherFocusReason)
