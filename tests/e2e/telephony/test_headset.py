"""The headset through real PortAudio devices: tones from caller to ear and back, unplugging, ringing, recall."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    AudioChoice,
    AudioKind,
    LineAudioChanged,
    LineConnected,
    LineEnded,
    LineLevels,
    LineOffered,
    LineRecall,
    LineRing,
    LineSoundTest,
    SoundRole,
    TrialStep,
)
from operator_app.room.processes import Crew
from operator_app.room.soundcards import RATE, SoundCards
from operator_app.telephony.settings import AudioMode, EngineAudio, EngineSettings
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.rig import Rig, samples, settings, tone_level, until, write_tone

RING = Path(__file__).parents[3] / "resources" / "sounds" / "ring.wav"


@pytest.fixture
def cards(crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoundCards:
    cards = SoundCards(crew, tmp_path / "sound")
    for name, value in cards.environment.items():
        monkeypatch.setenv(name, value)
    return cards


def with_devices(
    record: Path | None = None,
    *,
    microphone: str = "mic",
    earpiece: str = "headset",
    ring: str = "speaker",
    recall: str = "replay",
) -> EngineSettings:
    audio = EngineAudio(AudioMode.AUTO, microphone, earpiece, ring=ring, recall=recall, ring_file=str(RING))
    return replace(settings(record=record), audio=audio)


def peak(sound: bytes) -> int:
    """The loudest sample of what was heard."""
    return int(np.abs(np.frombuffer(sound[: len(sound) // 2 * 2], "<i2").astype(int)).max(initial=0))


def level(sound: bytes, hertz: float, seconds: float = 0.5) -> float:
    """The amplitude of a tone in the last part of what was heard."""
    data = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")[-int(seconds * RATE) :] / 32768
    if len(data) < seconds * RATE:
        return 0.0
    return float(abs(np.mean(data * np.exp(-2j * np.pi * hertz / RATE * np.arange(len(data))))) * 2)


def somewhere(path: Path, hertz: int) -> float:
    """The amplitude of a tone in that quarter of a second of a WAV in which it is loudest."""
    data, rate = samples(path)
    starts = range(max(1, int(4 * len(data) / rate) - 1))
    return max(tone_level(path, hertz, start_s=each / 4, seconds=0.25) for each in starts)


def voice(hertz: float, seconds: float, amplitude: float = 0.3) -> bytes:
    at = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * at) * amplitude * 32767).astype("<i2").tobytes()


async def works(seat: Rig) -> None:
    if seat.ready.audio.kind is not AudioKind.DEVICE:
        await seat.signals.wait(LineAudioChanged, lambda each: each.audio.kind is AudioKind.DEVICE)


async def say(cards: SoundCards, sound: bytes) -> None:
    await asyncio.to_thread(cards.say, sound)


def test_tones_go_from_the_caller_to_the_ear_and_from_the_mouth_to_the_caller(
    tmp_path: Path, cards: SoundCards
) -> None:
    async def story() -> None:
        far_hears = tmp_path / "far-hears.wav"
        far_settings = settings(
            speak=write_tone(tmp_path / "far.wav", 700, amplitude=0.2), hear=far_hears, user="far"
        )
        async with (
            Rig(tmp_path, with_devices(tmp_path / "recordings")) as seat,
            Rig(tmp_path, far_settings, "far") as far,
        ):
            await works(seat)
            with cards.ear("headset") as ear, cards.ear("speaker") as hall:
                call = await far.phone.dial(f"sip:112@{seat.address}")
                offered = await seat.signals.wait(LineOffered)
                await seat.signals.wait(LineRing, lambda each: each.on)
                await until(
                    "the ring is heard in the hall",
                    lambda: peak(hall.heard()) > 2000,
                )
                await seat.phone.answer(offered.call_id)
                await seat.signals.wait(LineRing, lambda each: not each.on)
                await until("the caller is heard in the ear", lambda: level(ear.heard(), 700) > 0.15)
                loud = await seat.signals.wait(LineLevels, lambda each: each.earpiece > 0.15)
                assert loud.microphone < 0.05
                after = len(seat.signals.all)
                await say(cards, voice(1200, 3.0))
                await seat.signals.wait(LineLevels, lambda each: each.microphone > 0.2, after=after)
                assert level(hall.heard(), 700) < 0.01, "the hall must not hear the caller"
                assert level(ear.heard(), 1200) < 0.02, "the operator hears himself"
            await seat.phone.end(offered.call_id)
            await far.signals.wait(LineEnded, lambda each: each.call_id == call)
        for taken in (far_hears, tmp_path / "recordings" / f"{offered.call_id}-operator.wav"):
            assert somewhere(taken, 1200) > 0.1

    asyncio.run(story())


def test_a_card_that_is_slow_to_begin_is_waited_for_and_told_ready_when_it_sounds(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PulseAudio's null sink with nobody on it makes the first one wait up to 2 s: it was opened anew after 1 s."""
    for name, value in SoundCards(crew, tmp_path / "sound", dozing=True).environment.items():
        monkeypatch.setenv(name, value)

    async def story() -> None:
        async with Rig(tmp_path, with_devices()) as seat:
            told = await seat.signals.wait(LineAudioChanged, lambda each: each.audio.kind is AudioKind.DEVICE)
            before = [each.audio.kind for each in seat.signals.of(LineAudioChanged)]
            assert AudioKind.NONE not in before[: before.index(AudioKind.DEVICE)]
            assert told.audio.name == "mic / headset"
        log = await asyncio.to_thread((seat.run_dir / "engine.log").read_text)
        assert " stopped" not in log

    asyncio.run(story())


def test_a_headset_pulled_out_in_a_call_is_told_and_comes_back_by_itself(
    tmp_path: Path, cards: SoundCards
) -> None:
    async def story() -> None:
        far_settings = settings(
            speak=write_tone(tmp_path / "far.wav", 700, amplitude=0.2, seconds=60), user="far"
        )
        async with Rig(tmp_path, with_devices()) as seat, Rig(tmp_path, far_settings, "far") as far:
            await works(seat)
            await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            with cards.ear("headset") as ear:
                await until("the caller is heard", lambda: level(ear.heard(), 700) > 0.15)
            after = len(seat.signals.all)
            cards.unplug()
            gone = await seat.signals.wait(LineAudioChanged, after=after)
            assert gone.audio.kind is AudioKind.NONE
            ear_role = gone.audio.role(SoundRole.EARPIECE)
            assert ear_role is not None
            assert not ear_role.works
            assert seat.phone.calls()[0].call_id == offered.call_id
            after = len(seat.signals.all)
            cards.plug_in()
            await seat.signals.wait(
                LineAudioChanged, lambda each: each.audio.kind is AudioKind.DEVICE, after=after
            )
            with cards.ear("headset") as ear:
                await until("the caller is heard again", lambda: level(ear.heard(), 700) > 0.15)
            assert seat.signals.of(LineEnded) == []

    asyncio.run(story())


def test_without_its_loudspeaker_the_ring_comes_from_the_headset_and_that_is_told(
    tmp_path: Path, cards: SoundCards
) -> None:
    async def story() -> None:
        async with (
            Rig(tmp_path, with_devices(ring="no such thing")) as seat,
            Rig(tmp_path, settings(user="far"), "far") as far,
        ):
            await works(seat)
            changed = seat.signals.of(LineAudioChanged)[-1]
            role = changed.audio.role(SoundRole.RING)
            assert role is not None
            assert (role.name, role.instead, role.wanted) == ("headset", True, "no such thing")
            with cards.ear("headset") as ear:
                await far.phone.dial(f"sip:112@{seat.address}")
                await seat.signals.wait(LineRing, lambda each: each.on)
                await until(
                    "the ring is in the headset",
                    lambda: peak(ear.heard()) > 2000,
                )

    asyncio.run(story())


def test_no_device_at_all_is_a_state_and_the_call_goes_on(tmp_path: Path, cards: SoundCards) -> None:
    async def story() -> None:
        wanted = with_devices(microphone="none", earpiece="none", ring="none", recall="none")
        async with Rig(tmp_path, wanted) as seat, Rig(tmp_path, settings(user="far"), "far") as far:
            told = await seat.signals.wait(LineAudioChanged)
            assert told.audio.kind is AudioKind.NONE
            assert "none" in told.audio.reason
            await far.phone.dial(f"sip:112@{seat.address}")
            await seat.answer_next()
            await seat.signals.wait(LineConnected)
            assert not any(each.on for each in seat.signals.of(LineRing)), (
                "a ring that nobody hears is no ring"
            )
            with pytest.raises(PhoneRefusedError) as refused:
                await seat.phone.recall(seat.phone.calls()[0].call_id, 0.0)
            assert refused.value.code is PhoneRefusal.NO_SOUND

    asyncio.run(story())


def test_devices_are_chosen_and_tested_by_ear(tmp_path: Path, cards: SoundCards) -> None:
    async def story() -> None:
        async with Rig(tmp_path, with_devices()) as seat:
            await works(seat)
            desk = await seat.phone.audio()
            assert {"headset", "mic", "speaker", "replay"} <= {each.name for each in desk.devices}
            for role, device in (
                (SoundRole.EARPIECE, "headset"),
                (SoundRole.RING, "speaker"),
                (SoundRole.RECALL, "replay"),
            ):
                with cards.ear(device) as ear:
                    after = len(seat.signals.all)
                    await seat.phone.test_sound(role)
                    await seat.signals.wait(
                        LineSoundTest, lambda each: each.step is TrialStep.DONE, after=after
                    )
                    assert peak(ear.heard()) > 3000, f"{role}: nothing was heard"
            chosen = AudioChoice("mic", "replay", "speaker", "", 0.5)
            after = len(seat.signals.all)
            assert (await seat.phone.choose_audio(chosen)).choice == chosen
            changed = await seat.signals.wait(LineAudioChanged, after=after)
            assert [each.name for each in changed.audio.roles] == ["mic", "replay", "speaker", "replay"]
            with cards.ear("replay") as ear:
                await seat.phone.test_sound(SoundRole.MICROPHONE)
                await say(cards, voice(900, 4.0))
                await seat.signals.wait(
                    LineSoundTest,
                    lambda each: each.role is SoundRole.MICROPHONE and each.step is TrialStep.DONE,
                )
                assert level(ear.heard(), 900, 2.0) > 0.1, "what was said is played back"

    asyncio.run(story())


def test_a_running_call_is_listened_to_again_and_its_own_sound_is_untouched(
    tmp_path: Path, cards: SoundCards
) -> None:
    async def story() -> None:
        far_hears = tmp_path / "far-hears.wav"
        far_settings = settings(
            speak=write_tone(tmp_path / "far.wav", 700, amplitude=0.2, seconds=60), hear=far_hears, user="far"
        )
        async with (
            Rig(tmp_path, with_devices(tmp_path / "recordings")) as seat,
            Rig(tmp_path, far_settings, "far") as far,
        ):
            await works(seat)
            await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            with cards.ear("headset") as ear, cards.ear("replay") as again:
                await until("the caller is heard", lambda: level(ear.heard(), 700, 2.0) > 0.15)
                begun = len(ear.heard())
                await seat.phone.recall(offered.call_id, -1.5)
                await seat.signals.wait(LineRecall, lambda each: each.playing and each.position_s > 0.5)
                await until("the past is heard", lambda: level(again.heard(), 700) > 0.15)
                await seat.phone.stop_recall()
                stopped = await seat.signals.wait(LineRecall, lambda each: not each.playing)
                assert stopped.call_id == offered.call_id
                during = np.frombuffer(ear.heard()[begun // 2 * 2 :], "<i2") / 32768
            size = RATE // 50
            frames = np.abs(during[: len(during) // size * size].reshape(-1, size)).max(axis=1)
            assert (frames < 0.05).sum() == 0, "the caller was interrupted in the ear"
            assert frames.max() < 0.3, "the recall got into the headset"
            for code, call_id in (
                (PhoneRefusal.NO_RECORDING, "nobody"),
                (PhoneRefusal.NO_RECORDING, "../etc/x"),
            ):
                with pytest.raises(PhoneRefusedError) as refused:
                    await seat.phone.recall(CallId(call_id), 0.0)
                assert refused.value.code is code
        assert tone_level(far_hears, 700) < 0.01, "the caller heard himself"

    asyncio.run(story())
