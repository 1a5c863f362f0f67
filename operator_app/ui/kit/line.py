"""The one field of one line: a line break that is pasted or dropped into it becomes a space, in the value, too."""

import re

from PySide6.QtGui import QClipboard, QGuiApplication, QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QLineEdit, QWidget

_BREAKS = re.compile("[\t ]*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+[\t ]*")


def in_one_line(words: str) -> str:
    """Return what was written in several lines as one; nothing else is touched."""
    return _BREAKS.sub(" ", words)


class OneLine(QLineEdit):
    """Qt draws a line break as a sign and keeps it: what is saved would have lines that nobody sees in the field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setValidator(_Unbroken(self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste as one line, so that it can be undone as one step; everything else is Qt's."""
        if event.matches(QKeySequence.StandardKey.Paste) and not self.isReadOnly():
            self.insert(in_one_line(QGuiApplication.clipboard().text(QClipboard.Mode.Clipboard)))
            event.accept()
            return
        super().keyPressEvent(event)


class _Unbroken(QValidator):
    """Whatever way it came: dropped, by the mouse's middle key, by the menu, set by the program."""

    def validate(self, words: str, place: int) -> tuple[QValidator.State, str, int]:
        kept = in_one_line(words)
        return QValidator.State.Acceptable, kept, place if kept == words else len(in_one_line(words[:place]))
