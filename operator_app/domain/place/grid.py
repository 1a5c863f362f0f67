"""Positions in the metres of a grid, as surveyors, mines and rescue teams give them: UTM and MGRS, WGS 84.

The way back to degrees is Krüger's series to the fourth power of the flattening (C. F. F. Karney, "Transverse Mercator
with an accuracy of a few nanometers", 2011); the letters are those of NGA.SIG.0012, "Universal Grids".
"""

import math
import re

from operator_app.domain.place.position import NoPosition, Position, PositionForm, PositionTrouble
from operator_app.domain.place.written import plain_signs

_AXIS_M, _FLATTENING = 6_378_137.0, 1 / 298.257223563
_SCALE, _FALSE_EAST, _FALSE_NORTH = 0.9996, 500_000.0, 10_000_000.0
_BANDS = "cdefghjklmnpqrstuvwx"
_COLUMNS, _ROWS = "abcdefghjklmnpqrstuvwxyz", "abcdefghjklmnpqrstuv"
_ROW_CIRCLE_M, _SQUARE_M = 2_000_000, 100_000

_ZONE = re.compile(r"(?<![\d.,])(?P<zone>[1-5]?\d|60)\s?(?P<band>[c-hj-np-x])(?![a-z\d])")
_METRES = r"\d{%s}(?:[.,]\d{1,3})?"
_EAST, _NORTH = _METRES % "6", _METRES % "1,8"
_UNIT_E, _UNIT_N = r"(?:\s?m\s?[et]?(?![a-z]))?", r"(?:\s?m\s?[nus]?(?![a-z]))?"
_SAID_E, _SAID_N = r"(?:x|e|t|easting|timur|est)\s*[:=]?\s*", r"(?:y|n|u|northing|utara|nort)\s*[:=]?\s*"
_BETWEEN = r"(?:\s*[,;/|]\s*|\s+|(?<=[a-z]))"
_E, _N = (
    rf"(?P<says_{name}>{said})%s(?P<{sort}>{metres})(?!\d){unit}"
    for name, said, sort, metres, unit in (
        ("e", _SAID_E, "east", _EAST, _UNIT_E),
        ("n", _SAID_N, "north", _NORTH, _UNIT_N),
    )
)
_PAIRS = tuple(
    re.compile(rf"(?<![a-z\d.,]){pattern}")
    for pattern in (f"{_E % '?'}{_BETWEEN}{_N % '?'}", f"{_N % ''}{_BETWEEN}{_E % ''}")
)
_LEAST_NORTHING = 5
"""Figures of a northing that is not taken for the number of a house, unless its zone is said."""
_SAID_GRID = re.compile(r"\b(?:utm|zona|zone|easting|northing|x\s*[:=]|y\s*[:=])")
_MGRS = re.compile(
    r"(?<![\w.,])(?P<zone>[1-5]?\d|60)\s?(?P<band>[c-hj-np-x])\s?(?P<column>[a-hj-np-z])(?P<row>[a-hj-np-v])\s?"
    r"(?:(?P<east>\d{3,5})\s(?P<north>\d{3,5})|(?P<both>\d{6}|\d{8}|\d{10}))(?![\w.,]\d|\w)"
)


def read_grid(text: str) -> Position | NoPosition | None:
    """Read the first UTM or MGRS position of a text; None when there is nothing of the kind."""
    plain = plain_signs(text)
    found = _MGRS.search(plain)
    if found is not None:
        return _mgrs(found)
    return _utm(plain)


def _utm(plain: str) -> Position | NoPosition | None:
    zones = list(_ZONE.finditer(plain))
    for pair in _PAIRS:
        for found in pair.finditer(plain):
            zone = next((each for each in zones if not _overlap(each, found)), None)
            if zone is not None:
                return _of_zone(zone, _metres(found["east"]), _metres(found["north"]))
            is_named = found["says_e"] and found["says_n"]
            is_grid = is_named or _SAID_GRID.search(plain) or not re.search(r"[a-z]", plain)
            if is_grid and len(re.split("[.,]", found["north"])[0]) >= _LEAST_NORTHING:
                return NoPosition(PositionTrouble.GRID_ZONE_NEEDED)
    if re.search(r"\b(?:utm|mgrs)\b", plain) and re.search(r"\d{4}", plain):
        return NoPosition(PositionTrouble.NOT_READ, "UTM")
    return None


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _metres(text: str) -> float:
    return float(text.replace(",", "."))


def _of_zone(zone: re.Match[str], east: float, north: float) -> Position | NoPosition:
    """The hemisphere is said by the band's letter; "50S" is south of the equator to nearly all who write it."""
    number, band = int(zone["zone"]), zone["band"]
    southern = band < "n" or band == "s"
    if not 1 <= number <= 60 or not 100_000 <= east < 900_000 or north > _FALSE_NORTH:
        return NoPosition(PositionTrouble.NOT_READ, "UTM")
    if band == "s" and north < 4_500_000:
        plain = _position(number, east, north, 1.0)
        return NoPosition(PositionTrouble.NOT_READ, "UTM") if plain is None else plain
    found = _position(number, east, north - _FALSE_NORTH if southern else north, 1.0)
    if found is None:
        return NoPosition(PositionTrouble.NOT_READ, "UTM")
    if band not in "ns" and not _in_band(band, found.lat):
        return NoPosition(PositionTrouble.UNCLEAR)
    return found


def _in_band(band: str, lat: float) -> bool:
    low = _BANDS.index(band) * 8 - 80
    return low - 0.1 <= lat <= low + (12 if band == "x" else 8) + 0.1


def _mgrs(found: re.Match[str]) -> Position | NoPosition:
    number, band = int(found["zone"]), found["band"]
    figures = found["both"] or ""
    east, north = (found["east"], found["north"]) if not figures else _halves(figures)
    column = _COLUMNS.index(found["column"]) - (number - 1) % 3 * 8
    row = (_ROWS.index(found["row"]) - (5 if number % 2 == 0 else 0)) % 20
    if not 0 <= column <= 7 or len(east) != len(north):
        return NoPosition(PositionTrouble.NOT_READ, "MGRS")
    cell = 10.0 ** (5 - len(east))
    east_m = (column + 1) * _SQUARE_M + (int(east) + 0.5) * cell
    north_m = row * _SQUARE_M + (int(north) + 0.5) * cell
    for turn in range(-5, 5):
        at = _position(number, east_m, north_m + turn * _ROW_CIRCLE_M, max(cell / 2, 1.0))
        if at is not None and _in_band(band, at.lat):
            return at
    return NoPosition(PositionTrouble.NOT_READ, "MGRS")


def _halves(figures: str) -> tuple[str, str]:
    half = len(figures) // 2
    return figures[:half], figures[half:]


def _position(zone: int, east: float, north: float, precision_m: float) -> Position | None:
    """The point of a zone; `north` counts from the equator, below zero to the south."""
    if abs(north) > _FALSE_NORTH:
        return None
    n = _FLATTENING / (2 - _FLATTENING)
    radius = _AXIS_M / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    xi, eta = north / (_SCALE * radius), (east - _FALSE_EAST) / (_SCALE * radius)
    back = (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360,
        n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440,
        17 * n**3 / 480 - 37 * n**4 / 840,
        4397 * n**4 / 161280,
    )
    xi_, eta_ = xi, eta
    for place, factor in enumerate(back, 1):
        xi_ -= factor * math.sin(2 * place * xi) * math.cosh(2 * place * eta)
        eta_ -= factor * math.cos(2 * place * xi) * math.sinh(2 * place * eta)
    conformal = math.asin(math.sin(xi_) / math.cosh(eta_))
    lat = _from_conformal(conformal)
    lon = math.atan2(math.sinh(eta_), math.cos(xi_))
    return Position(
        math.degrees(lat), zone * 6 - 183 + math.degrees(lon), PositionForm.GRID, max(precision_m, 1.0)
    )


def _from_conformal(conformal: float) -> float:
    """The geographic latitude, by Newton's way on its tangent; three steps are exact to the last figure."""
    e = math.sqrt(_FLATTENING * (2 - _FLATTENING))
    wanted = math.tan(conformal)
    tau = wanted
    for _ in range(4):
        root = math.hypot(1, tau)
        sigma = math.sinh(e * math.atanh(e * tau / root))
        made = tau * math.hypot(1, sigma) - sigma * root
        slope = (math.hypot(1, made) * root * (1 - e * e)) / (1 + (1 - e * e) * tau * tau)
        tau += (wanted - made) / slope
    return math.atan(tau)
