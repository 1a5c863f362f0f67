"""A clock on the screen, and how it says that it stands: a dead picture must not look alive."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from operator_app.ui.kit.labels import Text
from operator_app.ui.words.wording import Say, Tone

STANDS_S = 3.0
"""A clock that nobody has told the time for so long says that it stands."""
LOOK_MS = 1000


class StandingWatch(QObject):
    """Notices by itself that a clock on the screen is no longer told the time, whatever keeps it from being told."""

    def __init__(
        self, parent: QObject, stands: Callable[[bool], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`stands` is called with True once the clock stands, with False when it runs again."""
        super().__init__(parent)
        self._stands, self._now = stands, now
        self._told_s = now()
        self.is_standing = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def told(self) -> None:
        """The clock was told the time."""
        self._told_s = self._now()
        self._turn(False)

    def look(self) -> None:
        """Look how long ago that was."""
        self._turn(self._now() - self._told_s > STANDS_S)

    def _turn(self, standing: bool) -> None:
        if standing is not self.is_standing:
            self.is_standing = standing
            self._stands(standing)


class Clock(Text):
    """A time that runs; equal figures keep it still. It says by itself when nobody tells it the time any more."""

    def __init__(
        self,
        say: Say,
        name: str = "clock",
        part: str = "title",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("", part, name=name)
        self._words, self._time = say("clock.stands"), ""
        self.watch = StandingWatch(self, self._show, now)

    def tell(self, time_of_day: str) -> None:
        """Show that time."""
        self._time = time_of_day
        self.watch.told()
        self._show(False)

    def _show(self, standing: bool) -> None:
        words = f"{self._words} {self._time}" if standing else self._time
        self.say(words, Tone.ALARM if standing else Tone.PLAIN)
