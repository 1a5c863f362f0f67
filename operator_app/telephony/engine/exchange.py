"""Between the library and the engine's picture of its calls: what the library reports, and what the clock demands."""

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pjsua2 as pj

from operator_app.domain.ids import CallId, uuid7
from operator_app.domain.line import (
    EndedBy,
    HoldState,
    LineCall,
    LineCallState,
    LineConnected,
    LineDigit,
    LineDiverted,
    LineEnded,
    LineFault,
    LineIdentity,
    LineProgress,
    LineRegistration,
    LineSignal,
    MediaDirection,
)
from operator_app.telephony.engine.arrivals import Arrivals
from operator_app.telephony.engine.handovers import Handovers
from operator_app.telephony.engine.hearing import Hearing
from operator_app.telephony.engine.living import HELD_HERE, LivingCalls, hold_state
from operator_app.telephony.engine.orders import Orders, Parts
from operator_app.telephony.engine.servers import Servers
from operator_app.telephony.engine.sink import Arrived, LegMedia, LegStep
from operator_app.telephony.invite import newer_identity, number_of, reason_of_end
from operator_app.telephony.message import party

_log = logging.getLogger(__name__)

_KEYS = frozenset("0123456789*#ABCD")
_REFUSED_BY_FAR_END = frozenset({480, 486, 487, 600, 603})
_NO_WORD, _GONE = 408, 487
_SOUNDED_TWICE_S = 1.0


class Exchange:
    """Carries the picture of the calls on by what the library reports. Implements `Sink`; on the library's thread."""

    def __init__(self, tell: Callable[[LineSignal], None]) -> None:
        self._tell = tell
        self.living = LivingCalls(tell)
        self._later: list[Callable[[], None]] = []
        self._servers = Servers(tell, self)
        self._hearing = Hearing(tell, self.living, self.fault)
        self.orders = Orders(tell, self.living, self._servers, self)
        self.handovers = Handovers(tell, self.living, self.orders, self._servers, self._later.append)
        self._arrivals = Arrivals(tell, self.living, self.new_call_id, self.fault, self._gone)
        self._parts: Parts

    def attach(self, parts: Parts) -> None:
        """Receive the parts that could only be made with this sink in hand."""
        self._parts = parts
        self.orders.attach(parts)
        self.handovers.attach(parts.library.legs)
        self._arrivals.attach(parts.library.legs)
        self._servers.attach(parts.library)

    def detach(self) -> None:
        """Let go of the parts, so that nothing of the library outlives it."""
        self._servers.detach()
        self._later.clear()
        self._arrivals.detach()
        self.handovers.detach()
        self.orders.detach()
        del self._parts

    # --- state ------------------------------------------------------------------------------------------------------

    @property
    def registrations(self) -> tuple[LineRegistration, ...]:
        """How each account stands."""
        return self._servers.registrations

    @property
    def refused(self) -> int:
        """Calls that the library turned away by itself."""
        return self._arrivals.refused

    @property
    def urgent(self) -> bool:
        """Whether an order may come any moment whose delay a caller would hear."""
        return len(self.living.connected) < len(self.living.all)

    @property
    def talking(self) -> bool:
        """Whether a call is connected."""
        return bool(self.living.connected)

    # --- each turn, each moment, each second --------------------------------------------------------------------------

    def take_arrivals(self) -> None:
        """Do what no callback may do, and tell of the calls that came in since; their 180 is on the wire."""
        while self._later:
            self._later.pop(0)()
        self._arrivals.take()

    def listen(self) -> None:
        """Tell of calls in which nothing arrives any more, and of those in which it does again."""
        self._hearing.listen(self._parts.library.legs, cut_off=self._servers.cut_off)
        self._ring_back()

    def measure(self) -> None:
        """Tell how each connected call sounds."""
        self._hearing.measure(self._parts.library.legs)

    def settle(self) -> None:
        """Bring to an end what the far end or the network left open: holds not agreed, transfers not decided."""
        legs = self._parts.library.legs
        self._arrivals.tell_refused()
        self.handovers.give_up_late()
        for call in self.living.connected:
            was_held = self.living.beside(call.call_id).hold_tries > 0
            if (call.media_active or was_held) and _disagrees(call):
                self.orders.offer_hold(call.call_id, call.hold in HELD_HERE)
        for call_id in self.handovers.coming:
            if not legs.lives(call_id):
                # The library could not even begin the call that a far end asked us for.
                legs.forget(call_id)
                self.could_not_begin(call_id, "could not be placed")

    def ask_servers(self) -> None:
        """Ask the servers that we are registered at whether they are there."""
        self._servers.turn()

    def tell_presence(self) -> None:
        """Tell a window that has just come how the watched numbers stand."""
        self._servers.tell_presence()

    # --- Sink -------------------------------------------------------------------------------------------------------

    def new_call_id(self) -> CallId:
        """Give a name to a call."""
        return CallId(uuid7(time.time_ns() // 1_000_000, os.urandom(10)))

    def leg_step(self, call_id: CallId, step: LegStep, code: int, reason: str) -> None:
        """A call got further."""
        call = self.living.get(call_id)
        if call is None:
            return
        if step is LegStep.DISCONNECTED:
            self._over(call, code, reason)
        elif step is LegStep.EARLY and not call.incoming and call.state is LineCallState.DIALLING:
            self.living.change(call_id, state=LineCallState.RINGING)
            self._tell(LineProgress(call_id, LineCallState.RINGING, code))
            self._ring_back()
        elif step is LegStep.CONNECTING and call.incoming:
            # Our 200 is out: from here the caller may speak.
            self._connected(call)
        elif step is LegStep.CONFIRMED and call.state is not LineCallState.CONNECTED:
            self._connected(call)

    def leg_media(self, call_id: CallId, media: LegMedia) -> None:
        """The sound of a call was negotiated anew."""
        call = self.living.get(call_id)
        if call is None:
            return
        self.living.beside(call_id).negotiated_at = time.monotonic()
        now = self.living.change(
            call_id,
            media_active=media.active,
            direction=media.direction,
            codec=media.codec,
            hold=hold_state(here=call.hold in HELD_HERE, there=media.remote_hold),
            encrypted=media.encrypted,
        )
        self._parts.mixer.renegotiated(call_id, self.orders.sounds())
        if now == call:
            self.living.tell_sound(call_id)
        self._ring_back()

    def leg_digit(self, call_id: CallId, digit: str) -> None:
        """The far end pressed a key. One that still sounds when the sound is negotiated anew comes a second time."""
        if digit.upper() not in _KEYS or call_id not in self.living:
            return  # a hook flash, which newer libraries tell as "R", is no key
        beside, now = self.living.beside(call_id), time.monotonic()
        again = digit == beside.last_key and beside.key_at < beside.negotiated_at
        again = again and now - beside.key_at < _SOUNDED_TWICE_S
        beside.last_key, beside.key_at = digit, now
        if not again:
            self._tell(LineDigit(call_id, digit))

    def leg_last_words(self, call_id: CallId, message: str) -> None:
        """The call is taken back or ended by CANCEL or BYE: perhaps another desk was faster, or the way to it broke."""
        said = reason_of_end(message)
        if call_id in self.living:
            beside = self.living.beside(call_id)
            beside.elsewhere = beside.elsewhere or said.elsewhere
            beside.broken = beside.broken or said.broken

    def leg_given_up(self, call_id: CallId) -> None:
        """The library has sent a BYE by itself, as for a session that nobody refreshed: the call is over now."""
        self._later.append(lambda: self._let_go(call_id))

    def leg_identified(self, call_id: CallId, message: str) -> None:
        """The network says in a call who is at its far end now: an exchange has handed it over."""
        call, newer = self.living.get(call_id), newer_identity(message)
        if call is None or newer is None:
            return
        was = (call.number, call.withheld, call.display_name, call.uri)
        if was != (newer.number, newer.withheld, newer.display_name, newer.uri):
            told = LineIdentity(call_id, newer.number, newer.withheld, newer.display_name, newer.uri)
            self.living.change(
                call_id,
                number=told.number,
                withheld=told.withheld,
                display_name=told.display_name,
                uri=told.uri,
            )
            self._tell(told)
            _log.info("call %s: another far end", call_id)

    def leg_diverted(self, call_id: CallId, uri: str) -> bool:
        """Whom we called is to be found elsewhere; returns whether to call there."""
        if call_id not in self.living:
            return False
        target = party(uri).uri
        follow = self._servers.may_follow(target)
        to = number_of(target) or target
        self.living.change(call_id, diverted_to=to)
        self._tell(LineDiverted(call_id, to, follow))
        if not follow:
            self.living.beside(call_id).end_reason = f"diverted to {to}"
        return follow

    def leg_referred(self, call_id: CallId, uri: str) -> CallId | None:
        """A far end asks us to call somebody in its place."""
        call = self.living.get(call_id)
        target = party(uri).uri
        library = self._parts.library
        room = len(library.legs) < library.limits.calls
        connected = call is not None and call.state is LineCallState.CONNECTED
        if call is None or not connected or not room or not self._servers.may_refer(call, target):
            _log.warning("call %s: asked to call somebody else, declined", call_id)
            return None
        new_id = self.new_call_id()
        self.handovers.referred(call, target, new_id)
        return new_id

    def leg_replaced(self, arrival: Arrived) -> None:
        """Somebody takes the place of the far end of a call: told as a call of its own that goes on with the first."""
        self._arrivals.arrived(arrival)
        if arrival.replaces is not None and arrival.call_id in self.living:
            self.handovers.takes_over(arrival.call_id, arrival.replaces)

    def leg_transfer(self, call_id: CallId, code: int, reason: str, final: bool) -> None:
        """The far end tells how the transfer goes."""
        self.handovers.heard(call_id, code, reason, final=final)

    def registration(self, account: str, code: int, reason: str, expires_s: int, status: int) -> None:
        """A server has spoken."""
        self._servers.heard(account, code, reason, expires_s, status)

    def ping_answered(self, account: str, code: int) -> None:
        """A question to a server has ended."""
        self._servers.ping_answered(account, code)

    def turned_away(self, code: int, reason: str, message: str, host: str) -> None:
        """A call was refused before anybody could answer it."""
        self._arrivals.turned_away(code, reason, message, host)

    def could_not_begin(self, call_id: CallId, detail: str) -> None:
        """A call of ours ended before it began."""
        call = self.living.get(call_id)
        if call is not None:
            self._over(call, 0, detail)

    def fault(self, where: str, detail: str, call_id: CallId | None = None) -> None:
        """Our own code failed."""
        _log.error("%s (call %s): %s", where, call_id, detail)
        self._tell(LineFault(where, detail[-2000:], call_id))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _gone(self, call_id: CallId) -> None:
        call = self.living.get(call_id)
        if call is not None:
            self._over(call, _GONE, "gone before it rang")

    def _connected(self, call: LineCall) -> None:
        now, recordings, recording = _now(), self._parts.recordings, False
        if recordings is not None:
            recordings.begin(call.call_id)
            recording = call.call_id in recordings
        before = self.handovers.predecessor(call.call_id)
        old = self.living.get(before)
        self.living.change(
            call.call_id,
            state=LineCallState.CONNECTED,
            answered_at=now,
            recording=recording,
            muted=old is not None and old.muted,
            joined=old is not None and old.joined,
        )
        self._parts.sound.call_connected()
        self.orders.mix()
        self._ring_back()
        self._tell(LineConnected(call.call_id, now, recording))
        if before is not None:
            self.handovers.replaced(before, call.call_id)
        _log.info("call %s connected", call.call_id)

    def _over(self, call: LineCall, code: int, reason: str) -> None:
        call, beside = self.living.end(call.call_id)
        summary = self._hearing.over(call)
        if summary is not None:
            self._tell(summary)
        self._parts.mixer.forget_call(call.call_id)
        if self._parts.recordings is not None:
            self._parts.recordings.end(call.call_id)
        by = _who_ended(call, code, ended_here=beside.ended_here)
        if by is EndedBy.REMOTE and beside.broken:
            by, code, reason = EndedBy.FAILURE, 0, beside.broken
        undecided = self.handovers.over(call.call_id)
        self._ring_back()
        if undecided is not None:
            self._tell(undecided)
        reason = beside.end_reason or reason
        self._tell(
            LineEnded(call.call_id, _now(), by, code, reason, call.answered_at, elsewhere=beside.elsewhere)
        )
        self._leave_alone()
        self.handovers.bring_back(call)
        _log.info("call %s ended by %s, %d", call.call_id, by.value, code)

    def _leave_alone(self) -> None:
        """A conference of one is a call as any other."""
        joined = [call for call in self.living.all if call.joined]
        if len(joined) == 1:
            self.living.change(joined[0].call_id, joined=False)

    def _let_go(self, call_id: CallId) -> None:
        legs = self._parts.library.legs
        if call_id not in self.living or call_id not in legs:
            return
        _log.warning("call %s: ended by the library", call_id)
        try:
            legs.hangup(call_id, _NO_WORD)
        except pj.Error as problem:
            self.fault("hangup", problem.info(), call_id)

    def _ring_back(self) -> None:
        """Let the operator hear that it rings over there, where the network sends no sound of its own."""
        ringing = [call for call in self.living.all if call.state is LineCallState.RINGING]
        legs = self._parts.library.legs
        self._parts.tones.ring(any(not self._hearing.is_heard_early(call, legs) for call in ringing))


def _who_ended(call: LineCall, code: int, *, ended_here: bool) -> EndedBy:
    if ended_here:
        return EndedBy.LOCAL
    if call.state is LineCallState.CONNECTED:
        return EndedBy.REMOTE if code < 300 else EndedBy.FAILURE
    return EndedBy.REMOTE if code in _REFUSED_BY_FAR_END else EndedBy.FAILURE


def _now() -> datetime:
    return datetime.now(UTC)


def _disagrees(call: LineCall) -> bool:
    """Whether the sound that was agreed is not the one that is wished here.

    NONE with nobody's hold: both ends took theirs back in the same moment, and each was told 491 (RFC 3261, 14.1).
    """
    if call.hold in HELD_HERE:
        return call.direction in (MediaDirection.BOTH, MediaDirection.RECEIVE)
    return call.hold is HoldState.NONE and call.direction in (MediaDirection.SEND, MediaDirection.NONE)
