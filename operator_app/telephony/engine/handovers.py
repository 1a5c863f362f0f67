"""Who takes whose place: transfers that we ask for, those asked of us, and the caller who comes back to us."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    LineCall,
    LineCallState,
    LinePlaced,
    LineReplaced,
    LineSignal,
    LineTransfer,
    TransferState,
)
from operator_app.telephony.calls import in_place_of, placed
from operator_app.telephony.engine.legs import Legs
from operator_app.telephony.engine.living import HELD_HERE, LivingCalls
from operator_app.telephony.engine.orders import Orders
from operator_app.telephony.engine.servers import Servers
from operator_app.telephony.engine.transfers import Transfers
from operator_app.telephony.invite import number_of
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

TRANSFERRED, REPLACED = "transferred", "replaced"


class Handovers:
    """Follows who takes whose place. On the library's thread only.

    `later` takes what may not be done from inside a callback.
    """

    def __init__(
        self,
        tell: Callable[[LineSignal], None],
        living: LivingCalls,
        orders: Orders,
        servers: Servers,
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        self._tell, self._living, self._orders = tell, living, orders
        self._servers, self._later = servers, later
        self._transfers = Transfers()
        self._legs: Legs

    def attach(self, legs: Legs) -> None:
        """Receive the home of the library's calls."""
        self._legs = legs

    def detach(self) -> None:
        """Let go of it."""
        del self._legs

    # --- asked by us --------------------------------------------------------------------------------------------------

    def transfer(self, call_id: CallId, to: str) -> None:
        """Ask the far end to call `to` in our place; the call is held until that is decided."""
        self._orders.need(call_id, LineCallState.CONNECTED)
        uri = self._servers.route(to)[1]
        self._ask(call_id, to, None, lambda: self._legs.transfer(call_id, uri))

    def transfer_to(self, call_id: CallId, other: CallId) -> None:
        """Ask the far end of a call to take our place in another one that we have up."""
        self._orders.need(call_id, LineCallState.CONNECTED)
        target = self._orders.need(other, LineCallState.CONNECTED)
        if call_id == other:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a call cannot be transferred to itself")
        to = target.number or target.uri
        self._ask(call_id, to, other, lambda: self._legs.transfer_to(call_id, other))

    def _ask(self, call_id: CallId, to: str, other: CallId | None, order: Callable[[], None]) -> None:
        if call_id in self._transfers:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a transfer is under way")
        held_for_it = self._orders.need(call_id).hold not in HELD_HERE
        self._orders.hold(call_id, True)
        try:
            self._orders.carry_out(order)
        except PhoneRefusedError:
            if held_for_it:
                self._orders.hold(call_id, False)
            raise
        self._went(self._transfers.begin(call_id, to, other, time.monotonic()))

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
        if told.call_id not in self._living:
            return
        under_way = told.state in (TransferState.ASKED, TransferState.RINGING)
        self._living.change(told.call_id, transfer_to=told.to if under_way else "")
        self._tell(told)
        _log.info("call %s: transfer %s, %d", told.call_id, told.state.value, told.code)
        try:
            if told.state is TransferState.DONE:
                self._living.beside(told.call_id).end_reason = TRANSFERRED
                self._orders.end(told.call_id)
            elif told.state is TransferState.FAILED:
                if told.with_call is not None and told.with_call in self._living:
                    self._orders.hold(told.with_call, True)
                if not self._speaking_beside(told.call_id):
                    self._orders.hold(told.call_id, False)
        except PhoneRefusedError as refusal:
            # It ended in the same moment.
            _log.info("call %s after its transfer: %s", told.call_id, refusal)

    def _speaking_beside(self, call_id: CallId) -> bool:
        """Whether somebody else is being spoken with: who comes back must not hear what is said to another."""
        return any(
            call.state is not LineCallState.OFFERED and call.hold not in HELD_HERE
            for call in self._living.all
            if call.call_id != call_id
        )

    # --- asked of us --------------------------------------------------------------------------------------------------

    def referred(self, call: LineCall, target: str, new_id: CallId) -> None:
        """A far end sends us on: the new call, which takes the place of `call`, is noted and told as placed."""
        told = LinePlaced(
            new_id, number_of(target), target, call.account, datetime.now(UTC), referred_by=call.uri
        )
        self._living.add(placed(told))
        self.takes_over(new_id, call.call_id)
        self._tell(told)

    def takes_over(self, call_id: CallId, before: CallId) -> None:
        """Note that a call takes the place of another once it is connected."""
        self._living.beside(call_id).takes_over = before

    @property
    def coming(self) -> tuple[CallId, ...]:
        """Calls that are to take the place of another."""
        return tuple(
            call.call_id
            for call in self._living.all
            if self._living.beside(call.call_id).takes_over is not None
        )

    def predecessor(self, call_id: CallId) -> CallId | None:
        """Return whose place a call takes that is connected now, once."""
        beside = self._living.beside(call_id)
        before, beside.takes_over = beside.takes_over, None
        return before

    def replaced(self, before: CallId, by: CallId) -> None:
        """Tell that a call has taken the other's place, also beside the calls that were placed for its sake."""
        if before in self._living:
            self._living.beside(before).end_reason = REPLACED
        calls = {call.call_id: call for call in self._living.all}
        for call in calls.values():
            self._living.put(in_place_of(call, before, by, calls))
        self._tell(LineReplaced(before, by))

    # --- the end ------------------------------------------------------------------------------------------------------

    def over(self, call_id: CallId) -> LineTransfer | None:
        """Let go of a call; returns the transfer that nobody decided."""
        return self._transfers.ended(call_id)

    def bring_back(self, ended: LineCall) -> None:
        """Take the caller off hold for whose sake a call was placed, unless somebody else is being spoken with."""
        waiting = self._living.get(ended.for_call)
        if waiting is None or waiting.hold not in HELD_HERE or waiting.call_id in self._transfers:
            return
        if not self._speaking_beside(waiting.call_id):
            self._later(lambda: self._unhold(waiting.call_id))

    def _unhold(self, call_id: CallId) -> None:
        try:
            self._orders.hold(call_id, False)
        except PhoneRefusedError as refusal:
            # It ended in the same moment.
            _log.info("call %s cannot be brought back: %s", call_id, refusal)
