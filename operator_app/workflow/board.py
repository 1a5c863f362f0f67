"""The room as one window knows it: the fold of every event it has seen, each taken once, in any order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from operator_app.domain.call import Call, fold_call
from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Fact, call_of, incident_of
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.facts.site import CardPublished, PlaceDropped, PlaceKept
from operator_app.domain.ids import CallId, EventId, IncidentId, SeatName
from operator_app.domain.incident import Incident, fold_incident
from operator_app.domain.place.landmarks import Landmark, fold_landmark, place_of
from operator_app.domain.states import IncidentStatus, SeatState
from operator_app.workflow.ports import BoardChanged


@dataclass(frozen=True, slots=True)
class SeatOnBoard:
    """A seat's last told state and since when."""

    name: SeatName
    state: SeatState
    since: datetime
    order: tuple[int, str]


class Board:
    """Incidents, calls and seats; read by presenters, written only by `apply`. Loop thread only."""

    def __init__(self) -> None:
        """Start empty."""
        self._seen: set[EventId] = set()
        self._incident_events: defaultdict[IncidentId, list[Event]] = defaultdict(list)
        self._call_events: defaultdict[CallId, list[Event]] = defaultdict(list)
        self._incidents: dict[IncidentId, Incident] = {}
        self._open: dict[IncidentId, Incident] = {}
        self._merged: dict[IncidentId, Incident] = {}
        self._given: dict[IncidentId, str] = {}
        self._numbered: defaultdict[str, set[IncidentId]] = defaultdict(set)
        self._calls: dict[CallId, Call] = {}
        self._seats: dict[SeatName, SeatOnBoard] = {}
        self._place_events: defaultdict[str, list[Event]] = defaultdict(list)
        self._landmarks: dict[str, Landmark] = {}
        self._cards: dict[str, Event] = {}

    @property
    def incidents(self) -> Mapping[IncidentId, Incident]:
        """Every known incident by id."""
        return MappingProxyType(self._incidents)

    @property
    def open(self) -> Mapping[IncidentId, Incident]:
        """Those that are not ended, by id: some dozens where there are thousands in all."""
        return MappingProxyType(self._open)

    @property
    def merged(self) -> Mapping[IncidentId, Incident]:
        """Those that ended in another, by id."""
        return MappingProxyType(self._merged)

    @property
    def calls(self) -> Mapping[CallId, Call]:
        """Every known call by id."""
        return MappingProxyType(self._calls)

    @property
    def landmarks(self) -> Mapping[str, Landmark]:
        """Every place that the room keeps beside those of the site, by id."""
        return MappingProxyType(self._landmarks)

    @property
    def seats(self) -> Mapping[SeatName, SeatOnBoard]:
        """Every seat that ever told its state."""
        return MappingProxyType(self._seats)

    @property
    def cards(self) -> Mapping[str, Event]:
        """By kind the event that gave it its present card; of kinds that keep the site's own there is none."""
        return MappingProxyType(self._cards)

    def open_incidents(self) -> tuple[Incident, ...]:
        """Those that are not ended: the gravest first, then the oldest."""
        shown = (each for each in self._open.values() if each.opened_at is not None)
        return tuple(sorted(shown, key=lambda each: (each.priority or 9, each.opened_at, each.id)))

    def newest(self, fact: Fact, seat: SeatName) -> int:
        """The highest stamp of what is known here of the things that a fact (told by that seat) is about."""
        of_incident = self._incidents.get(incident_of(fact) or IncidentId(""))
        stamps = [] if of_incident is None else [of_incident.timeline[-1].hlc]
        stamps += [each.hlc for each in self._call_events.get(call_of(fact) or CallId(""), ())]
        if isinstance(fact, PlaceKept | PlaceDropped):
            stamps += [each.hlc for each in self._place_events.get(fact.place_id, ())]
        if isinstance(fact, CardPublished) and fact.kind in self._cards:
            stamps.append(self._cards[fact.kind].hlc)
        if isinstance(fact, SeatStateChanged) and seat in self._seats:
            stamps.append(self._seats[seat].order[0])
        return max(stamps, default=0)

    def apply(self, events: Iterable[Event]) -> BoardChanged:
        """Take in events not seen before and say what they changed; each incident and call is folded once."""
        incidents: set[IncidentId] = set()
        calls: set[CallId] = set()
        seats: set[SeatName] = set()
        places: set[str] = set()
        for event in events:
            if event.id in self._seen:
                continue
            self._seen.add(event.id)
            if (incident_id := incident_of(event.fact)) is not None:
                self._incident_events[incident_id].append(event)
                incidents.add(incident_id)
            if (call_id := call_of(event.fact)) is not None:
                self._call_events[call_id].append(event)
                calls.add(call_id)
            if isinstance(event.fact, CardPublished):
                held = self._cards.get(event.fact.kind)
                if held is None or _newer(event, held):
                    self._cards[event.fact.kind] = event
            if isinstance(event.fact, SeatStateChanged) and self._tell_seat(event, event.fact.state):
                seats.add(event.seat)
            if (place_id := place_of(event)) is not None:
                self._place_events[place_id].append(event)
                places.add(place_id)
        for incident_id in incidents:
            self._keep(fold_incident(incident_id, self._incident_events[incident_id]))
        incidents |= self._keep_numbers_apart(incidents)
        for call_id in calls:
            call = fold_call(self._call_events[call_id])
            if call is not None:
                self._calls[call_id] = call
        for place_id in places:
            landmark = fold_landmark(self._place_events[place_id])
            if landmark is None:
                self._landmarks.pop(place_id, None)
            else:
                self._landmarks[place_id] = landmark
        return BoardChanged(frozenset(incidents), frozenset(calls), frozenset(seats), frozenset(places))

    def _keep(self, incident: Incident) -> None:
        self._incidents[incident.id] = incident
        for held, belongs in (
            (self._open, incident.is_open),
            (self._merged, incident.status is IncidentStatus.MERGED),
        ):
            if belongs:
                held[incident.id] = incident
            else:
                held.pop(incident.id, None)

    def _keep_numbers_apart(self, changed: Iterable[IncidentId]) -> set[IncidentId]:
        """Let a number that was given out twice (a seat's disk was put back) end in -2, -3 … for the later ones.

        Returns whose number looks different now. The server does the same (SQL function renumber).
        """
        doubtful: set[str] = set()
        for incident_id in changed:
            incident = self._incidents[incident_id]
            given, before = incident.number, self._given.get(incident_id)
            if incident.opened_at is None or given == before:
                continue
            self._given[incident_id] = given
            self._numbered[given].add(incident_id)
            if before is not None:
                self._numbered[before].discard(incident_id)
                doubtful.add(before)
        doubtful.update(self._given[each] for each in changed if each in self._given)
        moved: set[IncidentId] = set()
        for given in doubtful:
            if len(self._numbered[given]) < 2 and not any(
                self._incidents[each].number != given for each in self._numbered[given]
            ):
                continue
            for place, incident_id in enumerate(sorted(self._numbered[given], key=self._opened), 1):
                number = given if place == 1 else f"{given}-{place}"
                if self._incidents[incident_id].number != number:
                    self._keep(replace(self._incidents[incident_id], number=number))
                    moved.add(incident_id)
        return moved

    def _opened(self, incident_id: IncidentId) -> tuple[int, str]:
        """When it was opened, in the order that every window and the server agree on."""
        return next(
            event.order
            for event in self._incidents[incident_id].timeline
            if isinstance(event.fact, IncidentOpened)
        )

    def _tell_seat(self, event: Event, state: SeatState) -> bool:
        held = self._seats.get(event.seat)
        if held is not None and held.order > event.order:
            return False
        self._seats[event.seat] = SeatOnBoard(event.seat, state, event.occurred_at, event.order)
        return True


def _newer(event: Event, held: Event) -> bool:
    """Whether a card stands after another one: by its version, and when two have the same by their order."""
    assert isinstance(event.fact, CardPublished)
    assert isinstance(held.fact, CardPublished)
    return (event.fact.version, event.order) > (held.fact.version, held.order)
