"""The files that a site consists of: its own, and the plain default for those that it lacks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operator_app.reading.toml import TomlFile

AGENCIES, KINDS, CARDS, KNOWN, LIMITS = "agencies", "kinds", "cards", "known", "limits"
PARTS = (AGENCIES, KINDS, CARDS, KNOWN, LIMITS)
"""The parts of a site, each a TOML file of that name."""


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """The files of a site by part; `own` are those that the site brings itself."""

    files: Mapping[str, TomlFile]
    own: frozenset[str]

    def __getitem__(self, part: str) -> TomlFile:
        return self.files[part]


def files_beside(folder: Path, default: Path) -> SiteFiles:
    """The files of a site's folder, the others from the plain default. Raises `BadFileError`."""
    own = frozenset(part for part in PARTS if os.path.lexists(folder / f"{part}.toml"))
    files = {part: TomlFile.load((folder if part in own else default) / f"{part}.toml") for part in PARTS}
    return SiteFiles(files, own)
