"""A phone call as the record knows it: the fold of its events."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from operator_app.domain.clash import Said, settle
from operator_app.domain.event import Event
from operator_app.domain.facts.call import (
    CallAnswered,
    CallClassified,
    CallConferenced,
    CallConsulted,
    CallEnded,
    CallerChanged,
    CallIdentified,
    CallKeyPressed,
    CallLinked,
    CallMeasured,
    CallOffered,
    CallRecorded,
    CallRefusedAgain,
    CallReplaced,
    CallTransferred,
    CallUnlinked,
)
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.ids import CallId, IncidentId, SeatName
from operator_app.domain.states import CallState, Classification

REFUSED = "refused."
"""Begins the `reason` of a call's end that is the phone's own refusal; what follows says why."""


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
    classified: Said | None = None
    """By whom; where seats did not know of each other, the graver classification counts until one classifies again."""
    incident_id: IncidentId | None = None
    recordings: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    key: str | None = None
    steps: tuple[Event, ...] = ()
    """What was done in it besides: consulted for, conference, transfer, replaced, keys pressed, measured; in order."""
    emergency_ids: tuple[str, ...] = ()
    """URNs by which the network names the emergency call and its incident."""
    device: str = ""
    """The phone's IMEI, where the network gave it."""
    tries: int = 1
    """How often the caller tried within the minute, where the phone refused him."""

    @property
    def doubted(self) -> tuple[Classification, ...]:
        """What other seats found it to be that did not know of each other, beside the one that counts."""
        said = () if self.classified is None else (self.classified.event, *self.classified.clashes)
        found = (each.fact.classification for each in said if isinstance(each.fact, CallClassified))
        return tuple(dict.fromkeys(each for each in found if each is not self.classification))

    @property
    def keys(self) -> str:
        """The keys that the far end pressed, in order."""
        return "".join(each.fact.key for each in self.steps if isinstance(each.fact, CallKeyPressed))

    @property
    def quality(self) -> CallMeasured | None:
        """How its line was, once it is over and something was measured."""
        told = [each.fact for each in self.steps if isinstance(each.fact, CallMeasured)]
        return told[-1] if told else None

    @property
    def refused_for(self) -> str:
        """Why the phone refused it before anybody could answer (a `RefusalReason`), "" when it did not."""
        return self.end_reason.removeprefix(REFUSED) if self.end_reason.startswith(REFUSED) else ""

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
                key=fact.key,
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
        case CallClassified():
            return _classified(call, event)
        case CallLinked(incident_id=incident_id) | IncidentOpened(incident_id=incident_id):
            return replace(call, incident_id=incident_id)
        case CallUnlinked(incident_id=incident_id) if call.incident_id == incident_id:
            return replace(call, incident_id=None)
        case CallRecorded(files=files, sha256=sha256):
            return replace(call, recordings=files, digests=sha256)
        case CallRefusedAgain(times=times):
            return replace(call, tries=max(call.tries, times))
        case CallerChanged(number=number, display_name=name):
            # Who is called back is whom the network named last; without a number nobody could be.
            return replace(call, number=number or call.number, display_name=name or call.display_name)
        case CallIdentified(emergency_ids=ids, device=device):
            return replace(call, emergency_ids=ids, device=device)
        case (
            CallConsulted()
            | CallConferenced()
            | CallTransferred()
            | CallReplaced()
            | CallKeyPressed()
            | CallMeasured()
        ):
            return replace(call, steps=(*call.steps, event))
        case _:
            return call


def _classified(call: Call, event: Event) -> Call:
    held = call.classified
    # One key and no typing: whoever classifies again what has been classified has decided.
    said = settle(None if held is not None and held.event.id == event.base else held, event)
    fact = said.counts.fact
    assert isinstance(fact, CallClassified)
    return replace(call, classified=said, classification=fact.classification)


def _end_state(call: Call, by: str) -> CallState:
    if by == "failure":
        return CallState.CUT if call.answered_at or call.direction == "in" else CallState.ENDED
    if by == "remote" and call.direction == "in" and call.answered_at is None:
        return CallState.ABANDONED
    return CallState.ENDED


def joined(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Make one call of all offers with the same key: a person on the line, at however many seats it rang.

    The result has id and seat of the offer that was answered first, or else of the first one. As long as a seat speaks
    the call is connected; nobody is waiting or given up once somebody has answered.
    """
    alone: list[Call] = []
    groups: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        if call.key is None:
            alone.append(call)
        else:
            groups[call.direction, call.key].append(call)
    return (*alone, *(_join(group) if len(group) > 1 else group[0] for group in groups.values()))


SAME_MOMENT_S = 5.0
"""Two desks answered at once when their answers lie no further apart, in seconds; their clocks may differ a little."""


def answered_elsewhere(calls: Collection[Call], call_id: CallId) -> bool:
    """Whether, by the record, another seat answered the same call (the same key) in the same moment."""
    ours = next((each for each in calls if each.id == call_id), None)
    if ours is None or ours.key is None or ours.answered_at is None:
        return False
    return any(
        each.key == ours.key
        and each.direction == ours.direction
        and each.seat != ours.seat
        and each.answered_at is not None
        and abs((each.answered_at - ours.answered_at).total_seconds()) <= SAME_MOMENT_S
        for each in calls
    )


def _join(offers: list[Call]) -> Call:
    ordered = sorted(
        offers,
        key=lambda each: (
            each.answered_at is None,
            each.answered_at or each.offered_at,
            each.offered_at,
            each.id,
        ),
    )
    states = {each.state for each in ordered}
    first = ordered[0]
    if CallState.CONNECTED in states:
        state = CallState.CONNECTED
    elif first.answered_at is not None:
        state = first.state
    else:
        state = next(each for each in _UNANSWERED if each in states)
    ended = [each.ended_at for each in ordered if each.ended_at is not None]
    over = state in (CallState.ENDED, CallState.ABANDONED, CallState.CUT)
    return replace(
        first,
        number=next((each.number for each in ordered if each.number is not None), None),
        offered_at=min(each.offered_at for each in ordered),
        state=state,
        ended_at=max(ended) if over else None,
        classification=next((each.classification for each in ordered if each.classification), None),
        incident_id=next((each.incident_id for each in ordered if each.incident_id), None),
        emergency_ids=next((each.emergency_ids for each in ordered if each.emergency_ids), ()),
        device=next((each.device for each in ordered if each.device), ""),
    )


_UNANSWERED = (
    CallState.RINGING,
    CallState.DIALLING,
    CallState.ABANDONED,
    CallState.CUT,
    CallState.ENDED,
)
"""The standing of a call that rings or rang at several seats: the first of these that is true at one of them."""


def bare_identifier(urn: str) -> str:
    """Return the part of an emergency identifier that tells it from others (RFC 7852 and its kin)."""
    found = re.search(r":(?:callid|incidentid):([^:]+)", urn, re.IGNORECASE)
    return found[1] if found else urn
