"""C4 and C10: from the INVITE to the ring, from the answer to both voices, from mouth to ear; listening again.

Real PortAudio devices on null sinks of sound servers of the bench's own. The sinks' monitors are read in pieces of
about 5 ms: that much is in the figures of the ear and is missing in those of the mouth.
"""

import asyncio
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from operator_app.domain.line import (
    AudioKind,
    LineAudioChanged,
    LineEnded,
    LineOffered,
    LineRecall,
    LineRing,
    SoundRole,
)
from operator_app.room.processes import Crew
from operator_app.room.soundcards import RATE, VOICE, Ear, SoundCards
from operator_app.telephony.settings import AudioMode, EngineAudio, EngineSettings
from tests.e2e.telephony.rig import LOOPBACK, Rig, until
from tests.perf.figures import Figure, count, spread
from tests.perf.media import RtpEnd, Speak, tone
from tests.perf.uac import WireCall, WireCaller

RINGS, FIRST_RINGS, ANSWERS, BURSTS, RECALLS = 20, 8, 12, 25, 12
LOUD = 0.03
BURST_S, PAUSE_S, SETTLE_S = 0.06, 0.4, 1.0
RING_WAV = Path(__file__).resolve().parents[2] / "resources" / "sounds" / "ring.wav"


def measure() -> list[Figure]:
    """Measure everything around the sound path of one seat."""
    folder = Path(tempfile.mkdtemp(prefix="operator-112-audio-"))
    crew = Crew(folder)
    before = dict(os.environ)
    try:
        cards = SoundCards(crew, folder / "sound")
        os.environ.update(cards.environment)
        return asyncio.run(_measure(folder, cards))
    finally:
        os.environ.clear()
        os.environ.update(before)
        crew.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(folder: Path, cards: SoundCards) -> list[Figure]:
    audio = EngineAudio(
        AudioMode.AUTO, "mic", "headset", ring="speaker", recall="replay", ring_file=str(RING_WAV)
    )
    settings = EngineSettings(bind=LOOPBACK, audio=audio, recordings_dir=str(folder / "recordings"))
    firsts = await _first_rings(folder, settings, cards)
    async with Rig(folder, settings) as seat:
        await seat.signals.wait(LineAudioChanged, lambda each: each.audio.kind is AudioKind.DEVICE)
        host, _, port = seat.address.rpartition(":")
        caller = WireCaller(host, int(port))
        try:
            figures = [await _rings(seat, caller, cards), *firsts]
            figures += await _answers(seat, caller, cards)
            figures += await _ways(seat, caller, cards)
            figures += await _recalls(seat, caller, cards)
        finally:
            await asyncio.to_thread(caller.close)
    return figures


async def _first_rings(folder: Path, settings: EngineSettings, cards: SoundCards) -> list[Figure]:
    """Ring each time on an engine of its own: when it has just told its devices ready, and before it has any."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    with cards.ear("speaker") as ear:
        for number in range(FIRST_RINGS):
            for ready, times in taken.items():
                async with Rig(folder, settings, f"fresh-{number}-{ready}") as seat:
                    if ready:
                        await seat.signals.wait(LineAudioChanged, _rings_there)
                    host, _, port = seat.address.rpartition(":")
                    caller = WireCaller(host, int(port))
                    mark = Mark(ear)
                    call = caller.invite("0811000000")
                    times.append((await until("the first ring", mark.loud) - call.sent_ns) / 1e6)
                    await asyncio.to_thread(caller.end, call)
                    await asyncio.to_thread(caller.close)
                await until("the hall is quiet", lambda: _quiet(ear))
    return [
        spread("C4 the same, first ring of a fresh engine", "ms", taken[True], p95=300),
        spread("   a call that is there before the devices are", "ms", taken[False]),
    ]


def _rings_there(told: LineAudioChanged) -> bool:
    ring = told.audio.role(SoundRole.RING)
    return told.audio.kind is AudioKind.DEVICE and ring is not None and ring.works


async def _rings(seat: Rig, caller: WireCaller, cards: SoundCards) -> Figure:
    taken = []
    with cards.ear("speaker") as ear:
        for number in range(RINGS):
            mark = Mark(ear)
            after = len(seat.signals.all)
            call = caller.invite(f"0812000{number:04d}")
            taken.append((await until("the ring", mark.loud) - call.sent_ns) / 1e6)
            await asyncio.to_thread(caller.end, call)
            await seat.signals.wait(LineRing, lambda each: not each.on, after=after)
            await until("the hall is quiet", lambda: _quiet(ear))
    return spread("C4 INVITE → ring sounds on the loudspeaker", "ms", taken, p95=300)


async def _answers(seat: Rig, caller: WireCaller, cards: SoundCards) -> list[Figure]:
    ears, mouths = [], []
    speaking = cards.play(VOICE, _long_voice(120))
    try:
        with cards.ear("headset") as ear:
            for number in range(ANSWERS):
                call, offered, pressed = await _connect(seat, caller, f"0813000{number:04d}")
                mark = Mark(ear)
                end = await _talk(caller, call, lambda _at: tone(1000))
                ears.append((await until("the caller in the ear", mark.loud) - pressed) / 1e6)
                mouths.append((await until("the operator at the caller", Packets(end).loud) - pressed) / 1e6)
                end.close()
                await _hang_up(seat, caller, call, offered)
                await until("the ear is quiet", lambda: _quiet(ear))
    finally:
        speaking.kill()
        speaking.wait()
    both = [max(pair) for pair in zip(ears, mouths, strict=True)]
    return [
        spread(
            "C4 answer → both voices are heard",
            "ms",
            both,
            most=300,
            note="RTP of the caller begins at its ACK",
        ),
        spread("   answer → caller in the ear", "ms", ears),
        spread("   answer → operator at the caller", "ms", mouths),
    ]


async def _ways(seat: Rig, caller: WireCaller, cards: SoundCards) -> list[Figure]:
    """From the packet to the ear, and from the microphone to the packet, burst by burst."""
    call, offered, _ = await _connect(seat, caller, "0814000001")
    bursts: list[int] = []
    sent: list[int] = []

    def speak(at_ns: int) -> NDArray[np.int16] | None:
        if not bursts or not 0 <= at_ns - bursts[-1] < BURST_S * 1e9:
            return None
        if len(sent) < len(bursts):
            sent.append(time.monotonic_ns())
        return tone(1000)

    end = await _talk(caller, call, speak)
    ear_ms, mouth_ms = [], []
    with cards.ear("headset") as ear, cards.ear(VOICE) as lips:
        await asyncio.sleep(SETTLE_S)
        for _ in range(BURSTS):
            mark = Mark(ear)
            bursts.append(time.monotonic_ns())
            heard = await until("the burst in the ear", mark.loud)
            ear_ms.append((heard - sent[-1]) / 1e6)
            await asyncio.sleep(PAUSE_S)
        for _ in range(BURSTS):
            mark, packets = Mark(lips), Packets(end)
            playing = cards.play(VOICE, tone(600, 0.4, int(BURST_S * RATE), RATE).tobytes())
            spoken = await until("the burst at the lips", mark.loud)
            mouth_ms.append((await until("the burst at the caller", packets.loud) - spoken) / 1e6)
            await asyncio.to_thread(playing.wait, 30)
            await asyncio.sleep(PAUSE_S)
    end.close()
    await _hang_up(seat, caller, call, offered)
    return [
        spread("C4 one way: packet of the caller → ear", "ms", ear_ms, p95=90),
        spread("C4 one way: mouth → packet to the caller", "ms", mouth_ms, p95=90),
    ]


async def _recalls(seat: Rig, caller: WireCaller, cards: SoundCards) -> list[Figure]:
    call, offered, _ = await _connect(seat, caller, "0815000001")
    end = await _talk(caller, call, lambda _at: tone(1000))
    taken = []
    with cards.ear("replay") as again, cards.ear("headset") as ear:
        await until("three seconds of the call", lambda: len(ear.heard()) > 3 * RATE * 2)
        begun = len(ear.heard()) // 2
        for _ in range(RECALLS):
            mark = Mark(again)
            pressed = time.monotonic_ns()
            await seat.phone.recall(offered.call_id, -2.0)
            taken.append((await until("the past", mark.loud) - pressed) / 1e6)
            after = len(seat.signals.all)
            await seat.phone.stop_recall()
            await seat.signals.wait(LineRecall, lambda each: not each.playing, after=after)
            await until("quiet", lambda: _quiet(again))
        sound = np.frombuffer(ear.heard()[begun * 2 :], "<i2")
        size = RATE // 50
        peaks = np.abs(sound[: len(sound) // size * size].astype(int).reshape(-1, size)).max(axis=1) / 32768
    end.close()
    await _hang_up(seat, caller, call, offered)
    return [
        spread("C10 recall of the running call → it sounds", "ms", taken, p95=300),
        count("C10 silent frames in the call meanwhile", int((peaks < LOUD).sum()), of=len(peaks)),
    ]


# ---- calls


async def _connect(seat: Rig, caller: WireCaller, number: str) -> tuple[WireCall, LineOffered, int]:
    """Ring and answer; returns the moment of the answer, too."""
    call = caller.invite(number)
    offered = await seat.signals.wait(LineOffered, lambda each: each.number == number)
    pressed = time.monotonic_ns()
    await seat.phone.answer(offered.call_id)
    return call, offered, pressed


async def _talk(caller: WireCaller, call: WireCall, speak: Speak) -> RtpEnd:
    await asyncio.to_thread(caller.wait, call, 200)
    port = re.search(r"^m=audio (\d+)", call.answer, re.MULTILINE)
    assert port, call.answer
    return RtpEnd(caller.media, (LOOPBACK, int(port[1])), speak)


async def _hang_up(seat: Rig, caller: WireCaller, call: WireCall, offered: LineOffered) -> None:
    await asyncio.to_thread(caller.end, call)
    await seat.signals.wait(LineEnded, lambda each: each.call_id == offered.call_id)


# ---- sound


class Mark:
    """A place in what an ear hears, from which on the first loud sample is looked for."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._start = len(ear.heard()) // 2

    def loud(self) -> int | None:
        """Return when the first loud sample was there, None when there is none yet."""
        sound = np.abs(np.frombuffer(self._ear.heard()[self._start * 2 :], "<i2").astype(int))
        loud = np.flatnonzero(sound > LOUD * 32768)
        return self._ear.moment(self._start + int(loud[0])) if len(loud) else None


class Packets:
    """A place among the packets that come, from which on the first loud one is looked for."""

    def __init__(self, end: RtpEnd) -> None:
        self._end = end
        self._start = len(end.came)

    def loud(self) -> int | None:
        """Return when the first loud packet came, None when there is none yet."""
        return next((at for at, loud in self._end.came[self._start :] if loud > LOUD), None)


def _quiet(ear: Ear, seconds: float = 0.2) -> bool:
    last = np.frombuffer(ear.heard()[-int(seconds * RATE) * 2 :], "<i2").astype(int)
    return bool(np.abs(last).max(initial=0) < LOUD * 32768 / 4)


def _long_voice(seconds: int) -> bytes:
    return tone(600, 0.4, seconds * RATE, RATE).tobytes()
