"""Sound cards of a room without any: a PulseAudio of its own whose null sinks are headset, microphone and loudspeaker.

A programme under test sees them as ALSA devices of these names. What sounds on one is heard at its monitor; what is
played into `voice` is what the microphone hears.
"""

import contextlib
import os
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from operator_app.room.processes import Crew
from operator_app.room.waiting import RoomError, wait_for

RATE = 16_000
OUTPUTS = ("headset", "speaker", "replay")
VOICE = "voice"
_ALSA = "/usr/share/alsa/alsa.conf"


class SoundCards:
    """A sound server with one sink for each device; devices can be unplugged and plugged in."""

    def __init__(self, crew: Crew, folder: Path) -> None:
        """Start the server; it needs the Debian packages pulseaudio, pulseaudio-utils and libasound2-plugins."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        socket = folder / "pulse.sock"
        alsa = folder / "asound.conf"
        alsa.write_text(
            "\n".join(
                [
                    *(f"pcm.{name} {{ type pulse device {name} }}" for name in OUTPUTS),
                    f"pcm.mic {{ type pulse device {VOICE}.monitor }}",
                    "pcm.!default { type pulse }",
                ]
            )
            + "\n"
        )
        self.environment = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": f"{_ALSA}:{alsa}",
        }
        self._modules: dict[str, str] = {}
        self._server = crew.start(
            "pulseaudio",
            (
                "pulseaudio",
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--use-pid-file=no",
                "-L",
                f"module-native-protocol-unix socket={socket} auth-anonymous=1",
            ),
            env=self.environment,
        )
        wait_for("the sound server", self._answers, 20.0, self._server.tail)
        for name in (*OUTPUTS, VOICE):
            self.plug_in(name)

    def plug_in(self, name: str) -> None:
        """Make that device be there."""
        arguments = (f"sink_name={name}", f"rate={RATE}", "channels=1", "format=s16le")
        self._modules[name] = self._tell("load-module", "module-null-sink", *arguments).strip()

    def unplug(self, name: str) -> None:
        """Take that device away, with whatever sounds on it."""
        self._tell("unload-module", self._modules.pop(name))

    def say(self, sound: bytes) -> None:
        """Play 16-bit mono sound into the microphone, and return when it was handed over."""
        self.play(VOICE, sound).wait(60)

    def play(self, name: str, sound: bytes) -> "subprocess.Popen[bytes]":
        """Begin to play 16-bit mono sound on that device."""
        file = self._folder / f"{name}-{time.monotonic_ns()}.raw"
        file.write_bytes(sound)
        return self._start("pacat", "--playback", f"--device={name}", "--latency-msec=10", str(file))

    def ear(self, name: str) -> "Ear":
        """Listen to what sounds on that device from now on; close it."""
        return Ear(
            self._start("pacat", "--record", f"--device={name}.monitor", "--latency-msec=5", pipe=True)
        )

    def _start(self, program: str, *arguments: str, pipe: bool = False) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [program, *arguments, "--raw", f"--rate={RATE}", "--channels=1", "--format=s16le"],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _answers(self) -> bool:
        try:
            self._tell("info")
        except RoomError:
            return False
        return True

    def _tell(self, *words: str) -> str:
        done = subprocess.run(
            ["pactl", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        if done.returncode:
            raise RoomError(f"pactl {words[0]}: {done.stderr.strip()}")
        return done.stdout


class Ear:
    """Hears one device: sound with the moment at which its last sample came, by the system's monotonic clock."""

    def __init__(self, recorder: "subprocess.Popen[bytes]") -> None:
        self._recorder = recorder
        self._heard = bytearray()
        self._stamps: list[tuple[int, int]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._listen, name="ear", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def heard(self) -> bytes:
        """Return everything so far."""
        with self._lock:
            return bytes(self._heard)

    def moment(self, sample: int) -> int:
        """Return when that sample was there, in nanoseconds: its piece's moment."""
        with self._lock:
            return next(at for end, at in self._stamps if end > sample * 2)

    def close(self) -> None:
        """Hear no more."""
        self._recorder.kill()
        self._recorder.wait()
        self._thread.join(5)
        assert self._recorder.stdout is not None
        with contextlib.suppress(OSError):
            self._recorder.stdout.close()

    def _listen(self) -> None:
        assert self._recorder.stdout is not None
        while piece := os.read(self._recorder.stdout.fileno(), 65_536):
            now = time.monotonic_ns()
            with self._lock:
                self._heard += piece
                self._stamps.append((len(self._heard), now))
