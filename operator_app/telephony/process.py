"""Starting and ending the engine's process. It is no part of the window's process group: it outlives the window."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OUTPUT_FILE = "engine-out.log"

ENGINE_COMMAND = (sys.executable, "-m", "operator_app.telephony.engine.main")


def spawn(command: Sequence[str], run_dir: Path) -> "subprocess.Popen[bytes]":
    """Start an engine for the run folder; blocks for the time of a fork."""
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    with (run_dir / OUTPUT_FILE).open("wb") as output:
        return subprocess.Popen(
            [*command, "--run-dir", str(run_dir)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            creationflags=flags,
        )


def last_words(run_dir: Path) -> str:
    """Return the end of what the engine printed, in one line."""
    try:
        lines = (run_dir / OUTPUT_FILE).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][-300:] if lines else ""


def let_go(child: "subprocess.Popen[bytes]") -> None:
    """Leave an engine running on purpose: it is no child to be waited for any more."""
    child.returncode = 0


def kill(pid: int) -> None:
    """End a process that no longer listens."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
