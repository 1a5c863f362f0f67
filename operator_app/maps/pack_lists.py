"""Roads and landmarks of a site pack: names with a point, as CSV or GeoJSON; for the search, not for the map."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from operator_app.maps.geometry import ShapeError, inside_point, read_area, read_point
from operator_app.maps.pack_files import SitePackError, check_text, read_features, refuse
from operator_app.maps.tables import Row, read_table

_LABELS, _KINDS = ("label", "nama", "name"), ("kind", "jenis")
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


@dataclass(slots=True)
class Listed:
    """The places of a list, and in words what of it was left out."""

    places: list[ListedPlace] = field(default_factory=list)
    nameless: int = 0
    faulty: list[str] = field(default_factory=list)
    unread: tuple[str, ...] = ()

    def notes(self, file: str) -> Iterator[str]:
        """Yield a line for a console on everything that was left out or not read."""
        if self.unread:
            yield f"{file}: the columns {', '.join(self.unread)} are not read"
        if self.nameless:
            yield f"{file}: {self.nameless} features without a name are left out"
        if self.faulty:
            yield left_out(file, self.faulty, len(self.places) + len(self.faulty))


def left_out(file: str, faulty: list[str], of: int) -> str:
    """Return the line about faulty parts of a file: how many, and what is wrong with the first."""
    return f"{file}: {len(faulty)} of {of} are left out ({faulty[0]})"


def read_listed(path: Path, role: str) -> Listed:
    """Read the list; a faulty row costs that row. Raises SitePackError when not one row is sound."""
    listed = _of_table(path, role) if path.name.lower().endswith(".csv") else _of_features(path, role)
    if listed.faulty and not listed.places:
        refuse(
            path,
            listed.faulty[0],
            "correct it, and the others like it" if listed.faulty[1:] else "correct it",
        )
    return listed


def _of_table(path: Path, role: str) -> Listed:
    table = read_table(path, ("label", "kind", "lat", "lon"), ("area",))
    listed = Listed(faulty=list(table.faulty), unread=table.unread)
    for row in table.rows:
        try:
            listed.places.append(_of_row(path, role, row))
        except (ShapeError, SitePackError) as error:
            listed.faulty.append(_cause(row.where, error))
    return listed


def _cause(where: str, error: ShapeError | SitePackError) -> str:
    return error.cause if isinstance(error, SitePackError) else f"{where} {error}"


def _of_row(path: Path, role: str, row: Row) -> ListedPlace:
    label = check_text(path, row.where, "label", row.cells.get("label"))
    kind = check_text(path, row.where, "kind", row.cells.get("kind") or _USUAL_KIND[role]).lower()
    said = row.cells.get("area", "").lower()
    if said and said not in _YES_NO:
        refuse(path, f"{row.where} has {said!r} as 'area', not ya or tidak", "write ya or tidak")
    return ListedPlace(label, kind, (row.point(),), _YES_NO[said] if said else kind == "jalan")


def _of_features(path: Path, role: str) -> Listed:
    listed = Listed()
    for number, row in enumerate(read_features(path), start=1):
        where = f"feature {number}"
        properties = row.get("properties") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(properties, dict):
            listed.faulty.append(f"{where} has no properties")
            continue
        name = next((properties[key] for key in _LABELS if properties.get(key)), None)
        if name is None:
            listed.nameless += 1
            continue
        try:
            listed.places.append(_of_feature(path, role, where, name, properties, row.get("geometry")))
        except (ShapeError, SitePackError) as error:
            listed.faulty.append(_cause(f"{where} ({str(name)[:40]})", error))
    return listed


def _of_feature(
    path: Path, role: str, where: str, name: object, properties: Mapping[str, object], geometry: object
) -> ListedPlace:
    label = check_text(path, where, "label", name)
    said = next((properties[key] for key in _KINDS if properties.get(key)), _USUAL_KIND[role])
    kind = check_text(path, where, "kind", said).lower()
    line = _line(geometry)
    return ListedPlace(label, kind, line, area=len(line) > 1 or kind == "jalan")


def _line(geometry: object) -> tuple[tuple[float, float], ...]:
    """The corners of a road; of a point or of a building's outline the one point inside it."""
    kind, positions = (
        (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    )
    if kind == "Point":
        return (read_point(positions),)
    if not isinstance(positions, list) or not positions:
        raise ShapeError("has no geometry")
    if kind in ("Polygon", "MultiPolygon"):
        return (inside_point(read_area(geometry)),)
    if kind in ("LineString", "MultiPoint"):
        points = tuple(read_point(position) for position in positions)
        return points if kind == "LineString" else points[:1]
    if kind == "MultiLineString":
        parts = [part for part in positions if isinstance(part, list)]
        return tuple(read_point(position) for part in parts for position in part)
    raise ShapeError(f"is a {kind} where a point, a line or an outline is needed")
