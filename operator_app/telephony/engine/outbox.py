"""What the engine has to tell: numbered, stamped, and kept until a window has seen it."""

import time
from collections import deque
from datetime import UTC, datetime

from operator_app.domain.line import LineFault, LineLevels, LineQuality, LineRecall, LineSignal
from operator_app.telephony.codec import signal_to_plain
from operator_app.telephony.wire import Frame

_KEPT = 4000


class Outbox:
    """Signals in order. What happens while no window is there waits for the next one; measurements do not."""

    def __init__(self) -> None:
        self._seq = 0
        self._unseen: deque[Frame] = deque()
        self._overflow = 0

    @property
    def seq(self) -> int:
        """Number of the last signal."""
        return self._seq

    def put(self, signal: LineSignal) -> Frame:
        """Number and stamp a signal, keep it, and return its frame."""
        self._seq += 1
        frame: Frame = {
            "seq": self._seq,
            "wall": datetime.now(UTC).isoformat(),
            "mono": time.monotonic(),
            "signal": signal_to_plain(signal),
        }
        if not isinstance(signal, LineQuality | LineLevels | LineRecall):
            self._unseen.append(frame)
            if len(self._unseen) > _KEPT:
                self._unseen.popleft()
                self._overflow += 1
        return frame

    def seen(self, seq: int) -> None:
        """Forget what a window has dealt with."""
        while self._unseen and self._unseen[0]["seq"] <= seq:
            self._unseen.popleft()

    def unseen(self) -> list[Frame]:
        """Return what no window has dealt with, oldest first; says so when something had to be given up."""
        if self._overflow:
            lost, self._overflow = self._overflow, 0
            self.put(LineFault("outbox", f"{lost} signals were given up while no window was there"))
        return list(self._unseen)
