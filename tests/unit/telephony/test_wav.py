"""WAVs whose writer was killed."""

import struct
import wave
from pathlib import Path

import pytest

from operator_app.telephony import wav


def make(path: Path, *, claimed: int | None = None, extra: bytes = b"", samples: int = 800) -> Path:
    wav.write_silence(path, rate=8000, ms=samples * 1000 // 8000)
    data = bytearray(path.read_bytes()) + extra
    if claimed is not None:
        struct.pack_into("<I", data, 40, claimed)
        struct.pack_into("<I", data, 4, claimed + 36)
    path.write_bytes(data)
    return path


def test_a_whole_file_is_left_alone(tmp_path: Path) -> None:
    path = make(tmp_path / "a.wav")
    before = path.read_bytes()
    assert wav.is_whole(path)
    assert wav.repair(path).seconds == pytest.approx(0.1)
    assert path.read_bytes() == before


@pytest.mark.parametrize("claimed", [0, 100, 5000])
@pytest.mark.parametrize("extra", [b"", b"x"])
def test_a_cut_off_file_is_put_right(tmp_path: Path, claimed: int, extra: bytes) -> None:
    path = make(tmp_path / "a.wav", claimed=claimed, extra=extra)
    assert not wav.is_whole(path)
    assert wav.repair(path).present == 1600
    with wave.open(str(path)) as file:
        assert (file.getnframes(), file.getframerate()) == (800, 8000)
        assert file.readframes(800) == bytes(1600)
    assert path.stat().st_size == 1644


def test_other_chunks_are_stepped_over(tmp_path: Path) -> None:
    path = make(tmp_path / "a.wav")
    data = path.read_bytes()
    path.write_bytes(data[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + data[36:])
    assert wav.shape(path).data_at == 44 + 12


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"x" * 100, b"RIFF\0\0\0\0WAVEdata\0\0\0\0"]
)
def test_what_is_no_wav_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(data)
    assert not wav.is_whole(path)
    with pytest.raises(wav.BadWavError, match=r"bad\.wav"):
        wav.repair(path)


def test_a_header_cut_within_is_named(tmp_path: Path) -> None:
    path = make(tmp_path / "bad.wav")
    path.write_bytes(path.read_bytes()[:25])
    with pytest.raises(wav.BadWavError):
        wav.shape(path)


def test_the_digest_is_sha_256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert wav.digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
