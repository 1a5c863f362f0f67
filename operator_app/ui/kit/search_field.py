"""A field with a list of hits below it: letters narrow, arrows move, Enter picks; the field keeps the keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.rows import Row

T = TypeVar("T")

HITS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """One answer: what it is, and how it is shown. One without a value only says something and cannot be picked.

    One that is not `sure` is offered: Enter takes it only after the arrows chose it.
    """

    value: T | None
    row: Row
    sure: bool = True


Finder = Callable[[str], Sequence[Hit[T]]]


class HitList(QFrame):
    """The list of hits; it lies over what is below the field, so nothing moves. Never takes the keyboard."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget, name: str, label: str, weights: Sequence[int]) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}Box")
        self.setProperty("part", "hits")
        self._theme = theme
        self._over = parent
        self._weights = tuple(weights)
        self.model = RowsModel(len(self._weights))
        self.view = RowsView(theme, self.model, name, label=label)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.chosen.connect(self.chosen)
        column = QVBoxLayout(self)
        edge = theme.px(4)
        column.setContentsMargins(1, edge, 1, edge)
        column.addWidget(self.view)
        self.hide()

    def tell(self, rows: Sequence[Row], below: QWidget, *, chosen: bool = True) -> None:
        """Show these rows under that widget, the first one `chosen` or none; hide when there is none."""
        self.model.show(rows)
        if not rows:
            self.hide()
            return
        parent = self._over
        corner = below.mapTo(parent, QPoint(0, below.height() + self._theme.px(3)))
        tall = len(rows) * self.view.row_height + 2 * self._theme.px(4) + 2
        wide = min(
            max(below.width(), self._natural_width(rows)), parent.width() - corner.x() - self._theme.px(4)
        )
        room = parent.height() - corner.y() - self._theme.px(4)
        self.setGeometry(corner.x(), corner.y(), wide, min(tall, max(room, self.view.row_height * 2)))
        inner = wide - 2
        natural = self._column_widths(rows)
        spare = max(0, inner - sum(natural))
        share = sum(self._weights)
        self.view.set_widths([w + spare * f // share for w, f in zip(natural, self._weights, strict=True)])
        self.view.setCurrentIndex(self.model.index(0 if chosen else -1, 0))
        self.raise_()
        self.show()

    def move_by(self, step: int) -> None:
        """Choose the next or previous row."""
        place = max(0, min(self.model.rowCount() - 1, self.view.currentIndex().row() + step))
        self.view.setCurrentIndex(self.model.index(place, 0))

    def _column_widths(self, rows: Sequence[Row]) -> list[int]:
        delegate = self.view.delegate
        return [
            max(delegate.width_of(row.cells[column]) for row in rows) + 2 * delegate.side
            for column in range(len(self._weights))
        ]

    def _natural_width(self, rows: Sequence[Row]) -> int:
        return sum(self._column_widths(rows)) + 2


class SearchField(OneLine, Generic[T]):
    """A line that is searched while it is typed in.

    `typed` tells every change made by hand; `picked` a hit that was picked; `drop_wished` one on which Shift+Delete was
    pressed, None when none was chosen. Without hits Enter emits `entered`.
    """

    typed = Signal(str)
    picked = Signal(object)
    drop_wished = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(
        self, theme: Theme, name: str, label: str, finder: Finder[T], weights: Sequence[int]
    ) -> None:
        """`weights` share out spare width among the columns of the hits."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._theme = theme
        self._finder = finder
        self._weights = weights
        self._label = label
        self._hits: tuple[Hit[T], ...] = ()
        self._list: HitList | None = None
        # The letter is painted first, then it is searched.
        self._search = QTimer(self)
        self._search.setSingleShot(True)
        self._search.setInterval(0)
        self._search.timeout.connect(self.search_now)
        self.textEdited.connect(self._edited)

    @property
    def hits_shown(self) -> bool:
        """Whether the list is open."""
        return self._list is not None and self._list.isVisible()

    def attach(self, over: QWidget) -> None:
        """Let the list lie over that widget, which holds the field."""
        self._list = HitList(self._theme, over, f"{self.objectName()}Hits", self._label, self._weights)
        self._list.chosen.connect(self._pick_id)

    def search_now(self) -> None:
        """Search for what stands in the field, and show the hits while it has the keyboard."""
        self._search.stop()
        self._hits = tuple(self._finder(self.text()))[:HITS_SHOWN] if self.hasFocus() else ()
        if self._list is not None:
            sure = bool(self._hits) and self._hits[0].sure
            self._list.tell([hit.row for hit in self._hits], self, chosen=sure)

    def close_hits(self) -> None:
        """Put the list away."""
        self._search.stop()
        self._hits = ()
        if self._list is not None:
            self._list.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list, pick, or put it away; everything else is typed."""
        key = event.key()
        if self._search.isActive() and key in _LIST_KEYS:
            self.search_now()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._list is not None:
            if not self.hits_shown:
                self.search_now()
            else:
                self._list.move_by(1 if key == Qt.Key.Key_Down else -1)
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
            return
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Delete and shifted and self.hits_shown:
            self._drop()
            return
        if key == Qt.Key.Key_Escape and self.hits_shown:
            self.close_hits()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Put the list away and tell that the field was left."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.close_hits()
        self.left.emit()

    def _edited(self, text: str) -> None:
        self.typed.emit(text)
        self._search.start()

    def _enter(self) -> None:
        chosen = self._list.view.current_id() if self.hits_shown and self._list is not None else None
        if chosen:
            self._pick_id(chosen)
        else:
            self.close_hits()
            self.entered.emit()

    def _pick_id(self, row_id: str) -> None:
        hit = self._hit(row_id)
        if hit is not None and hit.value is None:
            return  # it says why nothing can be picked, and stays to be read
        self.close_hits()
        if hit is not None:
            self.picked.emit(hit.value)

    def _drop(self) -> None:
        hit = self._hit(self._list.view.current_id() or "") if self._list is not None else None
        self.drop_wished.emit(None if hit is None else hit.value)

    def _hit(self, row_id: str) -> Hit[T] | None:
        return next((each for each in self._hits if each.row.id == row_id), None)


_LIST_KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Enter)
