"""Colours and fonts of the wall: the theme's, at the wall's sizes."""

from dataclasses import dataclass

from PySide6.QtGui import QFont

from operator_app.ui.kit.theme import FAMILY, Theme
from operator_app.ui.wall.measure import WallScale
from operator_app.ui.words.wording import Tone

BOLD, NORMAL = 600, 400
BAR_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class WallLook:
    """A theme at the scale of one wall. Sizes are design pixels; style sheets are for one widget each."""

    theme: Theme
    scale: WallScale

    def font(self, px: float, *, bold: bool = False) -> QFont:
        """Return the font of that size, with figures of equal width so that running times stand still."""
        font = QFont(FAMILY)
        font.setPixelSize(self.scale.text(px))
        font.setWeight(QFont.Weight(BOLD if bold else NORMAL))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def letters(self, px: float, tone: Tone, *, bold: bool, inverted: bool = False) -> str:
        """Return the style of a text; inverted letters stand on the alarm's own colour."""
        colour = self.theme.tokens.window if inverted else self.theme.colour(tone)
        weight = BOLD if bold else NORMAL
        size = self.scale.text(px)
        return f"color: {colour}; background: transparent; font-size: {size}px; font-weight: {weight};"

    def colour(self, tone: Tone) -> str:
        """Return the colour of that much attention."""
        return self.theme.colour(tone)

    @property
    def border(self) -> str:
        """Edges and axes."""
        return self.theme.tokens.panel_edge

    @property
    def bar(self) -> str:
        """Bars that stand behind others: between letters and ground, at least 3:1 against the panel."""
        fore, back = self.theme.tokens.muted, self.theme.tokens.panel
        mixed = (
            round(int(fore[at : at + 2], 16) * BAR_SHARE + int(back[at : at + 2], 16) * (1 - BAR_SHARE))
            for at in (1, 3, 5)
        )
        return "#" + "".join(f"{part:02x}" for part in mixed)

    def card(self, name: str) -> str:
        """Return the style of a panel."""
        tokens, round_px = self.theme.tokens, self.scale.frame(10)
        return (
            f"QFrame#{name} {{ background: {tokens.panel}; border: 1px solid {tokens.panel_edge};"
            f" border-radius: {round_px}px; }}"
        )

    def badge(self, px: float, tone: Tone) -> str:
        """Return the style of a priority's badge."""
        ground, round_px = self.theme.ground(tone), self.scale.frame(8)
        return self.letters(px, tone, bold=True) + f" background: {ground}; border-radius: {round_px}px;"

    def header(self, name: str, *, alarm: bool) -> str:
        """Return the style of the header; in alarm it is a solid bar."""
        ground = self.theme.colour(Tone.ALARM) if alarm else "transparent"
        return f"QFrame#{name} {{ background: {ground}; border-radius: {self.scale.frame(10)}px; }}"

    def window(self, name: str) -> str:
        """Return the style of the window."""
        return f"QWidget#{name} {{ background: {self.theme.tokens.window}; }}"
