"""The harness's side of a window's observation channel: what is on its screen, and when it was painted."""

import contextlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operator_app.room.waiting import RoomError

REPLY_S = 20.0


class WindowGoneError(RoomError):
    """The window does not answer: it is not up yet, it was closed, or its thread stands still."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One visible widget as a person sees it; `rows` are cells of a list, `place` is x, y, width, height."""

    name: str
    kind: str
    role: str
    label: str
    text: str
    enabled: bool
    focus: bool
    place: tuple[int, int, int, int]
    clipped: bool
    rows: tuple[tuple[str, ...], ...] = ()
    current: int = -1

    @property
    def words(self) -> str:
        """All that can be read on it: its text, or the cells of its rows."""
        return "\n".join((self.text, *(" | ".join(row) for row in self.rows))).strip()


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on the screen, in nanoseconds of the system's monotonic clock."""

    number: int
    name: str
    subject: str
    at_ns: int


class ControlChannel:
    """One window's channel; connects at the first request and again after the window was restarted."""

    def __init__(self, address_file: Path) -> None:
        """`address_file` is written by the window when it listens."""
        self._file = address_file
        self._socket: socket.socket | None = None
        self._token = ""
        self._rest = b""

    def is_open(self) -> bool:
        """Whether the window answers."""
        try:
            self.ask("probes")
        except WindowGoneError:
            return False
        return True

    def ask(self, what: str, **keys: object) -> dict[str, Any]:
        """Return the window's reply. Raises `WindowGoneError`, or `RoomError` with the window's own words."""
        try:
            link = self._socket or self._connect()
            link.sendall(json.dumps({"token": self._token, "do": what, **keys}).encode() + b"\n")
            while b"\n" not in self._rest:
                data = link.recv(1 << 20)
                if not data:
                    raise ConnectionResetError("closed")
                self._rest += data
        except (OSError, ValueError, KeyError) as error:
            self.close()
            raise WindowGoneError(f"The window at {self._file} does not answer: {error}") from None
        line, _, self._rest = self._rest.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        if not reply.get("ok"):
            raise RoomError(f"The window refused {what}: {reply.get('error')}")
        return reply

    def tree(self) -> tuple[Shown, ...]:
        """Return every visible widget, outermost first."""
        return tuple(_shown(each) for each in self.ask("tree")["widgets"])

    def marks(self, after: int = 0) -> tuple[Mark, ...]:
        """Return what happened after that mark, oldest first."""
        found = self.ask("marks", after=after)["marks"]
        return tuple(Mark(number, name, subject, int(at * 1e9)) for number, name, subject, at in found)

    def probe(self, name: str) -> Any:
        """Return a fact that the window offers under this name."""
        return self.ask("probe", name=name)["value"]

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket, self._rest = None, b""

    def _connect(self) -> socket.socket:
        told = json.loads(self._file.read_text(encoding="utf-8"))
        self._token = str(told["token"])
        self._socket = socket.create_connection(("127.0.0.1", int(told["port"])), REPLY_S)
        self._rest = b""
        return self._socket


def _shown(told: dict[str, Any]) -> Shown:
    return Shown(
        name=told["name"],
        kind=told["kind"],
        role=told["role"],
        label=told["label"],
        text=told["text"],
        enabled=told["enabled"],
        focus=told["focus"],
        place=tuple(told["geometry"]),
        clipped=told["clipped"],
        rows=tuple(tuple(row) for row in told.get("rows", ())),
        current=told.get("current", -1),
    )
