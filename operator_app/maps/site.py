"""The site pack in use: taken in as a new version beside the old ones, loaded, asked where a point lies.

On disk: `<folder>/<version>/` holds `site.json` (what is in it, with SHA-256 of every file), the layers as the map is
served them, and the notices of the source; `<folder>/current` names the version in use. A version is never changed.
"""

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from operator_app.maps.base_map import BaseMap, load_base
from operator_app.maps.gazetteer import Gazetteer
from operator_app.maps.geometry import Box, read_area
from operator_app.maps.listed import LISTED_FILE, ListedFile, listed_bytes, read_checked
from operator_app.maps.names import PlaceHit
from operator_app.maps.pack import Pack, SitePackError, read_pack
from operator_app.maps.region import Neighbour, Place, Village, VillageFinder

__all__ = ["Neighbour", "Place", "PlaceHit", "Site", "SitePackError", "SiteReport", "Village"]
__all__ += ["default_site", "has_site", "import_site", "load_site", "with_base"]

_FORMAT = 1
_CONTENT = "site.json"
_POINTER = "current"


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What an import took in. `unchanged` means that the same pack was in use already and nothing was written."""

    version: str
    name: str
    counts: Mapping[str, int]
    warnings: tuple[str, ...]
    unchanged: bool = False

    @property
    def summary(self) -> str:
        """Return the report as one English line for a console."""
        layers = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        state = "was in use already" if self.unchanged else "is now in use"
        return f"{self.name}: {layers}; version {self.version} {state}"


@dataclass(frozen=True, slots=True)
class Site:
    """The regency a seat works in; without a site pack the plain default, which knows no village.

    `layers` are GeoJSON (`pulau`: a list) as bytes, by layer name. Immutable, so any lane may ask it.
    """

    version: str
    name: str
    attribution: str
    bounds: Box
    layers: Mapping[str, bytes]
    villages: tuple[Village, ...]
    places: tuple[PlaceHit, ...]
    """Kecamatan, villages and islands; roads and landmarks are in the file `listed`."""
    names: Gazetteer = field(repr=False, compare=False)
    neighbours: tuple[Neighbour, ...] = field(default=(), repr=False)
    listed: ListedFile | None = None
    base: BaseMap | None = None
    """The base map in use beside the pack, if there is one."""

    def locate(self, lat: float, lon: float) -> Place | None:
        """Return the village under the point, or None outside of all; good for finding, not for proving a border."""
        for village in self.villages:
            if village.area.holds(lat, lon):
                return village.place
        return None

    def neighbour_at(self, lat: float, lon: float) -> str | None:
        """Return the neighbour whose area holds the point; ask `locate` first, for neighbours are drawn coarsely."""
        return next((each.name for each in self.neighbours if each.area.holds(lat, lon)), None)

    def search(self, text: str, limit: int = 10) -> tuple[PlaceHit, ...]:
        """Return kecamatan, desa and islands whose names fit what was typed, best first; `Places` knows the rest."""
        return self.names.search(text, limit)


def import_site(source: Path, into: Path) -> SiteReport:
    """Check the pack in `source` and put it into use as a new version under `into`, all or nothing.

    Raises SitePackError, after which the site in use is as it was. Reads and writes disk: not for the window's thread.
    """
    pack = read_pack(source)
    files = {f"{role}.json": data for role, data in pack.layers.items()} | dict(pack.notices)
    if pack.listed:
        files[LISTED_FILE] = listed_bytes(pack.listed, VillageFinder(_villages(pack.layers)))
    content = _content_bytes(pack, files)
    digest = hashlib.sha256(content).hexdigest()[:12]
    try:
        into.mkdir(parents=True, exist_ok=True)
        if has_site(into) and _is_same(into, digest):
            return SiteReport(_current(into), pack.name, pack.counts, pack.warnings, unchanged=True)
        version = f"{_next_number(into):04d}-{digest}"
        _write_version(into, version, files | {_CONTENT: content})
        _point_to(into, version)
    except OSError as error:
        where = error.filename or into
        raise SitePackError(
            str(where), f"cannot be written ({error.strerror})", "free space or rights there"
        ) from error
    return SiteReport(version, pack.name, pack.counts, pack.warnings)


def has_site(folder: Path) -> bool:
    """Return whether a site pack was ever put into use in the folder."""
    return (folder / _POINTER).exists()


def load_site(folder: Path) -> Site:
    """Return the site in use under the folder that `import_site` wrote.

    Raises SitePackError when there is none or its files were changed or lost. Takes about 60 ms for 45,000 points.
    """
    version = _current(folder)
    home = folder / version
    content = _read_content(home)
    layers = {
        name.removesuffix(".json"): read_checked(home / name, digest)
        for name, digest in content["files"].items()
        if name.endswith(".json")
    }
    villages = _villages(layers)
    places = tuple(_named_places(villages, layers))
    listed = content["files"].get(LISTED_FILE)
    return Site(
        version=version,
        name=content["name"],
        attribution=content["attribution"],
        bounds=Box(**content["bounds"]),
        layers=layers,
        villages=villages,
        places=places,
        names=Gazetteer.in_memory(places, (content["name"],)),
        neighbours=_neighbours(layers),
        listed=None if listed is None else ListedFile(home / LISTED_FILE, listed),
    )


def default_site(resources: Path) -> Site:
    """Return the plain site of a program without a site pack: sea and coast, no border, no village."""
    path = resources / "map" / "default.toml"
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
        bounds = Box(**plain["bounds"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SitePackError(path.name, f"cannot be read ({error})", "install the program again") from error
    return Site("default", "", plain["attribution"], bounds, {}, (), (), Gazetteer.in_memory(()))


def _content_bytes(pack: Pack, files: Mapping[str, bytes]) -> bytes:
    content = {
        "format": _FORMAT,
        "name": pack.name,
        "attribution": pack.attribution,
        "bounds": asdict(pack.bounds),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _is_same(into: Path, digest: str) -> bool:
    """Return whether the pack of this digest is in use and still sound on disk."""
    try:
        if not _current(into).endswith(digest):
            return False
        load_site(into)
    except SitePackError:
        return False
    return True


def _next_number(into: Path) -> int:
    numbers = [path.name.partition("-")[0] for path in into.iterdir() if path.is_dir()]
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1


def _write_version(into: Path, version: str, files: Mapping[str, bytes]) -> None:
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=into))
    try:
        for name, data in files.items():
            _write_synced(fresh / name, data)
        _sync_folder(fresh)
        fresh.chmod(0o755)
        fresh.rename(into / version)
        _sync_folder(into)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _point_to(into: Path, version: str) -> None:
    fresh = into / f".{_POINTER}-{version}"
    _write_synced(fresh, f"{version}\n".encode())
    fresh.replace(into / _POINTER)
    _sync_folder(into)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows cannot open a folder; NTFS journals the rename itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _current(folder: Path) -> str:
    path = folder / _POINTER
    try:
        version = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SitePackError(str(path), f"cannot be read ({error})", "import the site pack again") from error
    if not version or Path(version).name != version:
        raise SitePackError(str(path), "names no version", "import the site pack again")
    return version


def _read_content(home: Path) -> Mapping[str, Any]:
    path = home / _CONTENT
    try:
        content = json.loads(path.read_bytes())
        if hashlib.sha256(path.read_bytes()).hexdigest()[:12] != home.name.partition("-")[2]:
            raise ValueError("its content was changed")
    except (OSError, ValueError) as error:
        raise SitePackError(str(path), f"cannot be used ({error})", "import the site pack again") from error
    if content["format"] != _FORMAT:
        raise SitePackError(
            str(path), f"has format {content['format']}, not {_FORMAT}", "import the site pack again"
        )
    return dict(content)


def _villages(layers: Mapping[str, bytes]) -> tuple[Village, ...]:
    """The villages; of two of one name in one kecamatan each says what it is, so that an incident's words name one."""
    villages = tuple(_village(feature) for feature in json.loads(layers["desa"])["features"])
    names = Counter((each.place.desa, each.place.kecamatan) for each in villages)
    kinds = Counter((each.place.desa, each.place.jenis, each.place.kecamatan) for each in villages)
    told = []
    for each in villages:
        at = each.place
        if names[at.desa, at.kecamatan] > 1:
            mark = at.jenis if kinds[at.desa, at.jenis, at.kecamatan] == 1 else at.kode
            each = replace(each, place=replace(at, desa=f"{at.desa} ({mark})"))  # noqa: PLW2901
        told.append(each)
    return tuple(told)


def _village(feature: Mapping[str, Any]) -> Village:
    own = feature["properties"]
    lon, lat = own["lp"]
    place = Place(own["kode"], own["nama"], own["jenis"], own["kecamatan"])
    return Village(place, read_area(feature["geometry"]), lat, lon)


def _neighbours(layers: Mapping[str, bytes]) -> tuple[Neighbour, ...]:
    if "sekitar" not in layers:
        return ()
    rows = json.loads(layers["sekitar"])["features"]
    return tuple(Neighbour(row["properties"]["nama"], read_area(row["geometry"])) for row in rows)


def _named_places(villages: tuple[Village, ...], layers: Mapping[str, bytes]) -> list[PlaceHit]:
    places = []
    for feature in json.loads(layers["kecamatan"])["features"]:
        own = feature["properties"]
        places.append(
            PlaceHit(own["nama"], "kecamatan", own["kode"], "", own["nama"], own["lp"][1], own["lp"][0])
        )
    for village in villages:
        at = village.place
        places.append(PlaceHit(at.desa, at.jenis, at.kode, at.desa, at.kecamatan, village.lat, village.lon))
    for island in json.loads(layers.get("pulau", b"[]")):
        lat, lon = island["lat"], island["lon"]
        under = next((village.place for village in villages if village.area.holds(lat, lon)), None)
        desa, kecamatan = (under.desa, under.kecamatan) if under else ("", "")
        places.append(PlaceHit(island["nama"], "pulau", island["kode"], desa, kecamatan, lat, lon))
    return places


def with_base(site: Site, folder: Path) -> tuple[Site, SitePackError | None]:
    """Return the site with the base map in use under the folder; a damaged one is told and left out."""
    try:
        return replace(site, base=load_base(folder)), None
    except SitePackError as error:
        return site, error
