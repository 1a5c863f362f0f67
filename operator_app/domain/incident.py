"""An incident and its dispatches: the fold of their events, the same in every window and on the server.

Whoever writes stamps higher than all seen of the incident; of a field, an answer, a decision the latest word stands.
A word whose writer did not know of the one that stood is a clash (`clash`), kept beside it until a person chooses; as
long the graver one counts. Status and dispatches move through the tables of `states`; an impossible move is kept as
rejected.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from operator_app.domain.clash import Said, Slot, settle, slot_of, unheard, without
from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallLinked, CallUnlinked
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.incident import (
    PRIORITIES,
    AnswerGiven,
    ClashSettled,
    FieldSet,
    FurtherReport,
    IncidentMoved,
    IncidentOpened,
    IncidentTaken,
    MajorDeclared,
    Overruled,
    PlaceReadBack,
    ReminderDone,
    ReminderSet,
    ReportWithdrawn,
)
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, EventId, IncidentId, SeatName
from operator_app.domain.states import (
    DISPATCH_MOVES,
    ENDED_INCIDENT,
    INCIDENT_MOVES,
    DispatchState,
    IncidentStatus,
)

LONGEST_REMINDER_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The winning value of a field, who wrote it, and the losing values that nobody has decided about."""

    value: str | None
    event_id: EventId
    hlc: int
    seat: SeatName
    at: datetime
    clashes: tuple["Clash", ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that lost against a concurrent edit: of each seat the last one it wrote."""

    value: str | None
    event_id: EventId
    seat: SeatName


@dataclass(frozen=True, slots=True)
class Contest:
    """A slot in which somebody has to decide: the event that stands, and those that lost against it unheard."""

    slot: Slot
    stands: EventId
    others: tuple[EventId, ...]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The latest answer to a question of a card, None when it was taken back; from which version of the card."""

    answer: str | None
    card_version: int
    event_id: EventId
    seat: SeatName
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """What an operator decided against or instead of the proposal: who, where, when, and what was proposed then."""

    chosen: str
    proposed: str
    event_id: EventId
    seat: SeatName
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The place as it was read back to the caller, its source and its accuracy in metres if known."""

    place: str
    position: str
    source: str
    accuracy_m: float | None
    seat: SeatName
    at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of the seat that set it; `done_at` is None while it stands."""

    id: str
    text: str
    seat: SeatName
    actor: str
    set_at: datetime
    due_at: datetime
    done_at: datetime | None = None


MASK = "•"
"""First letter of a name or number that the server withheld; what follows a masked number's is no number to dial."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Name and number to call back, apart from what happened; empty where nobody told them."""

    name: str
    number: str

    @property
    def is_masked(self) -> bool:
        """The server withholds both from this window."""
        return self.name.startswith(MASK) or self.number.startswith(MASK)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One agency's share of an incident, with the time of each step; None where the step did not happen."""

    id: DispatchId
    incident_id: IncidentId
    agency: AgencyCode
    ack_within_s: int
    seat: SeatName
    sent_at: datetime
    state: DispatchState = DispatchState.SENT
    delivered_at: datetime | None = None
    accepted_at: datetime | None = None
    under_way_at: datetime | None = None
    on_scene_at: datetime | None = None
    done_at: datetime | None = None
    declined_at: datetime | None = None
    overdue_at: datetime | None = None
    reason: str = ""

    @property
    def is_waiting(self) -> bool:
        """The agency has not answered yet."""
        return self.state is DispatchState.SENT

    @property
    def never_reached(self) -> bool:
        """Whether the agency's desk never showed it, as far as anybody told; for one whose incident has ended."""
        return self.is_waiting and self.delivered_at is None

    @property
    def is_over(self) -> bool:
        """The agency has nothing more to do about it: it has declined, or is done."""
        return self.state in (DispatchState.DECLINED, DispatchState.DONE)


@dataclass(frozen=True, slots=True)
class Incident:
    """What happened, and what is done about it; `timeline` has its events in order, `rejected` impossible moves."""

    id: IncidentId
    number: str = ""
    seat: SeatName | None = None
    opened_at: datetime | None = None
    status: IncidentStatus = IncidentStatus.NEW
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    said: Mapping[Slot, Said] = field(default_factory=lambda: MappingProxyType({}))
    """Answers, decisions and moves, by what they are about."""
    dispatches: tuple[Dispatch, ...] = ()
    calls: tuple[CallId, ...] = ()
    timeline: tuple[Event, ...] = ()
    rejected: tuple[EventId, ...] = ()
    owner: SeatName | None = None
    """The seat that looks after it: the one that opened it, or the last that took it over."""
    reminders: tuple[Reminder, ...] = ()
    unlinked: frozenset[CallId] = frozenset()
    """Calls that were linked by mistake; they keep their place among the others in case they come back."""

    def value(self, name: str) -> str:
        """The text of a field, empty when it was never set."""
        held = self.fields.get(name)
        return "" if held is None or held.value is None else held.value

    @property
    def given(self) -> Mapping[str, GivenAnswer]:
        """The latest answer to each question that ever had one."""
        return {
            fact.question: GivenAnswer(
                fact.answer, fact.card_version, event.id, event.seat, event.occurred_at
            )
            for event in (said.event for said in self.said.values())
            if isinstance(fact := event.fact, AnswerGiven)
        }

    @property
    def answers(self) -> Mapping[str, str]:
        """The answers that stand, by question."""
        return {question: given.answer for question, given in self.given.items() if given.answer is not None}

    @property
    def doubts(self) -> Mapping[str, frozenset[str | None]]:
        """By question the other answers that were given without knowing of the one that stands; None: taken back."""
        return {
            said.event.fact.question: frozenset(
                each.fact.answer for each in said.clashes if isinstance(each.fact, AnswerGiven)
            )
            for said in self.said.values()
            if said.clashes and isinstance(said.event.fact, AnswerGiven)
        }

    @property
    def own(self) -> Mapping[str, OwnChoice]:
        """What operators decided against the proposal, by subject; of undecided clashes the graver choice."""
        return {
            fact.subject: OwnChoice(
                fact.chosen, fact.proposed, event.id, event.seat, event.actor, event.occurred_at
            )
            for event in (said.counts for said in self.said.values())
            if isinstance(fact := event.fact, Overruled) and fact.chosen is not None
        }

    @property
    def is_major(self) -> bool:
        """Whether it is led as a major one."""
        return any(
            said.counts.fact.major
            for said in self.said.values()
            if isinstance(said.counts.fact, MajorDeclared)
        )

    @property
    def clashes(self) -> Mapping[str, tuple[Clash, ...]]:
        """The losing values of fields that nobody has decided about, by field."""
        return {name: held.clashes for name, held in self.fields.items() if held.clashes}

    @property
    def contests(self) -> tuple["Contest", ...]:
        """Everything that somebody has to decide between."""
        fields = (
            Contest((FieldSet.op, name), held.event_id, tuple(each.event_id for each in held.clashes))
            for name, held in self.fields.items()
            if held.clashes
        )
        others = (
            Contest(slot, said.event.id, tuple(each.id for each in said.clashes))
            for slot, said in self.said.items()
            if said.clashes
        )
        return (*fields, *others)

    @property
    def further(self) -> tuple[FurtherReport, ...]:
        """What other reports say that were merged into it, each thing once; those taken back are gone."""
        told: dict[tuple[str, str, str], FurtherReport] = {}
        for event in self.timeline:
            fact = event.fact
            if isinstance(fact, FurtherReport):
                told[fact.number, fact.field, fact.value] = fact
            elif isinstance(fact, ReportWithdrawn):
                told = {key: each for key, each in told.items() if each.number != fact.number}
        return tuple(told.values())

    def event(self, event_id: str) -> Event | None:
        """That event of its timeline, or None."""
        return next((each for each in self.timeline if each.id == event_id), None)

    @property
    def read_back(self) -> ReadBack | None:
        """The place as it was last read back, or None."""
        said = self.said.get((PlaceReadBack.op,))
        if said is None or not isinstance(fact := said.event.fact, PlaceReadBack):
            return None
        event = said.event
        return ReadBack(
            fact.place, fact.position or "", fact.source, fact.accuracy_m, event.seat, event.occurred_at
        )

    @property
    def read_back_holds(self) -> bool:
        """The caller has heard the place as it stands now, and no other one was told another place."""
        heard = self.read_back
        return (
            heard is not None
            and not self.said[PlaceReadBack.op,].clashes
            and (heard.place, heard.position) == (self.value("place"), self.value("position"))
        )

    @property
    def reporter(self) -> Reporter:
        """Who reported it, as far as this window may know; every window that may not gets masks from the server."""
        return Reporter(self.value("caller_name"), self.value("caller_number"))

    @property
    def is_open(self) -> bool:
        """Somebody still has to do something about it."""
        return self.status not in ENDED_INCIDENT

    @property
    def ended(self) -> Event | None:
        """What ended it last, while it is closed or cancelled."""
        if not _ends(self.status):
            return None
        moves = (each for each in reversed(self.timeline) if isinstance(each.fact, IncidentMoved))
        return next((each for each in moves if each.id not in self.rejected), None)

    @property
    def left_at_work(self) -> tuple[Dispatch, ...]:
        """Dispatches that somebody still had to do with; when it has ended they ended with it, wherever they stood."""
        return tuple(each for each in self.dispatches if not each.is_over)

    @property
    def before_its_end(self) -> IncidentStatus:
        """Where it stands again when its end or its merging is taken back."""
        if not self.dispatches:
            return IncidentStatus.NEW
        answered = any(each.accepted_at or each.under_way_at or each.on_scene_at for each in self.dispatches)
        return IncidentStatus.HANDLED if answered else IncidentStatus.FORWARDED

    @property
    def priority(self) -> int | None:
        """1 (life in danger) to 5 (information), of clashing ones the graver; None while undecided."""
        held = self.fields.get("priority")
        if held is None:
            return None
        told = (held.value, *(each.value for each in held.clashes))
        return min((int(each) for each in told if each in PRIORITIES), default=None)

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in decimal degrees, or None."""
        return parse_position(self.value("position"))

    def dispatch(self, dispatch_id: DispatchId) -> Dispatch | None:
        """The dispatch of that id, or None."""
        return next((each for each in self.dispatches if each.id == dispatch_id), None)

    def dispatch_to(self, agency: AgencyCode) -> Dispatch | None:
        """The latest dispatch to that agency, or None."""
        return next((each for each in reversed(self.dispatches) if each.agency == agency), None)


_DEGREES = r" *([+-]?[0-9]{1,3}(?:\.[0-9]{0,15})?) *"
_POSITION = re.compile(f"{_DEGREES},{_DEGREES}")  # the server reads exactly the same


def parse_position(text: str) -> tuple[float, float] | None:
    """Read "lat,lon" in decimal degrees; None when it is no position on earth."""
    parts = _POSITION.fullmatch(text)
    if parts is None:
        return None
    lat, lon = float(parts[1]), float(parts[2])
    return (lat, lon) if -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0 else None


def format_position(lat: float, lon: float) -> str:
    """Write a position as the field holds it: five decimals, about one metre."""
    return f"{lat:.5f},{lon:.5f}"


def fold_incident(incident_id: IncidentId, events: Iterable[Event]) -> Incident:
    """The incident after `events` in any order: a pure function of the set."""
    ordered = tuple(sorted(events, key=lambda event: event.order))
    incident = Incident(incident_id, timeline=ordered)
    # Half of all events set fields, on which no other step depends: gathered, for a copy of the whole costs 20 µs each.
    fields: dict[str, FieldValue] = {}
    said: dict[Slot, Said] = {}
    for event in ordered:
        fact = event.fact
        if isinstance(fact, FieldSet):
            fields[fact.field] = _settle(fields.get(fact.field), event, fact)
        elif isinstance(fact, ClashSettled):
            said = {slot: without(held, fact.over) if held.clashes else held for slot, held in said.items()}
        elif fact.clash_by is not None:
            slot = slot_of(fact)
            before = said.get(slot)
            said[slot] = settle(before, event)
            incident = _moved(incident, event, before)
        else:
            incident = _evolve(incident, event)
    incident = replace(incident, fields=MappingProxyType(fields), said=MappingProxyType(said))
    if incident.unlinked:
        left = tuple(call for call in incident.calls if call not in incident.unlinked)
        incident = replace(incident, calls=left)
    return incident


def _evolve(incident: Incident, event: Event) -> Incident:
    match event.fact:
        case IncidentOpened(number=number, call_id=call_id):
            if incident.opened_at is not None:
                return _rejected(incident, event)
            calls = incident.calls if call_id is None else _with_call(incident.calls, call_id)
            return replace(
                incident,
                number=number,
                seat=event.seat,
                owner=incident.owner or event.seat,
                opened_at=event.occurred_at,
                calls=calls,
                unlinked=incident.unlinked - {call_id},
            )
        case IncidentTaken():
            return replace(incident, owner=event.seat)
        case CallLinked(call_id=call_id):
            unlinked = incident.unlinked - {call_id}
            return replace(incident, calls=_with_call(incident.calls, call_id), unlinked=unlinked)
        case CallUnlinked(call_id=call_id):
            return replace(incident, unlinked=incident.unlinked | {call_id})
        case ReminderSet() | ReminderDone():
            return _reminded(incident, event)
        case DispatchSent():
            return _sent(incident, event, event.fact)
        case DispatchDelivered() | DispatchOverdue():
            return _dispatch_step(incident, event, event.fact)
        case _:
            return incident


def _moved(incident: Incident, event: Event, before: Said | None) -> Incident:
    """After a move of status or of a dispatch, which says what it is from the word in its slot before it."""
    match event.fact:
        case DispatchMoved():
            return _dispatch_step(incident, event, event.fact)
        case IncidentMoved(to=to) if to is not incident.status:
            if _ends(incident.status) and event.base is not None and to is not IncidentStatus.MERGED:
                # Somebody who knew of the end takes it back; a step that did not know of it counts as long.
                if not _ends(to) or not unheard(before, event):
                    return replace(incident, status=to)
            elif _ends(to) and unheard(before, event) and incident.status is not IncidentStatus.MERGED:
                return incident  # of an end and a step that did not know of each other the step counts
            if to not in INCIDENT_MOVES[incident.status]:
                return _rejected(incident, event)
            return replace(incident, status=to)
        case _:
            return incident


def _ends(status: IncidentStatus) -> bool:
    return status in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)


def _settle(held: FieldValue | None, event: Event, fact: FieldSet) -> FieldValue:
    """The field after one more edit. Only a choice ends a clash: whoever types on has not decided about the other's.

    Beside what was chosen only the value goes that stood in the field before the writer's eyes and was written over.
    """
    chosen = (*(fact.settles or ()), *([] if event.base is None else [event.base]))
    fresh = FieldValue(fact.value, event.id, event.hlc, event.seat, event.occurred_at)
    if held is None:
        return fresh
    clashes = _left(held.clashes, chosen) if held.clashes else ()
    if event.base != held.event_id and event.seat != held.seat and held.event_id not in chosen:
        clashes = tuple(each for each in clashes if each.seat not in (event.seat, held.seat))
        clashes = (*clashes, Clash(held.value, held.event_id, held.seat))
    left = tuple(each for each in clashes if each.value != fact.value)
    return replace(fresh, clashes=left) if left else fresh


def _left(clashes: tuple[Clash, ...], chosen: tuple[str, ...]) -> tuple[Clash, ...]:
    return tuple(each for each in clashes if each.event_id not in chosen)


def _reminded(incident: Incident, event: Event) -> Incident:
    match event.fact:
        case ReminderSet(reminder_id=name, after_s=after_s, text=text):
            due_at = event.occurred_at + timedelta(seconds=max(0, min(after_s, LONGEST_REMINDER_S)))
            fresh = Reminder(name, text, event.seat, event.actor, event.occurred_at, due_at)
            if any(each.id == name for each in incident.reminders):
                return incident
            return replace(incident, reminders=(*incident.reminders, fresh))
        case ReminderDone(reminder_id=name):
            done = tuple(
                replace(each, done_at=each.done_at or event.occurred_at) if each.id == name else each
                for each in incident.reminders
            )
            return replace(incident, reminders=done)
        case _:
            return incident


def _sent(incident: Incident, event: Event, fact: DispatchSent) -> Incident:
    if incident.dispatch(fact.dispatch_id) is not None:
        return _rejected(incident, event)
    dispatch = Dispatch(
        fact.dispatch_id, incident.id, fact.agency, fact.ack_within_s, event.seat, event.occurred_at
    )
    return replace(incident, dispatches=(*incident.dispatches, dispatch))


def _dispatch_step(
    incident: Incident, event: Event, fact: DispatchDelivered | DispatchMoved | DispatchOverdue
) -> Incident:
    dispatch = incident.dispatch(fact.dispatch_id)
    if dispatch is None:
        return _rejected(incident, event)
    if isinstance(fact, DispatchDelivered):
        after = replace(dispatch, delivered_at=dispatch.delivered_at or event.occurred_at)
    elif isinstance(fact, DispatchOverdue):
        after = replace(dispatch, overdue_at=dispatch.overdue_at or event.occurred_at)
    elif fact.to is dispatch.state:
        return incident
    elif fact.to not in DISPATCH_MOVES[dispatch.state]:
        return _rejected(incident, event)
    else:
        after = _stepped(dispatch, fact, event.occurred_at)
    return replace(
        incident, dispatches=tuple(after if each.id == after.id else each for each in incident.dispatches)
    )


def _stepped(dispatch: Dispatch, fact: DispatchMoved, at: datetime) -> Dispatch:
    after = replace(dispatch, state=fact.to, reason=fact.reason)
    match fact.to:
        case DispatchState.ACCEPTED:
            return replace(after, accepted_at=at)
        case DispatchState.UNDER_WAY:
            return replace(after, under_way_at=at)
        case DispatchState.ON_SCENE:
            return replace(after, on_scene_at=at)
        case DispatchState.DONE:
            return replace(after, done_at=at)
        case DispatchState.DECLINED:
            return replace(after, declined_at=at)
        case DispatchState.SENT:
            return after


def unmade_refusal(incident: Incident, leads: Collection[AgencyCode]) -> Dispatch | None:
    """The refusal that still wants somebody: nobody at all has taken the incident on, or none of its `leads`.

    The hospital on its way does not put out the fire that the fire brigade declined.
    """
    latest = {each.agency: each for each in incident.dispatches}
    refused = [each for each in latest.values() if each.state is DispatchState.DECLINED]
    taken = {each.agency for each in latest.values() if not each.is_waiting and each not in refused}
    if taken:
        refused = [] if taken.intersection(leads) else [each for each in refused if each.agency in leads]
    return refused[-1] if refused else None


def last_words_of(seat: SeatName, incidents: Iterable[Incident]) -> Incident | None:
    """The incident that a person at that seat wrote in last, or None when nobody did."""
    latest: Incident | None = None
    newest: tuple[datetime, int] | None = None
    for incident in incidents:
        own = max(
            (
                (each.occurred_at, each.seq)
                for each in incident.timeline
                if each.seat == seat and not isinstance(each.fact, DispatchOverdue)
            ),
            default=None,
        )
        if own is not None and (newest is None or own > newest):
            latest, newest = incident, own
    return latest


def _with_call(calls: tuple[CallId, ...], call_id: CallId) -> tuple[CallId, ...]:
    return calls if call_id in calls else (*calls, call_id)


def _rejected(incident: Incident, event: Event) -> Incident:
    return replace(incident, rejected=(*incident.rejected, event.id))
