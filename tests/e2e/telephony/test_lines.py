"""Several lines at once, measured by tones: who hears whom in a conference, after it, and after a transfer."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from operator_app.domain.line import (
    EndedBy,
    HoldState,
    LineCallState,
    LineConnected,
    LineEnded,
    LineMedia,
    LineOffered,
    LineProgress,
    LineQuality,
    LineRecorded,
    LineTransfer,
    TransferState,
)
from operator_app.telephony.settings import KeysBy
from tests.e2e.telephony.raw_sip import SDP, RawPeer
from tests.e2e.telephony.rig import Rig, settings, tone_level, until, write_tone
from tests.e2e.telephony.test_hostile import talk

OPERATOR_HZ, CALLER_HZ, AGENCY_HZ = 1000, 440, 620
HEARD, NOT_HEARD = 0.1, 0.02
"""A tone is sent at 0.5; on a starved machine slips of phase weaken what is measured of it."""


def rig(folder: Path, name: str, hertz: int, user: str) -> Rig:
    speak = write_tone(folder / f"{name}.wav", hertz)
    return Rig(folder, settings(speak=speak, record=folder / f"{name}-rec", user=user), name)


async def a_while(of: Rig, seconds: int = 2) -> None:
    """Wait for so many further readings of quality: about a second each."""
    for _ in range(seconds):
        await of.signals.wait(LineQuality, after=len(of.signals.all))


def test_in_a_conference_everyone_hears_everyone_and_the_rest_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            rig(tmp_path, "seat", OPERATOR_HZ, "112") as seat,
            rig(tmp_path, "caller", CALLER_HZ, "0811") as caller,
            rig(tmp_path, "agency", AGENCY_HZ, "113") as agency,
        ):
            await caller.phone.dial(f"sip:112@{seat.address}")
            first = (await seat.answer_next()).call_id
            second = await seat.phone.dial(f"sip:113@{agency.address}", for_call=first)
            offered = await agency.answer_next()
            await seat.signals.wait(LineConnected, lambda each: each.call_id == second)
            for call_id in (first, second):
                await seat.phone.join(call_id, True)
            await until(
                "both are in speech", lambda: {c.hold for c in seat.phone.calls()} == {HoldState.NONE}
            )
            # The agency's phone negotiates anew: all links of its port are gone and must come back.
            for on in (True, False):
                await agency.phone.hold(offered.call_id, on)
                wanted = HoldState.REMOTE if on else HoldState.NONE
                await seat.signals.wait(
                    LineMedia,
                    lambda each, w=wanted: each.call_id == second and each.hold is w and each.joined,  # type: ignore[misc]
                    after=0 if on else len(seat.signals.all) - 1,
                )
            await a_while(seat, 6)
            await agency.phone.end(offered.call_id)
            await seat.signals.wait(LineEnded, lambda each: each.call_id == second)
            await a_while(seat, 4)
            assert not seat.phone.calls()[0].joined
            await seat.phone.end(first)
            here = {
                each.call_id: each
                for each in [
                    await seat.signals.wait(LineRecorded, lambda r, c=c: r.call_id == c)  # type: ignore[misc]
                    for c in (first, second)
                ]
            }
            at_caller, at_agency = [await each.signals.wait(LineRecorded) for each in (caller, agency)]
        end = at_agency.seconds - 1.5
        heard_by_agency = Path(at_agency.files[0])
        for hertz, heard in ((OPERATOR_HZ, True), (CALLER_HZ, True), (AGENCY_HZ, False)):
            level = tone_level(heard_by_agency, hertz, start_s=end, seconds=1.0)
            assert level > HEARD if heard else level < NOT_HEARD, (hertz, level)
        together = Path(here[first].files[2])
        middle = here[second].seconds - 1.5
        caller_only = Path(here[second].files[0])
        assert tone_level(caller_only, AGENCY_HZ, start_s=middle, seconds=1.0) > HEARD
        assert tone_level(caller_only, CALLER_HZ, start_s=middle, seconds=1.0) < NOT_HEARD
        whole = Path(here[second].files[2])
        for hertz in (OPERATOR_HZ, CALLER_HZ, AGENCY_HZ):
            assert tone_level(whole, hertz, start_s=middle, seconds=1.0) > HEARD / 2
        last = at_caller.seconds - 1.5
        assert tone_level(Path(at_caller.files[0]), OPERATOR_HZ, start_s=last, seconds=1.0) > HEARD
        assert tone_level(Path(at_caller.files[0]), AGENCY_HZ, start_s=last, seconds=1.0) < NOT_HEARD
        assert tone_level(together, CALLER_HZ, start_s=here[first].seconds - 1.5, seconds=1.0) > HEARD

    asyncio.run(story())


def test_after_an_attended_transfer_caller_and_agency_hear_each_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            rig(tmp_path, "seat", OPERATOR_HZ, "112") as seat,
            rig(tmp_path, "caller", CALLER_HZ, "0811") as caller,
            rig(tmp_path, "agency", AGENCY_HZ, "113") as agency,
        ):
            await caller.phone.dial(f"sip:112@{seat.address}")
            first = (await seat.answer_next()).call_id
            second = await seat.phone.dial(f"sip:113@{agency.address}", for_call=first)
            await agency.answer_next()
            await seat.signals.wait(LineConnected, lambda each: each.call_id == second)
            await seat.phone.transfer_to(first, second)
            await seat.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
            await until("both lines are free", lambda: seat.phone.calls() == ())
            await until("one call is left there", lambda: len(caller.phone.calls()) == 1)
            await a_while(caller, 3)
            await caller.phone.end(caller.phone.calls()[0].call_id)
            await until("recorded", lambda: len(caller.signals.of(LineRecorded)) == 2)
            recorded = caller.signals.of(LineRecorded)[-1]
        file = Path(recorded.files[0])
        assert tone_level(file, AGENCY_HZ, start_s=recorded.seconds - 1.5, seconds=1.0) > HEARD
        assert tone_level(file, OPERATOR_HZ, start_s=recorded.seconds - 1.5, seconds=1.0) < NOT_HEARD

    asyncio.run(story())


def test_a_dead_target_brings_the_caller_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat, Rig(tmp_path, settings(user="0811"), "far") as far:
            await far.phone.dial(f"sip:112@{seat.address}")
            call_id = (await seat.answer_next()).call_id
            await seat.phone.transfer(call_id, "sip:113@127.0.0.1:9;transport=tcp")
            failed = await seat.signals.wait(LineTransfer, lambda each: each.state is TransferState.FAILED)
            assert failed.code >= 400
            await until("off hold", lambda: seat.phone.calls()[0].hold is HoldState.NONE)
            assert seat.phone.calls()[0].state is LineCallState.CONNECTED

    asyncio.run(story())


def test_a_far_end_that_cannot_transfer_keeps_its_call_with_us(tmp_path: Path) -> None:
    """SIP by hand: REFER is never answered, as by a far end that does not know it and is silent."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                offered, *_ = await talk(seat, peer)
                await seat.phone.transfer(offered.call_id, "sip:113@127.0.0.1:9")
                failed = await seat.signals.wait(
                    LineTransfer, lambda each: each.state is TransferState.FAILED
                )
                assert failed.code == 408
                await until("off hold", lambda: seat.phone.calls()[0].hold is HoldState.NONE)

    asyncio.run(story())


def test_sound_before_the_answer_is_heard(tmp_path: Path) -> None:
    """183 with SDP: the network's own words (busy, unknown number) come as sound before any answer."""

    async def story() -> None:
        hear = tmp_path / "heard.wav"
        async with Rig(tmp_path, settings(hear=hear)) as seat:
            with RawPeer(seat.address) as peer:
                call_id = await seat.phone.dial(f"sip:raw@127.0.0.1:{peer.port}")
                invite = await until("INVITE", peer.receive)
                kept = [line for line in invite.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq):", line)]
                to = next(line for line in invite.split("\r\n") if line.startswith("To:"))
                body = SDP.format(port=peer.rtp.getsockname()[1])
                peer.send(
                    "\r\n".join(
                        [
                            "SIP/2.0 183 Session Progress",
                            *kept,
                            f"{to};tag=early",
                            f"Contact: <sip:raw@127.0.0.1:{peer.port}>",
                            "Content-Type: application/sdp",
                            f"Content-Length: {len(body)}",
                            "",
                            body,
                        ]
                    )
                )
                progress = await seat.signals.wait(LineProgress)
                assert (progress.state, progress.code) == (LineCallState.RINGING, 183)
                await seat.signals.wait(LineMedia, lambda each: each.active)
                port = int(re.search(r"m=audio (\d+)", invite)[1])  # type: ignore[index]
                wave = (b"\xb5" * 8 + b"\x35" * 8) * 10  # A-law, 500 Hz
                for number in range(100):
                    packet = peer.event(wave, kind=8, sequence=number, stamp=160 * number)
                    peer.rtp.sendto(packet, ("127.0.0.1", port))
                    await asyncio.sleep(0.02)
                assert seat.phone.calls()[0].state is LineCallState.RINGING
                await seat.phone.end(call_id)
        assert tone_level(hear, 500) > 0.02

    asyncio.run(story())


SESSION = ("Supported: timer", "Session-Expires: 90;refresher=uac")
"""The shortest session that RFC 4028 allows; the far end is the one to refresh it."""


async def talk_for_a_session(seat: Rig, peer: RawPeer) -> tuple[LineOffered, str, int]:
    """Have a call answered that is to be refreshed by `peer`; returns it, its tag and its INVITE's number."""
    sdp = SDP.format(port=peer.rtp.getsockname()[1])
    peer.send(peer.request("INVITE", *SESSION, body=sdp, content_type="application/sdp"))
    invite = peer.last
    offered = await seat.answer_next()
    answer = await peer.response(f"{invite} INVITE", "200")
    assert re.search(r"(?mi)^Session-Expires: 90;refresher=uac", answer)
    tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer)
    assert tag is not None
    peer.send(re.sub(r"CSeq: \d+", f"CSeq: {invite}", peer.request("ACK", to_tag=tag[1], call=invite)))
    await seat.signals.wait(LineConnected)
    return offered, tag[1], invite


def test_a_session_is_refreshed_and_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, replace(settings(), session_expires_s=90)) as seat:
            with RawPeer(seat.address) as peer:
                offered, tag, invite = await talk_for_a_session(seat, peer)
                sdp = SDP.format(port=peer.rtp.getsockname()[1])
                peer.send(
                    peer.request(
                        "INVITE", *SESSION, body=sdp, content_type="application/sdp", to_tag=tag, call=invite
                    )
                )
                number = peer.last
                assert "Session-Expires" in await peer.response(f"{number} INVITE", "200")
                peer.send(
                    re.sub(r"CSeq: \d+", f"CSeq: {number}", peer.request("ACK", to_tag=tag, call=invite))
                )
                await a_while(seat, 1)
                (call,) = seat.phone.calls()
                assert (call.call_id, call.state) == (offered.call_id, LineCallState.CONNECTED)

    asyncio.run(story())


def test_a_session_that_nobody_refreshes_is_ended_by_us_told_as_a_failure_and_recorded_whole(
    tmp_path: Path,
) -> None:
    """A far end that died without a word. A minute long: the library takes no shorter session."""

    async def story() -> None:
        wanted = replace(settings(record=tmp_path / "recordings"), session_expires_s=90)
        async with Rig(tmp_path, wanted) as seat:
            with RawPeer(seat.address) as peer:
                offered, *_ = await talk_for_a_session(seat, peer)

                def look() -> str | None:
                    while (message := peer.receive()) is not None:
                        if message.startswith("BYE "):
                            return message
                    return None

                bye = await until("our BYE", look, 120.0)
                assert "408" in bye, "it says why (RFC 3326)"
                # Nobody answers it either; the operator need not wait for that.
                ended = await seat.ended(offered)
                assert (ended.by, ended.code) == (EndedBy.FAILURE, 408)
                recorded = await seat.signals.wait(LineRecorded)
                assert ended.answered_at is not None
                assert abs(recorded.seconds - (ended.at - ended.answered_at).total_seconds()) < 1.0
                assert seat.phone.calls() == ()
                after = len(seat.signals.all)
                peer.send(peer.invite())
                again = await seat.answer_next(after=after)
                await seat.signals.wait(LineConnected, lambda each: each.call_id == again.call_id)

    asyncio.run(story())


def test_keys_leave_as_info_where_the_site_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, replace(settings(), keys=KeysBy.INFO)) as seat:
            with RawPeer(seat.address) as peer:
                offered, *_ = await talk(seat, peer)
                await seat.phone.send_dtmf(offered.call_id, "5")

                def look() -> str | None:
                    while (message := peer.receive()) is not None:
                        if message.startswith("INFO "):
                            return message
                    return None

                info = await until("INFO", look)
                assert "application/dtmf-relay" in info
                assert re.search(r"(?mi)^Signal=\s*5", info)

    asyncio.run(story())


def test_the_slower_of_two_desks_is_told_by_the_bye_that_another_answered(tmp_path: Path) -> None:
    """SIP by hand: the caller's side got two 200s, and ends ours with the reason of RFC 3326."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            for reason in ('Reason: SIP;cause=200;text="Call completed elsewhere"', "Subject: goodbye"):
                with RawPeer(seat.address) as peer:
                    seat.signals.all.clear()
                    offered, tag, invite, *_ = await talk(seat, peer)
                    peer.send(peer.request("BYE", reason, to_tag=tag, call=invite))
                    ended = await seat.ended(offered)
                    assert ended.answered_at is not None
                    assert ended.elsewhere is reason.startswith("Reason")

    asyncio.run(story())
