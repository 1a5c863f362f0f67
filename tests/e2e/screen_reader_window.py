"""The operator's window in the middle of a call, until its standard input ends; prints "shown" once it is there."""

import asyncio
import sys

from PySide6.QtWidgets import QApplication

from tests.ui.test_seat_window import Stage, staged


async def stand(it: Stage) -> None:
    """Stand until nobody holds the pipe any more."""
    assert it.window.isVisible()
    sys.stdout.write("shown\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    staged(QApplication(sys.argv[:1]), stand)
