"""What the map page may ask for, and nothing else: a path in, bytes and their kind out."""

import logging
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from operator_app.maps.base_map import BaseMap
from operator_app.maps.site import Site
from operator_app.maps.tile_files import MbTiles, TileFileError, unpacked

_log = logging.getLogger(__name__)

PAGE = "/index.html"
_KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the map page: its bytes and its MIME type; with a `path` it is read from there, by ranges."""

    data: bytes
    mime: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class MapAssets:
    """The files of the page that belong to the program, by path; read once, then held."""

    files: Mapping[str, Asset]


def load_assets(resources: Path) -> MapAssets:
    """Read the page's files from `resources/map` and the fonts beside it; reads about 500 kB of disk."""
    found: dict[str, Asset] = {}
    for folder, prefix in ((resources / "map", ""), (resources / "fonts", "/fonts")):
        for path in sorted(folder.rglob("*")):
            kind = _KINDS.get(path.suffix)
            if kind and path.is_file():
                found[f"{prefix}/{path.relative_to(folder).as_posix()}"] = Asset(path.read_bytes(), kind)
    return MapAssets(found)


class MapServer:
    """Answers the page's requests from memory: only listed paths exist, so no path can climb out of anything."""

    def __init__(self, assets: MapAssets, site: Site, extra: Mapping[str, Asset]) -> None:
        self._fixed = {**assets.files, **extra}
        self._site: dict[str, Asset] = {}
        self._base: BaseTiles | None = None
        self.on_trouble: Callable[[str], object] = _log.error
        """Told, once, why tiles of the base map can no longer be read."""
        self.set_site(site)

    def set_site(self, site: Site) -> None:
        """Serve this site's layers under /site/ from now on."""
        self._site = {
            f"/site/{name}.json": Asset(data, _KINDS[".json"]) for name, data in site.layers.items()
        }
        self.close()
        if site.base is not None and site.base.is_pmtiles:
            self._site[f"/{site.base.path.name}"] = Asset(b"", "application/octet-stream", site.base.path)
        elif site.base is not None:
            self._base = BaseTiles(site.base, self._tell)

    def answer(self, path: str) -> Asset | None:
        """Return what lies at the path, which is taken letter by letter; None when there is nothing."""
        if self._base is not None and path.startswith("/tiles/"):
            return self._base.answer(path)
        return self._site.get(path) or self._fixed.get(path)

    def close(self) -> None:
        """Let go of the base map's file."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def _tell(self, reason: str) -> None:
        self.on_trouble(reason)


_TILE = re.compile(r"/tiles/[0-9a-f]{12}/(\d{1,2})/(\d{1,8})/(\d{1,8})")
_MIMES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "pbf": "application/x-protobuf"}
_CLEAR = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""A picture of one clear pixel: for tiles that a picture map does not have."""


class BaseTiles:
    """Tiles of an MBTiles base map by address, 0.2 ms each; what is not there is empty, never an error of the page.

    (A vector tile that is refused instead keeps protomaps-leaflet 5.1 from ever finishing the layer.)
    """

    def __init__(self, base: BaseMap, tell: Callable[[str], object]) -> None:
        """`tell` hears, once, that the file cannot be read."""
        self._base, self._tell = base, tell
        self._mime = _MIMES[base.form]
        self._told = False
        self._tiles: MbTiles | None = None

    def answer(self, path: str) -> Asset | None:
        """Return the tile at the address; None when it is no address of a tile of this map."""
        match = _TILE.fullmatch(path)
        if match is None or path.split("/")[2] != self._base.version:
            return None
        data = None
        try:
            if int(match[1]) <= self._base.max_zoom:
                if self._tiles is None:
                    self._tiles = MbTiles(self._base.path, from_north=self._base.from_north)
                data = self._tiles.tile(*(int(part) for part in match.groups()))
                if data is not None and self._base.is_vector:
                    data = unpacked(data)
        except (sqlite3.Error, TileFileError, OverflowError) as error:
            self._complain(str(error))
            data = None
        if data is None:
            return Asset(b"", self._mime) if self._base.is_vector else Asset(_CLEAR, _MIMES["png"])
        return Asset(data, self._mime)

    def close(self) -> None:
        """Let go of the file."""
        if self._tiles is not None:
            self._tiles.close()

    def _complain(self, reason: str) -> None:
        if not self._told:
            self._told = True
            self._tell(f"{self._base.path.name}: {reason}")
