"""The buffer between two clocks."""

import pytest

from operator_app.telephony.engine.ring import DriftRing

FRAME = 640


def frame(value: int) -> bytes:
    return value.to_bytes(2, "little") * (FRAME // 2)


def test_nothing_sounds_before_two_frames_are_in() -> None:
    ring = DriftRing(FRAME)
    ring.write(frame(1))
    assert ring.read(FRAME) == bytes(FRAME)
    ring.write(frame(2))
    assert ring.read(FRAME) == frame(1)


def test_after_running_dry_it_waits_again() -> None:
    ring = DriftRing(FRAME)
    ring.write(frame(1) + frame(2))
    assert ring.read(FRAME) == frame(1)
    assert ring.read(FRAME) == frame(2)
    ring.write(frame(3)[:100])
    assert ring.read(FRAME) == frame(3)[:100] + bytes(FRAME - 100)
    assert ring.counts.dry == 1
    ring.write(frame(4))
    assert ring.read(FRAME) == bytes(FRAME)
    ring.write(frame(5))
    assert ring.read(FRAME) == frame(4)


def test_a_flood_keeps_the_newest() -> None:
    ring = DriftRing(FRAME)
    for value in range(1, 20):
        ring.write(frame(value))
    assert ring.counts.overflowed >= 1
    assert ring.level <= 8 * FRAME
    sound = b""
    while ring.level:
        sound += ring.read(FRAME)
    assert sound.rstrip(b"\0").endswith(frame(19)[:-2].rstrip(b"\0"))
    assert frame(1)[:4] not in sound


@pytest.mark.parametrize("per_mille", [-3, -1, 1, 3])
def test_clocks_that_drift_never_run_it_dry_or_over(per_mille: int) -> None:
    """An hour of two clocks 0.1 to 0.3 % apart; crystals differ by 0.01 %."""
    ring = DriftRing(FRAME)
    ring.write(frame(1) * 2)
    owed = 0.0
    for _ in range(50 * 3600 // 10):
        owed += FRAME / 2 * (1 + per_mille / 1000)
        samples = int(owed)
        owed -= samples
        ring.write(b"\1\0" * samples)
        assert len(ring.read(FRAME)) == FRAME
        assert ring.level < 5 * FRAME
    assert ring.counts.dry == 0
    assert ring.counts.overflowed == 0
    assert (ring.counts.dropped > 0) == (per_mille > 0)
    assert (ring.counts.repeated > 0) == (per_mille < 0)


def test_equal_clocks_change_no_sample() -> None:
    ring = DriftRing(FRAME)
    ring.write(frame(1) * 2)
    for value in range(2, 2000):
        ring.write(frame(value))
        ring.read(FRAME)
    assert (ring.counts.dropped, ring.counts.repeated) == (0, 0)
