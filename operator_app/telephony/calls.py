"""A window's picture of the living calls: the engine's snapshot, carried on by its signals."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    LineCall,
    LineCallState,
    LineConnected,
    LineDiverted,
    LineEnded,
    LineIdentity,
    LineMedia,
    LineOffered,
    LinePlaced,
    LineProgress,
    LineRecordingFailed,
    LineReplaced,
    LineSignal,
    LineSilence,
    LineSilenceOver,
    LineTransfer,
    TransferState,
)


class CallBook:
    """Living calls, oldest first."""

    def __init__(self) -> None:
        self._calls: dict[CallId, LineCall] = {}

    @property
    def calls(self) -> tuple[LineCall, ...]:
        """The living calls."""
        return tuple(self._calls.values())

    def reset(self, calls: Iterable[LineCall]) -> None:
        """Take a snapshot for the truth."""
        self._calls = {call.call_id: call for call in calls}

    def fold(self, signal: LineSignal) -> None:
        """Carry the picture on by one signal."""
        match signal:
            case LineOffered():
                self._calls[signal.call_id] = offered(signal)
            case LinePlaced():
                self._calls[signal.call_id] = placed(signal)
            case LineEnded():
                self._calls.pop(signal.call_id, None)
            case LineProgress() | LineConnected() | LineMedia() | LineRecordingFailed():
                call = None if signal.call_id is None else self._calls.get(signal.call_id)
                if call is not None and signal.call_id is not None:
                    self._calls[signal.call_id] = _further(call, signal)
            case LineSilence() | LineSilenceOver() if signal.call_id in self._calls:
                since, reason = (
                    (signal.since, signal.reason) if isinstance(signal, LineSilence) else (None, None)
                )
                self._calls[signal.call_id] = replace(
                    self._calls[signal.call_id], silent_since=since, silence=reason
                )
            case LineIdentity() if signal.call_id in self._calls:
                self._calls[signal.call_id] = replace(
                    self._calls[signal.call_id],
                    number=signal.number,
                    withheld=signal.withheld,
                    display_name=signal.display_name,
                    uri=signal.uri,
                )
            case LineDiverted() if signal.call_id in self._calls:
                self._calls[signal.call_id] = replace(self._calls[signal.call_id], diverted_to=signal.to)
            case LineReplaced(call_id=old, by_call=new):
                self._calls = {each.call_id: in_place_of(each, old, new, self._calls) for each in self.calls}
            case LineTransfer(state=state) if signal.call_id in self._calls:
                under_way = state in (TransferState.ASKED, TransferState.RINGING)
                self._calls[signal.call_id] = replace(
                    self._calls[signal.call_id], transfer_to=signal.to if under_way else ""
                )
            case _:
                pass


def in_place_of(call: LineCall, old: CallId, new: CallId, calls: Mapping[CallId, LineCall]) -> LineCall:
    """Return a call after `new` has taken the place of `old`: what was placed for one is now for the other."""
    if call.for_call == old:
        return replace(call, for_call=new)
    if call.call_id == new and old in calls:
        return replace(call, for_call=calls[old].for_call)
    return call


def offered(signal: LineOffered) -> LineCall:
    """Return the call that is offered."""
    return LineCall(
        call_id=signal.call_id,
        incoming=True,
        state=LineCallState.OFFERED,
        number=signal.number,
        withheld=signal.withheld,
        display_name=signal.display_name,
        uri=signal.uri,
        to=signal.to,
        account=signal.account,
        offered_at=signal.offered_at,
        sent_at=signal.sent_at,
        location=signal.location,
        referred_by=signal.referred_by,
        reference=signal.reference,
        emergency_ids=signal.emergency_ids,
        device=signal.device,
        believed=signal.believed,
    )


def placed(signal: LinePlaced) -> LineCall:
    """Return the call that was begun."""
    return LineCall(
        call_id=signal.call_id,
        incoming=False,
        state=LineCallState.DIALLING,
        number=signal.number,
        withheld=False,
        display_name="",
        uri=signal.uri,
        to=signal.uri,
        account=signal.account,
        offered_at=signal.at,
        referred_by=signal.referred_by,
        for_call=signal.for_call,
    )


def _further(
    call: LineCall, signal: LineProgress | LineConnected | LineMedia | LineRecordingFailed
) -> LineCall:
    match signal:
        case LineProgress():
            return replace(call, state=signal.state)
        case LineConnected():
            return replace(
                call, state=LineCallState.CONNECTED, answered_at=signal.at, recording=signal.recording
            )
        case LineRecordingFailed():
            return replace(call, recording=False)
        case LineMedia():
            return replace(
                call,
                media_active=signal.active,
                direction=signal.direction,
                codec=signal.codec,
                hold=signal.hold,
                muted=signal.muted,
                joined=signal.joined,
                encrypted=signal.encrypted,
            )
