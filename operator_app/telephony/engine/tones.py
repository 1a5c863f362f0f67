"""Tones for the operator's ear alone: it rings over there, and a call was answered by itself."""

import pjsua2 as pj

_RATE = 16_000
_RING_HZ, _RING_ON_MS, _RING_OFF_MS = 425, 1000, 4000
_LOUDNESS = 6_000
"""Of 32,767: well audible, and no shock."""
_NOTICE = ((1_400, 90, 60), (1_400, 90, 120))


class Tones:
    """One generator, linked to the earpiece for good. Everything on the library's thread."""

    def __init__(self) -> None:
        self.port = pj.ToneGenerator()
        self.port.createToneGenerator(_RATE, 1)
        self._rings = False

    def ring(self, on: bool) -> None:
        """Let the operator hear that it rings over there, until told otherwise."""
        if on == self._rings:
            return
        self._rings = on
        self.port.stop()
        if on:
            self.port.play(_tones((_RING_HZ, _RING_ON_MS, _RING_OFF_MS)), True)

    def notice(self) -> None:
        """Two short pips: somebody is on the line although no key was pressed."""
        self._rings = False
        self.port.stop()
        self.port.play(_tones(*_NOTICE), False)


def _tones(*steps: tuple[int, int, int]) -> pj.ToneDescVector:
    tones = pj.ToneDescVector()
    for hertz, on_ms, off_ms in steps:
        tone = pj.ToneDesc()
        tone.freq1, tone.freq2 = hertz, 0
        tone.on_msec, tone.off_msec = on_ms, off_ms
        tone.volume, tone.flags = _LOUDNESS, 0
        tones.append(tone)
    return tones
