"""The observation channel of a window, for the room's harness: what is on screen, pictures of it, when it was painted.

Loopback TCP, one JSON object a line each way. `--control FILE` receives {"port": …, "token": …, "pid": …}.
A request is {"token": …, "do": NAME, …}; the reply {"ok": true, …} or {"ok": false, "error": SENTENCE}.

do            further keys           reply
tree          -                      widgets: list of what `describe` gives, for every visible widget
screenshot    path, screen?          width, height; the window, or with "screen": true its whole screen
marks         after? (number)        marks: list of [number, name, subject, monotonic seconds]
probe         name                   value: whatever the window offers under that name
probes        -                      names
quit          -                      {}; the window closes as if by a person

It only looks: keys and clicks come from outside, as a person's do.
"""

import asyncio
import contextlib
import hmac
import json
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from operator_app.ui.kit.widget_tree import describe_tree

log = logging.getLogger(__name__)

MARKS_KEPT = 20_000
LINE_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was seen to happen at `at`, in seconds of the system's monotonic clock."""

    number: int
    name: str
    subject: str
    at: float


class Marks:
    """Remembers when things happened on this screen; the last twenty thousand."""

    def __init__(self) -> None:
        self._kept: deque[Mark] = deque(maxlen=MARKS_KEPT)
        self._count = 0

    def mark(self, name: str, subject: str = "") -> None:
        """Note that it happened now."""
        self._count += 1
        self._kept.append(Mark(self._count, name, subject, time.monotonic()))

    def after(self, number: int) -> tuple[Mark, ...]:
        """Return the marks later than that one, oldest first."""
        return tuple(each for each in self._kept if each.number > number)


class PaintMarks(QObject):
    """Marks a widget's next paint, once its picture has been handed over."""

    def __init__(self, widget: QWidget, marks: Marks) -> None:
        super().__init__(widget)
        self._marks = marks
        self._expected: list[tuple[str, str]] = []
        widget.installEventFilter(self)

    def expect(self, name: str, subject: str = "") -> None:
        """Mark `name` for `subject` at the widget's next paint."""
        self._expected.append((name, subject))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the paint; a timer of zero fires after the window's picture was handed to the display."""
        if self._expected and event.type() is QEvent.Type.Paint:
            due, self._expected = self._expected, []
            QTimer.singleShot(0, self, lambda: self._painted(due))
        return False

    def _painted(self, due: list[tuple[str, str]]) -> None:
        for name, subject in due:
            self._marks.mark(name, subject)


class ControlServer:
    """Answers the harness about one window. Started and closed on the loop's thread."""

    def __init__(
        self,
        window: QWidget,
        marks: Marks,
        file: Path,
        probes: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        """`probes` are further facts that can be asked by name; each returns something JSON can hold."""
        self._window = window
        self._marks = marks
        self._file = file
        self._probes = dict(probes or {})
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self) -> None:
        """Listen on a free loopback port and write the file, complete or not at all."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LINE_LIMIT)
        port = self._server.sockets[0].getsockname()[1]
        content = json.dumps({"port": port, "token": self._token, "pid": os.getpid()})
        await asyncio.to_thread(_write_private, self._file, content)
        log.info("observation channel on port %d", port)

    async def close(self) -> None:
        """Stop listening and take the file away."""
        if self._server is not None:
            self._server.close()
            serving = dict(self._clients)
            for writer in serving:
                writer.close()
            await asyncio.gather(*(task for task in serving.values() if task is not None))
            await self._server.wait_closed()
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(self._file.unlink)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._reply(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError) as error:
            log.warning("observation channel: %s", error)
        except asyncio.CancelledError:
            # The end of the loop. Raised on, Python 3.11 would report it as an error of the stream (fixed in 3.12).
            log.debug("observation channel cut by the end of the window")
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self._clients.pop(writer, None)

    async def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict) or not hmac.compare_digest(
                str(request.get("token")), self._token
            ):
                return {"ok": False, "error": "wrong token"}
            return {"ok": True, **await self._answer(request)}
        except Exception as error:
            log.exception("observation channel")
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    async def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        match request.get("do"):
            case "tree":
                return {"widgets": describe_tree(self._window)}
            case "screenshot":
                return await self._screenshot(Path(str(request["path"])), whole=bool(request.get("screen")))
            case "marks":
                found = self._marks.after(int(request.get("after", 0)))
                return {"marks": [[each.number, each.name, each.subject, each.at] for each in found]}
            case "probe":
                return {"value": self._probes[str(request["name"])]()}
            case "probes":
                return {"names": sorted(self._probes)}
            case "quit":
                QTimer.singleShot(0, self._window, self._window.close)
                return {}
            case other:
                return {"ok": False, "error": f"unknown request {other!r}"}

    async def _screenshot(self, path: Path, *, whole: bool) -> dict[str, Any]:
        picture = self._window.screen().grabWindow(0) if whole else self._window.grab()
        image = picture.toImage()
        if not await asyncio.to_thread(image.save, str(path)):
            return {"ok": False, "error": f"{path} cannot be written"}
        return {"width": image.width(), "height": image.height()}


def _write_private(path: Path, content: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    fresh.replace(path)
