"""The keys that a person set at this seat, in a file of its own: read at the start, written whole or not at all."""

import asyncio
import json
import logging
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from operator_app.ui.keys.keymap import Deed, KeyMap

log = logging.getLogger(__name__)

KEYS_FILE = "keys.toml"
HEAD = "# Keys set at this seat, by deed; written by the window. Delete the file to have all keys as delivered.\n"


def load_keys(folder: Path) -> KeyMap:
    """Return the keys of the seat in that folder; a file that cannot be read must not keep a seat from its calls."""
    path = folder / KEYS_FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return KeyMap()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        log.exception("%s cannot be read, all keys are as delivered", path)
        return KeyMap()
    known = set(Deed)
    strange = [name for name in table if name not in known or not isinstance(table[name], str)]
    if strange:
        log.warning("%s names what is no deed of this version: %s", path, ", ".join(strange))
    return KeyMap(own={Deed(name): key for name, key in table.items() if name not in strange})


async def keep_keys(folder: Path, own: Mapping[str, str]) -> None:
    """Write the keys that differ from those delivered. Raises `OSError`."""
    lines = [f"{deed} = {json.dumps(key)}\n" for deed, key in sorted(own.items())]
    await asyncio.to_thread(_write, folder / KEYS_FILE, HEAD + "".join(lines))


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
