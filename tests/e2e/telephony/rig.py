"""What telephony tests stand on: a phone whose signals are kept and waited for, tones made and measured."""

import asyncio
import math
import os
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

import numpy as np

from operator_app.domain.line import LineEnded, LineLevels, LineOffered, LineQuality, LineReady, LineSignal
from operator_app.telephony.engine import own_library
from operator_app.telephony.engine.limits import Limits, library_limits
from operator_app.telephony.launch import ENGINE_COMMAND
from operator_app.telephony.phone import EnginePhone
from operator_app.telephony.settings import AudioMode, EngineAudio, EngineSettings
from operator_app.workflow.phone_port import Phone

ENGINE = ENGINE_COMMAND
LIMIT_S = 15.0


def engine_limits() -> Limits:
    """What the library that the engines of this run use can carry: the wheel, or a build of our own."""
    return library_limits(own_library())


LOOPBACK = "127.0.0.1"

T = TypeVar("T")
S = TypeVar("S", bound=LineSignal)


class Signals:
    """All signals of a phone in order, with a way to wait for one."""

    def __init__(self, phone: Phone) -> None:
        self.all: list[LineSignal] = []
        self._changed = asyncio.Event()
        phone.subscribe(self._take)

    def _take(self, signal: LineSignal) -> None:
        self.all.append(signal)
        self._changed.set()

    def of(self, kind: type[S]) -> list[S]:
        return [signal for signal in self.all if isinstance(signal, kind)]

    async def wait(
        self,
        kind: type[S],
        accept: Callable[[S], bool] = lambda _signal: True,
        *,
        after: int = 0,
        limit_s: float = LIMIT_S,
    ) -> S:
        """Return the first signal of a kind, `after` the given number of signals of any kind."""

        def look() -> S | None:
            return next((each for each in self.all[after:] if isinstance(each, kind) and accept(each)), None)

        try:
            async with asyncio.timeout(limit_s):
                while (found := look()) is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            told = "\n".join(str(each) for each in self.all if not isinstance(each, LineQuality | LineLevels))
            raise AssertionError(f"no {kind.__name__} within {limit_s:g} s; there was:\n{told}") from None
        return found


class Rig:
    """An `EnginePhone` with its signals; ends it, and nothing of it may be left."""

    def __init__(self, folder: Path, settings: EngineSettings, name: str = "seat") -> None:
        self.run_dir = folder / name
        self.settings = settings
        self.phone = EnginePhone(settings, self.run_dir, command=ENGINE)
        self.signals = Signals(self.phone)

    async def __aenter__(self) -> Self:
        await self.phone.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.phone.aclose()

    @property
    def ready(self) -> LineReady:
        assert self.phone.ready is not None
        return self.phone.ready

    @property
    def address(self) -> str:
        return self.ready.address

    @property
    def pid(self) -> int:
        assert self.phone.engine_pid is not None
        return self.phone.engine_pid

    async def answer_next(self, *, after: int = 0) -> LineOffered:
        offered = await self.signals.wait(LineOffered, after=after)
        await self.phone.answer(offered.call_id)
        return offered

    async def ended(self, offered: LineOffered) -> LineEnded:
        return await self.signals.wait(LineEnded, lambda each: each.call_id == offered.call_id)


def settings(
    *,
    speak: Path | None = None,
    hear: Path | None = None,
    record: Path | None = None,
    user: str = "112",
    port: int = 0,
) -> EngineSettings:
    audio = EngineAudio(mode=AudioMode.NONE)
    if speak or hear:
        audio = EngineAudio(
            mode=AudioMode.FILE, microphone_file=str(speak or ""), earpiece_file=str(hear or "")
        )
    return EngineSettings(
        bind=LOOPBACK, port=port, user=user, audio=audio, recordings_dir=str(record or ""), idle_exit_s=20.0
    )


async def until(what: str, look: Callable[[], T | None], limit_s: float = LIMIT_S) -> T:
    """Return what `look` finds as soon as it is neither None nor False."""
    end = asyncio.get_running_loop().time() + limit_s
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        assert asyncio.get_running_loop().time() < end, f"waited {limit_s:g} s in vain: {what}"
        await asyncio.sleep(0.01)


def until_now(what: str, look: Callable[[], T | None], limit_s: float = LIMIT_S) -> T:
    """The same outside of any event loop."""
    end = time.monotonic() + limit_s
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < end, f"waited {limit_s:g} s in vain: {what}"
        time.sleep(0.005)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z" and os.path.exists(f"/proc/{pid}")  # noqa: PTH110


def write_tone(
    path: Path, hertz: int, *, rate: int = 16_000, seconds: int = 30, amplitude: float = 0.5
) -> Path:
    """Write a tone longer than any test: where a file begins anew its phase jumps."""
    tone = np.sin(2 * math.pi * hertz / rate * np.arange(rate * seconds)) * amplitude * 32767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(tone.astype("<i2").tobytes())
    return path


def samples(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
        return data, file.getframerate()


def tone_level(path: Path, hertz: int, *, start_s: float = 0.0, seconds: float | None = None) -> float:
    """Return the amplitude of a tone in a part of a WAV."""
    data, rate = samples(path)
    part = data[int(start_s * rate) :]
    if seconds is not None:
        part = part[: int(seconds * rate)]
    assert len(part) > rate // 10, f"{path.name} has only {len(data) / rate:.2f} s"
    turn = np.exp(-2j * math.pi * hertz / rate * np.arange(len(part)))
    return float(abs(np.mean(part * turn)) * 2)


def silent_frames(path: Path, *, start_s: float, end_s: float) -> int:
    """Count the silent frames of 20 ms between two moments of a WAV."""
    data, rate = samples(path)
    size = rate // 50
    part = data[int(start_s * rate) : int(end_s * rate)]
    frames = part[: len(part) // size * size].reshape(-1, size)
    return int((np.abs(frames).max(axis=1) < 0.01).sum())
