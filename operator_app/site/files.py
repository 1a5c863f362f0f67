"""The files that a site consists of: published ones, else those beside the window, else the plain default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from operator_app.domain.facts.site import digest_of
from operator_app.reading.toml import TomlFile

AGENCIES, KINDS, CARDS, KNOWN, LIMITS = "agencies", "kinds", "cards", "known", "limits"
PARTS = (AGENCIES, KINDS, CARDS, KNOWN, LIMITS)
"""The parts of a site, each a TOML file of that name."""
BORDERS, BASE_MAP = "borders", "base_map"
BIG = (BORDERS, BASE_MAP)
"""Parts that are files of megabytes: each window has its own copy, and the room knows only their digests."""
_SHOWN_DIGEST = 12


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a part as it was published."""

    part: str
    version: int
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of its text."""
        return digest_of(self.text)


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """The files of a site by part; `own` are those that are not of the plain default, `versions` those published."""

    files: Mapping[str, TomlFile]
    own: frozenset[str]
    versions: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, part: str) -> TomlFile:
        return self.files[part]

    def words(self) -> tuple[str, ...]:
        """Each part as `SiteTaken` tells it."""
        return tuple(
            f"{part} {self.versions.get(part, 0)} {digest_of(file.text)[:_SHOWN_DIGEST]}"
            for part, file in self.files.items()
        )


def site_files(folder: Path, default: Path, published: Mapping[str, Published]) -> SiteFiles:
    """The files in force: of each part what was published, else the plain default.

    Where nothing was published, the files in the folder come before the plain default: once a room publishes, what lies
    beside one of its windows has no say. Raises `BadFileError` for a file that cannot be read or is no TOML.
    """
    files: dict[str, TomlFile] = {}
    own = set(published)
    for part in PARTS:
        name = f"{part}.toml"
        if part in published:
            files[part] = TomlFile(f"{name} v{published[part].version}", published[part].text)
        elif not published and os.path.lexists(folder / name):  # also a link that leads nowhere: it is told
            own.add(part)
            files[part] = TomlFile.load(folder / name)
        else:
            files[part] = TomlFile.load(default / name)
    versions = {part: each.version for part, each in published.items()}
    return SiteFiles(files, frozenset(own), versions)


def parts_beside(folder: Path) -> tuple[str, ...]:
    """The parts that lie in that folder."""
    return tuple(part for part in PARTS if os.path.lexists(folder / f"{part}.toml"))


def unread_beside(folder: Path) -> tuple[str, ...]:
    """TOML files in a site's folder that nothing reads: a name that is misspelt, as a rule."""
    known = {f"{part}.toml" for part in PARTS}
    found = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return tuple(path.name for path in found if path.name not in known)
