"""The timeline of an agency's share of an incident, in words."""

from datetime import timedelta

from operator_app.domain.event import Event
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.incident import FieldSet, FurtherReport, IncidentMoved, IncidentNoted
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import ENDED_INCIDENT, DispatchState
from operator_app.ui.desk.presenters.desk_view import Step
from operator_app.ui.words.wording import Say, Tone, local_time, named, running
from operator_app.workflow.desk import Desk

CHANGED_TOGETHER = timedelta(minutes=1)


class Timeline:
    """Tells one desk's timelines."""

    def __init__(self, desk: Desk, say: Say) -> None:
        """Speak about `desk` in the language of `say`."""
        self._desk = desk
        self._say = say

    def steps(self, incident: Incident, dispatch: Dispatch) -> tuple[Step, ...]:
        """Tell what concerns this agency, newest first; words changed together are one step."""
        steps: list[Step] = []
        fields: list[str] = []
        together: Event | None = None
        sent = False
        for event in incident.timeline:
            sent = sent or (isinstance(event.fact, DispatchSent) and event.fact.dispatch_id == dispatch.id)
            if isinstance(event.fact, FieldSet):
                if not sent:
                    continue
                word = named(self._say, f"desk.field_{event.fact.field}", event.fact.field)
                if together is not None and _one_act(together, event):
                    steps.pop()
                else:
                    fields = []
                fields = [*(each for each in fields if each != word), word]
                together = event
                steps.append(
                    self._step(event, self._say("desk.step_changed", field=", ".join(fields)), Tone.WATCH)
                )
                continue
            told = self._told(event, dispatch)
            if told is not None:
                together = None
                text, tone = told
                if event.id in incident.rejected:
                    text, tone = self._say("desk.step_rejected", text=text), Tone.QUIET
                steps.append(self._step(event, text, tone))
        return tuple(reversed(steps))

    def _step(self, event: Event, text: str, tone: Tone) -> Step:
        time = local_time(event.occurred_at, self._desk.timezone)
        who = self._say("desk.here") if event.seat == self._desk.name else self._seat_name(event.seat)
        return Step(event.id, time, text, who, self._where(event), tone)

    def _seat_name(self, name: str) -> str:
        is_number = name[:1] == "M" and name[1:].isdigit()
        return self._say("desk.seat_number", n=name[1:]) if is_number else name

    def _where(self, event: Event) -> str:
        if event.seat != self._desk.name:
            return ""
        return self._say("desk.step_shared" if self._desk.is_shared(event.id) else "desk.step_here")

    def _told(self, event: Event, dispatch: Dispatch) -> tuple[str, Tone] | None:
        match event.fact:
            case DispatchSent(dispatch_id=own) if own == dispatch.id:
                return self._say("desk.step_sent", limit=running(dispatch.ack_within_s)), Tone.PLAIN
            case DispatchDelivered(dispatch_id=own) if own == dispatch.id:
                return self._say("desk.step_delivered"), Tone.PLAIN
            case DispatchOverdue(dispatch_id=own) if own == dispatch.id:
                return self._say("desk.step_overdue"), Tone.ALARM
            case DispatchMoved(dispatch_id=own, to=DispatchState.DECLINED, reason=reason) if (
                own == dispatch.id
            ):
                return self._say("desk.step_declined", reason=reason), Tone.WATCH
            case DispatchMoved(dispatch_id=own, to=to) if own == dispatch.id:
                return self._say(f"desk.state_{to}"), Tone.PLAIN
            case FurtherReport(number=number, field=field, value=value, filled=False) if self._say.has(
                f"field.{field}"
            ):
                name = self._say(f"field.{field}")
                return self._say("desk.step_further", number=number, field=name, value=value), Tone.PLAIN
            case IncidentNoted(text=text):
                return self._say("desk.step_note", text=text), Tone.PLAIN
            case IncidentMoved(to=to, reason=reason) if to in ENDED_INCIDENT:
                words = self._say(f"desk.status_{to}")
                return (f"{words}: {reason}" if reason else words), Tone.WATCH
        return None


def _one_act(one: Event, other: Event) -> bool:
    return one.seat == other.seat and other.occurred_at - one.occurred_at < CHANGED_TOGETHER
