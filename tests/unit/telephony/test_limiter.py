"""What the operator's ear is kept from."""

import numpy as np
import pytest
from numpy.typing import NDArray

from operator_app.telephony.engine.limiter import CEILING, FULL, SUSTAINED, ShockLimiter

Sound = NDArray[np.float64]

RATE, BLOCK = 16_000, 160


def through(sound: Sound) -> NDArray[np.int16]:
    limiter = ShockLimiter(RATE)
    whole = (sound * FULL).astype(np.int16)
    return np.concatenate([limiter.apply(whole[at : at + BLOCK]) for at in range(0, len(whole), BLOCK)])


def tone(amplitude: float, seconds: float = 1.0) -> Sound:
    sound: Sound = amplitude * np.sin(2 * np.pi * 1000 / RATE * np.arange(int(RATE * seconds)))
    return sound


def speech(seed: int, rms: float, seconds: float = 20.0) -> Sound:
    """Noise in syllables of 150 ms with pauses: as lively as speech, as loud as asked for."""
    rng = np.random.default_rng(seed)
    count = int(RATE * seconds)
    syllable = np.repeat(rng.choice([0.05, 0.5, 1.0], int(seconds / 0.15) + 1), int(0.15 * RATE))[:count]
    sound = rng.normal(0, 1, count) * syllable
    fitted: Sound = sound * rms / np.sqrt(np.mean(sound**2))
    return fitted


@pytest.mark.parametrize("rms", [0.02, 0.05])
def test_speech_at_the_level_of_a_telephone_line_passes_untouched(rms: float) -> None:
    sound = np.clip(speech(1, rms), -CEILING + 0.001, CEILING - 0.001)
    assert np.array_equal(through(sound), (sound * FULL).astype(np.int16))


@pytest.mark.parametrize("amplitude", [0.51, 0.8, 1.0])
def test_not_one_sample_above_the_ceiling_leaves(amplitude: float) -> None:
    assert np.abs(through(tone(amplitude)).astype(int)).max() <= CEILING * FULL


def test_a_shock_out_of_silence_is_held_from_its_first_sample() -> None:
    sound = np.concatenate([np.zeros(RATE // 2), tone(1.0, 0.02), np.zeros(RATE // 2)])
    out = through(sound)
    assert np.abs(out.astype(int)).max() <= CEILING * FULL
    assert not out[: RATE // 2].any()


def test_the_gain_has_settled_after_one_millisecond() -> None:
    """After that the tone is a clean sine again, only smaller: nothing is cut any more."""
    out = through(tone(1.0, 0.05)).astype(float)[RATE // 500 : RATE // 50]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    strongest = spectrum.max()
    third = spectrum[round(3000 * len(out) / RATE)]
    assert third < strongest * 0.05


def test_a_lasting_screech_is_brought_down_within_half_a_second() -> None:
    out = through(tone(1.0, 2.0)).astype(float) / FULL
    rms = np.sqrt(np.mean(out[RATE // 2 :] ** 2))
    assert rms <= SUSTAINED * 1.05


def test_after_a_shock_speech_is_back_within_two_seconds() -> None:
    quiet = speech(2, 0.03, 4.0)
    out = through(np.concatenate([tone(1.0, 1.0), quiet])).astype(float) / FULL
    late, true = out[RATE * 3 :], quiet[RATE * 2 :]
    assert np.sqrt(np.mean(late**2)) == pytest.approx(np.sqrt(np.mean(true**2)), rel=0.05)
