"""Waiting for facts: nothing sleeps a fixed time, and what was waited for in vain is told with all that is known."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_S = 0.02


class RoomError(Exception):
    """The room cannot be set up or driven; one sentence says why and what to do."""


class WaitFailedError(RoomError):
    """A fact did not come in time; the text names the fact and then shows what was to be seen instead."""


def wait_for(
    what: str,
    look: Callable[[], T | None],
    limit_s: float = 20.0,
    report: Callable[[], str] | None = None,
    every_s: float = LOOK_EVERY_S,
) -> T:
    """Return the first result of `look` that is neither None nor False. Raises `WaitFailedError` with `report()`."""
    end = time.monotonic() + limit_s
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        left = end - time.monotonic()
        if left <= 0:
            raise WaitFailedError(
                f"waited {limit_s:g} s in vain: {what}" + (f"\n{report()}" if report else "")
            )
        time.sleep(min(every_s, left))
