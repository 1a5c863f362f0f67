"""What the wrappers around the library report: plain data only, so that no wrapper is ever held by a report."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import wraps
from traceback import format_exc
from typing import Protocol, TypeVar

from operator_app.domain.ids import CallId
from operator_app.domain.line import MediaDirection


class LegStep(IntEnum):
    """Where the library stands with a call (pjsip_inv_state)."""

    NULL = 0
    CALLING = 1
    INCOMING = 2
    EARLY = 3
    CONNECTING = 4
    CONFIRMED = 5
    DISCONNECTED = 6


@dataclass(frozen=True, slots=True)
class LegMedia:
    """Sound of a call as negotiated just now."""

    active: bool
    direction: MediaDirection
    remote_hold: bool
    codec: str
    encrypted: bool = False


class Arrived(Protocol):
    """A call that came in, as `legs` keeps it."""

    @property
    def call_id(self) -> CallId:
        """Our name for it."""
        ...

    @property
    def account(self) -> str:
        """The account that it came to."""
        ...

    @property
    def message(self) -> str:
        """The whole INVITE."""
        ...

    @property
    def offered_epoch(self) -> float:
        """When it was in hand, in seconds of the epoch."""
        ...

    @property
    def believed(self) -> bool:
        """Whether a phone server sent it, or there is none to tell a stranger from."""
        ...

    @property
    def replaces(self) -> CallId | None:
        """The call of ours whose place it takes."""
        ...


class Sink(Protocol):
    """The one who keeps the model of the calls. Always called on the engine's thread."""

    def new_call_id(self) -> CallId:
        """Give a name to a call that just came in."""
        ...

    def leg_step(self, call_id: CallId, step: LegStep, code: int, reason: str) -> None:
        """Learn that a call got further."""
        ...

    def leg_media(self, call_id: CallId, media: LegMedia) -> None:
        """Learn that the sound of a call was negotiated anew; all its links are gone."""
        ...

    def leg_last_words(self, call_id: CallId, message: str) -> None:
        """Learn with what words a call is taken back or ended; the whole CANCEL or BYE."""
        ...

    def leg_identified(self, call_id: CallId, message: str) -> None:
        """Learn what a phone server says in a call, perhaps of who is at its far end; the whole re-INVITE or UPDATE."""
        ...

    def leg_diverted(self, call_id: CallId, uri: str) -> bool:
        """Learn that whom we called is at `uri`; returns whether to call there."""
        ...

    def could_not_begin(self, call_id: CallId, detail: str) -> None:
        """Learn that a call of ours ended before it began."""
        ...

    def leg_given_up(self, call_id: CallId) -> None:
        """Learn that the library ends a call by itself; it would wait 32 s for the answer of a dead far end."""
        ...

    def leg_referred(self, call_id: CallId, uri: str) -> CallId | None:
        """Learn that a far end asks us to call `uri`; returns the name of that call, None to decline."""
        ...

    def leg_transfer(self, call_id: CallId, code: int, reason: str, final: bool) -> None:
        """Learn how a transfer that we asked for goes; `code` is what the far end hears from the target."""
        ...

    def leg_replaced(self, arrival: "Arrived") -> None:
        """Learn that a call takes the place of one that is up; it is answered by the library itself."""
        ...

    def leg_digit(self, call_id: CallId, digit: str) -> None:
        """Learn that the far end pressed a key."""
        ...

    def registration(self, account: str, code: int, reason: str, expires_s: int, status: int) -> None:
        """Learn how an account stands at its server."""
        ...

    def ping_answered(self, account: str, code: int) -> None:
        """Learn how a question to an account's server ended."""
        ...

    def turned_away(self, code: int, reason: str, message: str, host: str) -> None:
        """Learn that the library refused a call by itself."""
        ...

    def fault(self, where: str, detail: str, call_id: CallId | None = None) -> None:
        """Learn that our own code failed inside a callback."""
        ...


class Reporting(Protocol):
    """A wrapper with a sink."""

    sink: Sink


S = TypeVar("S", bound=Reporting)
P = TypeVar("P")
A = TypeVar("A")


def guarded(callback: Callable[[S, P], None]) -> Callable[[S, P], None]:
    """Keep an exception of our own from the library, which would answer 500 and tell nobody.

    The trace is made text at once: a kept traceback would keep the wrapper, and a kept `Call` hangs up a stranger.
    """

    @wraps(callback)
    def run(self: S, prm: P) -> None:
        try:
            callback(self, prm)
        except Exception:  # noqa: BLE001 # told as a fault
            self.sink.fault(callback.__qualname__, format_exc())

    return run


def guarded_answer(otherwise: A) -> Callable[[Callable[[S, P], A]], Callable[[S, P], A]]:
    """Do the same for a callback that the library wants an answer of; `otherwise` is the one when it fails."""

    def wrap(callback: Callable[[S, P], A]) -> Callable[[S, P], A]:
        @wraps(callback)
        def run(self: S, prm: P) -> A:
            try:
                return callback(self, prm)
            except Exception:  # noqa: BLE001 # told as a fault
                self.sink.fault(callback.__qualname__, format_exc())
                return otherwise

        return run

    return wrap
