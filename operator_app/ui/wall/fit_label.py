"""A line of text on the wall that never cuts a word off without a sign."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from operator_app.ui.wall.look import WallLook
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Tone

LINE_HEIGHT = 1.16
"""Of the font size; letters with their descenders take 0.96 in Inter, its own line height is 1.21."""
SHARES = (1.0, 0.93, 0.86)
LAST_SHARES = (0.78, 0.7)
"""A text that does not fit shrinks through these before its next wording is tried; at the end through the last ones."""


class FitLabel(QLabel):
    """A line of text in the fullest of its wordings that fits; a headline keeps its size while any wording fits."""

    def __init__(
        self,
        look: WallLook,
        px: float,
        *,
        bold: bool = False,
        headline: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._px = px
        self._bold = bold
        self._shares = (1.0,) if headline else SHARES
        self._wordings: tuple[str, ...] = ("",)
        self._tone = Tone.PLAIN
        self._inverted = False
        self._style = ""
        self._elided = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(look.font(px, bold=bold))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._dress(px)

    @property
    def wordings(self) -> tuple[str, ...]:
        """Return what it may say, the fullest first."""
        return self._wordings

    def say(self, wordings: Sequence[str] | str, tone: Tone = Tone.PLAIN, *, inverted: bool = False) -> None:
        """Show one of these wordings, the fullest first; does nothing when they are shown already."""
        wanted = tuple(map(one_line, (wordings,) if isinstance(wordings, str) else wordings))
        if (wanted, tone, inverted) == (self._wordings, self._tone, self._inverted):
            return
        grown = wanted != self._wordings
        self._wordings, self._tone, self._inverted = wanted, tone, inverted
        if grown:
            self.updateGeometry()
        self._fit()

    def natural(self) -> "FitLabel":
        """Take as much width as the fullest wording needs, end at the right, and return itself."""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return self

    def sizeHint(self) -> QSize:
        """Ask for the fullest wording at full size."""
        metrics = QFontMetrics(self._look.font(self._px, bold=self._bold))
        height = round(self._look.scale.text(self._px) * LINE_HEIGHT)
        return QSize(metrics.horizontalAdvance(self._wordings[0]) + 4, height)

    def minimumSizeHint(self) -> QSize:
        """Never force a column wider."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew."""
        super().resizeEvent(event)
        self._fit()

    def shown_text(self) -> str:
        """Return what stands there."""
        return self.text()

    def is_clipped(self) -> bool:
        """Whether letters are missing, at the end or above and below."""
        metrics, ink = self.fontMetrics(), self.fontMetrics().tightBoundingRect(self.text())
        baseline = (self.height() - metrics.height()) / 2 + metrics.ascent()
        inside = baseline + ink.top() >= -1 and baseline + ink.bottom() <= self.height() + 1
        return self._elided or (bool(self.text()) and not inside)

    def _fit(self) -> None:
        self._elided = False
        for wording in self._wordings:
            for share in self._shares:
                if self._try(wording, self._px * share):
                    return
        shortest = min(self._wordings, key=len)
        for share in LAST_SHARES:
            if self._try(shortest, self._px * share):
                return
        metrics = QFontMetrics(self._look.font(self._px * LAST_SHARES[-1], bold=self._bold))
        self._elided = True
        self.setText(metrics.elidedText(shortest, Qt.TextElideMode.ElideRight, self.width()))

    def _try(self, wording: str, px: float) -> bool:
        fits = QFontMetrics(self._look.font(px, bold=self._bold)).horizontalAdvance(wording) <= self.width()
        if fits or px <= self._px * LAST_SHARES[-1]:
            self._dress(px)
        if fits:
            self.setText(wording)
        return fits

    def _dress(self, px: float) -> None:
        # By style sheet, not by font: the application's own style sheet would win over a font.
        style = self._look.letters(px, self._tone, bold=self._bold, inverted=self._inverted)
        if style != self._style:
            self._style = style
            self.setStyleSheet(style)
