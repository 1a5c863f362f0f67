"""A site pack as a person hands it over: found, read, checked in every part, nothing written.

A pack is a folder. Its files are found by the end of their names (`*-desa.geojson`, ...), so that a regency's own name
may stand in front; a `site.toml` in it may name them, the site and its attribution instead. Positions are WGS 84,
longitude first, as GeoJSON demands.
"""

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from operator_app.maps.geometry import Area, Box, ShapeError, check_point, read_area, read_point

MANIFEST = "site.toml"
BIGGEST_FILE_BYTES = 64 * 1024 * 1024
_LONGEST_TEXT = 120
_ATTRIBUTION_MARK = 'Say on the map: "'
_NOTICES = (".md", ".txt", "license", "copying")


class SitePackError(ValueError):
    """A site pack cannot be used; the text is one sentence: file, cause, what to do."""

    def __init__(self, file: str, cause: str, cure: str) -> None:
        super().__init__(" ".join(f"{file}: {cause}; {cure}.".split()))
        self.file = file
        self.cause = cause
        self.cure = cure


@dataclass(frozen=True, slots=True)
class _Role:
    suffix: str
    needed: bool
    properties: tuple[str, ...] = ()


ROLES: Mapping[str, _Role] = {
    "desa": _Role("-desa.geojson", True, ("kode", "nama", "jenis", "kec", "kecamatan")),
    "kecamatan": _Role("-kecamatan.geojson", True, ("kode", "nama")),
    "kabupaten": _Role("-kabupaten.geojson", True, ("kode", "nama")),
    "sekitar": _Role("-sekitar.geojson", False, ("kode", "nama")),
    "pulau": _Role("-pulau.csv", False, ("kode", "nama")),
}
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


@dataclass(frozen=True, slots=True)
class _Feature:
    properties: Mapping[str, str]
    label: tuple[float, float] | None
    area: Area
    geometry: Mapping[str, Any]


def read_pack(source: Path) -> Pack:
    """Return the pack in the folder, wholly checked; raises SitePackError. Reads disk: not for the window's thread."""
    if not source.is_dir():
        raise SitePackError(
            str(source), "there is no such folder", "name the folder that holds the site pack"
        )
    manifest = _read_manifest(source)
    files = _find_files(source, manifest)
    features = {role: _read_layer(files[role], role) for role in files if role != "pulau"}
    _check_together(files, features)
    layers = {role: _layer_bytes(rows) for role, rows in features.items()}
    counts = {role: len(rows) for role, rows in features.items()}
    counts["points"] = sum(feature.area.points for feature in features["desa"])
    if "pulau" in files:
        islands = _read_islands(files["pulau"])
        layers["pulau"], counts["pulau"] = _compact(islands), len(islands)
    notices = _read_notices(source)
    attribution = str(manifest.get("attribution", "")) or _attribution_from(notices)
    warnings = () if attribution else (f"no attribution: name the source of the borders in {MANIFEST}",)
    return Pack(
        name=str(manifest.get("name", "")) or features["kabupaten"][0].properties["nama"],
        attribution=attribution,
        bounds=Box.around(feature.area.box for feature in features["desa"]),
        layers=layers,
        notices=notices,
        counts=counts,
        warnings=warnings,
    )


def read_text(path: Path) -> str:
    """Return the file's text, which must be UTF-8 (a byte order mark is dropped); raises SitePackError."""
    try:
        if path.stat().st_size > BIGGEST_FILE_BYTES:
            _refuse(path, f"the file is larger than {BIGGEST_FILE_BYTES >> 20} MB", "simplify its borders")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SitePackError(
            path.name, f"cannot be read ({error.strerror})", "check that it is there"
        ) from error
    except UnicodeDecodeError as error:
        raise SitePackError(
            path.name, f"the file is not UTF-8 text (byte {error.start})", "save it as UTF-8"
        ) from error


def read_json(path: Path) -> object:
    """Return what the JSON file holds; raises SitePackError, telling a file cut short from a wrong one."""
    text = read_text(path)
    if not text.strip():
        _refuse(path, "the file is empty", "copy it again from its source")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            _refuse(path, "the file is cut short", "copy it again from its source")
        _refuse(
            path, f"not JSON at line {error.lineno}, column {error.colno} ({error.msg})", "export it again"
        )
    except (RecursionError, ValueError) as error:
        raise SitePackError(path.name, f"not usable JSON ({error})", "export it again") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is not a number")


def _refuse(path: Path, cause: str, cure: str) -> NoReturn:
    raise SitePackError(path.name, cause, cure)


def _read_manifest(source: Path) -> Mapping[str, Any]:
    path = source / MANIFEST
    if not path.exists():
        return {}
    try:
        manifest = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SitePackError(MANIFEST, f"not TOML ({error})", "correct that line") from error
    unknown = sorted(set(manifest) - {"name", "attribution", "files"})
    if unknown:
        _refuse(path, f"unknown key {unknown[0]!r}", "use only name, attribution and the table [files]")
    for key in ("name", "attribution"):
        if key in manifest:
            _check_text(path, "", key, manifest[key])
    files = manifest.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        _refuse(path, "[files] must give each layer a file name", "write for example desa = 'x-desa.geojson'")
    strange = sorted(set(files) - set(ROLES))
    if strange:
        _refuse(path, f"[files] names the unknown layer {strange[0]!r}", f"use {', '.join(ROLES)}")
    return manifest


def _find_files(source: Path, manifest: Mapping[str, Any]) -> dict[str, Path]:
    named: Mapping[str, str] = manifest.get("files", {})
    found: dict[str, Path] = {}
    for role, rule in ROLES.items():
        if role in named:
            found[role] = _inside(source, named[role])
            continue
        matches = sorted(path for path in source.iterdir() if path.name.endswith(rule.suffix))
        if len(matches) > 1:
            _refuse(
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


def _inside(source: Path, name: str) -> Path:
    path = source / name
    if not path.resolve().is_relative_to(source.resolve()):
        raise SitePackError(
            MANIFEST, f"{name!r} lies outside the pack", "put the file into the pack's folder"
        )
    if not path.is_file():
        raise SitePackError(name, f"missing, though {MANIFEST} names it", "add it or correct the name")
    return path


def _read_layer(path: Path, role: str) -> tuple[_Feature, ...]:
    whole = read_json(path)
    if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
        _refuse(path, "not a GeoJSON FeatureCollection", "export it as GeoJSON")
    rows = whole.get("features")
    if not isinstance(rows, list) or not rows:
        _refuse(path, "it holds no features", "export it again with its areas")
    features = tuple(_read_feature(path, role, number, row) for number, row in enumerate(rows, start=1))
    _check_codes(path, (feature.properties for feature in features))
    return features


def _read_feature(path: Path, role: str, number: int, row: object) -> _Feature:
    where = f"feature {number}"
    properties = row.get("properties") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(properties, dict):
        _refuse(path, f"{where} has no properties", f"add {', '.join(ROLES[role].properties)}")
    kept: dict[str, str] = {}
    for key in ROLES[role].properties:
        if key not in properties:
            _refuse(path, f"{where} lacks the property {key!r}", "add it to every feature")
        kept[key] = _check_text(path, where, key, properties[key])
    where = f"feature {number} ({kept['kode']} {kept['nama']})"
    try:
        area = read_area(row.get("geometry"))
        label = read_point(properties.get("lp")) if role in _LABELLED else None
    except ShapeError as error:
        raise SitePackError(path.name, f"{where} {error}", "correct or export that feature again") from error
    if label is not None and not area.holds(*label):
        _refuse(
            path, f"{where} has its label point 'lp' outside its own area", "put it inside, longitude first"
        )
    return _Feature(kept, label, area, row["geometry"])


def _check_text(path: Path, where: str, key: str, value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_TEXT or not text.isprintable():
        place = f"{where} has a {key!r}" if where else f"{key!r}"
        cause = "that is not a plain text of 1 to 120 characters" if where else "is not a plain text"
        _refuse(path, f"{place} {cause}", "correct it")
    return text


def _check_codes(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        code, name = row["kode"], row["nama"]
        if code in seen:
            _refuse(
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
            _refuse(
                files["desa"],
                f"desa {kode} belongs to kecamatan {kec}, which {known} lacks",
                "take both from one source",
            )
        if feature.label is not None and not outer.holds(*feature.label):
            whole = files["kabupaten"].name
            _refuse(
                files["desa"], f"desa {kode} lies outside the area of {whole}", "take both from one source"
            )


def _read_islands(path: Path) -> list[dict[str, str | float]]:
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise SitePackError(
            path.name, f"not CSV at line {reader.line_num} ({error})", "export it again"
        ) from error
    missing = [name for name in ("kode", "nama", "lat", "lng") if name not in (reader.fieldnames or ())]
    if missing:
        _refuse(
            path,
            f"the column {missing[0]!r} is missing",
            "name the columns kode, nama, lat, lng in the first line",
        )
    islands: list[dict[str, str | float]] = []
    for number, row in enumerate(rows, start=2):
        where = f"line {number}"
        texts = {key: _check_text(path, where, key, row[key]) for key in ("kode", "nama")}
        try:
            lat, lon = float(row["lat"]), float(row["lng"])
            check_point(lat, lon)
        except (TypeError, ValueError) as error:
            reason = error if isinstance(error, ShapeError) else "has no numbers in lat and lng"
            raise SitePackError(path.name, f"{where} {reason}", "correct that line") from error
        islands.append({**texts, "lat": lat, "lon": lon})
    _check_codes(path, ({key: str(island[key]) for key in ("kode", "nama")} for island in islands))
    return islands


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
