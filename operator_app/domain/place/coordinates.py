"""A position out of what was typed or pasted, in any usual form; what cannot be one comes back with its reason.

Latitude stands first unless the text says otherwise. Indonesian words (LU, LS, BT, BB, lintang, bujur) are read beside
the English ones, a comma as a decimal sign beside the point. Nothing is guessed: a swapped pair is refused, with the
pair turned round as a proposal.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from operator_app.domain.place.map_links import find_link
from operator_app.domain.place.plus_code import (
    complete_plus_code,
    decode_plus_code,
    encode_plus_code,
    find_plus_code,
)

METRES_A_DEGREE = 111_320.0
LONGEST_TEXT = 2_000
"""Letters that are looked at: a chat may be pasted whole."""


class PositionForm(StrEnum):
    """How a position was written. `MAP_VIEW` is only the middle of a map somebody looked at."""

    DECIMAL = "decimal"
    DEGREES_MINUTES = "degrees_minutes"
    DEGREES_MINUTES_SECONDS = "degrees_minutes_seconds"
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
    LINK_HIDES_IT = "link_hides_it"
    TOWN_NEEDED = "town_needed"
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

    `read` is the position of a text that was understood and still refused: it lies outside.
    """

    trouble: PositionTrouble
    detail: str = ""
    proposal: Position | None = None
    read: Position | None = None


TownPoint = Callable[[str], tuple[float, float] | None]
"""Gives a point of the town that stands beside a short plus code, or None when it is unknown or empty."""


def read_position(text: str, town: TownPoint | None = None) -> Position | NoPosition:
    """Read the first position in a text: a map link, a plus code, or degrees in any usual writing."""
    text = text[:LONGEST_TEXT]
    link = find_link(text)
    if link is not None:
        for part in link.parts:
            found = read_position(part.text, town)
            if not isinstance(found, NoPosition):
                return _of_link(found, part.view_m, part.uncertainty_m, is_geo=link.is_geo)
            if found.trouble is not PositionTrouble.NO_POSITION:
                return found
        beside = read_position(link.rest, town)
        if isinstance(beside, NoPosition) and beside.trouble is PositionTrouble.NO_POSITION:
            return NoPosition(PositionTrouble.LINK_HIDES_IT, link.host)
        return beside
    code = find_plus_code(text)
    if code is None:
        return _read_degrees(text)
    full = code.code
    if not code.is_full:
        point = None if town is None else town(code.rest)
        if point is None:
            return NoPosition(PositionTrouble.TOWN_NEEDED, code.rest)
        full = complete_plus_code(code.code, *point)
    area = decode_plus_code(full)
    return Position(area.lat, area.lon, PositionForm.PLUS_CODE, area.height / 2 * METRES_A_DEGREE)


def _of_link(found: Position, view_m: float | None, uncertainty_m: float | None, *, is_geo: bool) -> Position:
    if view_m is not None:
        return replace(found, form=PositionForm.MAP_VIEW, precision_m=max(view_m, found.precision_m))
    form = PositionForm.GEO_URI if is_geo else PositionForm.MAP_LINK
    return replace(found, form=form, precision_m=max(uncertainty_m or 0.0, found.precision_m))


# ---- degrees

# Degree, minute, second and minus signs as phones and papers write them, by code because they look alike.
_SAME_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u00ba\u02da\u2218", "°"),
        **dict.fromkeys("\u2032\u2019\u2018\u00b4`\u02b9", "'"),
        **dict.fromkeys("\u2033\u201d\u201c\u201f\u02ba", '"'),
        **dict.fromkeys("\u2212\u2013\u2014\u2012", "-"),
    }
)
_PHRASES = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"''", '"'),
        (r"\blintang\s+(?=(?:utara|selatan)\b)|\bbujur\s+(?=(?:timur|barat)\b)", ""),
        (r"(?<=\d)\s*d\s*(\d+)\s*m\s*(\d+(?:[.,]\d+)?)\s*s\b", "°\\1'\\2\""),
        (r"\b(?:derajat|degrees?|deg)\b", "°"),
        (r"\b(?:menit|minutes?|min)\b", "'"),
        (r"\b(?:detik|seconds?|sec|dtk)\b", '"'),
        (r"(?<=\d)-(?=\d)", " "),
        (r"(?<=\d)\s*:\s*(?=\d)", " "),
    )
)
_SIDES = {
    **dict.fromkeys(("n", "u", "lu", "utara", "north"), ("lat", 1)),
    **dict.fromkeys(("s", "ls", "selatan", "south"), ("lat", -1)),
    **dict.fromkeys(("e", "t", "bt", "timur", "east"), ("lon", 1)),
    **dict.fromkeys(("w", "b", "bb", "barat", "west"), ("lon", -1)),
}
_LABELS = {
    **dict.fromkeys(("lat", "latitude", "lintang", "garislintang"), "lat"),
    **dict.fromkeys(("lon", "lng", "long", "longitude", "bujur", "garisbujur"), "lon"),
}
_FILL = frozenset(
    ("dan", "and", "koordinat", "kordinat", "coordinates", "coordinate", "gps", "titik", "lokasi", "location")
)
_POINT_TOKEN, _COMMA_TOKEN = (
    re.compile(rf"[+-]?\d+(?:{sign}\d+)?|[a-z]+|[°'\"]|[,;/|:()\[\]=]|\S") for sign in (r"\.", r"[.,]")
)
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?")


@dataclass(slots=True)
class _Angle:
    """One angle as it is being read: up to three numbers, the axis and side that the text gave it."""

    numbers: list[str] = field(default_factory=list)
    marks: str = ""
    axis: str = ""
    side: int = 0
    is_named: bool = False
    is_closed: bool = False
    is_torn: bool = False

    @property
    def digits(self) -> int:
        return len(self.numbers[-1].partition(".")[2])

    @property
    def value(self) -> float | None:
        """Degrees with their sign, or None when minutes or seconds are none."""
        whole, *parts = (abs(float(number)) for number in self.numbers)
        if any(part >= 60 for part in parts):
            return None
        value = whole + sum(part / 60.0**place for place, part in enumerate(parts, 1))
        return -value if self.numbers[0].startswith("-") or self.side < 0 else value

    @property
    def precision_m(self) -> float:
        return METRES_A_DEGREE / 60.0 ** (len(self.numbers) - 1) / 10.0**self.digits / 2

    def takes(self, number: str) -> bool:
        """Whether the number can be this angle's minutes or seconds."""
        if not self.numbers:
            return True
        return (
            not self.is_closed
            and len(self.numbers) < 3
            and len(self.marks) in (0, len(self.numbers))
            and number[0] not in "+-"
            and "." not in self.numbers[-1]
            and len(number.partition(".")[0]) <= 2
        )


def _read_degrees(text: str) -> Position | NoPosition:
    plain = unicodedata.normalize("NFKC", text.translate(_SAME_SIGNS)).translate(_SAME_SIGNS).casefold()
    for phrase, sign in _PHRASES:
        plain = phrase.sub(sign, plain)
    ways = (_POINT_TOKEN, _COMMA_TOKEN) if re.search(r"\d\.\d", plain) else (_COMMA_TOKEN, _POINT_TOKEN)
    refused = NoPosition(PositionTrouble.NO_POSITION)
    for way in ways:
        for pair in _pairs([match[0] for match in way.finditer(plain)]):
            found = _position(*pair)
            if isinstance(found, Position):
                return found
            if refused.trouble is PositionTrouble.NO_POSITION:
                refused = found
    return refused


def _pairs(tokens: list[str]) -> Iterator[tuple[_Angle, _Angle]]:
    """Neighbours among the angles of a text that can be meant as a position."""
    angles, has_words = _angles(tokens)
    for one, two in itertools.pairwise(angles):
        named = bool(one.axis and two.axis)
        if two.is_torn and not named:
            continue
        if all(_is_sure(angle, has_words=has_words, is_named=named) for angle in (one, two)):
            yield one, two


def _is_sure(angle: _Angle, *, has_words: bool, is_named: bool) -> bool:
    """Whether nobody would take it for a house number: among other words more is asked for."""
    if "°" in angle.marks or (len(angle.numbers) == 3 and angle.axis):
        return True
    if angle.is_named and is_named:
        return True
    return angle.digits >= 4 if has_words else bool(angle.digits or is_named)


def _angles(tokens: list[str]) -> tuple[list[_Angle], bool]:
    """The angles of a text in order, and whether there are other words between or around them."""
    sides = [place for place, word in enumerate(tokens) if _is_side(tokens, place)]
    numbers = [place for place, word in enumerate(tokens) if _NUMBER.fullmatch(word)]
    side_first = bool(sides and numbers) and sides[0] < numbers[0]
    angles: list[_Angle] = []
    open_angle = _Angle()
    has_words = torn = False
    for place, word in enumerate(tokens):
        if _NUMBER.fullmatch(word):
            number = word.replace(",", ".")
            if not open_angle.takes(number):
                open_angle = _Angle()
            if not open_angle.numbers:
                open_angle.is_torn, torn = torn, False
                angles.append(open_angle)
            open_angle.numbers.append(number)
        elif word in _LABELS or (place in sides and side_first):
            if open_angle.numbers:
                open_angle = _Angle()
            axis, side = (_LABELS[word], 0) if word in _LABELS else _SIDES[word]
            open_angle.axis, open_angle.is_named = (
                axis,
                word in _LABELS or open_angle.is_named or len(word) > 1,
            )
            open_angle.side = side or open_angle.side
        elif place in sides and open_angle.numbers:
            open_angle.axis, open_angle.side = _SIDES[word]
            open_angle.is_named = open_angle.is_named or len(word) > 1
            open_angle.is_closed = True
        elif word in "°'\"":
            open_angle.marks += word
            open_angle.is_closed = open_angle.is_closed or word == '"'
        elif word in ",;/|":
            open_angle.is_closed = True
        elif word not in ":()[]=.":
            if word not in _FILL:
                has_words = torn = True
            open_angle = _Angle()
    return angles, has_words


def _is_side(tokens: list[str], place: int) -> bool:
    """Whether the word tells a side of the earth: it stands beside a number, a mark or a label, not in a name."""
    if tokens[place] not in _SIDES:
        return False
    around = tokens[max(place - 1, 0) : place] + tokens[place + 1 : place + 3]
    return any(_NUMBER.fullmatch(word) or word in "°'\"" or word in _LABELS for word in around)


def _position(one: _Angle, two: _Angle) -> Position | NoPosition:
    if one.axis and one.axis == two.axis:
        return NoPosition(PositionTrouble.UNCLEAR)
    first, second = one.value, two.value
    if first is None or second is None:
        return NoPosition(PositionTrouble.OUT_OF_RANGE)
    if any(angle.side > 0 and angle.numbers[0].startswith("-") for angle in (one, two)):
        return NoPosition(PositionTrouble.UNCLEAR)
    lat, lon = (second, first) if one.axis == "lon" or two.axis == "lat" else (first, second)
    depth = max(len(one.numbers), len(two.numbers))
    form = (PositionForm.DECIMAL, PositionForm.DEGREES_MINUTES, PositionForm.DEGREES_MINUTES_SECONDS)[
        depth - 1
    ]
    position = Position(lat, lon, form, max(one.precision_m, two.precision_m))
    if abs(lat) <= 90 and abs(lon) <= 180:
        return position
    if abs(lon) <= 90 and abs(lat) <= 180:
        return NoPosition(PositionTrouble.SWAPPED, proposal=replace(position, lat=lon, lon=lat))
    return NoPosition(PositionTrouble.OUT_OF_RANGE)


# ---- written again


def write_position(lat: float, lon: float, form: PositionForm, *, english: bool = False) -> str:
    """Write a position to be said or sent on; forms of links are written as decimal degrees."""
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
