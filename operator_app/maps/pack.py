"""A site pack as a person hands it over: found, read, checked in every part, nothing written.

A pack is a folder. Its files are found by the end of their names (`*-desa.geojson`, ...), so that a regency's own name
may stand in front; a `site.toml` in it may name them, the site and its attribution instead. Positions are WGS 84,
longitude first, as GeoJSON demands.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operator_app.maps.geometry import Area, Box, ShapeError, read_area, read_point
from operator_app.maps.manifest import MANIFEST, read_manifest
from operator_app.maps.pack_files import (
    SitePackError,
    check_text,
    read_features,
    read_numbers,
    read_table,
    read_text,
    refuse,
)
from operator_app.maps.pack_lists import ListedPlace, read_listed, unread_columns
from operator_app.maps.roles import ROLES

__all__ = ["LISTED", "MANIFEST", "ROLES", "ListedPlace", "Pack", "SitePackError", "read_pack"]

_ATTRIBUTION_MARK = 'Say on the map: "'
_BASE_MAPS = (".mbtiles", ".pmtiles")
_NOTICES = (".md", ".txt", "license", "copying")


LISTED = ("jalan", "patokan", "pos")
"""Layers that are only names with a point: for the search; of them only posts of agencies stand on the map, too."""
_LABELLED = frozenset({"desa", "kecamatan"})


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


def read_pack(source: Path) -> Pack:
    """Return the pack in the folder, wholly checked; raises SitePackError, and BadFileError for its manifest.

    Reads disk: not for the window's thread.
    """
    if not source.is_dir():
        raise SitePackError(
            str(source), "there is no such folder", "name the folder that holds the site pack"
        )
    manifest = read_manifest(source)
    files = _find_files(source, manifest.files)
    areas = [role for role in files if role != "pulau" and role not in LISTED]
    features = {role: _read_layer(files[role], role) for role in areas}
    _check_together(files, features)
    layers = {role: _layer_bytes(rows) for role, rows in features.items()}
    counts = {role: len(rows) for role, rows in features.items()}
    counts["points"] = sum(feature.area.points for feature in features["desa"])
    if "pulau" in files:
        islands = _read_islands(files["pulau"])
        layers["pulau"], counts["pulau"] = _compact(islands), len(islands)
    listed: list[ListedPlace] = []
    warnings: list[str] = []
    for role in LISTED:
        if role in files:
            places, nameless = read_listed(files[role], role)
            listed += [replace(each, kind="pos") for each in places] if role == "pos" else places
            counts[role] = len(places)
            unread = unread_columns(files[role])
            if unread:
                warnings.append(f"{files[role].name}: the columns {', '.join(unread)} are not read")
            if nameless:
                warnings.append(f"{files[role].name}: {nameless} features without a name are left out")
            if role == "pos":
                layers[role] = _posts(files[role], places)
    notices = _read_notices(source)
    attribution = manifest.attribution.strip() or _attribution_from(notices)
    if not attribution:
        warnings.append(f"no attribution: name the source of the borders in {MANIFEST}")
    return Pack(
        name=manifest.name.strip() or features["kabupaten"][0].properties["nama"],
        attribution=attribution,
        bounds=Box.around(feature.area.box for feature in features["desa"]),
        layers=layers,
        notices=notices,
        counts=counts,
        warnings=tuple(warnings),
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


def _read_layer(path: Path, role: str) -> tuple[_Feature, ...]:
    rows = read_features(path)
    features = tuple(_read_feature(path, role, number, row) for number, row in enumerate(rows, start=1))
    _check_codes(path, (feature.properties for feature in features))
    return features


def _read_feature(path: Path, role: str, number: int, row: object) -> _Feature:
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
    try:
        area = read_area(row.get("geometry"))
        label = read_point(properties.get("lp")) if role in _LABELLED else None
    except ShapeError as error:
        raise SitePackError(path.name, f"{where} {error}", "correct or export that feature again") from error
    if label is not None and not area.holds(*label):
        refuse(
            path, f"{where} has its label point 'lp' outside its own area", "put it inside, longitude first"
        )
    return _Feature(kept, label, area, row["geometry"])


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


def _read_islands(path: Path) -> list[dict[str, str | float]]:
    islands: list[dict[str, str | float]] = []
    for where, row in read_table(path, ("kode", "nama", "lat", "lng")):
        texts = {key: check_text(path, where, key, row[key]) for key in ("kode", "nama")}
        lat, lon = read_numbers(path, where, row["lat"], row["lng"])
        islands.append({**texts, "lat": lat, "lon": lon})
    _check_codes(path, ({key: str(island[key]) for key in ("kode", "nama")} for island in islands))
    return islands


def _posts(path: Path, places: Iterable[ListedPlace]) -> bytes:
    """Posts as the map is served them; `kind` is the agency's code in the list."""
    rows = []
    for place in places:
        if len(place.line) != 1:
            refuse(path, f"the post {place.label} is a line", "give each post one point")
        rows.append(
            {
                "label": place.label,
                "agency": place.kind.upper(),
                "lat": place.line[0][0],
                "lon": place.line[0][1],
            }
        )
    return _compact(rows)


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
        line = " ".join(rest.partition('"')[0].split())
        if mark and line.isprintable():
            return line
    return ""
