"""How the windows look: tokens become fonts, colours and one style sheet; everything grows with the text scale."""

import logging
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from operator_app.ui.kit.tokens import DARK, THEMES, Tokens, colours
from operator_app.ui.words.wording import Tone

log = logging.getLogger(__name__)

FAMILY = "Inter"
BODY, SMALL, HEAD, TITLE, NUMBER = 15, 13, 12, 20, 28
"""Text sizes in pixels at scale 1: running text, labels, section heads, incident number and clock, phone number."""
CAP = 12
"""Size of the letters on a key cap."""

SCALE_MIN, SCALE_MAX = 0.8, 2.0

_TONES = {
    Tone.QUIET: ("muted", "quiet_back"),
    Tone.PLAIN: ("text", "quiet_back"),
    Tone.GOOD: ("good", "panel"),
    Tone.BUSY: ("busy", "busy_back"),
    Tone.WATCH: ("watch", "watch_back"),
    Tone.ALARM: ("alarm", "alarm_back"),
}


class Theme:
    """One theme at one text scale. `px` scales lengths and text sizes alike, so that a layout keeps its proportions."""

    def __init__(self, tokens: Tokens = DARK, scale: float = 1.0) -> None:
        self.tokens = tokens
        self.scale = min(SCALE_MAX, max(SCALE_MIN, scale))
        self._fonts: dict[tuple[int, int, bool], QFont] = {}
        self._metrics: dict[tuple[int, int, bool], QFontMetrics] = {}
        self._caps: dict[str, QSize] = {}

    @classmethod
    def named(cls, name: str, scale: float = 1.0) -> "Theme":
        """Return the theme "dark" or "light"; an unknown name gives the dark one."""
        return cls(THEMES.get(name, DARK), scale)

    def px(self, pixels: float) -> int:
        """Return a length of the layout at this scale, in whole pixels, at least 1 for a positive one."""
        return max(1, round(pixels * self.scale)) if pixels > 0 else 0

    def font(self, pixels: float = BODY, weight: int = QFont.Weight.Normal, *, tabular: bool = True) -> QFont:
        """Return the font of that size at scale 1, with figures of equal width so that running times stand still.

        Equal width also spreads hyphens: numbers with hyphens, which do not run, are better without it.
        """
        key = (self.px(pixels), int(weight), tabular)
        font = self._fonts.get(key)
        if font is None:
            font = QFont(FAMILY)
            font.setPixelSize(key[0])
            font.setWeight(QFont.Weight(key[1]))
            font.setFeature(QFont.Tag("tnum"), int(tabular))
            self._fonts[key] = font
        return QFont(font)

    def metrics(
        self, pixels: float = BODY, weight: int = QFont.Weight.Normal, *, tabular: bool = True
    ) -> QFontMetrics:
        """Return the measures of the font of that size; needs the fonts to be loaded."""
        key = (self.px(pixels), int(weight), tabular)
        held = self._metrics.get(key)
        if held is None:
            held = self._metrics[key] = QFontMetrics(self.font(pixels, weight, tabular=tabular))
        return held

    def cap_size(self, key: str) -> QSize:
        """Return the room that the cap of that key takes; kept, for buttons ask at every layout and paint."""
        held = self._caps.get(key)
        if held is None:
            metrics = self.metrics(CAP, QFont.Weight.DemiBold)
            wide = metrics.horizontalAdvance(key) + self.px(12)
            held = self._caps[key] = QSize(wide, metrics.height() + self.px(4))
        return QSize(held)

    def colour(self, tone: Tone) -> str:
        """Return the letters' colour for that much attention."""
        return str(getattr(self.tokens, _TONES[tone][0]))

    def ground(self, tone: Tone) -> str:
        """Return the ground of a chip in that tone."""
        return str(getattr(self.tokens, _TONES[tone][1]))

    def apply(self, app: QApplication) -> None:
        """Give the whole application this look."""
        app.setStyle("Fusion")
        app.setFont(self.font())
        app.setPalette(self.palette())
        app.setStyleSheet(self.style())

    def palette(self) -> QPalette:
        """Return the palette for what the style sheet does not reach."""
        t, palette, role = self.tokens, QPalette(), QPalette.ColorRole
        for which, colour in (
            (role.Window, t.window),
            (role.WindowText, t.text),
            (role.Base, t.field),
            (role.AlternateBase, t.row),
            (role.Text, t.text),
            (role.PlaceholderText, t.muted),
            (role.Button, t.raised),
            (role.ButtonText, t.text),
            (role.Highlight, t.primary),
            (role.HighlightedText, t.primary_text),
            (role.ToolTipBase, t.raised),
            (role.ToolTipText, t.text),
        ):
            palette.setColor(which, QColor(colour))
        return palette

    def style(self) -> str:
        """Return the style sheet of the application."""
        text = _STYLE
        for name in sorted(sizes := self._sizes(), key=len, reverse=True):
            text = text.replace(f"@{name}@", sizes[name])
        for name, colour in colours(self.tokens).items():
            text = text.replace(f"@{name}@", colour)
        return text

    def _sizes(self) -> dict[str, str]:
        named = {"body": BODY, "small": SMALL, "head": HEAD, "title": TITLE, "number": NUMBER}
        lengths = {str(each): each for each in (2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 24)}
        return {name: f"{self.px(value)}px" for name, value in {**named, **lengths}.items()}


def load_fonts(resources: Path) -> tuple[str, ...]:
    """Make the bundled fonts known to Qt, once there is a QApplication; returns the families. A lost one is logged."""
    families: set[str] = set()
    for path in sorted((resources / "fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            log.error("font %s cannot be loaded", path.name)
            continue
        families.update(QFontDatabase.applicationFontFamilies(number))
    if FAMILY not in families:
        log.error("no font %s in %s; the system's own is used", FAMILY, resources / "fonts")
    return tuple(sorted(families))


_STYLE = """
QWidget { color: @text@; }
QMainWindow, QWidget#window { background: @window@; }
QToolTip { color: @text@; background: @raised@; border: 1px solid @raised_edge@; padding: @4@; }
QLabel { background: transparent; }

QFrame[part="panel"] { background: @panel@; border: 1px solid @panel_edge@; border-radius: @8@; }
QFrame[part="overlay"] { background: @panel@; border: 1px solid @focus@; border-radius: @8@; }
QFrame[part="rule"] { background: @panel_edge@; border: none; min-height: 1px; max-height: 1px; }
QLabel[part="head"] { color: @muted@; font-size: @head@; font-weight: 600; letter-spacing: 1px; }
QLabel[part="label"] { color: @muted@; font-size: @small@; }
QLabel[part="small"] { font-size: @small@; }
QLabel[part="decision"] { font-size: @small@; border: 1px solid transparent; border-radius: @4@; padding: 0 @4@; }
QLabel[part="decision"][keys="yes"] { border-color: @focus@; background: @chosen@; }
QLabel[part="strong"] { font-weight: 600; }
QLabel[part="title"] { font-size: @title@; font-weight: 600; }
QLabel[part="number"] { font-size: @number@; font-weight: 700; }
QLabel[tone="quiet"] { color: @muted@; }
QLabel[tone="plain"] { color: @text@; }
QLabel[tone="good"] { color: @good@; }
QLabel[tone="busy"] { color: @busy@; }
QLabel[tone="watch"] { color: @watch@; }
QLabel[tone="alarm"] { color: @alarm@; }

QLabel[part="chip"] {
    border-radius: @4@; padding: @2@ @8@; font-size: @small@; font-weight: 600; background: @quiet_back@;
}
QLabel[part="chip"][tone="busy"] { background: @busy_back@; }
QLabel[part="chip"][tone="watch"] { background: @watch_back@; }
QLabel[part="chip"][tone="alarm"] { background: @alarm_back@; }
QLabel[part="waiting"] { border-radius: @6@; padding: @4@ @12@; border: 1px solid transparent; }
QLabel[part="waiting"][tone="watch"] { background: @watch_back@; border-color: @watch_edge@; }
QLabel[part="waiting"][tone="alarm"] { background: @alarm_back@; border-color: @alarm_edge@; }
QFrame[part="hits"] { background: @row@; border: 1px solid @field_edge@; border-radius: @5@; }
QFrame[part="hits"] QAbstractItemView { background: @row@; }
QFrame[part="notice"] { background: @row@; border: 1px solid @panel_edge@; border-radius: @8@; }
QFrame[part="notice"][tone="watch"] { background: @watch_back@; border-color: @watch_edge@; }
QFrame[part="notice"][tone="alarm"] { background: @alarm_back@; border-color: @alarm_edge@; }

QPushButton[part="key"] {
    background: @raised@; border: 1px solid @raised_edge@; border-radius: @5@; color: @text@; font-weight: 600;
}
QPushButton[part="key"]:hover { background: @raised_hover@; }
QPushButton[part="key"]:pressed { background: @chosen@; }
QPushButton[part="key"]:checked { background: @chosen@; border-color: @focus@; }
QPushButton[part="key"]:focus { border: 2px solid @focus@; }
QPushButton[part="key"]:disabled { background: @panel@; color: @muted@; border-color: @panel_edge@; }
QPushButton[look="quiet"] { background: transparent; border-color: transparent; font-weight: 400; }
QPushButton[look="primary"] { background: @primary@; border-color: @primary@; color: @primary_text@; }
QPushButton[look="primary"]:hover { background: @primary@; border-color: @focus@; }
QPushButton[look="danger"] { background: @danger@; border-color: @danger_edge@; color: @danger_text@; }
QPushButton[look="danger"]:hover { background: @danger@; border-color: @alarm@; }
QPushButton[look="primary"]:disabled, QPushButton[look="danger"]:disabled {
    background: @panel@; color: @muted@; border-color: @panel_edge@;
}

QPushButton[part="tab"] {
    background: transparent; border: none; border-bottom: 2px solid transparent; padding: @2@ 0;
    color: @muted@; font-size: @head@; font-weight: 600; letter-spacing: 1px;
}
QPushButton[part="tab"]:checked { color: @text@; border-bottom-color: @focus@; }
QPushButton[part="tab"]:focus { color: @focus@; }
QFrame[part="footer"] { background: transparent; border: 1px solid transparent; border-radius: @6@; }
QFrame[part="footer"][tone="watch"] { background: @watch_back@; border-color: @watch_edge@; }
QFrame[part="footer"][tone="alarm"] { background: @alarm_back@; border-color: @alarm_edge@; }
QFrame[part="line"] { background: @row@; border: 1px solid @panel_edge@; border-radius: @5@; }
QFrame[part="line"][take="yes"]:hover { border-color: @focus@; }
QFrame[part="panel"][asking="yes"] { border-color: @focus@; }
QFrame[part="panel"][ringing="yes"] { background: @watch_back@; border-color: @watch@; }

QLineEdit, QPlainTextEdit {
    background: @field@; border: 1px solid @field_edge@; border-radius: @5@; padding: @6@ @10@;
    selection-background-color: @primary@; selection-color: @primary_text@; placeholder-text-color: @muted@;
}
QLineEdit[dense="yes"], QPlainTextEdit[dense="yes"] { padding: @2@ @8@; }
QLineEdit[part="inline"] { padding: 0 @4@; background: @panel@; }
QLineEdit[part="small"] { padding: @3@ @8@; font-size: @small@; }
QLineEdit:focus, QPlainTextEdit:focus { border: 1px solid @focus@; }
QLineEdit:disabled, QPlainTextEdit:disabled, QLineEdit:read-only { color: @muted@; background: @panel@; }

QComboBox {
    background: @field@; border: 1px solid @field_edge@; border-radius: @5@; padding: @4@ @10@; color: @text@;
}
QComboBox:focus { border: 1px solid @focus@; }
QComboBox:disabled { color: @muted@; background: @panel@; }
QComboBox QAbstractItemView { background: @row@; border: 1px solid @field_edge@; }

QAbstractItemView {
    background: @panel@; border: none; outline: none;
    selection-background-color: @chosen@; selection-color: @text@; alternate-background-color: @panel@;
}
QAbstractItemView::item:selected { background: @chosen@; color: @text@; }
QHeaderView { background: @panel@; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: @10@; margin: 0; }
QScrollBar::handle:vertical { background: @raised_edge@; border-radius: @4@; min-height: @24@; margin: @2@; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar:horizontal { background: transparent; height: @10@; margin: 0; }
QScrollBar::handle:horizontal { background: @raised_edge@; border-radius: @4@; min-width: @24@; margin: @2@; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: none; border: none; width: 0; height: 0;
}
"""
