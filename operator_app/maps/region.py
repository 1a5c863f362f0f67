"""Areas of a region: its villages and its neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass

from operator_app.maps.geometry import Area


@dataclass(frozen=True, slots=True)
class Place:
    """The village under a point; `jenis` is desa or kelurahan."""

    kode: str
    desa: str
    jenis: str
    kecamatan: str


@dataclass(frozen=True, slots=True)
class Village:
    """One desa or kelurahan: who it is, its area, and a point inside it (not the village centre)."""

    place: Place
    area: Area
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A regency or town next to the site's: its name and its area, drawn coarsely."""

    name: str
    area: Area


class VillageFinder:
    """Finds villages of many points, the last one first: neighbours in a list are neighbours on the ground."""

    def __init__(self, villages: Iterable[Village]) -> None:
        self._villages = list(villages)

    def at(self, lat: float, lon: float) -> Place | None:
        """Return the village under the point."""
        for number, village in enumerate(self._villages):
            if village.area.holds(lat, lon):
                self._villages.insert(0, self._villages.pop(number))
                return village.place
        return None
