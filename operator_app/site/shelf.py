"""What was published last, kept in the window's own folder: it starts with that for days without a server.

On disk: `<folder>/index.json` names part, version and SHA-256 of each; the texts lie beside it.
"""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from operator_app.reading.marks import Between
from operator_app.reading.shape import fit
from operator_app.site.files import Published

log = logging.getLogger(__name__)

_INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class _Row:
    version: Annotated[int, Between(1, 1_000_000_000)]
    digest: str


_Index = Mapping[Literal["agencies", "kinds", "cards", "known", "limits"], _Row]


class Shelf:
    """Reads and writes disk: not for the window's thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self) -> dict[str, Published]:
        """Return what is kept here; what was damaged is left out, and comes again from store or server."""
        try:
            index: Any = _Index
            rows, misfits = fit(index, json.loads((self._folder / _INDEX).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning(
                "%s cannot be read, what was published comes from the record: %s", self._folder, error
            )
            return {}
        if rows is None:
            log.warning("%s is no index of parts: %s", self._folder / _INDEX, misfits)
            return {}
        kept = {}
        for part, row in rows.items():
            try:
                found = Published(part, row.version, self._file(part, row.digest).read_bytes().decode())
            except (OSError, UnicodeDecodeError) as error:
                log.warning("%s v%d cannot be read: %s", part, row.version, error)
                continue
            if found.digest == row.digest:
                kept[part] = found
            else:
                log.warning("%s v%d was changed on this disk and is left out", part, row.version)
        return kept

    def keep(self, published: Mapping[str, Published]) -> None:
        """Keep these and forget the ones before, all or none. Raises `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for part, each in published.items():
            _write_synced(self._file(part, each.digest), each.text)
        rows = {part: {"version": each.version, "digest": each.digest} for part, each in published.items()}
        _write_synced(self._folder / _INDEX, json.dumps(rows))
        named = {self._file(part, each.digest) for part, each in published.items()}
        for path in self._folder.glob("*.toml"):
            if path not in named:
                path.unlink(missing_ok=True)

    def _file(self, part: str, digest: str) -> Path:
        return self._folder / f"{part}-{digest[:12]}.toml"


def _write_synced(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
