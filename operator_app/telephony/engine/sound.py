"""Microphone and earpiece without a card: nothing, or two files. The real ones are in `headset`."""

from pathlib import Path
from typing import TYPE_CHECKING

import pjsua2 as pj

from operator_app.domain.line import AudioKind, LineAudio
from operator_app.telephony.settings import EngineAudio

if TYPE_CHECKING:
    from operator_app.telephony.engine.card import Card

_MEAN_TO_PEAK = 1.57


class Sound:
    """The operator's end of the bridge; `microphone` and `earpiece` are bridge ports or None.

    Made, used and closed on the library's thread.
    """

    def __init__(self) -> None:
        self.microphone: pj.AudioMedia | None = None
        self.earpiece: pj.AudioMedia | None = None
        self.state = LineAudio(AudioKind.NONE)
        self.card: Card | None = None
        """The sound devices, where there are any and once they have been loaded."""

    def call_connected(self) -> None:
        """Learn that a call has begun."""

    def levels(self) -> tuple[float, float]:
        """Return how loud microphone and earpiece are, 0 to 1."""
        return _loudness(self.microphone, heard=True), _loudness(self.earpiece, heard=False)

    def changed(self) -> bool:
        """Look after the device; True when `state` or the ports are other than before."""
        return False

    def close(self) -> None:
        """Give the ports back."""
        self.microphone = self.earpiece = None


class NoSound(Sound):
    """No microphone and no earpiece, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.state = LineAudio(AudioKind.NONE, reason=reason)


class FileSound(Sound):
    """A WAV speaks and a WAV listens: for tests, practice and simulated callers."""

    def __init__(self, settings: EngineAudio) -> None:
        super().__init__()
        self._from_start = settings.microphone_from_start
        self._player: pj.AudioMediaPlayer | None = None
        if settings.microphone_file:
            self._player = pj.AudioMediaPlayer()
            self._player.createPlayer(
                settings.microphone_file, 0 if settings.microphone_loop else pj.PJMEDIA_FILE_NO_LOOP
            )
            self.microphone = self._player
        if settings.earpiece_file:
            recorder = pj.AudioMediaRecorder()
            recorder.createRecorder(settings.earpiece_file)
            self.earpiece = recorder
        names = [Path(name).name for name in (settings.microphone_file, settings.earpiece_file) if name]
        self.state = LineAudio(AudioKind.FILE, " / ".join(names))

    def call_connected(self) -> None:
        """Begin the microphone's file anew when so set."""
        if self._player is not None and self._from_start:
            self._player.setPos(0)

    def close(self) -> None:
        """Give the ports back."""
        self._player = None
        super().close()


def _loudness(port: pj.AudioMedia | None, *, heard: bool) -> float:
    """Return the mean amplitude of the port's last frame; the library tells it as a mu-law code (G.711)."""
    if port is None:
        return 0.0
    code = port.getRxLevel() if heard else port.getTxLevel()
    linear = ((((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return float(min(1.0, linear * _MEAN_TO_PEAK / 32767))
