"""The area that a call says it comes from: as a line that can be drawn, and whose land it touches."""

import math
from dataclasses import dataclass

from operator_app.domain.place.location import METRES_A_DEGREE, AreaShape, CallArea, centre_of
from operator_app.maps.geometry import Area, Box, Ring
from operator_app.maps.live import StatedArea
from operator_app.maps.region import Place
from operator_app.maps.site import Site

_CORNERS = 72
_MOST_ASKED = 60
"""Corners of a border that are asked whether they lie in a stated area."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The villages and neighbours that a stated area touches, that of its middle first."""

    villages: tuple[Place, ...]
    neighbours: tuple[str, ...]

    @property
    def is_larger_than_a_village(self) -> bool:
        """Whether the caller may be in more than one village, or outside."""
        return len(self.villages) + len(self.neighbours) > 1


def touched_by(area: CallArea, site: Site) -> Touched:
    """Return whose land an area touches: its middle, its edge, or a corner of their border inside it."""
    centre = centre_of(area)
    outline = stated_area(area, "").outline
    points = [(centre.lat, centre.lon), *outline]
    shape = _shape(outline)
    villages = [
        (not each.area.holds(centre.lat, centre.lon), each.place)
        for each in site.villages
        if _meet(each.area, points, shape)
    ]
    villages.sort(key=lambda each: each[0])
    neighbours = [each.name for each in site.neighbours if _meet(each.area, points, shape, site)]
    return Touched(tuple(place for _, place in villages), tuple(neighbours))


def _shape(outline: tuple[tuple[float, float], ...]) -> Ring | None:
    if len(outline) < 3:
        return None
    lats, lons = zip(*outline, strict=True)
    return Ring(Box(min(lats), min(lons), max(lats), max(lons)), tuple(lats), tuple(lons))


def _meet(
    land: Area, points: list[tuple[float, float]], shape: Ring | None, site: Site | None = None
) -> bool:
    """Whether one of the points lies in the land, or a corner of the land in the shape; not in a village of `site`."""
    box = land.box
    if shape is not None and (
        box.south > shape.box.north
        or shape.box.south > box.north
        or box.west > shape.box.east
        or shape.box.west > box.east
    ):
        return False
    if any(land.holds(*point) and (site is None or site.locate(*point) is None) for point in points):
        return True
    if shape is None or site is not None:
        return False
    for ring in land.rings:
        step = max(1, len(ring.lats) // _MOST_ASKED)
        for lat, lon in zip(ring.lats[::step], ring.lons[::step], strict=True):
            if shape.box.holds(lat, lon) and shape.crosses_odd(lat, lon):
                return True
    return False


def stated_area(area: CallArea, label: str) -> StatedArea:
    """Return the area's outline in degrees: a circle or ellipse by 72 corners, a polygon by its own, a point by none.

    An arc band is drawn as the circle of its outer radius: the caller is somewhere inside.
    """
    centre = centre_of(area)
    if area.shape is AreaShape.POLYGON:
        outline = tuple((each.latitude, each.longitude) for each in area.points)
    elif area.shape is AreaShape.ELLIPSE and area.semi_major_m and area.semi_minor_m:
        turn = math.radians(area.orientation_deg or 0.0)
        outline = _round(centre.lat, centre.lon, area.semi_major_m, area.semi_minor_m, turn)
    elif area.radius_m:
        outline = _round(centre.lat, centre.lon, area.radius_m, area.radius_m, 0.0)
    else:
        outline = ()
    return StatedArea(centre.lat, centre.lon, outline, label)


def _round(
    lat: float, lon: float, major_m: float, minor_m: float, turn: float
) -> tuple[tuple[float, float], ...]:
    """Corners of an ellipse whose longer axis points `turn` radians clockwise from north."""
    east_degree = METRES_A_DEGREE * max(0.01, math.cos(math.radians(lat)))
    corners = []
    for number in range(_CORNERS):
        angle = 2 * math.pi * number / _CORNERS
        along, across = major_m * math.cos(angle), minor_m * math.sin(angle)
        north = along * math.cos(turn) - across * math.sin(turn)
        east = along * math.sin(turn) + across * math.cos(turn)
        corners.append((lat + north / METRES_A_DEGREE, lon + east / east_degree))
    return tuple(corners)
