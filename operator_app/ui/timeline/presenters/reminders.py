"""Which reminders this seat tells of: its own, and those of a seat that is not there any more."""

from operator_app.domain.incident import Incident, Reminder
from operator_app.domain.states import SeatState
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, local_time
from operator_app.workflow.seat import Seat

REMINDER = "reminder "
"""Beginning of the topics of their notices."""


class ReminderPresenter:
    """Finds what is due and has not been told here. Loop thread only."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._seat, self._say, self._words = seat, say, words
        self._told: set[str] = set()

    def due(self) -> tuple[tuple[Incident, Reminder], ...]:
        """Return the reminders that are due for this seat, the longest due first."""
        standing = self._seat.course.standing_reminders(self._seat.duty.now())
        return tuple(each for each in standing if self._is_ours(each[1]))

    def first(self) -> tuple[Incident, Reminder] | None:
        """Return the one to put away next: of the incident in the form, else the longest due."""
        due = self.due()
        here = next((each for each in due if each[0].id == self._seat.hand.incident_id), None)
        return here or (due[0] if due else None)

    def changes(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Return topic and words of those to be told now, and topics of those that are over."""
        due = {each[1].id: each for each in self.due()}
        over = [name for name in self._told if name not in due]
        fresh = [each for name, each in due.items() if name not in self._told]
        self._told = set(due)
        told = [
            (f"{REMINDER}{reminder.id}", self._words_of(incident, reminder)) for incident, reminder in fresh
        ]
        return told, [f"{REMINDER}{name}" for name in over]

    def _words_of(self, incident: Incident, reminder: Reminder) -> str:
        time = local_time(reminder.set_at, self._seat.room.rules.now.timezone)[:5]
        what = reminder.text or self._words.kind(incident.value("kind"))
        who = "" if reminder.seat == self._seat.duty.name else self._words.seat(reminder.seat)
        key = "reminder.due" if not who else "reminder.due_of"
        return self._say(key, number=incident.number, what=what, time=time, seat=who)

    def _is_ours(self, reminder: Reminder) -> bool:
        if reminder.seat == self._seat.duty.name:
            return True
        other = self._seat.room.board.seats.get(reminder.seat)
        return (
            other is None or other.state is SeatState.AWAY or self._seat.room.company.is_absent(reminder.seat)
        )
