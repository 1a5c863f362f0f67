"""Ends what a room has started, whatever became of the room itself.

Every process of a room carries the room's tag in its environment, and so do the processes that it starts. A reaper
runs beside the room and reads from a pipe: when the pipe closes, because the room is done or because it was killed,
the reaper ends every process with the tag. A line on the pipe names a folder; who works in there is ended as well:
PostgreSQL writes over its environment, but its working folder is its data. A line that begins with `-` names a folder
outside the room's own that is removed when all has ended.
Run as `python -m operator_app.room.reaper TAG`.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TAG_VARIABLE = "OPERATOR_ROOM"
GRACE_S = 3.0
LIMIT_S = 20.0


def members(tag: str, folders: Sequence[Path] = ()) -> dict[int, str]:
    """Return the living processes with this tag or working in these folders, as number and command; not this one."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if _belongs(entry, tag, folders):
                command = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                )
                if command:  # a zombie has none
                    found[int(entry.name)] = command
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found


def end_all(tag: str, folders: Sequence[Path] = (), grace_s: float = GRACE_S) -> dict[int, str]:
    """End every such process, by TERM and after `grace_s` by KILL; return those that were there."""
    start = time.monotonic()
    met: dict[int, str] = {}
    while (alive := members(tag, folders)) and time.monotonic() - start < LIMIT_S:
        kill = time.monotonic() - start > grace_s
        for pid, command in alive.items():
            if pid not in met or kill:
                _send(pid, signal.SIGKILL if kill else signal.SIGTERM)
            met[pid] = command
        time.sleep(0.05)
    return met


def _belongs(entry: Path, tag: str, folders: Sequence[Path]) -> bool:
    if f"{TAG_VARIABLE}={tag}".encode() in (entry / "environ").read_bytes().split(b"\0"):
        return True
    return bool(folders) and any((entry / "cwd").readlink().is_relative_to(folder) for folder in folders)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def main(tag: str) -> int:
    """Wait until standard input closes, then end the room."""
    lines = [line.rstrip("\n") for line in sys.stdin]
    end_all(tag, [Path(line) for line in lines if not line.startswith("-")])
    for line in lines:
        if line.startswith("-"):
            shutil.rmtree(line[1:], ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
