"""A wire between the seats and the server that loses what it is told to lose."""

import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

CHUNK = 65536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Cut(StrEnum):
    """What the wire does to the talk."""

    LOST_REQUEST = "lost_request"
    """The next writing request is swallowed and the line reset: the server never saw it."""
    LOST_ACK = "lost_ack"
    """The next answer to a writing request is swallowed and the line reset: the server did it."""
    RESET = "reset"
    """Every line is reset, new ones as well, until healed."""
    BLACK_HOLE = "black_hole"
    """Nothing gets through and nothing is closed until healed: a half-open line."""


class CutProxy:
    """Listens on a loopback port and forwards to the server; every line has two threads.

    A line counts as a writing one from the moment it carries `needle`: what is lost then is an event, not a heartbeat.
    """

    def __init__(
        self, host: str, port: int, needle: bytes = b"apply_events", *, at: str = "127.0.0.1"
    ) -> None:
        """Listen at the address `at`."""
        self._target = (host, port)
        self._needle = needle
        self._cut: Cut | None = None
        self._state = threading.Condition()
        self._lines: set[_Line] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self.struck: Counter[Cut] = Counter()
        self._listener = socket.create_server((at, 0))
        self.port: int = self._listener.getsockname()[1]
        self._spawn(self._accept)

    def cut(self, how: Cut) -> None:
        """Begin to lose; LOST_REQUEST and LOST_ACK strike once, the others stay until `heal`."""
        with self._state:
            self._cut = how
            lines = tuple(self._lines)
            self._state.notify_all()
        if how is Cut.RESET:
            self._struck(how)
            for line in lines:
                line.reset()
        elif how is Cut.BLACK_HOLE:
            self._struck(how)

    def wait_struck(self, limit_s: float) -> bool:
        """Wait until a one-time cut has struck; True at once when none is pending."""
        with self._state:
            return self._state.wait_for(lambda: self._cut not in (Cut.LOST_REQUEST, Cut.LOST_ACK), limit_s)

    def heal(self) -> None:
        """Let all through again; lines from before a black hole are reset, as a router that forgot them does."""
        with self._state:
            stale = tuple(self._lines) if self._cut is Cut.BLACK_HOLE else ()
            for line in stale:
                line.dead = True
            self._cut = None
            self._state.notify_all()
        for line in stale:
            line.reset()

    def close(self) -> None:
        """End every line and thread."""
        with self._state:
            self._closed = True
            self._cut = None
            lines = tuple(self._lines)
            self._state.notify_all()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in lines:
            line.reset()
        for thread in self._threads:
            thread.join(10)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="cut proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _struck(self, how: Cut) -> None:
        with self._state:
            self.struck[how] += 1
            if how in (Cut.LOST_REQUEST, Cut.LOST_ACK):
                self._cut = None
            self._state.notify_all()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._cut is Cut.RESET:
                _reset(client)
                continue
            try:
                server = socket.create_connection(self._target, 5)
            except OSError:
                _reset(client)
                continue
            server.settimeout(None)
            line = _Line(client, server)
            with self._state:
                self._lines.add(line)
            self._spawn(self._pump, line, True)
            self._spawn(self._pump, line, False)

    def _pump(self, line: "_Line", to_server: bool) -> None:
        source, sink = (line.client, line.server) if to_server else (line.server, line.client)
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if to_server and self._needle in data:
                    line.writes = True
                with self._state:
                    self._state.wait_for(lambda: self._cut is not Cut.BLACK_HOLE or line.dead or self._closed)
                    cut = self._cut
                if line.dead:
                    break
                if line.writes and cut is (Cut.LOST_REQUEST if to_server else Cut.LOST_ACK):
                    line.reset()
                    self._struck(cut)
                    return
                sink.sendall(data)
            if not line.dead:
                sink.shutdown(socket.SHUT_WR)
        line.done += 1
        if line.done == 2 or line.dead:
            line.reset()
            with self._state:
                self._lines.discard(line)


class _Line:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.writes = False
        self.dead = False
        self.done = 0

    def reset(self) -> None:
        self.dead = True
        for end in (self.client, self.server):
            _reset(end)


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        end.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it
    end.close()
