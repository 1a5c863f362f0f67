"""Names of things: own types, so that a call is never handed over where an incident is meant."""

from typing import Annotated, NewType

EventId = NewType("EventId", str)
JournalId = NewType("JournalId", str)
IncidentId = NewType("IncidentId", str)
CallId = NewType("CallId", str)
DispatchId = NewType("DispatchId", str)
AgencyCode = NewType("AgencyCode", str)
SeatName = NewType("SeatName", str)
Line = Annotated[str, "line"]
"""Words that come from elsewhere and may be longer than a name."""
FileName = Annotated[str, "file name"]
"""A name without a folder."""
Document = Annotated[str, "document"]
"""A text with a form of its own."""


def uuid7(unix_ms: int, random_bytes: bytes) -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7) in its canonical text form.

    `unix_ms` is corrected UTC time in milliseconds; `random_bytes` are ten random bytes, of which 74 bits are used.
    """
    if len(random_bytes) != 10:
        raise ValueError("a UUIDv7 takes ten random bytes")
    value = (unix_ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(random_bytes, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
