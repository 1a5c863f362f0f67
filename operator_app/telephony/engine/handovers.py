"""Who takes whose place: transfers that we ask for, those asked of us, and the caller who comes back to us."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    HoldState,
    LineCall,
    LineCallState,
    LinePlaced,
    LineReplaced,
    LineSignal,
    LineTransfer,
    TransferState,
)
from operator_app.telephony.calls import in_place_of, placed
from operator_app.telephony.engine.transfers import Transfers
from operator_app.telephony.invite import number_of
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

_LOCAL = (HoldState.LOCAL, HoldState.BOTH)
TRANSFERRED, REPLACED = "transferred", "replaced"


class Orders(Protocol):
    """What is ordered of the calls on the way; each may refuse."""

    def hold(self, call_id: CallId, on: bool) -> None:
        """Put a call on hold or take it back."""
        ...

    def end(self, call_id: CallId) -> None:
        """End a call."""
        ...


class Handovers:
    """Follows who takes whose place. On the library's thread only.

    `calls` is the engine's own picture; `later` takes what may not be done from inside a callback.
    """

    def __init__(
        self,
        tell: Callable[[LineSignal], None],
        calls: dict[CallId, LineCall],
        orders: Orders,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        self._tell, self._calls, self._orders, self._later = tell, calls, orders, later
        self._transfers = Transfers()
        self._takes_over: dict[CallId, CallId] = {}
        self._reasons: dict[CallId, str] = {}

    # --- asked by us --------------------------------------------------------------------------------------------------

    def ask(self, call: LineCall, to: str, other: CallId | None, order: Callable[[], None]) -> None:
        """Have the far end of `call` put on hold and sent on by `order`; `other` is our call with the target."""
        if call.call_id in self._transfers:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a transfer is under way")
        held_for_it = call.hold not in _LOCAL
        self._orders.hold(call.call_id, True)
        try:
            order()
        except PhoneRefusedError:
            if held_for_it:
                self._orders.hold(call.call_id, False)
            raise
        self._went(self._transfers.begin(call.call_id, to, other, time.monotonic()))

    def heard(self, call_id: CallId, code: int, reason: str, *, final: bool) -> None:
        """Take the far end's word on how it goes."""
        told = self._transfers.heard(call_id, code, reason, final=final)
        if told is not None:
            # Neither BYE nor re-INVITE leaves from inside a callback.
            self._later(lambda: self._went(told))

    def give_up_late(self) -> None:
        """Decide those that take too long."""
        for told in self._transfers.given_up(time.monotonic()):
            self._went(told)

    def _went(self, told: LineTransfer) -> None:
        """Tell; a caller who is with the target is let go, one whom nobody took is with us again."""
        call = self._calls.get(told.call_id)
        if call is None:
            return
        under_way = told.state in (TransferState.ASKED, TransferState.RINGING)
        self._calls[told.call_id] = replace(call, transfer_to=told.to if under_way else "")
        self._tell(told)
        _log.info("call %s: transfer %s, %d", told.call_id, told.state.value, told.code)
        try:
            if told.state is TransferState.DONE:
                self._reasons[told.call_id] = TRANSFERRED
                self._orders.end(told.call_id)
            elif told.state is TransferState.FAILED:
                if told.with_call in self._calls and told.with_call is not None:
                    self._orders.hold(told.with_call, True)
                if not self._speaking_beside(told.call_id):
                    self._orders.hold(told.call_id, False)
        except PhoneRefusedError as refusal:
            # It ended in the same moment.
            _log.info("call %s after its transfer: %s", told.call_id, refusal)

    def _speaking_beside(self, call_id: CallId) -> bool:
        """Whether somebody else is being spoken with: who comes back must not hear what is said to another."""
        return any(
            call.state is not LineCallState.OFFERED and call.hold not in _LOCAL
            for call in self._calls.values()
            if call.call_id != call_id
        )

    # --- asked of us --------------------------------------------------------------------------------------------------

    def referred(self, call: LineCall, target: str, new_id: CallId) -> None:
        """A far end sends us on: the new call, which takes the place of `call`, is noted and told as placed."""
        told = LinePlaced(
            new_id, number_of(target), target, call.account, datetime.now(UTC), referred_by=call.uri
        )
        self._calls[new_id] = placed(told)
        self.takes_over(new_id, call.call_id)
        self._tell(told)

    def takes_over(self, call_id: CallId, before: CallId) -> None:
        """Note that a call takes the place of another once it is connected."""
        self._takes_over[call_id] = before

    @property
    def coming(self) -> tuple[CallId, ...]:
        """Calls that are to take the place of another."""
        return tuple(self._takes_over)

    def predecessor(self, call_id: CallId) -> CallId | None:
        """Return whose place a call takes that is connected now, once."""
        return self._takes_over.pop(call_id, None)

    def replaced(self, before: CallId, by: CallId) -> None:
        """Tell that a call has taken the other's place, also beside the calls that were placed for its sake."""
        self._reasons[before] = REPLACED
        for call in tuple(self._calls.values()):
            self._calls[call.call_id] = in_place_of(call, before, by, self._calls)
        self._tell(LineReplaced(before, by))

    # --- the end ------------------------------------------------------------------------------------------------------

    def over(self, call_id: CallId, reason: str) -> tuple[str, LineTransfer | None]:
        """Let go of a call; returns why it ended, and the transfer that nobody decided."""
        self._takes_over.pop(call_id, None)
        return self._reasons.pop(call_id, reason), self._transfers.ended(call_id)

    def bring_back(self, ended: LineCall) -> None:
        """Take the caller off hold for whose sake a call was placed, unless somebody else is being spoken with."""
        waiting = None if ended.for_call is None else self._calls.get(ended.for_call)
        if waiting is None or waiting.hold not in _LOCAL or waiting.call_id in self._transfers:
            return
        if not self._speaking_beside(waiting.call_id):
            self._later(lambda: self._unhold(waiting.call_id))

    def _unhold(self, call_id: CallId) -> None:
        try:
            self._orders.hold(call_id, False)
        except PhoneRefusedError as refusal:
            # It ended in the same moment.
            _log.info("call %s cannot be brought back: %s", call_id, refusal)
