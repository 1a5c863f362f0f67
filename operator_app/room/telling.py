"""Tells the steps of a scripted shift as they are seen: time since the start, what was seen, how long it took."""

import time
from collections.abc import Callable
from pathlib import Path

from operator_app.room.room import Room
from operator_app.room.waiting import RoomError


class StepMissedError(Exception):
    """A step was not to be seen; the text names it and shows what screens and logs said instead."""


class Telling:
    """Prints steps to standard output and leaves screenshots in `out`, which it clears of earlier ones."""

    def __init__(self, room: Room, out: Path) -> None:
        """Begin to count the time."""
        self.out = out
        self.steps = 0
        self.pictures = 0
        self._room = room
        self._scenes = 0
        self._start = time.monotonic()
        out.mkdir(parents=True, exist_ok=True)
        for old in (*out.glob("[0-9][0-9]-*.png"), *out.glob("missed.txt")):
            old.unlink()

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self._start

    def step(self, text: str, look: Callable[[], object], since: float | None = None) -> None:
        """Do one step and print it. Raises `StepMissedError` when `look` does.

        Its duration is the milliseconds that `look` returns, else the time from `since` (its own begin) until now.
        """
        begun = time.monotonic() if since is None else since
        try:
            found = look()
        except RoomError as error:
            first = str(error).partition("\n")[0]
            raise StepMissedError(f"MISSED: {text}\n{first}\n{self._room.report()}") from error
        took_ms = found if isinstance(found, float) else (time.monotonic() - begun) * 1000
        self.steps += 1
        self.tell(f"{text} ({_span(took_ms)})")

    def tell(self, text: str) -> None:
        """Print a line with the time since the start."""
        print(f"[{self.seconds:5.1f} s] {text}", flush=True)

    def shots(self, name: str) -> None:
        """Leave a screenshot of every window, numbered by scene."""
        self._scenes += 1
        self.pictures += len(self._room.screenshots(self.out, f"{self._scenes:02d}-{name}"))


def _span(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
