"""The keys that a person set at this window, in a file of its own: read at the start, written whole or not at all."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from operator_app.bootstrap.own_files import read_own, write_own
from operator_app.reading.fault import Fault
from operator_app.reading.marks import OneOf
from operator_app.ui.keys.deeds import Deed
from operator_app.ui.keys.keymap import KeyMap

KEYS_FILE = "keys.toml"
HEAD = "# Keys set at this seat, by deed; written by the window. Delete the file to have all keys as delivered.\n"


def load_keys(folder: Path, deeds: Sequence[Deed[Any]]) -> tuple[KeyMap, tuple[Fault, ...]]:
    """Return the keys of the window in that folder, and what is wrong in its file: those keys are as delivered."""
    known = OneOf(tuple(deed.id for deed in deeds), "deed")
    own, faults = read_own(folder / KEYS_FILE, Mapping[Annotated[str, known], str])
    return KeyMap(deeds, own), faults


async def keep_keys(folder: Path, own: Mapping[str, str]) -> None:
    """Write the keys that differ from those delivered. Raises `OSError`."""
    lines = [f"{deed} = {json.dumps(key)}\n" for deed, key in sorted(own.items())]
    await write_own(folder / KEYS_FILE, HEAD + "".join(lines))
