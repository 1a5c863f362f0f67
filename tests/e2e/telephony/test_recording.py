"""Recordings through everything that happens to a call: hold, transfer, conference."""

import asyncio
import itertools
from pathlib import Path

import pytest

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    HoldState,
    LineConnected,
    LineEnded,
    LineMedia,
    LineQuality,
    LineRecorded,
    LineReplaced,
    LineTransfer,
    MediaDirection,
    TransferState,
)
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


def test_hold_and_an_attended_transfer_leave_every_tape_whole_at_the_seat_and_at_the_desk_that_takes_over(
    tmp_path: Path,
) -> None:
    """Talk, hold, talk, consult, transfer. Each party alone and both together, by their tones, from answer to end."""
    voices = {"seat": 1000, "caller": 440, "agency": 620}

    def phone(name: str, user: str) -> Rig:
        speak = write_tone(tmp_path / f"{name}.wav", voices[name], seconds=90)
        return Rig(tmp_path, settings(speak=speak, record=tmp_path / f"{name}-rec", user=user), name)

    async def further(of: Rig, call_id: CallId, readings: int) -> None:
        for _ in range(readings):
            await of.signals.wait(
                LineQuality, lambda each: each.call_id == call_id, after=len(of.signals.all)
            )

    async def story() -> None:
        async with (
            phone("seat", "112") as seat,
            phone("caller", "0811") as caller,
            phone("agency", "113") as agency,
        ):
            await caller.phone.dial(f"sip:112@{seat.address}")
            first = (await seat.answer_next()).call_id
            await further(seat, first, 2)
            for on in (True, False):
                so_far = len(seat.signals.all)
                await seat.phone.hold(first, on)
                wanted = (
                    (HoldState.LOCAL, MediaDirection.SEND) if on else (HoldState.NONE, MediaDirection.BOTH)
                )
                await seat.signals.wait(
                    LineMedia,
                    lambda each, wanted=wanted: (each.hold, each.direction) == wanted,  # type: ignore[misc]
                    after=so_far,
                )
                await further(seat, first, 2)
            second = await seat.phone.dial(f"sip:113@{agency.address}", for_call=first)
            consulted = (await agency.answer_next()).call_id
            await further(seat, second, 3)
            await seat.phone.transfer_to(first, second)
            await seat.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
            await until("both lines are free", lambda: seat.phone.calls() == ())
            taken = await agency.signals.wait(LineReplaced)
            assert taken.call_id == consulted
            await further(agency, taken.by_call, 3)
            await agency.phone.end(taken.by_call)
            await until("the desk has both", lambda: len(agency.signals.of(LineRecorded)) == 2)
            await until("the seat has both", lambda: len(seat.signals.of(LineRecorded)) == 2)
            tapes = {each.call_id: each for of in (seat, agency) for each in of.signals.of(LineRecorded)}
            spans = {
                each.call_id: (each.answered_at, each.at)
                for of in (seat, agency)
                for each in of.signals.of(LineEnded)
            }
        assert set(tapes) == {first, second, consulted, taken.by_call}
        for call_id, tape in tapes.items():
            answered, ended = spans[call_id]
            assert answered is not None
            assert tape.seconds == pytest.approx((ended - answered).total_seconds(), abs=0.5)
        answered, _ = spans[taken.by_call]
        assert answered is not None
        assert abs((answered - spans[consulted][1]).total_seconds()) < 1.0, (
            "no gap between the desk's two tapes"
        )

        def heard(call_id: CallId, theirs: str, here: str, start_s: float) -> None:
            far, own, both = map(Path, tapes[call_id].files)
            for file, who, there in (
                (far, theirs, True),
                (far, here, False),
                (own, here, True),
                (own, theirs, False),
                (both, theirs, True),
                (both, here, True),
            ):
                level = tone_level(file, voices[who], start_s=start_s, seconds=0.8)
                assert level > 0.05 if there else level < 0.02, (file.name, who, start_s, level)

        heard(first, "caller", "seat", 0.4)
        heard(second, "agency", "seat", 0.4)
        heard(second, "agency", "seat", tapes[second].seconds - 1.4)
        heard(consulted, "seat", "agency", 0.4)
        heard(taken.by_call, "caller", "agency", 0.6)
        heard(taken.by_call, "caller", "agency", tapes[taken.by_call].seconds - 1.2)
        # On the first tape: talk, hold, talk again, and silence from the consultation on.
        together = Path(tapes[first].files[2])
        talks = [
            tone_level(together, voices["caller"], start_s=at / 4, seconds=0.25) > 0.05
            for at in range(int(tapes[first].seconds * 4))
        ]
        parts = [(talk, len(list(part))) for talk, part in itertools.groupby(talks)]
        assert [talk for talk, quarters in parts if quarters > 2] == [True, False, True, False], parts

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
