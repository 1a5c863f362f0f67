"""A line that falls silent is told within about two seconds; a held one is not."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    HoldState,
    LineConnected,
    LineMedia,
    LineQuality,
    LineSilence,
    LineSilenceOver,
)
from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.processes import Crew
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.rig import Rig, settings, write_tone


def test_a_caller_killed_in_a_call_is_told_as_silence(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", 1000)
        async with Rig(tmp_path, settings(speak=speak)) as seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None), echo=True)
            offered = await seat.answer_next()
            await seat.signals.wait(LineConnected)
            await seat.signals.wait(LineQuality, lambda each: each.received > 20)
            assert seat.signals.of(LineSilence) == []
            killed = datetime.now(UTC)
            caller.process.kill()
            told = await seat.signals.wait(LineSilence)
            assert 1.9 < (datetime.now(UTC) - killed).total_seconds() < 2.6
            assert told.call_id == offered.call_id
            assert abs((told.since - killed).total_seconds()) < 0.4
            # It stays told, through our own report that goes out every five seconds.
            for _ in range(5):
                await seat.signals.wait(LineQuality, after=len(seat.signals.all))
            assert seat.phone.calls()[0].silent_since == told.since
            assert seat.signals.of(LineSilenceOver) == []

    asyncio.run(story())


async def hold_when_free(side: Rig, call_id: CallId) -> None:
    """Hold, once the change before it is settled on the wire: the library takes one at a time (RFC 3261, 14.1)."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await side.phone.hold(call_id, True)
            except PhoneRefusedError as refused:
                if refused.code is not PhoneRefusal.LIBRARY:
                    raise
                await asyncio.sleep(0.05)


def test_hold_by_either_side_is_no_silence(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            Rig(tmp_path, settings()) as seat,
            Rig(tmp_path, settings(user="0811"), "far") as far,
        ):
            far_call = await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            await seat.signals.wait(LineQuality, lambda each: each.received > 20)
            for side, call_id, state in (
                (seat, offered.call_id, HoldState.LOCAL),
                (far, far_call, HoldState.REMOTE),
            ):
                so_far = len(seat.signals.all)
                await hold_when_free(side, call_id)
                held = await seat.signals.wait(LineMedia, lambda each: each.hold is state, after=so_far)  # noqa: B023
                # Three readings of the line, a second apart.
                after = seat.signals.all.index(held) + 1
                for _ in range(3):
                    reading = await seat.signals.wait(LineQuality, after=after)
                    after = seat.signals.all.index(reading, after) + 1
                so_far = len(seat.signals.all)
                await side.phone.hold(call_id, False)
                await seat.signals.wait(LineMedia, lambda each: each.hold is HoldState.NONE, after=so_far)
            assert seat.signals.of(LineSilence) == []

    asyncio.run(story())
