"""The calls of one seat: what the phone tells becomes facts and a picture of the line; orders go to the phone.

The picture never waits for the disk: a ring is shown in the same turn of the loop in which the phone told it.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from operator_app.domain import line
from operator_app.domain.ids import CallId
from operator_app.domain.messages import CallAnswered, CallEnded, CallOffered, CallRecorded
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.recorder import Recorder

log = logging.getLogger(__name__)


class CallDesk:
    """Living calls by id, the one at hand, and the state of the phone itself. Loop thread only."""

    def __init__(self, phone: Phone | None, recorder: Recorder, board: Board, changed: Callable[[], None]) -> None:
        """Listen to `phone` (None: this window has none) and call `changed` after every change of the picture."""
        self._phone = phone
        self._recorder = recorder
        self._board = board
        self._changed = changed
        self._calls: dict[CallId, line.LineCall] = {}
        self._answering: set[CallId] = set()
        self.at_hand: CallId | None = None
        self.ready: line.LineReady | None = None
        self.lost: line.LineLost | None = None
        self.refused: line.LineRefused | None = None
        self.recording_failed: line.LineRecordingFailed | None = None
        self.fault: line.LineFault | None = None
        self.registrations: dict[str, line.LineRegistration] = {}
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
        return None if call_id is None else self._calls.get(call_id)

    def waiting(self) -> tuple[line.LineCall, ...]:
        """Calls that ring here and nobody has answered, the longest-waiting first."""
        ringing = (
            each
            for each in self._calls.values()
            if each.state is line.LineCallState.OFFERED and each.call_id not in self._answering
        )
        return tuple(sorted(ringing, key=lambda each: each.offered_at))

    async def answer(self, call_id: CallId | None) -> CallId:
        """Answer that call, or the longest-waiting one; a call in speech must be ended or held first."""
        phone = self._need_phone()
        current = self.live(self.at_hand)
        if current is not None and current.hold not in (line.HoldState.LOCAL, line.HoldState.BOTH):
            raise RefusedError(Refusal.CALL_AT_HAND)
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
        current = self.live(self.at_hand)
        if current is not None and current.hold not in (line.HoldState.LOCAL, line.HoldState.BOTH):
            raise RefusedError(Refusal.CALL_AT_HAND)
        call_id = await phone.dial(number)
        self._take_over(phone)
        if call_id not in self._board.calls:
            self._recorder.note(CallOffered(call_id, "out", number, ""))
        self.at_hand = call_id
        self._changed()
        return call_id

    def on_signal(self, signal: line.LineSignal) -> None:
        """Take in one signal of the phone."""
        match signal:
            case line.LineReady():
                self.ready, self.lost = signal, None
                self._reconcile()
            case line.LineLost(cut=cut):
                self.ready, self.lost = None, signal
                self._cut(cut)
            case line.LineOffered():
                self._offered(signal)
            case line.LineConnected(call_id=call_id, at=at):
                self._connected(call_id, at)
            case line.LineEnded():
                self._ended(signal)
            case line.LineMedia(call_id=call_id):
                self._update(
                    call_id,
                    media_active=signal.active,
                    direction=signal.direction,
                    codec=signal.codec,
                    hold=signal.hold,
                    muted=signal.muted,
                )
            case line.LineProgress(call_id=call_id, state=state):
                self._update(call_id, state=state)
            case line.LineRecorded():
                self._recorder.note(CallRecorded(signal.call_id, signal.files, signal.sha256, float(signal.seconds)))
            case line.LineRecordingFailed():
                self.recording_failed = signal
                if signal.call_id is not None:
                    self._update(signal.call_id, recording=False)
            case line.LineRegistration(account=account):
                self.registrations[account] = signal
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

    def is_recording(self, call_id: CallId) -> bool:
        """Whether the phone says, right now, that this call is being recorded."""
        phone_calls = () if self._phone is None else self._phone.calls()
        return any(each.recording for each in phone_calls if each.call_id == call_id)

    def _need_phone(self) -> Phone:
        if self._phone is None:
            raise RefusedError(Refusal.NO_CALL, "no phone")
        return self._phone

    def _need_live(self, call_id: CallId | None) -> CallId:
        wanted = call_id or self.at_hand
        if self.live(wanted) is None or wanted is None:
            raise RefusedError(Refusal.NO_CALL)
        return wanted

    def _offered(self, signal: line.LineOffered) -> None:
        if signal.call_id in self._calls:
            return
        self._calls[signal.call_id] = line.LineCall(
            call_id=signal.call_id,
            incoming=True,
            state=line.LineCallState.OFFERED,
            number=signal.number,
            withheld=signal.withheld,
            display_name=signal.display_name,
            uri=signal.uri,
            to=signal.to,
            account=signal.account,
            offered_at=signal.offered_at,
            sent_at=signal.sent_at,
            location_header=signal.location_header,
            location_body=signal.location_body,
        )
        if signal.call_id not in self._board.calls:
            number = None if signal.withheld and not signal.number else signal.number
            self._recorder.note(CallOffered(signal.call_id, "in", number, signal.display_name), at=signal.offered_at)

    def _connected(self, call_id: CallId, at: datetime) -> None:
        held = self._calls.get(call_id)
        if held is None or held.state is line.LineCallState.CONNECTED:
            return
        self._calls[call_id] = replace(held, state=line.LineCallState.CONNECTED, answered_at=at)
        known = self._board.calls.get(call_id)
        if known is None or known.answered_at is None:
            self._recorder.note(CallAnswered(call_id), at=at)

    def _ended(self, signal: line.LineEnded) -> None:
        was_live = self._calls.pop(signal.call_id, None) is not None
        known = self._board.calls.get(signal.call_id)
        self.quality.pop(signal.call_id, None)
        self.digits.pop(signal.call_id, None)
        if was_live or (known is not None and not known.is_over):
            self._recorder.note(CallEnded(signal.call_id, signal.by.value, signal.code, signal.reason), at=signal.at)
        if was_live:
            self.on_ended(signal.call_id)

    def _cut(self, cut: tuple[CallId, ...]) -> None:
        for call_id in {*cut, *self._calls}:
            if self._calls.pop(call_id, None) is not None:
                self._recorder.note(CallEnded(call_id, "failure", 0, "phone_lost"))
                self.on_ended(call_id)

    def _reconcile(self) -> None:
        """After a start: calls that live on are taken over, calls that the record still holds open are told as cut."""
        if self._phone is None:
            return
        self._take_over(self._phone)
        for call in self._board.calls.values():
            if call.seat == self._recorder.seat and not call.is_over and call.id not in self._calls:
                self._recorder.note(CallEnded(call.id, "failure", 0, "seat_restarted"))

    def _take_over(self, phone: Phone) -> None:
        for each in phone.calls():
            if each.call_id not in self._calls:
                self._calls[each.call_id] = each
                known = self._board.calls.get(each.call_id)
                if known is None and each.incoming:
                    self._recorder.note(
                        CallOffered(each.call_id, "in", each.number, each.display_name), at=each.offered_at
                    )
                if each.answered_at is not None and (known is None or known.answered_at is None):
                    self._recorder.note(CallAnswered(each.call_id), at=each.answered_at)
                if each.state is line.LineCallState.CONNECTED and self.at_hand is None:
                    self.at_hand = each.call_id

    def _update(self, call_id: CallId, **changes: object) -> None:
        held = self._calls.get(call_id)
        if held is not None:
            self._calls[call_id] = replace(held, **changes)  # type: ignore[arg-type]
