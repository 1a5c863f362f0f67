"""The calls of one seat: what the phone tells becomes facts, what the operator wishes becomes orders to the phone.

The phone's own picture of its living calls is the only one; it never waits for the disk, so a ring is on the screen
in the same turn of the loop in which the phone told it.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import PurePath

from operator_app.domain import line
from operator_app.domain.call import REFUSED
from operator_app.domain.facts.call import (
    CallAnswered,
    CallConferenced,
    CallConsulted,
    CallEnded,
    CallerChanged,
    CallIdentified,
    CallKeyPressed,
    CallMeasured,
    CallOffered,
    CallRecorded,
    CallRefusedAgain,
    CallReplaced,
    CallTransferred,
)
from operator_app.domain.ids import CallId
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.ends import CallEnds
from operator_app.workflow.hand import AtHand
from operator_app.workflow.lines import HELD_HERE, CameToFore, Lines
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.recorder import Recorder

log = logging.getLogger(__name__)


KEYS_KEPT = 64
"""More pressed keys than that are shown and recorded of no call."""
_DECIDED = (line.TransferState.DONE, line.TransferState.FAILED, line.TransferState.UNKNOWN)


class CallDesk:
    """Living calls, the one at hand, and the state of the phone itself. Loop thread only."""

    def __init__(
        self,
        phone: Phone | None,
        recorder: Recorder,
        board: Board,
        hand: AtHand,
        changed: Callable[[], None],
    ) -> None:
        """Listen to `phone` (None: this window has none) and call `changed` after every change of the picture."""
        self._phone = phone
        self._recorder = recorder
        self._board = board
        self._changed = changed
        self._answering: set[CallId] = set()
        self._told: set[tuple[CallId, str]] = set()
        self._hand = hand
        self.ready: line.LineReady | None = None
        self.lost: line.LineLost | None = None
        self.refused: line.LineRefused | None = None
        self.recording_failed: line.LineRecordingFailed | None = None
        self.fault: line.LineFault | None = None
        self.registrations: dict[str, line.LineRegistration] = {}
        self.presence: dict[str, line.LinePresence] = {}
        self.quality: dict[CallId, line.LineQuality] = {}
        self.digits: dict[CallId, str] = {}
        self.parties: dict[CallId, str] = {}
        """Names of those whom we called, as the site calls them."""
        self.transfers: dict[CallId, line.LineTransfer] = {}
        """The last word on each call's transfer."""
        self.parties_of_transfers: dict[CallId, str] = {}
        """To whom a call is being transferred, as the site calls him."""
        self.last_dialled = ""
        """The number that redial calls."""
        self.ends = CallEnds(board, self.party)
        self._foremost: CallId | None = None
        self._came = CameToFore()
        self._members: frozenset[CallId] = frozenset()
        self.on_ended: Callable[[CallId], None] = lambda _: None
        self.on_replaced: Callable[[CallId, CallId], None] = lambda _old, _new: None
        if phone is not None:
            phone.subscribe(self.on_signal)

    @property
    def has_phone(self) -> bool:
        """Whether this window was set up with a phone at all."""
        return self._phone is not None

    def live(self, call_id: CallId | None) -> line.LineCall | None:
        """The living call of that id, or None."""
        return next((each for each in self._living() if each.call_id == call_id), None)

    @property
    def live_at_hand(self) -> line.LineCall | None:
        """The call at hand while somebody is on the line."""
        return self.live(self._hand.call)

    def waiting(self) -> tuple[line.LineCall, ...]:
        """Calls that ring here and nobody has answered, the longest-waiting first."""
        ringing = (
            each
            for each in self._living()
            if each.state is line.LineCallState.OFFERED and each.call_id not in self._answering
        )
        return tuple(sorted(ringing, key=lambda each: each.offered_at))

    @property
    def lines(self) -> Lines:
        """The calls in which this seat takes part."""
        return Lines.of(self._living(), self._hand.call)

    def party(self, call: line.LineCall) -> str:
        """Whom a call is with: the name by which the site knows him, else his number, "" when neither is known."""
        return self.parties.get(call.call_id) or call.number or ""

    async def answer(self, call_id: CallId | None, *, notice: bool = False) -> CallId:
        """Answer that call, or the longest-waiting one; a call in speech must be ended or held first.

        `notice`: the operator pressed no key, and hears two pips first.
        """
        phone = self._need_phone()
        self._need_free_line()
        if call_id is None:
            waiting = self.waiting()
            if not waiting:
                raise RefusedError(Refusal.NO_CALL_WAITING)
            call_id = waiting[0].call_id
        self._answering.add(call_id)
        try:
            await phone.answer(call_id, notice=notice)
        finally:
            self._answering.discard(call_id)
        self._hand.call = call_id
        if notice:
            self._came.note(call_id, self._recorder.clock.now())
        self._changed()
        return call_id

    async def end(self, call_id: CallId | None = None) -> None:
        """Hang up that call, or the one that is spoken with: in a conference the one that came to it last."""
        wanted = call_id
        if wanted is None:
            foremost = self.lines.foremost
            wanted = None if foremost is None else foremost.call_id
            self.need_meant(wanted)
        await self._need_phone().end(self._need_live(wanted))

    def need_meant(self, call_id: CallId | None) -> None:
        """Refuse once to end a call that has just come to the fore by itself."""
        if self._came.take(call_id, self._recorder.clock.now()):
            raise RefusedError(Refusal.CALL_JUST_CAME)

    async def hold_or_swap(self) -> None:
        """Do what the hold key does: hold, take back, or exchange the call in speech with the one on hold.

        In a conference it is the caller who is held, or comes back: the others go on. The form goes with the caller.
        """
        phone, lines = self._need_phone(), self.lines
        caller = lines.at_hand
        if caller is not None and caller.joined:
            await phone.hold(caller.call_id, caller.hold not in HELD_HERE)
            return
        held = lines.held[0] if lines.held else None
        for call in lines.active:
            await phone.hold(call.call_id, True)
        if held is not None:
            await phone.hold(held.call_id, False)
            self._take_in_hand(held)
        elif not lines.active:
            raise RefusedError(Refusal.NO_CALL)

    async def call_back(self, number: str) -> CallId:
        """Call a number for its own sake: the new call is the one at hand, a call in speech must be ended or held."""
        phone = self._need_phone()
        self._need_free_line()
        self.ends.vain = None
        self._hand.call = await phone.dial(number)
        self.last_dialled = number
        self._changed()
        return self._hand.call

    async def talk_to(self, call_id: CallId) -> None:
        """Speak with that one of this seat's lines; the others are held, the form goes with the caller."""
        phone, lines = self._need_phone(), self.lines
        wanted = next((call for call in lines.connected if call.call_id == call_id), None)
        if wanted is None:
            raise RefusedError(Refusal.NO_CALL)
        for call in lines.active:
            if call.call_id != call_id:
                await phone.hold(call.call_id, True)
        await phone.hold(call_id, False)
        self._take_in_hand(wanted)

    async def mute(self, on: bool) -> None:
        """Keep the operator's voice from all that are spoken with, or let it through."""
        phone, hearing = self._need_phone(), self.lines.spoken_with
        for call in hearing:
            await phone.mute(call.call_id, on)
        if not hearing:
            await phone.mute(self._need_live(None), on)

    async def dial(self, number: str, name: str = "") -> CallId:
        """Call that number: for the sake of the call at hand, which is held meanwhile, or as the call at hand."""
        phone, lines = self._need_phone(), self.lines
        for call in lines.active:
            if call.state is not line.LineCallState.CONNECTED or call.joined:
                raise RefusedError(Refusal.CALL_AT_HAND)
        self.ends.vain = None
        caller = lines.at_hand
        others = [call for call in lines.active if call is not caller]
        for call in others:
            await phone.hold(call.call_id, True)
        call_id = await phone.dial(number, for_call=None if caller is None else caller.call_id)
        self.last_dialled = number
        if name:
            self.parties[call_id] = name
        if caller is None:
            self._hand.call = call_id
        else:
            self._recorder.note(CallConsulted(caller.call_id, call_id, name or number))
        self._changed()
        return call_id

    async def transfer(self, number: str, name: str = "") -> None:
        """Send the call at hand to that number without asking there first."""
        call_id = self._need_connected_caller()
        self.ends.vain = None
        self.parties_of_transfers[call_id] = name or number
        await self._need_phone().transfer(call_id, number)

    async def finish_transfer(self) -> None:
        """Give the call at hand to the one that was called for its sake."""
        call_id, helper = self._need_connected_caller(), self.lines.helper
        if helper is None:
            raise RefusedError(Refusal.NOBODY_CONSULTED)
        self.ends.vain = None
        self.parties_of_transfers[call_id] = self.party(helper)
        await self._need_phone().transfer_to(call_id, helper.call_id)

    async def conference(self) -> None:
        """Bring all on this seat's lines together; when they are, keep the call at hand and hold the rest."""
        phone, lines = self._need_phone(), self.lines
        if len(lines.connected) < 2:
            raise RefusedError(Refusal.NOBODY_CONSULTED)
        if all(call.joined for call in lines.connected):
            kept = lines.at_hand or lines.connected[0]
            for call in lines.connected:
                await phone.join(call.call_id, False)
                await phone.hold(call.call_id, call is not kept and call.call_id != kept.call_id)
        else:
            for call in lines.connected:
                await phone.join(call.call_id, True)

    async def send_keys(self, keys: str) -> None:
        """Send keys to the one that is spoken with."""
        foremost = self.lines.foremost
        if foremost is None:
            raise RefusedError(Refusal.NO_CALL)
        await self._need_phone().send_dtmf(foremost.call_id, keys)

    def on_signal(self, signal: line.LineSignal) -> None:
        """Take in one signal of the phone; a repeated one writes nothing twice."""
        match signal:
            case line.LineLevels() | line.LineRecall() | line.LineSoundTest() | line.LineRing():
                return  # the sound desk's, several times a second
            case line.LineReady():
                self.ready, self.lost = signal, None
                self._forget_others()
                self.reconcile()
            case line.LineLost(cut=cut):
                self.ready, self.lost = None, signal
                self._forget_others()
                for call_id in cut:
                    self._ended(call_id, CallEnded(call_id, "failure", 0, "phone_lost"))
            case line.LineOffered() | line.LinePlaced() | line.LineConnected():
                self.ends.see(self._living())
                self._tell_living()
                if isinstance(signal, line.LineConnected) and signal.recording:
                    self.recording_failed = None  # it works again; whether it goes on working is told anew
            case line.LineEnded(call_id=call_id, by=by):
                who = "elsewhere" if signal.elsewhere else by.value
                self._look_at_end(signal)
                self._ended(call_id, CallEnded(call_id, who, signal.code, signal.reason), signal)
            case line.LineMedia():
                self._note_conference()
            case line.LineTransfer():
                self._transfer(signal)
            case line.LineReplaced(call_id=call_id, by_call=by_call):
                self._replaced(call_id, by_call)
            case line.LineDigit(call_id=call_id, digit=digit):
                self._pressed(call_id, digit)
            case _:
                self._on_phone(signal)
        foremost = self.lines.foremost
        self._foremost = None if foremost is None else foremost.call_id
        self._changed()

    def _on_phone(self, signal: line.LineSignal) -> None:
        """Take in what is told beside the course of a call."""
        match signal:
            case line.LineRecorded() | line.LineQualitySummary():
                self._keep(signal)
            case line.LineRecordingFailed():
                self.recording_failed = signal
            case line.LineRegistration() | line.LinePresence():
                self._heard_of_others(signal)
            case line.LineAudioChanged(audio=audio) if self.ready is not None:
                self.ready = replace(self.ready, audio=audio)
            case line.LineQuality(call_id=call_id):
                self.quality[call_id] = signal
            case line.LineRefused():
                self.refused = signal
                self._refuse(signal)
            case line.LineIdentity():
                if self._first(signal.call_id, f"caller {signal.number} {signal.display_name}"):
                    self._recorder.note(CallerChanged(signal.call_id, signal.number, signal.display_name))
            case line.LineFault():
                self.fault = signal
                log.error("phone fault in %s: %s", signal.where, signal.detail)

    def _refuse(self, told: line.LineRefused) -> None:
        """Write down a call that was refused before anybody could answer it, as one that rang in vain and why."""
        if told.call_id and self._first(told.call_id, "refused"):
            offered = CallOffered(told.call_id, "in", told.number, told.display_name, told.reference or None)
            self._recorder.note(offered, at=told.at)
            ended = CallEnded(told.call_id, "failure", told.code, f"{REFUSED}{told.why.value}")
            self._recorder.note(ended, at=told.at)
        if told.call_id and told.times > 1 and self._first(told.call_id, f"refused {told.times}"):
            self._recorder.note(CallRefusedAgain(told.call_id, told.times))

    def _look_at_end(self, signal: line.LineEnded) -> None:
        """Note which call comes to the fore by this end, and what the operator must be told of it."""
        foremost = self.lines.foremost
        if signal.by is not line.EndedBy.LOCAL and signal.call_id == self._foremost and foremost is not None:
            self._came.note(foremost.call_id, self._recorder.clock.now())
        self.ends.on_end(signal)

    def _keep(self, signal: line.LineRecorded | line.LineQualitySummary) -> None:
        """Write down what is known of a call once it is over."""
        if isinstance(signal, line.LineQualitySummary):
            if self._first(signal.call_id, "measured"):
                self._recorder.note(CallMeasured(**asdict(signal)))
        elif self._first(signal.call_id, "recorded"):
            self._recorder.note(
                CallRecorded(signal.call_id, _names(signal.files), signal.sha256, float(signal.seconds))
            )

    def living(self) -> tuple[line.LineCall, ...]:
        """Every living call, oldest first."""
        return tuple(self._living())

    def _heard_of_others(self, told: line.LineRegistration | line.LinePresence) -> None:
        if isinstance(told, line.LineRegistration):
            self.registrations[told.account] = told
        else:
            self.presence[told.who] = told

    def _forget_others(self) -> None:
        """Another engine tells anew how it stands at its servers: what its forerunner told is no longer true."""
        self.registrations.clear()
        self.presence.clear()

    def _living(self) -> tuple[line.LineCall, ...]:
        return () if self._phone is None else self._phone.calls()

    def _need_phone(self) -> Phone:
        if self._phone is None:
            raise RefusedError(Refusal.NO_CALL, "no phone")
        return self._phone

    def _need_free_line(self) -> None:
        # One that is being answered rings still: a second press would put a second caller through beside the first.
        if self.lines.active or self._answering:
            raise RefusedError(Refusal.CALL_AT_HAND)

    def _need_connected_caller(self) -> CallId:
        caller = self.lines.at_hand
        if caller is None or caller.state is not line.LineCallState.CONNECTED:
            raise RefusedError(Refusal.NO_CALL)
        return caller.call_id

    def _take_in_hand(self, call: line.LineCall) -> None:
        """Let the form follow to another caller; one who was called for a caller's sake leaves it where it is."""
        if call.for_call is None or self.live(call.for_call) is None:
            before, self._hand.call = self._hand.call, call.call_id
            if before != call.call_id:
                self._hand.follow(call.call_id)
            self._changed()

    def _pressed(self, call_id: CallId, key: str) -> None:
        pressed = self.digits.get(call_id, "")
        if len(pressed) < KEYS_KEPT:
            self.digits[call_id] = pressed + key
            self._recorder.note(CallKeyPressed(call_id, key))

    def _transfer(self, told: line.LineTransfer) -> None:
        before = self.transfers.get(told.call_id)
        self.transfers[told.call_id] = told
        if told.state in _DECIDED and (before is None or before.state not in _DECIDED):
            party = self.transferred_to(told)
            attended = told.with_call is not None
            self._recorder.note(CallTransferred(told.call_id, party, attended, told.state.value, told.code))

    def transferred_to(self, told: line.LineTransfer) -> str:
        """Whom a transfer goes or went to, as the site calls him."""
        return self.parties_of_transfers.get(told.call_id, told.to)

    def _replaced(self, old: CallId, new: CallId) -> None:
        if self._first(old, "replaced"):
            self._recorder.note(CallReplaced(old, new))
            if self._hand.call == old:
                self._hand.call = new
            self.on_replaced(old, new)

    def _note_conference(self) -> None:
        joined = self.lines.joined
        members = frozenset(call.call_id for call in joined)
        if members != self._members:
            grown = len(members) >= 2 and not members < self._members
            self._members = members
            if grown:
                main = self._hand.call if self._hand.call in members else joined[0].call_id
                assert main is not None
                self._recorder.note(CallConferenced(main, tuple(sorted(members))))

    def _need_live(self, call_id: CallId | None) -> CallId:
        wanted = call_id or self._hand.call
        if wanted is None or self.live(wanted) is None:
            raise RefusedError(Refusal.NO_CALL)
        return wanted

    def _tell_living(self) -> None:
        """Write down of each living call what is not written yet: that it rang, that it was answered."""
        for each in self._living():
            known = self._board.calls.get(each.call_id)
            if known is None and self._first(each.call_id, "offered"):
                way = "in" if each.incoming else "out"
                offered = CallOffered(
                    each.call_id, way, each.number, each.display_name, each.reference or None
                )
                self._recorder.note(offered, at=each.offered_at)
                if each.emergency_ids or each.device:
                    self._recorder.note(CallIdentified(each.call_id, each.emergency_ids, each.device))
            answered = known is not None and known.answered_at is not None
            if each.answered_at is not None and not answered and self._first(each.call_id, "answered"):
                self._recorder.note(CallAnswered(each.call_id), at=each.answered_at)

    def _ended(self, call_id: CallId, fact: CallEnded, signal: line.LineEnded | None = None) -> None:
        for table in (self.quality, self.digits, self.parties, self.transfers, self.parties_of_transfers):
            table.pop(call_id, None)
        self._members -= {call_id}
        known = self._board.calls.get(call_id)
        if (known is None or not known.is_over) and self._first(call_id, "ended"):
            self._recorder.note(fact, at=None if signal is None else signal.at)
            self.on_ended(call_id)

    def reconcile(self) -> None:
        """After a start: take over calls that live on, tell calls that the record still holds open as cut."""
        self._tell_living()
        living = {each.call_id: each for each in self._living()}
        for call in self._board.calls.values():
            if call.seat == self._recorder.seat and not call.is_over and call.id not in living:
                self._ended(call.id, CallEnded(call.id, "failure", 0, "seat_restarted"))
        if self._hand.call is None:
            # One that was placed for another's sake is never the one at hand while that other lives.
            connected = [
                each
                for each in living.values()
                if each.state is line.LineCallState.CONNECTED and each.for_call not in living
            ]
            connected.sort(key=lambda each: each.hold in HELD_HERE)
            self._hand.call = connected[0].call_id if connected else None

    def _first(self, call_id: CallId, what: str) -> bool:
        """Whether this is told for the first time by this window: the record lags a moment behind the phone."""
        if (call_id, what) in self._told:
            return False
        self._told.add((call_id, what))
        return True


def _names(files: Iterable[str]) -> tuple[str, ...]:
    return tuple(PurePath(each).name for each in files)
