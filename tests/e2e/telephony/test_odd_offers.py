"""Offers of many lines: the sound is where the live line is, not where the first one stands."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from operator_app.domain.line import (
    LineFault,
    LineMedia,
    LineOffered,
    LineQuality,
    LineQualitySummary,
    LineRecorded,
    LineSilence,
    SilenceReason,
)
from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rig import Rig, settings, tone_level, until, write_tone

HEAD = "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
SOUND = "m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
SECRET = (
    "m=audio {port} RTP/SAVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
)
CLOSED = "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
FOREIGN = "m=audio {port} RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
VIDEO = "m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
TEXT = "m=text {port} RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n"
FAX = "m=image {port} udptl t38\r\na=T38FaxVersion:0\r\n"
FLOOR = "m=application {port} TCP/BFCP *\r\na=setup:actpass\r\n"
OFFERS = {
    "plain": SOUND,
    "encrypted first": SECRET + SOUND,
    "closed first": CLOSED + SOUND,
    "another codec first": FOREIGN + SOUND,
    "video first": VIDEO + SOUND,
    "text first": TEXT + SOUND,
    "fax first": FAX + SOUND,
    "floor first": FLOOR + SOUND,
    "last of five": VIDEO + TEXT + FAX + SECRET + SOUND,
    "video last": SOUND + VIDEO,
    "closed last": SOUND + CLOSED,
}
TONE_HZ = 1000
_ALAW_TONE = bytes.fromhex("34212134b4a1a1b4") * 20
"""20 ms of the digital milliwatt (ITU-T G.711, table 5)."""
_ALAW_SILENCE = {0xD5, 0x55}


class Voice:
    """Speaks into a call from the peer's RTP socket, and listens."""

    def __init__(self, peer: RawPeer, port: int) -> None:
        self._peer, self.port = peer, port
        self.heard = 0
        self._task = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        for number in range(3000):
            self._peer.rtp.sendto(
                self._peer.event(_ALAW_TONE, sequence=number, kind=8, stamp=160 * number),
                ("127.0.0.1", self.port),
            )
            await asyncio.sleep(0.02)
            while (data := self._hear()) is not None:
                self.heard += bool(set(data[12:]) - _ALAW_SILENCE)

    def _hear(self) -> bytes | None:
        try:
            return self._peer.rtp.recv(2000)
        except BlockingIOError:
            return None

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})


def described(lines: str, peer: RawPeer, version: int = 1) -> str:
    return (HEAD + lines).format(port=peer.rtp.getsockname()[1], version=version)


def sound_port(answer: str) -> int:
    """The port of the one audio line that is not refused."""
    ports = [int(each) for each in re.findall(r"m=audio (\d+)", answer) if int(each)]
    assert len(ports) == 1, answer
    return ports[0]


def ack(peer: RawPeer, invite: int, call: int, tag: str) -> str:
    return re.sub(r"CSeq: \d+", f"CSeq: {invite}", peer.request("ACK", to_tag=tag, call=call))


@asynccontextmanager
async def call_with(folder: Path, lines: str) -> AsyncIterator[tuple[Rig, RawPeer, LineOffered, str, str]]:
    """A call that was offered so and answered; its tag and the answer's description come with it."""
    speak = write_tone(folder / "operator.wav", 700)
    async with Rig(folder, settings(speak=speak, record=folder / "recordings")) as seat:
        with RawPeer(seat.address) as peer:
            peer.send(peer.invite(body=described(lines, peer)))
            offered = await seat.answer_next()
            answer = await peer.response("1 INVITE", "200")
            tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer)
            assert tag is not None
            peer.send(ack(peer, 1, 1, tag[1]))
            yield seat, peer, offered, tag[1], answer


async def heard_both_ways(seat: Rig, voice: Voice) -> None:
    so_far = len(seat.signals.all)
    await seat.signals.wait(LineQuality, lambda each: each.received > 30, after=so_far)
    await until("the far end hears the operator", lambda: voice.heard > 20)


@pytest.mark.parametrize("name", OFFERS)
def test_sound_flows_by_the_live_line_wherever_it_stands(tmp_path: Path, name: str) -> None:
    async def story() -> None:
        async with call_with(tmp_path, OFFERS[name]) as (seat, peer, offered, _, answer):
            voice = Voice(peer, sound_port(answer))
            await heard_both_ways(seat, voice)
            await voice.stop()
            await seat.signals.wait(LineSilence)  # and its end is noticed by the same line
            await seat.phone.end(offered.call_id)
            recorded = await seat.signals.wait(LineRecorded)
            assert tone_level(Path(recorded.files[0]), TONE_HZ, start_s=0.3, seconds=0.4) > 0.2
            assert seat.signals.of(LineFault) == []

    asyncio.run(story())


def test_sound_that_moves_to_another_line_in_mid_call_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with call_with(tmp_path, SOUND) as (seat, peer, _, tag, answer):
            voice = Voice(peer, sound_port(answer))
            await heard_both_ways(seat, voice)
            for step, lines in enumerate(
                (CLOSED + SOUND, CLOSED + CLOSED + SOUND + VIDEO, SOUND + CLOSED), 2
            ):
                body = described(lines, peer, step)
                peer.send(
                    peer.request("INVITE", body=body, content_type="application/sdp", to_tag=tag, call=1)
                )
                changed = await peer.response(f"{peer.last} INVITE", "200")
                peer.send(ack(peer, peer.last, 1, tag))
                voice.port, voice.heard = sound_port(changed), 0
                await heard_both_ways(seat, voice)
            await voice.stop()
            assert seat.signals.of(LineFault) == []
            assert seat.signals.of(LineSilence) == []

    asyncio.run(story())


@pytest.mark.parametrize("lines", [SOUND, VIDEO + SOUND])
def test_a_call_into_which_no_sound_comes_is_told_as_such(tmp_path: Path, lines: str) -> None:
    async def story() -> None:
        async with call_with(tmp_path, lines) as (seat, _, offered, _, _):
            told = await seat.signals.wait(LineSilence, limit_s=6.0)
            assert (told.call_id, told.reason) == (offered.call_id, SilenceReason.NEVER)
            await seat.phone.end(offered.call_id)
            summary = await seat.signals.wait(LineQualitySummary)
            assert (summary.mos_mean, summary.silent_s >= 2.0) == (1.0, True)

    asyncio.run(story())


def test_a_call_without_any_agreed_sound_is_told_as_silent(tmp_path: Path) -> None:
    """Our offer is in the 200, the ACK has no answer: the library says nothing of it at all."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                peer.send(peer.invite(body=""))
                offered = await seat.answer_next()
                answer = await peer.response("1 INVITE", "200")
                tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer)
                assert tag is not None
                peer.send(ack(peer, 1, 1, tag[1]))
                told = await seat.signals.wait(LineSilence, limit_s=6.0)
                assert (told.call_id, told.reason) == (offered.call_id, SilenceReason.NEVER)
                assert not [each for each in seat.signals.of(LineMedia) if each.active]
                await seat.phone.end(offered.call_id)
                summary = await seat.signals.wait(LineQualitySummary)
                assert summary.silent_s >= 2.0

    asyncio.run(story())


def test_sound_that_a_change_kills_is_told_as_stopped(tmp_path: Path) -> None:
    async def story() -> None:
        async with call_with(tmp_path, SOUND) as (seat, peer, _, tag, answer):
            voice = Voice(peer, sound_port(answer))
            await heard_both_ways(seat, voice)
            await voice.stop()
            told = await seat.signals.wait(LineSilence, limit_s=6.0)
            assert told.reason is SilenceReason.STOPPED
            body = described(CLOSED + VIDEO, peer, 2)
            peer.send(peer.request("INVITE", body=body, content_type="application/sdp", to_tag=tag, call=1))
            await peer.response(f"{peer.last} INVITE", "")
            await peer.alive()
            assert seat.phone.calls()[0].silent_since is not None

    asyncio.run(story())
