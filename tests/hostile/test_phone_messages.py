"""What the library would drop, cut off or misread rings, or is answered and told. Nothing rings out of a body."""

import asyncio
import contextlib
import re
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from typing import Self

import pytest

from operator_app.domain.line import (
    LineEnded,
    LineFault,
    LineLost,
    LineOffered,
    LineRefused,
    LineRegistration,
    RegistrationState,
)
from operator_app.room.peers import free_sip_port
from operator_app.telephony.engine import LIBRARY_VARIABLE
from operator_app.telephony.settings import EngineAccount
from tests.e2e.telephony.raw_sip import RawPeer, RawStream
from tests.e2e.telephony.rig import Rig, engine_limits, settings, until
from tests.e2e.telephony.test_hostile import talk

LIMIT = engine_limits().message_bytes


def to(uri: str, message: str) -> str:
    """Return the request with another Request-URI."""
    return re.sub(r"^(\S+) \S+", rf"\1 {uri}", message, count=1)


def long_call(peer: RawPeer, size: int) -> str:
    """Return an INVITE of so many bytes; its offer stands last, behind what makes it long."""
    short = peer.request("INVITE", body=body_of(peer, 0), content_type="multipart/mixed;boundary=b")
    body = body_of(peer, max(0, size - len(short) - 3))
    head = re.sub(r"Content-Length: \d+", f"Content-Length: {len(body)}", short.partition("\r\n\r\n")[0])
    return f"{head}\r\n\r\n{body}"


def body_of(peer: RawPeer, padding: int) -> str:
    sdp = peer.invite().partition("\r\n\r\n")[2]
    return (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{'y' * padding}\r\n"
        f"--b\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--b--\r\n"
    )


SERVICES = ["urn:service:sos", "URN:service:sos.police", "urn:service:sos.fire;x=y", "urn:service:counseling"]


@pytest.mark.parametrize("tcp", [False, True])
def test_a_call_to_an_emergency_service_rings(tmp_path: Path, tcp: bool) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            for uri in SERVICES:
                with RawPeer(seat.address) as peer:
                    so_far = len(seat.signals.all)
                    call = to(uri, peer.invite())
                    if tcp:
                        async with RawStream.to(seat.address) as stream:
                            await stream.send(call)
                            await stream.response(f"{peer.last} INVITE", 180)
                    else:
                        peer.send(call)
                        await peer.response(f"{peer.last} INVITE", "180")
                    offered = await seat.signals.wait(LineOffered, after=so_far)
                    assert offered.number == f"08{peer.last}"
                    await seat.phone.end(offered.call_id)
                    await seat.ended(offered)

    asyncio.run(story())


def test_such_a_call_is_answered_spoken_and_ended_and_one_is_taken_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            with RawPeer(seat.address) as peer:
                plain = peer.invite
                peer.invite = lambda *words, body=None: to("urn:service:sos", plain(*words, body=body))  # type: ignore[method-assign]
                offered, tag, invite, _, _ = await talk(seat, peer)
                peer.send(peer.request("BYE", to_tag=tag, call=invite))
                await peer.response(f"{peer.last} BYE", "200")
                await seat.ended(offered)
                call = peer.invite()
                peer.send(call)
                await peer.response(f"{peer.last} INVITE", "180")
                head = call.partition("\r\n\r\n")[0].replace("INVITE", "CANCEL")
                lines = [each for each in head.split("\r\n") if not each.startswith(("Content-", "Contact"))]
                peer.send("\r\n".join([*lines, "Content-Length: 0", "", ""]))
                await peer.response(f"{peer.last} INVITE", "487")
                await seat.signals.wait(LineEnded, lambda each: each.call_id != offered.call_id)
                assert seat.signals.of(LineFault) == []

    asyncio.run(story())


BROKEN = [
    (416, "^INVITE \\S+", "INVITE http://112.go.id/"),
    (416, "^INVITE \\S+", "INVITE nobodyKnows:112"),
    (416, "^INVITE \\S+", "INVITE urn:isbn:0451450523"),
    (400, "^INVITE (\\S+)", "INVITE <\\1>"),
    (400, "CSeq: ", "CSeq: zero "),
    (505, "SIP/2.0\r\n", "SIP/7.0\r\n"),
    (400, "Content-Length: \\d+", "Content-Length: 9999"),
    (488, "a=rtpmap:8 ", "a=rtpmap:65535 "),
]


def test_a_call_that_cannot_be_read_is_answered_and_told_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            assert seat.ready.unguarded == ""
            with RawPeer(seat.address) as peer:
                for code, right, wrong in BROKEN:
                    so_far = len(seat.signals.all)
                    call = re.sub(right, wrong, peer.invite(), count=1)
                    caller = f"08{peer.last}"
                    for _ in range(2):  # a repetition is answered again, and told no second time
                        peer.send(call)
                        await answered(peer, code)
                    refused = await seat.signals.wait(LineRefused, after=so_far)
                    assert (refused.code, refused.number) == (code, caller)
                    await peer.alive()
            assert [each.code for each in seat.signals.of(LineRefused)] == [code for code, _, _ in BROKEN]
            assert seat.signals.of(LineOffered) == []

    asyncio.run(story())


async def answered(peer: RawPeer, code: int) -> None:
    await until(f"a {code}", lambda: (peer.receive() or "").startswith(f"SIP/2.0 {code} "))


def carries_sdp(heard: str) -> str | None:
    return heard if "m=audio" in heard else None


@pytest.mark.parametrize("tcp", [False, True])
def test_a_long_call_rings_with_its_offer_or_is_refused_and_told(tmp_path: Path, tcp: bool) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            for size in (3_900, 4_136, 8_500, 20_000, 55_000):
                with RawPeer(seat.address) as peer:
                    await long_call_comes(seat, peer, size, tcp=tcp)

    asyncio.run(story())


async def long_call_comes(seat: Rig, peer: RawPeer, size: int, *, tcp: bool) -> None:
    so_far = len(seat.signals.all)
    call = long_call(peer, size)
    assert abs(len(call) - size) < 10
    async with RawStream.to(seat.address) as stream:
        if tcp:
            await stream.send(call)
        else:
            peer.send(call)
        if size > LIMIT:
            refused = await seat.signals.wait(LineRefused, after=so_far)
            assert refused.code == 513
            if tcp:
                await stream.shut()
            else:
                await until("513", lambda: (peer.receive() or "").startswith("SIP/2.0 513 "))
        else:
            offered = await seat.answer_next(after=so_far)
            answer = await until("the answer", lambda: carries_sdp(peer.receive() or stream.heard.decode()))
            assert re.search(r"m=audio \d+ RTP/AVP 8 101\r\n", answer), "an answer to the offer"
            await seat.phone.end(offered.call_id)
            await seat.ended(offered)
    await peer.alive()
    assert len(seat.signals.of(LineOffered)) == len(seat.signals.of(LineEnded))


def smuggled(peer: RawPeer, how: str) -> bytes:
    """Return an INVITE whose body holds others, such that a reader who loses count finds those."""
    hidden = peer.invite().replace("sip:08", "sip:666") * 3
    outer = peer.request("INVITE", body="\r\n" * 3 + hidden, content_type="text/plain")
    length = re.compile(r"Content-Length: \d+")
    match how:
        case "over the limit":
            room = LIMIT - outer.index("\r\n\r\n") - 4  # the buffer is full just where the hidden one begins
            padding = "x" * room
            outer = outer.replace("\r\n" * 4, "\r\n\r\n" + padding + "\r\n" * 2, 1)
            size = len(outer.partition("\r\n\r\n")[2])
            return length.sub(f"Content-Length: {size}", outer, count=1).encode()
        case "without a length":
            return length.sub("Subject: none", outer, count=1).encode()
        case "with two lengths":
            return length.sub(r"Content-Length: 0\r\n\g<0>", outer, count=1).encode()
        case "with a short one first":
            return length.sub(r"l: 2\r\n\g<0>", outer, count=1).encode()
        case "with a negative one":
            return length.sub("Content-Length: -1", outer, count=1).encode()
        case "with an endless head":
            return ("INVITE sip:112@x SIP/2.0\r\nX: " + "y" * LIMIT + "\r\n" + hidden).encode()
    raise AssertionError(how)


WAYS = [
    "over the limit", "without a length", "with two lengths", "with a short one first", "with a negative one",
    "with an endless head",
]  # fmt: skip


@pytest.mark.parametrize("pieces", [1, 7])
def test_no_call_rings_out_of_another_ones_body(tmp_path: Path, pieces: int) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            with RawPeer(seat.address) as peer:
                for how in WAYS:
                    async with RawStream.to(seat.address) as stream:
                        data = smuggled(peer, how)
                        part = len(data) // pieces + 1
                        for begin in range(0, len(data), part):
                            await stream.send(data[begin : begin + part])
                        await stream.shut()
                    await peer.alive()
                    assert seat.signals.of(LineOffered) == [], how
                async with RawStream.to(seat.address) as stream:  # a new connection is read as ever
                    await stream.send(peer.invite())
                    await stream.response(f"{peer.last} INVITE", 180)

    asyncio.run(story())


class StreamRegistrar:
    """A phone server by TCP that takes whoever comes, and then says what it is told by his connection."""

    def __init__(self) -> None:
        self.heard = b""
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._writer is not None:
            self._writer.close()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        rest = b""
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65_536):
                self.heard += part
                rest += part
                while b"\r\n\r\n" in rest:
                    head, _, rest = rest.partition(b"\r\n\r\n")
                    if head.startswith((b"REGISTER ", b"OPTIONS ")):
                        kept = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:", b"contact:")
                        lines = [each for each in head.split(b"\r\n")[1:] if each.lower().startswith(kept)]
                        writer.write(
                            b"\r\n".join([b"SIP/2.0 200 OK", *lines, b"Content-Length: 0", b"", b""])
                        )

    async def send(self, *pieces: bytes) -> None:
        """Say it, each piece for itself."""
        assert self._writer is not None
        for piece in pieces:
            self._writer.write(piece.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
            await self._writer.drain()
            await asyncio.sleep(
                0.005
            )  # no fact tells that it was read for itself; together they are no worse


@pytest.mark.parametrize("where", ["in the head", "in the body"])
def test_of_our_own_connection_to_a_server_one_message_is_passed_over_to_the_byte(
    tmp_path: Path, where: str
) -> None:
    """Shut, it would take the seat from its server; the library itself eats blank lines where a message may begin."""

    async def story() -> None:
        async with StreamRegistrar() as server:
            account = EngineAccount(
                "server", "1", "x", f"sip:127.0.0.1:{server.port};transport=tcp", expires_s=60
            )
            async with Rig(tmp_path, replace(settings(), accounts=(account,))) as seat:
                await seat.signals.wait(
                    LineRegistration, lambda each: each.state is RegistrationState.REGISTERED
                )
                with RawPeer(seat.address) as peer:
                    hidden = peer.invite().replace("sip:08", "sip:666")
                    body = ("\r\n" * 500 + hidden + "\n\r\n") * (LIMIT // 1_000)
                    more = [] if where == "in the body" else ["X: " + "y" * 900] * (LIMIT // 900 + 1)
                    call = peer.request("INVITE", *more, body=body, content_type="text/plain").encode()
                    assert len(call) > LIMIT
                    refused = peer.last
                    next_call = peer.invite().encode()
                    sent = call + b"\r\n\r\n" + next_call
                    await server.send(*(sent[at : at + 1_111] for at in range(0, len(sent), 1_111)))
                    await until("180", lambda: f"CSeq: {peer.last} INVITE".encode() in server.heard)
                offered = await seat.signals.wait(LineOffered)
                assert (
                    [offered.number]
                    == [each.number for each in seat.signals.of(LineOffered)]
                    == [f"08{peer.last}"]
                )
                assert [(each.code, each.number) for each in seat.signals.of(LineRefused)] == [
                    (513, f"08{refused}")
                ]
                assert len(seat.signals.of(LineRegistration)) == 1, "it was never away"

    asyncio.run(story())


def test_a_connection_with_a_call_on_it_is_shut_too_and_the_call_goes_on(tmp_path: Path) -> None:
    """The library keeps a connection for as long as a call uses it, and would go on reading."""

    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            with RawPeer(seat.address) as peer:
                async with RawStream.to(seat.address) as stream:
                    await stream.send(peer.invite())
                    invite = peer.last
                    offered = await seat.answer_next()
                    await stream.response(f"{invite} INVITE", 200)
                    await stream.send(smuggled(peer, "over the limit") + peer.invite().encode())
                    await stream.shut()
                await peer.alive()
                assert [each.call_id for each in seat.signals.of(LineOffered)] == [offered.call_id]
                assert [call.call_id for call in seat.phone.calls()] == [offered.call_id]
                assert seat.signals.of(LineLost) == []

    asyncio.run(story())


def test_a_flood_of_what_cannot_be_read_ends_no_engine(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings(port=free_sip_port())) as seat:
            with RawPeer(seat.address) as peer:
                for number in range(300):
                    peer.send(to(f"nobodyKnows:{number}", peer.request("OPTIONS")))
                    peer.receive()
                for number in range(60):
                    async with RawStream.to(seat.address) as stream:
                        await stream.send(smuggled(peer, WAYS[number % len(WAYS)]))
                await peer.alive_after_a_flood()
                assert seat.signals.of(LineOffered) == []
                for _ in range(4):  # of the library's memory for shut connections some is used again by these
                    async with RawStream.to(seat.address) as stream:
                        await stream.send(peer.request("OPTIONS"))
                        await stream.response(f"{peer.last} OPTIONS", 200)
                assert seat.signals.of(LineLost) == []
                assert seat.signals.of(LineFault) == []

    asyncio.run(story())


def test_a_library_that_is_not_known_has_nothing_before_it_and_the_window_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel by another way is not the one that is known: who could have put what there?"""
    wheel = Path(str(distribution("pjsua2-python").locate_file("pjsua2")))
    for name in (wheel.name, "pjsua2_python.libs"):
        (tmp_path / name).symlink_to(wheel.with_name(name))
    monkeypatch.setenv(LIBRARY_VARIABLE, str(tmp_path))

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            assert seat.ready.unguarded == "where it keeps its messages is not known of this library"
            with RawPeer(seat.address) as peer:  # it is a phone all the same
                peer.send(peer.invite())
                await seat.signals.wait(LineOffered)

    asyncio.run(story())
    assert "nothing stands before the library's parser" in (tmp_path / "seat" / "engine.log").read_text()
