"""Waiting for a connection to have something to say, or for somebody to ring, without looking in between."""

import contextlib
import selectors
import socket
from collections.abc import Iterator

from operator_app.storage.server.socket_guard import HasSocket


class Bell:
    """One thread waits; any thread rings. A ring while nobody waits ends the next wait at once."""

    def __init__(self) -> None:
        """Open; `close` when nobody waits or rings any more."""
        self._in, self._out = socket.socketpair()
        self._in.setblocking(False)
        self._out.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)

    def ring(self) -> None:
        """End the wait of now, or the next one. From any thread; after `close` it does nothing."""
        with contextlib.suppress(OSError):  # full (it rings already) or closed
            self._in.send(b"!")

    @contextlib.contextmanager
    def watching(self, connection: HasSocket) -> Iterator[None]:
        """Inside, wake also when this connection has something to read."""
        number = connection.fileno()
        self._selector.register(number, selectors.EVENT_READ)
        try:
            yield
        finally:
            with contextlib.suppress(KeyError, OSError, ValueError):  # it was closed meanwhile
                self._selector.unregister(number)

    def wait(self, seconds: float) -> bool:
        """Return True when rung or when the watched connection has something to read, False after so many seconds."""
        woken = bool(self._selector.select(max(0.0, seconds)))
        with contextlib.suppress(OSError):
            while self._out.recv(64):
                continue
        return woken

    def close(self) -> None:
        """Let go of the sockets."""
        self._selector.close()
        self._in.close()
        self._out.close()
