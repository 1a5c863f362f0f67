"""Synthesises resources/sounds/chime.wav: a falling chime for reminders. Run it after a change; a test compares."""

import math
import struct
import wave
from pathlib import Path

RATE, LOOP_S, LOUDNESS = 16_000, 2.0, 0.35
TONES = ((0.0, 880.0), (0.28, 587.0))
TONE_S = 0.5
FILE = Path(__file__).parents[2] / "resources" / "sounds" / "chime.wav"


def samples() -> list[int]:
    """Return one loop as 16-bit samples: two soft tones that die away."""
    made = [0.0] * int(RATE * LOOP_S)
    for start_s, pitch in TONES:
        first, length = int(start_s * RATE), int(TONE_S * RATE)
        for place in range(length):
            swell = min(1.0, place / 80) * (1 - place / length) ** 2
            made[first + place] += swell * math.sin(2 * math.pi * pitch * place / RATE) / 1.5
    return [round(32_767 * LOUDNESS * each) for each in made]


def write(path: Path) -> None:
    """Write the loop as a mono WAV."""
    made = samples()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(made)}h", *made))


if __name__ == "__main__":
    write(FILE)
