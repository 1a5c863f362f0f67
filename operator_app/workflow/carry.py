"""Everything that was said about an incident goes along when it is merged into another, and comes out again."""

from collections.abc import Iterator
from datetime import datetime

from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    AnswerGiven,
    FieldSet,
    FurtherReport,
    IncidentNoted,
    MajorDeclared,
    ReminderDone,
    ReminderSet,
    ReportWithdrawn,
)
from operator_app.domain.ids import EventId, IncidentId, SeatName
from operator_app.domain.incident import Incident, Reminder
from operator_app.domain.numbers import number_key
from operator_app.workflow.recorder import Note

ANSWER, REMINDER = "answer ", "reminder"
PLACE = ("place", "village", "district", "neighbourhood", "position", "position_source")
"""They go together or not at all: a point of one report beside the words of another would mislead."""
SAID_OF_PLACE = ("place", "village", "neighbourhood", "position")
OTHERS = ("landmark", "kind", "priority", "caller_name", "caller_number")


def carried(
    own: Incident, target: Incident, fresh_id: str, now: datetime, by: SeatName | None = None
) -> list[Fact | Note]:
    """What takes all that `own` says into `target`, and nothing that is there already; `by`: only that seat's words.

    What the target has nothing of is put in, and marked; everything else stands beside it as a further report.
    `fresh_id` begins the names of reminders that go along.
    """
    facts: list[Fact | Note] = []
    held = {(each.number, each.field, each.value) for each in target.further}
    for name in _fields(own, by):
        value, there = own.value(name), target.value(name)
        if _same(name, value, there):
            continue
        if not there and (name not in PLACE or _is_nowhere(target)):
            facts.append(Note(FieldSet(target.id, name, value), _base(target, name)))
            facts.append(FurtherReport(target.id, own.number, name, value, True))
        elif (
            name in (*SAID_OF_PLACE, *OTHERS) and name != "priority" and (own.number, name, value) not in held
        ):
            facts.append(FurtherReport(target.id, own.number, name, value, False))
    facts += _answers(own, target, held, by)
    told = {each.fact.text for each in target.timeline if isinstance(each.fact, IncidentNoted)}
    for text, at in _notes(own, by):
        if (words := f"{own.number}: {text}") not in told:
            facts.append(Note(IncidentNoted(target.id, words), at=at))
    facts += [
        FurtherReport(target.id, each.number, each.field, each.value, False)
        for each in own.further
        if not each.filled and (each.number, each.field, each.value) not in held and by is None
    ]
    facts += _reminders(own, target.id, fresh_id, now, by)
    if own.is_major and not target.is_major:
        facts.append(MajorDeclared(target.id, True))
    return facts


def taken_back(own: Incident, target: Incident, seat: SeatName) -> list[Fact | Note]:
    """What takes the words of `own` out of `target` again, as far as nobody has written over them since."""
    facts: list[Fact | Note] = [ReportWithdrawn(target.id, own.number)]
    for each in target.further:
        if each.number != own.number or not each.filled:
            continue
        if each.field == REMINDER:
            facts.append(ReminderDone(target.id, each.value))
        elif each.field.startswith(ANSWER):
            question = each.field.removeprefix(ANSWER)
            given = target.given.get(question)
            if given is not None and (given.answer, given.seat) == (each.value, seat):
                taken = AnswerGiven(target.id, given.card_version, question, None)
                facts.append(Note(taken, given.event_id))
        else:
            field = target.fields.get(each.field)
            if field is not None and (field.value, field.seat) == (each.value, seat):
                facts.append(Note(FieldSet(target.id, each.field, None), field.event_id))
    return facts


def _fields(own: Incident, by: SeatName | None) -> Iterator[str]:
    for name in (*PLACE, *OTHERS):
        held = own.fields.get(name)
        if held is not None and held.value and by in (None, held.seat):
            yield name


def _same(name: str, value: str, there: str) -> bool:
    return value == there or (name == "caller_number" and number_key(value) == number_key(there))


def _is_nowhere(target: Incident) -> bool:
    return not any(target.value(name) for name in ("place", "village", "position"))


def _base(target: Incident, name: str) -> EventId | None:
    held = target.fields.get(name)
    return None if held is None else held.event_id


def _answers(
    own: Incident, target: Incident, held: set[tuple[str, str, str]], by: SeatName | None
) -> Iterator[Fact | Note]:
    for question, given in own.given.items():
        if given.answer is None or by not in (None, given.seat):
            continue
        there, field = target.given.get(question), f"{ANSWER}{question}"
        if there is None or there.answer is None:
            answer = AnswerGiven(target.id, given.card_version, question, given.answer)
            yield Note(answer, None if there is None else there.event_id)
            yield FurtherReport(target.id, own.number, field, given.answer, True)
        elif there.answer != given.answer and (own.number, field, given.answer) not in held:
            yield FurtherReport(target.id, own.number, field, given.answer, False)


def _notes(own: Incident, by: SeatName | None) -> Iterator[tuple[str, datetime]]:
    """The description as it stands, and every note, with the time at which it was written."""
    text = own.fields.get("text")
    if text is not None and text.value and by in (None, text.seat):
        yield text.value, text.at
    events: Iterator[Event] = (each for each in own.timeline if by in (None, each.seat))
    for event in events:
        if isinstance(event.fact, IncidentNoted):
            yield event.fact.text, event.occurred_at


def _reminders(
    own: Incident, to: IncidentId, fresh_id: str, now: datetime, by: SeatName | None
) -> Iterator[Fact | Note]:
    standing: list[Reminder] = [
        each for each in own.reminders if each.done_at is None and by in (None, each.seat)
    ]
    for place, each in enumerate(standing):
        name = f"{fresh_id}-{place}"
        left_s = max(1, round((each.due_at - now).total_seconds()))
        yield ReminderSet(to, name, left_s, each.text)
        yield FurtherReport(to, own.number, REMINDER, name, True)
