"""Watches the thread of the event loop, which is the window's: each stall is logged with the stack it stood in."""

import asyncio
import faulthandler
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

NO_STACK = (
    "(no stack: the whole process stood still, e.g. in a garbage collection or for want of a processor)"
)


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop did nothing for `ms` milliseconds; `stack` is where its thread stood once the limit had passed.

    Of these the thread had a processor for `worked_ms`: far less means that others had it, or that it waited.
    """

    ms: float
    stack: str
    worked_ms: float = 0.0


class StallWatch:
    """A heartbeat on the loop, and a thread that looks at the loop's stack when the beat is late.

    Works with every asyncio loop, qasync's too. Costs 40 wake-ups a second on the loop and 14 on its own thread.
    """

    def __init__(self, limit_ms: float = 50.0, on_stall: Callable[[Stall], None] | None = None) -> None:
        """Report stalls above `limit_ms`: to the log, and to `on_stall` on the loop's thread when they are over."""
        self._limit_s = limit_ms / 1000
        self._beat_s = self._limit_s / 2
        self._on_stall = on_stall
        self._due = 0.0
        self._worked_s = 0.0
        self._stack: tuple[float, str] | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to watch; on the thread of `loop`. Does nothing when watching already."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._due = time.monotonic() + self._beat_s
        self._worked_s = time.thread_time()
        self._handle = loop.call_later(self._beat_s, self._beat, loop)
        self._thread = threading.Thread(
            target=self._watch, args=(threading.get_ident(),), name="stall watch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the watch and its thread; on the thread of the loop."""
        if self._thread is None:
            return
        self._stopping.set()
        if self._handle is not None:
            self._handle.cancel()
        self._thread.join()
        self._thread = self._handle = None

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        late_s, due = now - self._due, self._due
        before, self._worked_s = self._worked_s, time.thread_time()
        self._due = now + self._beat_s
        self._handle = loop.call_later(self._beat_s, self._beat, loop)
        if late_s > self._limit_s:
            seen = self._stack
            stack = seen[1] if seen is not None and seen[0] == due else NO_STACK
            stall = Stall(late_s * 1000, stack, min(late_s, self._worked_s - before) * 1000)
            log.warning(
                "the window's thread stood still for %.0f ms (at work for %.0f):\n%s",
                stall.ms,
                stall.worked_ms,
                stall.stack,
            )
            if self._on_stall is not None:
                self._on_stall(stall)

    def _watch(self, loop_thread: int) -> None:
        while True:
            due = self._due
            if self._stopping.wait(max(0.0, due + self._limit_s - time.monotonic()) + 0.001):
                return
            if due != self._due:
                continue
            stack = _stack_of(loop_thread)
            if stack and due == self._due:
                self._stack = (due, stack)
            while due == self._due:  # one stack a stall
                if self._stopping.wait(self._beat_s):
                    return


def _stack_of(thread: int) -> str:
    """Return where a thread stands, the outermost call first; empty when it has ended.

    Never by its frame objects: whoever holds the frame of a paint event keeps its QPainter alive beyond the end of the
    painting, and the window dies of that. faulthandler reads the stack without holding anything.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        blocks = file.read().split("\n\n")
    for block in blocks:
        head, _, calls = block.strip().partition("\n")
        if f"0x{thread:016x}" in head:
            return "\n".join(reversed(calls.splitlines()))
    return ""
