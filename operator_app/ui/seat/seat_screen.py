"""Joins the operator's window to its seat: whatever changes is shown, each second and at once."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from operator_app.domain.facts.fact import SEAT
from operator_app.domain.ids import CallId
from operator_app.domain.line import LineFault, LineRecordingFailed, LineRefused
from operator_app.domain.states import RefusedError
from operator_app.maps.site import Site
from operator_app.ui.company.presenters.together import RoomNews, TogetherPresenter
from operator_app.ui.company.unsent_wishes import UnsentWishes
from operator_app.ui.form.finders import PlaceSearch
from operator_app.ui.form.form_wishes import FormWishes
from operator_app.ui.form.presenters.form import FormPresenter
from operator_app.ui.form.presenters.known import KnownPresenter
from operator_app.ui.form.presenters.saved import SaveTracker
from operator_app.ui.form.presenters.seen import SeenValues
from operator_app.ui.frame.manner import Manner
from operator_app.ui.frame.presenters.footer import link_view
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.keymap import Deed
from operator_app.ui.kit.labels import set_title
from operator_app.ui.map.presenters.call_place import CallPlace
from operator_app.ui.map.presenters.map_marks import MapMarks
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.orders.draft import Draft
from operator_app.ui.phone.presenters.lists import ListsPresenter
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.phone.presenters.phone import PhonePresenter
from operator_app.ui.phone.presenters.phone_servers import failing_servers
from operator_app.ui.phone.presenters.quick import QuickPresenter
from operator_app.ui.program.control import PaintMarks
from operator_app.ui.program.sound import LoopSound
from operator_app.ui.seat.presenters.top import TopPresenter
from operator_app.ui.seat.seat_panes import SeatPanes
from operator_app.ui.seat.seat_wishes import SeatWishes
from operator_app.ui.sound.sound_panes import SoundPanes
from operator_app.ui.timeline.presenters.reminders import ReminderPresenter
from operator_app.ui.timeline.presenters.timeline import TimelinePresenter
from operator_app.ui.words.notice import NOT_SAVED, Notice
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, number_text
from operator_app.workflow.auto_answer import AutoAnswer
from operator_app.workflow.ends import Elsewhere
from operator_app.workflow.ports import (
    BoardChanged,
    JournalFailedError,
    LinkState,
    ListenerFailed,
    Saved,
    Shared,
)
from operator_app.workflow.recorder import ClockAhead, JournalTrouble
from operator_app.workflow.seat import Seat, SeatChanged, SeatsLost
from operator_app.workflow.site_desk import SiteStanding

LISTS_AFTER_MS = 40
"""Lists and history wait that long, so that the pop of a call is painted first."""
REFUSED, PHONE_SERVERS = "calls refused", "phone servers"
JOURNAL = "journal"
RECORDING = "recording"
KNOWN_AFTER_MS, KNOWN_EVERY_S = 150, 15
CHIME_MS = 1500
SECOND_MS = 1000
PREPARE_EVERY_MS, PREPARED_AT_ONCE = 40, 40
"""The filter's words are made ready in small bites of some milliseconds."""


class SeatScreen(QObject):
    """Owns presenters and timers of one window. Loop thread only."""

    _elsewhere: Elsewhere | None

    def __init__(
        self,
        seat: Seat,
        site: Site,
        manner: Manner,
        words: SiteWords,
        draft: Draft,
        table: IncidentsPresenter,
        past: NumberPast,
        panes: SeatPanes,
        find_places: PlaceSearch,
        ring: LoopSound | None = None,
        chime: LoopSound | None = None,
    ) -> None:
        """`ring` sounds while a call waits, `chime` when a reminder is due; None: by sight alone."""
        super().__init__()
        self._ring = ring
        self._rang = False
        self._marks = manner.marks
        say: Say = manner.say
        self._seat, self._say, self._panes, self._draft = seat, say, panes, draft
        self._keys, self._keep_keys = manner.keys, manner.keep_keys
        self._saves = SaveTracker()
        self._past = past
        self._top = TopPresenter(seat, say, words)
        self._phone = PhonePresenter(seat, say, self._past)
        self._lists = ListsPresenter(seat, say, self._past)
        self._quick = QuickPresenter(seat, say)
        self._form = FormPresenter(
            seat, say, words, draft, self._saves, lambda: str(manner.keys.cap(Deed.READ_BACK)), site.locate
        )
        self._table = table
        self._timeline = TimelinePresenter(seat, say, words)
        self._together = TogetherPresenter(seat, say, words)
        self._news = RoomNews(seat, say, words, lambda: str(manner.keys.cap(Deed.TAKE_OVER)))
        self.seen = SeenValues()
        self._map_marks = MapMarks(seat, site, words, table)
        self._call_place = CallPlace(seat, site, say)
        commands = SeatCommands(seat, draft, site, find_places, self._unsaved)
        self.wishes = SeatWishes(seat, say, panes, commands, draft, self._lists, self._quick, manner.marks)
        self._auto = self._by_rule(seat, commands)
        self.sound = SoundPanes(
            seat,
            say,
            manner.theme,
            panes.window,
            panes.right,
            panes.phone.levels,
            self.wishes.errands,
            panes.footer.tell,
            manner.keep_devices,
        )
        self._unsent = UnsentWishes(seat, say, panes, self._keys, self.wishes.errands)
        self.wishes.add({**self.sound.deeds(), **self._unsent.acts()})
        self._known = KnownPresenter(seat, say, words)
        self._reminders = ReminderPresenter(seat, say, words)
        self._form_wishes = FormWishes(
            seat,
            say,
            manner.theme,
            words,
            panes,
            commands,
            self.wishes.errands,
            self._known,
            self._timeline,
            self._reminders,
            self._show_form,
            self._form.view,
        )
        self.wishes.add_form(self._form_wishes)
        self._chime = chime
        self._table_marks = PaintMarks(panes.incidents.view.viewport(), manner.marks)
        self._ends: list[Callable[[], None]] = []
        self._was_failing = False
        self._fault: LineFault | None = None
        self._refused: LineRefused | None = None
        self._unrecorded: LineRecordingFailed | None = None
        self._failing_servers, self._elsewhere = "", None
        self._pin: tuple[float, float] | None = None
        self._timers: list[QTimer] = []
        self._save_timer = self._timer(self.wishes.save)
        self._board_timer = self._timer(self._show_board)
        self._form_timer = self._timer(self._show_form)
        self._lists_timer = self._timer(self._gather_lists)
        self._prepare_timer = self._timer(self._prepare)
        self._known_timer = self._timer(self._look_known)
        self._chime_timer = self._timer(lambda: self._sound_chime(on=False))
        self._second = self._timer(self._tick)

    # ---- life

    def start(self) -> None:
        """Show everything and follow the seat from now on."""
        self.wishes.start(self._keys, self._keep_keys)
        bus = self._seat.bus
        self._ends = [
            bus.subscribe(SeatChanged, lambda _: self._seat_changed()),
            bus.subscribe(BoardChanged, self._board_changed),
            bus.subscribe(Saved, self._saved),
            bus.subscribe(Shared, self._shared),
            bus.subscribe(LinkState, lambda _: self._link_changed()),
            bus.subscribe(ListenerFailed, self._listener_failed),
            bus.subscribe(JournalTrouble, self._journal_trouble),
            bus.subscribe(SeatsLost, lambda _: self._seats_lost()),
            bus.subscribe(ClockAhead, self._clock_ahead),
            bus.subscribe(SiteStanding, self._site_told),
        ]
        self._news.begin()
        self.sound.start()
        self._show_board()
        self._tick()
        self._prepare_timer.start(PREPARE_EVERY_MS)

    async def stop(self) -> None:
        """Save what was typed, let wishes come to their end, and follow the seat no more."""
        self._auto.stop()
        for timer in self._timers:
            timer.stop()
        for end in self._ends:
            end()
        self._ends = []
        self.sound.stop()
        if self._ring is not None:
            self._ring.ring(False)
        self._sound_chime(on=False)
        self._form_wishes.close()
        await self.wishes.errands.settle()
        try:
            await self._draft.flush()
        except (JournalFailedError, RefusedError) as error:
            self._unsaved(error)
        finally:
            for timer in self._timers:  # saving the last words has started some anew
                timer.stop()

    def draft_changed(self) -> None:
        """Plan the next saving, and show that something is being typed or has been saved."""
        due = self._draft.due_in_s()
        if due is None:
            self._save_timer.stop()
        else:
            self._save_timer.start(int(due * 1000))
        if self._was_failing and not self._draft.failing:
            self._panes.footer.withdraw(NOT_SAVED)
        self._was_failing = self._draft.failing
        self._form_timer.start(0)
        self._plan_known()

    def _by_rule(self, seat: Seat, commands: SeatCommands) -> AutoAnswer:
        return AutoAnswer(seat, seat.auto_answer_s, lambda call_id: self._answer_by_rule(commands, call_id))

    def _answer_by_rule(self, commands: SeatCommands, call_id: CallId) -> None:
        """Answer without a key; what has the keyboard keeps it, and the operator is told."""

        async def answer() -> None:
            await commands.answer_by_rule(call_id)
            self._tell(Notice(self._say("notice.answered_by_rule"), loud=False))

        self.wishes.errands.run(answer(), self._say("wish.answer"))

    # ---- what changed

    def _seat_changed(self) -> None:
        self._auto.look()
        self._plan_known()
        self._show_call()
        self._form_timer.start(0)
        self._lists_timer.start(LISTS_AFTER_MS)
        self._report_phone()

    def _board_changed(self, message: BoardChanged) -> None:
        self._plan_known()
        self._past.changed(message.calls)
        for notice in self._news.changed(message.incidents):
            self._tell(notice)
        self._table.changed(message.incidents)
        if message.calls:
            self._lists_timer.start(LISTS_AFTER_MS)
        if self._seat.name in message.of(SEAT):
            self._show_call()
        for incident_id in message.incidents:
            self._table_marks.expect("incident_row_painted", incident_id)
        self._board_timer.start(0)
        if len(message.things) > len(message.incidents) or self._seat.incident_at_hand in message.incidents:
            self._form_timer.start(0)  # words of other seats about other incidents change nothing in the form
        self._prepare_timer.start(PREPARE_EVERY_MS)

    def _saved(self, message: Saved) -> None:
        self._saves.saved(message.events, self._seat.now())
        self._form_timer.start(0)

    def _shared(self, message: Shared) -> None:
        self._saves.shared(message.event_ids, self._seat.now())
        self._form_timer.start(0)

    def _link_changed(self) -> None:
        self._unsent.link_changed()
        self._show_call()
        self._form_timer.start(0)

    def _listener_failed(self, message: ListenerFailed) -> None:
        self._tell(Notice(self._say("notice.listener_failed", error=message.error), loud=True))

    def _seats_lost(self) -> None:
        notices, back = self._news.lost()
        for topic in back:
            self._panes.footer.withdraw(topic)
        for notice in notices:
            self._tell(notice)

    def _clock_ahead(self, message: ClockAhead) -> None:
        words = self._say("notice.clock_ahead", seat=message.seat, n=message.ahead_s)
        self._tell(Notice(words, loud=True, topic=f"clock {message.seat}"))

    def _site_told(self, message: SiteStanding) -> None:
        notices, over = self._news.site.told(message)
        for topic in over:
            self._panes.footer.withdraw(topic)
        for notice in notices:
            self._tell(notice)
        self._show_board()
        self._form_timer.start(0)

    def _journal_trouble(self, message: JournalTrouble) -> None:
        if message.pending:
            words = self._say("notice.journal_trouble", n=message.pending, reason=message.reason)
            self._tell(Notice(words, loud=True, topic=JOURNAL))
        else:
            self._panes.footer.withdraw(JOURNAL)
            self._tell(Notice(self._say("notice.journal_mended"), loud=False))

    def _report_phone(self) -> None:
        calls = self._seat.calls
        if calls.fault is not None and calls.fault is not self._fault:
            self._fault = calls.fault
            self._tell(Notice(self._say("notice.phone_fault", detail=calls.fault.detail), loud=True))
        if calls.refused is not None and calls.refused is not self._refused:
            self._refused = calls.refused
            number = calls.refused.number or "–"
            words = self._say("notice.calls_refused", n=calls.refused.count, number=number)
            self._tell(Notice(words, loud=True, topic=REFUSED))
        self._report_recording()
        self._report_elsewhere()
        failing = failing_servers(self._seat, self._say)
        if failing != self._failing_servers:
            self._failing_servers = failing
            if failing:
                self._tell(Notice(failing, loud=True, topic=PHONE_SERVERS))
            else:
                self._panes.footer.withdraw(PHONE_SERVERS)

    def _report_recording(self) -> None:
        """A call that is not recorded is said aloud, until one is recorded again."""
        failed = self._seat.calls.recording_failed
        if failed is self._unrecorded:
            return
        self._unrecorded = failed
        if failed is None:
            self._panes.footer.withdraw(RECORDING)
        else:
            words = self._say("notice.not_recorded", reason=self._say(f"recording_problem.{failed.problem}"))
            self._tell(Notice(words, loud=True, topic=RECORDING))

    def _report_elsewhere(self) -> None:
        """A call that rang here and that another desk took is said plainly."""
        ends = self._seat.calls.ends
        ends.look_for_races()
        taken = ends.elsewhere
        if taken is not None and taken is not self._elsewhere:
            self._elsewhere = taken
            number = number_text(taken.number) if taken.number else self._say("lists.withheld")
            words = "notice.elsewhere_raced" if taken.raced else "notice.elsewhere"
            self._tell(Notice(self._say(words, number=number), loud=False))
            self._panes.phone.tell(self._phone.view())

    # ---- what is shown

    def _show_call(self) -> None:
        self._sound()
        self._panes.top.tell(self._top.view(rings=self._can_ring()))
        self._panes.top.tell_map(self._panes.map.lamp())
        self._panes.phone.tell(self._phone.view())
        self._panes.map.tell_call(self._call_place.view())
        self._panes.quick.tell(self._quick.view())
        self._panes.footer.tell_link(link_view(self._seat, self._say))

    def _can_ring(self) -> bool:
        """Whether a ring can be heard at all: from the phone's own loudspeaker, else from this window's."""
        return self._phone.engine_rings() or self._ring is None or self._ring.is_audible

    def _sound(self) -> None:
        rings = self._phone.rings()
        if rings and not self._rang:
            self._panes.help.call_rings()
        if self._ring is not None:
            # The phone rings by itself where it has a loudspeaker; this one is for a seat whose phone has none.
            self._ring.ring(rings and not self._phone.engine_rings())
            if rings and not self._rang and self._ring.is_sounding:
                self._marks.mark("ring_started")
        if rings and not self._rang:
            QApplication.alert(self._panes.window, 0)
        if rings is not self._rang:
            words = self._say("top.title_ringing" if rings else "top.title")
            set_title(self._panes.window, words)
        self._rang = rings

    def _prepare(self) -> None:
        if self._table.prepare(PREPARED_AT_ONCE):
            self._prepare_timer.start(PREPARE_EVERY_MS)

    def _gather_lists(self) -> None:
        self._lists.gather()
        self._show_lists()

    def _show_lists(self) -> None:
        self._panes.lists.tell(self._lists.view())

    def _show_form(self) -> None:
        self._panes.form.tell(self._form.view())
        self.seen.shown(self._seat.incident, self._panes.form.texts())
        together = self._together.view()
        self._panes.form.company.say(together.company)
        self._panes.form.company.setVisible(bool(together.company))
        self._panes.form.mark_clashes(together.clashing)
        self._panes.together.tell(together)
        self._panes.form.known.tell(self._known.view())
        self._panes.timeline.tell(self._timeline.rows())
        self._panes.incidents.select(self._seat.incident_at_hand)
        self._show_pin()

    def _plan_known(self) -> None:
        """Look for what is known already once in a while, not at every key."""
        if not self._known_timer.isActive():
            self._known_timer.start(KNOWN_AFTER_MS)

    def _look_known(self) -> None:
        self._known.look(self._draft.values)
        self._panes.form.known.tell(self._known.view())

    def _remind(self) -> None:
        """Tell of reminders that have come due, with a chime, and take back those that are over."""
        told, over = self._reminders.changes()
        for topic in over:
            self._panes.footer.withdraw(topic)
        for topic, words in told:
            self._tell(Notice(f"{words}  ({self._keys.cap(Deed.REMINDER_DONE)})", loud=True, topic=topic))
        if told:
            self._sound_chime(on=True)
            self._chime_timer.start(CHIME_MS)

    def _sound_chime(self, *, on: bool) -> None:
        if self._chime is not None:
            self._chime.ring(on)

    def _show_board(self) -> None:
        self._report_elsewhere()
        self._panes.incidents.refresh()
        self._panes.incidents.select(self._seat.incident_at_hand)
        self._show_marks()

    def _show_marks(self) -> None:
        if self._panes.map.view is not None:
            self._panes.map.view.set_incidents(self._map_marks.marks())
            self._panes.map.view.set_unplaced(self._map_marks.unplaced)

    def _show_pin(self) -> None:
        incident = self._seat.incident
        at = None if incident is None else incident.position
        if at == self._pin or self._panes.map.view is None:
            return
        self._pin = at
        if at is None:
            self._panes.map.view.clear_pin()
        else:
            self._panes.map.view.show_pin(*at)

    def _tick(self) -> None:
        """Once a second, at its beginning: clock, timers, ages."""
        self._second.start(SECOND_MS - int(self._seat.now().timestamp() * 1000) % SECOND_MS + 2)
        self._show_call()
        self.sound.show()
        self._show_lists()
        self._show_form()
        self._remind()
        if int(self._seat.now().timestamp()) % KNOWN_EVERY_S == 0:
            self._plan_known()
        table = self._panes.incidents
        top = table.view.rowAt(0)
        bottom = table.view.rowAt(table.view.viewport().height() - 1)
        table.model.tick(max(0, top), bottom if bottom >= 0 else table.model.rowCount() - 1)

    def _tell(self, notice: Notice) -> None:
        self._panes.footer.tell(notice)

    def _unsaved(self, error: Exception) -> None:
        self._tell(Notice(self._say("notice.not_saved", reason=str(error)), loud=True, topic=NOT_SAVED))

    def _timer(self, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(run)
        self._timers.append(timer)
        return timer
