"""SIP by hand: messages that no decent program would send, and a caller who speaks raw RTP."""

import asyncio
import contextlib
import random
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from tests.e2e.telephony.rig import LOOPBACK, until

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
)
PLACE = (
    '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf"><tuple id="a"><status><geopriv>'
    '<location-info><Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>0.5 117.4</pos></Point></location-info>'
    "</geopriv></status></tuple></presence>"
)


class RawPeer:
    """A UDP socket at an address of the loopback that says whatever it is told."""

    def __init__(self, target: str, host: str = LOOPBACK) -> None:
        at, _, port = target.rpartition(":")
        self.target = (at, int(port))
        self.host = host
        self.name = secrets.token_hex(4)
        """Ports come again, and two calls of one name would be one."""
        self._number = 0
        self.sip, self.rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self.sip, self.rtp):
            each.bind((host, 0))
            each.setblocking(False)
        self.port: int = self.sip.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sip.close()
        self.rtp.close()

    def send(self, message: str | bytes) -> None:
        data = message if isinstance(message, bytes) else message.encode("utf-8", "surrogateescape")
        self.sip.sendto(data, self.target)

    def request(
        self,
        method: str,
        *headers: str,
        body: str = "",
        content_type: str = "",
        to_tag: str = "",
        call: int = 0,
    ) -> str:
        """Return a well-formed request; `call` 0 begins a new dialog."""
        self._number += 1
        call = call or self._number
        tag = f";tag={to_tag}" if to_tag else ""
        lines = [
            f"{method} sip:112@{self.target[0]}:{self.target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK-{self.name}-{self._number}",
            f"From: <sip:08{call}@{self.host}>;tag=t{call}",
            f"To: <sip:112@{LOOPBACK}>{tag}",
            f"Call-ID: {self.call_name(call)}",
            f"CSeq: {self._number} {method}",
            f"Contact: <sip:raw@{self.host}:{self.port}>",
            "Max-Forwards: 70",
            *headers,
            *([f"Content-Type: {content_type}"] if content_type else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def invite(self, *headers: str, body: str | None = None) -> str:
        sdp = SDP.format(port=self.rtp.getsockname()[1]) if body is None else body
        return self.request("INVITE", *headers, body=sdp, content_type="application/sdp" if sdp else "")

    def invite_with_place(self) -> str:
        sdp = SDP.format(port=self.rtp.getsockname()[1])
        body = (
            f"--b\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--b\r\nContent-Type: application/pidf+xml\r\n"
            f"Content-ID: <p@x>\r\n\r\n{PLACE}\r\n--b--\r\n"
        )
        headers = ("P-Asserted-Identity: <tel:+62811>", "Geolocation: <cid:p@x>;inserted-by=x", "Privacy: id")
        return self.request("INVITE", *headers, body=body, content_type="multipart/mixed;boundary=b")

    def call_name(self, call: int) -> str:
        """Return the Call-ID of that call."""
        return f"raw-{self.name}-{call}"

    def receive(self) -> str | None:
        try:
            return self.sip.recv(65_536).decode("utf-8", "replace")
        except BlockingIOError:
            return None

    async def response(self, cseq: str, code: str, limit_s: float = 10.0) -> str:
        """Return the first response of that status to that request, e.g. "1 INVITE" and "200"."""

        def look() -> str | None:
            while (message := self.receive()) is not None:
                if message.startswith(f"SIP/2.0 {code}") and f"CSeq: {cseq}" in message:
                    return message
            return None

        return await until(f"{code} to {cseq}", look, limit_s)

    async def alive(self) -> None:
        """Return when the other side has answered an OPTIONS."""
        self.send(self.request("OPTIONS"))
        await self.response(f"{self._number} OPTIONS", "200")

    async def alive_after_a_flood(self, limit_s: float = 30.0) -> None:
        """Return when an OPTIONS was answered; asked again and again, as UDP lost some of what came before."""
        end = asyncio.get_running_loop().time() + limit_s
        while True:
            self.send(self.request("OPTIONS"))
            try:
                await self.response(f"{self._number} OPTIONS", "200", 0.5)
            except AssertionError:
                if asyncio.get_running_loop().time() > end:
                    raise
            else:
                return

    @property
    def last(self) -> int:
        """The number of the last request."""
        return self._number

    def event(self, payload: bytes, *, sequence: int, kind: int = 101, stamp: int = 1600) -> bytes:
        """Return an RTP packet."""
        return struct.pack("!BBHII", 0x80, kind, sequence, stamp, 0x1234) + payload


class RawStream:
    """A TCP connection that says whatever it is told; what comes back is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.heard = b""
        self.ended = False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    @asynccontextmanager
    async def to(cls, target: str) -> AsyncIterator[Self]:
        """Connect to host:port."""
        host, _, port = target.rpartition(":")
        stream = cls(*await asyncio.open_connection(host, int(port)))
        try:
            yield stream
        finally:
            await stream.close()

    async def _listen(self) -> None:
        with contextlib.suppress(ConnectionError):
            while part := await self._reader.read(65_536):
                self.heard += part
        self.ended = True

    async def send(self, message: str | bytes) -> None:
        """Say it, with the transport's name in its Via."""
        data = message if isinstance(message, bytes) else message.encode()
        with contextlib.suppress(ConnectionError):
            self._writer.write(data.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
            await self._writer.drain()

    async def response(self, cseq: str, code: int) -> str:
        """Return the first response of that status to that request, e.g. "1 INVITE" and 200."""

        def look() -> str | None:
            said = self.heard.decode("utf-8", "replace").split("SIP/2.0 ")
            return next(
                (each for each in said if each.startswith(str(code)) and f"CSeq: {cseq}" in each), None
            )

        return await until(f"{code} to {cseq}", look)

    async def shut(self) -> None:
        """Return when the other side has shut it."""
        await until("the connection is shut", lambda: self.ended)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
        await self._listening


def mutated(message: str, chance: random.Random) -> bytes:
    """Return the message with one to five wounds: bytes changed, pieces lost, doubled or moved."""
    data = bytearray(message.encode())
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data))
        end = min(len(data), at + chance.randint(1, 40))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * chance.randint(1, 20)
            case 3:
                data[at:end] = chance.choice(
                    [b"\r\n", b"\x00", b"%00", b"\xff\xfe", b"9" * 30, b'"', b"<", b";;"]
                )
            case _:
                piece = data[at:end]
                del data[at:end]
                data[at // 2 : at // 2] = piece
        if not data:
            break
    return bytes(data[:3900])


async def paced(sends: list[bytes], peer: RawPeer, per_second: int) -> None:
    """Send all at a steady pace, and take in what comes back."""
    clock = asyncio.get_running_loop()
    began = clock.time()
    for number, data in enumerate(sends):
        peer.send(data)
        while peer.receive() is not None:
            pass
        await asyncio.sleep(max(0.0, began + (number + 1) / per_second - clock.time()))
