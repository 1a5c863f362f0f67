"""Strangers at the phone port of a registered seat: each is answered, nothing of it goes anywhere, the line is kept.

One engine stands for all cases. Its phone server is at an address of its own, the strangers at others.
"""

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from operator_app.domain.line import (
    LineEnded,
    LineFault,
    LineLost,
    LineOffered,
    LinePlaced,
    LineRefused,
    LineRegistration,
)
from operator_app.telephony.settings import EngineAccount, EngineSettings, Srtp
from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rig import Rig, settings, until

SERVER, STRANGER, OTHER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
T = TypeVar("T")


class Registrar:
    """A phone server that takes whoever comes: REGISTER and OPTIONS are answered 200."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((SERVER, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._socket.sendto(b"", (SERVER, self.port))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(65_536)
            if not data:
                return
            if data.startswith((b"REGISTER ", b"OPTIONS ")):
                kept = [
                    line
                    for line in data.decode().partition("\r\n\r\n")[0].split("\r\n")[1:]
                    if line.lower().startswith(("via:", "from:", "to:", "call-id:", "cseq:", "contact:"))
                ]
                answer = ["SIP/2.0 200 OK", *kept, "Expires: 60", "Content-Length: 0", "", ""]
                self._socket.sendto("\r\n".join(answer).encode(), sender)


class Stage:
    """A registered seat that lives for all cases, on a loop of its own."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.registrar = Registrar()
        account = EngineAccount("server", "m3", "x", f"sip:{SERVER}:{self.registrar.port}", expires_s=60)
        # A free port for all of 127/8: strangers and server have addresses of their own.
        self.settings: EngineSettings = replace(settings(), accounts=(account,), **more)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.seat = self.run(self._open(folder))

    def run(self, work: Coroutine[Any, Any, T], limit_s: float = 20.0) -> T:
        """Carry out a coroutine on the seat's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(limit_s)

    async def _open(self, folder: Path) -> Rig:
        seat = Rig(folder, self.settings)
        await seat.phone.start()
        await seat.signals.wait(LineRegistration, lambda each: each.state.value == "registered")
        return seat

    def close(self) -> None:
        """End the seat; it must still be able to."""
        self.run(self.seat.phone.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self.registrar.close()

    def peer(self, host: str) -> RawPeer:
        """Return somebody at that address."""
        return RawPeer(self.seat.address, host)

    async def clear(self) -> None:
        """End what is left of a case."""
        await peer_is_answered(self)  # a 180 is on the wire before the call is told of
        for call in self.seat.phone.calls():
            await self.seat.phone.end(call.call_id)
        await until("no call is left", lambda: not self.seat.phone.calls())


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(tmp_path_factory.mktemp("registered"))
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(tmp_path_factory.mktemp("open"), direct=True)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def encrypting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(tmp_path_factory.mktemp("encrypting"), srtp=Srtp.OPTIONAL)
    yield stage
    stage.close()


async def final(peer: RawPeer) -> int:
    """Return the first final answer that comes."""

    def look() -> int | None:
        while (message := peer.receive()) is not None:
            code = int(message.split(" ")[1]) if message.startswith("SIP/2.0") else 0
            if code >= 200:
                return code
        return None

    return await until("a final answer", look, 5.0)


def to_user(message: str, user: str = "m3") -> str:
    """Return it with another name on the letter: that of the seat's account at its server."""
    return message.replace("sip:112@", f"sip:{user}@")


Case = Callable[[RawPeer], str]
REPLACES = "Replaces: raw-1;to-tag=1;from-tag=2"
OUTSIDE: dict[str, tuple[Case, int]] = {
    "a call": (lambda peer: peer.invite(), 403),
    "a call to the account": (lambda peer: to_user(peer.invite()), 403),
    "a call in the server's name": (
        lambda peer: to_user(peer.invite()).replace(f"@{peer.host}>;tag", f"@{SERVER}>;tag"), 403),
    "a call with a place": (lambda peer: peer.invite_with_place(), 403),
    "a call without an offer": (lambda peer: peer.invite(body=""), 403),
    "a call that takes another's place": (lambda peer: peer.request("INVITE", REPLACES), 403),
    "a broken multipart": (
        lambda peer: peer.request("INVITE", body="--b\r\n", content_type="multipart/mixed;boundary=b"), 403),
    "OPTIONS": (lambda peer: peer.request("OPTIONS"), 403),
    "a subscription": (lambda peer: peer.request("SUBSCRIBE", "Event: presence", "Expires: 600"), 403),
    "a subscription's end": (lambda peer: peer.request("SUBSCRIBE", "Event: presence", "Expires: 0"), 403),
    "a subscription to the account": (
        lambda peer: to_user(peer.request("SUBSCRIBE", "Event: presence", "Expires: 600")), 403),
    "a state": (lambda peer: peer.request("PUBLISH", "Event: presence", body="x", content_type="text/x"), 403),
    "a notice": (lambda peer: peer.request("NOTIFY", "Event: presence", "Subscription-State: active"), 403),
    "a wish to send us on": (lambda peer: to_user(peer.request("REFER", "Refer-To: <sip:0809@x>")), 403),
    "a text": (lambda peer: peer.request("MESSAGE", body="halo", content_type="text/plain"), 403),
    "a registration": (lambda peer: peer.request("REGISTER"), 403),
    "a deadly key": (
        lambda peer: peer.request("INFO", body="Signal=5", content_type="application/dtmf-relay"), 403),
    "an invented method": (lambda peer: peer.request("INVENTED"), 403),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTSIDE)
def test_a_stranger_is_answered_and_gets_nowhere(registered: Stage, case: str) -> None:
    make, code = OUTSIDE[case]

    async def story() -> None:
        told = len(registered.seat.signals.all)
        with registered.peer(STRANGER) as peer:
            message = make(peer)
            peer.send(message)
            assert await final(peer) == code
            if message.startswith("INVITE"):
                refused = await registered.seat.signals.wait(LineRefused, after=told)
                assert refused.code == code
            assert registered.seat.phone.calls() == ()
            new = registered.seat.signals.all[told:]
            assert not [each for each in new if isinstance(each, LineOffered | LinePlaced)]

    registered.run(story())


def test_the_server_is_served_by_whatever_name_it_writes(registered: Stage) -> None:
    async def story() -> None:
        for name in ("m3", "112"):
            told = len(registered.seat.signals.all)
            with registered.peer(SERVER) as peer:
                peer.send(to_user(peer.invite("P-Asserted-Identity: <tel:+62811>", "X-Call-Ref: abc"), name))
                offered = await registered.seat.signals.wait(LineOffered, after=told)
                await peer.response("1 INVITE", "180")
                assert (offered.account, offered.believed) == ("server", True)
                assert (offered.number, offered.reference) == ("+62811", "abc")
                await registered.clear()

    registered.run(story())


def test_the_server_asks_and_is_told(registered: Stage) -> None:
    async def story() -> None:
        with registered.peer(SERVER) as peer:
            await peer.alive()
            for message, code in (
                (peer.request("SUBSCRIBE", "Event: presence", "Expires: 600"), 489),
                (peer.request("PUBLISH", "Event: presence"), 405),
                (peer.request("MESSAGE", body="Tolong", content_type="text/plain"), 405),
                (peer.request("REFER", "Refer-To: <sip:0809@x>"), 501),
            ):
                peer.send(message)
                assert await final(peer) == code

    registered.run(story())


async def talk(stage: Stage, peer: RawPeer, *headers: str) -> tuple[LineOffered, str, int]:
    """Have a call answered; returns it, its tag and the number of its INVITE."""
    told = len(stage.seat.signals.all)
    peer.send(peer.invite(*headers))
    invite = peer.last
    offered = await stage.seat.answer_next(after=told)
    answer = await peer.response(f"{invite} INVITE", "200")
    tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer, re.IGNORECASE)
    assert tag is not None
    ack = peer.request("ACK", to_tag=tag[1], call=invite)
    peer.send(re.sub(r"CSeq: \d+", f"CSeq: {invite}", ack))
    return offered, tag[1], invite


@pytest.mark.parametrize("host", [SERVER, STRANGER])
def test_nobody_who_called_in_dials_at_our_cost(open_to_all: Stage, host: str) -> None:
    """Neither a stranger nor a caller by way of the server, who would dial with the seat's own account."""

    async def story() -> None:
        with open_to_all.peer(host) as peer:
            _, tag, invite = await talk(open_to_all, peer)
            told = len(open_to_all.seat.signals.all)
            premium = f"Refer-To: <sip:0809premium@{SERVER}>"
            peer.send(peer.request("REFER", premium, to_tag=tag, call=invite))
            assert await final(peer) in (403, 603)
            await peer_is_answered(open_to_all)
            assert not [x for x in open_to_all.seat.signals.all[told:] if isinstance(x, LinePlaced)]
            await hang_up(open_to_all, peer, tag, invite)

    open_to_all.run(story())


async def hang_up(stage: Stage, peer: RawPeer, tag: str, invite: int) -> None:
    """Have the far end hang up: a BYE of ours that nobody answers would keep the library's line for half a minute."""
    peer.send(peer.request("BYE", to_tag=tag, call=invite))
    await until("no call is left", lambda: not stage.seat.phone.calls())


async def peer_is_answered(stage: Stage) -> None:
    """Return when the engine has dealt with all that came before."""
    with stage.peer(SERVER) as peer:
        await peer.alive()


def test_a_strangers_word_on_who_he_is_is_his_own(open_to_all: Stage) -> None:
    async def story() -> None:
        told = len(open_to_all.seat.signals.all)
        with open_to_all.peer(STRANGER) as peer:
            asserted = (
                "P-Asserted-Identity: <tel:112>",
                "X-Call-Ref: the-call-of-another",
                "Call-Info: <urn:emergency:uid:callid:abc:x>;purpose=emergency-CallId",
            )
            peer.send(to_user(peer.invite(*asserted)))
            offered = await open_to_all.seat.signals.wait(LineOffered, after=told)
            assert (offered.account, offered.believed) == ("direct", False)
            assert offered.number == "081"
            assert offered.reference == peer.call_name(1)
            assert offered.emergency_ids == ()
            await open_to_all.clear()

    open_to_all.run(story())


def test_a_strangers_calls_leave_room_for_others_and_a_line_for_the_server(open_to_all: Stage) -> None:
    async def story() -> None:
        seat = open_to_all.seat
        told = len(seat.signals.all)
        with (
            open_to_all.peer(STRANGER) as one,
            open_to_all.peer(OTHER) as two,
            open_to_all.peer(SERVER) as server,
        ):
            for number in range(1, 5):
                one.send(one.invite())
                await one.response(f"{number} INVITE", "180" if number <= 2 else "486")
            two.send(two.invite())
            await two.response("1 INVITE", "180")
            if seat.ready.max_calls == 4:
                two.send(two.invite())
                await two.response("2 INVITE", "486")
            server.send(server.invite())
            await server.response("1 INVITE", "180")
            refused = [each for each in seat.signals.all[told:] if isinstance(each, LineRefused)]
            assert {each.code for each in refused} == {486}
            await until("four calls", lambda: len(seat.phone.calls()) == 4)
            await open_to_all.clear()
            assert len([each for each in seat.signals.all[told:] if isinstance(each, LineEnded)]) == 4

    open_to_all.run(story())


def test_who_holds_a_calls_tags_may_end_it_himself(registered: Stage) -> None:
    """A proxy that records no route: the caller's own phone says ACK and BYE, from an address of its own."""

    async def story() -> None:
        with registered.peer(SERVER) as server, registered.peer(STRANGER) as caller:
            offered, tag, invite = await talk(registered, server)
            bye = server.request("BYE", to_tag=tag, call=invite)
            caller.send(
                bye.replace(f"{server.host}:{server.port};branch", f"{caller.host}:{caller.port};branch")
            )
            assert await final(caller) == 200
            assert (await registered.seat.ended(offered)).code == 200

    registered.run(story())


IN_CALL: dict[str, tuple[str, tuple[str, ...], str, str, int]] = {
    "OPTIONS": ("OPTIONS", (), "", "", 200),
    "an empty INFO": ("INFO", (), "", "", 200),
    "a wish for a picture": ("INFO", (), "application/media_control+xml", "<x/>", 200),
    "words by INFO": ("INFO", (), "text/plain", "halo", 415),
    "an exchange's own event": ("INFO", (), "application/broadsoft", "event flashhook", 415),
    "data of a car": ("INFO", ("Info-Package: EmergencyCallData.eCall.MSD",), "x/y", "z", 469),
    "a wish that we answer": ("NOTIFY", ("Event: talk", "Subscription-State: active"), "", "", 489),
    "an invented method": ("INVENTED", (), "", "", 501),
}


def test_what_is_usual_inside_a_call_gets_its_own_answer(registered: Stage) -> None:
    async def story() -> None:
        with registered.peer(SERVER) as peer:
            offered, tag, invite = await talk(registered, peer)
            answers = {}
            for name, (method, headers, kind, body, _) in IN_CALL.items():
                peer.send(
                    peer.request(method, *headers, body=body, content_type=kind, to_tag=tag, call=invite)
                )
                answers[name] = await final(peer)
            assert answers == {name: code for name, (*_, code) in IN_CALL.items()}
            assert registered.seat.phone.calls()[0].call_id == offered.call_id
            await hang_up(registered, peer, tag, invite)

    registered.run(story())


SOUND = "m=audio {port} RTP/AVP 8\r\n"
BROWSER = "m=audio {port} UDP/TLS/RTP/SAVPF 8\r\na=fingerprint:sha-256 00:11\r\na=setup:actpass\r\n"
VIDEO = "m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
ADDRESS = "c=IN IP4 127.0.0.1"
OFFERS: dict[str, tuple[str, str, bool]] = {
    "plain": (ADDRESS, SOUND, True),
    "with feedback": (ADDRESS, "m=audio {port} RTP/AVPF 8\r\n", True),
    "held": (ADDRESS, SOUND + "a=inactive\r\n", True),
    "held the old way": ("c=IN IP4 0.0.0.0", SOUND, True),
    "a number that nobody explains": (ADDRESS, "m=audio {port} RTP/AVP 8 101\r\n", True),
    "frames of less than nothing": (ADDRESS, SOUND + "a=ptime:-5\r\n", True),
    "odd lengths": (ADDRESS, SOUND + "a=ptime:60\r\na=maxptime:7\r\n", True),
    "eight lines": (ADDRESS, SOUND * 8, True),
    "a browser's beside a plain one": (ADDRESS, BROWSER + SOUND, True),
    "a plain one beside a browser's": (ADDRESS, SOUND + BROWSER, True),
    "the newer addresses beside the older": (ADDRESS, SOUND + "c=IN IP6 ::1\r\n" + SOUND, True),
    "the newer addresses": ("c=IN IP6 ::1", SOUND, False),
    "a host's name": ("c=IN IP4 no.such.host.invalid", SOUND, False),
    "keys alone": (ADDRESS, "m=audio {port} RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", False),
    "a browser's": (ADDRESS, BROWSER, False),
    "encrypted without a key": (ADDRESS, "m=audio {port} RTP/SAVP 8\r\n", False),
    "a codec nobody has": (ADDRESS, "m=audio {port} RTP/AVP 18\r\n", False),
    "frames of a second": (ADDRESS, SOUND + "a=ptime:1000\r\n", False),
    "forty lines": (ADDRESS, SOUND * 40, False),
    "a picture": (ADDRESS, VIDEO, False),
    "nowhere": ("s=-", SOUND, False),
}
"""What an offer says of addresses, its lines, and whether it can be answered."""


@pytest.mark.parametrize("name", OFFERS)
@pytest.mark.parametrize("which", ["registered", "encrypting"])
def test_what_rings_can_be_answered_and_nothing_kills(
    request: pytest.FixtureRequest, which: str, name: str
) -> None:
    stage: Stage = request.getfixturevalue(which)
    address, lines, answerable = OFFERS[name]

    async def story() -> None:
        told = len(stage.seat.signals.all)
        with stage.peer(SERVER) as peer:
            offer = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n{address}\r\nt=0 0\r\n{lines}"
            peer.send(peer.invite(body=offer.format(port=peer.rtp.getsockname()[1])))
            if answerable:
                await peer.response("1 INVITE", "180")
                await stage.seat.answer_next(after=told)
                answer = await peer.response("1 INVITE", "200")
                tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer, re.IGNORECASE)
                assert tag is not None
                peer.send(re.sub(r"CSeq: \d+", "CSeq: 1", peer.request("ACK", to_tag=tag[1], call=1)))
                await hang_up(stage, peer, tag[1], 1)
            else:
                assert await final(peer) in (400, 406, 488)
                await stage.seat.signals.wait(LineRefused, after=told)
                await peer_is_answered(stage)
                assert stage.seat.phone.calls() == ()
            new = stage.seat.signals.all[told:]
            assert not [each for each in new if isinstance(each, LineLost | LineFault)]

    stage.run(story())
