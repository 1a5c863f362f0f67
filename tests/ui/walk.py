"""Walks every visible widget of a window and names what is wrong for the eye, the keyboard or a screen reader."""

from collections import Counter
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.lamps import Lamp
from operator_app.ui.kit.tokens import contrast
from operator_app.ui.kit.widget_tree import Elides, ShowsText, is_clipped, shown_text
from operator_app.ui.phone.call_lists import TabButton

CONTROLS = (
    QAbstractButton,
    QLineEdit,
    QPlainTextEdit,
    QAbstractItemView,
    QComboBox,
    QAbstractSpinBox,
    QAbstractSlider,
)
TURNED = ("timeline_", "colleague_", "key_", "lineDrop")
"""Choices in a row that one key turns, its cap beside them; other seats, named in the field that F8 and ^D lead to; the
keys of the keypad, which are typed while it is open; hanging up on one of several lines: F12 does it for the last."""
NO_ROLE = ("NoRole", "Client", "Pane", "Window")
TEXT_LEAST, SHAPE_LEAST = 7.0, 3.0
SMOOTHED = 0.93
"""The thin strokes of small letters are smoothed: their darkest pixel is a little less than the colour itself."""


def others(window: QWidget) -> list[QWidget]:
    """The program's further windows on the screen, such as the editor of cards."""
    shown = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    return [each for each in shown if each is not window and each.windowType() is Qt.WindowType.Window]


def visible(window: QWidget) -> list[QWidget]:
    """Every widget that a person can see now."""
    found = (each for each in window.findChildren(QWidget) if each.isVisibleTo(window))
    return [each for each in found if not _is_inner(each)]


def layout_faults(window: QWidget, *, may_elide: Iterable[str] = ()) -> list[str]:
    """Words cut off or elided, widgets that hang out of the window."""
    allowed, right = frozenset(may_elide), window.width()
    faults = []
    for widget in visible(window):
        left = widget.mapTo(window, QPoint(0, 0)).x()
        if left < 0 or left + widget.width() > right:
            faults.append(f"hangs out: {_name(widget)}")
        if is_clipped(widget):
            faults.append(f"cut off: {_name(widget)} {shown_text(widget)!r}")
        if isinstance(widget, Elides) and widget.is_elided() and widget.objectName() not in allowed:
            faults.append(f"elided: {_name(widget)} {shown_text(widget)!r}")
    return faults


def reader_faults(window: QWidget) -> list[str]:
    """Controls that a screen reader could not name."""
    faults = []
    for widget in visible(window):
        if not isinstance(widget, (*CONTROLS, Lamp)):
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        if not spoken.text(QAccessible.Text.Name).strip():
            faults.append(f"no name: {_name(widget)}")
        if spoken.role().name in NO_ROLE and not isinstance(widget, Lamp):
            faults.append(f"no role: {_name(widget)} is a {spoken.role().name}")
    return faults


def key_faults(window: QWidget) -> list[str]:
    """Controls that no key reaches: a button needs a cap, everything else a place in the order of Tab."""
    faults = []
    for widget in visible(window):
        if not isinstance(widget, CONTROLS):
            continue
        tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if isinstance(widget, KeyButton):
            reached = bool(widget.key) or tab or widget.objectName().startswith(TURNED)
        elif isinstance(widget, TabButton):
            reached = True  # the key of the lists turns them
        else:
            reached = tab or _is_hit_list(widget)
        if not reached:
            faults.append(f"no key: {_name(widget)} {shown_text(widget)!r}")
    return faults


def contrast_faults(window: QWidget) -> list[str]:
    """Words and shapes that stand out too little from their ground, as they are painted."""
    image = window.grab().toImage()
    faults = []
    for widget in visible(window):
        if not _has_words(widget) or not _in_front(window, widget):
            continue
        box = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).intersected(window.rect())
        found = painted_contrast(image, box)
        if found is not None and found < TEXT_LEAST * SMOOTHED:
            faults.append(f"contrast {found:.1f}: {_name(widget)} {shown_text(widget)!r}")
    return faults


def painted_contrast(image: QImage, box: QRect) -> float | None:
    """The strongest contrast in a rectangle against its most frequent colour; None where all is of one colour."""
    ratio = image.devicePixelRatio()
    colours: Counter[int] = Counter()
    for y in range(int(box.top() * ratio), int((box.bottom() + 1) * ratio)):
        for x in range(int(box.left() * ratio), int((box.right() + 1) * ratio)):
            colours[image.pixel(x, y)] += 1
    if len(colours) < 2:
        return None
    ground = _hex(colours.most_common(1)[0][0])
    return max(contrast(ground, _hex(colour)) for colour in colours)


def _hex(pixel: int) -> str:
    return f"#{pixel & 0xFFFFFF:06x}"


def _has_words(widget: QWidget) -> bool:
    painted = isinstance(widget, (QLabel, QAbstractButton, QLineEdit, ShowsText))
    return painted and bool(shown_text(widget).strip()) and widget.width() > 1


def _in_front(window: QWidget, widget: QWidget) -> bool:
    """Whether no other pane lies over a corner or the middle of it."""
    box = widget.rect().adjusted(1, 1, -1, -1)
    points = (box.center(), box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
    found = (window.childAt(widget.mapTo(window, point)) for point in points)
    return all(each is widget or (each is not None and widget.isAncestorOf(each)) for each in found)


def _is_inner(widget: QWidget) -> bool:
    """Parts that Qt makes inside a control belong to it."""
    inner = widget.objectName().startswith("qt_") or type(widget) is QWidget
    return inner or isinstance(widget, QHeaderView | QScrollBar)


def _is_hit_list(widget: QWidget) -> bool:
    """A list below a line moves with the line's arrows."""
    return isinstance(widget, QAbstractItemView) and widget.objectName().endswith("Hits")


def _name(widget: QWidget) -> str:
    chain = list(_names(widget))
    return "/".join(reversed(chain)) or type(widget).__name__


def _names(widget: QWidget) -> Iterator[str]:
    yield widget.objectName() or type(widget).__name__
    parent = widget.parentWidget()
    while parent is not None:
        if parent.objectName() and not parent.objectName().startswith("qt_"):
            yield parent.objectName()
            return
        parent = parent.parentWidget()
