"""A phone call as the record knows it: the fold of its events."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from operator_app.domain.ids import CallId, IncidentId, SeatName
from operator_app.domain.messages import (
    CallAnswered,
    CallClassified,
    CallEnded,
    CallLinked,
    CallOffered,
    CallRecorded,
    Event,
    IncidentOpened,
)
from operator_app.domain.states import CallState, Classification


@dataclass(frozen=True, slots=True)
class Call:
    """One call at one seat; `number` is None when it was withheld or never told."""

    id: CallId
    seat: SeatName
    direction: str
    number: str | None
    display_name: str
    offered_at: datetime
    state: CallState
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    classification: Classification | None = None
    incident_id: IncidentId | None = None
    recordings: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Nobody is on the line any more."""
        return self.state in (CallState.ENDED, CallState.ABANDONED, CallState.CUT)

    @property
    def waited_s(self) -> float | None:
        """Seconds from ring to answer, or to the end of an unanswered call; None while it rings."""
        until = self.answered_at or self.ended_at
        return None if until is None else (until - self.offered_at).total_seconds()


def fold_call(events: Iterable[Event]) -> Call | None:
    """The call after `events`, sorted by `Event.order`; None when its offer is not among them."""
    ordered = sorted(events, key=lambda event: event.order)
    call: Call | None = None
    for event in ordered:
        if isinstance(event.fact, CallOffered) and call is None:
            state = CallState.RINGING if event.fact.direction == "in" else CallState.DIALLING
            fact = event.fact
            call = Call(
                fact.call_id,
                event.seat,
                fact.direction,
                fact.number,
                fact.display_name,
                event.occurred_at,
                state,
            )
    if call is not None:
        for event in ordered:
            call = _evolve(call, event)
    return call


def _evolve(call: Call, event: Event) -> Call:
    match event.fact:
        case CallAnswered() if not call.is_over:
            return replace(call, state=CallState.CONNECTED, answered_at=event.occurred_at)
        case CallEnded(by=by, reason=reason) if not call.is_over:
            return replace(call, state=_end_state(call, by), ended_at=event.occurred_at, end_reason=reason)
        case CallClassified(classification=classification):
            return replace(call, classification=classification)
        case CallLinked(incident_id=incident_id) | IncidentOpened(incident_id=incident_id):
            return replace(call, incident_id=incident_id)
        case CallRecorded(files=files, sha256=sha256):
            return replace(call, recordings=files, digests=sha256)
        case _:
            return call


def _end_state(call: Call, by: str) -> CallState:
    if by == "failure":
        return CallState.CUT if call.answered_at or call.direction == "in" else CallState.ENDED
    if by == "remote" and call.direction == "in" and call.answered_at is None:
        return CallState.ABANDONED
    return CallState.ENDED
