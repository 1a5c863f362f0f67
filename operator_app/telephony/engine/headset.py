"""The operator's headset: one port in the bridge that lives as long as the engine, whatever is plugged in or out.

Because the port stays, an unplugged headset changes no link of any call; only what comes out of the port is silence
until the card's thread has a device again.
"""

import logging
import threading

import pjsua2 as pj

from operator_app.domain.line import AudioKind, LineAudio, RoleState, SoundRole
from operator_app.telephony.engine.clock_buffer import DriftRing
from operator_app.telephony.engine.library import BRIDGE_MS, CLOCK_RATE
from operator_app.telephony.engine.sound import FileSound, NoSound, Sound
from operator_app.telephony.settings import AudioMode, EngineAudio

_log = logging.getLogger(__name__)

_JOIN_S = 3.0
FRAME_BYTES = CLOCK_RATE // 50 * 2
"""20 ms, in which the depths below are counted."""
PIECE_BYTES = CLOCK_RATE * BRIDGE_MS // 1000 * 2
MICROPHONE_FRAMES = 1.0
"""20 ms: what the card gives and the bridge takes at once is 10, the other half is room for one that comes late."""
EARPIECE_FRAMES, EARPIECE_SLACK = 0.75, 0.375
"""15 ms: the bridge gives 10 ms at once and the card takes as much, the rest is room for a late clock."""


class HeadsetPort(pj.AudioMediaPort):
    """The bridge's side of the sound card. Its callbacks run on the bridge's clock and delay every call: no work."""

    def __init__(self) -> None:
        super().__init__()
        self.from_microphone = DriftRing(FRAME_BYTES, prefill_frames=MICROPHONE_FRAMES)
        self.to_earpiece = DriftRing(FRAME_BYTES, prefill_frames=EARPIECE_FRAMES, slack_frames=EARPIECE_SLACK)
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, CLOCK_RATE, 1, BRIDGE_MS * 1000, 16)
        self.createPort("headset", form)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        """Give the bridge its next piece of the microphone."""
        data = self.from_microphone.read(PIECE_BYTES)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(data)
        frame.size = len(data)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        """Take the next piece for the earpiece."""
        self.to_earpiece.write(bytes(frame.buf) if frame.size else bytes(PIECE_BYTES))


class DeviceSound(Sound):
    """Sound cards through PortAudio. A card that is missing is a state with its reason, and looked for further."""

    def __init__(self, settings: EngineAudio) -> None:
        super().__init__()
        self._port = HeadsetPort()
        self.microphone = self.earpiece = self._port
        self._seen: object = None
        self.state = LineAudio(AudioKind.OPENING)
        self._closing = False
        rings = self._port.to_earpiece, self._port.from_microphone
        self._thread = threading.Thread(
            target=self._run, args=(settings, *rings), name="sound card", daemon=True
        )
        self._thread.start()

    def _run(self, settings: EngineAudio, to_earpiece: DriftRing, from_microphone: DriftRing) -> None:
        # Loading numpy and PortAudio takes a quarter of a second that the phone need not wait for.
        from operator_app.telephony.engine.card import Card  # noqa: PLC0415

        card = Card(settings, to_earpiece, from_microphone)
        if not self._closing:
            self.card = card
            card.run()

    def call_connected(self) -> None:
        """Begin with what is said now."""
        self._port.from_microphone.clear()

    def levels(self) -> tuple[float, float]:
        """Return the peaks since the last asking."""
        return (0.0, 0.0) if self.card is None else self.card.levels()

    def changed(self) -> bool:
        """Take what the card's thread has come to."""
        seen = None if self.card is None else self.card.state
        if seen is None or seen is self._seen or not seen.opened:
            return False
        self._seen = seen
        self.state = audio_of(seen.roles)
        return True

    def close(self) -> None:
        """Stop the cards and give the port back."""
        self._closing = True
        if self.card is not None:
            self.card.stop()
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            _log.error("the sound card's driver hangs; it is left behind")
        port = self._port
        _log.info(
            "sound card: microphone %s, earpiece %s", port.from_microphone.counts, port.to_earpiece.counts
        )
        super().close()
        del self._port


def audio_of(roles: tuple[RoleState, ...]) -> LineAudio:
    """Sum up how the roles stand: there is sound only where both microphone and earpiece work."""
    talk = [each for each in roles if each.role in (SoundRole.MICROPHONE, SoundRole.EARPIECE)]
    dead = [each for each in talk if not each.works]
    if dead and not any(each.reason for each in dead):
        return LineAudio(AudioKind.OPENING, roles=roles)
    if dead:
        reason = "; ".join(f"{each.role.value}: {each.reason}" for each in dead if each.reason)
        return LineAudio(AudioKind.NONE, reason=reason, roles=roles)
    names = dict.fromkeys(each.name for each in talk)
    return LineAudio(AudioKind.DEVICE, " / ".join(names), roles=roles)


def open_sound(settings: EngineAudio) -> Sound:
    """Open what the settings ask for. A missing card is a state with a reason, not an error."""
    if settings.mode is AudioMode.NONE:
        return NoSound("set so")
    if settings.mode is AudioMode.FILE:
        return FileSound(settings)
    return DeviceSound(settings)
