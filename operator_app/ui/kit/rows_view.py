"""The one table of the windows: rows of spans, painted, walked by keys and read out."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from operator_app.ui.kit.lamps import paint_shape
from operator_app.ui.kit.rows_model import CELL_ROLE, ID_ROLE, Index
from operator_app.ui.kit.theme import BODY, SMALL, Theme
from operator_app.ui.kit.widget_tree import cells_clipped
from operator_app.ui.words.rows import Cell
from operator_app.ui.words.wording import Span

STRONG = 600
ROW_GAP = 8
"""What stands free between the words of two rows, if nothing else is set."""

Below = Mapping[int, Sequence[Sequence[tuple[int, str]]]]
"""Columns under whose cells other columns stand in small letters: lines of (column, words before it)."""


class SpanDelegate(QStyledItemDelegate):
    """Paints a cell's spans; what does not fit ends in an ellipsis, the whole text is in the tool tip."""

    def __init__(self, theme: Theme, text_px: int) -> None:
        super().__init__()
        self._theme = theme
        # Times run in figures of equal width, numbers with hyphens stand closer without it.
        self._fonts: dict[tuple[bool, bool], QFont] = {
            (strong, tabular): theme.font(text_px, STRONG if strong else 400, tabular=tabular)
            for strong in (False, True)
            for tabular in (False, True)
        }
        self._chip_font = theme.font(SMALL, STRONG)
        self._small_font = theme.font(SMALL, tabular=False)
        self._small_metrics = QFontMetrics(self._small_font)
        self.below: Below = {}
        self._metrics = {key: QFontMetrics(font) for key, font in self._fonts.items()}
        self._chip_metrics = QFontMetrics(self._chip_font)
        self.side = theme.px(10)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room that the whole cell wants."""
        cell: Cell = index.data(CELL_ROLE)
        wide, tall = self.width_of(cell), self._metrics[True, True].height() + self._theme.px(6)
        if index.column() in self.below:
            lines = self._lines_below(index)
            wide = max([wide, *(self._small_metrics.horizontalAdvance(line) for line in lines)])
            tall += len(lines) * self._small_metrics.height()
        return QSize(wide + 2 * self.side, tall)

    def width_of(self, cell: Cell) -> int:
        """Return the width of a cell's text."""
        if cell.chip is not None:
            return self._chip_metrics.horizontalAdvance(cell.text) + self._theme.px(14)
        marked = 0 if cell.mark is None else self._mark_side() + self._theme.px(6)
        return marked + sum(
            self._metrics[_font_key(span)].horizontalAdvance(span.text) for span in cell.spans
        )

    def _mark_side(self) -> int:
        return self._theme.px(11)

    def _lines_below(self, index: Index) -> list[str]:
        def words(column: int, before: str) -> str:
            text = index.sibling(index.row(), column).data(CELL_ROLE).text
            return f"{before}{text}" if text else ""

        lines = self.below[index.column()]
        told = [" · ".join(filter(None, (words(*part) for part in line))) for line in lines]
        return told if any(told) else []

    def count_below(self, index: Index) -> int:
        """Return how many lines stand below the words of that cell."""
        return len(self._lines_below(index)) if index.column() in self.below else 0

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint ground and text."""
        box = option.rect
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(self._theme.tokens.chosen))
            if index.column() == 0:
                mark = QRect(box.left(), box.top(), self._theme.px(3), box.height())
                painter.fillRect(mark, QColor(self._theme.tokens.focus))
        cell: Cell = index.data(CELL_ROLE)
        room = box.adjusted(self.side, 0, -self.side // 2, 0)
        if index.column() in self.below:
            room.setBottom(self._paint_below(painter, room, self._lines_below(index)))
        if cell.mark is not None:
            side = self._mark_side()
            shape = QRectF(room.left(), room.center().y() - side / 2 + 1, side, side)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_shape(painter, shape, cell.mark, self._theme)
            room.setLeft(room.left() + side + self._theme.px(6))
        if cell.chip is not None:
            self._paint_chip(painter, room, cell)
        else:
            self._paint_spans(painter, room, cell.spans)
        painter.restore()

    def _paint_below(self, painter: QPainter, room: QRect, lines: Sequence[str]) -> int:
        """Paint the lines at the bottom of the cell and return where the room above them ends."""
        tall = self._small_metrics.height()
        top = room.bottom() - self._theme.px(4) - len(lines) * tall
        painter.setFont(self._small_font)
        painter.setPen(QColor(self._theme.tokens.muted))
        for number, words in enumerate(lines):
            line = QRect(room.left(), top + number * tall, room.width(), tall)
            told = self._small_metrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, _LEFT, told)
        return top

    def _paint_chip(self, painter: QPainter, room: QRect, cell: Cell) -> None:
        assert cell.chip is not None
        tall = self._chip_metrics.height() + self._theme.px(2)
        ground = QRect(
            room.left(), room.center().y() - tall // 2 + 1, min(self.width_of(cell), room.width()), tall
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.ground(cell.chip)))
        painter.drawRoundedRect(ground, self._theme.px(4), self._theme.px(4))
        painter.setPen(QColor(self._theme.colour(cell.chip)))
        painter.setFont(self._chip_font)
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, cell.text)

    def _paint_spans(self, painter: QPainter, room: QRect, spans: Sequence[Span]) -> None:
        left = room.left()
        for span in spans:
            metrics = self._metrics[_font_key(span)]
            width, free = metrics.horizontalAdvance(span.text), room.right() - left + 1
            words = (
                span.text
                if width <= free
                else metrics.elidedText(span.text, Qt.TextElideMode.ElideRight, free)
            )
            painter.setFont(self._fonts[_font_key(span)])
            painter.setPen(QColor(self._theme.colour(span.tone)))
            painter.drawText(QRect(left, room.top(), max(1, free), room.height()), _LEFT, words)
            left += width
            if left > room.right():
                break


def _font_key(span: Span) -> tuple[bool, bool]:
    return span.strong, "-" not in span.text


_WRAP = int(Qt.TextFlag.TextWordWrap)
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class TitleLine(QHeaderView):
    """Column titles in small quiet letters, in line with the cells below them."""

    def __init__(self, theme: Theme, side: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self._side = side
        self._font = theme.font(SMALL)

    def sizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(0, QFontMetrics(self._font).height() + self._theme.px(8))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        """Paint one title."""
        painter.save()
        painter.fillRect(rect, QColor(self._theme.tokens.panel))
        painter.setFont(self._font)
        painter.setPen(QColor(self._theme.tokens.muted))
        title = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        painter.drawText(rect.adjusted(self._side, 0, 0, 0), int(_LEFT), title)
        painter.restore()


class RowsView(QTableView):
    """A table without grid, buttons or editing. `chosen` tells the row id of a click or Enter."""

    chosen = Signal(str)
    left_at_top = Signal()

    def __init__(
        self,
        theme: Theme,
        model: QAbstractTableModel,
        name: str,
        *,
        label: str = "",
        header: bool = False,
        text_px: int = BODY,
        on_click: bool = True,
        empty: str = "",
    ) -> None:
        """`label` is what a screen reader says, `empty` stands there without rows; `on_click`: one click chooses."""
        super().__init__()
        self._empty = empty
        self._theme = theme
        self.delegate = SpanDelegate(theme, text_px)
        self._rows_model = model
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustIgnored)
        self.setHorizontalHeader(TitleLine(theme, self.delegate.side))
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        self._titled, self._text_px = header, text_px
        self._one_line = theme.metrics(text_px, STRONG).height() + theme.px(ROW_GAP)
        self.row_height = self._one_line
        rows.setDefaultSectionSize(self.row_height)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setVisible(header)
        columns.setMinimumSectionSize(1)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        (self.clicked if on_click else self.doubleClicked).connect(self._choose)

    def set_row_gap(self, row_gap: int) -> None:
        """Set what stands free between the words of two rows."""
        self._one_line = self._theme.metrics(self._text_px, STRONG).height() + self._theme.px(row_gap)
        lines = max((len(lines) for lines in self.delegate.below.values()), default=0)
        self.row_height = self._one_line + lines * self._theme.metrics(SMALL).height()
        self.verticalHeader().setDefaultSectionSize(self.row_height)

    def set_widths(self, widths: Sequence[int]) -> None:
        """Set the columns' widths in pixels."""
        for column, width in enumerate(widths):
            if not self.isColumnHidden(column) and self.columnWidth(column) != width:
                self.setColumnWidth(column, width)

    def stack(self, below: Below, *, titles: bool = True) -> None:
        """Put columns below others, so that a narrow table still shows them all; without titles it has more room."""
        if below == self.delegate.below:
            return
        for hidden, columns in ((False, self.delegate.below), (True, below)):
            for column, _ in (part for lines in columns.values() for line in lines for part in line):
                self.setColumnHidden(column, hidden)
        self.delegate.below = dict(below)
        lines = max((len(lines) for lines in below.values()), default=0)
        self.row_height = self._one_line + lines * self._theme.metrics(SMALL).height()
        self.verticalHeader().setDefaultSectionSize(self.row_height)
        self.horizontalHeader().setVisible(self._titled and (titles or not below))

    def fit_rows(self) -> None:
        """Make each row as high as its own lines: for short lists only."""
        small = self._theme.metrics(SMALL).height()
        for row in range(self._rows_model.rowCount()):
            lines = max(
                (self.delegate.count_below(self._rows_model.index(row, c)) for c in self.delegate.below),
                default=0,
            )
            self.verticalHeader().resizeSection(row, self._one_line + lines * small)

    def say_empty(self, words: str) -> None:
        """Let these words stand there without rows."""
        if words != self._empty:
            self._empty = words
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Ask for little: a table takes what is left."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Ask for one row."""
        return QSize(self._theme.px(60), self.row_height)

    def is_elided(self) -> bool:
        """Whether a cell on screen ends in an ellipsis."""
        return cells_clipped(self)

    def current_id(self) -> str | None:
        """Return the id of the current row."""
        index = self.currentIndex()
        found = index.data(ID_ROLE) if index.isValid() else None
        return str(found) if found is not None else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or say that there is none."""
        super().paintEvent(event)
        if self._empty and self._rows_model.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(self._theme.font(SMALL))
            painter.setPen(QColor(self._theme.tokens.muted))
            room = (
                self.viewport().rect().adjusted(self.delegate.side, self._theme.px(4), -self.delegate.side, 0)
            )
            painter.drawText(
                room, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft) | _WRAP, self._empty
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by Enter; Up in the first row leaves the table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_at_top.emit()
            return
        super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(str(index.data(ID_ROLE)))
