"""The engine's own model of its calls, the only truth about them: the library reports to it, orders go through it."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
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
    LineEnded,
    LineFault,
    LineMedia,
    LineOffered,
    LinePlaced,
    LineProgress,
    LineRefused,
    LineRegistration,
    LineSignal,
    MediaDirection,
)
from operator_app.telephony.calls import offered, placed
from operator_app.telephony.engine.doorman import Request
from operator_app.telephony.engine.handovers import Handovers
from operator_app.telephony.engine.hearing import Hearing
from operator_app.telephony.engine.library import Library
from operator_app.telephony.engine.links import CallSound
from operator_app.telephony.engine.mixer import Mixer
from operator_app.telephony.engine.recording import Recordings
from operator_app.telephony.engine.servers import Servers
from operator_app.telephony.engine.sink import Arrived, LegMedia, LegStep
from operator_app.telephony.engine.sound import Sound
from operator_app.telephony.engine.tones import Tones
from operator_app.telephony.invite import (
    Invite,
    is_answered_elsewhere,
    number_of,
    read_invite,
)
from operator_app.telephony.message import party
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

_DTMF = frozenset("0123456789*#ABCD")
_REFUSED_BY_FAR_END = frozenset({480, 486, 487, 600, 603})
_LOCAL = (HoldState.LOCAL, HoldState.BOTH)
_RETRIES = 5
_NO_WORD = 408
_SOUNDED_TWICE_S = 1.0


class Exchange:
    """All calls of the engine by our own ids. Implements `Sink`; everything on the library's thread."""

    def __init__(self, tell: Callable[[LineSignal], None]) -> None:
        self._tell = tell
        self._calls: dict[CallId, LineCall] = {}
        self._ended_here: set[CallId] = set()
        self._later: list[Callable[[], None]] = []
        self._servers = Servers(tell, self)
        self._hearing = Hearing(tell, self._calls, self.fault)
        self._handovers = Handovers(tell, self._calls, self, self._later.append)
        self._refused = 0
        self._elsewhere: set[CallId] = set()
        self._retries: dict[CallId, int] = {}
        self._last_key: dict[CallId, tuple[str, float]] = {}
        self._media_at: dict[CallId, float] = {}
        self._library: Library
        self._mixer: Mixer
        self._sound: Sound
        self._recordings: Recordings | None = None

    def attach(
        self, library: Library, mixer: Mixer, sound: Sound, recordings: Recordings | None, tones: Tones
    ) -> None:
        """Receive the parts that could only be made with this sink in hand."""
        self._library, self._mixer, self._sound, self._recordings = library, mixer, sound, recordings
        self._tones = tones
        self._servers.attach(library)

    def detach(self) -> None:
        """Let go of the parts, so that nothing of the library outlives it."""
        self._servers.detach()
        self._later.clear()
        del self._library, self._mixer, self._sound, self._tones
        self._recordings = None

    # --- state ------------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[LineCall, ...]:
        """Living calls, oldest first."""
        return tuple(self._calls.values())

    @property
    def registrations(self) -> tuple[LineRegistration, ...]:
        """How each account stands."""
        return self._servers.registrations

    @property
    def refused(self) -> int:
        """Calls that the library turned away by itself."""
        return self._refused

    @property
    def urgent(self) -> bool:
        """Whether an order may come any moment whose delay a caller would hear."""
        return any(call.state is not LineCallState.CONNECTED for call in self._calls.values())

    @property
    def talking(self) -> bool:
        """Whether a call is connected."""
        return any(call.state is LineCallState.CONNECTED for call in self._calls.values())

    # --- orders -----------------------------------------------------------------------------------------------------

    def answer(self, call_id: CallId, *, notice: bool = False) -> None:
        """Answer a call that rings here; with `notice` the operator hears two pips first."""
        self._need(call_id, LineCallState.OFFERED)
        self._order(lambda: self._library.legs.answer(call_id))
        if notice:
            self._tones.notice()

    def end(self, call_id: CallId, *, busy: bool = False, code: int = 0) -> None:
        """End a call in whatever state."""
        call = self._need(call_id)
        if call.state is LineCallState.OFFERED:
            code = code or (486 if busy else 603)
        self._ended_here.add(call_id)
        self._order(lambda: self._library.legs.hangup(call_id, code))

    def dial(self, number_or_uri: str, headers: dict[str, str], for_call: CallId | None = None) -> CallId:
        """Place a call and return its id; the one for whose sake it is placed is held meanwhile."""
        account, uri = self._servers.route(number_or_uri)
        if len(self._library.legs) >= self._library.limits.calls:
            raise PhoneRefusedError(PhoneRefusal.TOO_MANY_CALLS, f"{self._library.limits.calls} calls are up")
        if for_call is not None:
            self._need(for_call, LineCallState.CONNECTED)
            self.hold(for_call, True)
        call_id = self.new_call_id()
        told = LinePlaced(call_id, number_of(uri), uri, account, _now(), for_call=for_call)
        self._calls[call_id] = call = placed(told)
        self._tell(told)
        try:
            self._order(
                lambda: self._library.legs.dial(self._library.account(account), call_id, uri, headers)
            )
        except PhoneRefusedError as refusal:
            if call_id in self._calls:
                self._over(call, 0, refusal.detail)
            raise
        return call_id

    def hold(self, call_id: CallId, on: bool) -> None:
        """Put a call on hold or take it back."""
        call = self._need(call_id, LineCallState.CONNECTED)
        if (call.hold in _LOCAL) == on:
            return
        far = call.hold in (HoldState.REMOTE, HoldState.BOTH)
        self._calls[call_id] = replace(call, hold=_hold_state(on, far))
        self._mixer.apply(self._sounds())
        self._tell_media(call_id)
        self._retries.pop(call_id, None)
        self._offer_hold(call_id, on)

    def join(self, call_id: CallId, on: bool) -> None:
        """Let a call hear the others that are joined and be heard by them, or keep it apart again."""
        call = self._need(call_id, LineCallState.CONNECTED)
        if on:
            self.hold(call_id, False)
        self._calls[call_id] = replace(self._calls[call_id], joined=on)
        self._mixer.apply(self._sounds())
        if call.joined != on:
            self._tell_media(call_id)

    def transfer(self, call_id: CallId, to: str) -> None:
        """Ask the far end to call `to` in our place; the call is held until that is decided."""
        call = self._need(call_id, LineCallState.CONNECTED)
        uri = self._servers.route(to)[1]
        legs = self._library.legs
        self._handovers.ask(call, to, None, lambda: self._order(lambda: legs.transfer(call_id, uri)))

    def transfer_to(self, call_id: CallId, other: CallId) -> None:
        """Ask the far end of a call to take our place in another one that we have up."""
        call = self._need(call_id, LineCallState.CONNECTED)
        target = self._need(other, LineCallState.CONNECTED)
        if call_id == other:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a call cannot be transferred to itself")
        legs, to = self._library.legs, target.number or target.uri
        self._handovers.ask(call, to, other, lambda: self._order(lambda: legs.transfer_to(call_id, other)))

    def mute(self, call_id: CallId, on: bool) -> None:
        """Keep the operator's voice from a call."""
        call = self._need(call_id, LineCallState.CONNECTED)
        self._calls[call_id] = replace(call, muted=on)
        self._mixer.apply(self._sounds())
        self._tell_media(call_id)

    def dtmf(self, call_id: CallId, digits: str) -> None:
        """Send keys into a call."""
        self._need(call_id, LineCallState.CONNECTED)
        if not digits or not set(digits.upper()) <= _DTMF:
            raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "keys are 0-9 * # A-D")
        by_info = self._library.keys_by_info
        try:
            self._library.legs.dtmf(call_id, digits.upper(), by_info=by_info)
        except pj.Error:
            # A far end that offered no telephone-event may still read INFO.
            if by_info:
                raise
            self._order(lambda: self._library.legs.dtmf(call_id, digits.upper(), by_info=True))

    def end_all(self, code: int = 0) -> None:
        """End every call: the engine is about to stop."""
        for call in self.calls:
            if call.call_id in self._library.legs:
                self.end(call.call_id, code=code)

    def end_waiting(self) -> None:
        """Send those who ring elsewhere (480): nobody is here to answer."""
        for call in self.calls:
            if call.state is LineCallState.OFFERED:
                self.end(call.call_id, code=480)

    def take_arrivals(self) -> None:
        """Do what no callback may do, and tell of the calls that came in since; their 180 is on the wire."""
        while self._later:
            self._later.pop(0)()
        arrivals = self._library.legs.arrivals
        while arrivals:
            new = arrivals.pop(0)
            if new.refused:
                self._library.legs.hangup(new.call_id, new.refused)
            else:
                self._arrived(new)

    # --- once a second ----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Bring to an end what the far end or the network left open: holds not agreed, transfers not decided."""
        self._handovers.give_up_late()
        for call in self.calls:
            was_held = call.call_id in self._retries
            if call.state is LineCallState.CONNECTED and (call.media_active or was_held) and _disagrees(call):
                self._offer_hold(call.call_id, call.hold in _LOCAL)
        for call_id in self._handovers.coming:
            if call_id in self._calls and not self._library.legs.lives(call_id):
                # The library could not even begin the call that a far end asked us for.
                self._library.legs.forget(call_id)
                self._over(self._calls[call_id], 0, "could not be placed")

    def measure(self) -> None:
        """Tell how each connected call sounds."""
        self._hearing.measure(self._library.legs)

    def listen(self) -> None:
        """Tell of calls in which nothing arrives any more, and of those in which it does again."""
        self._hearing.listen(self._library.legs, cut_off=self._servers.cut_off)

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
        call = self._calls.get(call_id)
        if call is None:
            return
        if step is LegStep.DISCONNECTED:
            self._over(call, code, reason)
        elif step is LegStep.EARLY and not call.incoming and call.state is LineCallState.DIALLING:
            self._calls[call_id] = replace(call, state=LineCallState.RINGING)
            self._tell(LineProgress(call_id, LineCallState.RINGING, code))
            self._ring_back()
        elif step is LegStep.CONNECTING and call.incoming:
            # Our 200 is out: from here the caller may speak.
            self._connected(call)
        elif step is LegStep.CONFIRMED and call.state is not LineCallState.CONNECTED:
            self._connected(call)

    def leg_media(self, call_id: CallId, media: LegMedia) -> None:
        """The sound of a call was negotiated anew."""
        call = self._calls.get(call_id)
        if call is None:
            return
        hold = _hold_state(call.hold in _LOCAL, media.remote_hold)
        self._calls[call_id] = replace(
            call,
            media_active=media.active,
            direction=media.direction,
            codec=media.codec,
            hold=hold,
            encrypted=media.encrypted,
        )
        self._media_at[call_id] = time.monotonic()
        self._mixer.renegotiated(call_id, self._sounds())
        self._tell_media(call_id)
        self._ring_back()

    def leg_digit(self, call_id: CallId, digit: str) -> None:
        """The far end pressed a key. One that still sounds when the sound is negotiated anew comes a second time."""
        if digit.upper() not in _DTMF:
            return  # a hook flash, which newer libraries tell as "R", is no key
        now = time.monotonic()
        last, at = self._last_key.get(call_id, ("", 0.0))
        self._last_key[call_id] = (digit, now)
        negotiated = self._media_at.get(call_id, 0.0)
        if digit == last and at < negotiated and now - at < _SOUNDED_TWICE_S:
            return
        self._tell(LineDigit(call_id, digit))

    def leg_cancelled(self, call_id: CallId, message: str) -> None:
        """The call is taken back by CANCEL or BYE; perhaps because another desk was faster."""
        if is_answered_elsewhere(message):
            self._elsewhere.add(call_id)

    def leg_given_up(self, call_id: CallId) -> None:
        """The library has sent a BYE by itself, as for a session that nobody refreshed: the call is over now."""
        self._later.append(lambda: self._let_go(call_id))

    def leg_referred(self, call_id: CallId, uri: str) -> CallId | None:
        """A far end asks us to call somebody in its place."""
        call = self._calls.get(call_id)
        target = party(uri).uri
        room = len(self._library.legs) < self._library.limits.calls
        connected = call is not None and call.state is LineCallState.CONNECTED
        if call is None or not connected or not room or not self._servers.may_refer(call, target):
            _log.warning("call %s: asked to call somebody else, declined", call_id)
            return None
        new_id = self.new_call_id()
        self._handovers.referred(call, target, new_id)
        return new_id

    def leg_replaced(self, arrival: Arrived) -> None:
        """Somebody takes the place of the far end of a call: told as a call of its own that goes on with the first."""
        if arrival.replaces is not None:
            self._handovers.takes_over(arrival.call_id, arrival.replaces)
        self._arrived(arrival)

    def leg_transfer(self, call_id: CallId, code: int, reason: str, final: bool) -> None:
        """The far end tells how the transfer goes."""
        self._handovers.heard(call_id, code, reason, final=final)

    def registration(self, account: str, code: int, reason: str, expires_s: int, status: int) -> None:
        """A server has spoken."""
        self._servers.heard(account, code, reason, expires_s, status)

    def ping_answered(self, account: str, code: int) -> None:
        """A question to a server has ended."""
        self._servers.ping_answered(account, code)

    def turned_away(self, code: int, reason: str, remote: str) -> None:
        """The library refused a call by itself."""
        self._refused += 1
        self._tell(LineRefused(self._refused, code, number_of(party(remote).uri), _now(), reason))

    def stranger_away(self, request: Request, code: int) -> None:
        """The doorman refused a stranger's call."""
        self.turned_away(code, f"from {request.host}", request.header("from"))

    def fault(self, where: str, detail: str, call_id: CallId | None = None) -> None:
        """Our own code failed."""
        _log.error("%s (call %s): %s", where, call_id, detail)
        self._tell(LineFault(where, detail[-2000:], call_id))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _arrived(self, new: Arrived) -> None:
        """Read a call, keep it, tell it. One that cannot be read is offered all the same."""
        call_id = new.call_id
        try:
            read = read_invite(new.message, believed=new.believed)
        except Exception as problem:  # noqa: BLE001 # no word of a caller may cost the call
            self.fault("invite", repr(problem), call_id)
            read = Invite(None, False, "", "", "", None, None)
        told = LineOffered(
            call_id=call_id,
            number=read.number,
            withheld=read.withheld,
            display_name=read.display_name,
            uri=read.uri,
            to=read.to,
            account=new.account,
            believed=new.believed,
            offered_at=datetime.fromtimestamp(new.offered_epoch, UTC),
            sent_at=read.sent_at,
            location=read.location,
            referred_by=read.referred_by,
            reference=read.reference,
            emergency_ids=read.emergency_ids,
            device=read.device,
        )
        self._calls[call_id] = call = offered(told)
        self._tell(told)
        _log.info("call %s offered", call_id)
        if call_id not in self._library.legs:
            # Given up while we were still about to ring.
            self._over(call, 487, "gone before it rang")

    def _connected(self, call: LineCall) -> None:
        now = _now()
        recording = False
        if self._recordings is not None:
            self._recordings.begin(call.call_id)
            recording = call.call_id in self._recordings
        before = self._handovers.predecessor(call.call_id)
        old = None if before is None else self._calls.get(before)
        self._calls[call.call_id] = replace(
            self._calls[call.call_id],
            state=LineCallState.CONNECTED,
            answered_at=now,
            recording=recording,
            muted=old is not None and old.muted,
            joined=old is not None and old.joined,
        )
        self._sound.call_connected()
        self._mixer.apply(self._sounds())
        self._ring_back()
        self._tell(LineConnected(call.call_id, now, recording))
        if before is not None:
            self._handovers.replaced(before, call.call_id)
        if old is not None and (old.muted or old.joined):
            self._tell_media(call.call_id)
        _log.info("call %s connected", call.call_id)

    def _over(self, call: LineCall, code: int, reason: str) -> None:
        del self._calls[call.call_id]
        summary = self._hearing.over(call)
        if summary is not None:
            self._tell(summary)
        self._mixer.forget_call(call.call_id)
        if self._recordings is not None:
            self._recordings.end(call.call_id)
        by = self._who_ended(call, code)
        elsewhere = call.call_id in self._elsewhere
        reason, undecided = self._handovers.over(call.call_id, reason)
        for kept in (self._ended_here, self._elsewhere):
            kept.discard(call.call_id)
        for table in (self._retries, self._last_key, self._media_at):
            table.pop(call.call_id, None)
        self._ring_back()
        if undecided is not None:
            self._tell(undecided)
        self._tell(LineEnded(call.call_id, _now(), by, code, reason, call.answered_at, elsewhere))
        self._leave_alone()
        self._handovers.bring_back(call)
        _log.info("call %s ended by %s, %d", call.call_id, by.value, code)

    def _leave_alone(self) -> None:
        """A conference of one is a call as any other."""
        joined = [call for call in self.calls if call.joined]
        if len(joined) == 1:
            self._calls[joined[0].call_id] = replace(joined[0], joined=False)
            self._tell_media(joined[0].call_id)

    def _offer_hold(self, call_id: CallId, on: bool) -> None:
        """Put the hold to the far end. While another change is being agreed it has to wait; `settle` tries again."""
        tries = self._retries.get(call_id, 0)
        if tries > _RETRIES:
            return
        self._retries[call_id] = tries + 1
        try:
            self._library.legs.hold(call_id, on)
        except pj.Error as problem:
            _log.info("call %s: hold %s has to wait: %s", call_id, on, problem.reason)
            if tries == _RETRIES:
                self.fault("hold", problem.reason, call_id)

    def _let_go(self, call_id: CallId) -> None:
        if call_id not in self._calls or call_id not in self._library.legs:
            return
        _log.warning("call %s: ended by the library", call_id)
        try:
            self._library.legs.hangup(call_id, _NO_WORD)
        except pj.Error as problem:
            self.fault("hangup", problem.info(), call_id)

    def _ring_back(self) -> None:
        """Let the operator hear that it rings over there, where the network sends no tone of its own."""
        self._tones.ring(
            any(
                call.state is LineCallState.RINGING and not call.media_active for call in self._calls.values()
            )
        )

    def _who_ended(self, call: LineCall, code: int) -> EndedBy:
        if call.call_id in self._ended_here:
            return EndedBy.LOCAL
        if call.state is LineCallState.CONNECTED:
            return EndedBy.REMOTE if code < 300 else EndedBy.FAILURE
        return EndedBy.REMOTE if code in _REFUSED_BY_FAR_END else EndedBy.FAILURE

    def _need(self, call_id: CallId, state: LineCallState | None = None) -> LineCall:
        call = self._calls.get(call_id)
        if call is None or call_id not in self._library.legs:
            raise PhoneRefusedError(PhoneRefusal.UNKNOWN_CALL, call_id)
        if state is not None and call.state is not state:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, f"the call is {call.state.value}")
        return call

    def _order(self, work: Callable[[], None]) -> None:
        try:
            work()
        except pj.Error as problem:
            raise PhoneRefusedError(PhoneRefusal.LIBRARY, f"{problem.title}: {problem.reason}") from None

    def _sounds(self) -> list[CallSound]:
        return [
            CallSound(
                call_id=call.call_id,
                media_active=call.media_active and call.call_id in self._library.legs,
                held=call.hold in _LOCAL,
                muted=call.muted,
                taped=self._recordings is not None and call.call_id in self._recordings,
                joined=call.joined,
            )
            for call in self._calls.values()
        ]

    def _tell_media(self, call_id: CallId) -> None:
        call = self._calls[call_id]
        self._tell(
            LineMedia(
                call_id,
                call.media_active,
                call.direction,
                call.codec,
                call.hold,
                call.muted,
                call.joined,
                call.encrypted,
            )
        )


def _hold_state(here: bool, there: bool) -> HoldState:
    if here:
        return HoldState.BOTH if there else HoldState.LOCAL
    return HoldState.REMOTE if there else HoldState.NONE


def _now() -> datetime:
    return datetime.now(UTC)


def _disagrees(call: LineCall) -> bool:
    """Whether the sound that was agreed is not the one that is wished here.

    NONE with nobody's hold: both ends took theirs back in the same moment, and each was told 491 (RFC 3261, 14.1).
    """
    if call.hold in _LOCAL:
        return call.direction in (MediaDirection.BOTH, MediaDirection.RECEIVE)
    return call.hold is HoldState.NONE and call.direction in (MediaDirection.SEND, MediaDirection.NONE)
