"""What a record may be at most. Said here once: held by each seat's own door, and by the server's as SQL `bounds()`.

What lies beyond would cost somebody his window, or the room its server. Sizes in characters unless the name says bytes.
"""

from datetime import UTC, datetime

FIRST_MOMENT, LAST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Nothing has happened before, nor after."""
AHEAD_S = 300
"""So far ahead of the server's clock may an event's time or stamp be; a stamp also just after what its writer saw."""
EVENT_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024
BATCH_EVENTS = 500
DEPTH = 20
"""Lists and objects in one another."""
SEQ_MOST = 10**12
VERSION_MOST = 999
NAME_CHARS = 100
"""Seats, people, ids, kinds of facts, names of fields."""
LINE_CHARS = 500
"""A number, a name, a reason in words: what an index of the server may hold."""
WORDS_CHARS = 10_000
"""What somebody said or typed, and where."""
DOCUMENT_CHARS = 48_000
"""A text with a form of its own, as a question card."""
FILE_CHARS = 255
LIST_MOST = 500
NUMBER_MOST = 1_000_000_000
"""No number of a fact is larger (seconds, scores, codes, metres, degrees): it would be a mistake, or meant to harm."""


def as_told() -> dict[str, int]:
    """Return the bounds by name, times in seconds since 1970: what the server is told."""
    told = {
        name.lower(): value for name, value in globals().items() if name.isupper() and isinstance(value, int)
    }
    return told | {
        "first_moment": int(FIRST_MOMENT.timestamp()),
        "last_moment": int(LAST_MOMENT.timestamp()),
    }
