"""The open incidents of the whole room as table rows: ordered, filtered, written only for what is to be seen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Dispatch, Incident, unmade_refusal
from operator_app.domain.limits import Age
from operator_app.domain.states import IncidentStatus
from operator_app.ui.incidents.presenters.incident_words import IncidentWords
from operator_app.ui.incidents.presenters.open_incidents import AT_WORK, EndedIncidents, OpenIncidents
from operator_app.ui.words.rows import Cell, cell, chip
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import PRIORITY_TONES, Say, Span, Tone, running, written
from operator_app.workflow.seat import Seat

COLUMNS = ("priority", "number", "kind", "place", "age", "agencies", "state", "seat")
RUNNING_COLUMNS = (4, 6)
"""Columns whose words change with time alone."""
CLOSED_DAYS, CLOSED_SHOWN = 7, 200
"""Closed incidents of so many days are found by the filter, at most so many at once."""
_AGE_TONES = {Age.FRESH: None, Age.LATE: Tone.WATCH, Age.OVERDUE: Tone.ALARM}


class Order(StrEnum):
    """By which column the table is sorted; equal rows stand as in the order by priority."""

    PRIORITY = "priority"
    AGE = "age"
    PLACE = "place"
    KIND = "kind"
    STATE = "state"
    NUMBER = "number"


ORDERS = tuple(Order)


@dataclass(frozen=True, slots=True)
class IncidentsHead:
    """What stands over the table: how many are open, and at which agencies they are."""

    title: str
    spans: tuple[Span, ...]


class IncidentsPresenter:
    """Orders and words of the table. `rows` is cheap for thousands; `cells` is asked for what is on screen."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._seat = seat
        self._say = say
        self._words = words
        self._search = IncidentWords(say, words)
        self._search.changed(seat.room.board.incidents)
        self._open = OpenIncidents(seat.room.board.incidents)
        self._ended = EndedIncidents(seat.room.board.incidents)
        self._site_order = [str(each.code) for each in seat.cards.agencies]
        self.order = Order.PRIORITY

    @property
    def search(self) -> IncidentWords:
        """The words by which incidents are found."""
        return self._search

    def changed(self, incident_ids: Iterable[str]) -> None:
        """Take note of new or changed incidents."""
        ids = tuple(incident_ids)
        self._open.changed(ids)
        self._ended.changed(ids)
        self._search.changed(IncidentId(each) for each in ids)

    def prepare(self, count: int) -> bool:
        """Make up to `count` incidents ready for the search; returns whether there are more to do."""
        return self._search.prepare(self._seat.room.board.incidents, count)

    def all(self) -> tuple[Incident, ...]:
        """Return every open incident, the gravest first, then the oldest."""
        return self._open.ordered()

    def ended(self, since: datetime | None = None) -> Iterator[Incident]:
        """Give those that are over, the last opened first."""
        return self._ended.newest_first(since)

    def next_order(self) -> Order:
        """Sort by the next column; the order stays until the next time."""
        self.order = ORDERS[(ORDERS.index(self.order) + 1) % len(ORDERS)]
        return self.order

    def rows(self, wanted: str = "") -> tuple[Incident, ...]:
        """Return the open incidents that hold every word of the filter, sorted; below them the closed ones of late."""
        parts = wanted.casefold().split()
        opened = self._open.ordered()
        if not parts:
            return self._sorted(opened)
        found = self._sorted(tuple(self._search.matching(opened, parts)))
        since = self._seat.duty.now() - timedelta(days=CLOSED_DAYS)
        closed = self._search.matching(self._ended.newest_first(since), parts)
        return (*found, *islice(closed, CLOSED_SHOWN))

    def untold(self, incident: Incident) -> tuple[Cell, ...]:
        """Return the cells of an incident whose words cannot be made: that it is there, and which one."""
        words = cell(self._say("row.failed", row=incident.number), Tone.ALARM)
        return tuple(words if name == "kind" else Cell() for name in COLUMNS)

    def _sorted(self, incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
        match self.order:
            case Order.PRIORITY:
                return incidents
            case Order.AGE:
                return tuple(sorted(incidents, key=_opened))
            case Order.NUMBER:
                return tuple(sorted(incidents, key=lambda each: each.number))
            case Order.PLACE:
                return tuple(sorted(incidents, key=_where))
            case Order.KIND:
                return tuple(sorted(incidents, key=lambda each: self._words.kind(each.value("kind"))))
            case Order.STATE:
                return tuple(sorted(incidents, key=_standing))

    def head(self, shown: int, closed: int = 0, *, filtered: bool = False) -> IncidentsHead:
        """Return the title with the count, and the counts by agency; under a filter how many were found."""
        opened = self._open.ordered()
        spans = [Span(self._say("incidents.all_seats"), Tone.QUIET)]
        spans += [Span(f" · {self._words.agency(code)} {n}", Tone.QUIET) for code, n in self._busiest()]
        if filtered:
            words = self._say("incidents.filtered", n=shown - closed, of=len(opened))
            if closed:
                words += " · " + self._say("incidents.closed_found", n=closed, days=CLOSED_DAYS)
            spans = [Span(words, Tone.WATCH, strong=True)]
        return IncidentsHead(self._say("incidents.title", n=len(opened)), tuple(spans))

    def _busiest(self) -> list[tuple[str, int]]:
        """Return the agencies with the most incidents; equal ones stand as the site names them, on every seat alike."""
        order = self._site_order
        counts = [(code, n) for code, n in self._open.agencies.items() if n > 0]
        counts.sort(key=lambda each: (-each[1], order.index(each[0]) if each[0] in order else len(order)))
        return counts[:5]

    def titles(self) -> tuple[str, ...]:
        """Return the column titles; the one that the table is sorted by has an arrow."""
        return tuple(
            self._say(f"incidents.column_{name}") + (" ↓" if name == self.order else "") for name in COLUMNS
        )

    def cells(self, incident: Incident, now: datetime) -> tuple[Cell, ...]:
        """Write one row."""
        priority = incident.priority
        return (
            chip("–" if priority is None else f"P{priority}", PRIORITY_TONES[priority]),
            cell(incident.number, strong=True),
            cell(self._words.kind(incident.value("kind")) or self._say("incidents.kind_unknown")),
            self._place(incident),
            self._age(incident, now),
            cell(", ".join(self._agencies(incident)) or "–"),
            self._state(incident, now),
            cell(self._seat_number(incident)),
        )

    def standing(self, incident: Incident) -> str:
        """Say how an incident stands, without a running time."""
        waiting = [each for each in incident.dispatches if each.is_waiting]
        if waiting:
            first = min(waiting, key=_deadline)
            return self._say("incidents.waiting_short", agency=self._words.agency(first.agency))
        return self._settled(incident).text

    def _place(self, incident: Incident) -> Cell:
        village, district = incident.value("village"), incident.value("district")
        place = incident.value("place")
        area = ", ".join(dict.fromkeys(part for part in (village, district) if part))
        if not place and not area:
            return cell(self._say("incidents.place_unknown"), Tone.QUIET)
        if place and area and place not in area:
            return Cell((Span(place), Span(f" · {area}", Tone.QUIET)))
        return cell(area or place)

    def _age(self, incident: Incident, now: datetime) -> Cell:
        if not incident.is_open:
            opened = incident.opened_at
            when = (
                "" if opened is None else written(opened, self._seat.room.rules.now.timezone, "%d.%m. %H:%M")
            )
            return cell(when, Tone.QUIET)
        age = 0.0 if incident.opened_at is None else (now - incident.opened_at).total_seconds()
        late = self._seat.room.rules.now.ages.of(incident, now)
        tone = _AGE_TONES[late]
        if tone is None:
            return cell(running(age))
        spoken = self._say(f"incidents.age_{late}")
        return Cell((Span(running(age), tone, strong=late is Age.OVERDUE),), mark=tone, spoken=spoken)

    def _agencies(self, incident: Incident) -> Sequence[str]:
        return tuple(dict.fromkeys(self._words.agency(each.agency) for each in incident.dispatches))

    def _state(self, incident: Incident, now: datetime) -> Cell:
        if not incident.is_open:
            return cell(self._say(f"incident_status.{incident.status}"), Tone.QUIET)
        waiting = [each for each in incident.dispatches if each.is_waiting]
        if waiting:
            return self._waiting(incident, min(waiting, key=_deadline), now)
        return self._settled(incident)

    def _settled(self, incident: Incident) -> Cell:
        refusal = unmade_refusal(incident, self._words.leads(incident.value("kind")))
        at_work = [each for each in incident.dispatches if each.state in AT_WORK]
        if refusal is not None:
            agency = self._words.agency(refusal.agency)
            return cell(self._say("incidents.declined", agency=agency), Tone.ALARM, strong=True)
        if at_work and incident.status is not IncidentStatus.DONE:
            furthest = max(at_work, key=lambda each: AT_WORK.index(each.state))
            return cell(self._say(f"dispatch_state.{furthest.state}"))
        tone = Tone.WATCH if incident.status is IncidentStatus.NEW else Tone.PLAIN
        return cell(self._say(f"incident_status.{incident.status}"), tone)

    def _waiting(self, incident: Incident, dispatch: Dispatch, now: datetime) -> Cell:
        waited = (now - dispatch.sent_at).total_seconds()
        late = dispatch.overdue_at is not None or waited >= dispatch.ack_within_s
        agency = self._words.agency(dispatch.agency)
        if self._words.has_desk(dispatch.agency) and not self._seat.room.reached(incident, dispatch):
            words = self._say("incidents.unreached", agency=agency, time=running(waited))
            return cell(words, Tone.ALARM, strong=True)
        words = self._say("incidents.waiting", agency=agency, time=running(waited))
        return cell(words, Tone.ALARM if late else Tone.WATCH, strong=late)

    def _seat_number(self, incident: Incident) -> str:
        name = incident.seat or ""
        return name[1:] if name[:1] == "M" and name[1:].isdigit() else name


def _opened(incident: Incident) -> float:
    return 0.0 if incident.opened_at is None else incident.opened_at.timestamp()


def _where(incident: Incident) -> tuple[str, str, str]:
    return incident.value("district"), incident.value("village"), incident.value("place")


def _standing(incident: Incident) -> int:
    """First who waits for an answer, then what nobody was asked about, then by how far the agencies are."""
    if any(each.is_waiting for each in incident.dispatches):
        return 0
    at_work = [AT_WORK.index(each.state) for each in incident.dispatches if each.state in AT_WORK]
    return 1 + max(at_work) if at_work else 1


def _deadline(dispatch: Dispatch) -> float:
    return dispatch.sent_at.timestamp() + dispatch.ack_within_s
