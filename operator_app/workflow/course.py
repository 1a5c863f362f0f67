"""The course of an incident beside what is written in its form: who has it, notes, reminders, its end."""

from datetime import datetime

from operator_app.domain.facts.incident import (
    IncidentMoved,
    IncidentNoted,
    IncidentTaken,
    ReminderDone,
    ReminderSet,
)
from operator_app.domain.ids import IncidentId, SeatName
from operator_app.domain.incident import LONGEST_REMINDER_S, Incident, Reminder
from operator_app.domain.states import (
    INCIDENT_MOVES,
    REASON_NEEDED,
    IncidentStatus,
    Refusal,
    RefusedError,
)
from operator_app.workflow.board import Board
from operator_app.workflow.hand import AtHand
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.room import Room

WAY_TO_CLOSED = {
    IncidentStatus.NEW: (IncidentStatus.CLOSED,),
    IncidentStatus.FORWARDED: (IncidentStatus.DONE, IncidentStatus.CLOSED),
    IncidentStatus.HANDLED: (IncidentStatus.DONE, IncidentStatus.CLOSED),
    IncidentStatus.DONE: (IncidentStatus.CLOSED,),
}


TAKE_BACK_S = 300.0
"""So long after an end one key takes it back."""


class Course:
    """Brings the incident at hand on its way, and to its end. Loop thread only."""

    def __init__(self, hand: AtHand, recorder: Recorder, board: Board, room: Room) -> None:
        self._room = room
        self._hand = hand
        self._recorder = recorder
        self._board = board

    async def take_over(self, incident_id: IncidentId | None = None) -> Incident:
        """Look after that incident from now on and take it in hand; without one, the gravest whose seat is lost.

        Raises `RefusedError` when it is ours or over, or when there is none.
        """
        if incident_id is None:
            left = self._room.orphans()
            if not left:
                raise RefusedError(Refusal.NOTHING_TO_TAKE)
            incident_id = left[0].id
        async with self._hand.turn:
            incident = self._board.incidents.get(incident_id)
            if incident is None:
                raise RefusedError(Refusal.UNKNOWN_INCIDENT)
            if incident.owner == self._recorder.seat or not incident.is_open:
                raise RefusedError(Refusal.NOTHING_TO_TAKE)
            await self._recorder.record([IncidentTaken(incident_id, incident.owner or SeatName(""))])
            self._hand.select(incident_id)
        return self._board.incidents[incident_id]

    async def note(self, text: str) -> None:
        """Put a note on the timeline."""
        await self._recorder.record([IncidentNoted(self._hand.need().id, text)])

    async def move(self, to: IncidentStatus, reason: str = "") -> None:
        """Bring the incident to another status."""
        async with self._hand.turn:
            incident = self._hand.need()
            if to not in INCIDENT_MOVES[incident.status]:
                raise RefusedError(Refusal.ILLEGAL_MOVE, f"{incident.status} -> {to}")
            if to in REASON_NEEDED and not reason.strip():
                raise RefusedError(Refusal.REASON_MISSING)
            await self._recorder.record([IncidentMoved(incident.id, to, reason.strip())])

    async def finish(self, reason: str) -> None:
        """Close the incident at hand; what was handed over counts as done with it."""
        async with self._hand.turn:
            incident = self._hand.need()
            steps = WAY_TO_CLOSED.get(incident.status)
            if steps is None:
                raise RefusedError(Refusal.INCIDENT_ENDED)
            if incident.status is not IncidentStatus.DONE and not reason.strip():
                raise RefusedError(Refusal.REASON_MISSING)
            said = [""] * (len(steps) - 1) + [reason.strip()]
            await self._recorder.record(
                [IncidentMoved(incident.id, to, words) for to, words in zip(steps, said, strict=True)]
            )

    def can_take_back(self) -> bool:
        """Whether the end of the incident at hand can be taken back without a word: it is a few minutes old."""
        incident = self._hand.incident
        end = None if incident is None else incident.ended
        age = None if end is None else self._recorder.clock.now() - end.occurred_at
        return age is not None and age.total_seconds() <= TAKE_BACK_S

    async def reopen(self, reason: str = "") -> None:
        """Take the end of the incident at hand back; later than `TAKE_BACK_S` it needs a reason.

        Whoever was at work when it ended is so again, as far as the record knows.
        """
        async with self._hand.turn:
            incident = self._hand.need()
            if incident.ended is None:
                raise RefusedError(Refusal.ILLEGAL_MOVE, f"{incident.status} has no end")
            if not self.can_take_back() and not reason.strip():
                raise RefusedError(Refusal.REASON_MISSING)
            await self._recorder.record([IncidentMoved(incident.id, incident.before_its_end, reason.strip())])

    async def remind(self, minutes: float, text: str) -> None:
        """Remind this seat of the incident at hand after so many minutes."""
        after_s = round(minutes * 60)
        if not 0 < after_s <= LONGEST_REMINDER_S:
            raise RefusedError(Refusal.BAD_MINUTES)
        incident = self._hand.need()
        await self._recorder.record(
            [ReminderSet(incident.id, self._recorder.fresh_id(), after_s, text.strip())]
        )

    async def reminder_done(self, incident_id: IncidentId, reminder_id: str) -> None:
        """Put a reminder away: it has been seen to."""
        await self._recorder.record([ReminderDone(incident_id, reminder_id)])

    def standing_reminders(self, now: datetime) -> tuple[tuple[Incident, Reminder], ...]:
        """Every reminder of an open incident that is due, the longest due first."""
        found = [
            (incident, each)
            for incident in self._board.open.values()
            if incident.reminders
            for each in incident.reminders
            if each.done_at is None and each.due_at <= now
        ]
        return tuple(sorted(found, key=lambda pair: (pair[1].due_at, pair[1].id)))
