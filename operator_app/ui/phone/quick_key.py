"""A quick connection's key: whom it calls, and how his phone stands, by shape, colour and word."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF

from operator_app.domain.line import PresenceState
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import set_tip
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.phone.presenters.phone_servers import OtherPhone
from operator_app.ui.words.wording import Tone

_SIDE, _GAP = 9, 6
_TONES = {
    PresenceState.FREE: Tone.GOOD,
    PresenceState.RINGING: Tone.WATCH,
    PresenceState.BUSY: Tone.BUSY,
    PresenceState.AWAY: Tone.QUIET,
    PresenceState.UNKNOWN: Tone.QUIET,
}


class QuickKey(KeyButton):
    """With `watched` it keeps room for the shape from the start: nothing moves when the first word comes."""

    def __init__(
        self, theme: Theme, words: str, key: str = "", *, name: str, watched: bool, spoken_key: str = ""
    ) -> None:
        self._watched = watched
        self._phone: OtherPhone | None = None
        super().__init__(theme, words, key, name=name, spoken_key=spoken_key, text_px=SMALL)

    def say_standing(self, words: str, hint: str, phone: OtherPhone | None) -> None:
        """Show whom it calls and how his phone stands; `hint` is the tool tip without that."""
        self.say(words)
        standing = "" if phone is None else phone.words
        self.setAccessibleName(f"{words}, {standing}" if standing else words)
        set_tip(self, f"{hint} · {standing}" if standing else hint)
        if phone != self._phone:
            self._phone = phone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the key, the shape, and the word where there is room for it."""
        super().paintEvent(event)
        if self._phone is None or not self._watched:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._theme.px(_SIDE)
        box = QRectF(self._side(), (self.height() - side) / 2, side, side)
        colour = QColor(self._theme.colour(_TONES[self._phone.state]))
        paint_presence(painter, box, self._phone.state, colour)
        self._paint_word(painter, self._phone.words)

    def _paint_word(self, painter: QPainter, word: str) -> None:
        box = self._words_box(self.width())
        used = self._measure(box.width()).width() + self._theme.px(_GAP)
        room = QRect(box.left() + used, 0, box.width() - used, self.height())
        metrics = self._theme.metrics(SMALL, tabular=False)
        if metrics.horizontalAdvance(word) > room.width():
            return
        painter.setFont(self._theme.font(SMALL, tabular=False))
        painter.setPen(QColor(self._theme.tokens.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, word)

    def _lead(self) -> int:
        return self._theme.px(_SIDE + _GAP) if self._watched else 0


def paint_presence(painter: QPainter, box: QRectF, state: PresenceState, colour: QColor) -> None:
    """Paint how a phone stands: disc free, triangle rings, square speaks, crossed ring away, ring unknown."""
    pen = QPen(colour, max(1.5, box.width() / 7))
    if state in (PresenceState.AWAY, PresenceState.UNKNOWN):
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = box.adjusted(1, 1, -1, -1)
        painter.drawEllipse(ring)
        if state is PresenceState.AWAY:
            part = ring.width() * 0.146  # where the diagonal meets the ring
            painter.drawLine(
                QPointF(ring.left() + part, ring.bottom() - part),
                QPointF(ring.right() - part, ring.top() + part),
            )
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if state is PresenceState.RINGING:
        corners = (QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft())
        painter.drawPolygon(QPolygonF(corners))
    elif state is PresenceState.BUSY:
        painter.drawRect(box)
    else:
        painter.drawEllipse(box)
