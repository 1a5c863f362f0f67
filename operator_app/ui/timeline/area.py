"""The timeline of the incident in the form: what is shown of it, its one line for words, and its reminders."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import IncidentStatus, Refusal, RefusedError
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import AskReason, BackToText
from operator_app.ui.frame.page_strip import Page
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.program.sound import LoopSound
from operator_app.ui.timeline.presenters.reminders import REMINDER, ReminderPresenter
from operator_app.ui.timeline.presenters.timeline import Sort, TimelinePresenter
from operator_app.ui.timeline.timeline_pane import Entry, TimelinePane
from operator_app.workflow.ports import BoardChanged, Shared
from operator_app.workflow.seat import SeatChanged

_MINUTES = re.compile(
    r"\s*(\d{1,4})(?![.:]\d\d)(?:[.,](\d))?\s*(?:m|mnt|menit|min|minutes?)?\b[\s,:;-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
DEFAULT_MINUTES = 5
CHIME_MS = 1500


class TimelineArea(Area):
    """The timeline's pane."""

    told = (SeatChanged, BoardChanged, Shared, AskReason)

    def __init__(self, hand: Hand, chime: LoopSound | None = None) -> None:
        """`chime` sounds when a reminder is due; None: by sight alone."""
        self._hand, self._seat, self._chime = hand, hand.seat, chime
        self.pane = TimelinePane(hand.theme, hand.say, hand.keys, hand.words.seat(hand.seat.duty.name))
        self._view = TimelinePresenter(hand.seat, hand.say, hand.words)
        self._reminders = ReminderPresenter(hand.seat, hand.say, hand.words)
        self._giving: tuple[tuple[Entry, str], asyncio.Task[None]] | None = None
        self._begun_at: IncidentId | None = None
        """The incident that the words in the line were begun for."""
        self._give_reason: Callable[[str], Awaitable[None]] | None = None
        self._again = hand.timers.once(self._show)
        self._chime_ends = hand.timers.once(lambda: self._sound(on=False))
        self._connect()

    def changed(self, what: object) -> None:
        """Show the timeline, or ask for a reason."""
        match what:
            case AskReason():
                self._give_reason = what.give
                self.pane.ask(Entry.DECLINED, of=what.agency)
            case BoardChanged() if not (what.calls or self._seat.hand.incident_id in what.incidents):
                pass
            case _:
                self._again.start(0)

    def second(self, now: datetime) -> None:
        """Tell of reminders that have come due."""
        self._show()
        self._remind()

    def close(self) -> None:
        """Be silent."""
        self._sound(on=False)

    # ---- deeds

    def write_note(self) -> None:
        """Lead the keyboard to the line, for a note."""
        self._ask(Entry.NOTE)

    def remind(self) -> None:
        """Ask when to remind of what."""
        self._ask(Entry.REMIND, f"{DEFAULT_MINUTES} ")

    def reminder_done(self) -> Wish | None:
        """Put the reminder away that is due."""
        due = self._reminders.first()
        if due is None:
            self._hand.tell(self._hand.say(f"refusal.{Refusal.NO_REMINDER}"))
            return None
        incident, reminder = due
        self._hand.withdraw(f"{REMINDER}{reminder.id}")
        return self._seat.course.reminder_done(incident.id, reminder.id)

    def next_sort(self) -> None:
        """Show the next sort of steps alone."""
        self._show_sort(self._view.next_sort())

    def finish_incident(self) -> Wish | None:
        """Ask for the words with which the incident is closed; of one that has ended take that back."""
        incident = self._seat.hand.incident
        if incident is None or incident.ended is None:
            self._ask_end(Entry.FINISH)
            return None
        if self._seat.course.can_take_back():
            return self._seat.course.reopen()
        self._ask(Entry.REOPEN)
        return None

    def cancel_incident(self) -> None:
        """Ask why the incident is cancelled."""
        self._ask_end(Entry.CANCEL)

    def _ask_end(self, what: Entry) -> None:
        """Ask for the reason, and say before who is still at work and what becomes of it."""
        self._ask(what)
        incident = self._seat.hand.incident
        if incident is not None and (at_work := self._at_work(incident)):
            self._hand.tell(self._hand.say("entry.at_work", agencies=at_work))

    def _at_work(self, incident: Incident) -> str:
        words = self._hand.words
        return ", ".join(
            f"{words.agency(each.agency)} ({self._hand.say(f'dispatch_state.{each.state}')})"
            for each in incident.left_at_work
        )

    def _tell_end(self) -> None:
        """Say what has ended with it, and which key takes it back."""
        incident = self._seat.hand.incident
        if incident is not None and incident.ended is not None:
            status = self._hand.say(f"incident_status.{incident.status}")
            key, at_work = self._hand.keys.cap("finish_incident"), self._at_work(incident)
            name = "entry.ended_at_work" if at_work else "entry.ended"
            self._hand.tell(
                self._hand.say(name, number=incident.number, status=status, agencies=at_work, key=key)
            )

    # ---- the line

    def _ask(self, what: Entry, words: str = "") -> None:
        self._hand.bring(Page.FORM)
        if self._seat.hand.incident is None:
            self._hand.tell(self._hand.say(f"refusal.{Refusal.NO_INCIDENT}"))
            return
        self.pane.ask(what, words)

    def _begin_words(self, words: str) -> None:
        """Words are of the incident in whose form they were begun, whatever comes into it until Enter."""
        if not words:
            self._begun_at = None
        elif self._begun_at is None:
            self._begun_at = self._seat.hand.incident_id

    def _give(self, what: Entry, words: str) -> None:
        """Enter it once: a second Return comes while the first is still being recorded."""
        if self._giving is not None and self._giving[0] == (what, words) and not self._giving[1].done():
            return
        task = self._hand.run(f"entry_{what}", self._enter(Entry(what), words), Before.MUST)
        self._giving = (what, words), task

    async def _enter(self, what: Entry, words: str) -> None:
        begun_at, here = self._begun_at, self._seat.hand.incident_id
        if what is not Entry.DECLINED and begun_at not in (None, here):
            self._begun_at = here
            raise RefusedError(Refusal.OTHER_INCIDENT)
        match what:
            case Entry.NOTE:
                if words:
                    await self._seat.course.note(words)
            case Entry.REMIND:
                minutes, text = read_minutes(words)
                await self._seat.course.remind(minutes, text)
            case Entry.FINISH:
                await self._seat.course.finish(words)
                self._tell_end()
            case Entry.CANCEL:
                await self._seat.course.move(IncidentStatus.CANCELLED, words)
                self._tell_end()
            case Entry.REOPEN:
                await self._seat.course.reopen(words)
            case Entry.DECLINED:
                await self._decline(words)
        self._begun_at = None
        self.pane.entry.done()

    async def _decline(self, reason: str) -> None:
        if self._give_reason is not None:
            await self._give_reason(reason)
            self._give_reason = None

    # ---- what is shown

    def _show(self) -> None:
        self._hand.draw("timeline", self.pane, lambda: self.pane.tell(self._view.rows()))

    def _show_sort(self, sort: Sort) -> None:
        self._view.sort = Sort(sort)
        self._show()
        self.pane.show_sort(self._view.sort)

    def _remind(self) -> None:
        """Tell of reminders that have come due, with a chime, and take back those that are over."""
        told, over = self._reminders.changes()
        for topic in over:
            self._hand.withdraw(topic)
        for topic, words in told:
            self._hand.tell(f"{words}  ({self._hand.keys.cap('reminder_done')})", loud=True, topic=topic)
        if told:
            self._sound(on=True)
            self._chime_ends.start(CHIME_MS)

    def _sound(self, *, on: bool) -> None:
        if self._chime is not None:
            self._chime.ring(on)

    def _connect(self) -> None:
        entry = self.pane.entry
        self.pane.sort_wished.connect(self._show_sort)
        entry.given.connect(self._give)
        entry.textChanged.connect(self._begin_words)
        entry.left.connect(lambda: self._hand.ask(BackToText()))

    deeds = (
        Deed("note", "Ctrl+O", Group.FORM, write_note),
        Deed("remind", "Ctrl+Shift+R", Group.FORM, remind),
        Deed("reminder_done", "Alt+R", Group.FORM, reminder_done),
        Deed("timeline", "Alt+L", Group.FORM, next_sort),
        Deed("finish_incident", "Alt+S", Group.FORM, finish_incident, wish="entry_reopen"),
        Deed("cancel_incident", "Alt+X", Group.FORM, cancel_incident),
    )


def read_minutes(words: str) -> tuple[float, str]:
    """Read "5 hubungi Damkar" or "2 menit". Raises `RefusedError` without minutes."""
    found = _MINUTES.fullmatch(words)
    if found is None:
        raise RefusedError(Refusal.BAD_MINUTES)
    return float(f"{found[1]}.{found[2] or 0}"), found[3].strip()
