"""From the bridge's 16 kHz to a card that only does 48 kHz, and back, without a seam between blocks."""

import numpy as np
from numpy.typing import NDArray

FACTOR = 3
_TAPS = 48
Samples = NDArray[np.int16]


def _kernel() -> NDArray[np.float32]:
    """A low pass at 7.4 kHz of 48: above it nothing of telephone speech is left."""
    at = np.arange(_TAPS) - (_TAPS - 1) / 2
    cut = 7_400 / 48_000 * 2
    taps = np.sinc(at * cut) * np.hamming(_TAPS)
    kernel: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return kernel


class Up:
    """16 kHz to 48 kHz; delays by half a millisecond."""

    def __init__(self) -> None:
        self._taps = _kernel() * FACTOR
        self._past = np.zeros(_TAPS - 1, np.float32)

    def apply(self, block: Samples) -> Samples:
        """Return three samples for each one."""
        wide = np.zeros(len(block) * FACTOR, np.float32)
        wide[::FACTOR] = block
        whole = np.concatenate((self._past, wide))
        self._past = whole[-(_TAPS - 1) :]
        return _to_16(np.convolve(whole, self._taps, "valid"))


class Down:
    """48 kHz to 16 kHz; blocks must hold a multiple of three samples."""

    def __init__(self) -> None:
        self._taps = _kernel()
        self._past = np.zeros(_TAPS - 1, np.float32)

    def apply(self, block: Samples) -> Samples:
        """Return one sample for each three."""
        whole = np.concatenate((self._past, block.astype(np.float32)))
        self._past = whole[-(_TAPS - 1) :]
        return _to_16(np.convolve(whole, self._taps, "valid")[::FACTOR])


def _to_16(sound: NDArray[np.float32]) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
