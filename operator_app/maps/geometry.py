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
