"""What is ordered of the calls: by the window, and by the engine itself. On the library's thread only."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import HoldState, LineCall, LineCallState, LinePlaced, LineSignal
from operator_app.telephony.calls import placed
from operator_app.telephony.engine.library import Library
from operator_app.telephony.engine.links import CallSound
from operator_app.telephony.engine.living import HELD_HERE, LivingCalls, hold_state
from operator_app.telephony.engine.mixer import Mixer
from operator_app.telephony.engine.recording import Recordings
from operator_app.telephony.engine.servers import Servers
from operator_app.telephony.engine.sink import Sink
from operator_app.telephony.engine.sound import Sound
from operator_app.telephony.engine.tones import Tones
from operator_app.telephony.invite import number_of
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

_DTMF = frozenset("0123456789*#ABCD")
_RETRIES = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """What exists once settings are in force."""

    library: Library
    mixer: Mixer
    sound: Sound
    recordings: Recordings | None
    tones: Tones


class Orders:
    """Carries orders out and keeps the picture of the calls; each may be refused with `PhoneRefusedError`."""

    def __init__(
        self, tell: Callable[[LineSignal], None], living: LivingCalls, servers: Servers, sink: Sink
    ) -> None:
        self._tell, self._living, self._servers, self._sink = tell, living, servers, sink
        self._parts: Parts

    def attach(self, parts: Parts) -> None:
        """Receive the parts that could only be made with the sink in hand."""
        self._parts = parts

    def detach(self) -> None:
        """Let go of them, so that nothing of the library outlives it."""
        del self._parts

    def answer(self, call_id: CallId, *, notice: bool = False) -> None:
        """Answer a call that rings here; with `notice` the operator hears two pips first."""
        self.need(call_id, LineCallState.OFFERED)
        self.carry_out(lambda: self._parts.library.legs.answer(call_id))
        if notice:
            self._parts.tones.notice()

    def end(self, call_id: CallId, *, busy: bool = False, code: int = 0) -> None:
        """End a call in whatever state."""
        call = self.need(call_id)
        if call.state is LineCallState.OFFERED:
            code = code or (486 if busy else 603)
        self._living.beside(call_id).ended_here = True
        self.carry_out(lambda: self._parts.library.legs.hangup(call_id, code))

    def dial(self, number_or_uri: str, headers: dict[str, str], for_call: CallId | None = None) -> CallId:
        """Place a call and return its id; the one for whose sake it is placed is held meanwhile."""
        account, uri = self._servers.route(number_or_uri)
        library = self._parts.library
        if len(library.legs) >= library.limits.calls:
            raise PhoneRefusedError(PhoneRefusal.TOO_MANY_CALLS, f"{library.limits.calls} calls are up")
        if for_call is not None:
            self.need(for_call, LineCallState.CONNECTED)
            self.hold(for_call, True)
        call_id = self._sink.new_call_id()
        told = LinePlaced(call_id, number_of(uri), uri, account, datetime.now(UTC), for_call=for_call)
        self._living.add(placed(told))
        self._tell(told)
        try:
            self.carry_out(lambda: library.legs.dial(library.account(account), call_id, uri, headers))
        except PhoneRefusedError as refusal:
            self._sink.could_not_begin(call_id, refusal.detail)
            raise
        return call_id

    def hold(self, call_id: CallId, on: bool) -> None:
        """Put a call on hold or take it back."""
        call = self.need(call_id, LineCallState.CONNECTED)
        if (call.hold in HELD_HERE) == on:
            return
        far = call.hold in (HoldState.REMOTE, HoldState.BOTH)
        self._living.change(call_id, hold=hold_state(here=on, there=far))
        self.mix()
        self._living.beside(call_id).hold_tries = 0
        self.offer_hold(call_id, on)

    def offer_hold(self, call_id: CallId, on: bool) -> None:
        """Put the hold to the far end; while another change is being agreed it has to wait, and is tried again."""
        beside = self._living.beside(call_id)
        if beside.hold_tries > _RETRIES:
            return
        beside.hold_tries += 1
        try:
            self._parts.library.legs.hold(call_id, on)
        except pj.Error as problem:
            _log.info("call %s: hold %s has to wait: %s", call_id, on, problem.reason)
            if beside.hold_tries > _RETRIES:
                self._sink.fault("hold", problem.reason, call_id)

    def join(self, call_id: CallId, on: bool) -> None:
        """Let a call hear the others that are joined and be heard by them, or keep it apart again."""
        self.need(call_id, LineCallState.CONNECTED)
        if on:
            self.hold(call_id, False)
        self._living.change(call_id, joined=on)
        self.mix()

    def mute(self, call_id: CallId, on: bool) -> None:
        """Keep the operator's voice from a call."""
        self.need(call_id, LineCallState.CONNECTED)
        self._living.change(call_id, muted=on)
        self.mix()

    def dtmf(self, call_id: CallId, digits: str) -> None:
        """Send keys into a call."""
        self.need(call_id, LineCallState.CONNECTED)
        if not digits or not set(digits.upper()) <= _DTMF:
            raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "keys are 0-9 * # A-D")
        library = self._parts.library
        by_info = library.keys_by_info
        try:
            library.legs.dtmf(call_id, digits.upper(), by_info=by_info)
        except pj.Error:
            # A far end that offered no telephone-event may still read INFO.
            if by_info:
                raise
            self.carry_out(lambda: library.legs.dtmf(call_id, digits.upper(), by_info=True))

    def end_all(self, code: int = 0) -> None:
        """End every call: the engine is about to stop."""
        for call in self._living.all:
            if call.call_id in self._parts.library.legs:
                self.end(call.call_id, code=code)

    def end_waiting(self) -> None:
        """Send those who ring elsewhere (480): nobody is here to answer."""
        for call in self._living.all:
            if call.state is LineCallState.OFFERED:
                self.end(call.call_id, code=480)

    # --- for all who order ------------------------------------------------------------------------------------------

    def need(self, call_id: CallId, state: LineCallState | None = None) -> LineCall:
        """Return a living call that is in that state, or refuse."""
        call = self._living.get(call_id)
        if call is None or call_id not in self._parts.library.legs:
            raise PhoneRefusedError(PhoneRefusal.UNKNOWN_CALL, call_id)
        if state is not None and call.state is not state:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, f"the call is {call.state.value}")
        return call

    def carry_out(self, work: Callable[[], None]) -> None:
        """Have the library do it; its refusal is ours."""
        try:
            work()
        except pj.Error as problem:
            raise PhoneRefusedError(PhoneRefusal.LIBRARY, f"{problem.title}: {problem.reason}") from None

    def mix(self) -> None:
        """Let everybody hear whom he is to hear."""
        self._parts.mixer.apply(self.sounds())

    def sounds(self) -> list[CallSound]:
        """Return what decides about the links of each call."""
        recordings = self._parts.recordings
        return [
            CallSound(
                call_id=call.call_id,
                media_active=call.media_active and call.call_id in self._parts.library.legs,
                held=call.hold in HELD_HERE,
                muted=call.muted,
                taped=recordings is not None and call.call_id in recordings,
                joined=call.joined,
            )
            for call in self._living.all
        ]
