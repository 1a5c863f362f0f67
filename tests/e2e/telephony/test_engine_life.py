"""The engine outlives the window, the window outlives the engine, and nobody pretends otherwise."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.line import (
    EndedBy,
    LineConnected,
    LineEnded,
    LineLost,
    LineOffered,
    LineQuality,
    LineReady,
    LineRecorded,
    LostReason,
)
from operator_app.room.peers import BaresipCaller, SippCall, SippCaller
from operator_app.room.processes import Crew
from operator_app.telephony import wav
from operator_app.telephony.codec import to_plain
from operator_app.telephony.launch import launch_early
from operator_app.telephony.phone import EnginePhone
from operator_app.telephony.process import kill
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.rig import (
    ENGINE,
    LOOPBACK,
    Rig,
    alive,
    settings,
    silent_frames,
    tone_level,
    until,
    write_tone,
)

ROOT = Path(__file__).parents[3]


def test_a_killed_engine_is_told_restarted_and_its_recording_repaired(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", 1000)
        async with Rig(tmp_path, settings(speak=speak, record=tmp_path / "recordings")) as seat:
            SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None), echo=True)
            offered = await seat.answer_next()
            await seat.signals.wait(LineConnected)
            connected = time.monotonic()
            await seat.signals.wait(LineQuality, lambda each: each.received > 40)
            first, so_far, killed = seat.pid, len(seat.signals.all), time.monotonic()
            kill(first)
            lost = await seat.signals.wait(LineLost)
            assert time.monotonic() - killed < 1.0
            assert (lost.reason, lost.cut) == (LostReason.DIED, (offered.call_id,))
            ready = await seat.signals.wait(LineReady, after=so_far)
            assert not ready.took_over
            assert seat.pid != first
            recorded = await seat.signals.wait(LineRecorded)
            assert recorded.repaired
            assert recorded.call_id == offered.call_id
            for file in map(Path, recorded.files):
                assert wav.shape(file).whole
                assert (
                    tone_level(file, 1000, start_s=0.3) > 0.25
                )  # sent at 0.5; a starved machine drops frames
            # The library keeps an eighth of a second back; nothing else may be missing.
            assert recorded.seconds > killed - connected - 0.3

    asyncio.run(story())


def test_the_call_outlives_the_window_and_the_next_one_takes_it_over(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        speak = write_tone(tmp_path / "operator.wav", 1000)
        voice = write_tone(tmp_path / "caller.wav", 440, rate=8000, seconds=30)
        wanted = settings(speak=speak, record=tmp_path / "recordings")
        window = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.e2e.telephony.window", str(tmp_path / "seat"), json.dumps(to_plain(wanted)),
            stdout=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert window.stdout is not None
        _, address, pid = (await asyncio.wait_for(window.stdout.readline(), 15)).decode().split()
        baresip = await asyncio.to_thread(lambda: BaresipCaller(crew, "baresip", speak=voice))
        baresip.dial(f"sip:112@{address}")
        _, call_id = (await asyncio.wait_for(window.stdout.readline(), 15)).decode().split()
        started = time.monotonic()
        await asyncio.sleep(0.7)
        window.kill()
        await window.wait()
        killed_after = time.monotonic() - started

        assert alive(int(pid))
        async with Rig(tmp_path, wanted) as seat:
            back_after = time.monotonic() - started
            assert back_after - killed_after < 3.0
            assert seat.ready.took_over
            assert seat.pid == int(pid)
            (call,) = seat.phone.calls()
            assert call.call_id == call_id
            assert call.answered_at is not None
            quality = await seat.signals.wait(LineQuality)
            assert quality.lost == 0
            await seat.phone.end(call.call_id)
            recorded = await seat.signals.wait(LineRecorded)
            assert recorded.call_id == call_id
        await asyncio.to_thread(baresip.wait_event, "CALL_CLOSED")
        await asyncio.to_thread(baresip.close)
        # Not one frame of 20 ms was lost to either side while there was no window.
        for file in (Path(recorded.files[0]), baresip.heard()[0]):
            assert silent_frames(file, start_s=0.3, end_s=back_after) == 0

    asyncio.run(story())


def test_what_happened_without_a_window_is_told_to_the_next(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        wanted = settings(record=tmp_path / "recordings")
        first = Rig(tmp_path, wanted)
        await first.phone.start()
        address = first.address
        caller = SippCaller(crew, "sipp", address, SippCall(talk_ms=400))
        offered = await first.answer_next()
        await first.signals.wait(LineConnected)
        await first.phone.aclose(keep_calls=True)
        assert await asyncio.to_thread(caller.wait) == 0, caller.report()
        async with Rig(tmp_path, wanted) as second:
            ended = await second.signals.wait(LineEnded)
            assert (ended.call_id, ended.by) == (offered.call_id, EndedBy.REMOTE)
            assert (await second.signals.wait(LineRecorded)).call_id == offered.call_id
            assert second.signals.of(LineOffered) == [], "that one was dealt with"

    asyncio.run(story())


def test_the_newest_window_has_the_phone(tmp_path: Path) -> None:
    async def story() -> None:
        old = Rig(tmp_path, settings())
        await old.phone.start()
        async with Rig(tmp_path, settings()) as new:
            lost = await old.signals.wait(LineLost)
            assert (lost.reason, lost.cut) == (LostReason.REPLACED, ())
            assert new.ready.took_over
            with pytest.raises(PhoneRefusedError):
                await old.phone.dial(f"sip:1@{new.address}")
        await old.phone.aclose(keep_calls=True)

    asyncio.run(story())


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_named(tmp_path: Path, kind: socket.SocketKind) -> None:
    async def story(port: int) -> None:
        seat = Rig(tmp_path, settings(port=port))
        with pytest.raises(PhoneRefusedError) as caught:
            await seat.phone.start()
        assert caught.value.code is PhoneRefusal.PORT_IN_USE
        assert str(port) in caught.value.detail
        await seat.phone.aclose()

    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind((LOOPBACK, 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        asyncio.run(story(taken.getsockname()[1]))


def test_the_phone_comes_when_the_port_is_free_again(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind((LOOPBACK, 0))
            seat = Rig(tmp_path, settings(port=taken.getsockname()[1]))
            with pytest.raises(PhoneRefusedError):
                await seat.phone.start()
            again = await seat.signals.wait(LineLost)
            assert again.reason is LostReason.NOT_STARTED
            assert PhoneRefusal.PORT_IN_USE in again.detail
        ready = await seat.signals.wait(LineReady)
        assert ready.address == seat.address
        await seat.phone.aclose()

    asyncio.run(story())


def test_an_engine_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        seat = Rig(tmp_path, settings())
        seat.phone._engine.command = ("/nonexistent/engine",)
        with pytest.raises(PhoneRefusedError) as caught:
            await seat.phone.start()
        assert caught.value.code is PhoneRefusal.NOT_STARTED
        await seat.phone.aclose()

    asyncio.run(story())


def test_a_foreign_address_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        seat = Rig(tmp_path, replace(settings(), bind="192.0.2.7"))
        with pytest.raises(PhoneRefusedError) as caught:
            await seat.phone.start()
        assert caught.value.code is PhoneRefusal.BAD_ADDRESS
        await seat.phone.aclose()

    asyncio.run(story())


def test_the_own_port_is_taken_again_after_a_crash_with_a_tcp_caller(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = probe.getsockname()[1]
        async with Rig(tmp_path, settings(port=port)) as seat:
            SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=None), tcp=True)
            await seat.answer_next()
            await seat.signals.wait(LineConnected)
            so_far = len(seat.signals.all)
            kill(seat.pid)
            ready = await seat.signals.wait(LineReady, after=so_far, limit_s=3)
            assert ready.address == f"{LOOPBACK}:{port}"

    asyncio.run(story())


def test_a_hung_engine_is_ended_and_started_anew(tmp_path: Path) -> None:
    async def story() -> None:
        seat = Rig(tmp_path, settings())
        seat.phone._patience_s = 0.5
        async with seat:
            first, so_far = seat.pid, len(seat.signals.all)
            os.kill(first, signal.SIGSTOP)
            assert (await seat.signals.wait(LineLost)).reason is LostReason.HUNG
            await seat.signals.wait(LineReady, after=so_far)
            assert not alive(first)

    asyncio.run(story())


def test_an_engine_left_alone_ends_itself(tmp_path: Path) -> None:
    async def story() -> None:
        seat = Rig(tmp_path, replace(settings(), idle_exit_s=0.5))
        await seat.phone.start()
        pid = seat.pid
        await seat.phone.aclose(keep_calls=True)
        await until("the engine is gone", lambda: not alive(pid))
        assert not (seat.run_dir / "engine.json").exists()

    asyncio.run(story())


def test_new_settings_wait_for_the_end_of_the_call(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        first = Rig(tmp_path, settings())
        await first.phone.start()
        caller = SippCaller(crew, "sipp", first.address, SippCall(talk_ms=None))
        offered = await first.answer_next()
        await first.signals.wait(LineConnected)
        await first.phone.aclose(keep_calls=True)
        async with Rig(tmp_path, replace(settings(), codecs=("PCMU",))) as second:
            assert second.ready.codecs[0] == "PCMA", "the call goes on as it was"
            so_far = len(second.signals.all)
            await second.phone.end(offered.call_id)
            ready = await second.signals.wait(LineReady, after=so_far)
            assert ready.codecs == ("PCMU",)
            assert second.signals.of(LineLost)[-1].reason is LostReason.SETTINGS
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_an_engine_launched_before_the_window_is_the_one_that_is_used(tmp_path: Path) -> None:
    async def story() -> None:
        run_dir = tmp_path / "seat"
        early = await asyncio.to_thread(launch_early, run_dir)
        assert early is not None
        phone = EnginePhone(settings(), run_dir, command=("false",), started=early)
        await phone.start()
        assert phone.engine_pid == early.pid
        assert await asyncio.to_thread(launch_early, run_dir) is None, "one lives there"
        await phone.aclose()
        assert not alive(early.pid)

    asyncio.run(story())


def test_an_early_engine_that_died_is_told_and_another_is_started(tmp_path: Path) -> None:
    async def story() -> None:
        run_dir = tmp_path / "seat"
        early = await asyncio.to_thread(launch_early, run_dir)
        assert early is not None
        early.kill()
        await asyncio.to_thread(early.wait)
        phone = EnginePhone(settings(), run_dir, command=ENGINE, started=early)
        with pytest.raises(PhoneRefusedError) as refused:
            await phone.start()
        assert refused.value.code is PhoneRefusal.NOT_STARTED
        await until("the phone is tried again and comes", lambda: phone.ready is not None)
        await phone.aclose()

    asyncio.run(story())
