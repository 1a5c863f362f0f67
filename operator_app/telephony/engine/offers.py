"""What a description of sound (SDP) must not hold: each bound keeps a published fault of the library out of reach.

Which fault, and of which version, stands in `docs/phone-library.md`. No decent phone comes near one of them.
"""

import re

MOST_LINES = 10
MOST_KEYS = 32
HIGHEST_TYPE = 127
LONGEST_PTIME_MS = 130
_NUMBER = re.compile(rb"\d+")
_REDUNDANT = re.compile(rb"\d+(?:/\d+)+")


def is_out_of_bounds(message: bytes) -> bool:
    """Whether an offer or answer in the message goes beyond a bound. Asked of each message, before its 180."""
    begin = message.find(b"\nv=0")
    if begin < 0:
        return False
    lines = keys = 0
    for line in message[begin:].split(b"\n"):
        start = line[:2]
        if start == b"m=":
            lines += 1
            words = line.split()
            if len(words) > 3 and b"RTP/" in words[2].upper() and _any_over(words[3:], HIGHEST_TYPE):
                return True
        elif start == b"a=":
            name, _, value = line[2:].partition(b":")
            match name.lower():
                case b"rtpmap":
                    numbers, most = _NUMBER.findall(value)[:1], HIGHEST_TYPE
                case b"fmtp":
                    numbers, most = _types_of(value), HIGHEST_TYPE
                case b"ptime":
                    numbers, most = _NUMBER.findall(value)[:1], LONGEST_PTIME_MS
                case b"crypto":
                    keys += 1
                    continue
                case _:
                    continue
            if _any_over(numbers, most):
                return True
    return lines > MOST_LINES or keys > MOST_KEYS


def _types_of(value: bytes) -> list[bytes]:
    """Return the payload types that a format's parameters name: its own, and those of a redundancy list (RFC 2198)."""
    own, _, parameters = value.strip().partition(b" ")
    return [own, *_NUMBER.findall(parameters)] if _REDUNDANT.fullmatch(parameters.strip()) else [own]


def _any_over(numbers: list[bytes], most: int) -> bool:
    return any(each.isdigit() and (len(each) > 9 or int(each) > most) for each in numbers)
