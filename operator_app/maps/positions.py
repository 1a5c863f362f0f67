"""A typed or pasted position held against the site: taken with the village under it, or refused with the reason."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from operator_app.domain.place.coordinates import (
    METRES_A_DEGREE,
    NoPosition,
    Position,
    PositionTrouble,
    read_position,
)
from operator_app.domain.place.plus_code import FoundCode, PlusArea, cells_in
from operator_app.maps.named_areas import NamedArea, named_areas
from operator_app.maps.site import Place, Site

_NEAR_M = (1_000.0, 2_500.0, 5_000.0)
"""How far outside a named area a plus code may lie: map apps draw their villages otherwise than the site pack."""
_MOST_CELLS = 4


@dataclass(frozen=True, slots=True)
class Located:
    """A position in the site's region; `place` is None at sea and without a site pack."""

    position: Position
    place: Place | None


def find_position(text: str, site: Site) -> Located | NoPosition:
    """Read the position in a text; one outside the region comes as `OUTSIDE` with the neighbour's name, if it has one.

    Of readings that differ in a sign the one in an area that the text names is taken; else all are offered.
    """
    found = read_position(text, lambda code: code_areas(code, site))
    if isinstance(found, NoPosition) and found.choices:
        found = _settled(found, text, site)
    if isinstance(found, NoPosition):
        return found
    located = locate(found, site)
    if isinstance(located, NoPosition) and located.proposal and _is_named(found, text, site):
        return replace(located, proposal=None)  # the text says itself that it is there
    return located


def locate(found: Position, site: Site) -> Located | NoPosition:
    """Hold a position against the site: in it with its village or at sea, or outside of it, whose name is told."""
    place = site.locate(found.lat, found.lon)
    if place is not None or not site.villages:
        return Located(found, place)
    neighbour = site.neighbour_at(found.lat, found.lon)
    if neighbour is None and site.bounds.holds(found.lat, found.lon):
        return Located(found, None)
    return NoPosition(PositionTrouble.OUTSIDE, neighbour or "", _meant(found, site), found)


def code_areas(code: FoundCode, site: Site) -> Sequence[PlusArea] | PositionTrouble:
    """Return what a short plus code can mean in the areas that the words beside it name, or why it means nothing.

    A cell in more of the named areas (village and kecamatan) goes before one in fewer.
    """
    named = named_areas(code.rest, site)
    if not named:
        return PositionTrouble.TOWN_NEEDED
    inside = _best(
        (sum(each.holds(*corner) for each in named for corner in _corners(cell)[:1]), cell)
        for cell in _cells(code.code, named)
    )
    if not inside:
        inside = _best(
            (sum(any(each.holds(*corner) for corner in _corners(cell)) for each in named), cell)
            for cell in _cells(code.code, named)
        )
    if not inside:
        inside = _best((_nearness(cell, named), cell) for cell in _cells(code.code, named))
    if not inside:
        return PositionTrouble.TOWN_ELSEWHERE
    return inside if len(inside) <= _MOST_CELLS else PositionTrouble.TOWN_NEEDED


def _cells(short: str, named: Iterable[NamedArea]) -> tuple[PlusArea, ...]:
    edge = max(_NEAR_M) / METRES_A_DEGREE
    found: dict[tuple[float, float], PlusArea] = {}
    for each in named:
        box = each.box
        for cell in cells_in(short, box.south - edge, box.west - edge, box.north + edge, box.east + edge):
            found[cell.lat, cell.lon] = cell
    return tuple(found.values())


def _best(scored: Iterable[tuple[float, PlusArea]]) -> tuple[PlusArea, ...]:
    rows = list(scored)
    most = max((score for score, _ in rows), default=0)
    return tuple(cell for score, cell in rows if score == most) if most > 0 else ()


def _corners(cell: PlusArea) -> tuple[tuple[float, float], ...]:
    north, east = cell.height / 2, cell.width / 2
    shifts = ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
    return tuple((cell.lat + north * up, cell.lon + east * right) for up, right in shifts)


def _nearness(cell: PlusArea, named: Iterable[NamedArea]) -> float:
    """How near a cell lies to one of the areas, 0 when it is not near at all."""
    areas = list(named)
    for metres in _NEAR_M:
        for turn in range(16):
            angle = math.tau * turn / 16
            lat = cell.lat + metres * math.sin(angle) / METRES_A_DEGREE
            lon = cell.lon + metres * math.cos(angle) / METRES_A_DEGREE
            if any(each.holds(lat, lon) for each in areas):
                return 1 / metres
    return 0.0


def _settled(doubt: NoPosition, text: str, site: Site) -> Position | NoPosition:
    """Of mirrored readings the only one in an area that the text names; all of them when none or several are."""
    figures = {(abs(each.lat), abs(each.lon)) for each in doubt.choices}
    if doubt.trouble is not PositionTrouble.SEVERAL or len(figures) != 1:
        return doubt
    named = named_areas(text, site)
    fitting = [each for each in doubt.choices if any(area.holds(each.lat, each.lon) for area in named)]
    return fitting[0] if len(fitting) == 1 else doubt


def _is_named(found: Position, text: str, site: Site) -> bool:
    return any(area.holds(found.lat, found.lon) for area in named_areas(text, site))


def _meant(found: Position, site: Site) -> Position | None:
    """The same figures with another sign or turned round, if that lies in a village: the usual slips."""
    turned = ((-found.lat, found.lon), (found.lat, -found.lon), (found.lon, found.lat))
    for lat, lon in turned:
        if abs(lat) <= 90 and site.locate(lat, lon) is not None:
            return replace(found, lat=lat, lon=lon)
    return None
