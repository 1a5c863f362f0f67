"""A window's connection to its engine: orders with their one reply, and the frames that come by themselves."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from operator_app.domain.line import LostReason
from operator_app.telephony.rendezvous import EngineDoor
from operator_app.telephony.wire import PROTOCOL, Frame, FrameReader, WireError, encode
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

ORDER_S = 5.0
_CONNECT_S = 2.0
_CHUNK = 65_536
_FAREWELLS = {"replaced": LostReason.REPLACED, "new settings": LostReason.SETTINGS}


class EngineLink:
    """One connection. `on_event` gets each frame that is no reply, in order; `ended` resolves with why it ended."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        welcome: Frame,
        rest: list[Frame],
        frames: FrameReader,
        on_event: Callable[[Frame], None],
    ) -> None:
        self._reader, self._writer, self._frames = reader, writer, frames
        self._on_event = on_event
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._next_id = 1
        self.welcome = welcome
        self.ended: asyncio.Future[tuple[LostReason, str]] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._read(rest), name="engine link")

    @classmethod
    async def open(cls, door: EngineDoor, on_event: Callable[[Frame], None]) -> "EngineLink":
        """Connect and say hello; raises `ConnectionError` when nobody (of ours) is there."""
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                try:
                    writer.write(encode({"hello": door.token, "protocol": PROTOCOL}))
                    frames = FrameReader()
                    first: list[Frame] = []
                    while not first:
                        data = await reader.read(_CHUNK)
                        if not data:
                            raise ConnectionError("the engine closed the door")
                        first = frames.feed(data)
                except BaseException:
                    writer.close()
                    raise
        except (OSError, TimeoutError, WireError) as problem:
            raise ConnectionError(str(problem) or type(problem).__name__) from problem
        if first[0].get("welcome") != PROTOCOL:
            writer.close()
            raise ConnectionError(f"the engine speaks another protocol: {str(first[0])[:100]}")
        return cls(reader, writer, first[0], first[1:], frames, on_event)

    @property
    def pid(self) -> int:
        """The engine's process."""
        return int(self.welcome["pid"])

    async def order(
        self, op: str, args: dict[str, Any] | None = None, *, within_s: float = ORDER_S
    ) -> dict[str, Any]:
        """Send an order and return its result; raises `PhoneRefusedError`."""
        if self.ended.done():
            raise PhoneRefusedError(PhoneRefusal.PHONE_LOST, self.ended.result()[1])
        order_id, self._next_id = self._next_id, self._next_id + 1
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[order_id] = reply
        try:
            self.send({"id": order_id, "op": op, "args": args or {}})
            async with asyncio.timeout(within_s):
                return await reply
        except TimeoutError:
            raise PhoneRefusedError(PhoneRefusal.NO_ANSWER, f"{op}: no reply within {within_s:g} s") from None
        finally:
            self._waiting.pop(order_id, None)

    def send(self, frame: Frame) -> None:
        """Send a frame that wants no reply."""
        if not self._writer.is_closing():
            self._writer.write(encode(frame))

    def give_up(self, reason: LostReason, detail: str) -> None:
        """End the connection from this side, for the reason given."""
        self._end(reason, detail)
        self._task.cancel()

    async def aclose(self) -> None:
        """Close the connection and wait until its reader is gone."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._end(LostReason.DIED, "closed")
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self, rest: list[Frame]) -> None:
        try:
            for frame in rest:
                self._take(frame)
            while data := await self._reader.read(_CHUNK):
                for frame in self._frames.feed(data):
                    self._take(frame)
            self._end(LostReason.DIED, "the engine closed the connection")
        except OSError as problem:
            self._end(LostReason.DIED, str(problem))
        except WireError as problem:
            self._end(LostReason.BAD_MESSAGE, str(problem))

    def _take(self, frame: Frame) -> None:
        if "re" in frame:
            self._reply(frame)
        elif "farewell" in frame:
            farewell = str(frame["farewell"])
            self._end(_FAREWELLS.get(farewell, LostReason.DIED), f"the engine ended: {farewell}")
        else:
            self._on_event(frame)

    def _reply(self, frame: Frame) -> None:
        reply = self._waiting.get(frame["re"])
        if reply is None or reply.done():
            return
        if "error" in frame:
            code, detail = frame["error"].get("code"), str(frame["error"].get("detail", ""))
            try:
                refusal = PhoneRefusedError(PhoneRefusal(code), detail)
            except ValueError:
                raise WireError(f"unknown refusal {code!r}") from None
            reply.set_exception(refusal)
        elif isinstance(frame.get("ok"), dict):
            reply.set_result(frame["ok"])
        else:
            raise WireError(f"a reply that says nothing: {str(frame)[:100]}")

    def _end(self, reason: LostReason, detail: str) -> None:
        if self.ended.done():
            return
        self.ended.set_result((reason, detail))
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(PhoneRefusedError(PhoneRefusal.PHONE_LOST, detail))
        self._writer.close()
