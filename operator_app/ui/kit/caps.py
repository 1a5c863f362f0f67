"""Drawn keys: beside a field or a title that they lead to, and how a cap is painted."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QWidget,
)

from operator_app.ui.keys.keymap import Cap, KeyMap
from operator_app.ui.kit.labels import WEIGHT_STRONG, ElideText, Text
from operator_app.ui.kit.theme import CAP, SMALL, Theme
from operator_app.ui.words.wording import Tone


class KeyCap(QWidget):
    """A drawn key, beside a field or title that it leads to."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__()
        self._theme, self._key = theme, key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(key)

    def follow(self, keys: KeyMap) -> None:
        """Show the key that stands for its deed now."""
        if isinstance(self._key, Cap):
            self._show(keys.cap(self._key.deed, self._key.without))

    def _show(self, key: str) -> None:
        if key != self._key:
            self._key = key
            self.setAccessibleName(key)
            self.updateGeometry()
            self.update()

    def shown_text(self) -> str:
        """Return the key's name."""
        return self._key

    def is_clipped(self) -> bool:
        """Whether it does not fit."""
        return self.sizeHint().width() > self.width() + 1

    def sizeHint(self) -> QSize:
        """Room for the cap."""
        return cap_size(self._theme, self._key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cap."""
        painter = QPainter(self)
        paint_cap(painter, self.rect(), self._key, self._theme, self._theme.tokens.muted)


class LeadCap(KeyCap):
    """The beginning that the keys of a whole row share, e.g. Alt; gone when one of them has another one."""

    def __init__(self, theme: Theme, lead: str, deeds: Sequence[str], keys: KeyMap) -> None:
        super().__init__(theme, lead)
        self._deeds = tuple(deeds)
        if not self._shared(keys):
            self.hide()

    def follow(self, keys: KeyMap) -> None:
        """Be there only while every key of the row begins so."""
        self.setVisible(self._shared(keys))

    def _shared(self, keys: KeyMap) -> bool:
        return all(keys.key(deed).startswith(f"{self._key}+") for deed in self._deeds)


class FieldLabel(QWidget):
    """What stands over a field: its name, the key that leads to it, and a remark at the right end."""

    def __init__(self, theme: Theme, words: str, key: str = "", name: str = "") -> None:
        super().__init__()
        self.words = Text(words, "label", Tone.QUIET)
        self.remark = ElideText("label", Tone.QUIET, name=name)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.remark.setFont(theme.font(SMALL, tabular=False))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.words)
        if key:
            row.addWidget(KeyCap(theme, key))
        row.addWidget(self.remark, 1)
        # One height for all, so that fields in a row stand in line.
        self.setFixedHeight(cap_size(theme, "F").height())


def cap_size(theme: Theme, key: str) -> QSize:
    """Return the room that a key cap takes."""
    return theme.cap_size(key)


def paint_cap(painter: QPainter, box: QRect, key: str, theme: Theme, letters: str, edge: str = "") -> None:
    """Paint a key cap with that letter colour; on a coloured ground its edge is given and it has no ground itself."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge or theme.tokens.field_edge), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if edge else QColor(theme.tokens.panel))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
    painter.setPen(QColor(letters))
    painter.setFont(theme.font(CAP, WEIGHT_STRONG))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()
