"""The start of a window: a step that fails is shown, and costs none of the others."""

import asyncio
from typing import cast

from operator_app.bootstrap.frame import in_turn
from operator_app.ui.window_app import WindowApp


class Screen:
    """Takes what is reported."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def report(self, error: BaseException, where: str) -> None:
        self.told.append(f"{where}: {error}")


def test_a_full_disk_at_the_start_does_not_keep_a_seat_from_its_server() -> None:
    done: list[str] = []

    async def full() -> None:
        raise OSError("disk full")

    async def joined() -> None:
        done.append("joined")

    screen = Screen()
    asyncio.run(in_turn(cast(WindowApp, screen), {"start": full, "link": joined}))
    assert (screen.told, done) == (["start: disk full"], ["joined"])
