"""Synthesises resources/sounds/ring.wav: two chimes and a pause, to be looped.

Run it as `python tests/tools/make_ring.py` after a change; a test compares the file with what it makes.
"""

import math
import struct
import wave
from pathlib import Path

RATE = 16_000
LOOP_S = 2.0
CHIMES = ((0.00, 784.0), (0.16, 988.0), (0.45, 784.0), (0.61, 988.0))
"""Start in seconds and pitch in hertz: a warbling double ring, far from any speech."""
CHIME_S = 0.15
LOUDNESS = 0.5
FILE = Path(__file__).parents[2] / "resources" / "sounds" / "ring.wav"


def samples() -> list[int]:
    """Return one loop as 16-bit samples."""
    made = [0.0] * int(RATE * LOOP_S)
    for start_s, pitch in CHIMES:
        first, length = int(start_s * RATE), int(CHIME_S * RATE)
        for place in range(length):
            swell = math.sin(math.pi * place / length) ** 0.5  # no click at either end
            phase = 2 * math.pi * pitch * place / RATE
            made[first + place] += swell * (math.sin(phase) + 0.25 * math.sin(2 * phase)) / 1.25
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
