"""WAV files that were cut off: reading their true length and putting their header in order."""

import hashlib
import struct
import wave
from dataclasses import dataclass
from pathlib import Path

_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")


class BadWavError(Exception):
    """A file that has no usable WAV header."""


@dataclass(frozen=True, slots=True)
class WavShape:
    """Where the samples of a file begin, what the header claims and what is really there, in bytes."""

    data_at: int
    claimed: int
    present: int
    bytes_per_second: int
    frame_bytes: int

    @property
    def whole(self) -> bool:
        """Whether the header tells the truth."""
        return self.claimed == self.present

    @property
    def seconds(self) -> float:
        """Length of what is really there."""
        return self.present / self.bytes_per_second


def shape(path: Path) -> WavShape:
    """Read the header of a PCM file; raises `BadWavError`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_RIFF.size)
        if len(head) < _RIFF.size or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise BadWavError(f"{path.name}: no WAV header")
        rate = frame = 0
        while len(chunk := file.read(_CHUNK.size)) == _CHUNK.size:
            name, length = _CHUNK.unpack(chunk)
            if name == b"fmt ":
                form = file.read(16)
                if len(form) < 16:
                    break
                _, _, _, rate, frame, _ = struct.unpack("<HHIIHH", form)
                file.seek(length - 16, 1)
            elif name == b"data":
                if rate <= 0 or frame <= 0:
                    break
                present = (size - file.tell()) // frame * frame
                return WavShape(file.tell(), length, present, rate, frame)
            else:
                file.seek(length + length % 2, 1)
    raise BadWavError(f"{path.name}: no samples announced")


def is_whole(path: Path) -> bool:
    """Whether there is a file with sound and a true header."""
    try:
        found = shape(path)
    except (OSError, BadWavError):
        return False
    return found.whole and found.present > 0


def repair(path: Path) -> WavShape:
    """Make the header tell the truth about a file whose writer was killed, and return the file's shape."""
    found = shape(path)
    if found.whole:
        return found
    with path.open("r+b") as file:
        file.truncate(found.data_at + found.present)
        file.seek(4)
        file.write(struct.pack("<I", found.data_at + found.present - 8))
        file.seek(found.data_at - 4)
        file.write(struct.pack("<I", found.present))
    return shape(path)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_silence(path: Path, *, rate: int, ms: int) -> None:
    """Write a mono 16-bit file without sound."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * rate * ms // 1000))
