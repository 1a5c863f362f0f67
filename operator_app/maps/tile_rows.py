"""Columns and rows of map tiles and the degrees they cover (Web Mercator)."""

import math
from dataclasses import dataclass

from operator_app.maps.geometry import Box

_EDGE = 85.0511287798066


@dataclass(frozen=True, slots=True)
class Cells:
    """A rectangle of tiles of one zoom, rows counted from the north, edges included."""

    zoom: int
    west: int
    north: int
    east: int
    south: int

    @classmethod
    def of(cls, box: Box, zoom: int) -> "Cells":
        """The tiles of that zoom that cover a box."""
        west, north = _tile(box.north, box.west, zoom)
        east, south = _tile(box.south, box.east, zoom)
        return cls(zoom, west, north, east, south)

    @property
    def count(self) -> int:
        """How many tiles it has."""
        return (self.east - self.west + 1) * (self.south - self.north + 1)

    @property
    def mirrored(self) -> "Cells":
        """The same rows counted from the other side."""
        last = 2**self.zoom - 1
        return Cells(self.zoom, self.west, last - self.south, self.east, last - self.north)

    @property
    def box(self) -> Box:
        """The degrees that it covers."""
        return Box(
            _lat(self.south + 1, self.zoom),
            self.west / 2**self.zoom * 360 - 180,
            _lat(self.north, self.zoom),
            (self.east + 1) / 2**self.zoom * 360 - 180,
        )


def _tile(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    sin = math.sin(math.radians(max(-_EDGE, min(_EDGE, lat))))
    across = (lon + 180) / 360
    down = 0.5 - math.log((1 + sin) / (1 - sin)) / (4 * math.pi)
    last = 2**zoom - 1
    column, row = (max(0, min(last, int(part * 2**zoom))) for part in (across, down))
    return column, row


def _lat(row: int, zoom: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**zoom))))
