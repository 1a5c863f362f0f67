"""The parts windows are made of. Each takes its words from outside and touches the screen only when they change."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from operator_app.ui.keymap import Cap, Deed, KeyMap
from operator_app.ui.presenters.wording import Span, Tone
from operator_app.ui.theme import BODY, CAP, SMALL, Theme

WEIGHT_STRONG = 600


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Give the widget the colours of that tone; does nothing when it has them."""
    set_look(widget, "tone", tone.value)


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet selects by; does nothing when it is set so."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_words(label: QLabel, words: str) -> None:
    """Set a label's text when it differs."""
    if label.text() != words:
        label.setText(words)


class Text(QLabel):
    """A label: `part` names its rule in the style sheet (label, head, title, number, strong, small, chip)."""

    def __init__(
        self, words: str = "", part: str = "", tone: Tone = Tone.PLAIN, *, wrap: bool = False, name: str = ""
    ) -> None:
        super().__init__(words)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setWordWrap(wrap)
        if part:
            self.setProperty("part", part)
        if tone is not Tone.PLAIN:
            self.setProperty("tone", tone.value)

    def say(self, words: str, tone: Tone | None = None) -> None:
        """Show these words, in that tone when one is given."""
        set_words(self, words)
        if tone is not None:
            set_tone(self, tone)


class ElideText(Text):
    """A line of foreign length: what does not fit ends in an ellipsis, and the whole is in the tool tip."""

    def __init__(self, part: str = "", tone: Tone = Tone.PLAIN, name: str = "") -> None:
        super().__init__("", part, tone, name=name)
        self.setMinimumWidth(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, words: str, tone: Tone | None = None) -> None:
        """Show these words."""
        if words != self.text():
            self.setToolTip(words)
        super().say(words, tone)

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
        self._spans = tuple(spans)
        self.setText("".join(self._html(span) for span in self._spans))

    def _html(self, span: Span) -> str:
        weight = WEIGHT_STRONG if span.strong else 400
        words = escape(span.text, quote=False)
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


class Clock(Text):
    """A time that runs; equal figures keep it still."""

    def __init__(self, name: str = "clock", part: str = "title") -> None:
        super().__init__("", part, name=name)


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


class Lamp(QWidget):
    """A state by shape, colour and words: disc good, triangle watch, crossed square alarm, ring for what is off."""

    def __init__(self, theme: Theme, name: str, words: str = "", tone: Tone = Tone.QUIET) -> None:
        super().__init__()
        self._theme = theme
        self._words, self._tone = words, tone
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

    def __init__(self, theme: Theme, lead: str, deeds: Sequence[Deed], keys: KeyMap) -> None:
        super().__init__(theme, lead)
        self._deeds = tuple(deeds)
        if not self._shared(keys):
            self.hide()

    def follow(self, keys: KeyMap) -> None:
        """Be there only while every key of the row begins so."""
        self.setVisible(self._shared(keys))

    def _shared(self, keys: KeyMap) -> bool:
        return all(keys.key(deed).startswith(f"{self._key}+") for deed in self._deeds)


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


MEASURED_MOST = 32


class KeyButton(QPushButton):
    """A button with its key drawn on it. The key itself belongs to the window's key map; here it is only shown.

    Words wrap to a second line before they are cut. `look` is "", "primary" or "danger".
    """

    def __init__(
        self,
        theme: Theme,
        words: str,
        key: str = "",
        *,
        name: str = "",
        look: str = "",
        spoken_key: str = "",
        centred: bool = False,
        text_px: int = BODY,
    ) -> None:
        """`key` is what stands on the cap, `spoken_key` what a screen reader says when that differs."""
        super().__init__(words)
        self._theme, self._key, self._centred, self._text_px = theme, key, centred, text_px
        self._measured: dict[tuple[str, int, int], QSize] = {}
        self.setObjectName(name)
        self.setProperty("part", "key")
        if look:
            self.setProperty("look", look)
        self.setAccessibleName(words)
        self.setAccessibleDescription(spoken_key or key)
        # A click must not take the keyboard from the form; where a button has a key it needs no focus at all, and
        # Space must never hang up because the focus has fallen on a button by itself.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if key else Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font(text_px, WEIGHT_STRONG, tabular=False))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def key(self) -> str:
        """The key shown on the cap."""
        return self._key

    def follow(self, keys: KeyMap) -> None:
        """Show the key that stands for its deed now."""
        if not isinstance(self._key, Cap):
            return
        fresh = keys.cap(self._key.deed, self._key.without)
        if fresh != self._key:
            self._key = fresh
            self.setAccessibleDescription(keys.key(fresh.deed))
            self.updateGeometry()
            self.update()

    def say(self, words: str) -> None:
        """Show other words."""
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.updateGeometry()

    def set_dense(self, dense: bool, roomy_px: int = BODY) -> None:
        """Use small letters and little room, or letters of that size again."""
        text_px = SMALL if dense else roomy_px
        if text_px != self._text_px:
            self._text_px = text_px
            self.setFont(self._theme.font(text_px, WEIGHT_STRONG, tabular=False))
            self.updateGeometry()
            self.update()

    def shown_text(self) -> str:
        """Return the words without the key."""
        return self.text()

    def is_clipped(self) -> bool:
        """Whether words or key do not fit."""
        box = self._words_box(self.width())
        wanted = self._measure(box.width())
        return wanted.width() > box.width() + 1 or wanted.height() > self.height() - self._theme.px(4)

    def sizeHint(self) -> QSize:
        """Room for the words in one line."""
        metrics = self._metrics()
        wide = metrics.horizontalAdvance(self.text()) + 2 + self._around()
        return QSize(wide, self._tall(metrics.height()))

    def minimumSizeHint(self) -> QSize:
        """Room for the longest word."""
        metrics = self._metrics()
        longest = max((metrics.horizontalAdvance(word) for word in self.text().split()), default=0)
        return QSize(longest + 2 + self._around(), self._tall(metrics.height()))

    def hasHeightForWidth(self) -> bool:
        """Narrow buttons grow in height."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the words at that width."""
        return self._tall(self._measure(self._words_box(width).width()).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button's ground, its words and its key."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        colour = self.palette().buttonText().color()
        words, cap = self._places()
        painter.setPen(colour)
        painter.setFont(self._font())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, self.text())
        if self._key:
            coloured = self.property("look") in ("primary", "danger") and self.isEnabled()
            edge = colour.name() if coloured else ""
            paint_cap(painter, cap, self._key, self._theme, colour.name(), edge)

    def _places(self) -> tuple[QRect, QRect]:
        cap = cap_size(self._theme, self._key) if self._key else QSize(0, 0)
        words = self._words_box(self.width())
        used = self._measure(words.width())
        gap = self._gap()
        if self._centred:
            whole = used.width() + gap + cap.width()
            words.setLeft(max(words.left(), (self.width() - whole) // 2))
            words.setWidth(used.width())
            left = words.right() + 1 + gap
        else:
            left = self.width() - self._side() - cap.width()
        return words, QRect(left, (self.height() - cap.height()) // 2, cap.width(), cap.height())

    def _lead(self) -> int:
        """Room before the words."""
        return 0

    def _words_box(self, width: int) -> QRect:
        return QRect(self._side() + self._lead(), 0, max(1, width - self._around()), self.height())

    def _measure(self, width: int) -> QSize:
        """The room that the words take at that width; layouts ask for it over and over, and text is slow to measure."""
        key = (self.text(), width, self._text_px)
        held = self._measured.get(key)
        if held is None:
            if len(self._measured) >= MEASURED_MOST:
                self._measured.clear()
            flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
            box = QRect(0, 0, width, 10_000)
            held = self._measured[key] = self._metrics().boundingRect(box, flags, self.text()).size()
        return held

    def _around(self) -> int:
        cap = cap_size(self._theme, self._key).width() if self._key else 0
        return 2 * self._side() + self._lead() + self._gap() + cap

    def _gap(self) -> int:
        return self._theme.px(8 if self._text_px >= BODY else 5) if self._key else 0

    def _side(self) -> int:
        return self._theme.px(12 if self._text_px >= BODY else 7)

    def _tall(self, words: int) -> int:
        return words + self._theme.px(18 if self._text_px >= BODY else 10)

    def _font(self) -> QFont:
        return self._theme.font(self._text_px, WEIGHT_STRONG, tabular=False)

    def _metrics(self) -> QFontMetrics:
        return self._theme.metrics(self._text_px, WEIGHT_STRONG, tabular=False)


class StateButton(KeyButton):
    """The seat's own state: a shape in its tone before the words, its key after them."""

    def __init__(self, theme: Theme, key: str, name: str) -> None:
        super().__init__(theme, "", key, name=name)
        self._tone = Tone.QUIET
        self.setProperty("look", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say_state(self, words: str, tone: Tone, hint: str) -> None:
        """Show that state; `hint` says what a press will do."""
        self.say(words)
        if tone is not self._tone:
            self._tone = tone
            self.update()
        if hint != self.toolTip():
            self.setToolTip(hint)
            self._describe()

    def follow(self, keys: KeyMap) -> None:
        """Show the key that stands for its deed now."""
        super().follow(keys)
        self._describe()

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{self.toolTip()} ({self.key})")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button and its shape."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._theme.px(10)
        box = QRectF(self._theme.px(10), (self.height() - side) / 2, side, side)
        paint_shape(painter, box, self._tone, self._theme)

    def _lead(self) -> int:
        return self._theme.px(16)
