"""Recordings through everything that happens to a call: hold, conference."""

import asyncio
from pathlib import Path

import pytest

from operator_app.domain.line import HoldState, LineConnected, LineMedia, LineQuality, LineRecorded
from tests.e2e.telephony.rig import Rig, settings, silent_frames, tone_level, until, write_tone


def test_a_recording_keeps_its_time_through_hold_and_has_both_voices_after_it(tmp_path: Path) -> None:
    """What the caller says on hold is not for the tape of what the operator heard; nothing else may be missing."""

    async def story() -> None:
        wanted = settings(
            speak=write_tone(tmp_path / "operator.wav", 1000, seconds=60), record=tmp_path / "recordings"
        )
        far_settings = settings(speak=write_tone(tmp_path / "caller.wav", 440, seconds=60), user="far")
        async with Rig(tmp_path, wanted) as seat, Rig(tmp_path, far_settings, "far") as far:
            await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            connected = await seat.signals.wait(LineConnected)
            await seat.signals.wait(LineQuality, lambda each: each.received > 60)
            await seat.phone.hold(offered.call_id, True)
            await seat.signals.wait(LineMedia, lambda each: each.hold is HoldState.LOCAL)
            held = asyncio.get_running_loop().time()
            await until("a second and a half on hold", lambda: asyncio.get_running_loop().time() - held > 1.5)
            so_far = len(seat.signals.all)
            await seat.phone.hold(offered.call_id, False)
            back = await seat.signals.wait(LineMedia, lambda each: each.hold is HoldState.NONE, after=so_far)
            assert back.active
            await seat.signals.wait(LineQuality, after=len(seat.signals.all))
            await seat.signals.wait(LineQuality, after=len(seat.signals.all))
            await seat.phone.end(offered.call_id)
            ended = await seat.ended(offered)
            recorded = await seat.signals.wait(LineRecorded)
        assert recorded.seconds == pytest.approx((ended.at - connected.at).total_seconds(), abs=0.4)
        caller, operator, both = map(Path, recorded.files)
        for file, hertz in ((caller, 440), (operator, 1000), (both, 440), (both, 1000)):
            assert tone_level(file, hertz, start_s=0.3, seconds=0.7) > 0.1, f"{file.name} before the hold"
            assert tone_level(file, hertz, start_s=recorded.seconds - 1.0, seconds=0.8) > 0.1, file.name
        assert silent_frames(both, start_s=0.0, end_s=recorded.seconds) > 50, "the hold is silence, not a gap"
        assert [len(digest) for digest in recorded.sha256] == [64] * 3

    asyncio.run(story())


def test_a_conference_is_on_the_tape_of_each_call_and_each_caller_alone_on_his_own(tmp_path: Path) -> None:
    async def story() -> None:
        wanted = settings(
            speak=write_tone(tmp_path / "operator.wav", 1000, seconds=60), record=tmp_path / "recordings"
        )
        async with (
            Rig(tmp_path, wanted) as seat,
            Rig(
                tmp_path, settings(speak=write_tone(tmp_path / "a.wav", 440, seconds=60), user="a"), "a"
            ) as one,
            Rig(
                tmp_path, settings(speak=write_tone(tmp_path / "b.wav", 700, seconds=60), user="b"), "b"
            ) as two,
        ):
            await one.phone.dial(f"sip:112@{seat.address}")
            first = (await seat.answer_next()).call_id
            await seat.signals.wait(LineConnected, lambda each: each.call_id == first)
            await seat.phone.hold(first, True)
            await seat.signals.wait(LineMedia, lambda each: each.hold is HoldState.LOCAL)
            so_far = len(seat.signals.all)
            await two.phone.dial(f"sip:112@{seat.address}")
            second = (await seat.answer_next(after=so_far)).call_id
            await seat.signals.wait(LineConnected, lambda each: each.call_id == second)
            await seat.phone.hold(first, False)
            await seat.signals.wait(LineMedia, lambda each: each.hold is HoldState.NONE, after=so_far)
            for call_id in (first, second):
                await seat.phone.join(call_id, True)
            for _ in range(3):
                await seat.signals.wait(LineQuality, after=len(seat.signals.all))
            for call_id in (first, second):
                await seat.phone.end(call_id)
            await until("both are recorded", lambda: len(seat.signals.of(LineRecorded)) == 2)
            tapes = {each.call_id: each for each in seat.signals.of(LineRecorded)}
        for call_id, own, other in ((first, 440, 700), (second, 700, 440)):
            caller, operator, both = map(Path, tapes[call_id].files)
            start = tapes[call_id].seconds - 1.2
            heard = {hertz: tone_level(both, hertz, start_s=start, seconds=1.0) for hertz in (440, 700, 1000)}
            assert min(heard.values()) > 0.05, heard
            assert tone_level(caller, own, start_s=start, seconds=1.0) > 0.1
            assert tone_level(caller, other, start_s=start, seconds=1.0) < 0.02
            assert tone_level(operator, 1000, start_s=start, seconds=1.0) > 0.1

    asyncio.run(story())
