"""A window of the program with a death planted in its thread: it dies once the file named behind the death is there."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest.mock import patch

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from operator_app.__main__ import main
from operator_app.room.waiting import wait_for
from operator_app.ui.seat import seat_app

TOLD_S = 120.0
EXIT_CODE = 3


def _error() -> None:
    raise RuntimeError("planted")


def _interrupt() -> None:
    raise KeyboardInterrupt


def _exit() -> None:
    sys.exit(EXIT_CODE)


DEATHS: dict[str, Callable[[], None]] = {
    "error": _error,
    "interrupt": _interrupt,
    "exit": _exit,
    "exit in a slot": lambda: QTimer.singleShot(0, _exit),
    "abort": os.abort,
}
"""What happens in the window's thread; `abort` is how Qt ends a program that cannot go on."""


def planted(death: str, told: Path) -> Callable[[QWidget], Awaitable[None]]:
    """Return what stands in the place of waiting until a person closes the window."""

    async def until_told(window: QWidget) -> None:
        assert window.isVisible()
        await asyncio.to_thread(wait_for, "the window is told to die", told.exists, TOLD_S)
        DEATHS[death]()
        await asyncio.Event().wait()

    return until_told


if __name__ == "__main__":
    with patch.object(seat_app, "until_closed", planted(sys.argv.pop(1), Path(sys.argv.pop(1)))):
        sys.exit(main())
