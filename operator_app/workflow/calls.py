"""The calls of one seat: what the phone tells becomes facts, what the operator wishes becomes orders to the phone.

The phone's own picture of its living calls is the only one; it never waits for the disk, so a ring is on the screen
in the same turn of the loop in which the phone told it.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace

from operator_app.domain import line
from operator_app.domain.ids import CallId
from operator_app.domain.messages import CallAnswered, CallEnded, CallMeasured, CallOffered, CallRecorded
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.recorder import Recorder

log = logging.getLogger(__name__)

HELD = (line.HoldState.LOCAL, line.HoldState.BOTH)


class CallDesk:
    """Living calls, the one at hand, and the state of the phone itself. Loop thread only."""

    def __init__(
        self, phone: Phone | None, recorder: Recorder, board: Board, changed: Callable[[], None]
    ) -> None:
        """Listen to `phone` (None: this window has none) and call `changed` after every change of the picture."""
        self._phone = phone
        self._recorder = recorder
        self._board = board
        self._changed = changed
        self._answering: set[CallId] = set()
        self._told: set[tuple[CallId, str]] = set()
        self.at_hand: CallId | None = None
        self.ready: line.LineReady | None = None
        self.lost: line.LineLost | None = None
        self.refused: line.LineRefused | None = None
        self.recording_failed: line.LineRecordingFailed | None = None
        self.fault: line.LineFault | None = None
        self.registrations: dict[str, line.LineRegistration] = {}
        self.presence: dict[str, line.LinePresence] = {}
        self.quality: dict[CallId, line.LineQuality] = {}
        self.digits: dict[CallId, str] = {}
        self.on_ended: Callable[[CallId], None] = lambda _: None
        if phone is not None:
            phone.subscribe(self.on_signal)

    @property
    def has_phone(self) -> bool:
        """Whether this window was set up with a phone at all."""
        return self._phone is not None

    def live(self, call_id: CallId | None) -> line.LineCall | None:
        """The living call of that id, or None."""
        return next((each for each in self._living() if each.call_id == call_id), None)

    def waiting(self) -> tuple[line.LineCall, ...]:
        """Calls that ring here and nobody has answered, the longest-waiting first."""
        ringing = (
            each
            for each in self._living()
            if each.state is line.LineCallState.OFFERED and each.call_id not in self._answering
        )
        return tuple(sorted(ringing, key=lambda each: each.offered_at))

    async def answer(self, call_id: CallId | None) -> CallId:
        """Answer that call, or the longest-waiting one; a call in speech must be ended or held first."""
        phone = self._need_phone()
        self._need_free_line()
        if call_id is None:
            waiting = self.waiting()
            if not waiting:
                raise RefusedError(Refusal.NO_CALL_WAITING)
            call_id = waiting[0].call_id
        self._answering.add(call_id)
        try:
            await phone.answer(call_id)
        finally:
            self._answering.discard(call_id)
        self.at_hand = call_id
        self._changed()
        return call_id

    async def end(self, call_id: CallId | None) -> None:
        """Hang up that call, or the one at hand."""
        await self._need_phone().end(self._need_live(call_id))

    async def hold(self, on: bool) -> None:
        """Put the call at hand on hold, or take it back."""
        await self._need_phone().hold(self._need_live(None), on)

    async def mute(self, on: bool) -> None:
        """Keep the operator's voice from the call at hand, or let it through."""
        await self._need_phone().mute(self._need_live(None), on)

    async def dial(self, number: str) -> CallId:
        """Call that number; the new call is the one at hand."""
        phone = self._need_phone()
        self._need_free_line()
        self.at_hand = await phone.dial(number)
        self._changed()
        return self.at_hand

    def on_signal(self, signal: line.LineSignal) -> None:
        """Take in one signal of the phone; a repeated one writes nothing twice."""
        match signal:
            case line.LineLevels() | line.LineRecall() | line.LineSoundTest() | line.LineRing():
                return  # the sound desk's, several times a second
            case line.LineReady():
                self.ready, self.lost = signal, None
                self.reconcile()
            case line.LineLost(cut=cut):
                self.ready, self.lost = None, signal
                for call_id in cut:
                    self._ended(call_id, CallEnded(call_id, "failure", 0, "phone_lost"))
            case line.LineOffered() | line.LinePlaced() | line.LineConnected():
                self._tell_living()
                if isinstance(signal, line.LineConnected) and signal.recording:
                    self.recording_failed = None  # it works again; whether it goes on working is told anew
            case line.LineEnded(call_id=call_id, by=by):
                self._ended(call_id, CallEnded(call_id, by.value, signal.code, signal.reason), signal)
            case line.LineRecorded() | line.LineQualitySummary():
                self._keep(signal)
            case line.LineRecordingFailed():
                self.recording_failed = signal
            case line.LineRegistration() | line.LinePresence():
                self._heard_of_others(signal)
            case line.LineAudioChanged(audio=audio) if self.ready is not None:
                self.ready = replace(self.ready, audio=audio)
            case line.LineDigit(call_id=call_id, digit=digit):
                self.digits[call_id] = self.digits.get(call_id, "") + digit
            case line.LineQuality(call_id=call_id):
                self.quality[call_id] = signal
            case line.LineRefused():
                self.refused = signal
            case line.LineFault():
                self.fault = signal
                log.error("phone fault in %s: %s", signal.where, signal.detail)
        self._changed()

    def _keep(self, signal: line.LineRecorded | line.LineQualitySummary) -> None:
        """Write down what is known of a call once it is over."""
        if isinstance(signal, line.LineQualitySummary):
            if self._first(signal.call_id, "measured"):
                self._recorder.note(CallMeasured(**asdict(signal)))
        elif self._first(signal.call_id, "recorded"):
            self._recorder.note(
                CallRecorded(signal.call_id, signal.files, signal.sha256, float(signal.seconds))
            )

    def living(self) -> tuple[line.LineCall, ...]:
        """Every living call, oldest first."""
        return tuple(self._living())

    def _heard_of_others(self, told: line.LineRegistration | line.LinePresence) -> None:
        if isinstance(told, line.LineRegistration):
            self.registrations[told.account] = told
        else:
            self.presence[told.who] = told

    def _living(self) -> tuple[line.LineCall, ...]:
        return () if self._phone is None else self._phone.calls()

    def _need_phone(self) -> Phone:
        if self._phone is None:
            raise RefusedError(Refusal.NO_CALL, "no phone")
        return self._phone

    def _need_free_line(self) -> None:
        current = self.live(self.at_hand)
        if current is not None and current.hold not in HELD:
            raise RefusedError(Refusal.CALL_AT_HAND)

    def _need_live(self, call_id: CallId | None) -> CallId:
        wanted = call_id or self.at_hand
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
            answered = known is not None and known.answered_at is not None
            if each.answered_at is not None and not answered and self._first(each.call_id, "answered"):
                self._recorder.note(CallAnswered(each.call_id), at=each.answered_at)

    def _ended(self, call_id: CallId, fact: CallEnded, signal: line.LineEnded | None = None) -> None:
        self.quality.pop(call_id, None)
        self.digits.pop(call_id, None)
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
        if self.at_hand is None:
            connected = (each for each in living.values() if each.state is line.LineCallState.CONNECTED)
            self.at_hand = next((each.call_id for each in connected), None)

    def _first(self, call_id: CallId, what: str) -> bool:
        """Whether this is told for the first time by this window: the record lags a moment behind the phone."""
        if (call_id, what) in self._told:
            return False
        self._told.add((call_id, what))
        return True
