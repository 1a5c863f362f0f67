"""One stream per sound device: outputs mix their sources and protect the ear, inputs fill a ring.

The callbacks run on PortAudio's threads every 10 ms: no disk, no locks beyond a ring's, nothing that can raise.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from operator_app.telephony.engine.devices import Found
from operator_app.telephony.engine.limiter import ShockLimiter
from operator_app.telephony.engine.resample import FACTOR, Down, Up

_log = logging.getLogger(__name__)

RATE = 16_000
BLOCK_MS = 10
BLOCK = RATE * BLOCK_MS // 1000
SERVED_S = 0.05
"""PortAudio fills a new stream's buffer at once, by itself: only what is asked for later is asked for by the card."""
FRESH_S, STALLED_S = 3.0, 1.0
"""A card may take its time to begin: one that slept (2 s of PulseAudio's), one that is wireless."""
RING_STALLED_S = 0.3
"""15 blocks of an output that was served before: who waits longer for the loudspeaker lets a call wait unheard."""
_FORMS = ((RATE, 1), (RATE * FACTOR, 1), (RATE * FACTOR, 2), (RATE, 2))
"""What a card is asked for, in this order: the bridge's own rate, then the one that nearly all cards have."""

Samples = NDArray[np.int16]


class Source(Protocol):
    """Something that sounds on an output."""

    def read(self, count: int) -> Samples | None:
        """Return so many samples, or None while it is silent. On PortAudio's thread."""
        ...


class Peak:
    """The loudest sample since it was last asked for, 0 to 1."""

    def __init__(self) -> None:
        self._value = 0

    def see(self, block: Samples) -> None:
        """Take a block into account."""
        if len(block):
            self._value = max(self._value, int(block.max()), -int(block.min()))

    def take(self) -> float:
        """Return it and begin anew."""
        value, self._value = self._value, 0
        return min(1.0, value / 32767)


class Stream:
    """What an output and an input have in common: opened in the first form that the card takes; lost, it says so."""

    def __init__(self, device: Found) -> None:
        self.device = device
        self.level = Peak()
        self.troubles = 0
        """Times at which PortAudio reported an over- or underflow."""
        self._stream: Any = None
        self._ended = False
        self._closing = False
        self._opened = self._last = time.monotonic()

    def lost(self, *, hurry: bool = False) -> bool:
        """Whether nothing comes from the card any more, although nobody closed it.

        In a `hurry` less patience is had, but only with one that ran for a second: so it is opened anew once and not
        over and over.
        """
        if not self.served:
            patience_s = FRESH_S
        elif hurry and self._last - self._opened > STALLED_S:
            patience_s = RING_STALLED_S
        else:
            patience_s = STALLED_S
        return self._ended or time.monotonic() - self._last > patience_s

    @property
    def served(self) -> bool:
        """Whether the card has really begun: before that nothing is heard, although it is open."""
        return self._last - self._opened > SERVED_S

    @property
    def latency_s(self) -> float:
        """What PortAudio says that the card delays."""
        return float(self._stream.latency)

    def close(self) -> None:
        """Give the card back."""
        self._closing = True
        if self._stream is not None:
            self._stream.close(ignore_errors=True)

    def _open(
        self,
        library: Any,
        kind: Any,
        channels: int,
        make: Callable[[int, int], Callable[..., None]],
        block_ms: int = BLOCK_MS,
    ) -> None:
        problem: Exception | None = None
        for rate, wanted in _FORMS:
            if wanted > channels:
                continue
            try:
                self._stream = kind(
                    device=self.device.index,
                    samplerate=rate,
                    blocksize=rate * block_ms // 1000,
                    channels=wanted,
                    dtype="int16",
                    latency="low",
                    callback=make(rate, wanted),
                    finished_callback=self._finished,
                )
                self._last = time.monotonic()
                self._stream.start()
            except (library.PortAudioError, ValueError) as error:
                problem = error
                if self._stream is not None:
                    self._closing = True
                    self._stream.close(ignore_errors=True)
                    self._closing, self._stream = False, None
                continue
            self._opened = self._last = time.monotonic()
            return
        raise problem or ValueError("no form of sound that the card takes")

    def _finished(self) -> None:
        if not self._closing:
            self._ended = True

    def _alive(self, flags: Any) -> None:
        self._last = time.monotonic()
        if flags:
            self.troubles += 1


class Speaker(Stream):
    """One output. `sources` may be exchanged at any time; `limited` outputs are worn on the ear."""

    def __init__(
        self,
        library: Any,
        device: Found,
        sources: tuple[Source, ...],
        *,
        limited: bool,
        block_ms: int = BLOCK_MS,
    ) -> None:
        super().__init__(device)
        self.sources = sources
        self.limiter = ShockLimiter(RATE) if limited else None
        self._quiet = np.zeros(RATE * block_ms // 1000, np.int16)
        self._open(library, library.RawOutputStream, device.outputs, self._player, block_ms)

    def protect(self) -> None:
        """Limit it from now on: it is worn on the ear."""
        self.limiter = ShockLimiter(RATE)

    def _player(self, rate: int, channels: int) -> Callable[..., None]:
        up = Up() if rate != RATE else None

        def play(data: Any, frames: int, _time: Any, flags: Any) -> None:
            self._alive(flags)
            block = self.mix(frames if up is None else frames // FACTOR)
            if up is not None:
                block = up.apply(block)
            out = np.frombuffer(data, np.int16)
            out[:] = block if channels == 1 else np.repeat(block, channels)

        return play

    def mix(self, count: int) -> Samples:
        """Return what is to be heard next."""
        heard = [sound for source in self.sources if (sound := source.read(count)) is not None]
        if not heard and count == len(self._quiet):
            return self._quiet
        if len(heard) > 1:
            total = np.sum(heard, axis=0, dtype=np.int32)
            block: Samples = np.clip(total, -32768, 32767).astype(np.int16)
        else:
            block = heard[0] if heard else np.zeros(count, np.int16)
        if self.limiter is not None:
            block = self.limiter.apply(block)
        self.level.see(block)
        return block


class Listener(Stream):
    """One input; `hear` gets each block at 16 kHz."""

    def __init__(self, library: Any, device: Found, hear: Callable[[Samples], None]) -> None:
        super().__init__(device)
        self._hear = hear
        self._open(library, library.RawInputStream, device.inputs, self._capture)

    def _capture(self, rate: int, channels: int) -> Callable[..., None]:
        down = Down() if rate != RATE else None

        def capture(data: Any, _frames: int, _time: Any, flags: Any) -> None:
            self._alive(flags)
            block: Samples = np.frombuffer(data, np.int16)
            if channels > 1:
                block = block[::channels]
            if down is not None:
                block = down.apply(block)
            self.level.see(block)
            self._hear(block)

        return capture
