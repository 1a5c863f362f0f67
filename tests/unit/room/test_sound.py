"""The level tells speech from silence, also in a file whose head is not yet right."""

import math
import struct
import wave
from pathlib import Path

from operator_app.room.sound import HEARD, level


def test_levels_of_silence_tone_and_nothing(tmp_path: Path) -> None:
    tone = [int(16384 * math.sin(each / 5)) for each in range(8000)]
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(struct.pack("<8000h", *([0] * 8000)) + struct.pack("<8000h", *tone))
    assert 0.2 < level(path) < 0.3
    assert 0.33 < level(path, 8000) < 0.37
    assert level(tmp_path / "missing.wav") == 0.0
    (tmp_path / "empty.wav").write_bytes(bytes(44))
    assert level(tmp_path / "empty.wav") == 0.0


def test_the_voices_of_the_demo_can_be_heard() -> None:
    voices = sorted((Path(__file__).parents[3] / "resources" / "demo").glob("*.wav"))
    assert [each.stem for each in voices] == ["buaya", "iseng", "operator", "rumah-terbakar"]
    for each in voices:
        assert level(each) > 3 * HEARD
        with wave.open(str(each)) as source:
            assert (source.getframerate(), source.getsampwidth(), source.getnchannels()) == (8000, 2, 1)
    assert sum(each.stat().st_size for each in voices) < 600_000
