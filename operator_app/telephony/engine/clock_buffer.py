"""A buffer between two clocks: the phone library's and the sound card's."""

import threading
from array import array
from dataclasses import dataclass

SAMPLE = 2
_CALM_FRAMES = 3_000
_WATCH_FRAMES = 50


@dataclass(slots=True)
class RingCounts:
    """What happened to the sound on its way, since the start."""

    dry: int = 0
    overflowed: int = 0
    dropped: int = 0
    repeated: int = 0
    shed: int = 0
    """Samples that a stall had piled up and that were given up at once."""


class DriftRing:
    """Mono 16-bit sound passed from one thread to another whose clock runs a little differently.

    Gives silence until `prefill_frames` are in (and again after running dry), so that a late frame is not a click.
    When the level creeps away from there, one sample a read is dropped or repeated: 0.3 % of 20 ms, more than two
    crystals differ, and not heard. A machine that lets it run dry again and again gets a deeper buffer, a quarter of a
    frame at a time, until a minute has passed without.

    What a stall has piled up is delay that one sample a read would take seconds to give back: what was not once needed
    in a second is left out at once, one piece of sound faded into the other. Any lane; both sides take a lock for
    microseconds.
    """

    def __init__(
        self, frame_bytes: int, *, prefill_frames: float = 2, slack_frames: float = 1, limit_frames: int = 8
    ) -> None:
        """`slack_frames`: by how much more than the prefill may wait on average before samples are dropped."""
        self._frame = frame_bytes
        self._least = self._prefill = int(prefill_frames * frame_bytes) // SAMPLE * SAMPLE
        self._slack = int(slack_frames * frame_bytes)
        self._most = 3 * frame_bytes
        self._limit = limit_frames * frame_bytes
        self._reserve = self._frame // 4
        self._calm_bytes = _CALM_FRAMES * frame_bytes
        self._buffer = bytearray()
        self._filling = self._fresh = True
        self._average = float(self._prefill)
        self._watched = self._reads = self._levels = 0
        self._spare = self._spare_before = self._limit
        self._lock = threading.Lock()
        self.counts = RingCounts()

    @property
    def level(self) -> int:
        """Bytes waiting."""
        return len(self._buffer)

    @property
    def depth(self) -> int:
        """Bytes that it is kept filled with: the delay that it adds."""
        return self._prefill

    def clear(self) -> None:
        """Forget what waits: one of the two sides begins anew."""
        with self._lock:
            self._buffer.clear()
            self._filling = self._fresh = True

    def write(self, data: bytes) -> None:
        """Put sound in; beyond the limit the oldest is given up, down to the prefill level."""
        with self._lock:
            self._buffer += data
            if len(self._buffer) > self._limit:
                del self._buffer[: (len(self._buffer) - self._prefill) // SAMPLE * SAMPLE]
                self.counts.overflowed += 1

    def read(self, size: int) -> bytes:
        """Take `size` bytes out, silence where there are none."""
        with self._lock:
            if self._filling:
                if len(self._buffer) < self._prefill:
                    return bytes(size)
                self._filling = False
                self._average = float(len(self._buffer))
                self._watch_anew()
            self._settle(size)
            if self._fresh or len(self._buffer) > self._prefill + 3 * self._frame:
                # Nobody has read for a while (no call, a stall): what is old would only be delay from now on.
                del self._buffer[: (len(self._buffer) - self._prefill) // SAMPLE * SAMPLE]
                self._average = float(len(self._buffer))
                self.counts.overflowed += not self._fresh
                self._fresh = False
                self._watch_anew()
            level = len(self._buffer)
            self._average += (level - self._average) / 64
            if level < size:
                out = bytes(self._buffer) + bytes(size - level)
                self._buffer.clear()
                self._filling = True
                self.counts.dry += 1
                if self._calm_bytes < _CALM_FRAMES * self._frame:
                    self._prefill = max(self._prefill, min(self._most, self._prefill + self._quarter))
                self._calm_bytes = 0
                return out
            if (surplus := self._surplus(level, size)) > 0:
                return self._leave_out(surplus, size)
            needed = min(self._spare, self._spare_before) < self._reserve
            if self._average > self._prefill + self._slack and not needed:
                out = bytes(self._buffer[:size])
                del self._buffer[: size + SAMPLE]
                self.counts.dropped += 1
            elif self._average < self._prefill - self._frame // 8:
                out = bytes(self._buffer[: size - SAMPLE]) + bytes(
                    self._buffer[size - 2 * SAMPLE : size - SAMPLE]
                )
                del self._buffer[: size - SAMPLE]
                self.counts.repeated += 1
            else:
                out = bytes(self._buffer[:size])
                del self._buffer[:size]
            return out

    @property
    def _quarter(self) -> int:
        return self._frame // 4 // SAMPLE * SAMPLE

    def _watch_anew(self) -> None:
        self._watched = self._reads = self._levels = 0
        self._spare = self._limit

    def _surplus(self, level: int, size: int) -> int:
        """Return how much of what waits was not needed since the watch began, once that is long enough ago."""
        self._watched += size
        self._reads += 1
        self._levels += level
        self._spare = min(self._spare, level - size)
        if self._watched < _WATCH_FRAMES * self._frame:
            return 0
        too_deep = self._levels // self._reads - self._prefill - self._slack
        surplus = min(too_deep, self._spare - self._reserve) // SAMPLE * SAMPLE
        self._spare_before = self._spare
        self._watch_anew()
        return surplus if surplus > self._frame // 2 else 0

    def _leave_out(self, surplus: int, size: int) -> bytes:
        """Give `size` bytes that begin as what waits now and end as what comes after the surplus."""
        now, later = array("h", self._buffer[:size]), array("h", self._buffer[surplus : surplus + size])
        count = len(now)
        for at in range(count):
            now[at] += (later[at] - now[at]) * at // count
        del self._buffer[: surplus + size]
        self._average = float(len(self._buffer))
        self.counts.shed += surplus // SAMPLE
        return now.tobytes()

    def _settle(self, size: int) -> None:
        """Give a quarter of a frame of delay back after each calm minute."""
        self._calm_bytes += size
        if self._prefill > self._least and self._calm_bytes > _CALM_FRAMES * self._frame:
            self._prefill = max(self._least, self._prefill - self._quarter)
            self._calm_bytes = 0
