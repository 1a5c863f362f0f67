"""The figures of the room: one pure fold of calls, incidents and seats for wall, lists and reports.

Every screen that shows one of these numbers takes it from here, so that wall, seats and month report agree.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from operator_app.domain.call import Call, joined
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, IncidentId, SeatName
from operator_app.domain.incident import Incident
from operator_app.domain.numbers import number_key
from operator_app.domain.states import CallState, Classification, SeatState

RING_FORGOTTEN_S = 300.0
PRESENCE_LOST_S = 5.0
HOURS = 24


class ToldSeat(Protocol):
    """A seat's last told state, as the board holds it."""

    @property
    def name(self) -> SeatName:
        """Name of the seat."""
        ...

    @property
    def state(self) -> SeatState:
        """What it last told."""
        ...

    @property
    def since(self) -> datetime:
        """When it told that."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """Calls that ring at this moment, and how long the first of them has been ringing."""

    count: int
    longest_s: float


@dataclass(frozen=True, slots=True)
class Answered:
    """`within` of the `of` calls that somebody could have answered were answered within the target."""

    within: int
    of: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down so that it never flatters; None when there was no such call."""
        return None if self.of == 0 else self.within * 100 // self.of


@dataclass(frozen=True, slots=True)
class AbandonedNumber:
    """A caller nobody has spoken with yet: calls oldest first; `number` None cannot be called back."""

    number: str | None
    calls: tuple[CallId, ...]
    first_at: datetime
    last_at: datetime
    more: int = 0
    """Tries beside those: refused again within a minute, they stand in one call together."""
    refused_for: str = ""
    """Why the phone refused the last one, "" when it rang."""

    @property
    def tries(self) -> int:
        """How often that number tried in vain."""
        return len(self.calls) + self.more


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """A dispatch that its agency has not answered: `waited_s` since it was sent, `limit_s` allowed."""

    incident_id: IncidentId
    dispatch_id: DispatchId
    agency: AgencyCode
    priority: int | None
    waited_s: float
    limit_s: int
    told: bool

    @property
    def overdue(self) -> bool:
        """The limit has passed, or the seat that sent it has said so."""
        return self.told or self.waited_s >= self.limit_s


@dataclass(frozen=True, slots=True)
class HourCount:
    """Incoming calls offered in the hour that begins at `start`, and those of them that were emergencies."""

    start: datetime
    total: int
    emergency: int


@dataclass(frozen=True, slots=True)
class SeatStanding:
    """A seat's state and since when; `lost` when it was silent too long, whatever it last told."""

    name: SeatName
    state: SeatState
    since: datetime
    lost: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The room at one moment. Each field is defined by the function of the same name in this module."""

    at: datetime
    day_start: datetime
    waiting: Waiting
    answered: Answered
    calls_today: int
    by_classification: Mapping[Classification | None, int]
    abandoned: tuple[AbandonedNumber, ...]
    open_by_priority: Mapping[int | None, int]
    unaccepted: tuple[Unaccepted, ...]
    per_hour: tuple[HourCount, ...]
    seats: tuple[SeatStanding, ...]

    @property
    def open_incidents(self) -> int:
        """All open incidents."""
        return sum(self.open_by_priority.values())


def figures(
    calls: Iterable[Call],
    incidents: Iterable[Incident],
    seats: Iterable[ToldSeat],
    now: datetime,
    day_start: datetime,
    *,
    answer_within_s: float,
    presence: Mapping[SeatName, float] | None = None,
) -> Figures:
    """Count the room at `now`: `day_start` is local midnight, `presence` seconds since each seat was heard.

    `answer_within_s` is the site's goal for answering. Calls and incidents may be given in any order; a call that
    rang at several seats counts once. Without `presence` no seat counts as lost.
    """
    known_calls, known_incidents = joined(calls), tuple(incidents)
    today = tuple(call for call in known_calls if day_start <= call.offered_at <= now and _incoming(call))
    return Figures(
        at=now,
        day_start=day_start,
        waiting=waiting(known_calls, now),
        answered=answered(today, answer_within_s),
        calls_today=len(today),
        by_classification=by_classification(today),
        abandoned=abandoned(known_calls, day_start),
        open_by_priority=open_by_priority(known_incidents),
        unaccepted=unaccepted(known_incidents, now),
        per_hour=per_hour(known_calls, now, day_start),
        seats=seat_standings(seats, presence),
    )


def waiting(calls: Iterable[Call], now: datetime) -> Waiting:
    """Incoming calls in the state ringing, and the age of the oldest.

    A ring older than `RING_FORGOTTEN_S` is the trace of a seat that died in it, not a person on the line
    (a proxy gives up after timer C, three minutes: RFC 3261, 16.6): it is not counted.
    """
    ages = [
        max(0.0, (now - call.offered_at).total_seconds())
        for call in calls
        if _incoming(call) and call.state is CallState.RINGING
    ]
    fresh = [age for age in ages if age <= RING_FORGOTTEN_S]
    return Waiting(len(fresh), max(fresh, default=0.0))


def answered(calls: Iterable[Call], answer_within_s: float) -> Answered:
    """Of the incoming calls that were answered or ended before an answer: those answered in that time at most.

    Left out: calls that still ring, calls that a seat turned away, and calls classified as test.
    """
    counted = [
        call
        for call in calls
        if _incoming(call)
        and call.classification is not Classification.TEST
        and (call.answered_at is not None or _unheard(call))
    ]
    in_time = [
        call for call in counted if call.answered_at is not None and (call.waited_s or 0.0) <= answer_within_s
    ]
    return Answered(len(in_time), len(counted))


def by_classification(calls: Iterable[Call]) -> Mapping[Classification | None, int]:
    """Incoming calls by what they turned out to be, None where nobody has said; every kind is a key."""
    counts = Counter(call.classification for call in calls if _incoming(call))
    kinds: tuple[Classification | None, ...] = (*Classification, None)
    return MappingProxyType({kind: counts[kind] for kind in kinds})


def abandoned(calls: Iterable[Call], day_start: datetime) -> tuple[AbandonedNumber, ...]:
    """Numbers that rang in vain and nobody has spoken with since; each once, the longest neglected first.

    A number leaves the list when a call with it, in or out, is answered later than the vain one was offered,
    or when its latest vain call is classified (the reason given for not calling back). A withheld number
    cannot be called back: each such call stands alone, and only those since `day_start` are listed.
    """
    vain: dict[str, list[Call]] = {}
    withheld: list[AbandonedNumber] = []
    settled: dict[str, datetime] = {}
    for call in joined(calls):
        key = number_key(call.number)
        if _unheard(call):
            if not key:
                if call.classification is None and call.offered_at >= day_start:
                    withheld.append(_neglected(None, [call]))
                continue
            vain.setdefault(key, []).append(call)
            if call.classification is not None:
                settled[key] = max(settled.get(key, call.offered_at), call.offered_at)
        elif key and call.answered_at is not None:
            settled[key] = max(settled.get(key, call.answered_at), call.answered_at)
    listed = withheld
    for key, tried in vain.items():
        left = sorted(
            (call for call in tried if key not in settled or call.offered_at > settled[key]),
            key=lambda call: (call.offered_at, call.id),
        )
        if left:
            listed.append(_neglected(left[-1].number, left))
    return tuple(sorted(listed, key=lambda each: (each.first_at, each.calls)))


def _neglected(number: str | None, left: list[Call]) -> AbandonedNumber:
    return AbandonedNumber(
        number,
        tuple(call.id for call in left),
        left[0].offered_at,
        left[-1].offered_at,
        sum(call.tries - 1 for call in left),
        left[-1].refused_for,
    )


def open_by_priority(incidents: Iterable[Incident]) -> Mapping[int | None, int]:
    """Incidents opened and neither closed, cancelled nor merged; None for those without a priority."""
    counts = Counter(incident.priority for incident in incidents if _open(incident))
    keys: tuple[int | None, ...] = (1, 2, 3, 4, 5, None)
    return MappingProxyType({key: counts[key] for key in keys})


def unaccepted(incidents: Iterable[Incident], now: datetime) -> tuple[Unaccepted, ...]:
    """Dispatches of open incidents, sent and neither accepted nor declined; the most overdue first."""
    found = [
        Unaccepted(
            incident.id,
            dispatch.id,
            dispatch.agency,
            incident.priority,
            max(0.0, (now - dispatch.sent_at).total_seconds()),
            dispatch.ack_within_s,
            dispatch.overdue_at is not None,
        )
        for incident in incidents
        if _open(incident)
        for dispatch in incident.dispatches
        if dispatch.is_waiting
    ]
    return tuple(sorted(found, key=lambda each: (each.limit_s - each.waited_s, each.dispatch_id)))


def per_hour(calls: Iterable[Call], now: datetime, day_start: datetime) -> tuple[HourCount, ...]:
    """Incoming calls in each of the last 24 local hours, oldest first; the last is the running hour.

    Hours are counted from `day_start`, so they begin on the full local hour in every time zone.
    """
    hour = timedelta(hours=1)
    running = (now - day_start) // hour
    total: Counter[int] = Counter()
    emergency: Counter[int] = Counter()
    for call in calls:
        if _incoming(call) and call.offered_at <= now:
            slot = (call.offered_at - day_start) // hour
            total[slot] += 1
            emergency[slot] += call.classification is Classification.EMERGENCY
    slots = range(running - HOURS + 1, running + 1)
    return tuple(HourCount(day_start + slot * hour, total[slot], emergency[slot]) for slot in slots)


def seat_standings(
    seats: Iterable[ToldSeat], presence: Mapping[SeatName, float] | None = None
) -> tuple[SeatStanding, ...]:
    """Every seat by name with its last told state; lost when silent for `PRESENCE_LOST_S` or never heard of.

    A seat that logged off (`AWAY`) may be silent: it is away, not lost.
    """

    def lost(seat: ToldSeat) -> bool:
        if presence is None or seat.state is SeatState.AWAY:
            return False
        age_s = presence.get(seat.name)
        return age_s is None or age_s > PRESENCE_LOST_S

    standings = (SeatStanding(seat.name, seat.state, seat.since, lost(seat)) for seat in seats)
    return tuple(sorted(standings, key=lambda each: each.name))


def _incoming(call: Call) -> bool:
    return call.direction == "in"


def _unheard(call: Call) -> bool:
    """Came in, is over, and was never answered; a call that a seat turned away itself does not count."""
    ended_so = call.state in (CallState.ABANDONED, CallState.CUT)
    return _incoming(call) and ended_so and call.answered_at is None


def _open(incident: Incident) -> bool:
    return incident.is_open and incident.opened_at is not None
