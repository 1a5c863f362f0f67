"""Areas on the earth as plain numbers: read from GeoJSON, asked whether they hold a point."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self


class ShapeError(ValueError):
    """A geometry cannot be used; the text is a bare reason, without file or feature."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees, WGS 84."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        """Return whether the point lies in the rectangle or on its edge."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east

    @classmethod
    def around(cls, boxes: Iterable[Self]) -> Self:
        """Return the smallest rectangle that holds all of them; there must be at least one."""
        every = list(boxes)
        return cls(
            min(box.south for box in every),
            min(box.west for box in every),
            max(box.north for box in every),
            max(box.east for box in every),
        )


@dataclass(frozen=True, slots=True)
class Ring:
    """One closed line, as two rows of equal length, first point not repeated at the end."""

    box: Box
    lats: tuple[float, ...]
    lons: tuple[float, ...]

    def crosses_odd(self, lat: float, lon: float) -> bool:
        """Return whether a ray from the point to the east crosses the ring an odd number of times."""
        odd = False
        lat0, lon0 = self.lats[-1], self.lons[-1]
        for lat1, lon1 in zip(self.lats, self.lons, strict=True):
            if (lat1 > lat) != (lat0 > lat) and lon < (lon0 - lon1) * (lat - lat1) / (lat0 - lat1) + lon1:
                odd = not odd
            lat0, lon0 = lat1, lon1
        return odd

    def crossings(self, lat: float) -> list[float]:
        """Return the longitudes at which the ring crosses that latitude."""
        found = []
        lat0, lon0 = self.lats[-1], self.lons[-1]
        for lat1, lon1 in zip(self.lats, self.lons, strict=True):
            if (lat1 > lat) != (lat0 > lat):
                found.append((lon0 - lon1) * (lat - lat1) / (lat0 - lat1) + lon1)
            lat0, lon0 = lat1, lon1
        return found


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon or several, holes included; a point is inside by the even-odd rule over all rings."""

    box: Box
    rings: tuple[Ring, ...]

    def holds(self, lat: float, lon: float) -> bool:
        """Return whether the point lies inside; on the very border either answer may come."""
        if not self.box.holds(lat, lon):
            return False
        odd = False
        for ring in self.rings:
            if ring.box.holds(lat, lon) and ring.crosses_odd(lat, lon):
                odd = not odd
        return odd

    @property
    def points(self) -> int:
        """Return how many corners the area has."""
        return sum(len(ring.lats) for ring in self.rings)


def read_area(geometry: object) -> Area:
    """Return the area of a GeoJSON Polygon or MultiPolygon (positions are longitude, latitude).

    Raises ShapeError with the reason when it is anything else, open, out of range, or without extent.
    """
    if not isinstance(geometry, dict):
        raise ShapeError("has no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        polygons = [coordinates]
    elif kind == "MultiPolygon" and isinstance(coordinates, list):
        polygons = coordinates
    else:
        raise ShapeError(f"is a {_shown(kind)} where a Polygon or MultiPolygon is needed")
    rings = tuple(_read_ring(ring) for polygon in polygons for ring in _list(polygon, "polygon"))
    if not rings:
        raise ShapeError("has an empty geometry")
    return Area(Box.around(ring.box for ring in rings), rings)


def without_slivers(geometry: object) -> tuple[object, int]:
    """Return a geometry without its rings that hold no land (flat, or of fewer points than a triangle), and how many.

    Public borders are full of them. One that has nothing else is returned as it is.
    """
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return geometry, 0
    is_one = geometry["type"] == "Polygon"
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if is_one else coordinates
    if not isinstance(polygons, list) or not all(isinstance(polygon, list) for polygon in polygons):
        return geometry, 0
    kept, dropped = [], 0
    for polygon in polygons:
        flat = [_is_flat(ring) for ring in polygon]
        # Without its outer ring the holes of a polygon are holes in nothing.
        rings = (
            []
            if flat[:1] == [True]
            else [ring for ring, is_flat in zip(polygon, flat, strict=True) if not is_flat]
        )
        dropped += len(polygon) - len(rings)
        if rings:
            kept.append(rings)
    if not dropped or not kept:
        return geometry, 0
    return {**geometry, "coordinates": kept[0] if is_one else kept}, dropped


def _is_flat(ring: object) -> bool:
    """Whether a ring of sound positions holds no land; one with a fault is no sliver but a fault."""
    if not isinstance(ring, list):
        return False
    try:
        points = {read_point(position) for position in ring}
    except ShapeError:
        return False
    return len(points) < 3 or len({lat for lat, _ in points}) == 1 or len({lon for _, lon in points}) == 1


def inside_point(area: Area) -> tuple[float, float]:
    """Return a point well inside an area: the middle of a wide stretch on one of a few lines from west to east."""
    box = area.box
    best = (0.0, 0.0, 0.0)
    for share in _SHARES:
        lat = box.south + (box.north - box.south) * share
        crossings = sorted(lon for ring in area.rings for lon in ring.crossings(lat))
        for west, east in zip(crossings[::2], crossings[1::2], strict=False):
            room = (east - west) * (1 - abs(share - 0.5))  # a line near the edge has little room beside it
            if room > best[0]:
                best = (room, lat, (west + east) / 2)
    if best[0] <= 0:
        raise ShapeError("has no inside")
    return best[1], best[2]


_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.21, 0.79, 0.11, 0.89, 0.03, 0.97)


def check_point(lat: float, lon: float) -> None:
    """Raise ShapeError when the point is not on the earth, saying so if the two are swapped."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise ShapeError("has a coordinate that is not a number")
    if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
        raise ShapeError(f"has longitude and latitude swapped (latitude {lat:g}, longitude {lon:g})")
    if abs(lat) > 90 or abs(lon) > 180:
        raise ShapeError(f"has a point off the earth (latitude {lat:g}, longitude {lon:g})")


def read_point(position: object) -> tuple[float, float]:
    """Return (lat, lon) of a GeoJSON position; raises ShapeError with the reason."""
    if (
        not isinstance(position, list)
        or len(position) < 2
        or not all(_is_number(value) for value in position)
    ):
        raise ShapeError(f"has {_shown(position)} where [longitude, latitude] is needed")
    try:
        lon, lat = float(position[0]), float(position[1])
    except OverflowError as error:
        raise ShapeError("has a coordinate beyond all numbers") from error
    check_point(lat, lon)
    return lat, lon


def _read_ring(positions: object) -> Ring:
    rows = _list(positions, "ring")
    lats, lons = _sound_rows(rows) or _split([read_point(position) for position in rows])
    if len(lats) < 4:
        raise ShapeError(f"has a ring of {len(lats)} points where at least 4 are needed")
    if (lats[0], lons[0]) != (lats[-1], lons[-1]):
        raise ShapeError("has a ring that does not close (its first and last point differ)")
    box = Box(min(lats), min(lons), max(lats), max(lons))
    if box.south == box.north or box.west == box.east:
        raise ShapeError("has a ring without extent")
    return Ring(box, lats[:-1], lons[:-1])


_Rows = tuple[tuple[float, ...], tuple[float, ...]]


def _sound_rows(positions: Sequence[Any]) -> _Rows | None:
    """Return latitudes and longitudes of a ring without a fault; None when only looking at each point can tell.

    A site has some 45,000 points, which are read at every start: all together takes a tenth of one by one.
    """
    if set(map(type, positions)) != {list} or set(map(len, positions)) != {2}:
        return None
    lons, lats = zip(*positions, strict=True)
    if set(map(type, lons)) != {float} or set(map(type, lats)) != {float}:
        return None
    finite = math.isfinite(sum(lats)) and math.isfinite(sum(lons))
    on_earth = finite and max(map(abs, lats)) <= 90 and max(map(abs, lons)) <= 180
    return (lats, lons) if on_earth else None


def _split(points: Sequence[tuple[float, float]]) -> _Rows:
    return tuple(lat for lat, _ in points), tuple(lon for _, lon in points)


def _list(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise ShapeError(f"has {_shown(value)} where a {what} (a list) is needed")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]
