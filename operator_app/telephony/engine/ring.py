"""A buffer between two clocks: the phone library's and the sound card's."""

import threading
from dataclasses import dataclass

SAMPLE = 2


@dataclass(slots=True)
class RingCounts:
    """What happened to the sound on its way, since the start."""

    dry: int = 0
    overflowed: int = 0
    dropped: int = 0
    repeated: int = 0


class DriftRing:
    """Mono 16-bit sound passed from one thread to another whose clock runs a little differently.

    Gives silence until two frames are in (and again after running dry), so that a late frame is not a click. When the
    level creeps away from there, one sample a frame is dropped or repeated: 0.3 %, more than two crystals differ, and
    not heard. Any lane; both sides take a lock for microseconds.
    """

    def __init__(self, frame_bytes: int, *, prefill_frames: int = 2, limit_frames: int = 8) -> None:
        self._frame = frame_bytes
        self._prefill = prefill_frames * frame_bytes
        self._limit = limit_frames * frame_bytes
        self._buffer = bytearray()
        self._filling = True
        self._average = float(self._prefill)
        self._lock = threading.Lock()
        self.counts = RingCounts()

    @property
    def level(self) -> int:
        """Bytes waiting."""
        return len(self._buffer)

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
            level = len(self._buffer)
            self._average += (level - self._average) / 64
            if level < size:
                out = bytes(self._buffer) + bytes(size - level)
                self._buffer.clear()
                self._filling = True
                self.counts.dry += 1
                return out
            if self._average > self._prefill + self._frame and level >= size + SAMPLE:
                out = bytes(self._buffer[:size])
                del self._buffer[: size + SAMPLE]
                self.counts.dropped += 1
            elif self._average < self._prefill - self._frame // 2:
                out = bytes(self._buffer[: size - SAMPLE]) + bytes(
                    self._buffer[size - 2 * SAMPLE : size - SAMPLE]
                )
                del self._buffer[: size - SAMPLE]
                self.counts.repeated += 1
            else:
                out = bytes(self._buffer[:size])
                del self._buffer[:size]
            return out
