"""One operator seat: what joins its call, its form and its own state. The screens talk to nothing below."""

from dataclasses import dataclass

from operator_app.domain.facts.call import CallClassified, CallLinked
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.incident import last_words_of
from operator_app.domain.states import NOISE, Classification, Refusal, RefusedError, SeatState
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.calls import CallDesk
from operator_app.workflow.cards import Cards
from operator_app.workflow.course import Course
from operator_app.workflow.duty import Duty
from operator_app.workflow.form import Form
from operator_app.workflow.hand import AtHand
from operator_app.workflow.handover import HandOver
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.ports import BoardChanged
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.reports import Reports
from operator_app.workflow.room import Room
from operator_app.workflow.site_rules import InForce, SiteRules
from operator_app.workflow.sound import SoundDesk


@dataclass(frozen=True, slots=True)
class SeatChanged:
    """Something about this seat itself changed: its state, its phone, the call or the incident at hand."""


FORM_KEPT_S = 4 * 3600.0
"""A form older than this does not come back by itself after a restart; it is in the list."""


class Seat:
    """The use cases of one seat. Commands raise `RefusedError`, `PhoneRefusedError`, `JournalFailedError`.

    What joins several of its parts is a method here; all else is theirs.
    """

    def __init__(
        self,
        recorder: Recorder,
        board: Board,
        bus: Bus,
        phone: Phone | None,
        rules: SiteRules,
        *,
        rights: frozenset[str] = frozenset(),
    ) -> None:
        """Listen to the phone at once; whoever holds the server link feeds `room`."""
        self._board = board
        self._recorder = recorder
        self._bus = bus
        self.hand = AtHand(board, self._changed)
        self.duty = Duty(recorder, board, bus, self._changed)
        self.room = Room(recorder, board, bus, InForce(rules), self._changed)
        self.calls = CallDesk(phone, recorder, board, self.hand, self._changed)
        self.calls.on_ended = self._call_ended
        self.calls.on_replaced = self._call_replaced
        self.sound = SoundDesk(phone, board, bus, recorder.clock)
        self.cards = Cards(recorder, board, self.room.rules, rights, self._changed)
        self.handover = HandOver(self.hand, recorder, board, self.room.rules, self.cards)
        self.form = Form(self.hand, recorder, board, self.room.rules, self.cards, self.handover)
        self.reports = Reports(self.hand, recorder, board, self.room.rules, self.handover)
        self.course = Course(self.hand, recorder, board, self.room)
        self._last_call: CallId | None = None
        self._merged: set[IncidentId] = set()
        self._clashing: set[IncidentId] = set()
        bus.subscribe(BoardChanged, self._note_changed)

    async def open(self) -> None:
        """The past is on the board: tell the room that this seat is ready.

        A call taken over from a dead window brings its incident back; calls that died with it are told as cut. Without
        a call the form that was being written in when the window died is back, and its wrap-up still to be ended.
        """
        self.form.past_known.set()
        if self.calls.ready is not None:
            self.calls.reconcile()
        call, before = self.calls.live_at_hand, self.duty.state
        if call is not None:
            self.hand.follow(call.call_id)
            await self.duty.set(SeatState.TALKING)
            return
        self.hand.incident_id = self.hand.incident_id or self._form_of_before(before)
        unfinished = self.hand.incident_id is not None and before in (SeatState.TALKING, SeatState.WRAP_UP)
        await self.duty.set(SeatState.WRAP_UP if unfinished else SeatState.READY)

    async def answer(self, call_id: CallId | None = None, *, notice: bool = False) -> None:
        """Answer the longest-waiting call, or that one; the form is free for it. `notice`: by rule, without a key."""
        answered = await self.calls.answer(call_id, notice=notice)
        self._last_call = answered
        self.hand.follow(answered)
        await self._talk(answered)

    async def dial(self, number: str, name: str = "") -> None:
        """Call a number; with a caller on the line for his sake: he is held, and comes back when that call ends."""
        dialled = await self.calls.dial(number, name)
        if dialled == self.hand.call:
            self._last_call = dialled
            await self._talk(dialled)

    async def call_back(self, number: str) -> None:
        """Call somebody who hung up before an answer; never for the sake of another caller: the form is free for it."""
        self._last_call = await self.calls.call_back(number)
        self.hand.follow(self._last_call)
        await self._talk(self._last_call)

    async def classify(
        self, classification: Classification, call_id: CallId | None = None, *, hang_up: bool = True
    ) -> None:
        """Say what the call was; noise also ends it, unless `hang_up` is false, and frees the seat once it is over."""
        if call_id is None and self.hand.call is None and self.calls.waiting():
            raise RefusedError(Refusal.NOT_CLASSIFIABLE)  # it is the ringing one that is meant
        wanted = call_id or self.hand.call or self._last_call
        if wanted is None:
            raise RefusedError(Refusal.NO_CALL)
        ends = hang_up and classification in NOISE
        if ends and self.calls.live(wanted) is not None:
            self.calls.need_meant(wanted)
        await self._recorder.record([CallClassified(wanted, classification)])
        if ends and self.calls.live(wanted) is not None:
            await self.calls.end(wanted)
        gone = self.calls.live(wanted) is None and wanted == self.hand.call
        if gone and self.hand.incident_id is None and not self.calls.lines.all:
            await self._free()

    async def finish(self) -> None:
        """End the wrap-up: the form is put away, the seat is ready for the next call."""
        if self.calls.lines.all:
            raise RefusedError(Refusal.CALL_AT_HAND)
        await self._free()

    async def leave(self, within_s: float) -> None:
        """The window is closed in good order: tell the room that nobody sits here, and wait so long for the server.

        In a call, or with a form still to be finished, nothing is told: the next window goes on with it.
        """
        if self.duty.state in (SeatState.READY, SeatState.BREAK) and not self.calls.lines.all:
            await self.duty.leave(within_s, linked=self.room.link.connected)

    async def tick(self) -> None:
        """Called each second: notice deadlines that have passed, and put right what seats did without each other."""
        self.hand.tell(self.duty.now())
        await self.duty.tick()
        if self._merged:
            changed, self._merged = frozenset(self._merged), set()
            self._merged |= await self.reports.mend(changed)
        if self._clashing:
            clashing, self._clashing = self._clashing, set()
            await self.form.clashes.mend(clashing)
        await self.handover.tick(self.duty.now(), self.room.company.is_absent)

    def _note_changed(self, changed: BoardChanged) -> None:
        """Keep what has to be put right at the next second."""
        ids = {IncidentId(each) for each in changed.incidents}
        self._merged |= ids & self._board.merged.keys()
        self._clashing |= {each for each in ids & self._board.open.keys() if self._board.open[each].contests}

    async def _talk(self, call_id: CallId) -> None:
        """Tell that somebody is on the line; a call that ended before that was recorded is wrapped up at once."""
        await self.duty.set(SeatState.TALKING)
        if self.calls.live(call_id) is None:
            self._call_ended(call_id)

    def _call_ended(self, call_id: CallId) -> None:
        # While anybody is on a line the seat talks; the record of the one at hand is finished when the last has gone.
        if self.duty.does is SeatState.TALKING and not self.calls.lines.all:
            call_id = self.hand.call or call_id
            call = self._board.calls.get(call_id)
            noise = call is not None and call.classification in NOISE
            free = noise and self.hand.incident_id is None
            if free:
                self.hand.call = None
            self.duty.note(SeatState.READY if free else SeatState.WRAP_UP)

    def _call_replaced(self, old: CallId, new: CallId) -> None:
        """The conversation goes on in another call: what it is about goes with it."""
        known = self._board.calls.get(old)
        if known is not None and known.incident_id is not None:
            self._recorder.note(CallLinked(new, known.incident_id))
        if self._last_call == old:
            self._last_call = new

    async def _free(self) -> None:
        self.hand.call = None
        self.hand.incident_id = None
        await self.duty.set(SeatState.READY)

    def _form_of_before(self, before: SeatState) -> IncidentId | None:
        """The incident that this seat wrote in last, when it is still open and was written in a short while ago."""
        if before is SeatState.AWAY:
            return None
        incident = last_words_of(self.duty.name, self._board.incidents.values())
        if incident is None or not incident.is_open:
            return None
        put_away = self.duty.state is SeatState.READY and self.duty.since
        last = max(each.occurred_at for each in incident.timeline if each.seat == self.duty.name)
        fresh = (self.duty.now() - last).total_seconds() < FORM_KEPT_S
        return incident.id if fresh and not (put_away and put_away > last) else None

    def _changed(self) -> None:
        self.hand.tell(self.duty.now())
        self._bus.publish(SeatChanged())
