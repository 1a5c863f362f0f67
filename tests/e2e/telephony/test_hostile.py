"""Input meant to break a phone: the engine lives, the call in hand goes on, what was refused is counted."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from operator_app.domain.line import (
    LineConnected,
    LineDigit,
    LineEnded,
    LineFault,
    LineLost,
    LineOffered,
    LineQuality,
    LineRecorded,
    LineRefused,
    LineSignal,
    LineSilence,
)
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.raw_sip import RawPeer, mutated, paced
from tests.e2e.telephony.rig import Rig, settings, silent_frames, tone_level, until, write_tone

TONE_HZ = 440


class TurnAway:
    """Turns each call away as it comes, but for the one in hand."""

    def __init__(self, seat: Rig) -> None:
        self._seat = seat
        self._tasks: set[asyncio.Task[None]] = set()
        self._end = seat.phone.subscribe(self._listen)
        self.count = 0

    def _listen(self, told: LineSignal) -> None:
        if isinstance(told, LineOffered):
            self.count += 1
            self._tasks.add(asyncio.create_task(self._turn_away(told)))

    async def _turn_away(self, told: LineOffered) -> None:
        try:
            await self._seat.phone.end(told.call_id, busy=True)
        except PhoneRefusedError as refusal:
            # A mutilated call may be over by itself.
            if refusal.code is not PhoneRefusal.UNKNOWN_CALL:
                raise

    async def stop(self) -> None:
        self._end()
        await asyncio.gather(*self._tasks)


@dataclass
class Busy:
    """A seat with a call in hand whose caller sends a tone."""

    seat: Rig
    in_hand: LineOffered

    async def still_talks(self) -> None:
        """Wait for two more readings of the call in hand; its sound is judged at the end, from the recording."""
        before = self.seat.signals.of(LineQuality)[-1].received
        await self.seat.signals.wait(LineQuality, lambda each: each.received > before + 40)
        assert self.in_hand.call_id in [call.call_id for call in self.seat.phone.calls()]


@asynccontextmanager
async def busy_seat(folder: Path) -> AsyncIterator[Busy]:
    voice = write_tone(folder / "voice.wav", TONE_HZ)
    async with (
        Rig(folder, settings(record=folder / "recordings")) as seat,
        Rig(folder, settings(speak=voice, user="0811"), "far") as far,
    ):
        await far.phone.dial(f"sip:112@{seat.address}")
        in_hand = await seat.answer_next()
        await seat.signals.wait(LineQuality, lambda each: each.received > 20)
        busy = Busy(seat, in_hand)
        yield busy
        await busy.still_talks()
        await seat.phone.end(in_hand.call_id)
        recorded = await seat.signals.wait(LineRecorded, lambda each: each.call_id == in_hand.call_id)
        for kind in (LineLost, LineFault, LineSilence):
            assert seat.signals.of(kind) == []
        caller = Path(recorded.files[0])
        assert (
            tone_level(caller, TONE_HZ, start_s=0.3, seconds=0.5) > 0.2
        )  # sent at 0.5; a starved machine drops frames
        assert tone_level(caller, TONE_HZ, start_s=recorded.seconds - 0.8, seconds=0.5) > 0.2
        # One in two seconds is the machine's; in a short call a single hitch of it is three.
        silent = silent_frames(caller, start_s=0.3, end_s=recorded.seconds - 0.2)
        assert silent <= max(3.0, recorded.seconds / 2)


def torture(peer: RawPeer) -> list[str | bytes]:
    """Messages of the kinds of RFC 4475, beside its own (`test_torture.py`): strange, wrong in form, wrong in sense."""
    plain = peer.invite()
    sdp = plain.partition("\r\n\r\n")[2]
    ask = peer.request("OPTIONS")
    return [
        # right, if strange
        ask.replace("Via:", "v  :").replace("From:", "f:").replace("Contact:", "m :"),
        ask.replace("Max-Forwards: 70", "Max-Forwards:\r\n 0070\r\nUnknown;Header: ;;,,;;\r\nSubject:"),
        ask.replace("<sip:112@127.0.0.1>", '"\\"\\\\ \xe6\x9d\xb1" <sip:%6A%00x@127.0.0.1;a=%22>'),
        ask.replace("Max-Forwards: 70", "Max-Forwards: 70\r\nAccept: " + "text/x, " * 300 + "text/y"),
        ask.replace("OPTIONS", "!interesting-Method0123456789_*+`.%indeed'~"),
        ask.replace("SIP/2.0\r\n", "SIP/7.0\r\n", 1),
        # wrong in form
        ask.replace("Content-Length: 0", "Content-Length: -999"),
        ask.replace("Content-Length: 0", "Content-Length: 99999999999999999999"),
        re.sub("CSeq: \\d+", "CSeq: 36893488147419103232", ask),
        ask.replace("Max-Forwards: 70", "Max-Forwards: 300"),
        ask.replace("From: <", 'From: "unterminated <'),
        ask.replace("To: <sip:", "To: <sip:[::1"),
        ask.replace("OPTIONS sip:112", "OPTIONS <sip:112"),
        ask.replace("OPTIONS sip:112", "OPTIONS nobodyKnows:112"),
        ask.replace("OPTIONS sip:112@127.0.0.1", "OPTIONS  sip:112@127.0.0.1; lr"),
        ask.replace("Via: SIP/2.0/UDP", "Via: SIP/2.0/UNKNOWN"),
        ask.replace("Via: ", "Via: ;;,;,,"),
        ask.replace("Call-ID", "No-Call-ID"),
        ask.replace("CSeq: ", "CSeq: zero "),
        ask.replace("\r\n", "\n"),
        ask.replace("\r\n\r\n", "\r\n"),
        # wrong in sense
        plain.replace("Content-Type: application/sdp", "Content-Type: application/unknown"),
        plain.replace("Contact: <sip:raw@", "Contact: <http://raw@"),
        plain.replace("Max-Forwards: 70", "Max-Forwards: 70\r\nRequire: nothingSupportsThis, norThis"),
        plain.replace("Max-Forwards: 70", "Max-Forwards: 0"),
        peer.request("INVITE", "Content-Type: application/sdp", body=sdp).replace("To: ", "To: <x:y>, "),
        peer.request("BYE", to_tag="nowhere"),
        peer.request("ACK", to_tag="nowhere"),
        peer.request("CANCEL"),
        peer.request("PRACK", "RAck: 1 1 INVITE", to_tag="nowhere"),
        peer.request("REFER", "Refer-To: <sip:x@127.0.0.1?Replaces=%00>"),
        peer.request("INVITE", "Replaces: nobody;to-tag=1;from-tag=2", body=sdp, content_type="application/sdp"),
        peer.request("SUBSCRIBE", "Event: dialog;;", "Expires: 99999999999"),
        peer.request("MESSAGE", body="\x00\x01", content_type="text/plain"),
        "SIP/2.0 200 OK\r\n\r\n",
        "SIP/2.0 4294967301 better not\r\n" + ask.partition("\r\n")[2],
        "SIP/2.0 200 OK\r\n" + ask.partition("\r\n")[2],
        b"",
        b"\r\n\r\n",
        b"\x00" * 1200,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        bytes(range(256)) * 4,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        plain[: len(plain) // 2],
        peer.request("INVITE", "X: " + "y" * 3000, body=sdp, content_type="application/sdp"),
        peer.request("INVITE", *["Via: SIP/2.0/UDP 127.0.0.1:9"] * 60, body=sdp, content_type="application/sdp"),
        peer.request("INVITE", "X: " + "y" * 9000, body=sdp, content_type="application/sdp"),
    ]  # fmt: skip


BAD_SDP = [
    "",
    "v=0",
    "garbage",
    "v=0\r\no=-\r\ns=-\r\n",
    "v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nc=IN IP6 127.0.0.1\r\nt=0 0\r\nm=audio 99999 RTP/AVP 8\r\n",
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n",
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + "m=audio 4000 RTP/AVP 8\r\n" * 60,
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP "
    + " ".join(map(str, range(300))) + "\r\n",
    ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
     "a=rtpmap:8 \xff/x/x/x\r\na=fmtp\r\na=\r\na=ptime:-5\r\na=rtpmap:999999999999 PCMA/8000\r\n"),
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n",
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 255.255.255.255\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 8\r\n",
]  # fmt: skip


def test_strange_messages_and_bad_offers(tmp_path: Path) -> None:
    async def story() -> None:
        async with busy_seat(tmp_path) as busy:
            turn_away = TurnAway(busy.seat)
            with RawPeer(busy.seat.address) as peer:
                for message in torture(peer):
                    peer.send(message)
                    await peer.alive()
                for body in BAD_SDP:
                    peer.send(peer.invite(body=body))
                    await peer.alive()
            await turn_away.stop()
            assert turn_away.count >= 1, "some of them are calls, and calls are offered"
            wanted = len(BAD_SDP) - turn_away.count  # what is not offered is counted
            await busy.seat.signals.wait(LineRefused, lambda each: each.count >= wanted)

    asyncio.run(story())


def test_five_hundred_mutilated_invites(tmp_path: Path) -> None:
    async def story() -> None:
        chance = random.Random(112)
        async with busy_seat(tmp_path) as busy:
            turn_away = TurnAway(busy.seat)
            with RawPeer(busy.seat.address) as peer:
                sends = [mutated(peer.invite_with_place(), chance) for _ in range(500)]
                await paced(sends, peer, 45)
                await peer.alive()
            await turn_away.stop()
            assert turn_away.count > 50
            # Above all those that are shorter than they say.
            await busy.seat.signals.wait(LineRefused, lambda each: turn_away.count + each.count > 200)
            assert len(busy.seat.phone.calls()) <= busy.seat.ready.max_calls

    asyncio.run(story())


def test_a_flood_is_counted_and_the_call_in_hand_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with busy_seat(tmp_path) as busy:
            seat, free = busy.seat, busy.seat.ready.max_calls - 1
            with RawPeer(seat.address) as peer:
                await paced([peer.invite().encode() for _ in range(600)], peer, 200)
                await peer.alive()
                await seat.signals.wait(LineRefused, lambda each: each.count >= 600 - free)
            assert seat.signals.of(LineRefused)[-1].count == 600 - free
            assert {each.code for each in seat.signals.of(LineRefused)} == {486}
            ringing = [call for call in seat.phone.calls() if call.call_id != busy.in_hand.call_id]
            assert len(ringing) == free
            for call in ringing:
                await seat.phone.end(call.call_id)
            await until("only the call in hand is left", lambda: len(seat.phone.calls()) == 1)

    asyncio.run(story())


def test_calls_given_up_faster_than_their_sockets_close_end_no_engine(tmp_path: Path) -> None:
    """200 a second, each CANCELled at once: 64 sockets with the wheel, and the 65th would abort the process."""

    async def story() -> None:
        async with busy_seat(tmp_path) as busy:
            with RawPeer(busy.seat.address) as peer:
                sends: list[bytes] = []
                for _ in range(400):
                    invite = peer.invite()
                    head = invite.partition("\r\n\r\n")[0]
                    cancel = "\r\n".join(
                        line.replace("INVITE", "CANCEL")
                        for line in head.split("\r\n")
                        if not line.startswith(("Content-", "Contact"))
                    )
                    sends += [invite.encode(), f"{cancel}\r\nContent-Length: 0\r\n\r\n".encode()]
                await paced(sends, peer, 400)
                await peer.alive_after_a_flood()
            assert busy.seat.signals.of(LineLost) == []
            # Some lost their CANCEL on the way and ring on.
            for call in busy.seat.phone.calls():
                if call.call_id != busy.in_hand.call_id:
                    with contextlib.suppress(PhoneRefusedError):  # over by itself meanwhile
                        await busy.seat.phone.end(call.call_id)
            assert len(busy.seat.signals.of(LineOffered)) > 50

    asyncio.run(story())


def test_a_name_in_another_encoding_costs_neither_call_nor_engine(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                named = peer.invite().encode().replace(b"From: <", b'From: "Andr\xe9" <')
                peer.send(named)
                offered = await seat.answer_next()
                assert offered.display_name == "Andr\ufffd"
                assert seat.signals.of(LineLost) == []

    asyncio.run(story())


async def talk(
    seat: Rig, peer: RawPeer, *, offerless: bool = False
) -> tuple[LineOffered, str, int, int, int]:
    """Have a call answered; returns it, its tag, its INVITE's number, the port for sound, the type of keys."""
    sdp = peer.invite().partition("\r\n\r\n")[2]
    peer.send(peer.invite(body="") if offerless else peer.invite())
    invite = peer.last
    offered = await seat.answer_next()
    answer = await peer.response(f"{invite} INVITE", "200")
    tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer, re.IGNORECASE)
    port = re.search(r"m=audio (\d+)", answer)
    keys = re.search(r"a=rtpmap:(\d+) telephone-event/8000", answer)
    assert tag is not None
    assert port is not None
    assert keys is not None
    body = sdp if offerless else ""
    kind = "application/sdp" if offerless else ""
    ack = peer.request("ACK", body=body, content_type=kind, to_tag=tag[1], call=invite)
    peer.send(re.sub(r"CSeq: \d+", f"CSeq: {invite}", ack))
    await seat.signals.wait(LineConnected)
    return offered, tag[1], invite, int(port[1]), int(keys[1])


def key_by_info(peer: RawPeer, body: str, tag: str, invite: int) -> str:
    return peer.request("INFO", body=body, content_type="application/dtmf-relay", to_tag=tag, call=invite)


@pytest.mark.parametrize("offerless", [False, True])
def test_keys_in_every_wrong_form_and_one_in_the_right(tmp_path: Path, offerless: bool) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                offered, tag, invite, port, kind = await talk(seat, peer, offerless=offerless)
                await seat.signals.wait(LineQuality)
                target = ("127.0.0.1", port)
                wrong = [
                    b"",
                    b"\x05",
                    b"\x05\x80",
                    b"\xff\xff\xff\xff",
                    b"\x05\x8a\x00",
                    b"\x10\x8a\x03\x20" * 300,
                ]
                for number, payload in enumerate(wrong):
                    peer.rtp.sendto(
                        peer.event(payload, kind=kind, sequence=number, stamp=800 * number), target
                    )
                for junk in (b"", b"\x80", b"\x00" * 12, b"\xff" * 1400, b"\x9f\xe5" + b"\x00" * 10):
                    peer.rtp.sendto(junk, target)
                for body in (
                    "Signal=5x\r\nDuration=zz",
                    "Signal=\r\nDuration=",
                    "Duration=5",
                    "=" * 1000,
                    "",
                ):
                    peer.send(key_by_info(peer, body, tag, invite))
                await peer.alive()
                so_far = len(seat.signals.all)
                for number, payload in enumerate(
                    (b"\x07\x0a\x00\xa0", b"\x07\x8a\x03\x20", b"\x07\x8a\x03\x20")
                ):
                    peer.rtp.sendto(
                        peer.event(payload, kind=kind, sequence=100 + number, stamp=80_000), target
                    )
                digit = await seat.signals.wait(LineDigit, after=so_far)
                assert digit == LineDigit(offered.call_id, "7")
                await seat.phone.end(offered.call_id)
                await seat.signals.wait(LineEnded)
                assert seat.signals.of(LineLost) == []

    asyncio.run(story())


def test_a_key_by_info_without_its_duration_kills_nobody_and_is_heard(tmp_path: Path) -> None:
    """pjproject 2.15.1 with asserts on aborts on it: the watchman takes it before the library sees it."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                offered, tag, invite, _, _ = await talk(seat, peer)
                wanted = []
                for key, body in (
                    ("5", "Signal=5"),
                    ("6", "Signal= 6\n"),
                    ("*", "signal = *\r\n"),
                    ("", "Signal=zz"),
                    ("", "Duration=100"),
                ):
                    request = key_by_info(peer, body, tag, invite)
                    for _ in range(2):  # over UDP a repetition is one key
                        peer.send(request)
                        await peer.response(f"{peer.last} INFO", "200" if key else "400", limit_s=2.0)
                    wanted += [LineDigit(offered.call_id, key)] if key else []
                hidden = key_by_info(peer, "Signal=7", tag, invite)
                hidden = hidden.replace("INFO", "info", 1).replace(
                    "Content-Type: application/dtmf-relay", "c:\r\n application /\tDTMF-relay"
                )
                peer.send(hidden)
                await peer.response(f"{peer.last} ", "200")
                wanted.append(LineDigit(offered.call_id, "7"))
                peer.send(key_by_info(peer, "Signal=8\r\nDuration=160", tag, invite))
                await peer.response(f"{peer.last} INFO", "200")
                wanted.append(LineDigit(offered.call_id, "8"))
                await until("all keys", lambda: len(seat.signals.of(LineDigit)) >= len(wanted))
                assert seat.signals.of(LineDigit) == wanted
                assert seat.signals.of(LineLost) == []

    asyncio.run(story())

    asyncio.run(story())
