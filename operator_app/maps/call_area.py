"""The area that a call says it comes from, turned into a line that can be drawn."""

import math

from operator_app.domain.place.location import METRES_A_DEGREE, AreaShape, CallArea, centre_of
from operator_app.maps.live import StatedArea

_CORNERS = 72


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
