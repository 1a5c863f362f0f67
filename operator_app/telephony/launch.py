"""Starts the engine's process; loads nothing else, so that a window can do it before all its other work."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from operator_app.lanes.child import own_process
from operator_app.telephony.rendezvous import lock_run_dir

OUTPUT_FILE = "engine-out.log"
ENGINE_COMMAND = own_process("operator_app.telephony.engine.main")


def launch(run_dir: Path, command: Sequence[str] = ENGINE_COMMAND) -> "subprocess.Popen[bytes]":
    """Start an engine for that folder, in no process group of this program: it outlives it. Raises `OSError`."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (run_dir / OUTPUT_FILE).open("wb") as output:
        return subprocess.Popen(
            [*command, "--run-dir", str(run_dir)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            creationflags=flags,
        )


def launch_early(run_dir: Path) -> "subprocess.Popen[bytes] | None":
    """Start an engine unless one lives there already or it cannot be: whoever needs the phone tries again and tells."""
    try:
        run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = lock_run_dir(run_dir)
        if lock is None:
            return None
        lock.close()
        return launch(run_dir)
    except OSError:
        return None
