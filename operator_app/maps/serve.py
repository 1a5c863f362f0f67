"""What the map page may ask for, and nothing else: a path in, bytes and their kind out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operator_app.maps.site import Site

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
    """A file of the map page: its bytes and its MIME type."""

    data: bytes
    mime: str


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
        self.set_site(site)

    def set_site(self, site: Site) -> None:
        """Serve this site's layers under /site/ from now on."""
        self._site = {
            f"/site/{name}.json": Asset(data, _KINDS[".json"]) for name, data in site.layers.items()
        }

    def answer(self, path: str) -> Asset | None:
        """Return what lies at the path, which is taken letter by letter; None when there is nothing."""
        return self._site.get(path) or self._fixed.get(path)
