"""A state by shape, colour and words; the shapes also stand in rows and on buttons."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QSizePolicy,
    QWidget,
)

from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Tone


class Lamp(QWidget):
    """A state by shape, colour and words: disc good, triangle watch, crossed square alarm, ring for what is off."""

    def __init__(self, theme: Theme, name: str, words: str = "", tone: Tone = Tone.QUIET) -> None:
        super().__init__()
        self._theme = theme
        self._words, self._tone = one_line(words), tone
        self.setObjectName(name)
        self.setFont(theme.font(SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)

    @property
    def tone(self) -> Tone:
        """The tone shown."""
        return self._tone

    def say(self, words: str, tone: Tone) -> None:
        """Show that state."""
        words = one_line(words)
        if (words, tone) != (self._words, self._tone):
            self._words, self._tone = words, tone
            self.setAccessibleName(words)
            self.updateGeometry()
            self.update()

    def shown_text(self) -> str:
        """Return the words."""
        return self._words

    def is_clipped(self) -> bool:
        """Whether the words do not fit."""
        return self.sizeHint().width() > self.width() + 1

    def sizeHint(self) -> QSize:
        """Room for shape and words."""
        metrics = self._theme.metrics(SMALL)
        wide = self._theme.px(10) + self._theme.px(7) + metrics.horizontalAdvance(self._words) + 2
        return QSize(wide, max(metrics.height(), self._theme.px(12)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint shape and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._theme.px(10)
        paint_shape(
            painter, QRectF(0.5, (self.height() - side) / 2, side - 1, side - 1), self._tone, self._theme
        )
        painter.setPen(QColor(self._theme.tokens.text))
        painter.setFont(self._theme.font(SMALL))
        room = self.rect().adjusted(side + self._theme.px(7), 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words)


def paint_shape(painter: QPainter, box: QRectF, tone: Tone, theme: Theme) -> None:
    """Paint the shape that stands for a tone into that box."""
    colour = QColor(theme.colour(tone))
    if tone in (Tone.QUIET, Tone.PLAIN):
        painter.setPen(QPen(colour, max(1.5, box.width() / 7)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if tone is Tone.WATCH:
        corners = (QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft())
        painter.drawPolygon(QPolygonF(corners))
    elif tone is Tone.ALARM:
        painter.drawRect(box)
        painter.setPen(QPen(QColor(theme.tokens.panel), max(1.5, box.width() / 6)))
        inner = box.adjusted(box.width() / 4, box.height() / 4, -box.width() / 4, -box.height() / 4)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
    else:
        painter.drawEllipse(box)
