"""The engine's picture of its living calls, the only truth about them. Everything on the library's thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from operator_app.domain.ids import CallId
from operator_app.domain.line import HoldState, LineCall, LineCallState, LineMedia, LineSignal

HELD_HERE = (HoldState.LOCAL, HoldState.BOTH)
_SOUND = ("media_active", "direction", "codec", "hold", "muted", "joined", "encrypted")
"""What of a call is told as `LineMedia`."""


@dataclass(slots=True)
class Beside:
    """What the engine notes of a call for itself; it dies with the call."""

    ended_here: bool = False
    """We ended it."""
    elsewhere: bool = False
    """Another desk has it: CANCEL or BYE said so."""
    hold_tries: int = 0
    """How often a hold or its end was offered that the far end has not agreed to yet."""
    last_key: str = ""
    key_at: float = 0.0
    negotiated_at: float = 0.0
    broken: str = ""
    """What the far end's BYE said of a way that broke."""
    takes_over: CallId | None = None
    """The call whose place it takes once it is connected."""
    end_reason: str = ""
    """Why it ended, where our own word for it says more than SIP's."""


class LivingCalls:
    """Keeps each call from its first sign to its end; whoever changes one does it here.

    A change of its sound is told by itself.
    """

    def __init__(self, tell: Callable[[LineSignal], None]) -> None:
        self._tell = tell
        self._calls: dict[CallId, LineCall] = {}
        self._beside: dict[CallId, Beside] = {}

    def __contains__(self, call_id: object) -> bool:
        return call_id in self._calls

    @property
    def all(self) -> tuple[LineCall, ...]:
        """Every call, oldest first."""
        return tuple(self._calls.values())

    @property
    def connected(self) -> tuple[LineCall, ...]:
        """Those in which both sides can speak, or that are held."""
        return tuple(each for each in self.all if each.state is LineCallState.CONNECTED)

    def get(self, call_id: CallId | None) -> LineCall | None:
        """Return the call of that id, None when it does not live."""
        return None if call_id is None else self._calls.get(call_id)

    def beside(self, call_id: CallId) -> Beside:
        """Return the engine's own notes on a living call."""
        return self._beside[call_id]

    def add(self, call: LineCall) -> None:
        """Take in a new call."""
        self._calls[call.call_id] = call
        self._beside[call.call_id] = Beside()

    def change(self, call_id: CallId, **changes: Any) -> LineCall:
        """Change what is known of a call, and tell when its sound is another than before."""
        before = self._calls[call_id]
        self._calls[call_id] = after = replace(before, **changes)
        if any(getattr(before, name) != getattr(after, name) for name in _SOUND):
            self.tell_sound(call_id)
        return after

    def put(self, call: LineCall) -> None:
        """Take another picture of a living call."""
        self._calls[call.call_id] = call

    def end(self, call_id: CallId) -> tuple[LineCall, Beside]:
        """Let go of a call; returns the last picture of it, and the notes."""
        return self._calls.pop(call_id), self._beside.pop(call_id)

    def tell_sound(self, call_id: CallId) -> None:
        """Tell what sound a call has now."""
        call = self._calls[call_id]
        self._tell(
            LineMedia(
                call_id,
                call.media_active,
                call.direction,
                call.codec,
                call.hold,
                call.muted,
                call.joined,
                call.encrypted,
            )
        )


def hold_state(*, here: bool, there: bool) -> HoldState:
    """Return by whom a call is held."""
    if here:
        return HoldState.BOTH if there else HoldState.LOCAL
    return HoldState.REMOTE if there else HoldState.NONE
