"""How a window finds its engine: the run folder with the door's address and a lock that dies with the engine."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ENGINE_FILE = "engine.json"
EXIT_RUNNING_ALREADY = 3
"""Exit code of an engine that found another one in its run folder."""
_LOCK_FILE = "engine.lock"


@dataclass(frozen=True, slots=True)
class EngineDoor:
    """Where an engine can be spoken to."""

    pid: int
    port: int
    token: str


def find_door(run_dir: Path) -> EngineDoor | None:
    """Return the door announced in the run folder, None when there is none; it may be that of a dead engine."""
    try:
        told = json.loads((run_dir / ENGINE_FILE).read_text())
        return EngineDoor(int(told["pid"]), int(told["port"]), str(told["token"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        # Written whole or not at all, so this was never ours: as good as none, the engine will write its own.
        return None


def lock_run_dir(run_dir: Path) -> IO[bytes] | None:
    """Take the run folder for this process until it ends; None when another living process has it."""
    file = (run_dir / _LOCK_FILE).open("ab")
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return file


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt  # noqa: PLC0415

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl  # noqa: PLC0415

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
