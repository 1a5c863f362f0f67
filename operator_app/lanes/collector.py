"""Keeps garbage collections out of the operator's way: a full one over a room's history holds every thread for long."""

import gc
import time
from collections.abc import Callable

YOUNG = 20_000
"""New objects between two collections of the youngest; those take well under a millisecond."""
NEVER = 1_000_000
THOROUGH_AFTER_S = 600.0
"""So long nothing may have happened before everything is looked at again."""


class QuietCollector:
    """Looks at what is new only, while nobody is on the line; what survives is then set apart and not looked at again.

    What is set apart and no longer used is still freed at once, unless it lies in a ring of references. For those, all
    is looked at in a long quiet. One thread, the window's.
    """

    def __init__(self, idle: Callable[[], bool], now: Callable[[], float] = time.monotonic) -> None:
        """`idle` says whether a pause would harm nobody at this moment."""
        self._idle = idle
        self._now = now
        self._quiet_since: float | None = None
        self._before = gc.get_threshold()

    def start(self) -> None:
        """Take over from the interpreter's own rule. Call it when the window is up.

        What the start has made is set apart unseen: nearly all of it lives as long as the window, and to look at it
        would hold up the first paint.
        """
        gc.set_threshold(YOUNG, 50, NEVER)
        gc.freeze()
        gc.enable()

    def tick(self) -> None:
        """Collect if this is a good moment; call it every few seconds."""
        if not self._idle():
            self._quiet_since = None
            return
        now = self._now()
        if self._quiet_since is None:
            self._quiet_since = now
        if now - self._quiet_since >= THOROUGH_AFTER_S:
            self._quiet_since = now
            gc.unfreeze()
        self._sweep()

    def stop(self) -> None:
        """Give the interpreter its own rule back."""
        gc.unfreeze()
        gc.set_threshold(*self._before)

    @staticmethod
    def _sweep() -> None:
        gc.collect()
        gc.freeze()
