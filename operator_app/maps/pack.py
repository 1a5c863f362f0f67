"""A site pack as a person hands it over: found, read, checked in every part, nothing written.

A pack is a folder. Its files are found by the end of their names (`*-desa.geojson`, ...), so that a regency's own name
may stand in front; a `site.toml` in it may name them, the site and its attribution instead. Positions are WGS 84,
longitude first, as GeoJSON demands.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operator_app.maps.geometry import (
    Area,
    Box,
    ShapeError,
    inside_point,
    read_area,
    read_point,
    without_slivers,
)
from operator_app.maps.manifest import MANIFEST, read_manifest
from operator_app.maps.pack_files import (
    SitePackError,
    check_text,
    one_line,
    read_features,
    read_text,
    refuse,
)
from operator_app.maps.pack_lists import ListedPlace, left_out, read_listed
from operator_app.maps.roles import ROLES
from operator_app.maps.tables import read_table
from operator_app.maps.tile_facts import plain_words

__all__ = ["LISTED", "MANIFEST", "ROLES", "ListedPlace", "Pack", "SitePackError", "read_pack"]

_ATTRIBUTION_MARK = 'Say on the map: "'
_BASE_MAPS = (".mbtiles", ".pmtiles")
_NOTICES = (".md", ".txt", "license", "copying")


LISTED = ("jalan", "patokan", "pos")
"""Layers that are only names with a point: for the search; of them only posts of agencies stand on the map, too."""
_LABELLED = frozenset({"desa", "kecamatan"})
_BESIDE = 0.5
"""Degrees beside the region in which a place is still taken in: the neighbours' hospitals are called, too."""
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Pack:
    """A whole and sound site pack, in memory: layers as bytes in the form the map is served."""

    name: str
    attribution: str
    bounds: Box
    layers: Mapping[str, bytes]
    notices: Mapping[str, bytes]
    counts: Mapping[str, int]
    warnings: tuple[str, ...]
    listed: tuple[ListedPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class _Feature:
    properties: Mapping[str, str]
    label: tuple[float, float] | None
    area: Area
    geometry: Mapping[str, Any]
    label_made: bool = False


def read_pack(source: Path) -> Pack:
    """Return the pack in the folder, wholly checked; raises SitePackError, and BadFileError for its manifest.

    Reads disk: not for the window's thread.
    """
    if not source.is_dir():
        cause = "is a file, not a folder" if source.exists() else "there is no such folder"
        raise SitePackError(str(source), cause, "name the folder that holds the site pack")
    manifest = read_manifest(source)
    files = _find_files(source, manifest.files)
    notes: list[str] = []
    areas = [role for role in files if role != "pulau" and role not in LISTED]
    features = {role: _read_layer(files[role], role, notes) for role in areas}
    _check_together(files, features)
    region = _Region.around(features)
    layers = {role: _layer_bytes(rows) for role, rows in features.items()}
    counts = {role: len(rows) for role, rows in features.items()}
    counts["points"] = sum(feature.area.points for feature in features["desa"])
    if "pulau" in files:
        islands = _read_islands(files["pulau"], region, notes)
        layers["pulau"], counts["pulau"] = _compact(islands), len(islands)
    listed: list[ListedPlace] = []
    for role in LISTED:
        if role in files:
            places = _read_list(files[role], role, region, notes)
            listed += [replace(each, kind="pos") for each in places] if role == "pos" else places
            counts[role] = len(places)
            if role == "pos":
                layers[role] = _posts(places)
    notices = _read_notices(source)
    attribution = plain_words(manifest.attribution) or _attribution_from(notices)
    if not attribution:
        notes.append(f"no attribution: name the source of the borders in {MANIFEST}")
    return Pack(
        name=manifest.name.strip() or features["kabupaten"][0].properties["nama"],
        attribution=attribution,
        bounds=region.bounds,
        layers=layers,
        notices=notices,
        counts=counts,
        warnings=tuple(one_line(note) for note in notes),
        listed=tuple(listed),
    )


def has_borders(source: Path) -> bool:
    """Whether the folder wants to be a pack of borders: it has a layer or a manifest."""
    if not source.is_dir():
        return True  # the reading says what is wrong with it
    names = {path.name for path in source.iterdir()}
    return MANIFEST in names or any(rule.names(name) for rule in ROLES.values() for name in names)


def unread_files(source: Path) -> tuple[str, ...]:
    """Files of a pack's folder that no layer, notice or base map is; hidden ones are left out."""
    if not source.is_dir():
        return ()
    layers = {path.name for path in _find_layers(source)}
    return tuple(
        path.name
        for path in sorted(source.iterdir())
        if not path.name.startswith(".")
        and path.name not in layers
        and path.name != MANIFEST
        and not path.name.lower().endswith((*_NOTICES, *_BASE_MAPS))
    )


def _find_layers(source: Path) -> Iterable[Path]:
    """The files that are layers, as far as their names and the manifest say."""
    named = read_manifest(source).files
    for path in source.iterdir():
        if path.name in named.values() or any(rule.names(path.name) for rule in ROLES.values()):
            yield path


def _find_files(source: Path, named: Mapping[str, str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for role, rule in ROLES.items():
        if role in named:
            found[role] = source / named[role]
            continue
        matches = sorted(path for path in source.iterdir() if rule.names(path.name))
        if len(matches) > 1:
            refuse(
                matches[1],
                f"a second file for the layer {role}, beside {matches[0].name}",
                "leave one of them",
            )
        if matches:
            found[role] = matches[0]
        elif rule.needed:
            raise SitePackError(
                f"*{rule.suffix}", f"missing in {source}", f"add it, or name it in {MANIFEST}"
            )
    return found


@dataclass(frozen=True, slots=True)
class _Region:
    """Where the site and its neighbours lie."""

    bounds: Box
    neighbours: tuple[Area, ...]

    @classmethod
    def around(cls, features: Mapping[str, tuple[_Feature, ...]]) -> "_Region":
        bounds = Box.around(feature.area.box for feature in features["desa"])
        return cls(bounds, tuple(feature.area for feature in features.get("sekitar", ())))

    def is_near(self, lat: float, lon: float) -> bool:
        """Whether a point lies in the region, a little beside it, or in a neighbour."""
        box = self.bounds
        wide = Box(box.south - _BESIDE, box.west - _BESIDE, box.north + _BESIDE, box.east + _BESIDE)
        return wide.holds(lat, lon) or any(area.holds(lat, lon) for area in self.neighbours)


def _read_layer(path: Path, role: str, notes: list[str]) -> tuple[_Feature, ...]:
    """The areas of a layer. Of a neighbour a fault costs that neighbour, of the site itself it refuses the pack."""
    features: list[_Feature] = []
    faulty: list[str] = []
    slivers = made = 0
    try:
        rows = read_features(path)
    except SitePackError as error:
        if role != "sekitar":
            raise
        notes.append(f"{path.name}: no neighbour is taken in ({error.cause})")
        return ()
    for number, row in enumerate(rows, start=1):
        try:
            feature, dropped = _read_feature(path, role, number, row)
        except SitePackError as error:
            if role != "sekitar":
                raise
            faulty.append(error.cause)
            continue
        features.append(feature)
        slivers += dropped
        made += feature.label_made
    if faulty:
        notes.append(left_out(path.name, faulty, len(rows)))
    if slivers:
        notes.append(f"{path.name}: {slivers} rings that hold no land are left out")
    if made:
        notes.append(f"{path.name}: {made} areas have no usable label point 'lp'; a point inside is taken")
    if role != "sekitar":
        _check_codes(path, (feature.properties for feature in features))
    return tuple(features)


def _read_feature(path: Path, role: str, number: int, row: object) -> tuple[_Feature, int]:
    """The area of a feature, and how many of its rings hold no land and were left out."""
    where = f"feature {number}"
    properties = row.get("properties") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(properties, dict):
        refuse(path, f"{where} has no properties", f"add {', '.join(ROLES[role].properties)}")
    kept: dict[str, str] = {}
    for key in ROLES[role].properties:
        if key not in properties:
            refuse(path, f"{where} lacks the property {key!r}", "add it to every feature")
        kept[key] = check_text(path, where, key, properties[key])
    where = f"feature {number} ({kept['kode']} {kept['nama']})"
    geometry, slivers = without_slivers(row.get("geometry"))
    try:
        area = read_area(geometry)
        label, made = _label(properties, area) if role in _LABELLED else (None, False)
    except ShapeError as error:
        raise SitePackError(path.name, f"{where} {error}", "correct or export that feature again") from error
    shape: Mapping[str, Any] = geometry if isinstance(geometry, dict) else {}
    return _Feature(kept, label, area, shape, made), slivers


def _label(properties: Mapping[str, object], area: Area) -> tuple[tuple[float, float], bool]:
    """Where the name of an area stands: its own label point if that lies inside, else one that is made."""
    try:
        label = read_point(properties.get("lp"))
    except ShapeError:
        return inside_point(area), True
    return (label, False) if area.holds(*label) else (inside_point(area), True)


def _check_codes(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        code, name = row["kode"], row["nama"]
        if code in seen:
            refuse(
                path, f"the code {code} stands twice ({seen[code]}, {name})", "give each area its own code"
            )
        seen[code] = name


def _check_together(files: Mapping[str, Path], features: Mapping[str, tuple[_Feature, ...]]) -> None:
    districts = {feature.properties["kode"] for feature in features["kecamatan"]}
    outer = Box.around(feature.area.box for feature in features["kabupaten"])
    for feature in features["desa"]:
        kode, kec = feature.properties["kode"], feature.properties["kec"]
        if kec not in districts:
            known = files["kecamatan"].name
            refuse(
                files["desa"],
                f"desa {kode} belongs to kecamatan {kec}, which {known} lacks",
                "take both from one source",
            )
        if feature.label is not None and not outer.holds(*feature.label):
            whole = files["kabupaten"].name
            refuse(
                files["desa"], f"desa {kode} lies outside the area of {whole}", "take both from one source"
            )


def _read_islands(path: Path, region: _Region, notes: list[str]) -> list[dict[str, str | float]]:
    table = read_table(path, ("kode", "nama", "lat", "lon"))
    islands: list[dict[str, str | float]] = []
    faulty = list(table.faulty)
    for row in table.rows:
        try:
            texts = {key: check_text(path, row.where, key, row.cells.get(key)) for key in ("kode", "nama")}
            lat, lon = row.point()
        except SitePackError as error:
            faulty.append(error.cause)
        except ShapeError as error:
            faulty.append(f"{row.where} {error}")
        else:
            islands.append({**texts, "lat": lat, "lon": lon})
    if faulty and not islands:
        refuse(path, faulty[0], "correct it")
    if faulty:
        notes.append(left_out(path.name, faulty, len(islands) + len(faulty)))
    _check_codes(path, ({key: str(island[key]) for key in ("kode", "nama")} for island in islands))
    far = [island for island in islands if not region.is_near(float(island["lat"]), float(island["lon"]))]
    notes += _told_far(path.name, [str(island["nama"]) for island in far])
    return [island for island in islands if island not in far]


def _read_list(path: Path, role: str, region: _Region, notes: list[str]) -> list[ListedPlace]:
    """The places of a list that lie in the region or beside it; a post has one point."""
    listed = read_listed(path, role)
    lines = [each for each in listed.places if role == "pos" and len(each.line) != 1]
    if lines and len(lines) == len(listed.places):
        refuse(path, f"the post {lines[0].label} is a line", "give each post one point")
    listed.faulty += [f"the post {each.label} is a line" for each in lines]
    near = [
        each for each in listed.places if each not in lines and any(region.is_near(*at) for at in each.line)
    ]
    far = [each.label for each in listed.places if each not in lines and each not in near]
    listed.places = near
    notes += listed.notes(path.name)
    notes += _told_far(path.name, far)
    return near


def _told_far(file: str, far: Sequence[str]) -> list[str]:
    if not far:
        return []
    named = ", ".join(far[:_MOST_NAMED]) + (", …" if len(far) > _MOST_NAMED else "")
    return [f"{file}: {len(far)} places lie far outside the region and are left out ({named})"]


def _posts(places: Iterable[ListedPlace]) -> bytes:
    """Posts as the map is served them; `kind` is the agency's code in the list."""
    return _compact(
        [
            {
                "label": place.label,
                "agency": place.kind.upper(),
                "lat": place.line[0][0],
                "lon": place.line[0][1],
            }
            for place in places
        ]
    )


def _layer_bytes(features: tuple[_Feature, ...]) -> bytes:
    rows = []
    for feature in features:
        properties: dict[str, object] = dict(feature.properties)
        if feature.label is not None:
            properties["lp"] = [feature.label[1], feature.label[0]]
        geometry = {"type": feature.geometry["type"], "coordinates": feature.geometry["coordinates"]}
        rows.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return _compact({"type": "FeatureCollection", "features": rows})


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _read_notices(source: Path) -> dict[str, bytes]:
    names = (path for path in sorted(source.iterdir()) if path.is_file())
    return {path.name: read_text(path).encode() for path in names if path.name.lower().endswith(_NOTICES)}


def _attribution_from(notices: Mapping[str, bytes]) -> str:
    for notice in notices.values():
        _, mark, rest = notice.decode().partition(_ATTRIBUTION_MARK)
        line = plain_words(rest.partition('"')[0])
        if mark and line:
            return line
    return ""
