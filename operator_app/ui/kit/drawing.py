"""Each pane of a window is drawn by itself: one that fails says so on its place, and the rest of the window goes on."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from operator_app.ui.kit.labels import Text
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.wording import Say, Tone

log = logging.getLogger(__name__)

_VEIL = 228


class Cover(QFrame):
    """Lies over a pane that could not be drawn and says so; what it hides is old. Clicks go through to the pane."""

    def __init__(self, theme: Theme, pane: QWidget, words: str) -> None:
        super().__init__(pane)
        self._ground = QColor(theme.tokens.window)
        self._ground.setAlpha(_VEIL)
        self.setObjectName("cover")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = Text(words, "strong", Tone.ALARM, wrap=True, name="coverWords")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
        column.addWidget(self.words)
        pane.installEventFilter(self)
        self.setGeometry(pane.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the pane's size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a veil, through which the old picture can just be seen."""
        QPainter(self).fillRect(self.rect(), self._ground)


class Drawing:
    """Draws the panes of one window; a failure is logged once, until the pane is drawn again. Loop thread only."""

    def __init__(self, theme: Theme, say: Say) -> None:
        self._theme, self._say = theme, say
        self._covers: dict[str, Cover] = {}

    @property
    def failed(self) -> frozenset[str]:
        """The names of the panes that could not be drawn when they were last to be."""
        return frozenset(self._covers)

    def __call__(self, name: str, pane: QWidget, draw: Callable[[], object]) -> bool:
        """Draw a pane; its name stands under [pane] in the catalogue. Returns whether it could be drawn."""
        try:
            draw()
        except Exception:
            if name not in self._covers:
                log.exception("the pane %s cannot be drawn", name)
                words = self._say("pane.failed", pane=self._say(f"pane.{name}"))
                self._covers[name] = Cover(self._theme, pane, words)
            return False
        cover = self._covers.pop(name, None)
        if cover is not None:
            log.warning("the pane %s is drawn again", name)
            cover.hide()
            cover.deleteLater()
        return True
