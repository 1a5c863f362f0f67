"""Calls from foreign programs: what they say of the caller, and sound both ways."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.line import (
    EndedBy,
    HoldState,
    LineConnected,
    LineEnded,
    LineMedia,
    LineOffered,
    LineQuality,
    LineRecorded,
    LineRefused,
    MediaDirection,
)
from operator_app.room.peers import BaresipCaller, SippCall, SippCaller
from operator_app.room.processes import Crew
from operator_app.telephony import wav
from tests.e2e.telephony.rig import Rig, settings, silent_frames, tone_level, write_tone

OPERATOR_HZ, CALLER_HZ = 1000, 440
HEARD = 0.1
"""A tone is sent at 0.5 and leaks below 0.01; on a starved machine slips of phase weaken the sum."""


def test_sipp_is_answered_hears_the_operator_and_hangs_up(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", OPERATOR_HZ)
        record = tmp_path / "recordings"
        async with Rig(tmp_path, settings(speak=speak, record=record)) as seat:
            # What SIPp hears it sends back, so the operator's tone in the caller's recording went both ways.
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=1200), echo=True)
            offered = await seat.answer_next()
            ended = await seat.ended(offered)
            assert (ended.by, ended.code) == (EndedBy.REMOTE, 200)
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            recorded = await seat.signals.wait(LineRecorded)
            assert recorded.call_id == offered.call_id
            assert not recorded.repaired
            assert recorded.seconds == pytest.approx(1.2, abs=0.15)
            back, own, both = map(Path, recorded.files)
            assert tone_level(back, OPERATOR_HZ, start_s=0.3) > HEARD
            assert tone_level(own, OPERATOR_HZ) > HEARD
            assert tone_level(both, OPERATOR_HZ, start_s=0.3) > 0.5
            assert recorded.sha256 == tuple(wav.digest(Path(each)) for each in recorded.files)
            quality = seat.signals.of(LineQuality)[-1]
            assert quality.received > 20
            assert quality.lost == 0
            assert quality.mos > 4.0
            assert list(record.glob("*.json")) == []

    asyncio.run(story())


def test_the_operator_hangs_up_on_sipp(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None))
            offered = await seat.answer_next()
            await seat.signals.wait(LineConnected)
            await seat.phone.end(offered.call_id)
            assert (await seat.ended(offered)).by is EndedBy.LOCAL
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_baresip_talks_and_hears(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", OPERATOR_HZ)
        voice = write_tone(tmp_path / "caller.wav", CALLER_HZ, rate=8000, seconds=20)
        async with Rig(tmp_path, settings(speak=speak, record=tmp_path / "recordings")) as seat:
            baresip = await asyncio.to_thread(lambda: BaresipCaller(crew, "baresip", speak=voice))
            baresip.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            await seat.signals.wait(LineQuality, lambda each: each.received > 50)
            baresip.hang_up()
            assert (await seat.ended(offered)).by is EndedBy.REMOTE
            recorded = await seat.signals.wait(LineRecorded)
            await asyncio.to_thread(baresip.close)
        caller, operator, both = map(Path, recorded.files)
        (heard,) = baresip.heard()
        assert tone_level(caller, CALLER_HZ, start_s=0.3) > HEARD
        assert tone_level(caller, OPERATOR_HZ, start_s=0.3) < 0.01
        assert tone_level(operator, CALLER_HZ) < 0.01
        assert tone_level(heard, OPERATOR_HZ, start_s=0.3) > HEARD
        for hertz in (CALLER_HZ, OPERATOR_HZ):
            assert tone_level(both, hertz, start_s=0.3) > HEARD

    asyncio.run(story())


def test_mute_keeps_the_operator_from_caller_and_recording(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", OPERATOR_HZ)
        async with Rig(tmp_path, settings(speak=speak, record=tmp_path / "recordings")) as seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=1500), echo=True)
            offered = await seat.answer_next()
            await seat.phone.mute(offered.call_id, True)
            recorded = await seat.signals.wait(LineRecorded)
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            received = seat.signals.of(LineQuality)[-1].received
            assert received > 20, "the echo of silence shows that RTP went on while muted"
        for file in recorded.files:
            assert tone_level(Path(file), OPERATOR_HZ, start_s=0.4) < 0.01

    asyncio.run(story())


def test_sound_comes_back_both_ways_after_hold(tmp_path: Path) -> None:
    """A negotiation throws the call's sound port away; it must be linked anew."""

    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", OPERATOR_HZ)
        voice = write_tone(tmp_path / "caller.wav", CALLER_HZ)
        async with (
            Rig(tmp_path, settings(speak=speak, record=tmp_path / "recordings")) as seat,
            Rig(tmp_path, settings(speak=voice, record=tmp_path / "far", user="0811"), "far") as far,
        ):
            await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            await seat.signals.wait(LineQuality, lambda each: each.received > 20)
            for on, direction in ((True, MediaDirection.SEND), (False, MediaDirection.BOTH)):
                so_far = len(seat.signals.all)
                await seat.phone.hold(offered.call_id, on)
                agreed = (await seat.signals.wait(LineMedia, _agreed(on, direction), after=so_far)).call_id
                assert agreed == offered.call_id
                so_far = len(seat.signals.all)
                await seat.signals.wait(LineQuality, after=so_far)
            await seat.phone.end(offered.call_id)
            here, there = [await each.signals.wait(LineRecorded) for each in (seat, far)]
        for recorded, hertz in ((here, CALLER_HZ), (there, OPERATOR_HZ)):
            file = Path(recorded.files[0])
            assert recorded.seconds > 2.0
            assert tone_level(file, hertz, start_s=0.3, seconds=0.3) > 0.35
            assert tone_level(file, hertz, start_s=recorded.seconds - 0.5, seconds=0.3) > 0.35
            assert silent_frames(file, start_s=0.3, end_s=recorded.seconds) > 15, "held calls are silent"

    asyncio.run(story())


def _agreed(on: bool, direction: MediaDirection) -> Callable[[LineMedia], bool]:
    hold = HoldState.LOCAL if on else HoldState.NONE
    return lambda each: each.hold is hold and each.direction is direction


def test_a_recorded_voice_begins_with_the_call(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        first = write_tone(tmp_path / "a.wav", CALLER_HZ, seconds=1).read_bytes()
        rest = write_tone(tmp_path / "b.wav", OPERATOR_HZ, seconds=9).read_bytes()
        voice = tmp_path / "voice.wav"
        voice.write_bytes(first + rest[44:])
        wav.repair(voice)
        wanted = settings(speak=voice, record=tmp_path / "recordings")
        wanted = replace(wanted, audio=replace(wanted.audio, microphone_from_start=True))
        async with Rig(tmp_path, wanted) as seat:
            # The engine has played for more than a second before this caller is answered.
            early = SippCaller(crew, "early", seat.address, SippCall(talk_ms=1300))
            await seat.answer_next()
            assert await asyncio.to_thread(early.wait) == 0, early.report()
            so_far = len(seat.signals.all)
            late = SippCaller(crew, "late", seat.address, SippCall(talk_ms=700))
            offered = await seat.answer_next(after=so_far)
            recorded = await seat.signals.wait(LineRecorded, lambda each: each.call_id == offered.call_id)
            assert await asyncio.to_thread(late.wait) == 0, late.report()
        assert tone_level(Path(recorded.files[1]), CALLER_HZ, start_s=0.1, seconds=0.5) > 0.2  # sent at 0.5

    asyncio.run(story())


def test_the_network_s_word_on_the_number_counts(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        call = SippCall(
            user="anonymous",
            headers={
                "P-Asserted-Identity": '"Pak Budi" <sip:+62811555666@ims.example;user=phone>, <tel:+62811555666>',
                "Privacy": "id",
            },
            give_up_ms=50,
        )
        async with Rig(tmp_path, settings()) as seat:
            caller = SippCaller(crew, "sipp", seat.address, call)
            offered = await seat.signals.wait(LineOffered)
            assert offered.number == "+62811555666"
            assert offered.display_name == "Pak Budi"
            assert offered.location is None
            assert offered.sent_at is not None
            assert 0 <= (offered.offered_at - offered.sent_at).total_seconds() < 1
            ended = await seat.ended(offered)
            assert (ended.by, ended.code, ended.answered_at) == (EndedBy.REMOTE, 487, None)
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_a_fifth_caller_is_told_busy_and_counted(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            most = seat.ready.max_calls
            SippCaller(crew, "four", seat.address, SippCall(talk_ms=None), calls=most)
            while len(seat.phone.calls()) < most:
                await seat.signals.wait(LineOffered, after=len(seat.signals.all))
            fifth = SippCaller(crew, "fifth", seat.address, SippCall(user="0899", expect=486))
            refused = await seat.signals.wait(LineRefused)
            assert (refused.code, refused.number, refused.count) == (486, "0899", 1)
            assert await asyncio.to_thread(fifth.wait) == 0, fifth.report()
            for call in seat.phone.calls():
                await seat.phone.end(call.call_id)
            while len(seat.signals.of(LineEnded)) < most:
                await seat.signals.wait(LineEnded, after=len(seat.signals.all))

    asyncio.run(story())


def test_sipp_over_tcp(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=100), tcp=True)
            offered = await seat.answer_next()
            assert (await seat.ended(offered)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())
