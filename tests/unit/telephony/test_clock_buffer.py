"""The buffer between two clocks."""

import numpy as np
import pytest

from operator_app.telephony.engine.clock_buffer import DriftRing

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


@pytest.mark.parametrize("ppm", [-3000, -1000, -100, 100, 1000, 3000])
def test_clocks_that_drift_never_run_it_dry_or_over(ppm: int) -> None:
    """An hour of two clocks; the crystals of two devices differ by 100 millionths at the very most."""
    ring = DriftRing(FRAME, prefill_frames=1.5)
    ring.write(frame(1) * 2)
    owed = 0.0
    for _ in range(50 * 3600):
        owed += FRAME / 2 * (1 + ppm / 1e6)
        count = int(owed)
        owed -= count
        ring.write(b"\1\0" * count)
        assert len(ring.read(FRAME)) == FRAME
        assert ring.level < 4 * FRAME
    assert ring.counts.dry == 0
    assert ring.counts.overflowed == 0
    expected = abs(ppm) / 1e6 * 3600 * 16_000
    mended = ring.counts.dropped if ppm > 0 else ring.counts.repeated
    assert mended == pytest.approx(expected, rel=0.05, abs=700)
    # The surplus of the very beginning is given back first, whichever way the clocks differ.
    assert (ring.counts.repeated if ppm > 0 else ring.counts.dropped) <= FRAME // 2


@pytest.mark.parametrize("ppm", [-100, 100])
def test_a_tone_stays_a_tone_over_twelve_hours_of_drift(ppm: int) -> None:
    """A shift's length between writer and reader of 10 and 20 ms: what comes out at its end is still the same tone."""
    ring = DriftRing(FRAME, prefill_frames=1.5)
    turn = 2 * np.pi * 1000 / 16_000
    block = FRAME // 4  # 10 ms in samples
    ring.write(bytes(FRAME * 2))
    written, owed, tail = 0, 0.0, []
    frames = 12 * 3600 * 50
    quiet = bytes(FRAME)
    for number in range(frames):
        last = number > frames - 500
        for _ in range(2):
            owed += block * (1 + ppm / 1e6)
            count = int(owed)
            owed -= count
            if last:
                at = np.arange(written, written + count)
                ring.write((np.sin(at * turn) * 16384).astype("<i2").tobytes())
            else:
                ring.write(quiet[: count * 2])
            written += count
        out = ring.read(FRAME)
        if last:
            tail.append(np.frombuffer(out, "<i2"))
    assert (ring.counts.dry, ring.counts.overflowed) == (0, 0)
    sound = np.concatenate(tail[100:])[:120_000].astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    tone = spectrum.argmax() / len(sound) * 16_000
    assert abs(tone - 1000) < 1
    assert np.abs(sound).max() == pytest.approx(16384, rel=0.01)


def test_what_grew_old_while_nobody_read_is_no_delay() -> None:
    ring = DriftRing(FRAME, prefill_frames=1.5)
    for value in range(1, 8):
        ring.write(frame(value))
    assert ring.read(FRAME)[-2:] == (6).to_bytes(2, "little") or ring.level <= ring.depth
    assert ring.level <= ring.depth


def test_a_starved_machine_gets_a_deeper_buffer_and_a_calm_one_gives_it_back() -> None:
    ring = DriftRing(FRAME, prefill_frames=1)
    for _ in range(6):
        ring.write(frame(1) * 3)
        for _ in range(4):
            ring.read(FRAME)
    deep = ring.depth
    assert FRAME < deep <= 3 * FRAME
    ring.write(frame(1) * 4)
    for _ in range(50 * 60 * 10):
        ring.write(frame(1))
        ring.read(FRAME)
    assert ring.depth == FRAME


def test_equal_clocks_change_no_sample() -> None:
    ring = DriftRing(FRAME)
    ring.write(frame(1) * 2)
    for value in range(2, 2000):
        ring.write(frame(value))
        ring.read(FRAME)
    assert (ring.counts.dropped, ring.counts.repeated) == (0, 0)


class Ear:
    """The earpiece's ring, as the bridge fills it with 20 ms of a tone at a time and the card takes 10."""

    def __init__(self) -> None:
        self.ring = DriftRing(FRAME, prefill_frames=1.25, slack_frames=0.375)
        self.heard: list[np.ndarray] = []
        self._at = 0

    def write(self) -> None:
        at = np.arange(self._at, self._at + FRAME // 2)
        self._at += FRAME // 2
        self.ring.write((np.sin(at * 2 * np.pi * 200 / 16_000) * 8000).astype("<i2").tobytes())

    def read(self) -> None:
        self.heard.append(np.frombuffer(self.ring.read(FRAME // 2), "<i2").astype(int))

    def go(self, frames: int) -> None:
        for _ in range(frames):
            self.write()
            self.read()
            self.read()


def test_what_a_stall_has_piled_up_is_given_back_within_two_seconds_and_without_a_click() -> None:
    """The bridge catches up after a stall: what came in at once was 40 ms of delay for six seconds."""
    ear = Ear()
    ear.write()
    ear.go(100)
    level = ear.ring.level
    for _ in range(2):
        ear.write()
    ear.go(100)
    assert ear.ring.level <= level + FRAME // 2
    assert ear.ring.counts.shed > FRAME // 2
    assert ear.ring.counts.dry == 0
    sound = np.concatenate(ear.heard)[FRAME:]
    steepest = 8000 * 2 * np.pi * 200 / 16_000
    assert np.abs(np.diff(sound)).max() < 2 * steepest


def test_what_the_next_stall_will_need_is_kept() -> None:
    """A machine that stalls again and again, and catches up each time: what waits there is no surplus."""
    ear = Ear()
    ear.write()
    ear.go(100)
    ear.write()
    ear.write()
    for _ in range(50):
        for _ in range(4):
            ear.read()
        ear.write()
        ear.write()
        ear.go(8)
    assert (ear.ring.counts.shed, ear.ring.counts.dry) == (0, 0)


def test_what_waited_before_anybody_listened_is_no_delay() -> None:
    ear = Ear()
    for _ in range(4):
        ear.write()
    ear.read()
    assert ear.ring.level <= ear.ring.depth
