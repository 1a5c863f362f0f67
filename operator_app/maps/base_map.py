"""The base map of a site: a file of tiles that `site import` checked and took into use, beside the pack.

On disk: `<folder>/base/<version>.mbtiles` or `.pmtiles`, and `base.json`, which names the one in use with what it is.
The one before it is kept, because a running window may still draw from it; a new one is seen from the next start on.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from operator_app.maps.geometry import Box
from operator_app.maps.pack_files import SitePackError
from operator_app.maps.tile_check import TileError, check_picture, vector_layers
from operator_app.maps.tile_files import MbTiles, PmTiles, TileFacts, TileFileError, open_tiles, unpacked

BASE_SUFFIXES = (".mbtiles", ".pmtiles")
_FOLDER, _POINTER, _FORMAT = "base", "base.json", 2
_ZOOMS = range(23)
_OPENMAPTILES, _PROTOMAPS = frozenset({"transportation", "place"}), frozenset({"roads", "places"})
_CHUNK = 1 << 20
_FEW_DAMAGED = 5
"""One in so many tiles may be damaged."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A base map in use: `form` is png, jpg, webp or pbf; `schema` (vectors) openmaptiles or protomaps."""

    path: Path
    version: str
    name: str
    attribution: str
    form: str
    schema: str
    bounds: Box
    min_zoom: int
    max_zoom: int
    count: int
    size: int
    from_north: bool = False
    """Its rows count from the north, against its format."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What was odd when it was taken in, in words for a console; only then."""

    @property
    def is_vector(self) -> bool:
        """Whether it is drawn here, in the style of the theme."""
        return self.form == "pbf"

    @property
    def is_pmtiles(self) -> bool:
        """Whether the page reads it by ranges itself."""
        return self.path.suffix == ".pmtiles"

    @property
    def words(self) -> str:
        """The base map in one English line, for a console."""
        kind = f"vector, {self.schema}" if self.is_vector else self.form
        return (
            f"base map {self.name}: {kind}, zoom {self.min_zoom} to {self.max_zoom}, {self.count} tiles,"
            f" {self.size / 1e6:.1f} MB"
        )

    def for_page(self) -> dict[str, Any]:
        """Return what the map page needs to know."""
        box = self.bounds
        return {
            "name": self.name,
            "attribution": self.attribution,
            "vector": self.is_vector,
            "pmtiles": self.is_pmtiles,
            "file": self.path.name,
            "version": self.version,
            "schema": self.schema,
            "bounds": [box.south, box.west, box.north, box.east],
            "minZoom": self.min_zoom,
            "maxZoom": self.max_zoom,
        }


def check_base(source: Path, region: Box | None) -> tuple[TileFacts, str]:
    """Check a file of tiles in every way that an import does; return what it is and the schema of its layers.

    `region` is where the site lies, when that is known. Raises `SitePackError`: one sentence. Reads the whole file.
    """
    if source.suffix.lower() not in BASE_SUFFIXES:
        raise SitePackError(
            source.name, "is neither .mbtiles nor .pmtiles", "export the base map as one of them"
        )
    if not source.is_file():
        raise SitePackError(str(source), "there is no such file", "name the file of the base map")
    try:
        tiles = open_tiles(source)
    except OSError as error:
        raise SitePackError(source.name, f"cannot be read ({error.strerror})", "check its rights") from error
    except TileFileError as error:
        raise SitePackError(source.name, str(error), "copy or export it again") from error
    try:
        tiles.check_whole()
        facts = tiles.facts(region)
        schema = _check_facts(source, facts, region)
        layers, damaged = _check_sample(source, tiles, facts)
        if facts.form == "pbf" and not schema:
            schema = _schema(source, layers)
    except TileFileError as error:
        raise SitePackError(source.name, str(error), "copy or export it again") from error
    else:
        return replace(facts, notes=(*facts.notes, *damaged)), schema
    finally:
        tiles.close()


def _check_sample(source: Path, tiles: MbTiles | PmTiles, facts: TileFacts) -> tuple[set[str], list[str]]:
    """Look at some tiles of every zoom; a few damaged ones are told, more refuse the file. Returns layers and notes."""
    layers: set[str] = set()
    damaged: list[str] = []
    seen = 0
    for where, data in tiles.sample():
        seen += 1
        try:
            if facts.form == "pbf":
                layers |= vector_layers(unpacked(data)).keys()
            else:
                check_picture(data, facts.form)
        except (TileError, TileFileError) as error:
            damaged.append(f"{where} {error}")
    if len(damaged) * _FEW_DAMAGED > seen:
        raise SitePackError(source.name, damaged[0], "export it again")
    notes = (
        [f"{len(damaged)} of {seen} tiles that were looked at are damaged ({damaged[0]})"] if damaged else []
    )
    return layers, notes


def _check_facts(source: Path, facts: TileFacts, region: Box | None) -> str:
    if facts.form not in ("png", "jpg", "webp", "pbf"):
        shown = facts.form or "nothing"
        raise SitePackError(source.name, f"its metadata say {shown!r} as format", "use png, jpg, webp or pbf")
    if facts.min_zoom not in _ZOOMS or facts.max_zoom not in _ZOOMS or facts.min_zoom > facts.max_zoom:
        raise SitePackError(
            source.name, f"it has the zooms {facts.min_zoom} to {facts.max_zoom}", "use zooms from 0 to 22"
        )
    if facts.bounds is None:
        raise SitePackError(
            source.name, "it does not say where it lies (bounds)", "export it with its bounds"
        )
    if region is not None and not _meet(facts.bounds, region):
        box = facts.bounds
        where = f"{box.south:.2f} to {box.north:.2f} north, {box.west:.2f} to {box.east:.2f} east"
        raise SitePackError(source.name, f"it shows another region ({where})", "cut it out for this site")
    return _schema(source, set(facts.layers)) if facts.form == "pbf" and facts.layers else ""


def _schema(source: Path, layers: set[str]) -> str:
    if layers & _OPENMAPTILES:
        return "openmaptiles"
    if layers & _PROTOMAPS:
        return "protomaps"
    known = ", ".join(sorted(layers)[:5]) or "none"
    raise SitePackError(
        source.name,
        f"its layers ({known}) are neither those of OpenMapTiles nor of Protomaps",
        "make it by tilemaker or planetiler",
    )


def _meet(one: Box, other: Box) -> bool:
    return (
        one.south <= other.north
        and other.south <= one.north
        and one.west <= other.east
        and other.west <= one.east
    )


def import_base(source: Path, into: Path, region: Box | None) -> BaseMap:
    """Check the file and take it into use under the site folder `into`, all or nothing.

    Raises `SitePackError`, after which the one in use is as it was. Copies the file: not for the window's thread.
    """
    facts, schema = check_base(source, region)
    folder = into / _FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".new{source.suffix.lower()}"
        try:
            digest, size = _copy(source, fresh)
            version = digest[:12]
            target = folder / f"{version}{source.suffix.lower()}"
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        assert facts.bounds is not None
        base = BaseMap(
            target, version, facts.name or source.stem, facts.attribution, facts.form, schema, facts.bounds,
            facts.min_zoom, facts.max_zoom, facts.count, size, facts.from_north, facts.notes,
        )  # fmt: skip
        before = _in_use(folder)
        _point_to(folder, base)
        _tidy(folder, {target.name, before})
    except OSError as error:
        where = error.filename or folder
        raise SitePackError(
            str(where), f"cannot be written ({error.strerror})", "free space or rights there"
        ) from error
    return base


def load_base(folder: Path) -> BaseMap | None:
    """Return the base map in use under a site folder, None when there is none; raises `SitePackError`."""
    path = folder / _FOLDER / _POINTER
    if not path.exists():
        return None
    try:
        said: Mapping[str, Any] = json.loads(path.read_bytes())
        if said["format_version"] not in (1, _FORMAT):
            raise ValueError("another version of this program wrote it")
        file = path.parent / Path(said["path"]).name
        base = BaseMap(
            **{
                **{k: v for k, v in said.items() if k != "format_version"},
                "path": file,
                "bounds": Box(**said["bounds"]),
            }
        )
        size = file.stat().st_size
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SitePackError(str(path), f"cannot be used ({error})", "import the base map again") from error
    if size != base.size:
        raise SitePackError(str(file), "was changed or cut short", "import the base map again")
    return base


def _copy(source: Path, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as from_, target.open("wb") as to:
        while chunk := from_.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            to.write(chunk)
        to.flush()
        os.fsync(to.fileno())
    shutil.copymode(source, target)
    target.chmod(0o644)
    return digest.hexdigest(), size


def _point_to(folder: Path, base: BaseMap) -> None:
    said = {**asdict(base), "path": base.path.name, "format_version": _FORMAT}
    del said["notes"]
    fresh = folder / f".{_POINTER}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _POINTER)


def _in_use(folder: Path) -> str:
    try:
        return str(json.loads((folder / _POINTER).read_bytes())["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _tidy(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.suffix in BASE_SUFFIXES and path.name not in kept:
            path.unlink(missing_ok=True)
