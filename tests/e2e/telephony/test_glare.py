"""Both ends change the call in the same moment: each is told 491 and tries again (RFC 3261, 14.1)."""

import asyncio
import re
from pathlib import Path

import pytest

from operator_app.domain.line import (
    HoldState,
    LineEnded,
    LineFault,
    LineMedia,
    LineQuality,
    LineRecorded,
    MediaDirection,
)
from tests.e2e.telephony.raw_sip import SDP, RawPeer
from tests.e2e.telephony.rig import Rig, settings, tone_level, until, write_tone
from tests.e2e.telephony.test_hostile import talk

TONE_HZ = 440


def held(told: LineMedia) -> bool:
    return told.hold is HoldState.LOCAL and told.direction is MediaDirection.SEND


class InDialog:
    """The far end of a call by hand: takes the engine's requests and answers them as told."""

    def __init__(self, peer: RawPeer, tag: str, invite: int) -> None:
        self._peer, self._tag, self._invite = peer, tag, invite
        self._seen: set[str] = set()
        self._heard: list[str] = []

    async def request(self, method: str, limit_s: float = 15.0) -> str:
        """Return the next request of that method that has not come before."""

        def look() -> str | None:
            while (message := self._peer.receive()) is not None:
                self._heard.append(message)
            for message in self._heard:
                branch = re.search(r"branch=([^;\s]+)", message)
                assert branch is not None
                name = f"{method} {branch[1]}"  # the ACK of a refusal has the branch of what was refused
                if message.startswith(f"{method} ") and name not in self._seen:
                    self._seen.add(name)
                    return message
            return None

        return await until(f"a {method}", look, limit_s)

    async def status(self, cseq: int) -> int:
        """Return the final status of our own INVITE of that number."""

        def look() -> int | None:
            while (message := self._peer.receive()) is not None:
                self._heard.append(message)
            for message in self._heard:
                found = re.match(r"SIP/2\.0 (\d+)", message)
                if found and int(found[1]) >= 200 and f"CSeq: {cseq} INVITE" in message:
                    return int(found[1])
            return None

        return await until(f"an answer to {cseq}", look)

    def answer(self, request: str, code: int, *, direction: str = "") -> None:
        """Answer a request; with a direction by an answer to its offer."""
        kept = [
            line
            for line in request.partition("\r\n\r\n")[0].split("\r\n")[1:]
            if line.partition(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")
        ]
        body = ""
        if direction:
            body = SDP.format(port=self._peer.rtp.getsockname()[1]) + f"a={direction}\r\n"
            kept += ["Content-Type: application/sdp", f"Contact: <sip:raw@127.0.0.1:{self._peer.port}>"]
        head = "\r\n".join([f"SIP/2.0 {code} Said", *kept, f"Content-Length: {len(body)}"])
        self._peer.send(f"{head}\r\n\r\n{body}")

    def offer(self, direction: str) -> int:
        """Offer a change of our own; returns the number of the request."""
        body = SDP.format(port=self._peer.rtp.getsockname()[1]) + f"a={direction}\r\n"
        invite = self._peer.request(
            "INVITE", body=body, content_type="application/sdp", to_tag=self._tag, call=self._invite
        )
        self._peer.send(invite)
        return self._peer.last

    def acknowledge(self, cseq: int) -> None:
        """Send the ACK of a refused INVITE of ours."""
        ack = self._peer.request("ACK", to_tag=self._tag, call=self._invite)
        self._peer.send(ack.replace(f"CSeq: {self._peer.last} ", f"CSeq: {cseq} "))


@pytest.mark.parametrize("refusals", [1, 3])
def test_a_hold_that_crosses_the_far_end_s_change_is_offered_again_until_it_is_agreed(
    tmp_path: Path, refusals: int
) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                offered, tag, invite, _, _ = await talk(seat, peer)
                there = InDialog(peer, tag, invite)
                await seat.phone.hold(offered.call_id, True)
                crossed = await there.request("INVITE")
                ours = there.offer("sendonly")
                assert await there.status(ours) == 491, "its own is still open"
                there.acknowledge(ours)
                there.answer(crossed, 491)
                await there.request("ACK")
                for _ in range(refusals - 1):
                    there.answer(await there.request("INVITE"), 491)
                    await there.request("ACK")
                again = await there.request("INVITE")
                assert "a=sendonly" in again
                so_far = len(seat.signals.all)
                there.answer(again, 200, direction="recvonly")
                await there.request("ACK")
                await seat.signals.wait(LineMedia, held, after=so_far)
                assert seat.signals.of(LineFault) == []
                assert seat.signals.of(LineEnded) == []

    asyncio.run(story())


def test_a_taking_back_that_crosses_the_far_end_s_own_is_offered_again(tmp_path: Path) -> None:
    """Both had held, so that no sound was agreed at all: nobody's hold is left, and nothing but the offer mends it."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                offered, tag, invite, _, _ = await talk(seat, peer)
                there = InDialog(peer, tag, invite)
                await seat.phone.hold(offered.call_id, True)
                there.answer(await there.request("INVITE"), 200, direction="inactive")
                await there.request("ACK")
                await seat.signals.wait(LineMedia, lambda each: each.direction is MediaDirection.NONE)
                await seat.phone.hold(offered.call_id, False)
                there.answer(await there.request("INVITE"), 491)
                await there.request("ACK")
                so_far = len(seat.signals.all)
                there.answer(await there.request("INVITE"), 200, direction="sendrecv")
                await there.request("ACK")
                agreed = await seat.signals.wait(LineMedia, lambda each: each.active, after=so_far)
                assert (agreed.hold, agreed.direction) == (HoldState.NONE, MediaDirection.BOTH)
                ours = there.offer("inactive")
                assert await there.status(ours) == 200
                there.acknowledge(ours)
                last = await seat.signals.wait(LineMedia, lambda each: each.hold is HoldState.REMOTE)
                assert last.direction is MediaDirection.NONE, "the far end's own hold is left in peace"

    asyncio.run(story())


def test_two_phones_that_hold_and_take_back_in_the_same_moment_end_up_agreed(tmp_path: Path) -> None:
    async def story() -> None:
        voice = write_tone(tmp_path / "caller.wav", TONE_HZ)
        async with (
            Rig(tmp_path, settings(record=tmp_path / "recordings")) as seat,
            Rig(tmp_path, settings(speak=voice, user="0811"), "far") as far,
        ):
            there = await far.phone.dial(f"sip:112@{seat.address}")
            here = (await seat.answer_next()).call_id
            await seat.signals.wait(LineQuality, lambda each: each.received > 20)
            neither, both = (HoldState.LOCAL, MediaDirection.NONE), (HoldState.NONE, MediaDirection.BOTH)
            for on, agreed in 4 * ((True, neither), (False, both)):
                await asyncio.gather(seat.phone.hold(here, on), far.phone.hold(there, on))

                def is_agreed(state: tuple[HoldState, MediaDirection] = agreed) -> bool:
                    calls = [call for each in (seat, far) for call in each.phone.calls()]
                    return [(call.hold, call.direction) for call in calls] == [state, state]

                await until(f"both {agreed}", is_agreed, 30.0)
            so_far = len(seat.signals.all)
            first = await seat.signals.wait(LineQuality, after=so_far)
            await seat.signals.wait(
                LineQuality, lambda each: each.received > first.received + 40, after=so_far
            )
            await seat.phone.end(here)
            recorded = await seat.signals.wait(LineRecorded)
            for rig in (seat, far):
                assert rig.signals.of(LineFault) == []
        assert tone_level(Path(recorded.files[0]), TONE_HZ, start_s=recorded.seconds - 0.6, seconds=0.4) > 0.2

    asyncio.run(story())
