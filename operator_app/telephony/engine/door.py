"""The engine's door: a loopback TCP server for one window at a time, polled by the engine's only thread."""

import contextlib
import hmac
import logging
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from operator_app.telephony.wire import PROTOCOL, Frame, FrameReader, WireError, encode

_log = logging.getLogger(__name__)

_HELLO_S = 5.0
_STRANGERS = 8
_BACKLOG_BYTES = 4 << 20
_CHUNK = 65_536


@dataclass(slots=True, eq=False)
class _Guest:
    link: socket.socket
    since: float
    reader: FrameReader = field(default_factory=FrameReader)
    out: bytearray = field(default_factory=bytearray)
    known: bool = False


class Door:
    """Lets in who knows the token; the newest window replaces the one before.

    `on_frame` gets each frame of the known window; `on_change` is told when one came (True) or went (False).
    """

    def __init__(
        self,
        token: str,
        welcome: Callable[[], Frame],
        on_frame: Callable[[Frame], None],
        on_change: Callable[[bool], None],
    ) -> None:
        self._token = token
        self._welcome = welcome
        self._on_frame = on_frame
        self._on_change = on_change
        self._selector = selectors.DefaultSelector()
        self._guests: set[_Guest] = set()
        self._window: _Guest | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self.port: int = self._listener.getsockname()[1]

    @property
    def open(self) -> bool:
        """Whether a window is there."""
        return self._window is not None

    def poll(self, wait_s: float = 0.0) -> None:
        """Take in and send out what can be, without waiting longer than `wait_s`."""
        for key, events in self._selector.select(wait_s):
            guest: _Guest | None = key.data
            if guest is None:
                self._accept()
                continue
            if events & selectors.EVENT_READ and guest in self._guests:
                self._read(guest)
            if events & selectors.EVENT_WRITE and guest in self._guests:
                self._flush(guest)
        self._drop_silent()

    def send(self, frame: Frame) -> None:
        """Send a frame to the window; without one it is gone."""
        if self._window is not None:
            self._send(self._window, frame)

    def close(self) -> None:
        """Close everything; what is still unsent gets a last chance."""
        for guest in list(self._guests):
            if guest.out:
                with contextlib.suppress(OSError):
                    guest.link.settimeout(1.0)
                    guest.link.sendall(guest.out)
            self._drop(guest, "the engine ends")
        self._selector.close()
        self._listener.close()

    def _accept(self) -> None:
        try:
            link, _ = self._listener.accept()
        except OSError as problem:
            _log.warning("accept: %s", problem)
            return
        if len(self._guests) >= _STRANGERS:
            link.close()
            return
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        guest = _Guest(link, time.monotonic())
        self._guests.add(guest)
        self._selector.register(link, selectors.EVENT_READ, guest)

    def _read(self, guest: _Guest) -> None:
        try:
            data = guest.link.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as problem:
            self._drop(guest, str(problem))
            return
        if not data:
            self._drop(guest, "closed by the window")
            return
        try:
            for frame in guest.reader.feed(data):
                if guest.known:
                    self._on_frame(frame)
                elif not self._greet(guest, frame):
                    return
                if guest not in self._guests:
                    return
        except WireError as problem:
            _log.warning("bad frame: %s", problem)
            self._drop(guest, str(problem))

    def _greet(self, guest: _Guest, frame: Frame) -> bool:
        token = frame.get("hello")
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), self._token.encode()):
            self._drop(guest, "wrong token")
            return False
        if frame.get("protocol") != PROTOCOL:
            self._send(guest, {"farewell": "protocol", "protocol": PROTOCOL})
            self._drop(guest, "another protocol")
            return False
        if self._window is not None:
            old = self._window
            self._send(old, {"farewell": "replaced"})
            self._drop(old, "replaced by a newer window")
        guest.known = True
        self._window = guest
        self._send(guest, self._welcome())
        self._on_change(True)
        return True

    def _send(self, guest: _Guest, frame: dict[str, Any]) -> None:
        if guest not in self._guests:
            return
        guest.out += encode(frame)
        if len(guest.out) > _BACKLOG_BYTES:
            self._drop(guest, "does not read")
            return
        self._flush(guest)

    def _flush(self, guest: _Guest) -> None:
        try:
            sent = guest.link.send(guest.out) if guest.out else 0
        except BlockingIOError:
            sent = 0
        except OSError as problem:
            self._drop(guest, str(problem))
            return
        del guest.out[:sent]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if guest.out else 0)
        if self._selector.get_key(guest.link).events != events:
            self._selector.modify(guest.link, events, guest)

    def _drop_silent(self) -> None:
        limit = time.monotonic() - _HELLO_S
        for guest in [each for each in self._guests if not each.known and each.since < limit]:
            self._drop(guest, "no hello")

    def _drop(self, guest: _Guest, why: str) -> None:
        if guest not in self._guests:
            return
        self._guests.discard(guest)
        self._selector.unregister(guest.link)
        guest.link.close()
        _log.info("connection closed: %s", why)
        if guest is self._window:
            self._window = None
            self._on_change(False)
