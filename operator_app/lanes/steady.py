"""This PC's counters: one that no hand on its clock moves, and what tells one start of the PC from another."""

import time
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_WITH_SLEEP = getattr(time, "CLOCK_BOOTTIME", None)


def steady_s() -> float:
    """Seconds since some moment of this start of the PC, the time that it slept included. From any thread."""
    return time.monotonic() if _WITH_SLEEP is None else time.clock_gettime(_WITH_SLEEP)


def boot_id() -> str:
    """What is the same until the PC is started anew, or "" where the system does not tell."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
