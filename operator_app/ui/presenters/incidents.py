"""The open incidents of the whole room as table rows: ordered, filtered, written only for what is to be seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import DispatchState, IncidentStatus
from operator_app.ui.presenters.open_incidents import AT_WORK, OpenIncidents
from operator_app.ui.presenters.rows import Cell, cell, chip
from operator_app.ui.presenters.site_words import SiteWords
from operator_app.ui.presenters.wording import PRIORITY_TONES, Say, Span, Tone, running
from operator_app.workflow.seat import Seat

COLUMNS = ("priority", "number", "kind", "place", "age", "agencies", "state", "seat")
SEARCHED_FIELDS = ("place", "landmark", "village", "district", "text", "caller_number")
RUNNING_COLUMNS = (4, 6)
"""Columns whose words change with time alone."""
AGE_WATCH_S = {1: 900.0, 2: 1800.0, 3: 7200.0}
AGE_ALARM_S = {1: 1800.0, 2: 3600.0, 3: 14400.0}
"""Ages by priority from which an incident without anybody on scene wants attention."""


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
        self._search: dict[IncidentId, tuple[Incident, str]] = {}
        self._open = OpenIncidents(seat.board.incidents)
        self._site_order = [str(each.code) for each in seat.agencies]

    def changed(self, incident_ids: Iterable[str]) -> None:
        """Take note of new or changed incidents."""
        self._open.changed(incident_ids)

    def prepare(self, count: int) -> bool:
        """Make up to `count` incidents ready for the filter; returns whether there are more to do."""
        missing = (each for each in self._open.ordered() if not self._is_prepared(each))
        for number, incident in enumerate(missing):
            if number == count:
                return True
            self._text(incident)
        return False

    def all(self) -> tuple[Incident, ...]:
        """Return every open incident, the gravest first, then the oldest."""
        return self._open.ordered()

    def rows(self, wanted: str = "") -> tuple[Incident, ...]:
        """Return the open incidents that hold every word of the filter, the gravest first, then the oldest."""
        parts = wanted.casefold().split()
        opened = self._open.ordered()
        if not parts:
            return opened
        return tuple(each for each in opened if all(part in self._text(each) for part in parts))

    def head(self, shown: int) -> IncidentsHead:
        """Return the title with the count, and the counts by agency."""
        opened = self._open.ordered()
        spans = [Span(self._say("incidents.all_seats"), Tone.QUIET)]
        spans += [Span(f" · {self._words.agency(code)} {n}", Tone.QUIET) for code, n in self._busiest()]
        if shown < len(opened):
            spans = [Span(self._say("incidents.filtered", n=shown, of=len(opened)), Tone.WATCH, strong=True)]
        return IncidentsHead(self._say("incidents.title", n=len(opened)), tuple(spans))

    def _busiest(self) -> list[tuple[str, int]]:
        """Return the agencies with the most incidents; equal ones stand as the site names them, on every seat alike."""
        order = self._site_order
        counts = [(code, n) for code, n in self._open.agencies.items() if n > 0]
        counts.sort(key=lambda each: (-each[1], order.index(each[0]) if each[0] in order else len(order)))
        return counts[:5]

    def titles(self) -> tuple[str, ...]:
        """Return the column titles."""
        return tuple(self._say(f"incidents.column_{name}") for name in COLUMNS)

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

    def _is_prepared(self, incident: Incident) -> bool:
        held = self._search.get(incident.id)
        return held is not None and held[0] is incident

    def _text(self, incident: Incident) -> str:
        held = self._search.get(incident.id)
        if held is not None and held[0] is incident:
            return held[1]
        values = (incident.value(name) for name in SEARCHED_FIELDS)
        kind = self._words.kind_label(incident.value("kind"))
        parts = (f"p{incident.priority}", incident.number, kind, *values, *self._agencies(incident))
        text = " ".join((*parts, self._words.seat(incident.seat or ""))).casefold()
        self._search[incident.id] = (incident, text)
        return text

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
        age = 0.0 if incident.opened_at is None else (now - incident.opened_at).total_seconds()
        tone = Tone.PLAIN
        arrived = any(each.on_scene_at or each.done_at for each in incident.dispatches)
        if not arrived and incident.priority in AGE_WATCH_S:
            tone = Tone.WATCH if age > AGE_WATCH_S[incident.priority] else tone
            tone = Tone.ALARM if age > AGE_ALARM_S[incident.priority] else tone
        return cell(running(age), tone)

    def _agencies(self, incident: Incident) -> Sequence[str]:
        return tuple(dict.fromkeys(self._words.agency(each.agency) for each in incident.dispatches))

    def _state(self, incident: Incident, now: datetime) -> Cell:
        waiting = [each for each in incident.dispatches if each.is_waiting]
        if waiting:
            return self._waiting(min(waiting, key=_deadline), now)
        return self._settled(incident)

    def _settled(self, incident: Incident) -> Cell:
        declined = [each for each in incident.dispatches if each.state is DispatchState.DECLINED]
        at_work = [each for each in incident.dispatches if each.state in AT_WORK]
        if declined and not at_work:
            agency = self._words.agency(declined[-1].agency)
            return cell(self._say("incidents.declined", agency=agency), Tone.ALARM, strong=True)
        if at_work and incident.status is not IncidentStatus.DONE:
            furthest = max(at_work, key=lambda each: AT_WORK.index(each.state))
            return cell(self._say(f"dispatch_state.{furthest.state}"))
        tone = Tone.WATCH if incident.status is IncidentStatus.NEW else Tone.PLAIN
        return cell(self._say(f"incident_status.{incident.status}"), tone)

    def _waiting(self, dispatch: Dispatch, now: datetime) -> Cell:
        waited = (now - dispatch.sent_at).total_seconds()
        late = dispatch.overdue_at is not None or waited >= dispatch.ack_within_s
        agency = self._words.agency(dispatch.agency)
        words = self._say("incidents.waiting", agency=agency, time=running(waited))
        return cell(words, Tone.ALARM if late else Tone.WATCH, strong=late)

    def _seat_number(self, incident: Incident) -> str:
        name = incident.seat or ""
        return name[1:] if name[:1] == "M" and name[1:].isdigit() else name


def _deadline(dispatch: Dispatch) -> float:
    return dispatch.sent_at.timestamp() + dispatch.ack_within_s
