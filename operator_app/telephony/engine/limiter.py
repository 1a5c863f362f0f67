"""Protection of the operator's ear against acoustic shock: what the caller sends has a ceiling before the earpiece.

Levels are of digital full scale (dBFS): how loud that is in the ear is the headset's and its amplifier's matter, so
this stage does not replace a headset that limits by itself (EN 50332-2, ITU-T P.360), it comes before it.

Two stages. Peaks: no sample above -6 dBFS leaves, not even the first one; the gain follows within 1 ms and comes back
in 200 ms. Lasting sounds (fax, howling, a screech): down to -15 dBFS RMS within half a second, and back within two
seconds; speech passes.
"""

import numpy as np
from numpy.typing import NDArray

FULL = 32767.0
CEILING = 0.5
"""Peak of full scale that is never passed: -6 dBFS."""
SUSTAINED = 0.178
"""RMS of full scale to which a lasting sound is brought down: -15 dBFS."""
ATTACK_MS = 1.0
RELEASE_S = 0.2
SUSTAINED_S = 0.15
SUSTAINED_RELEASE_S = 0.6

Samples = NDArray[np.int16]


class ShockLimiter:
    """Limits mono 16-bit sound block by block, without delay. One thread at a time."""

    def __init__(self, rate: int = 16_000) -> None:
        self._rate = rate
        self._step = max(1, round(rate * ATTACK_MS / 1000))
        self._gain = 1.0
        self._slow_gain = 1.0
        self._square = 0.0
        self.limited = 0
        """Blocks in which something was brought down since the start."""

    def apply(self, block: Samples) -> Samples:
        """Return the block as it may be heard; the same object where nothing is to be done."""
        if len(block) == 0:
            return block
        sound = block.astype(np.float32)
        slow = self._sustained(sound)
        peak = float(np.abs(sound).max()) * max(slow, self._slow_gain)
        if slow >= 1.0 and self._slow_gain >= 1.0 and self._gain >= 1.0 and peak <= CEILING * FULL:
            return block
        sound *= np.linspace(self._slow_gain, slow, len(sound), dtype=np.float32)
        self._slow_gain = slow
        self.limited += 1
        return self._peaks(sound)

    def _sustained(self, sound: NDArray[np.float32]) -> float:
        """Return the gain that brings a lasting sound down to its limit."""
        seconds = len(sound) / self._rate
        square = float(np.mean(sound * sound)) / (FULL * FULL)
        time_s = SUSTAINED_S if square > self._square else SUSTAINED_RELEASE_S
        self._square += (square - self._square) * min(1.0, seconds / time_s)
        rms = self._square**0.5
        return min(1.0, SUSTAINED / rms) if rms > 0 else 1.0

    def _peaks(self, sound: NDArray[np.float32]) -> Samples:
        """Bring peaks below the ceiling: down at once, up slowly."""
        step, limit = self._step, CEILING * FULL
        rise = step / self._rate / RELEASE_S
        edges = range(0, len(sound), step)
        highest = [float(np.abs(sound[at : at + step]).max()) for at in edges]
        before = self._gain
        for at, peak in zip(edges, highest, strict=True):
            allowed = limit / peak if peak > limit else 1.0
            after = min(allowed, before + rise, 1.0)
            part = sound[at : at + step]
            part *= np.linspace(before, after, len(part), dtype=np.float32)
            before = after
        self._gain = before
        # What is left above in the very first millisecond of a peak is cut.
        return np.clip(sound, -limit, limit).astype(np.int16)
