"""The open incidents of the whole room: live, filtered by what is typed, the chosen one stays chosen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from operator_app.ui.incidents.incidents_model import IncidentsModel
from operator_app.ui.incidents.presenters.incidents import COLUMNS, IncidentsPresenter
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.caps import KeyCap
from operator_app.ui.kit.labels import Panel, SectionTitle, SpanText, set_hint, set_look
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import BODY, SMALL, Theme
from operator_app.ui.words.wording import Say

SAMPLES = ("P1", "KTM-261123-M3-014", "", "", "000:00:00", "", "", "00")
"""What a column must hold at least; empty: it shares what is left by `SHARES`."""
SHARES = (0, 0, 285, 359, 0, 140, 216, 0)
BESIDE = frozenset({1, 3, 5, 7})
"""Columns that a narrow table has below others: place, number and agencies below the kind, the seat below the state."""
NARROW_BELOW = 900
ROW_GAP, ROW_GAP_SHORT = 9, 6


class FilterField(OneLine):
    """Narrows the table; Down and Enter lead into it, Esc empties it."""

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lead on or empty."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class IncidentsPane(Panel):
    """Shows the presenter's incidents. `chosen` tells the id of the one to be brought into the form.

    `pointed` tells the one that the arrows or a click came to, before it is chosen.
    """

    chosen = Signal(str)
    pointed = Signal(str)

    def __init__(
        self, theme: Theme, say: Say, keys: KeyMap, presenter: IncidentsPresenter, model: IncidentsModel
    ) -> None:
        super().__init__(theme, "incidents", gap=4)
        self._presenter = presenter
        self._marked: str | None = None
        self._none, self._no_match = say("incidents.none"), say("incidents.no_match")
        self.model = model
        self.title = SectionTitle(name="incidentsTitle")
        self.counts = SpanText(theme, name="incidentsCounts", part="small")
        self.filter = FilterField()
        self.filter.setObjectName("filter")
        self.filter.setAccessibleName(say("incidents.filter_label"))
        set_hint(self.filter, say("incidents.filter"))
        wide = theme.metrics(BODY).horizontalAdvance(self.filter.placeholderText())
        self.filter.setFixedWidth(wide + theme.px(28))
        self.view = RowsView(
            theme,
            model,
            "incidentsTable",
            label=say("incidents.table_label"),
            header=True,
            empty=say("incidents.none"),
        )
        self.view.set_row_gap(ROW_GAP)
        head = QHBoxLayout()
        head.setSpacing(theme.px(18))
        head.addWidget(self.title)
        # It may be narrower than its words: then it is not shown at all.
        self.counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addWidget(self.counts, 1)
        head.addStretch(0)
        typed = QHBoxLayout()
        typed.setSpacing(theme.px(8))
        typed.addWidget(KeyCap(theme, keys.cap("filter")))
        typed.addWidget(self.filter)
        head.addLayout(typed)
        self.column.setContentsMargins(theme.px(14), theme.px(8), theme.px(6), theme.px(8))
        self.column.addLayout(head)
        self.column.addWidget(self.view, 1)
        self.filter.textChanged.connect(lambda _: self.refresh())
        self.filter.down.connect(self._into_table)
        self.view.chosen.connect(self.chosen)
        self.view.left_at_top.connect(self.focus_filter)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._point())
        self._titles = theme.metrics(SMALL)
        self._body = theme.metrics(BODY, 600)
        self._numbers = theme.metrics(BODY, 600, tabular=False)

    def close_up(self, short: bool) -> None:
        """Do with less height."""
        self.view.set_row_gap(ROW_GAP_SHORT if short else ROW_GAP)
        set_look(self.filter, "dense", "yes" if short else "no")
        edge = self.theme.px(5 if short else 8)
        self.column.setContentsMargins(self.theme.px(14), edge, self.theme.px(6), edge)

    def height_for(self, rows: int) -> int:
        """Return the height that shows exactly so many rows."""
        margins, head = self.column.contentsMargins(), self.filter.sizeHint().height()
        lines = self.view.horizontalHeader().sizeHint().height() + rows * self.view.row_height
        return margins.top() + head + self.column.spacing() + lines + margins.bottom() + 2

    def refresh(self) -> None:
        """Show what the room holds now."""
        filtered = bool(self.filter.text().strip())
        rows = self._presenter.rows(self.filter.text())
        self.view.say_empty(self._no_match if filtered else self._none)
        self.model.show(rows)
        closed = sum(not each.is_open for each in rows) if filtered else 0
        head = self._presenter.head(len(rows), closed, filtered=filtered)
        self.title.say(head.title)
        self.counts.say(head.spans)

    def select(self, incident_id: str | None) -> None:
        """Mark the incident that is in the form; a row that the arrows came to since then is left alone."""
        fresh, self._marked = incident_id != self._marked, incident_id
        if not fresh and self._is_walked():
            return
        place = self.model.row_of(incident_id)
        if place is None:
            self.view.clearSelection()
        elif self.view.current_id() != incident_id or not self.view.selectionModel().hasSelection():
            self.view.selectRow(place)

    def sort_next(self) -> str:
        """Sort by the next column; returns its title."""
        order = self._presenter.next_order()
        self.model.retitle()
        self.refresh()
        current = self.view.currentIndex()
        if current.isValid():
            self.view.scrollTo(current)
        return self._presenter.titles()[COLUMNS.index(order)]

    def focus_filter(self) -> None:
        """Lead the keyboard to the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        side = 2 * self.view.delegate.side
        titles = self._presenter.titles()
        margins = self.column.contentsMargins()
        bar = self.view.verticalScrollBar().sizeHint().width()
        free = self.width() - margins.left() - margins.right() - bar
        narrow = free < self.theme.px(NARROW_BELOW)
        self.counts.setVisible(not narrow)
        below = {2: (((3, ""),), ((1, ""), (5, ""))), 6: (((7, f"{titles[7]} "),),)}
        self.view.stack(below if narrow else {}, titles=False)
        least = [
            max(
                (self._numbers if "-" in sample else self._body).horizontalAdvance(sample),
                0 if narrow else self._titles.horizontalAdvance(title),
            )
            + side
            + 2
            for sample, title in zip(SAMPLES, titles, strict=True)
        ]
        gone = BESIDE if narrow else frozenset()
        shares = [0 if column in gone else share for column, share in enumerate(SHARES)]
        fixed = sum(w for c, w in enumerate(least) if SHARES[c] == 0 and c not in gone)
        spare = max(0, free - fixed)
        widths = [max(w, spare * share // sum(shares)) for w, share in zip(least, shares, strict=True)]
        self.view.set_widths([w if SHARES[c] == 0 else widths[c] for c, w in enumerate(least)])

    def _is_walked(self) -> bool:
        """Whether the keyboard is in the table, at some row; also while another window is in front."""
        held = self.view.window().focusWidget() is self.view
        return held and self.view.currentIndex().isValid() and self.view.selectionModel().hasSelection()

    def _point(self) -> None:
        held = self.view.current_id()
        if held is not None:
            self.pointed.emit(held)

    def _into_table(self) -> None:
        if self.model.rowCount():
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self.view.currentIndex().isValid() or not self.view.selectionModel().hasSelection():
                self.view.selectRow(0)
