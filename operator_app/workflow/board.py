"""The room as one window knows it: the fold of every event it has seen, each taken once, in any order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from operator_app.domain.agency import Unavailable
from operator_app.domain.call import Call
from operator_app.domain.clash import slot_of
from operator_app.domain.event import Event
from operator_app.domain.facts.fact import (
    AGENCY,
    CALL,
    INCIDENT,
    KIND,
    PLACE,
    SEAT,
    SITE_AT,
    SITE_PART,
    About,
    Fact,
    Lasts,
    Thing,
)
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.folds import FOLDS
from operator_app.domain.ids import AgencyCode, CallId, EventId, IncidentId, SeatName
from operator_app.domain.incident import Incident
from operator_app.domain.place.landmarks import Landmark
from operator_app.domain.seat import SeatOnBoard
from operator_app.domain.states import IncidentStatus
from operator_app.workflow.ports import BoardChanged


class Board:
    """Incidents, calls, seats and whatever else facts are about; written only by `apply`. Loop thread only."""

    def __init__(self) -> None:
        """Start empty."""
        self._seen: set[EventId] = set()
        self._events: defaultdict[Thing, list[Event]] = defaultdict(list)
        self._held: dict[str, dict[Any, Any]] = {sort: {} for sort in FOLDS}
        self._open: dict[IncidentId, Incident] = {}
        self._merged: dict[IncidentId, Incident] = {}
        self._given: dict[IncidentId, str] = {}
        self._numbered: defaultdict[str, set[IncidentId]] = defaultdict(set)

    @property
    def incidents(self) -> Mapping[IncidentId, Incident]:
        """Every known incident by id."""
        return self._all(INCIDENT)

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
        return self._all(CALL)

    @property
    def landmarks(self) -> Mapping[str, Landmark]:
        """Every place that the room keeps beside those of the site, by id."""
        return self._all(PLACE)

    @property
    def seats(self) -> Mapping[SeatName, SeatOnBoard]:
        """Every seat that ever told its state."""
        return self._all(SEAT)

    @property
    def cards(self) -> Mapping[str, Event]:
        """By kind the event that gave it its present card; of kinds that keep the site's own there is none."""
        return self._all(KIND)

    @property
    def published(self) -> Mapping[str, Event]:
        """By name the event that published each part of the site's data last."""
        return self._all(SITE_PART)

    @property
    def site_at(self) -> Mapping[SeatName, Event]:
        """By window the event that says which parts of the site's data it goes by."""
        return self._all(SITE_AT)

    def unavailable(self, now: datetime) -> Mapping[AgencyCode, Unavailable]:
        """Agencies that can send nobody at that moment."""
        return {each.agency: each for each in self._all(AGENCY).values() if now < each.until}

    def open_incidents(self) -> tuple[Incident, ...]:
        """Those that are not ended: the gravest first, then the oldest."""
        shown = (each for each in self._open.values() if each.opened_at is not None)
        return tuple(sorted(shown, key=lambda each: (each.priority or 9, each.opened_at, each.id)))

    def newest(self, fact: Fact, seat: SeatName) -> int:
        """The highest stamp of what is known here of the things that a fact (told by that seat) is about."""
        told = (each for thing in fact.things(seat) for each in self._events.get(thing, ()))
        return max((each.hlc for each in told), default=0)

    def seen(self, fact: Fact, seat: SeatName) -> EventId | None:
        """What a writer of that fact has before the eyes: the word that it contradicts or confirms.

        Where nothing was said yet, the first event of the thing: so "saw nothing" and "does not tell" are two things.
        """
        for thing in fact.things(seat):
            told = sorted(self._events.get(thing, ()), key=lambda each: each.order)
            same = [
                each
                for each in told
                if each.fact.clash_by is not None and slot_of(each.fact) == slot_of(fact)
            ]
            if told:
                return (same[-1] if same else told[0]).id
        return None

    def apply(self, events: Iterable[Event]) -> BoardChanged:
        """Take in events not seen before and say what they changed; each thing is folded once."""
        changed: set[Thing] = set()
        for event in events:
            if event.id in self._seen:
                continue
            self._seen.add(event.id)
            fact = event.fact
            for thing in fact.things(event.seat):
                if fact.lasts is Lasts.UNTIL_NEXT and not self._is_next(thing, event):
                    continue
                self._events[thing].append(event)
                changed.add(thing)
        for thing in changed:
            self._keep(thing, FOLDS[thing.sort](thing.id, self._events[thing]))
        changed |= self._keep_numbers_apart(
            [IncidentId(each.id) for each in changed if each.sort == INCIDENT.sort]
        )
        return BoardChanged(frozenset(changed))

    def restamped(self, events: Iterable[Event]) -> BoardChanged:
        """Take these in place of what is here under their ids: their times and stamps are others now."""
        given = tuple(events)
        ids = {event.id for event in given}
        for thing in {thing for event in given for thing in event.fact.things(event.seat)}:
            self._events[thing] = [each for each in self._events[thing] if each.id not in ids]
        self._seen -= ids
        return self.apply(given)

    def _all(self, about: About) -> Mapping[Any, Any]:
        return MappingProxyType(self._held[about.sort])

    def _is_next(self, thing: Thing, event: Event) -> bool:
        """Whether no later one of what lasts until the next is here; an earlier one goes."""
        events = self._events[thing]
        held = next((each for each in events if each.fact.op == event.fact.op), None)
        if held is not None and held.order > event.order:
            return False
        if held is not None:
            events.remove(held)
        return True

    def _keep(self, thing: Thing, value: Any) -> None:
        if value is None:
            self._held[thing.sort].pop(thing.id, None)
            return
        self._held[thing.sort][thing.id] = value
        if isinstance(value, Incident):
            for held, belongs in (
                (self._open, value.is_open),
                (self._merged, value.status is IncidentStatus.MERGED),
            ):
                if belongs:
                    held[value.id] = value
                else:
                    held.pop(value.id, None)

    def _keep_numbers_apart(self, changed: Iterable[IncidentId]) -> set[Thing]:
        """Let a number that was given out twice (a seat's disk was put back) end in -2, -3 … for the later ones.

        Returns whose number looks different now. The server does the same (SQL function renumber).
        """
        doubtful: set[str] = set()
        for incident_id in changed:
            incident = self.incidents[incident_id]
            given, before = incident.number, self._given.get(incident_id)
            if incident.opened_at is None or given == before:
                continue
            self._given[incident_id] = given
            self._numbered[given].add(incident_id)
            if before is not None:
                self._numbered[before].discard(incident_id)
                doubtful.add(before)
        doubtful.update(self._given[each] for each in changed if each in self._given)
        moved: set[Thing] = set()
        for given in doubtful:
            if len(self._numbered[given]) < 2 and not any(
                self.incidents[each].number != given for each in self._numbered[given]
            ):
                continue
            for place, incident_id in enumerate(sorted(self._numbered[given], key=self._opened), 1):
                number = given if place == 1 else f"{given}-{place}"
                if self.incidents[incident_id].number != number:
                    thing = Thing(INCIDENT.sort, incident_id)
                    self._keep(thing, replace(self.incidents[incident_id], number=number))
                    moved.add(thing)
        return moved

    def _opened(self, incident_id: IncidentId) -> tuple[int, str]:
        """When it was opened, in the order that every window and the server agree on."""
        return next(
            event.order
            for event in self.incidents[incident_id].timeline
            if isinstance(event.fact, IncidentOpened)
        )
