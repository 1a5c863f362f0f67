"""A lane: one named thread on which all work of one resource is done, in the order it was given."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WrongLaneError(AssertionError):
    """Code ran on a thread that it does not belong to: a fault of the program."""


class LaneClosedError(RuntimeError):
    """Work was given to a lane that has been closed."""


class Lane:
    """One thread, started at once; work is done first come, first served, and a failed piece never stops the next."""

    def __init__(self, name: str) -> None:
        """Start the thread under this name, which logs and debuggers show."""
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._drive, name=name, daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """The name of the thread."""
        return self._thread.name

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Queue work from any thread and return its future. Raises `LaneClosedError`."""
        future: Future[T] = Future()

        def turn() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  (whoever waits for the future gets it)
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._closing:
            if self._closed:
                raise LaneClosedError(f"the lane {self.name} is closed")
            self._work.put(turn)
        return future

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work on the lane and return its result; from the thread of a running event loop.

        Cancelling takes back work that has not begun; for work that has begun it first waits for the end.
        """
        future = self.submit(work, *args, **kwargs)
        waiter = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiter)
        except asyncio.CancelledError:
            if not future.cancel():
                await _outlast(waiter)
            raise

    def check(self) -> None:
        """Raise `WrongLaneError` unless called on this lane."""
        if threading.current_thread() is not self._thread:
            raise WrongLaneError(f"on {threading.current_thread().name}, but belongs on {self.name}")

    def close(self) -> None:
        """Finish what is queued, then end the thread; later calls do nothing. Not from the lane itself."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._work.put(None)
        self._thread.join()

    def _drive(self) -> None:
        while (turn := self._work.get()) is not None:
            turn()
            del turn  # or the last piece of work lives on until the next one comes


async def _outlast(waiter: "asyncio.Future[T]") -> None:
    while not waiter.done():
        with contextlib.suppress(asyncio.CancelledError):  # the caller raises the first one again
            await asyncio.wait({waiter})
    if not waiter.cancelled():
        waiter.exception()  # seen here, as nobody else will ask
