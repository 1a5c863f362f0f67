"""Microphone and earpiece: the sound card, nothing, or two files."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pjsua2 as pj

from operator_app.domain.line import AudioKind, LineAudio
from operator_app.telephony.engine.ring import DriftRing
from operator_app.telephony.settings import AudioMode, EngineAudio

_log = logging.getLogger(__name__)

FRAME_MS = 20
_RATES = (16_000, 48_000, 44_100)


class Sound:
    """The operator's end of the bridge; `microphone` and `earpiece` are bridge ports or None.

    Made, used and closed on the library's thread.
    """

    def __init__(self) -> None:
        self.microphone: pj.AudioMedia | None = None
        self.earpiece: pj.AudioMedia | None = None
        self.state = LineAudio(AudioKind.NONE)

    def call_connected(self) -> None:
        """Learn that a call has begun."""

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


class _DevicePort(pj.AudioMediaPort):
    """The bridge's side of the sound card. Its callbacks run on the bridge's clock and delay every call: no work."""

    def __init__(self, rate: int) -> None:
        super().__init__()
        self.frame_bytes = rate * FRAME_MS // 1000 * 2
        self.from_microphone = DriftRing(self.frame_bytes)
        self.to_earpiece = DriftRing(self.frame_bytes)
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, rate, 1, FRAME_MS * 1000, 16)
        self.createPort("headset", form)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        """Give the bridge 20 ms of the microphone."""
        data = self.from_microphone.read(self.frame_bytes)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(data)
        frame.size = len(data)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        """Take 20 ms for the earpiece."""
        self.to_earpiece.write(bytes(frame.buf) if frame.size else bytes(self.frame_bytes))


class DeviceSound(Sound):
    """The sound card through PortAudio. Raises `NoDeviceError` with the reason when there is none that works."""

    def __init__(self, settings: EngineAudio) -> None:
        super().__init__()
        portaudio = _portaudio()
        self._lost: list[str] = []
        self._streams: list[Any] = []
        problem: Exception | None = None
        for rate in _RATES:
            port = _DevicePort(rate)
            try:
                self._open(portaudio, port, settings, rate)
            except (portaudio.PortAudioError, ValueError) as error:
                problem = error
                self._stop()
                continue
            self.microphone = self.earpiece = port
            names = [str(portaudio.query_devices(stream.device)["name"]) for stream in self._streams]
            self.state = LineAudio(AudioKind.DEVICE, " / ".join(dict.fromkeys(names)))
            return
        raise NoDeviceError(str(problem))

    def _open(self, portaudio: Any, port: _DevicePort, settings: EngineAudio, rate: int) -> None:
        def capture(data: Any, _frames: int, _time: Any, _flags: Any) -> None:
            port.from_microphone.write(bytes(data))

        def play(data: Any, _frames: int, _time: Any, _flags: Any) -> None:
            data[:] = port.to_earpiece.read(len(data))

        common: dict[str, Any] = {
            "samplerate": rate,
            "blocksize": rate * FRAME_MS // 1000,
            "channels": 1,
            "dtype": "int16",
            "latency": "low",
        }
        for kind, device, name, work in (
            (portaudio.RawInputStream, settings.microphone, "microphone", capture),
            (portaudio.RawOutputStream, settings.earpiece, "earpiece", play),
        ):
            stream = kind(
                device=device or None, callback=work, finished_callback=self._finished(name), **common
            )
            self._streams.append(stream)
            stream.start()

    def _finished(self, name: str) -> Callable[[], None]:
        lost = self._lost

        def note() -> None:
            lost.append(name)

        return note

    def changed(self) -> bool:
        """Notice a device that went away."""
        if not self._lost or self.state.kind is not AudioKind.DEVICE:
            return False
        reason = f"{', '.join(self._lost)} of {self.state.name} stopped"
        self._stop()
        self.microphone = self.earpiece = None
        self.state = LineAudio(AudioKind.NONE, reason=reason)
        return True

    def close(self) -> None:
        """Stop the card and give the port back."""
        self._stop()
        if isinstance(self.microphone, _DevicePort):
            port = self.microphone
            _log.info(
                "sound card: microphone %s, earpiece %s", port.from_microphone.counts, port.to_earpiece.counts
            )
        super().close()

    def _stop(self) -> None:
        for stream in self._streams:
            stream.close(ignore_errors=True)
        self._streams.clear()


class NoDeviceError(Exception):
    """There is no sound card that can be used; the text says why."""


def _portaudio() -> Any:
    """Return the sound library. Imported here: loading it looks for devices, and most test engines need none."""
    try:
        import sounddevice  # noqa: PLC0415
    except (ImportError, OSError) as problem:
        raise NoDeviceError(f"PortAudio cannot be loaded: {problem}") from problem
    return sounddevice


def open_sound(settings: EngineAudio) -> Sound:
    """Open what the settings ask for. A missing card is a state with a reason, not an error."""
    if settings.mode is AudioMode.NONE:
        return NoSound("set so")
    if settings.mode is AudioMode.FILE:
        return FileSound(settings)
    try:
        return DeviceSound(settings)
    except NoDeviceError as problem:
        _log.warning("no sound card: %s", problem)
        return NoSound(str(problem))
