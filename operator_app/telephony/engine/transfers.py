"""Transfers that we asked for and that are not decided yet. Pure; times are monotonic seconds."""

from dataclasses import dataclass, replace

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineTransfer, TransferState
from operator_app.telephony.message import split_message

UNHEARD_S = 6.0
"""A far end that says nothing at all to REFER for so long will not transfer; the library itself waits 32 s."""
RINGING_S = 60.0
"""Longer than this nobody lets a caller hang between two desks."""
_TIMEOUT = 408


@dataclass(frozen=True, slots=True)
class _Transfer:
    told: LineTransfer
    since: float
    heard: bool = False


def is_empty_end(notify: str) -> bool:
    """Whether a NOTIFY ends the subscription that REFER made, without a word on how the transfer went."""
    headers, body = split_message(notify)

    def first(name: str) -> str:
        return headers.get(name, [""])[0].partition(";")[0].strip().lower()

    return first("event") == "refer" and first("subscription-state") == "terminated" and not body.strip()


class Transfers:
    """At most one for each call. What each method returns is to be told; the caller of a failed one is to come back."""

    def __init__(self) -> None:
        self._under_way: dict[CallId, _Transfer] = {}

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._under_way

    def begin(self, call_id: CallId, to: str, with_call: CallId | None, now: float) -> LineTransfer:
        """Note that a far end was asked."""
        told = LineTransfer(call_id, TransferState.ASKED, to, with_call=with_call)
        self._under_way[call_id] = _Transfer(told, now)
        return told

    def heard(self, call_id: CallId, code: int, reason: str, *, final: bool) -> LineTransfer | None:
        """Take a word of the far end (SIP's code for how the target answers it)."""
        found = self._under_way.get(call_id)
        if found is None:
            return None
        if code >= 200 or final:
            del self._under_way[call_id]
            state = TransferState.DONE if 200 <= code < 300 else TransferState.FAILED
            return replace(found.told, state=state, code=code, reason=reason)
        if found.heard and found.told.code == code:
            return None
        rings = code > 100
        told = replace(
            found.told,
            state=TransferState.RINGING if rings else found.told.state,
            code=code,
            reason=reason,
        )
        self._under_way[call_id] = replace(found, told=told, heard=True)
        return told if rings else None

    def given_up(self, now: float) -> list[LineTransfer]:
        """Return those that took too long; they are decided with this."""
        late = []
        for call_id, each in tuple(self._under_way.items()):
            if now - each.since >= (RINGING_S if each.heard else UNHEARD_S):
                del self._under_way[call_id]
                late.append(
                    replace(each.told, state=TransferState.FAILED, code=_TIMEOUT, reason="no word in time")
                )
        return late

    def ended(self, call_id: CallId) -> LineTransfer | None:
        """Note that the call is over although nobody told how the transfer went."""
        found = self._under_way.pop(call_id, None)
        return None if found is None else replace(found.told, state=TransferState.UNKNOWN)
