"""How loud a recording is, one that is still being written included: the proof that sound really went that way."""

import array
import math
import sys
from pathlib import Path

HEAD = 44
FULL = 32768.0
HEARD = 0.01
"""A level above this is speech and not silence (speech of the demo is near 0.08, a null device exactly 0)."""


def level(path: Path, last_bytes: int | None = None) -> float:
    """Return the root mean square, 0 to 1, of a 16-bit mono WAV or of its last bytes; 0 when nothing is there yet."""
    try:
        size = path.stat().st_size
        start = HEAD if last_bytes is None else max(HEAD, size - last_bytes + (size - last_bytes) % 2)
        with path.open("rb") as source:
            source.seek(start)
            data = source.read()
    except FileNotFoundError:
        return 0.0
    samples = array.array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return math.sqrt(sum(each * each for each in samples) / len(samples)) / FULL if samples else 0.0
