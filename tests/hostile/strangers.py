"""What strangers write, and who watches what it does: files opened, markup drawn, words that guide the drawing."""

import ctypes
import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from operator_app.domain.event import Event
from operator_app.ui.kit.widget_tree import shown_text
from operator_app.ui.words.plain import one_line, paragraphs, unbroken

BAIT = "bait.png"


def markup(folder: Path) -> str:
    """Everything at once that a widget may take for more than a text; it begins as a picture in `folder`."""
    bait = folder / BAIT
    return (
        f"<img src='{bait}'><a href='file://{bait}'>klik</a>&lt;b&gt; <h1 style='font-size:99px'>BESAR</h1>"
        f"<style>* {{ background: url({bait}) }}</style> {{n}} %1 &4 [*] "
        "\u202eGEPRUD\u2066 a\x00b\x9cc\nDUA\u2028TIGA\te" + "\u0301" * 50
    )


def entity(folder: Path) -> str:
    """Qt takes a text that begins so for markup, too."""
    return f"&lt;b&gt; <img src='{folder / BAIT}'>"


def long(folder: Path) -> str:
    """A word without end."""
    return "W" * 3_000


EDITORS = frozenset({"editorText"})
"""Where a person edits a text itself, nothing of it may be left out."""

PAYLOADS = {"markup": markup, "entity": entity, "long": long}


class OpenWatch:
    """Counts how often the files of a folder are opened, by Linux's inotify."""

    _OPEN = 0x20

    def __init__(self, folder: Path) -> None:
        (folder / BAIT).write_bytes(b"no picture")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._fd >= 0, os.strerror(ctypes.get_errno())
        assert self._libc.inotify_add_watch(self._fd, os.fsencode(folder), self._OPEN) >= 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def opened(self) -> list[str]:
        """The names of the files opened since the last call."""
        names = []
        try:
            data = os.read(self._fd, 65536)
        except BlockingIOError:
            return []
        while data:
            *_, length = struct.unpack_from("iIII", data)
            names.append(data[16 : 16 + length].rstrip(b"\0").decode())
            data = data[16 + length :]
        return [name for name in names if name]


def by(event: Event, actor: str) -> Event:
    """The same event, written by somebody of that name."""
    return replace(event, actor=actor)


def drawn_faults(window: QWidget, words: str) -> Iterator[str]:
    """Name every widget of the window, shown or not, in which strangers' words would be more than words."""
    for widget in (window, *window.findChildren(QWidget)):
        name = f"{widget.objectName() or type(widget).__name__}"
        yield from (f"{name}: {each}" for each in _text_faults(widget))
        yield from (f"{name}, tool tip: {each}" for each in tip_faults(widget.toolTip(), words))
        if isinstance(widget, QAbstractButton) and not widget.shortcut().isEmpty():
            yield f"{name}: a key of its own, {widget.shortcut().toString()}"
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            for index in _cells(widget):
                tip = index.data(Qt.ItemDataRole.ToolTipRole)
                yield from (f"{name}, tip of a cell: {each}" for each in tip_faults(str(tip or ""), words))
                told = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
                if told != one_line(told):
                    yield f"{name}, a cell guides its drawing: {told[:80]!r}"
    if window.windowTitle() != one_line(window.windowTitle()):
        yield f"the window's title guides its drawing: {window.windowTitle()[:80]!r}"


def tip_faults(tip: str, words: str) -> list[str]:
    """What is wrong with the text of a tool tip, as Qt would draw it."""
    if not tip:
        return []
    if not GuiQt.mightBeRichText(tip):
        return [] if tip == paragraphs(tip) else [f"guides its drawing: {tip[:80]!r}"]
    return markup_faults(tip, words)


def markup_faults(text: str, words: str) -> list[str]:
    """What of a markup that is drawn is not the house's own: pictures, links, heads, other sizes, lost letters."""
    document = QTextDocument()
    document.setHtml(text)
    found = []
    block = document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel():
            found.append("a head is drawn")
        part = block.begin()
        while not part.atEnd():
            form = part.fragment().charFormat()
            found += ["a picture is drawn"] * form.isImageFormat() + ["a link is drawn"] * form.isAnchor()
            found += ["another size is drawn"] * form.hasProperty(form.Property.FontPixelSize.value)
            part += 1
        block = block.next()
    shown = unbroken(document.toPlainText())
    begin = one_line(words)[:20]
    if begin[0] in "<&" and begin in text:
        found.append("its own letters are taken for markup")
    if shown != paragraphs(shown).replace("\ufffc", ""):
        found.append(f"guides its drawing: {shown[:80]!r}")
    return found


def _text_faults(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel):
        if widget.textFormat() is Qt.TextFormat.RichText:
            yield from markup_faults(widget.text(), "<img src=")
        elif widget.textFormat() is not Qt.TextFormat.PlainText:
            yield "guesses the format of its text"
        if widget.openExternalLinks():
            yield "opens links"
    if isinstance(widget, QComboBox):
        told = [widget.itemText(place) for place in range(widget.count())]
        yield from (f"guides its drawing: {each[:80]!r}" for each in told if each != one_line(each))
    elif isinstance(widget, QLineEdit):
        for each in (widget.text(), widget.placeholderText()):
            if each != one_line(each):
                yield f"guides its drawing: {each[:80]!r}"
    elif widget.objectName() not in EDITORS:
        shown = unbroken(shown_text(widget))
        if shown != paragraphs(shown):
            yield f"guides its drawing: {shown[:80]!r}"


def _cells(view: QAbstractItemView) -> Iterator[QModelIndex]:
    model = view.model()
    for row in range(min(model.rowCount(), 60)):
        for column in range(model.columnCount()):
            yield model.index(row, column)


def hover(window: QWidget) -> int:
    """Let the mouse rest on every widget and every cell that is shown, until its tool tip is; returns how many were."""
    shown = 0
    for widget in [each for each in window.findChildren(QWidget) if each.isVisibleTo(window)]:
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            boxes = [widget.visualRect(index) for index in _cells(widget)]
            seen = widget.viewport().rect()
            spots = [box.center() for box in boxes if box.isValid() and seen.contains(box.center())]
            shown += sum(_rest(widget.viewport(), spot) for spot in spots)
        elif widget.toolTip():
            shown += _rest(widget, widget.rect().center())
    return shown


def _rest(widget: QWidget, spot: QPoint) -> bool:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    event = QHelpEvent(QEvent.Type.ToolTip, spot, widget.mapToGlobal(spot))
    app.sendEvent(widget, event)
    tips = [each for each in app.topLevelWidgets() if each.inherits("QTipLabel") and each.isVisible()]
    for each in tips:
        assert each.geometry().isValid()
        each.grab()
        assert QRect(each.geometry()).height() < 4_000
    return bool(tips)
