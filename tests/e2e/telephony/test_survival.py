"""The library's ways to die or to harm a stranger's call, each shut."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.line import (
    EndedBy,
    LineCallState,
    LineConnected,
    LineEnded,
    LineFault,
    LineLost,
    LineOffered,
    LineQuality,
    LineRecorded,
    LineRecordingFailed,
    LineSignal,
    RecordingProblem,
)
from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.processes import Crew
from operator_app.telephony import wav
from operator_app.telephony.launch import OUTPUT_FILE
from operator_app.telephony.process import last_words
from operator_app.telephony.settings import EngineAccount
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rig import ENGINE, Rig, engine_limits, settings, until, write_tone

STALE_ENGINE = (sys.executable, "-m", "tests.e2e.telephony.stale_call_engine")


class AutoAnswer:
    """Answers each call as it comes."""

    def __init__(self, seat: Rig) -> None:
        self._seat = seat
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: list[PhoneRefusedError] = []
        seat.phone.subscribe(self._listen)

    def _listen(self, told: LineSignal) -> None:
        if isinstance(told, LineOffered):
            self._tasks.add(asyncio.create_task(self._answer(told)))

    async def _answer(self, told: LineOffered) -> None:
        try:
            await self._seat.phone.answer(told.call_id)
        except PhoneRefusedError as refusal:
            self.refused.append(refusal)


def test_the_library_s_own_log_names_no_caller(tmp_path: Path) -> None:
    """At its third level the library writes whose call is over; a log is read by others than the call is for."""

    async def story() -> None:
        async with (
            Rig(tmp_path, settings()) as seat,
            Rig(tmp_path, settings(user="0812333444"), "far") as far,
        ):
            await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            assert offered.number == "0812333444"
            await seat.phone.end(offered.call_id)
            await seat.ended(offered)

    asyncio.run(story())
    assert "0812333444" not in (tmp_path / "seat" / "pj.log").read_text(errors="replace")


def test_no_call_object_outlives_its_call(tmp_path: Path, crew: Crew) -> None:
    """A stale one would hang up a stranger's call: slots are used again after four calls."""

    async def story() -> None:
        seat = Rig(tmp_path, settings())
        seat.phone._engine.command = STALE_ENGINE
        async with seat:
            given_up = SippCaller(
                crew, "given-up", seat.address, SippCall(give_up_ms=5), calls=6, rate=20, at_once=3
            )
            assert await asyncio.to_thread(given_up.wait) == 0, given_up.report()
            AutoAnswer(seat)
            short = SippCaller(
                crew, "short", seat.address, SippCall(talk_ms=20), calls=12, rate=20, at_once=3
            )
            assert await asyncio.to_thread(short.wait) == 0, short.report()
            await until("each end is told", lambda: len(seat.signals.of(LineEnded)) >= 18)
            assert len(seat.signals.of(LineEnded)) == 18
            assert seat.signals.of(LineLost) == []

    asyncio.run(story())


def test_the_watch_on_call_objects_can_fail(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        seat = Rig(tmp_path, settings())
        seat.phone._engine.command = (*STALE_ENGINE, "--keep-calls")
        async with seat:
            AutoAnswer(seat)
            SippCaller(crew, "short", seat.address, SippCall(talk_ms=20))
            await seat.signals.wait(LineLost)
            assert "its object lives" in last_words(seat.run_dir)

    asyncio.run(story())


@pytest.mark.parametrize("busy", [False, True])
def test_an_invite_without_sdp_can_be_turned_away(tmp_path: Path, crew: Crew, busy: bool) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            call = SippCall(body=None, expect=486 if busy else 603)
            caller = SippCaller(crew, "offerless", seat.address, call, calls=3, rate=20, at_once=1)
            for number in range(3):
                offered = await seat.signals.wait(LineOffered, after=number and len(seat.signals.all))
                await seat.phone.end(offered.call_id, busy=busy)
                ended = await seat.ended(offered)
                assert ended.by is EndedBy.LOCAL
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            assert seat.signals.of(LineLost) == []

    asyncio.run(story())


def test_a_ninth_account_is_refused_before_the_library_aborts(tmp_path: Path) -> None:
    async def story() -> None:
        limits = engine_limits()
        accounts = tuple(
            EngineAccount(f"a{number}", f"u{number}", "x", "sip:127.0.0.1:9")
            for number in range(limits.accounts)
        )
        seat = Rig(tmp_path, replace(settings(), accounts=accounts))
        with pytest.raises(PhoneRefusedError) as caught:
            await seat.phone.start()
        assert caught.value.code is PhoneRefusal.TOO_MANY_ACCOUNTS
        await seat.phone.aclose()
        async with Rig(tmp_path, replace(settings(), accounts=accounts[:-1])) as other:
            assert other.ready.max_calls == limits.calls

    asyncio.run(story())


@pytest.mark.parametrize("taped", [True, False], ids=["recorded", "nothing connected"])
def test_three_hundred_short_calls_are_answered_and_recorded(
    tmp_path: Path, crew: Crew, *, taped: bool
) -> None:
    """More than the library has ports (254) and recorders (32): whatever leaks, a later call fails with 488."""

    async def story() -> None:
        async with Rig(tmp_path, settings(record=tmp_path / "recordings" if taped else None)) as seat:
            answers = AutoAnswer(seat)
            caller = SippCaller(
                crew, "many", seat.address, SippCall(talk_ms=10), calls=300, rate=30, at_once=3
            )
            assert await asyncio.to_thread(lambda: caller.wait(90)) == 0, caller.report()
            assert answers.refused == []
            assert seat.signals.of(LineLost) == []
            await until("the last call is over", lambda: seat.phone.calls() == ())
            await until("all are recorded", lambda: len(seat.signals.of(LineRecorded)) == 300 * taped)
            assert seat.signals.of(LineRecordingFailed) == []

    asyncio.run(story())


def test_a_bad_recordings_folder_is_told_and_the_call_goes_on(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        in_the_way = tmp_path / "recordings"
        in_the_way.write_text("not a folder")
        async with Rig(tmp_path, settings(record=in_the_way)) as seat:
            first = await seat.signals.wait(LineRecordingFailed)
            assert (first.call_id, first.problem) == (None, RecordingProblem.FOLDER)
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=100))
            offered = await seat.answer_next()
            await seat.signals.wait(LineRecordingFailed, lambda each: each.call_id == offered.call_id)
            assert (await seat.ended(offered)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_a_recording_that_cannot_grow_is_told_and_the_call_goes_on(tmp_path: Path, crew: Crew) -> None:
    """The file size limit stands for a full disk: the library says nothing of either."""

    async def story() -> None:
        seat = Rig(
            tmp_path, settings(speak=write_tone(tmp_path / "a.wav", 1000), record=tmp_path / "recordings")
        )
        limited = (
            "import resource, runpy, signal, sys;"
            f"signal.signal({int(signal.SIGXFSZ)}, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000));"
            "sys.argv[0] = 'phone-engine'; runpy.run_module('operator_app.telephony.engine.main', run_name='__main__')"
        )
        seat.phone._engine.command = (ENGINE[0], "-c", limited)
        async with seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None))
            offered = await seat.answer_next()
            failed = await seat.signals.wait(LineRecordingFailed)
            assert failed.call_id == offered.call_id
            assert failed.problem is RecordingProblem.STALLED
            assert seat.phone.calls()[0].call_id == offered.call_id
            await seat.phone.end(offered.call_id)
            assert (await seat.ended(offered)).by is EndedBy.LOCAL
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that is full after some seconds of a call."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no right to mount a small file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_the_call_goes_on_and_what_was_recorded_is_whole(
    tmp_path: Path, crew: Crew, small_disk: Path
) -> None:
    async def story() -> None:
        wanted = settings(speak=write_tone(tmp_path / "a.wav", 1000), record=small_disk / "recordings")
        async with Rig(tmp_path, wanted) as seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None), echo=True)
            offered = await seat.answer_next()
            connected = await seat.signals.wait(LineConnected)
            assert connected.recording
            failed = await seat.signals.wait(LineRecordingFailed)
            assert (failed.call_id, failed.problem) == (offered.call_id, RecordingProblem.DISK_FULL)
            assert not seat.phone.calls()[0].recording, "the lamp must not say that it records"
            before = seat.signals.of(LineQuality)[-1].received
            await seat.signals.wait(LineQuality, lambda each: each.received > before + 40)
            await seat.phone.end(offered.call_id)
            assert (await seat.ended(offered)).by is EndedBy.LOCAL
            recorded = await seat.signals.wait(LineRecorded)
            for file in map(Path, recorded.files):
                assert wav.shape(file).whole
            assert recorded.seconds > 2
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            # Another call on the same full disk: told at once, and answered.
            SippCaller(crew, "again", seat.address, SippCall(talk_ms=300))
            after = len(seat.signals.all)
            second = await seat.answer_next(after=after)
            again = await seat.signals.wait(LineRecordingFailed, lambda each: each.call_id == second.call_id)
            assert again.problem is RecordingProblem.DISK_FULL
            assert (await seat.ended(second)).code == 200

    asyncio.run(story())


def test_our_own_failure_in_a_callback_is_told_and_the_call_goes_on(tmp_path: Path, crew: Crew) -> None:
    """The library would end the call with 500 and tell nobody."""

    async def story() -> None:
        seat = Rig(tmp_path, settings())
        broken = (
            "import sys; from operator_app.telephony.engine import exchange, main\n"
            "def fail(*_): raise ValueError('on purpose')\n"
            "exchange.Exchange.leg_media = fail\n"
            "sys.argv[0] = 'phone-engine'; sys.exit(main.main())"
        )
        seat.phone._engine.command = (ENGINE[0], "-c", broken)
        async with seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=100))
            offered = await seat.answer_next()
            fault = await seat.signals.wait(LineFault)
            assert "on purpose" in fault.detail
            assert (await seat.ended(offered)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            assert seat.signals.of(LineLost) == []

    asyncio.run(story())


def test_calls_and_recorders_are_let_go_of_on_the_library_s_own_thread(tmp_path: Path, crew: Crew) -> None:
    """A destructor on any other thread aborts the process."""

    async def story() -> None:
        seat = Rig(tmp_path, settings(record=tmp_path / "recordings"))
        seat.phone._engine.command = STALE_ENGINE
        async with seat:
            AutoAnswer(seat)
            caller = SippCaller(
                crew, "short", seat.address, SippCall(talk_ms=20), calls=4, rate=10, at_once=2
            )
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            await until("all are recorded", lambda: len(seat.signals.of(LineRecorded)) == 4)
            assert seat.signals.of(LineLost) == []

    asyncio.run(story())


def test_a_ringing_call_that_nobody_touches_is_kept(tmp_path: Path) -> None:
    """Without its object the library would end it with 500."""

    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            with RawPeer(seat.address) as peer:
                peer.send(peer.invite())
                invite = peer.last
                offered = await seat.signals.wait(LineOffered)
                for _ in range(30):
                    await peer.alive()
                assert [call.state for call in seat.phone.calls()] == [LineCallState.OFFERED]
                await seat.phone.answer(offered.call_id)
                await peer.response(f"{invite} INVITE", "200")

    asyncio.run(story())


def test_the_end_of_the_engine_in_a_call_is_orderly(tmp_path: Path, crew: Crew) -> None:
    """A player, a recorder or a call that outlived the library would abort the process."""

    async def story() -> None:
        tone = write_tone(tmp_path / "a.wav", 1000)
        async with Rig(tmp_path, settings(speak=tone, record=tmp_path / "recordings")) as seat:
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None))
            await seat.answer_next()
            await seat.signals.wait(LineQuality)
        assert await asyncio.to_thread(caller.wait) == 0, caller.report()
        recorded = await seat.signals.wait(LineRecorded)
        assert all(wav.shape(Path(file)).whole for file in recorded.files)
        told = (seat.run_dir / OUTPUT_FILE).read_text(errors="replace")
        assert "Fatal" not in told
        assert "ssert" not in told

    asyncio.run(story())
