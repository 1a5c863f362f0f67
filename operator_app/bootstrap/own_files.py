"""Files that a window writes for itself: what is sound counts, the rest is told, nothing keeps a seat from calls."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

from operator_app.reading.fault import BadFileError, Fault
from operator_app.reading.toml import TomlFile

log = logging.getLogger(__name__)


def read_own(path: Path, kind: Any) -> tuple[Any, tuple[Fault, ...]]:
    """Return what fits of the file, None where there is none, and every fault in it; `kind` needs no key."""
    if not os.path.lexists(path):
        return None, ()
    try:
        value, faults = TomlFile.load(path).read_sound(kind)
    except BadFileError as error:
        value, faults = None, error.faults
    for fault in faults:
        log.warning("%s", fault)
    return value, faults


async def write_own(path: Path, text: str) -> None:
    """Write the file whole or not at all. Raises `OSError`."""
    await asyncio.to_thread(_write, path, text)


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
