"""Words on the screen and the frames around them. Each touches the screen only when what it shows changes.

Qt's own labels, tool tips and buttons guess what a text is: markup is drawn and opens files, "&F" becomes a key. What
strangers wrote is shown by the classes of this file and of `buttons.py`, and by `tip`, `set_tip`, `set_title` and
`set_hint` alone; `tests/architecture/test_foreign_words.py` forbids the other ways.
"""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from operator_app.ui.kit.theme import BODY, SMALL, Theme
from operator_app.ui.words.plain import MOST, breakable, one_line, paragraphs, short
from operator_app.ui.words.wording import Span, Tone

WEIGHT_STRONG = 600
TIP_MOST, TITLE_MOST = 2_000, 120


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Give the widget the colours of that tone; does nothing when it has them."""
    set_look(widget, "tone", tone.value)


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet selects by; does nothing when it is set so."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def tip(words: str) -> str:
    """Return words as the text of a tool tip, which Qt takes for markup where it looks like it: all escaped."""
    shown = paragraphs(words)
    shown = shown if len(shown) <= TIP_MOST else f"{shown[: TIP_MOST - 1]}…"
    return f"<p>{escape(shown).replace(chr(10), '<br>')}</p>" if shown.strip() else ""


def set_tip(widget: QWidget, words: str) -> None:
    """Let these words stand in the widget's tool tip, letter for letter; does nothing when they do."""
    if (text := tip(words)) != widget.toolTip():
        widget.setToolTip(text)


def set_title(window: QWidget, words: str) -> None:
    """Give the window these words as its title; Qt's place for "modified" in it is escaped."""
    window.setWindowTitle(one_line(words)[:TITLE_MOST].replace("[*]", "[*][*]"))


def set_hint(field: QLineEdit, words: str) -> None:
    """Let these words stand in the field while it is empty."""
    field.setPlaceholderText(one_line(words))


class Text(QLabel):
    """A label: `part` names its rule in the style sheet (label, head, title, number, strong, small, chip).

    With `wrap` it shows several lines, without it one.
    """

    def __init__(
        self, words: str = "", part: str = "", tone: Tone = Tone.PLAIN, *, wrap: bool = False, name: str = ""
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setWordWrap(wrap)
        Text.say(self, words)
        if part:
            self.setProperty("part", part)
        if tone is not Tone.PLAIN:
            self.setProperty("tone", tone.value)

    def say(self, words: str, tone: Tone | None = None) -> None:
        """Show these words, in that tone when one is given."""
        shown = self._fit(words)
        if shown != self.text():
            self.setText(shown)
        if tone is not None:
            set_tone(self, tone)

    def _fit(self, words: str) -> str:
        return breakable(paragraphs(words)) if self.wordWrap() else short(words)


class ElideText(Text):
    """A line of foreign length: what does not fit ends in an ellipsis, and the whole is in the tool tip.

    It takes what room is left; with `natural` as much as its words want, and less where there is less.
    """

    def __init__(
        self, part: str = "", tone: Tone = Tone.PLAIN, name: str = "", *, natural: bool = False
    ) -> None:
        super().__init__("", part, tone, name=name)
        self.setMinimumWidth(1)
        policy = QSizePolicy.Policy.Preferred if natural else QSizePolicy.Policy.Ignored
        self.setSizePolicy(policy, QSizePolicy.Policy.Fixed)

    def say(self, words: str, tone: Tone | None = None) -> None:
        """Show these words."""
        set_tip(self, words)
        super().say(words, tone)

    def _fit(self, words: str) -> str:
        return one_line(words)

    def shown_text(self) -> str:
        """Return the whole text."""
        return self.text()

    def is_clipped(self) -> bool:
        """Whether it is cut without a sign: only in its height."""
        return self.fontMetrics().height() > self.height() + 1

    def is_elided(self) -> bool:
        """Whether it ends in an ellipsis now."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much as fits."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), words)


class SpanText(QLabel):
    """A line or paragraph whose pieces have tones of their own; `lines` keeps room for so many."""

    def __init__(
        self, theme: Theme, *, wrap: bool = False, name: str = "", part: str = "", lines: int = 0
    ) -> None:
        super().__init__()
        self._theme = theme
        self._spans: tuple[Span, ...] = ()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setObjectName(name)
        self.setWordWrap(wrap)
        if lines:
            self._line = theme.metrics(SMALL if part in ("small", "decision") else BODY).lineSpacing()
            self.set_lines(lines)
            self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        if part:
            self.setProperty("part", part)

    def set_lines(self, lines: int) -> None:
        """Keep room for so many lines."""
        self.setMinimumHeight(lines * self._line + 2)

    def say(self, spans: Sequence[Span]) -> None:
        """Show these pieces one after the other; spaces between them are part of the pieces."""
        if tuple(spans) == self._spans:
            return
        self._spans, left, parts = tuple(spans), MOST - 1, []
        for span in self._spans:
            parts.append(self._html(span, span.text[:left]))
            left = max(0, left - len(span.text))
        self.setText("".join(parts) + ("" if left else "…"))

    def _html(self, span: Span, text: str) -> str:
        weight = WEIGHT_STRONG if span.strong else 400
        words = escape(breakable(text) if self.wordWrap() else text, quote=False)
        return f'<span style="color:{self._theme.colour(span.tone)}; font-weight:{weight}">{words}</span>'


class SectionTitle(Text):
    """The small capitals over a list or group."""

    def __init__(self, words: str = "", name: str = "") -> None:
        super().__init__(words.upper(), "head", Tone.QUIET, name=name)

    def say(self, words: str, tone: Tone | None = None) -> None:
        """Show these words in capitals."""
        super().say(words.upper(), tone)


class Chip(Text):
    """A word on a ground of its tone, as a priority or a state."""

    def __init__(self, words: str = "", tone: Tone = Tone.QUIET, name: str = "") -> None:
        super().__init__(words, "chip", tone, name=name)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Panel(QFrame):
    """A framed area with a column in it."""

    def __init__(self, theme: Theme, name: str, *, margin: int = 14, gap: int = 8) -> None:
        super().__init__()
        self.theme = theme
        self.setObjectName(name)
        self.setProperty("part", "panel")
        self.column = QVBoxLayout(self)
        side = theme.px(margin)
        self.column.setContentsMargins(side, theme.px(margin - 2), side, theme.px(margin - 2))
        self.column.setSpacing(theme.px(gap))


class Rule(QFrame):
    """A thin line between two parts of a panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "rule")
