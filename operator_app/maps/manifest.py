"""`site.toml` of a pack: it may name the site, its source, and the files of its layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from operator_app.maps.roles import ROLES
from operator_app.reading.marks import OneOf, Printable
from operator_app.reading.shape import Misfit
from operator_app.reading.toml import TomlFile

MANIFEST = "site.toml"
_PLAIN = Printable(120)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What it says; a pack without one says nothing."""

    name: Annotated[str, _PLAIN] = ""
    attribution: Annotated[str, _PLAIN] = ""
    files: Mapping[Annotated[str, OneOf(tuple(ROLES), "layer")], Annotated[str, _PLAIN]] = field(
        default_factory=dict
    )


def read_manifest(source: Path) -> Manifest:
    """The manifest of the pack in that folder. Raises `BadFileError`; the files that it names are there, and inside."""
    path = source / MANIFEST
    if not path.exists():
        return Manifest()
    file = TomlFile.load(path)
    manifest = file.read(Manifest)
    misfits = []
    for role, name in manifest.files.items():
        named = source / name
        if not named.resolve().is_relative_to(source.resolve()):
            misfits.append(Misfit(("files", role), "outside", {"path": name}))
        elif not named.is_file():
            misfits.append(Misfit(("files", role), "no_such_file", {"path": name}))
    if misfits:
        raise file.refusal(misfits)
    return manifest
