"""Roads and landmarks of the site in use: too many to be held, so they lie in a file that is read when it is needed."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from operator_app.maps.names import PlaceHit
from operator_app.maps.pack_files import SitePackError
from operator_app.maps.pack_lists import ListedPlace
from operator_app.maps.region import Place, VillageFinder

LISTED_FILE = "places.csv"
_COLUMNS = ("label", "kind", "lat", "lon", "area", "desa", "kecamatan")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """The file of a site's roads and landmarks and its SHA-256."""

    path: Path
    digest: str

    def read(self) -> Iterator[PlaceHit]:
        """Yield the places; raises SitePackError when the file was changed or lost. Reads disk."""
        rows = csv.reader(io.StringIO(read_checked(self.path, self.digest).decode()))
        next(rows)
        for number, (label, kind, lat, lon, area, desa, kecamatan) in enumerate(rows, 1):
            yield PlaceHit(
                label, kind, f"{kind}:{number}", desa, kecamatan, float(lat), float(lon), area == "1"
            )


def listed_bytes(listed: Iterable[ListedPlace], find: VillageFinder) -> bytes:
    """The file's content: a row for each place with the village under it, for a road one in each of its villages."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(_COLUMNS)
    for place in listed:
        for lat, lon, under in _points_of(place, find):
            desa, kecamatan = ("", "") if under is None else (under.desa, under.kecamatan)
            out.writerow(
                (place.label, place.kind, f"{lat:.6f}", f"{lon:.6f}", int(place.area), desa, kecamatan)
            )
    return text.getvalue().encode()


def _points_of(place: ListedPlace, find: VillageFinder) -> Iterator[tuple[float, float, Place | None]]:
    """For each village that the line has corners in, the middle one of them."""
    inside: dict[Place | None, list[tuple[float, float]]] = {}
    for lat, lon in place.line:
        inside.setdefault(find.at(lat, lon), []).append((lat, lon))
    if len(inside) > 1:
        inside.pop(None, None)
    for under, points in inside.items():
        yield (*points[len(points) // 2], under)


def read_checked(path: Path, digest: str) -> bytes:
    """Return the file's content if it is still the one of that SHA-256; raises SitePackError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SitePackError(
            str(path), f"cannot be read ({error.strerror})", "import the site pack again"
        ) from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise SitePackError(str(path), "was changed or damaged", "import the site pack again")
    return data
