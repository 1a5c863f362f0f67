"""A position and how it was written; why a text gives none; a position written again."""

from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.place.plus_code import encode_plus_code

METRES_A_DEGREE = 111_320.0


class PositionForm(StrEnum):
    """How a position was written. `MAP_VIEW` is only the middle of a map somebody looked at."""

    DECIMAL = "decimal"
    DEGREES_MINUTES = "degrees_minutes"
    DEGREES_MINUTES_SECONDS = "degrees_minutes_seconds"
    GRID = "grid"
    PLUS_CODE = "plus_code"
    MAP_LINK = "map_link"
    MAP_VIEW = "map_view"
    GEO_URI = "geo_uri"


class PositionTrouble(StrEnum):
    """Why there is no usable position; the catalogue has the words for each."""

    NO_POSITION = "no_position"
    OUT_OF_RANGE = "out_of_range"
    SWAPPED = "swapped"
    UNCLEAR = "unclear"
    SEVERAL = "several"
    NO_FIX = "no_fix"
    GRID_ZONE_NEEDED = "grid_zone_needed"
    NOT_READ = "not_read"
    LINK_HIDES_IT = "link_hides_it"
    LINK_WITHOUT_POINT = "link_without_point"
    TOWN_NEEDED = "town_needed"
    TOWN_ELSEWHERE = "town_elsewhere"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Position:
    """Decimal degrees, WGS 84. `precision_m`: how far the true point may lie off by what the form leaves open."""

    lat: float
    lon: float
    form: PositionForm
    precision_m: float


@dataclass(frozen=True, slots=True)
class NoPosition:
    """Why a text gives no position; `detail` is what the reason is about, `proposal` what may have been meant.

    `read` is the position of a text that was understood and still refused: it lies outside. `choices` are the readings
    among which only a person can decide, the likeliest first.
    """

    trouble: PositionTrouble
    detail: str = ""
    proposal: Position | None = None
    read: Position | None = None
    choices: tuple[Position, ...] = ()


def write_position(lat: float, lon: float, form: PositionForm, *, english: bool = False) -> str:
    """Write a position to be said or sent on; forms of links and grids are written as decimal degrees."""
    if form is PositionForm.PLUS_CODE:
        return encode_plus_code(lat, lon)
    if form is PositionForm.GEO_URI:
        return f"geo:{lat:.5f},{lon:.5f}"
    north, south, east, west = ("N", "S", "E", "W") if english else ("LU", "LS", "BT", "BB")
    if form in (PositionForm.DEGREES_MINUTES, PositionForm.DEGREES_MINUTES_SECONDS):
        write = _minutes if form is PositionForm.DEGREES_MINUTES else _seconds
        return f"{write(lat)} {south if lat < 0 else north} {write(lon)} {west if lon < 0 else east}"
    return f"{lat:.5f}, {lon:.5f}"


def _minutes(angle: float) -> str:
    degrees, rest = divmod(round(abs(angle) * 600_000), 600_000)
    return f"{degrees}° {rest / 10_000:07.4f}'"


def _seconds(angle: float) -> str:
    degrees, rest = divmod(round(abs(angle) * 36_000), 36_000)
    minutes, tenths = divmod(rest, 600)
    return f"{degrees}° {minutes:02}' {tenths / 10:04.1f}\""
