"""What sounds beside a call, and the way to a card that has its own rate."""

import wave
from pathlib import Path

import numpy as np
import pytest

from operator_app.telephony.engine.devices import Found, NoDeviceError, pick
from operator_app.telephony.engine.resample import Down, Up
from operator_app.telephony.engine.sources import Looper, OneShot, Replay, load_wav, tone
from tests.e2e.telephony.rig import until_now, write_tone

RATE = 16_000


def strength(sound: np.ndarray, hertz: float, rate: int = RATE) -> float:
    turn = np.exp(-2j * np.pi * hertz / rate * np.arange(len(sound)))
    return float(abs(np.mean(sound / 32768 * turn)) * 2)


def test_a_ring_goes_round_without_a_gap(tmp_path: Path) -> None:
    ring = Looper()
    ring.load(write_tone(tmp_path / "ring.wav", 500, seconds=1), 0.5)
    assert ring.read(160) is None
    ring.ring(True)
    blocks = [ring.read(160) for _ in range(250)]
    sound = np.concatenate([block for block in blocks if block is not None])
    assert len(sound) == 40_000
    assert strength(sound, 500) == pytest.approx(0.25, abs=0.01)


def test_one_shot_ends_by_itself() -> None:
    shot = OneShot()
    shot.play(tone(800, 0.025, 0.5))
    assert [
        block is not None and len(block) == 160 for block in (shot.read(160), shot.read(160), shot.read(160))
    ] == [
        True,
        True,
        True,
    ]
    assert shot.read(160) is None
    assert not shot.busy


def test_a_recording_is_replayed_from_any_place(tmp_path: Path) -> None:
    path = tmp_path / "r.wav"
    low, high = tone(400, 2.0, 0.5), tone(1000, 2.0, 0.5)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate((low, high)).tobytes())
    replay = Replay()
    for start, hertz in ((0.2, 400), (-1.5, 1000), (2.5, 1000)):
        replay.play(path, start)
        until_now("it plays", lambda: replay.read(160) is not None)
        sound = np.concatenate([replay.read(160) for _ in range(20)])
        assert strength(sound, hertz) > 0.4
    assert replay.length_s == pytest.approx(4.0)
    assert 2.5 < replay.position_s < 3.2
    replay.stop()
    assert not replay.playing
    assert replay.read(160) is None


def test_a_recording_whose_writer_was_killed_is_replayed_too(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "r.wav", 700, seconds=2)
    with path.open("r+b") as file:
        file.seek(40)
        file.write(bytes(4))  # the header still says: no samples
    replay = Replay()
    replay.play(path, 0.0)
    until_now("it plays", lambda: replay.read(160) is not None)
    assert replay.length_s == pytest.approx(2.0)
    replay.stop()


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    replay = Replay()
    replay.play(tmp_path / "none.wav", 0.0)
    until_now("it gives up", lambda: not replay.playing)
    assert "none.wav" in replay.problem
    replay.stop()


def test_a_ring_of_another_rate_is_brought_to_ours(tmp_path: Path) -> None:
    sound = load_wav(write_tone(tmp_path / "r.wav", 500, rate=8000, seconds=1))
    assert len(sound) == pytest.approx(RATE, abs=4)
    assert strength(sound, 500) == pytest.approx(0.5, abs=0.02)


def test_to_a_card_of_48_khz_and_back() -> None:
    up, down = Up(), Down()
    sound = tone(1000, 1.0, 0.5)
    blocks = [sound[at : at + 160] for at in range(0, RATE, 160)]
    wide = [up.apply(block) for block in blocks]
    assert {len(block) for block in wide} == {480}
    assert strength(np.concatenate(wide), 1000, 48_000) == pytest.approx(0.48, abs=0.02)
    back = np.concatenate([down.apply(block) for block in wide])
    assert len(back) == RATE
    assert strength(back, 1000) == pytest.approx(0.48, abs=0.02)
    jumps = np.abs(np.diff(back[200:-400].astype(int)))
    assert jumps.max() < 0.5 * 32767 * 2 * np.pi * 1000 / RATE * 1.1, "a seam between two blocks"


HEADSET = Found(3, "USB Headset: Audio (hw:1,0)", 1, 2, 48_000.0)
CARD = Found(0, "Intel: Analog (hw:0,0)", 2, 2, 48_000.0, True, True)


def test_a_headset_is_known_again_by_its_name_whatever_number_it_has_now() -> None:
    assert pick((CARD, HEADSET), "USB Headset: Audio (hw:2,0)", output=True) is HEADSET
    assert pick((CARD, HEADSET), "", output=False) is CARD
    with pytest.raises(NoDeviceError):
        pick((CARD,), "USB Headset: Audio (hw:2,0)", output=True)
    with pytest.raises(NoDeviceError):
        pick((), "", output=True)
