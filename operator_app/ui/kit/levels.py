"""How loud it is: a bar from silence to the ceiling, in the phone pane and where devices are chosen."""

import math

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from operator_app.ui.kit.labels import Text
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.wording import Say, Tone

FLOOR_DB = -54.0
"""What is quieter is shown as silence."""
LOUD_DB = -8.0
QUIET_AFTER_MS = 400
FALL = 0.72
_STEPS = 16


def share_of(amplitude: float) -> float:
    """Return how far along the bar an amplitude from 0 to 1 reaches, by decibels."""
    if amplitude <= 0:
        return 0.0
    return min(1.0, max(0.0, 1 - 20 * math.log10(amplitude) / FLOOR_DB))


class LevelBar(QWidget):
    """A row of steps; those above the loud mark are of another colour and wider, so that it is seen without colour."""

    def __init__(self, theme: Theme, name: str, label: str) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def share(self) -> float:
        """How much of the bar is lit, 0 to 1."""
        return self._share

    def tell(self, amplitude: float) -> None:
        """Show that level; it falls slowly, so that a word is seen."""
        fresh = max(share_of(amplitude), self._share * FALL)
        if fresh < 0.02:
            fresh = 0.0
        if round(fresh * _STEPS) != round(self._share * _STEPS):
            self.update()
        self._share = fresh

    def sizeHint(self) -> QSize:
        """A thin line."""
        return QSize(self._theme.px(80), self._theme.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the steps."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        lit = round(self._share * _STEPS)
        loud = round(share_of(10 ** (LOUD_DB / 20)) * _STEPS)
        wide, gap = self.width() / _STEPS, max(1.0, self._theme.px(2))
        for step in range(_STEPS):
            tone = Tone.WATCH if step >= loud else Tone.GOOD
            colour = QColor(self._theme.colour(tone) if step < lit else self._theme.tokens.raised_edge)
            painter.setBrush(colour)
            inset = 0.0 if step >= loud else self.height() * 0.2
            painter.drawRect(QRectF(step * wide, inset, wide - gap, self.height() - 2 * inset))


class LevelStrip(QWidget):
    """Microphone and earpiece side by side; falls to silence by itself when nothing is told any more."""

    def __init__(self, theme: Theme, say: Say, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.microphone = LevelBar(theme, f"{name}Microphone", say("sound.level_microphone"))
        self.earpiece = LevelBar(theme, f"{name}Earpiece", say("sound.level_earpiece"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        for words, bar in (("sound.you", self.microphone), ("sound.caller", self.earpiece)):
            label = Text(say(words), "label", Tone.QUIET)
            label.setFont(theme.font(SMALL))
            row.addWidget(label)
            row.addWidget(bar, 1)
            if bar is self.microphone:
                row.addSpacing(theme.px(8))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_AFTER_MS)
        self._quiet.timeout.connect(lambda: self.tell(0.0, 0.0))

    @property
    def lit(self) -> bool:
        """Whether anything is shown."""
        return self.microphone.share > 0 or self.earpiece.share > 0

    def tell(self, microphone: float, earpiece: float) -> None:
        """Show both."""
        self.microphone.tell(microphone)
        self.earpiece.tell(earpiece)
        if self.lit:
            self._quiet.start()
