"""The timeline of one incident, newest first: what was done when, by whom and at which seat, with running waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial

from operator_app.domain.call import Call
from operator_app.domain.event import Event
from operator_app.domain.facts.call import (
    CallConferenced,
    CallConsulted,
    CallKeyPressed,
    CallLinked,
    CallReplaced,
    CallTransferred,
    CallUnlinked,
)
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    AnswerGiven,
    ClashSettled,
    FieldSet,
    FurtherReport,
    IncidentMoved,
    IncidentNoted,
    IncidentOpened,
    IncidentTaken,
    MajorDeclared,
    Overruled,
    PlaceReadBack,
    ReminderDone,
    ReminderSet,
)
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import DispatchState, IncidentStatus
from operator_app.domain.triage import IN, OUT
from operator_app.ui.phone.presenters.past import network_names
from operator_app.ui.sound.presenters.quality import measured_words
from operator_app.ui.words.by_itself import EachByItself
from operator_app.ui.words.questions import question_words
from operator_app.ui.words.rows import Cell, Row, cell
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, Span, Tone, day_of, local_time, named, number_text, running
from operator_app.workflow.carry import ANSWER
from operator_app.workflow.seat import Seat

SILENT_FIELDS = frozenset({"district", "position", "position_source", "priority", "caller_number"})
"""Fields that are set together with another one, which is told."""
SILENT_MOVES = frozenset({IncidentStatus.FORWARDED, IncidentStatus.HANDLED})
"""Moves that follow from a dispatch, which is told."""
TEXT_SHOWN = 90
ADDED_AFTER_S = 1.0
"""Agencies that are asked so much later than the first ones are additions."""


class Sort(StrEnum):
    """What of the timeline is shown; calls stand under all alone."""

    ALL = "all"
    NOTES = "notes"
    DISPATCH = "dispatch"
    CHANGES = "changes"


_DISPATCHES = (DispatchSent, DispatchDelivered, DispatchOverdue, DispatchMoved)
_NOTES = (IncidentNoted, ReminderSet, ReminderDone, PlaceReadBack)


@dataclass(frozen=True, slots=True)
class _Step:
    id: str
    at: datetime
    order: tuple[int, str]
    text: Cell
    seat: str
    actor: str = ""
    sort: Sort = Sort.ALL


class TimelinePresenter:
    """Makes the rows of the incident at hand: time, what, seat. Pure reading."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._each = EachByItself()
        self._seat = seat
        self._say = say
        self._words = words
        self.sort = Sort.ALL
        self._shown_of = ""
        self._today: date | None = None
        self._notes: dict[str, _Step] = {}
        self._made: dict[str, tuple[_Step, Row]] = {}
        self._kept: tuple[object, tuple[Row, ...]] = (None, ())

    def next_sort(self) -> Sort:
        """Show the next part of the timeline alone; after the last one all of it."""
        order = tuple(Sort)
        self.sort = order[(order.index(self.sort) + 1) % len(order)]
        return self.sort

    def rows(self) -> tuple[Row, ...]:
        """Return the timeline as it has to look now."""
        incident = self._seat.hand.incident
        if incident is None:
            return ()
        calls = tuple(self._seat.room.board.calls.get(each) for each in incident.calls)
        today = self._seat.duty.now().astimezone(self._seat.room.rules.now.timezone).date()
        if today != self._today:  # times of yesterday have their day from now on
            self._made, self._today = {}, today
        state = (incident, calls, self.sort, today)
        runs = any(each.is_waiting for each in incident.dispatches)
        runs = runs or any(each.done_at is None for each in incident.reminders)
        if not runs and state == self._kept[0]:
            return self._kept[1]  # nothing runs in it: made once, however long it is
        steps = [*self._event_steps(incident), *self._call_steps(incident)]
        if self.sort is not Sort.ALL:
            steps = [each for each in steps if each.sort is self.sort]
        steps.sort(key=lambda step: (step.at, step.order), reverse=True)
        made = {each.id: self._row(each) for each in steps}
        if self._shown_of != incident.id:
            self._notes, self._shown_of = {}, incident.id
        self._made = made
        rows = tuple(row for _, row in made.values())
        self._kept = (state, rows)
        return rows

    def _row(self, step: _Step) -> tuple[_Step, Row]:
        held = self._made.get(step.id)
        if held is not None and (held[0] is step or held[0] == step):
            return held
        who = self._words.seat(step.seat)
        if step.actor:
            who = f"{who} · {step.actor}"
        at = local_time(step.at, self._seat.room.rules.now.timezone)
        return step, Row(step.id, (cell(at, Tone.QUIET), self._dated(step), cell(who, Tone.QUIET)))

    def _dated(self, step: _Step) -> Cell:
        """What happened, after its day when that is not today."""
        day = day_of(step.at, self._seat.duty.now(), self._seat.room.rules.now.timezone)
        if not day:
            return step.text
        return replace(step.text, spans=(Span(f"{day} · ", Tone.QUIET), *step.text.spans))

    def _event_steps(self, incident: Incident) -> Iterator[_Step]:
        last_set = {e.fact.field: e.id for e in incident.timeline if isinstance(e.fact, FieldSet)}
        told: dict[tuple[str, str], Event] = {}
        rejected = frozenset(incident.rejected)
        for event in incident.timeline:
            if isinstance(event.fact, FieldSet):
                # One line a field and seat: what it holds since when; each key stroke is in the record.
                if event.fact.settles is not None:
                    words = self._told(event, self._chosen)
                    yield _Step(event.id, event.occurred_at, event.order, words or Cell(), event.seat)
                elif event.fact.field not in SILENT_FIELDS:
                    told[event.fact.field, event.seat] = event
                continue
            if isinstance(event.fact, IncidentNoted):
                yield self._note(event)
                continue
            told_by = self._rejected if event.id in rejected else partial(self._words_of, incident)
            words = self._told(event, told_by)
            if words is not None:
                sort = _sort_of(event)
                yield _Step(event.id, event.occurred_at, event.order, words, event.seat, event.actor, sort)
        for (name, seat), event in told.items():
            superseded = last_set[name] != event.id
            words = self._told(event, partial(self._field_words, superseded=superseded)) or Cell()
            step = f"{name} {seat}"
            yield _Step(step, event.occurred_at, event.order, words, seat, event.actor, Sort.CHANGES)

    def _told(self, event: Event, make: Callable[[Event], Cell | None]) -> Cell | None:
        """What an event says; one whose words cannot be made says so, and the rest of the timeline stands."""
        untold = cell(self._say("timeline.untold"), Tone.WATCH)
        return self._each([event], make, lambda each: each.id, lambda _: untold)[0]

    def _note(self, event: Event) -> _Step:
        """A note stays what it is: made once."""
        held = self._notes.get(event.id)
        if held is None:
            assert isinstance(event.fact, IncidentNoted)
            words = cell(event.fact.text)
            held = _Step(event.id, event.occurred_at, event.order, words, event.seat, event.actor, Sort.NOTES)
            self._notes[event.id] = held
        return held

    def _field_words(self, event: Event, *, superseded: bool) -> Cell:
        fact = event.fact
        assert isinstance(fact, FieldSet)
        value = fact.value or ""
        if fact.field == "kind":
            value = self._words.kind_label(value)
        value = " ".join(value.split())
        if len(value) > TEXT_SHOWN:
            value = value[:TEXT_SHOWN].rstrip() + "…"
        key = "timeline.field" if value else "timeline.field_emptied"
        words = self._say(key, field=named(self._say, f"field.{fact.field}", fact.field), value=value)
        return cell(words, Tone.QUIET if superseded else Tone.PLAIN)

    def _words_of(self, incident: Incident, event: Event) -> Cell | None:
        match event.fact:
            case IncidentOpened():
                return cell(self._say("timeline.opened"))
            case IncidentTaken(from_seat=from_seat):
                return cell(self._say("timeline.taken", seat=self._words.seat(from_seat)), strong=True)
            case IncidentMoved(to=to, reason=reason) if to not in SILENT_MOVES or reason:
                status = self._say(f"incident_status.{to}")
                key = "timeline.moved_because" if reason else "timeline.moved"
                return cell(self._say(key, status=status, reason=reason))
            case DispatchSent(dispatch_id=dispatch_id):
                return self._sent(incident, incident.dispatch(dispatch_id))
            case DispatchDelivered(dispatch_id=dispatch_id):
                return self._dispatch(incident.dispatch(dispatch_id), "timeline.delivered", Tone.QUIET)
            case DispatchOverdue(dispatch_id=dispatch_id):
                return self._overdue(incident, incident.dispatch(dispatch_id))
            case DispatchMoved(dispatch_id=dispatch_id, to=to, reason=reason):
                return self._moved(incident.dispatch(dispatch_id), to, reason, event)
            case _:
                return self._decided(incident, event)

    def _decided(self, incident: Incident, event: Event) -> Cell | None:
        """What was decided, answered, read back or to be remembered."""
        match event.fact:
            case AnswerGiven(question=question, answer=answer):
                kind = self._seat.cards.kind_or_none(incident.value("kind"))
                ask, said = question_words(kind, question, answer, self._say("map.language"))
                key = "timeline.answered_card" if answer else "timeline.answer_taken_back"
                return cell(self._say(key, ask=ask, answer=said), Tone.QUIET)
            case Overruled(subject=subject, chosen=chosen, proposed=proposed):
                return self._overruled(subject, chosen, proposed)
            case PlaceReadBack(place=place, position=position, source=source, accuracy_m=accuracy):
                where = place or (position or "")
                source = self._say(f"source.{source}") if source in SOURCES else source
                key = "timeline.read_back" if accuracy is None else "timeline.read_back_exact"
                words = self._say(key, place=where, source=source, n=round(accuracy or 0))
                last = incident.read_back is not None and incident.read_back.at == event.occurred_at
                holds = last and incident.read_back_holds
                spans = (
                    [Span("✓ ", Tone.GOOD, strong=True), Span(words)] if holds else [Span(words, Tone.QUIET)]
                )
                if last and not holds:
                    spans.append(Span(" · " + self._say("timeline.place_changed"), Tone.WATCH, strong=True))
                return Cell(tuple(spans))
            case ReminderSet(reminder_id=name, text=text):
                return self._reminder(incident, name, text)
            case ReminderDone(reminder_id=name):
                text = next((each.text for each in incident.reminders if each.id == name), "")
                return cell(self._say("timeline.reminder_done", text=text), Tone.QUIET)
            case FurtherReport(number=number, field=field, value=value, filled=False):
                return cell(self._further(incident, number, field, value))
            case ClashSettled(over=over):
                lost = (incident.event(each) for each in over)
                told = (self._words_of(incident, each) for each in lost if each is not None)
                what = " · ".join(each.text for each in told if each is not None)
                return cell(self._say("timeline.settled", what=what), Tone.QUIET) if what else None
            case MajorDeclared(major=major):
                return cell(self._say("timeline.major" if major else "timeline.major_ended"), strong=major)
            case CallLinked(call_id=call_id) | CallUnlinked(call_id=call_id):
                call = self._seat.room.board.calls.get(call_id)
                number = "" if call is None or not call.number else number_text(call.number)
                key = "timeline.linked" if isinstance(event.fact, CallLinked) else "timeline.unlinked"
                return cell(self._say(key, number=number or self._say("timeline.no_number")))
            case _:
                return None

    def _further(self, incident: Incident, number: str, field: str, value: str) -> str:
        """What another report, merged into this one, says."""
        name = self._say(f"field.{field}") if self._say.has(f"field.{field}") else field
        if field.startswith(ANSWER):
            kind = self._seat.cards.kind_or_none(incident.value("kind"))
            name, value = question_words(kind, field.removeprefix(ANSWER), value, self._say("map.language"))
        elif field == "kind":
            value = self._words.kind_label(value)
        return self._say("timeline.further", number=number, field=name, value=value)

    def _rejected(self, event: Event) -> Cell | None:
        """A move that was impossible when its turn came: it stays in the record, and has changed nothing."""
        match event.fact:
            case IncidentMoved(to=to):
                what = self._say("timeline.moved", status=self._say(f"incident_status.{to}"))
            case DispatchMoved(to=to):
                what = self._say(f"dispatch_state.{to}")
            case _:
                return None
        return cell(self._say("timeline.rejected", what=what), Tone.WATCH)

    def _chosen(self, event: Event) -> Cell:
        fact = event.fact
        assert isinstance(fact, FieldSet)
        value = self._words.kind_label(fact.value or "") if fact.field == "kind" else fact.value or ""
        value = " ".join(value.split())[:TEXT_SHOWN] or self._say("form.clash_emptied")
        return cell(
            self._say(
                "timeline.chosen", field=named(self._say, f"field.{fact.field}", fact.field), value=value
            )
        )

    def _overruled(self, subject: str, chosen: str | None, proposed: str) -> Cell:
        if subject == "priority":
            if chosen is None:
                return cell(self._say("timeline.priority_back", proposed=proposed))
            return cell(self._say("timeline.priority_own", chosen=chosen, proposed=proposed or "–"))
        agency = self._words.agency(subject.partition(":")[2] or subject)
        if chosen not in (None, IN, OUT):
            return cell(self._say("timeline.agency_state", agency=agency, state=chosen))
        return cell(self._say(f"timeline.agency_{chosen or 'back'}", agency=agency))

    def _reminder(self, incident: Incident, name: str, text: str) -> Cell | None:
        reminder = next((each for each in incident.reminders if each.id == name), None)
        if reminder is None:
            return None
        at = local_time(reminder.due_at, self._seat.room.rules.now.timezone)[:5]
        words = self._say("timeline.reminder", time=at, text=text)
        if reminder.done_at is not None or not incident.is_open:
            return cell(words, Tone.QUIET)
        due = reminder.due_at <= self._seat.duty.now()
        return cell(words, Tone.WATCH if due else Tone.BUSY, strong=due)

    def _sent(self, incident: Incident, dispatch: Dispatch | None) -> Cell | None:
        if dispatch is None:
            return None
        later = (dispatch.sent_at - incident.dispatches[0].sent_at).total_seconds() >= ADDED_AFTER_S
        known = self._seat.cards.agency_or_none(dispatch.agency)
        by_phone = known is not None and not known.has_desk
        key = "timeline.rung" if by_phone else "timeline.sent_more" if later else "timeline.sent"
        sent = Span(self._say(key, agency=self._words.agency(dispatch.agency)))
        if not dispatch.is_waiting:
            return Cell((sent,))
        if incident.ended is not None:
            key = "dispatch.never_reached" if dispatch.never_reached and not by_phone else "dispatch.stopped"
            return Cell((sent, Span(" · "), Span(self._say(key), Tone.WATCH)))
        waited = (self._seat.duty.now() - dispatch.sent_at).total_seconds()
        late = dispatch.overdue_at is not None or waited >= dispatch.ack_within_s
        tone = Tone.ALARM if late else Tone.WATCH
        limit = self._say("timeline.of_limit", limit=running(dispatch.ack_within_s))
        if not by_phone and not self._seat.room.reached(incident, dispatch):
            unreached = self._say("timeline.unreached", time=running(waited))
            return Cell((sent, Span(" · "), Span(unreached, Tone.ALARM, strong=True)))
        unanswered = self._say("timeline.unanswered", time=running(waited))
        return Cell((sent, Span(" · "), Span(unanswered, tone, strong=True), Span(" " + limit)))

    def _overdue(self, incident: Incident, dispatch: Dispatch | None) -> Cell | None:
        if dispatch is None:
            return None
        agency = self._words.agency(dispatch.agency)
        if dispatch.is_waiting and not self._seat.room.reached(incident, dispatch):
            words = self._say("timeline.overdue_unreached", agency=agency)
            return cell(words, Tone.ALARM, strong=True)
        limit = running(dispatch.ack_within_s)
        words = self._say("timeline.overdue", agency=agency, limit=limit)
        return cell(words, Tone.ALARM if dispatch.is_waiting else Tone.QUIET, strong=dispatch.is_waiting)

    def _dispatch(self, dispatch: Dispatch | None, key: str, tone: Tone) -> Cell | None:
        return (
            None
            if dispatch is None
            else cell(self._say(key, agency=self._words.agency(dispatch.agency)), tone)
        )

    def _moved(self, dispatch: Dispatch | None, to: DispatchState, reason: str, event: Event) -> Cell | None:
        if dispatch is None:
            return None
        agency, state = self._words.agency(dispatch.agency), self._say(f"dispatch_state.{to}")
        if to is DispatchState.DECLINED:
            words = Span(
                self._say("timeline.declined", agency=agency, reason=reason), Tone.ALARM, strong=True
            )
            return Cell((words, *self._by_phone(dispatch, event)))
        spans = [Span(self._say("timeline.agency_state", agency=agency, state=state), Tone.GOOD)]
        if to is DispatchState.ACCEPTED:
            after = running((event.occurred_at - dispatch.sent_at).total_seconds())
            spans.append(Span(" · " + self._say("timeline.after", time=after), Tone.QUIET))
        return Cell((*spans, *self._by_phone(dispatch, event)))

    def _by_phone(self, dispatch: Dispatch, event: Event) -> tuple[Span, ...]:
        """Who recorded an answer that the agency did not give at a desk of its own."""
        agency = self._seat.cards.agency_or_none(dispatch.agency)
        at_desk = agency is None or agency.has_desk
        at_table = self._words.is_table(event.seat) or event.seat in (dispatch.seat, self._seat.duty.name)
        if at_desk and not at_table:
            return ()
        words = self._say("timeline.by_phone", seat=self._words.seat(event.seat))
        return (Span(f" · {words}", Tone.QUIET),)

    def _call_steps(self, incident: Incident) -> Iterator[_Step]:
        for call_id in incident.calls:
            call = self._seat.room.board.calls.get(call_id)
            if call is None:
                continue
            if call.answered_at is not None:
                waited = (call.answered_at - call.offered_at).total_seconds()
                words = self._say("timeline.answered", n=max(0, round(waited)))
                yield _Step(f"answered {call.id}", call.answered_at, (0, call.id), cell(words), call.seat)
            if names := network_names(call, self._say):
                words = self._say("timeline.identified", names=" · ".join(names))
                key = f"identified {call.id}"
                yield _Step(key, call.offered_at, (0, call.id), cell(words, Tone.QUIET), call.seat)
            yield from self._line_steps(call)
            if call.ended_at is not None:
                lasted = (call.ended_at - (call.answered_at or call.offered_at)).total_seconds()
                key = "timeline.call_cut" if call.state == "cut" else "timeline.call_ended"
                words = self._say(key, time=running(lasted))
                told = self._with_quality(words, call)
                yield _Step(f"ended {call.id}", call.ended_at, (1, call.id), told, call.seat)

    def _with_quality(self, words: str, call: Call) -> Cell:
        """The end of a call with how its line was."""
        if call.quality is None:
            return cell(words)
        told = measured_words(call.quality, self._say)
        tone = Tone.WATCH if told.tone is Tone.WATCH else Tone.QUIET
        return Cell((Span(words), Span(f" · {told.short}", tone)), spoken=told.whole)

    def _line_steps(self, call: Call) -> Iterator[_Step]:
        """What was done by phone for this caller: who was asked, who came to it, where he was sent, keys pressed."""
        keys = [step for step in call.steps if isinstance(step.fact, CallKeyPressed)]
        if keys:
            words = self._say("timeline.keys", keys=" ".join(call.keys))
            yield _Step(
                f"keys {call.id}", keys[0].occurred_at, keys[0].order, cell(words, Tone.WATCH), call.seat
            )
        for step in call.steps:
            told = self._line_words(step.fact)
            if told is not None:
                yield _Step(step.id, step.occurred_at, step.order, told, step.seat)

    def _line_words(self, fact: Fact) -> Cell | None:
        match fact:
            case CallConsulted(party=party):
                return cell(self._say("timeline.consulted", party=number_text(party)))
            case CallConferenced(members=members):
                return cell(self._say("timeline.conferenced", n=len(members)))
            case CallTransferred(party=party, outcome=outcome):
                tone = Tone.GOOD if outcome == "done" else Tone.WATCH
                key = f"timeline.transferred_{outcome if outcome in OUTCOMES else 'unknown'}"
                return cell(self._say(key, party=party), tone)
            case CallReplaced():
                return cell(self._say("timeline.replaced"))
            case _:
                return None


OUTCOMES = frozenset({"done", "failed", "unknown"})
SOURCES = frozenset({"call", "map", "place", "typed", "words"})


def _sort_of(event: Event) -> Sort:
    if isinstance(event.fact, _DISPATCHES):
        return Sort.DISPATCH
    return Sort.NOTES if isinstance(event.fact, _NOTES) else Sort.CHANGES
