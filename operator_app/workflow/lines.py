"""Which of several living calls a key is about: pure reading of the phone's picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.ids import CallId
from operator_app.domain.line import HoldState, LineCall, LineCallState

HELD_HERE = (HoldState.LOCAL, HoldState.BOTH)
CAME_S = 1.5
"""So long after a call came to the fore by itself, a key that would end it was meant for the one before."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody in the house whom this seat's phone server tells of, another seat above all."""

    number: str
    """What is dialled, a number or a sip: address."""
    name: str


def colleague(written: str) -> Colleague:
    """Read one as the settings write him: his number or address, then his name where he has another one."""
    number, _, name = written.strip().partition(" ")
    return Colleague(number, name.strip() or dialled_part(number))


def dialled_part(number: str) -> str:
    """Return of a sip: address the part before its host, of a number the whole."""
    return number.removeprefix("sips:").removeprefix("sip:").partition("@")[0]


@dataclass(frozen=True, slots=True)
class Lines:
    """The calls in which this seat takes part, oldest first, and the one at hand, which the form belongs to."""

    all: tuple[LineCall, ...]
    at_hand: LineCall | None

    @classmethod
    def of(cls, living: Iterable[LineCall], at_hand: CallId | None) -> "Lines":
        """Pick them out of all living calls: those that only ring here are nobody's yet."""
        taken = tuple(call for call in living if call.state is not LineCallState.OFFERED)
        return cls(taken, next((call for call in taken if call.call_id == at_hand), None))

    @property
    def active(self) -> tuple[LineCall, ...]:
        """Those that are not held by us: spoken with, or being called."""
        return tuple(call for call in self.all if call.hold not in HELD_HERE)

    @property
    def held(self) -> tuple[LineCall, ...]:
        """Those that wait on hold, the one at hand first."""
        held = [call for call in self.all if call.hold in HELD_HERE]
        return tuple(sorted(held, key=lambda call: call is not self.at_hand))

    @property
    def connected(self) -> tuple[LineCall, ...]:
        """Those in which both sides can speak, or that are held."""
        return tuple(call for call in self.all if call.state is LineCallState.CONNECTED)

    @property
    def joined(self) -> tuple[LineCall, ...]:
        """Those in the conference."""
        return tuple(call for call in self.all if call.joined)

    @property
    def foremost(self) -> LineCall | None:
        """The one that keys and the end key are about: the last that came into speech, else the one that waits."""
        if self.active:
            return self.active[-1]
        return self.held[0] if self.held else None

    @property
    def helper(self) -> LineCall | None:
        """The connected call that was placed for the sake of the one at hand, if there is one."""
        if self.at_hand is None:
            return None
        helping = [call for call in self.connected if call.for_call == self.at_hand.call_id]
        return helping[-1] if helping else None

    @property
    def spoken_with(self) -> tuple[LineCall, ...]:
        """Those that hear the operator when he is not muted."""
        return tuple(call for call in self.active if call.state is LineCallState.CONNECTED)


class CameToFore:
    """Remembers which call came to the fore without a key: the caller is back, or was answered by rule.

    Whoever hangs up in the same moment as the agency that he consulted does not mean the caller.
    """

    def __init__(self) -> None:
        self._last: tuple[CallId, datetime] | None = None

    def note(self, call_id: CallId, now: datetime) -> None:
        """That call has come to the fore by itself."""
        self._last = (call_id, now)

    def take(self, call_id: CallId | None, now: datetime) -> bool:
        """Return whether that call came just now; asked once more, it is meant."""
        last, self._last = self._last, None
        return last is not None and last[0] == call_id and (now - last[1]).total_seconds() < CAME_S
