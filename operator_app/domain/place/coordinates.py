"""A position out of what was typed or pasted, in any usual form; what cannot be one comes back with its reason.

Latitude stands first unless the text says otherwise. Indonesian words (LU, LS, BT, BB, lintang, bujur) are read beside
the English ones, a comma as a decimal sign beside the point. Nothing is guessed: a swapped pair is refused, with the
pair turned round as a proposal; what can be read in two ways, and a text with several places, is offered as choices.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from operator_app.domain.place.degrees import Reading, read_degrees
from operator_app.domain.place.grid import read_grid
from operator_app.domain.place.map_links import LinkPart, MapLink, find_links
from operator_app.domain.place.plus_code import FoundCode, PlusArea, decode_plus_code, find_plus_code
from operator_app.domain.place.position import (
    METRES_A_DEGREE,
    NoPosition,
    Position,
    PositionForm,
    PositionTrouble,
    write_position,
)
from operator_app.domain.place.written import without_unseen

__all__ = ["METRES_A_DEGREE", "NoPosition", "Position", "PositionForm", "PositionTrouble"]
__all__ += ["LONGEST_TEXT", "Cells", "read_position", "words_beside", "write_position"]

LONGEST_TEXT = 8_000
"""Letters that are looked at, half of them at the end: a chat may be pasted whole, and what is new stands last."""
_MOST_CHOICES = 5
_SAME_PLACE_M = 120.0
"""Two writings of one place differ by no more than this, or by what their forms leave open."""
_NO_FIX_DEGREES = 0.0005
_WORDS_CODE = re.compile(r"///[^\W\d_]{2,}\.[^\W\d_]{2,}\.[^\W\d_]{2,}")

Cells = Callable[[FoundCode], Sequence[PlusArea] | PositionTrouble]
"""Gives the areas that a short plus code can mean in the town said beside it, or why there is none."""


def read_position(text: str, cells: Cells | None = None) -> Position | NoPosition:
    """Read the position in a text: map links, plus codes, a grid's metres, or degrees in any usual writing.

    Of several different positions nobody is chosen: they come as choices, the last of the text first.
    """
    text = without_unseen(_both_ends(text))
    links = find_links(text)
    bare = _without(text, links)
    found: list[Position | NoPosition] = []
    place = 0
    for link in (*links, None):
        piece = text[place : len(text) if link is None else link.start]
        found += _in_words(piece)
        if link is not None:
            found.append(_in_link(link, cells))
            place = link.end
    code = find_plus_code(bare)
    if code is not None:
        found.append(_of_code(code, cells))
    if _WORDS_CODE.search(bare):
        found.append(NoPosition(PositionTrouble.NOT_READ, "what3words"))
    return _decided(found)


def words_beside(text: str) -> str:
    """Return a text without its links and codes: the words that may name the place."""
    text = without_unseen(_both_ends(text))
    bare = _WORDS_CODE.sub(" ", _without(text, find_links(text)))
    code = find_plus_code(bare)
    return (bare if code is None else code.rest).strip()


def _both_ends(text: str) -> str:
    half = LONGEST_TEXT // 2
    return text if len(text) <= LONGEST_TEXT else f"{text[:half]}\n…\n{text[-half:]}"


def _without(text: str, links: Iterable[MapLink]) -> str:
    pieces, place = [], 0
    for link in links:
        pieces.append(text[place : link.start])
        place = link.end
    return "\n".join([*pieces, text[place:]])


def _in_words(text: str) -> list[Position | NoPosition]:
    """What stands in a text without links and codes."""
    code = find_plus_code(text)
    plain = code.rest if code is not None else text
    grid = read_grid(plain)
    if isinstance(grid, Position):
        return [grid]
    found = [each for reading in read_degrees(plain) for each in _of_reading(reading)]
    if grid is not None and not any(isinstance(each, Position) or each.choices for each in found):
        return [grid]
    return found


def _of_reading(reading: Reading) -> list[Position | NoPosition]:
    if len(reading.positions) > 1:
        return [NoPosition(PositionTrouble.SEVERAL, choices=reading.positions)]
    if reading.positions:
        return list(reading.positions)
    return [NoPosition(reading.trouble or PositionTrouble.UNCLEAR, proposal=reading.proposal)]


def _in_link(link: MapLink, cells: Cells | None) -> Position | NoPosition:
    """The surest position of a link, or why it gives none."""
    refused: NoPosition | None = None
    for part in link.parts:
        found = _in_part(part, cells)
        if isinstance(found, Position):
            return _of_link(found, part, is_geo=link.is_geo)
        if found.choices:
            return found
        if refused is None and found.trouble is not PositionTrouble.NO_POSITION:
            refused = found
    if refused is not None:
        return refused
    if link.other:
        return NoPosition(PositionTrouble.NOT_READ, link.other)
    hides = PositionTrouble.LINK_HIDES_IT if link.is_short else PositionTrouble.LINK_WITHOUT_POINT
    return NoPosition(hides, link.host)


def _in_part(part: LinkPart, cells: Cells | None) -> Position | NoPosition:
    found = _in_words(part.text)
    code = find_plus_code(part.text)
    if code is not None:
        found.append(_of_code(code, cells))
    return _decided(found)


def _of_link(found: Position, part: LinkPart, *, is_geo: bool) -> Position:
    if part.view_m is not None:
        return replace(found, form=PositionForm.MAP_VIEW, precision_m=max(part.view_m, found.precision_m))
    form = PositionForm.GEO_URI if is_geo else PositionForm.MAP_LINK
    return replace(found, form=form, precision_m=max(part.uncertainty_m or 0.0, found.precision_m))


def _of_code(code: FoundCode, cells: Cells | None) -> Position | NoPosition:
    if code.is_full:
        return _middle(decode_plus_code(code.code))
    areas = PositionTrouble.TOWN_NEEDED if cells is None else cells(code)
    if isinstance(areas, PositionTrouble):
        return NoPosition(areas, code.rest)
    middles = tuple(_middle(area) for area in areas)
    return middles[0] if len(middles) == 1 else NoPosition(PositionTrouble.SEVERAL, choices=middles)


def _middle(area: PlusArea) -> Position:
    return Position(area.lat, area.lon, PositionForm.PLUS_CODE, area.height / 2 * METRES_A_DEGREE)


def _decided(found: Sequence[Position | NoPosition]) -> Position | NoPosition:
    """One answer out of all that was found in a text, in its order."""
    places = _different(each for each in reversed(found) if isinstance(each, Position))
    doubtful = [each for each in found if isinstance(each, NoPosition) and each.choices]
    real = [each for each in places if not _is_no_fix(each)]
    exact = [each for each in real if each.form is not PositionForm.MAP_VIEW] or real
    choices = _different([*exact, *(choice for each in reversed(doubtful) for choice in each.choices)])
    if len(choices) > 1:
        return NoPosition(PositionTrouble.SEVERAL, choices=tuple(choices[:_MOST_CHOICES]))
    if choices:
        return choices[0]
    if places:
        return NoPosition(PositionTrouble.NO_FIX)
    refused = [each for each in found if isinstance(each, NoPosition)]
    return min(reversed(refused), key=lambda each: _GRAVITY.index(each.trouble), default=_NOTHING)


_NOTHING = NoPosition(PositionTrouble.NO_POSITION)
_GRAVITY = (
    PositionTrouble.SWAPPED,
    PositionTrouble.OUT_OF_RANGE,
    PositionTrouble.UNCLEAR,
    PositionTrouble.GRID_ZONE_NEEDED,
    PositionTrouble.TOWN_ELSEWHERE,
    PositionTrouble.TOWN_NEEDED,
    PositionTrouble.NOT_READ,
    PositionTrouble.LINK_HIDES_IT,
    PositionTrouble.LINK_WITHOUT_POINT,
    PositionTrouble.NO_POSITION,
    PositionTrouble.NO_FIX,
    PositionTrouble.SEVERAL,
    PositionTrouble.OUTSIDE,
)
"""Which reason is told of several: what stands in figures before what stands behind a link."""


def _different(found: Iterable[Position]) -> list[Position]:
    """The places among the positions; of two writings of one place the more exact one."""
    kept: list[Position] = []
    for each in found:
        same = next((other for other in kept if _is_same(each, other)), None)
        if same is None:
            kept.append(each)
        elif each.precision_m < same.precision_m:
            kept[kept.index(same)] = each
    return kept


def _is_same(one: Position, other: Position) -> bool:
    if _is_view(one) != _is_view(other):
        return False
    north = (one.lat - other.lat) * METRES_A_DEGREE
    east = (one.lon - other.lon) * METRES_A_DEGREE * math.cos(math.radians(one.lat))
    blur = max(one.precision_m, other.precision_m)
    return math.hypot(north, east) <= max(blur, min(_SAME_PLACE_M, 20 + 2 * blur))


def _is_view(position: Position) -> bool:
    return position.form is PositionForm.MAP_VIEW


def _is_no_fix(position: Position) -> bool:
    """Zero and zero is what a phone sends that knows no position yet."""
    return abs(position.lat) < _NO_FIX_DEGREES and abs(position.lon) < _NO_FIX_DEGREES
