"""The incident's timeline under its form, newest first."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.ui.presenters.rows import Row
from operator_app.ui.presenters.wording import Say
from operator_app.ui.rows_view import RowsModel, RowsView
from operator_app.ui.theme import SMALL, Theme
from operator_app.ui.widgets import SectionTitle

ROWS_AT_LEAST = 2


class TimelinePane(QWidget):
    """Shows rows of time, words and seat."""

    def __init__(self, theme: Theme, say: Say) -> None:
        super().__init__()
        self.model = RowsModel(3)
        self.view = RowsView(
            theme,
            self.model,
            "timeline",
            label=say("timeline.title"),
            text_px=SMALL,
            on_click=False,
            empty=say("timeline.empty"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(2), 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(SectionTitle(say("timeline.title")))
        column.addWidget(self.view, 1)
        metrics = theme.metrics(SMALL)
        self._time = metrics.horizontalAdvance("00:00:00") + 2 * self.view.delegate.side + 2
        self._seat = metrics.horizontalAdvance(say("seat.number", n="00")) + 2 * self.view.delegate.side + 2
        self.view.setMinimumHeight(ROWS_AT_LEAST * self.view.row_height)

    def tell(self, rows: Sequence[Row]) -> None:
        """Show those rows."""
        self.model.show(rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        bar = self.view.verticalScrollBar().sizeHint().width()
        self.view.set_widths([self._time, max(1, self.width() - self._time - self._seat - bar), self._seat])
