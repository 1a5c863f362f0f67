"""Buttons with their key drawn on them."""

import re

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
)

from operator_app.ui.keys.keymap import Cap, KeyMap
from operator_app.ui.kit.caps import cap_size, paint_cap
from operator_app.ui.kit.labels import WEIGHT_STRONG, set_tip
from operator_app.ui.kit.lamps import paint_shape
from operator_app.ui.kit.theme import BODY, SMALL, Theme
from operator_app.ui.words.plain import breakable, short, unbroken
from operator_app.ui.words.wording import Tone

MEASURED_MOST = 32
_ROOM = re.compile("[ \u200b]")


class KeyButton(QPushButton):
    """A button with its key drawn on it. The key itself belongs to the window's key map; here it is only shown.

    Words wrap to a second line before they are cut. `look` is "", "primary" or "danger". Qt's own text stays empty: it
    would make "&4" in the name of an agency a key, Alt+4.
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
        """`key` is what stands on the cap; a screen reader says the whole key, or `spoken_key`."""
        super().__init__()
        self._words = breakable(short(words))
        self._theme, self._key, self._centred, self._text_px = theme, key, centred, text_px
        self._measured: dict[tuple[str, int, int], QSize] = {}
        self.setObjectName(name)
        self.setProperty("part", "key")
        if look:
            self.setProperty("look", look)
        self.setAccessibleName(unbroken(self._words))
        self.setAccessibleDescription(spoken_key or (key.key if isinstance(key, Cap) else key))
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
            self.setAccessibleDescription(fresh.key)
            self.updateGeometry()
            self.update()

    def say(self, words: str) -> None:
        """Show other words."""
        words = breakable(short(words))
        if words != self._words:
            self._words = words
            self.setAccessibleName(unbroken(words))
            self.updateGeometry()
            self.update()

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
        return unbroken(self._words)

    def is_clipped(self) -> bool:
        """Whether words or key do not fit."""
        box = self._words_box(self.width())
        wanted = self._measure(box.width())
        return wanted.width() > box.width() + 1 or wanted.height() > self.height() - self._theme.px(4)

    def sizeHint(self) -> QSize:
        """Room for the words in one line."""
        metrics = self._metrics()
        wide = metrics.horizontalAdvance(self._words) + 2 + self._around()
        return QSize(wide, self._tall(metrics.height()))

    def minimumSizeHint(self) -> QSize:
        """Room for the longest word."""
        metrics = self._metrics()
        longest = max((metrics.horizontalAdvance(word) for word in _ROOM.split(self._words)), default=0)
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
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        colour = self.palette().buttonText().color()
        words, cap = self._places()
        painter.setPen(colour)
        painter.setFont(self._font())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, self._words)
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
        key = (self._words, width, self._text_px)
        held = self._measured.get(key)
        if held is None:
            if len(self._measured) >= MEASURED_MOST:
                self._measured.clear()
            flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
            box = QRect(0, 0, width, 10_000)
            held = self._measured[key] = self._metrics().boundingRect(box, flags, self._words).size()
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
        self._tone, self._hint = Tone.QUIET, ""
        self.setProperty("look", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say_state(self, words: str, tone: Tone, hint: str) -> None:
        """Show that state; `hint` says what a press will do."""
        self.say(words)
        if tone is not self._tone:
            self._tone = tone
            self.update()
        if hint != self._hint:
            self._hint = hint
            set_tip(self, hint)
            self._describe()

    def follow(self, keys: KeyMap) -> None:
        """Show the key that stands for its deed now."""
        super().follow(keys)
        self._describe()

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{self._hint} ({self.key})")

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
