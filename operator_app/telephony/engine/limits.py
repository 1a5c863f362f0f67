"""What the library can carry. Counted before use: beyond these it does not raise but aborts the process."""

import json
from collections import deque
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path

LIMITS_FILE = "limits.json"
_CLOSING_S = 0.7
_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Compile-time limits of a pjsua2 build. The defaults are those of the pjsua2-python wheel 2.15.1."""

    calls: int = 4
    accounts: int = 8
    players: int = 32
    recorders: int = 32
    buddies: int = 256
    handles: int = 64
    """Sockets for sound, two a call; a closed one counts for half a second more."""
    message_bytes: int = 4_000
    """The longest message; a longer one is refused (513)."""
    build: str = "wheel"


def library_limits(folder: Path | None = None) -> Limits:
    """Return the limits of the pjsua2 of that folder, or of the one that would be imported.

    A build of our own says its limits in a file beside it; the wheel has none and the limits that were measured.
    """
    if folder is None:
        found = find_spec("pjsua2")
        folder = Path(found.origin).parent if found and found.origin else Path()
    told = folder / LIMITS_FILE
    if not told.is_file():
        return Limits()
    known = {each.name: each.type for each in fields(Limits)}
    stated = json.loads(told.read_text("utf-8"))
    return Limits(**{name: value for name, value in stated.items() if name in known})


class Throttle:
    """Says when no further call may come in: each takes two sockets, and one too many ends the process.

    Short calls at more than about fifty a second, given up as soon as they ring, are enough for that with the wheel.
    Times are monotonic seconds.
    """

    def __init__(self, handles: int) -> None:
        self._most = handles // 2 - _AT_ONCE - 4
        self._ended: deque[float] = deque()
        self.held_back = 0
        """How often the next call had to wait."""

    def ended(self, now: float) -> None:
        """A call is over: its sockets are closed soon."""
        self._ended.append(now)

    def closed(self, living: int, now: float) -> bool:
        """Whether what comes has to wait, with so many calls alive."""
        while self._ended and now - self._ended[0] > _CLOSING_S:
            self._ended.popleft()
        full = living + len(self._ended) > self._most
        self.held_back += full
        return full
