"""How big things on the wall are: readable from the set viewing distance on a 55-inch screen.

A capital that is to be read at a glance needs 20 minutes of arc (NUREG-0700: 16 at the least), which at 4 m is 23 mm,
on a 55-inch screen with 1080 lines 37 pixels. Inter's capitals are 0.727 of the font size.
"""

from dataclasses import dataclass

DESIGN_WIDTH, DESIGN_HEIGHT, DESIGN_DISTANCE_M = 1920, 1080, 4.0
CAPITAL_SHARE = 0.727
HEADLINE_CAPITAL_PX = 37

# Font sizes at the design screen and distance: figures, list headlines, second lines; the curve's hours.
FIGURE_PX = 120
HEADLINE_PX = 52
LINE_PX = 38
AXIS_PX = 24
NEAR_REACH = 1.3
BIG_REACH = 1.2
"""Figures and header are far above what they need at 4 m: they grow to this, the rest goes to the lists."""


@dataclass(frozen=True, slots=True)
class WallScale:
    """Turns design pixels into the pixels of a screen: frames follow the screen, texts also the viewing distance."""

    width: int = DESIGN_WIDTH
    height: int = DESIGN_HEIGHT
    distance_m: float = DESIGN_DISTANCE_M

    @property
    def screen(self) -> float:
        """Share of the design screen that this screen has."""
        return min(self.width / DESIGN_WIDTH, self.height / DESIGN_HEIGHT)

    @property
    def reach(self) -> float:
        """Times the design distance from which it is to be read."""
        return self.distance_m / DESIGN_DISTANCE_M

    def frame(self, px: float) -> int:
        """Return the size of a gap or border."""
        return max(1, round(px * self.screen))

    def text(self, px: float) -> int:
        """Return the size of a font."""
        return max(8, round(px * self.screen * self.reach))

    def big(self, px: float) -> float:
        """Return the design size of something that is big anyway, so that `text` does not let it grow for ever."""
        return px * min(self.reach, BIG_REACH) / self.reach

    @property
    def is_near(self) -> bool:
        """Whether there is room for map, curve and the day's counts; from further away the lists need it."""
        return self.reach <= NEAR_REACH
