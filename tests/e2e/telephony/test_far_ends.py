"""What far ends do in a call: name somebody else, send us on, ring without a sound, end without a word."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from operator_app.domain.line import (
    EndedBy,
    HoldState,
    LineCallState,
    LineConnected,
    LineDiverted,
    LineEnded,
    LineFault,
    LineIdentity,
    LineOffered,
    LineProgress,
    LineRefused,
    LineTransfer,
    TransferState,
)
from tests.e2e.telephony.raw_sip import SDP, RawPeer
from tests.e2e.telephony.rig import Rig, samples, settings, until
from tests.e2e.telephony.test_odd_offers import Voice, ack, call_with, sound_port

SARI = 'P-Asserted-Identity: "Ibu Sari" <tel:+6281200000077>'


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_call_that_an_exchange_hands_over_is_shown_as_its_caller(tmp_path: Path, method: str) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                peer.send(peer.invite())
                offered = await seat.answer_next()
                tag = tag_of(await peer.response("1 INVITE", "200"))
                peer.send(ack(peer, 1, 1, tag))
                await seat.signals.wait(LineConnected)
                sdp = SDP.format(port=peer.rtp.getsockname()[1]).replace("o=- 1 1", "o=- 1 2")
                body, kind = (sdp, "application/sdp") if method == "INVITE" else ("", "")
                peer.send(peer.request(method, SARI, body=body, content_type=kind, to_tag=tag, call=1))
                await peer.response(f"{peer.last} {method}", "200")
                if method == "INVITE":
                    peer.send(ack(peer, peer.last, 1, tag))
                told = await seat.signals.wait(LineIdentity)
                assert (told.call_id, told.number, told.display_name) == (
                    offered.call_id, "+6281200000077", "Ibu Sari",
                )  # fmt: skip
                (call,) = seat.phone.calls()
                assert (call.number, call.display_name) == ("+6281200000077", "Ibu Sari")

    asyncio.run(story())


def tag_of(answer: str) -> str:
    found = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer, re.IGNORECASE)
    assert found is not None
    return found[1]


def answer_to(request: str, status: str, *headers: str, body: str = "") -> str:
    """Return an answer to a request of the seat's."""
    kept = [
        f"{line};tag=far" if line.startswith("To:") and "tag=" not in line else line
        for line in request.partition("\r\n\r\n")[0].split("\r\n")[1:]
        if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:", "Record-Route:"))
    ]
    kind = ["Content-Type: application/sdp"] if body else []
    lines = [f"SIP/2.0 {status}", *kept, *headers, *kind, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines)


async def incoming(peer: RawPeer, method: str) -> str:
    """Return the next request of that kind that the seat sends."""

    def look() -> str | None:
        while (message := peer.receive()) is not None:
            if message.startswith(f"{method} "):
                return message
        return None

    return await until(f"a {method}", look)


@asynccontextmanager
async def called(seat: Rig) -> AsyncIterator[tuple[RawPeer, str, str]]:
    """Somebody whom the seat calls: peer, its INVITE, and the contact that the peer would give."""
    with RawPeer(seat.address) as peer:
        await seat.phone.dial(f"sip:0811@{peer.host}:{peer.port}")
        yield peer, await incoming(peer, "INVITE"), f"Contact: <sip:0811@{peer.host}:{peer.port}>"


def tone_share(ear: Path, seconds: float) -> float:
    """Return in how much of the last seconds that were heard there was any sound."""
    data, rate = samples(ear)
    part = data[-int(seconds * rate) :]
    frames = part[: len(part) // (rate // 50) * (rate // 50)].reshape(-1, rate // 50)
    return float((abs(frames).max(axis=1) > 0.01).mean())


@pytest.mark.parametrize("early", ["never", "stops"])
def test_the_operator_hears_it_ring_while_no_sound_comes_from_there(tmp_path: Path, early: str) -> None:
    """183 with a description and then nothing, as mobile networks do: an agreement on sound is no sound."""

    async def story() -> None:
        ear = tmp_path / "ear.wav"
        async with Rig(tmp_path, settings(hear=ear)) as seat, called(seat) as (peer, invite, contact):
            sdp = SDP.format(port=peer.rtp.getsockname()[1])
            peer.send(answer_to(invite, "183 Session Progress", contact, body=sdp))
            await seat.signals.wait(LineProgress)
            if early == "stops":
                voice = Voice(peer, sound_port(invite))
                await until("it is heard", lambda: heard_s(ear) > 0.5)
                await voice.stop()
            peer.send(answer_to(invite, "180 Ringing", contact))
            # One second of tone in five: whichever five seconds, there is some.
            before = length_s(ear)
            await until("five more seconds", lambda: length_s(ear) > before + 6.5, 25.0)
        data, rate = samples(ear)
        assert tone_share(ear, 5.5) > 0.1
        assert len(data) > 6 * rate

    asyncio.run(story())


def length_s(ear: Path) -> float:
    """Return how much was written of a WAV that still grows."""
    return (ear.stat().st_size - 44) / 32_000 if ear.exists() else 0.0


def heard_s(ear: Path) -> float:
    data = ear.read_bytes()[44:] if ear.exists() else b""
    return (
        sum(1 for at in range(0, len(data) - 640, 640) if any(data[at + 1 : at + 640 : 2].strip(b"\x00\xff")))
        / 50
    )


def test_who_was_called_is_followed_to_where_he_is(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat, called(seat) as (peer, invite, _):
            with RawPeer(seat.address) as other:
                to = f"sip:0822@{other.host}:{other.port}"
                peer.send(answer_to(invite, "302 Moved Temporarily", f"Contact: <{to}>"))
                again = await incoming(other, "INVITE")
                assert again.startswith(f"INVITE {to}")
                told = await seat.signals.wait(LineDiverted)
                assert (told.to, told.followed) == ("0822", True)
                sdp = SDP.format(port=other.rtp.getsockname()[1])
                other.send(answer_to(again, "200 OK", f"Contact: <{to}>", body=sdp))
                await seat.signals.wait(LineConnected)
                (call,) = seat.phone.calls()
                assert (call.state, call.diverted_to) == (LineCallState.CONNECTED, "0822")

    asyncio.run(story())


def test_who_is_diverted_to_what_cannot_be_called_is_told_as_that(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat, called(seat) as (peer, invite, _):
            peer.send(answer_to(invite, "302 Moved Temporarily", "Contact: <mailto:x@example.org>"))
            ended = await seat.signals.wait(LineEnded)
            assert ended.by is not EndedBy.LOCAL
            assert seat.signals.of(LineFault) == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("reason", "by"),
    [
        ("Reason: Q.850;cause=41", EndedBy.FAILURE),
        ('Reason: SIP;cause=503;text="RTP timeout"', EndedBy.FAILURE),
        ("Reason: Q.850;cause=16", EndedBy.REMOTE),
        ("Subject: x", EndedBy.REMOTE),
    ],
)
def test_a_way_that_broke_is_no_caller_who_hung_up(tmp_path: Path, reason: str, by: EndedBy) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                peer.send(peer.invite())
                offered = await seat.answer_next()
                tag = tag_of(await peer.response("1 INVITE", "200"))
                peer.send(ack(peer, 1, 1, tag))
                peer.send(peer.request("BYE", reason, to_tag=tag, call=1))
                ended = await seat.ended(offered)
                assert ended.by is by
                assert ("cause" in ended.reason) == (by is EndedBy.FAILURE)

    asyncio.run(story())


def test_a_transfer_whose_outcome_nobody_tells_gives_the_caller_back_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with call_with(tmp_path, "m=audio {port} RTP/AVP 8\r\n") as (seat, peer, offered, tag, _):
            await seat.phone.transfer(offered.call_id, f"sip:113@{peer.host}:{peer.port}")
            refer = await incoming(peer, "REFER")
            peer.send(answer_to(refer, "202 Accepted", f"Contact: <sip:raw@{peer.host}:{peer.port}>"))
            empty = ("Event: refer", "Subscription-State: terminated;reason=noresource")
            peer.send(peer.request("NOTIFY", *empty, to_tag=tag, call=1))
            failed = await seat.signals.wait(LineTransfer, lambda each: each.state is TransferState.FAILED)
            assert failed.call_id == offered.call_id
            hold = await incoming(peer, "INVITE")  # the hold of before, or its end
            peer.send(answer_to(hold, "200 OK", f"Contact: <sip:raw@{peer.host}:{peer.port}>"))
            await until("the caller is wanted back", lambda: seat.phone.calls()[0].hold is HoldState.NONE)

    asyncio.run(story())


def test_a_second_try_with_the_timer_that_was_asked_for_is_one_call(tmp_path: Path) -> None:
    """RFC 4028, 7.1: 422 asks for another timer; neither a ghost that rang nor a lost call."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                peer.send(peer.invite("Session-Expires: 60", "Min-SE: 60", "Supported: timer"))
                await peer.response("1 INVITE", "422")
                again = peer.invite("Session-Expires: 180", "Min-SE: 90", "Supported: timer")
                peer.send(again.replace(peer.call_name(2), peer.call_name(1)))
                await peer.response("2 INVITE", "180")
                await seat.answer_next()
                assert len(seat.signals.of(LineOffered)) == 1
                assert seat.signals.of(LineEnded) == []
                assert seat.signals.of(LineRefused) == []

    asyncio.run(story())
