"""The time that a window goes by.

It is the server's once that was heard, carried on by a counter that no hand on the PC's clock moves. Until then it is
the PC's own, unless what this seat has recorded proves that wrong.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from time import monotonic

from operator_app.lanes.steady import boot_id, steady_s
from operator_app.workflow.ports import ClockMark

LATER_AT_MOST = timedelta(days=370)
"""A PC's clock that stands further behind the last thing known than this is not believed: a dead battery, a slip."""
DOUBT_S = 60.0
"""A PC's clock that was wrong by so much in an earlier start is doubted until the server is heard."""
STEP_S = 2.0
"""A smaller jump of the PC's clock is what keeping time by a network does."""


class Source(Enum):
    """Where the time comes from."""

    SERVER = "server"
    """The server's clock, heard in this start of the PC."""
    PC = "pc"
    """This PC's clock; nobody has contradicted it."""
    RECORD = "record"
    """What was recorded last: the PC's clock is proved wrong, and nobody better was heard."""


@dataclass(frozen=True, slots=True)
class ThisPc:
    """The PC's own clock and counter."""

    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    steady: Callable[[], float] = steady_s
    boot: Callable[[], str] = boot_id


class RoomClock:
    """Implements `Clock`. `now` is for any thread; it never jumps but by the server's word."""

    def __init__(
        self,
        mark: ClockMark | None = None,
        offset_ms: float = 0.0,
        newest: datetime | None = None,
        pc: ThisPc | None = None,
    ) -> None:
        """`mark` and `offset_ms` are the last measurement of an earlier run, `newest` when its last own event was."""
        self._pc = pc or ThisPc()
        self._heard = threading.Event()
        wall, steady, boot = self._pc.wall(), self._pc.steady(), self._pc.boot()
        if mark is not None and boot and mark.boot == boot and steady >= mark.steady_s:
            at = _moment(mark.server_ms) + timedelta(seconds=steady - mark.steady_s)
            self._source = Source.SERVER
        else:
            known = [newest] if newest is not None else []
            known += [] if mark is None else [_moment(mark.server_ms)]
            at, self._source = _believed(wall, timedelta(milliseconds=offset_ms), max(known, default=None))
        self._alone = self._source is Source.RECORD or (newest is None and mark is None)
        raw = self._source is Source.PC and at == wall
        self._doubt_s = offset_ms / 1000 if raw and abs(offset_ms) / 1000 >= DOUBT_S else 0.0
        self._trusted = (at, steady)
        self._step_from = (wall, steady)

    @property
    def source(self) -> Source:
        """Where the time comes from now."""
        return self._source

    @property
    def wants_word(self) -> bool:
        """Whether nothing but this PC's clock speaks for the time, or something speaks against it."""
        return self._source is not Source.SERVER and (self._alone or self._doubt_s != 0)

    def now(self) -> datetime:
        """The present moment in UTC."""
        at, steady = self._trusted
        return at + timedelta(seconds=self._pc.steady() - steady)

    def at(self, counted: float) -> datetime:
        """The moment at which `time.monotonic` of this PC stood there, in any of its processes."""
        return self.now() - timedelta(seconds=monotonic() - counted)

    def correct(self, offset_ms: float) -> None:
        """Take the server's word: what to add to this PC's clock now, to get the server's."""
        self._trusted = (self._pc.wall() + timedelta(milliseconds=offset_ms), self._pc.steady())
        self._source, self._doubt_s = Source.SERVER, 0.0
        self._heard.set()

    def heard(self, within_s: float) -> bool:
        """Wait so long for the server's word; returns whether it came. Not for the loop's thread."""
        return self._heard.wait(within_s)

    def pc_off_s(self) -> float:
        """What to add to this PC's clock to get the time that is gone by."""
        return (self.now() - self._pc.wall()).total_seconds()

    def pc_doubt_s(self) -> float:
        """By how much this PC's clock was wrong when the server was heard last, as long as that may still be so."""
        return self._doubt_s

    def pc_step_s(self) -> float:
        """By how much somebody has set this PC's clock on since this was last asked; 0 for none."""
        (wall, steady), here = self._step_from, (self._pc.wall(), self._pc.steady())
        self._step_from = here
        step = (here[0] - wall).total_seconds() - (here[1] - steady)
        return step if abs(step) >= STEP_S else 0.0

    def random_bytes(self, count: int) -> bytes:
        """Bytes of the system's generator."""
        return os.urandom(count)


def _believed(wall: datetime, offset: timedelta, known: datetime | None) -> tuple[datetime, Source]:
    """Time without a server: an offset of another start of the PC counts only where its clock alone is proved wrong."""
    if known is None or known <= wall <= known + LATER_AT_MOST:
        return wall, Source.PC
    if known <= wall + offset <= known + LATER_AT_MOST:
        return wall + offset, Source.PC
    return known, Source.RECORD


def _moment(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
