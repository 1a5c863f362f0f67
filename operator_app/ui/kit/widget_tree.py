"""A window's visible widgets as plain values: what a person sees and what a screen reader would say."""

from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QPlainTextEdit, QWidget

from operator_app.ui.words.plain import unbroken

ROWS_TOLD = 200
SLACK_PX = 1


@runtime_checkable
class ShowsText(Protocol):
    """A widget that paints its own text and knows whether all of it is to be seen."""

    def shown_text(self) -> str:
        """Return what stands there."""
        ...

    def is_clipped(self) -> bool:
        """Whether some of it does not fit."""
        ...


@runtime_checkable
class Elides(Protocol):
    """A widget that ends what does not fit in an ellipsis and has the whole in its tool tip."""

    def is_elided(self) -> bool:
        """Whether some of it ends in an ellipsis now."""
        ...


def describe_tree(window: QWidget) -> list[dict[str, Any]]:
    """Describe the window and every visible widget in it, outermost first."""
    focus = window.focusWidget()
    widgets = [window, *(each for each in window.findChildren(QWidget) if each.isVisibleTo(window))]
    return [describe(each, focus=each is focus) for each in widgets if _tells_something(each)]


def describe(widget: QWidget, *, focus: bool = False) -> dict[str, Any]:
    """Describe one widget.

    Keys: name (objectName), kind (class), role and label (as a screen reader gets them), text, enabled, focus,
    geometry [x, y, width, height] on the screen, clipped (cut off), elided (ends in an ellipsis, the whole is in the
    tool tip); for lists and tables also rows (list of cells) and current.
    """
    corner = widget.mapToGlobal(QPoint(0, 0))
    told: dict[str, Any] = {
        "name": widget.objectName(),
        "kind": type(widget).__name__,
        "text": shown_text(widget),
        "enabled": widget.isEnabled(),
        "focus": focus,
        "geometry": [corner.x(), corner.y(), widget.width(), widget.height()],
        "clipped": is_clipped(widget),
        "elided": isinstance(widget, Elides) and widget.is_elided(),
        **_spoken(widget),
    }
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        told["rows"] = _rows(widget)
        told["current"] = widget.currentIndex().row()
    return told


def _tells_something(widget: QWidget) -> bool:
    """Whether a person or a harness could mean this widget: not a mere container without a name."""
    return bool(widget.objectName()) or type(widget) is not QWidget


def shown_text(widget: QWidget) -> str:
    """Return the text a person reads on the widget, without markup."""
    if isinstance(widget, ShowsText):
        return widget.shown_text()
    if isinstance(widget, QLabel):
        return plain_text(widget)
    if isinstance(widget, QAbstractButton | QLineEdit):
        return widget.text()
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText()
    return ""


def plain_text(label: QLabel) -> str:
    """Return a label's text without markup."""
    return unbroken(
        label.text() if label.textFormat() != Qt.TextFormat.RichText else without_markup(label.text())
    )


def tip_text(widget: QWidget) -> str:
    """Return what is read in the widget's tool tip."""
    return without_markup(widget.toolTip())


def without_markup(text: str) -> str:
    """Return what is read of a text that `kit.labels` wrote as markup."""
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


def is_clipped(widget: QWidget) -> bool:
    """Whether text of the widget is cut off or covered by its own border; typed text may scroll and does not count."""
    if isinstance(widget, ShowsText):
        return widget.is_clipped()
    if isinstance(widget, QLabel):
        return _label_clipped(widget)
    if isinstance(widget, QLineEdit):
        hint = widget.placeholderText() if not widget.text() else ""
        tall = widget.fontMetrics().height() > widget.contentsRect().height() + SLACK_PX
        return tall or widget.fontMetrics().horizontalAdvance(hint) > widget.contentsRect().width()
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        return not isinstance(widget, Elides) and cells_clipped(widget)
    return False


def _label_clipped(label: QLabel) -> bool:
    if not label.text():
        return False
    room = label.contentsRect()
    if label.wordWrap():
        return label.heightForWidth(label.width()) > label.height() + SLACK_PX
    wanted = label.sizeHint()
    return (
        wanted.width() > label.width() + SLACK_PX or label.fontMetrics().height() > room.height() + SLACK_PX
    )


def cells_clipped(view: QAbstractItemView) -> bool:
    """Whether a cell on screen is too small for its text."""
    model = view.model()
    seen = view.viewport().rect()
    for row in range(min(model.rowCount(), ROWS_TOLD)):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            place = view.visualRect(index)
            if not place.isEmpty() and seen.contains(place.center()) and _cell_clipped(view, index):
                return True
    return False


def _cell_clipped(view: QAbstractItemView, index: QModelIndex) -> bool:
    if not index.data(Qt.ItemDataRole.DisplayRole):
        return False
    wanted = view.sizeHintForIndex(index)
    place = view.visualRect(index)
    return wanted.width() > place.width() + SLACK_PX or wanted.height() > place.height() + SLACK_PX


def _rows(view: QAbstractItemView) -> list[list[str]]:
    model = view.model()
    columns = range(model.columnCount())
    return [
        [str(model.index(row, column).data() or "") for column in columns]
        for row in range(min(model.rowCount(), ROWS_TOLD))
    ]


def _spoken(widget: QWidget) -> dict[str, str]:
    spoken = QAccessible.queryAccessibleInterface(widget)
    return {
        "role": spoken.role().name,
        "label": spoken.text(QAccessible.Text.Name),
        "description": spoken.text(QAccessible.Text.Description),
    }
