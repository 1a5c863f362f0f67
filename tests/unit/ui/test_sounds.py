import struct
import wave

from tests.tools import make_chime
from tests.tools.make_ring import FILE, LOOP_S, RATE, samples


def test_the_ring_is_what_its_maker_makes() -> None:
    with wave.open(str(FILE), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        held = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    made = samples()
    assert len(held) == len(made) == int(RATE * LOOP_S)
    assert max(abs(one - other) for one, other in zip(held, made, strict=True)) <= 1


def test_the_ring_is_loud_without_being_cut_and_has_no_click_at_its_seam() -> None:
    made = samples()
    assert 8_000 < max(made) < 30_000
    assert made[0] == made[-1] == 0


def test_the_chime_is_what_its_maker_makes_and_has_no_click() -> None:
    with wave.open(str(make_chime.FILE), "rb") as file:
        held = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    made = make_chime.samples()
    assert max(abs(one - other) for one, other in zip(held, made, strict=True)) <= 1
    assert made[0] == made[-1] == 0
    assert 5_000 < max(made) < 30_000
