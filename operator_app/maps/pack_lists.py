"""Roads and landmarks of a site pack: names with a point, as CSV or GeoJSON; for the search, not for the map."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from operator_app.maps.geometry import ShapeError, read_point
from operator_app.maps.pack_files import (
    SitePackError,
    check_text,
    read_features,
    read_numbers,
    read_table,
    read_text,
    refuse,
)

_NAMES, _KINDS = ("label", "nama", "name"), ("kind", "jenis")
_YES_NO = {
    "ya": True,
    "yes": True,
    "1": True,
    "true": True,
    "tidak": False,
    "no": False,
    "0": False,
    "false": False,
}
_USUAL_KIND = {"jalan": "jalan", "patokan": "patokan", "pos": "pos"}


@dataclass(frozen=True, slots=True)
class ListedPlace:
    """A named place; `line` has the corners of a road in order, a point alone otherwise.

    `area` says that the point only stands for something longer or wider: nobody is sent to it.
    """

    label: str
    kind: str
    line: tuple[tuple[float, float], ...]
    area: bool


_COLUMNS = ("label", "kind", "lat", "lon", "area")


def unread_columns(path: Path) -> tuple[str, ...]:
    """Columns of a CSV list that nothing reads; one that is misspelt would be passed over without a word."""
    if not path.name.lower().endswith(".csv"):
        return ()
    first = next(iter(read_text(path).splitlines()), "")
    return tuple(name for name in next(csv.reader([first]), []) if name not in _COLUMNS)


def read_listed(path: Path, role: str) -> tuple[list[ListedPlace], int]:
    """Return the places of the file and how many were left out for want of a name; raises SitePackError."""
    if path.name.lower().endswith(".csv"):
        return [
            _of_row(path, role, where, row)
            for where, row in read_table(path, ("label", "kind", "lat", "lon"))
        ], 0
    found = list(_of_features(path, role))
    places = [place for place in found if place is not None]
    return places, len(found) - len(places)


def _of_row(path: Path, role: str, where: str, row: Mapping[str, str | None]) -> ListedPlace:
    label = check_text(path, where, "label", row["label"])
    kind = check_text(path, where, "kind", row["kind"] or _USUAL_KIND[role]).lower()
    said = (row.get("area") or "").strip().lower()
    if said and said not in _YES_NO:
        refuse(path, f"{where} has {said!r} as 'area'", "write ya or tidak")
    point = read_numbers(path, where, row["lat"], row["lon"])
    return ListedPlace(label, kind, (point,), _YES_NO[said] if said else kind == "jalan")


def _of_features(path: Path, role: str) -> Iterator[ListedPlace | None]:
    for number, row in enumerate(read_features(path), start=1):
        properties = row.get("properties") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(properties, dict):
            refuse(path, f"feature {number} has no properties", "export it again with its names")
        name = next((properties[key] for key in _NAMES if properties.get(key)), None)
        if name is None:
            yield None
            continue
        where = f"feature {number}"
        label = check_text(path, where, "label", name)
        said = next((properties[key] for key in _KINDS if properties.get(key)), _USUAL_KIND[role])
        kind = check_text(path, where, "kind", said).lower()
        try:
            line = _line(row.get("geometry"))
        except ShapeError as error:
            raise SitePackError(
                path.name, f"{where} ({label}) {error}", "correct or export that feature again"
            ) from error
        yield ListedPlace(label, kind, line, area=len(line) > 1 or kind == "jalan")


def _line(geometry: object) -> tuple[tuple[float, float], ...]:
    kind, positions = (
        (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    )
    if kind == "Point":
        return (read_point(positions),)
    if not isinstance(positions, list) or not positions:
        raise ShapeError("has no geometry")
    if kind == "LineString":
        return tuple(read_point(position) for position in positions)
    if kind == "MultiLineString":
        parts = [part for part in positions if isinstance(part, list)]
        return tuple(read_point(position) for part in parts for position in part)
    raise ShapeError(f"is a {kind} where a Point or a LineString is needed")
