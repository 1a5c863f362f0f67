"""What is done about the incident beside its fields: card, decisions, linking, reading back, notes, its end."""

import logging
import re
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtGui import QGuiApplication

from operator_app.domain.ids import AgencyCode, IncidentId
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from operator_app.domain.triage import Kind
from operator_app.ui.form.presenters.card import card_view
from operator_app.ui.form.presenters.form import FormView
from operator_app.ui.form.presenters.known import KnownPresenter
from operator_app.ui.form.presenters.point import point_figures
from operator_app.ui.form.presenters.ready_text import ready_text
from operator_app.ui.frame.main_window import Page
from operator_app.ui.keys.keymap import Deed
from operator_app.ui.kit.theme import Theme
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.program.errands import Errands
from operator_app.ui.seat.seat_panes import SeatPanes
from operator_app.ui.supervisor.card_editor import CardEditor
from operator_app.ui.timeline.presenters.reminders import REMINDER, ReminderPresenter
from operator_app.ui.timeline.presenters.timeline import Sort, TimelinePresenter
from operator_app.ui.timeline.timeline_pane import Entry
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

log = logging.getLogger(__name__)

_MINUTES = re.compile(
    r"\s*(\d{1,4})(?![.:]\d\d)(?:[.,](\d))?\s*(?:m|mnt|menit|min|minutes?)?\b[\s,:;-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
DEFAULT_MINUTES = 5


class FormWishes:
    """Carries out the keys of the form, its bar and its timeline. Loop thread only."""

    def __init__(
        self,
        seat: Seat,
        say: Say,
        theme: Theme,
        words: SiteWords,
        panes: SeatPanes,
        commands: SeatCommands,
        errands: Errands,
        known: KnownPresenter,
        timeline: TimelinePresenter,
        reminders: ReminderPresenter,
        again: Callable[[], None],
        form_view: Callable[[], FormView],
    ) -> None:
        """`again` shows the form anew, `form_view` is what it shows now."""
        self._seat, self._say, self._theme, self._words = seat, say, theme, words
        self._panes, self._commands, self._errands = panes, commands, errands
        self._known, self._timeline, self._reminders = known, timeline, reminders
        self._again = again
        self._form_view = form_view
        self._editor: CardEditor | None = None
        self._declining: tuple[IncidentId, AgencyCode] | None = None
        self._begun_at: IncidentId | None = None
        """The incident that the words in the line of the timeline were begun for."""

    def acts(self) -> dict[Deed, Callable[[], None]]:
        """What each key does."""
        return {
            Deed.CARD: self._to_card,
            Deed.DECIDE: self._decide,
            Deed.PHONE_ANSWER: self._record_answers,
            Deed.LINK: self._link,
            Deed.LINK_NEXT: self._next_candidate,
            Deed.UNLINK: lambda: self._run(self._commands.unlink(), Deed.UNLINK),
            Deed.MAJOR: self._major,
            Deed.READ_BACK: lambda: self._run(self._commands.read_back(), Deed.READ_BACK),
            Deed.NOTE: lambda: self._ask(Entry.NOTE),
            Deed.REMIND: lambda: self._ask(Entry.REMIND, f"{DEFAULT_MINUTES} "),
            Deed.REMINDER_DONE: self._reminder_done,
            Deed.TIMELINE: self._next_sort,
            Deed.COPY_TEXT: lambda: self._run(self._copy_text(), Deed.COPY_TEXT),
            Deed.COPY_POINT: self._copy_point,
            Deed.FINISH_INCIDENT: lambda: self._ask(Entry.FINISH),
            Deed.CANCEL_INCIDENT: lambda: self._ask(Entry.CANCEL),
            Deed.CARD_EDITOR: self._edit_cards,
        }

    def connect(self) -> None:
        """Make the panes work."""
        form, timeline = self._panes.form, self._panes.timeline
        form.card.answered.connect(
            lambda question, answer: self._run(
                self._commands.answer_question(question, answer), "answer_question"
            )
        )
        form.known.wished.connect(lambda deed: self.acts()[deed]())
        form.dispatch.wished.connect(lambda deed: self.acts()[deed]())
        decision = form.dispatch.proposal
        decision.priority_wished.connect(lambda p: self._run(self._commands.choose_priority(p), Deed.DECIDE))
        decision.agency_wished.connect(
            lambda code: self._run(self._commands.choose_agency(AgencyCode(code)), Deed.DECIDE)
        )
        decision.back_wished.connect(lambda: self._run(self._commands.take_proposal(), Deed.DECIDE))
        form.dispatch.answers.answer_wished.connect(self._answered)
        timeline.sort_wished.connect(self._show_sort)
        timeline.entry.given.connect(
            lambda what, words: self._run(self._enter(Entry(what), words), f"entry_{what}")
        )
        timeline.entry.textChanged.connect(self._begin_words)
        timeline.entry.left.connect(form.focus_text)

    def show_card_of(self, kind: Kind) -> None:
        """Show the card of a kind that was picked, before it is saved, and lead into it."""
        form, incident = self._panes.form, self._seat.incident
        fresh = self._seat.incidents.kind_or_none(kind.code) or kind
        answers = {} if incident is None else incident.answers
        form.card.put(card_view(fresh.code, fresh.card, answers, self._say))
        form.card.lead_in()

    async def choose_kind(self, kind: Kind) -> None:
        """Save the kind that was picked."""
        try:
            await self._commands.choose_kind(kind.code)
        finally:
            self._panes.form.card.settled()

    # ---- the form

    def _to_card(self) -> None:
        self._panes.window.bring(Page.FORM)
        self._panes.form.card.lead_in()

    def _decide(self) -> None:
        self._panes.window.bring(Page.FORM)
        self._panes.form.dispatch.decide()

    def _record_answers(self) -> None:
        self._panes.window.bring(Page.FORM)
        view = self._form_view()
        if view.asked:
            self._panes.form.dispatch.record_answers(view)
            return
        refusal = Refusal.NO_INCIDENT if view.incident_id is None else Refusal.INCIDENT_ENDED
        self._tell(self._say(f"refusal.{refusal}"))

    def _answered(self, incident_id: str, code: str, to: str) -> None:
        """Record what an agency said; a refusal asks for its reason first, in the line of the timeline."""
        subject, state = (IncidentId(incident_id), AgencyCode(code)), DispatchState(to)
        if state is DispatchState.DECLINED:
            self._declining = subject
            self._panes.timeline.ask(Entry.DECLINED, of=self._words.agency(code))
            return
        self._run(self._commands.record_answer(*subject, state), Deed.PHONE_ANSWER)
        self._panes.form.focus_text()

    async def _decline(self, reason: str) -> None:
        if self._declining is not None:
            await self._commands.record_answer(*self._declining, DispatchState.DECLINED, reason)
            self._declining = None

    def _link(self) -> None:
        candidate = self._known.candidate
        if candidate is None:
            self._tell(self._say("known.none"))
            return
        self._run(self._link_to(candidate), Deed.LINK)

    async def _link_to(self, candidate: IncidentId) -> None:
        await self._commands.link(candidate)
        self._panes.form.focus_text()

    def _next_candidate(self) -> None:
        self._known.next()
        self._again()

    def _major(self) -> None:
        incident = self._seat.incident
        on = incident is None or not incident.is_major
        self._run(self._seat.care.declare_major(on), Deed.MAJOR)

    # ---- the timeline

    def _ask(self, what: Entry, words: str = "") -> None:
        self._panes.window.bring(Page.FORM)
        if self._seat.incident is None:
            self._tell(self._say(f"refusal.{Refusal.NO_INCIDENT}"))
            return
        self._panes.timeline.ask(what, words)

    def _begin_words(self, words: str) -> None:
        """Words are of the incident in whose form they were begun, whatever comes into it until Enter."""
        if not words:
            self._begun_at = None
        elif self._begun_at is None:
            self._begun_at = self._seat.incident_at_hand

    async def _enter(self, what: Entry, words: str) -> None:
        begun_at, here = self._begun_at, self._seat.incident_at_hand
        if what is not Entry.DECLINED and begun_at not in (None, here):
            self._begun_at = here
            raise RefusedError(Refusal.OTHER_INCIDENT)
        match what:
            case Entry.NOTE:
                if words:
                    await self._commands.note(words)
            case Entry.REMIND:
                minutes, text = read_minutes(words)
                await self._seat.care.remind(minutes, text)
            case Entry.FINISH:
                await self._commands.finish(words)
            case Entry.CANCEL:
                await self._commands.move(IncidentStatus.CANCELLED, words)
            case Entry.DECLINED:
                await self._decline(words)
        self._begun_at = None
        self._panes.timeline.entry.done()

    def _next_sort(self) -> None:
        self._show_sort(self._timeline.next_sort())

    def _show_sort(self, sort: Sort) -> None:
        self._timeline.sort = Sort(sort)
        self._panes.timeline.tell(self._timeline.rows())
        self._panes.timeline.show_sort(self._timeline.sort)

    def _reminder_done(self) -> None:
        due = self._reminders.first()
        if due is None:
            self._tell(self._say(f"refusal.{Refusal.NO_REMINDER}"))
            return
        incident, reminder = due
        self._panes.footer.withdraw(f"{REMINDER}{reminder.id}")
        self._run(self._seat.care.reminder_done(incident.id, reminder.id), Deed.REMINDER_DONE)

    async def _copy_text(self) -> None:
        await self._commands.save()
        incident = self._seat.incident
        if incident is None:
            raise RefusedError(Refusal.NO_INCIDENT)
        clipboard = QGuiApplication.clipboard()
        clipboard.setText(ready_text(self._seat, self._say, self._words, incident))
        await self._seat.note(self._say("ready.copied"))
        self._tell(self._say("ready.copied"))

    def _copy_point(self) -> None:
        figures = point_figures(self._seat.incident)
        if figures:
            QGuiApplication.clipboard().setText(figures)
        self._tell(self._say("form.point_copied", point=figures) if figures else self._say("form.no_point"))

    # ---- cards

    def _edit_cards(self) -> None:
        try:
            incident = self._seat.incident
            self._seat.care.card_source(self._seat.kinds[0].code)
        except RefusedError as error:
            self._tell(self._say(f"refusal.{error.refusal}"), loud=True)
            return
        if self._editor is None:
            self._editor = CardEditor(self._theme, self._say, self._seat, self._words, self._run)
        self._editor.open_at(incident.value("kind") if incident is not None else "")

    def close(self) -> None:
        """Close the editor's window."""
        if self._editor is not None:
            self._editor.close()
            self._editor.deleteLater()
            self._editor = None

    def _tell(self, words: str, *, loud: bool = False) -> None:
        self._panes.footer.tell(Notice(words, loud=loud))

    def _run(self, wish: Coroutine[Any, Any, object], name: str) -> None:
        self._errands.run(wish, self._say(f"wish.{name}"))


def read_minutes(words: str) -> tuple[float, str]:
    """Read "5 hubungi Damkar" or "2 menit". Raises `RefusedError` without minutes."""
    found = _MINUTES.fullmatch(words)
    if found is None:
        raise RefusedError(Refusal.BAD_MINUTES)
    return float(f"{found[1]}.{found[2] or 0}"), found[3].strip()
