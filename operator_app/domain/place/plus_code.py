"""Plus codes, the short codes of places that map apps show where there is no address (Open Location Code).

Written here, because the one package of that name exists only as sources from before 2019, and nothing is built from
sources at installation. The rules: plus.codes, "Open Location Code: Specification".
"""

import math
import re
from dataclasses import dataclass

_ALPHABET = "23456789CFGHJMPQRVWX"
_PAIRS = 10
_LONGEST = 15
_BEFORE_SIGN = 8
_LAT_STEPS, _LON_STEPS = 8000 * 5**5, 8000 * 4**5
"""Steps in a degree at the finest code: ten digits tell 1/8000 degree, each later digit one of 5 rows and 4 columns."""

_CODE = re.compile(
    rf"(?<![0-9a-z+])(?P<code>(?P<full>[2-9c][2-9cfghjmpqrv](?:[{_ALPHABET}]{{6}}|[{_ALPHABET}]{{4}}00|[{_ALPHABET}]{{2}}0000|0{{6}}))\+"
    rf"(?:[{_ALPHABET}]{{2,7}})?|(?:[{_ALPHABET}]{{2}}){{2,3}}\+[{_ALPHABET}]{{2,7}})(?![0-9a-z+])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlusArea:
    """The rectangle that a code names, by its middle; sides in degrees."""

    lat: float
    lon: float
    height: float
    width: float


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code in a text, in capitals; `rest` is the text without it. A short one needs a town to be understood."""

    code: str
    is_full: bool
    rest: str


def find_plus_code(text: str) -> FoundCode | None:
    """Find the first code in a text."""
    found = _CODE.search(text)
    if found is None:
        return None
    code, is_full = found["code"].upper(), found["full"] is not None
    after = code.partition("+")[2]
    if (is_full and "0" in code and after) or len(after) > _LONGEST - _BEFORE_SIGN:
        return None
    return FoundCode(code, is_full, f"{text[: found.start()]} {text[found.end() :]}".strip(" ,"))


def decode_plus_code(code: str) -> PlusArea:
    """Return the rectangle of a full code; anything else is a `ValueError`."""
    found = find_plus_code(code)
    if found is None or not found.is_full or found.rest:
        raise ValueError(f"{code!r} is no full plus code")
    digits = found.code.replace("+", "").rstrip("0")
    lat = lon = 0
    height, width = _LAT_STEPS * 20 * 20, _LON_STEPS * 20 * 20  # one step above the first pair
    for place in range(0, min(len(digits), _PAIRS), 2):
        height, width = height // 20, width // 20
        lat += _ALPHABET.index(digits[place]) * height
        lon += _ALPHABET.index(digits[place + 1]) * width
    for digit in digits[_PAIRS:]:
        height, width = height // 5, width // 4
        row, column = divmod(_ALPHABET.index(digit), 4)
        lat += row * height
        lon += column * width
    return PlusArea(
        (lat + height / 2) / _LAT_STEPS - 90,
        (lon + width / 2) / _LON_STEPS - 180,
        height / _LAT_STEPS,
        width / _LON_STEPS,
    )


def encode_plus_code(lat: float, lon: float) -> str:
    """Return the code of ten digits (14 m) for a point on earth."""
    # To the finest step first, and then down: 0.1 * 8000 may come out below 800.
    rows = math.floor(round((lat + 90) * _LAT_STEPS, 3)) // 5**5
    columns = math.floor(round((lon + 180) * _LON_STEPS, 3)) // 4**5
    rows, columns = min(max(rows, 0), 180 * 8000 - 1), columns % (360 * 8000)
    digits = ""
    for _ in range(_PAIRS // 2):
        rows, row = divmod(rows, 20)
        columns, column = divmod(columns, 20)
        digits = _ALPHABET[row] + _ALPHABET[column] + digits
    return f"{digits[:_BEFORE_SIGN]}+{digits[_BEFORE_SIGN:]}"


def cells_in(short: str, south: float, west: float, north: float, east: float) -> tuple[PlusArea, ...]:
    """Return all areas that a short code can mean with their middle in a rectangle, from south-west on."""
    missing = _BEFORE_SIGN - short.index("+")
    side = 20.0 ** (2 - missing // 2)
    found = []
    for row in range(math.floor((south + 90) / side), math.floor((north + 90) / side) + 1):
        for column in range(math.floor((west + 180) / side), math.floor((east + 180) / side) + 1):
            corner = encode_plus_code(row * side - 90 + side / 2, column * side - 180 + side / 2)
            area = decode_plus_code(corner[:missing] + short)
            if south <= area.lat <= north and west <= area.lon <= east:
                found.append(area)
    return tuple(found)
