"""Sound cards of a room without any: PulseAudio of its own, whose null sinks are headset, microphone and loudspeaker.

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

from operator_app.room.processes import Crew, RoomProcess
from operator_app.room.waiting import wait_for

RATE = 16_000
OUTPUTS = ("headset", "speaker", "replay")
VOICE = "voice"
_FORM = ("--raw", f"--rate={RATE}", "--channels=1", "--format=s16le")
_ALSA = "/usr/share/alsa/alsa.conf"


class SoundCards:
    """Two sound servers: one holds the headset alone, so that its end is the headset being pulled out.

    A sink that merely goes away would not do: the server moves what sounds on it to another one.
    """

    def __init__(self, crew: Crew, folder: Path, *, dozing: bool = False) -> None:
        """Start the servers; they need the Debian packages pulseaudio, pulseaudio-utils and libasound2-plugins.

        A null sink on which nobody plays works two seconds ahead and makes who comes wait for their end, as no card
        does: so these work 50 ms ahead (`norewinds`), unless a card that is slow to begin is wanted (`dozing`).
        """
        self._crew, self._folder = crew, folder
        self._sink = f"rate={RATE} channels=1 format=s16le" + ("" if dozing else " norewinds=1")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        alsa = folder / "asound.conf"
        lines = [
            f"pcm.{name} {{ type pulse server {self._address(name)} device {name} }}" for name in OUTPUTS
        ]
        lines.append(f"pcm.mic {{ type pulse server {self._address(VOICE)} device {VOICE}.monitor }}")
        alsa.write_text("\n".join(lines) + "\n")
        self.environment = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": self._address(VOICE),
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": f"{_ALSA}:{alsa}",
        }
        self._headset = self._serve("headset")
        self._serve("speaker", "replay", VOICE)

    def unplug(self) -> None:
        """Pull the headset out."""
        self._headset.kill()

    def plug_in(self) -> None:
        """Plug the headset in again."""
        self._headset = self._serve("headset")

    def say(self, sound: bytes) -> None:
        """Play 16-bit mono sound into the microphone, and return when it was handed over."""
        self.play(VOICE, sound).wait(60)

    def play(self, name: str, sound: bytes) -> "subprocess.Popen[bytes]":
        """Begin to play 16-bit mono sound on that device."""
        file = self._folder / f"{name}-{time.monotonic_ns()}.raw"
        file.write_bytes(sound)
        return self._start(name, "--playback", f"--device={name}", "--latency-msec=10", str(file))

    def ear(self, name: str) -> "Ear":
        """Listen to what sounds on that device from now on; close it."""
        return Ear(self._start(name, "--record", f"--device={name}.monitor", "--latency-msec=5", pipe=True))

    def _address(self, name: str) -> str:
        return f"unix:{self._folder / ('headset.sock' if name == 'headset' else 'room.sock')}"

    def _serve(self, *sinks: str) -> RoomProcess:
        address = self._address(sinks[0])
        socket = address.removeprefix("unix:")
        Path(socket).unlink(missing_ok=True)
        loads = [f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
        loads += [f"module-null-sink sink_name={each} {self._sink}" for each in sinks]
        server = self._crew.start(
            f"pulseaudio-{sinks[0]}",
            (
                "pulseaudio",
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--use-pid-file=no",
                *(word for load in loads for word in ("-L", load)),
            ),
            env=self.environment,
        )
        wait_for(f"the sound server of {sinks[0]}", lambda: self._has(address, sinks[-1]), 20.0, server.tail)
        return server

    def _start(self, name: str, *arguments: str, pipe: bool = False) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["pacat", f"--server={self._address(name)}", *arguments, *_FORM],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _has(self, address: str, sink: str) -> bool:
        done = subprocess.run(
            ["pactl", f"--server={address}", "list", "short", "sinks"],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return done.returncode == 0 and f"\t{sink}\t" in done.stdout


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
