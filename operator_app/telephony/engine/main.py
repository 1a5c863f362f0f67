"""The engine's process: `phone-engine --run-dir DIR`."""

import argparse
import faulthandler
import json
import logging
import logging.handlers
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import IO

from operator_app.telephony.rendezvous import ENGINE_FILE, EXIT_RUNNING_ALREADY, lock_run_dir

_log = logging.getLogger("operator_app.telephony.engine")


def main(argv: list[str] | None = None) -> int:
    """Run one phone engine until it is told to stop or left alone; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="phone-engine", description="The phone of one seat, in a process of its own."
    )
    parser.add_argument(
        "--run-dir", type=Path, required=True, help="folder for the engine's door, logs and traces"
    )
    run_dir: Path = parser.parse_args(argv).run_dir
    os.umask(0o077)  # recordings and traces tell of callers
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = lock_run_dir(run_dir)
    if lock is None:
        print(f"An engine already runs in {run_dir}.", file=sys.stderr)  # noqa: T201
        return EXIT_RUNNING_ALREADY
    with lock, _fault_trace(run_dir):
        _set_up_log(run_dir)
        _run(run_dir)
    return 0


def _run(run_dir: Path) -> None:
    # Loading the library takes longest, so it comes after the lock and before the door is announced.
    from operator_app.telephony.engine.limits import library_limits  # noqa: PLC0415
    from operator_app.telephony.engine.session import Session  # noqa: PLC0415

    token = secrets.token_hex(16)
    session = Session(run_dir, token, library_limits())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: session.stop(f"signal {number}"))
    door = {"pid": os.getpid(), "port": session.port, "token": token, "started_at": time.time()}
    _write_private(run_dir / ENGINE_FILE, json.dumps(door))
    try:
        session.run()
    except BaseException:
        _log.exception("the engine failed")
        raise
    finally:
        (run_dir / ENGINE_FILE).unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _fault_trace(run_dir: Path) -> IO[str]:
    trace = (run_dir / "fault.log").open("a")
    trace.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%S%z')} pid {os.getpid()}\n")
    trace.flush()
    faulthandler.enable(trace)
    return trace


def _set_up_log(run_dir: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(run_dir / "engine.log", maxBytes=2 << 20, backupCount=5)
    handler.setFormatter(
        logging.Formatter("%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)


if __name__ == "__main__":
    sys.exit(main())
