"""What can sound on an output beside a call: the ring, a test, a recording that is listened to again."""

import threading
import time
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from operator_app.telephony import wav
from operator_app.telephony.engine.clock_buffer import DriftRing

RATE = 16_000
_CHUNK_S = 0.1
_AHEAD_S = 0.6
_WAIT_S = 0.05

Samples = NDArray[np.int16]


class RingSource:
    """What comes out of a `DriftRing`."""

    def __init__(self, ring: DriftRing) -> None:
        self._ring = ring

    def read(self, count: int) -> Samples | None:
        """Return the next samples."""
        return np.frombuffer(self._ring.read(count * 2), np.int16)


class Looper:
    """A sound that goes on until it is told to stop."""

    def __init__(self) -> None:
        self._sound = np.zeros(0, np.int16)
        self._at = 0
        self.on = False

    def load(self, path: Path, volume: float) -> None:
        """Take a WAV; raises `OSError` or `wav.BadWavError`. Twice the sound costs nothing: it is short."""
        sound = load_wav(path)
        self._sound = (sound * volume).astype(np.int16)

    @property
    def ready(self) -> bool:
        """Whether there is a sound at all."""
        return len(self._sound) > 0

    def ring(self, on: bool) -> None:
        """Sound from its beginning, or be silent."""
        if on and not self.on:
            self._at = 0
        self.on = on

    def again(self) -> None:
        """Begin anew, if it sounds: what was played of it went nowhere, and it shall not come back in its pause."""
        self._at = 0

    def read(self, count: int) -> Samples | None:
        """Return the next samples."""
        sound = self._sound
        if not self.on or len(sound) == 0:
            return None
        at = (self._at + np.arange(count)) % len(sound)
        self._at = int(at[-1] + 1) % len(sound)
        part: Samples = sound[at]
        return part


class OneShot:
    """A sound that plays once."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.int16)

    @property
    def busy(self) -> bool:
        """Whether it still sounds."""
        return len(self._rest) > 0

    def play(self, sound: Samples) -> None:
        """Play that from now on."""
        self._rest = sound

    def read(self, count: int) -> Samples | None:
        """Return the next samples."""
        rest = self._rest
        if len(rest) == 0:
            return None
        out, self._rest = rest[:count], rest[count:]
        return np.pad(out, (0, count - len(out))) if len(out) < count else out


class Replay:
    """A recording played from any place, also one that still grows. The disk is read on a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buffer = np.zeros(0, np.int16)
        self._turn = 0
        self._ended = True
        self._played = 0
        self._from = 0
        self._length = 0
        self._problem = ""
        self._thread: threading.Thread | None = None

    @property
    def playing(self) -> bool:
        """Whether something is (still) being played."""
        return not (self._ended and len(self._buffer) == 0)

    @property
    def position_s(self) -> float:
        """How far into the recording the ear is."""
        return (self._from + self._played) / RATE

    @property
    def length_s(self) -> float:
        """How long the recording was when last looked at."""
        return self._length / RATE

    @property
    def problem(self) -> str:
        """Why it stopped before its end, or empty."""
        return self._problem

    def play(self, path: Path, from_s: float) -> None:
        """Play `path` from there (negative: before its end) as far as it goes by then."""
        self.stop()
        with self._lock:
            self._turn += 1
            self._ended, self._problem, self._played = False, "", 0
            turn = self._turn
        self._thread = threading.Thread(
            target=self._feed, args=(path, from_s, turn), name="replay", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Be silent from now on."""
        with self._lock:
            self._turn += 1
            self._ended = True
            self._buffer = np.zeros(0, np.int16)
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None

    def read(self, count: int) -> Samples | None:
        """Return the next samples."""
        buffer = self._buffer
        if len(buffer) == 0:
            return None
        with self._lock:
            out, self._buffer = self._buffer[:count], self._buffer[count:]
            self._played += len(out)
        return np.pad(out, (0, count - len(out))) if len(out) < count else out

    def _feed(self, path: Path, from_s: float, turn: int) -> None:
        try:
            self._feed_from(path, from_s, turn)
        except (OSError, wav.BadWavError) as problem:
            with self._lock:
                if self._turn == turn:
                    self._problem = str(problem)
        finally:
            with self._lock:
                if self._turn == turn:
                    self._ended = True

    def _feed_from(self, path: Path, from_s: float, turn: int) -> None:
        shape = wav.shape(path)
        if shape.bytes_per_second != RATE * 2 or shape.frame_bytes != 2:
            raise wav.BadWavError(
                f"{path.name}: {shape.bytes_per_second // 2} samples a second cannot be replayed"
            )
        total = shape.present // 2
        start = int(from_s * RATE) if from_s >= 0 else total + int(from_s * RATE)
        start = max(0, min(start, total))
        with self._lock:
            self._from, self._length = start, total
        with path.open("rb") as file:
            file.seek(shape.data_at + start * 2)
            while self._turn == turn:
                if len(self._buffer) > _AHEAD_S * RATE:
                    time.sleep(_WAIT_S)
                    continue
                chunk = file.read(int(_CHUNK_S * RATE) * 2)
                if not chunk:
                    return
                if len(chunk) % 2:
                    file.seek(-1, 1)
                    chunk = chunk[:-1]
                with self._lock:
                    if self._turn == turn:
                        self._buffer = np.concatenate((self._buffer, np.frombuffer(chunk, "<i2")))
                        self._length = max(self._length, (file.tell() - shape.data_at) // 2)


def load_wav(path: Path) -> Samples:
    """Return a mono or stereo 16-bit WAV at 16 kHz; raises `OSError` or `wav.BadWavError`."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise wav.BadWavError(f"{path.name}: not 16 bits")
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")[:: file.getnchannels()]
            rate = file.getframerate()
    except (wave.Error, EOFError) as problem:
        raise wav.BadWavError(f"{path.name}: {problem}") from problem
    if rate == RATE or len(sound) == 0:
        own: Samples = sound.copy()
        return own
    at = np.arange(0, len(sound) - 1, rate / RATE)
    fitted: Samples = np.interp(at, np.arange(len(sound)), sound.astype(float)).astype(np.int16)
    return fitted


def tone(hertz: float, seconds: float, amplitude: float) -> Samples:
    """Return a tone that swells and fades, so that it begins without a click."""
    at = np.arange(int(seconds * RATE)) / RATE
    edge = np.minimum(1.0, np.minimum(at, at[::-1]) / 0.02)
    sound: Samples = (np.sin(2 * np.pi * hertz * at) * edge * amplitude * 32767).astype(np.int16)
    return sound
