"""The watchdog of the database connections: what takes too long loses its socket, and its thread comes back at once.

Keepalives and `tcp_user_timeout` do not notice a server that stands still, and neither sees unanswered data on every
system; a socket shut down from another thread is noticed on all of them, within a moment.
"""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class HasSocket(Protocol):
    """A connection that tells its socket's number, e.g. psycopg's."""

    def fileno(self) -> int:
        """The socket's number."""
        ...


@dataclass(slots=True)
class Limit:
    """One guarded piece of work; `passed` tells whether its socket was shut because the time was over."""

    number: int
    until: float
    passed: bool = False


class SocketGuard:
    """One thread that shuts the socket of every piece of work that outlives its limit."""

    def __init__(self) -> None:
        """Start the thread."""
        self._change = threading.Condition()
        self._limits: dict[int, Limit] = {}
        self._keys = itertools.count()
        self._looks_at = float("inf")
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="socket guard", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def limit(self, connection: HasSocket, seconds: float) -> Iterator[Limit]:
        """Give the work inside so many seconds; then its connection breaks and the driver raises in its own thread."""
        limit = Limit(connection.fileno(), time.monotonic() + seconds)
        with self._change:
            key = next(self._keys)
            self._limits[key] = limit
            if (
                limit.until < self._looks_at
            ):  # else it looks soon enough by itself: most work ends long before
                self._change.notify()
        try:
            yield limit
        finally:
            with self._change:  # from here on the number may belong to another socket
                del self._limits[key]

    def close(self) -> None:
        """End the thread; pieces of work under way are no longer guarded."""
        with self._change:
            self._closed = True
            self._change.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._change:
            while not self._closed:
                now = time.monotonic()
                for limit in self._limits.values():
                    if not limit.passed and limit.until <= now:
                        limit.passed = True
                        shut(limit.number)
                pending = [limit.until for limit in self._limits.values() if not limit.passed]
                self._looks_at = min(pending, default=float("inf"))
                self._change.wait(self._looks_at - now if pending else None)


def shut(number: int) -> None:
    """Shut a socket down in both directions, leaving its number to its owner to close."""
    with contextlib.suppress(OSError):  # gone already
        other = socket.socket(fileno=number)
        try:
            other.shutdown(socket.SHUT_RDWR)
        finally:
            other.detach()
