"""The engine's own model of its calls, the only truth about them: the library reports to it, orders go through it."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
    LineSilence,
    LineSilenceOver,
    MediaDirection,
)
from operator_app.telephony.dialling import sip_uri
from operator_app.telephony.engine.library import DIRECT, Library, host_of
from operator_app.telephony.engine.links import CallSound
from operator_app.telephony.engine.meter import Meter
from operator_app.telephony.engine.mixer import Mixer
from operator_app.telephony.engine.pings import Pings
from operator_app.telephony.engine.recording import Recordings
from operator_app.telephony.engine.registrations import Registrations
from operator_app.telephony.engine.silence import SilenceWatch
from operator_app.telephony.engine.sink import LegMedia, LegStep
from operator_app.telephony.engine.sound import Sound
from operator_app.telephony.invite import Invite, number_of, party, read_invite
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

_DTMF = frozenset("0123456789*#ABCD")
_REFUSED_BY_FAR_END = frozenset({480, 486, 487, 600, 603})


class Exchange:
    """All calls of the engine by our own ids. Implements `Sink`; everything on the library's thread."""

    def __init__(self, tell: Callable[[LineSignal], None]) -> None:
        self._tell = tell
        self._calls: dict[CallId, LineCall] = {}
        self._ended_here: set[CallId] = set()
        self._registrations = Registrations(tell)
        self._pings = Pings(self._registrations, self._ping)
        self._refused = 0
        self._meter = Meter()
        self._silence = SilenceWatch()
        self._library: Library
        self._mixer: Mixer
        self._sound: Sound
        self._recordings: Recordings | None = None

    def attach(self, library: Library, mixer: Mixer, sound: Sound, recordings: Recordings | None) -> None:
        """Receive the parts that could only be made with this sink in hand."""
        self._library, self._mixer, self._sound, self._recordings = library, mixer, sound, recordings

    def detach(self) -> None:
        """Let go of the parts, so that nothing of the library outlives it."""
        del self._library, self._mixer, self._sound
        self._recordings = None

    # --- state ------------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[LineCall, ...]:
        """Living calls, oldest first."""
        return tuple(self._calls.values())

    @property
    def registrations(self) -> tuple[LineRegistration, ...]:
        """How each account stands."""
        return self._registrations.all

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

    def answer(self, call_id: CallId) -> None:
        """Answer a call that rings here."""
        self._need(call_id, LineCallState.OFFERED)
        self._order(lambda: self._library.legs.answer(call_id))

    def end(self, call_id: CallId, *, busy: bool = False, code: int = 0) -> None:
        """End a call in whatever state."""
        call = self._need(call_id)
        if call.state is LineCallState.OFFERED:
            code = code or (486 if busy else 603)
        self._ended_here.add(call_id)
        self._order(lambda: self._library.legs.hangup(call_id, code))

    def dial(self, number_or_uri: str, headers: dict[str, str]) -> CallId:
        """Place a call and return its id."""
        account, uri = self._route(number_or_uri)
        if len(self._library.legs) >= self._library.limits.calls:
            raise PhoneRefusedError(PhoneRefusal.TOO_MANY_CALLS, f"{self._library.limits.calls} calls are up")
        call_id = self.new_call_id()
        self._calls[call_id] = call = LineCall(
            call_id=call_id,
            incoming=False,
            state=LineCallState.DIALLING,
            number=number_of(uri),
            withheld=False,
            display_name="",
            uri=uri,
            to=uri,
            account=account,
            offered_at=_now(),
        )
        self._tell(LinePlaced(call_id, call.number, uri, account, call.offered_at))
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
        if (call.hold in (HoldState.LOCAL, HoldState.BOTH)) == on:
            return
        self._order(lambda: self._library.legs.hold(call_id, on))
        self._calls[call_id] = replace(call, hold=HoldState.LOCAL if on else HoldState.NONE)
        self._mixer.apply(self._sounds())
        self._tell_media(call_id)

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
        self._order(lambda: self._library.legs.dtmf(call_id, digits.upper()))

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
        """Tell of the calls that came in since; their 180 is on the wire."""
        arrivals = self._library.legs.arrivals
        while arrivals:
            new = arrivals.pop(0)
            self._arrived(new.call_id, new.account, new.message, new.offered_epoch)

    # --- once a second ----------------------------------------------------------------------------------------------

    def measure(self) -> None:
        """Tell how each connected call sounds."""
        for call in self.calls:
            if call.state is LineCallState.CONNECTED and call.media_active:
                try:
                    found = self._library.legs.statistics(call.call_id)
                    self._tell(self._meter.read(call.call_id, found))
                except pj.Error as problem:
                    self.fault("quality", problem.info(), call.call_id)

    def listen(self) -> None:
        """Tell of calls in which nothing arrives any more, and of those in which it does again."""
        now = time.monotonic()
        for call in self.calls:
            since = self._silent_since(call, now)
            if since is not None and call.silent_since is None:
                silent_since = _now() - timedelta(seconds=now - since)
                self._calls[call.call_id] = replace(call, silent_since=silent_since)
                self._tell(LineSilence(call.call_id, silent_since))
                _log.warning("call %s: nothing arrives", call.call_id)
            elif since is None and call.silent_since is not None:
                self._calls[call.call_id] = replace(call, silent_since=None)
                self._tell(LineSilenceOver(call.call_id))
                _log.info("call %s: the silence is over", call.call_id)

    def ask_servers(self) -> None:
        """Ask the servers that we are registered at whether they are there."""
        self._pings.turn(time.monotonic())

    def sound_changed(self) -> None:
        """Set the links anew: microphone or earpiece are others now."""
        self._mixer.forget_sound()
        self._mixer.apply(self._sounds())

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
        here = call.hold in (HoldState.LOCAL, HoldState.BOTH)
        hold = {
            (False, False): HoldState.NONE,
            (True, False): HoldState.LOCAL,
            (False, True): HoldState.REMOTE,
            (True, True): HoldState.BOTH,
        }[here, media.remote_hold]
        self._calls[call_id] = replace(
            call, media_active=media.active, direction=media.direction, codec=media.codec, hold=hold
        )
        self._mixer.renegotiated(call_id, self._sounds())
        self._tell_media(call_id)

    def leg_digit(self, call_id: CallId, digit: str) -> None:
        """The far end pressed a key."""
        self._tell(LineDigit(call_id, digit))

    def registration(self, account: str, code: int, reason: str, expires_s: int, status: int) -> None:
        """A server has spoken."""
        self._registrations.heard(account, code, reason, expires_s, status)

    def ping_answered(self, account: str, code: int) -> None:
        """A question to a server has ended."""
        if self._pings.answered(account, code):
            self._library.register_again(account)

    def turned_away(self, code: int, reason: str, remote: str) -> None:
        """The library refused a call by itself."""
        self._refused += 1
        self._tell(LineRefused(self._refused, code, number_of(party(remote).uri), _now(), reason))

    def fault(self, where: str, detail: str, call_id: CallId | None = None) -> None:
        """Our own code failed."""
        _log.error("%s (call %s): %s", where, call_id, detail)
        self._tell(LineFault(where, detail[-2000:], call_id))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _arrived(self, call_id: CallId, account: str, message: str, offered_epoch: float) -> None:
        """Read a call, keep it, tell it. One that cannot be read is offered all the same."""
        try:
            read = read_invite(message)
        except Exception as problem:  # noqa: BLE001 # no word of a caller may cost the call
            self.fault("invite", repr(problem), call_id)
            read = Invite(None, False, "", "", "", None, None)
        call = LineCall(
            call_id=call_id,
            incoming=True,
            state=LineCallState.OFFERED,
            number=read.number,
            withheld=read.withheld,
            display_name=read.display_name,
            uri=read.uri,
            to=read.to,
            account=account,
            offered_at=datetime.fromtimestamp(offered_epoch, UTC),
            sent_at=read.sent_at,
            location=read.location,
        )
        self._calls[call_id] = call
        self._tell(
            LineOffered(
                call_id=call_id,
                number=call.number,
                withheld=call.withheld,
                display_name=call.display_name,
                uri=call.uri,
                to=call.to,
                account=account,
                offered_at=call.offered_at,
                sent_at=call.sent_at,
                location=call.location,
            )
        )
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
        self._calls[call.call_id] = replace(
            self._calls[call.call_id], state=LineCallState.CONNECTED, answered_at=now, recording=recording
        )
        self._sound.call_connected()
        self._mixer.apply(self._sounds())
        self._tell(LineConnected(call.call_id, now, recording))
        _log.info("call %s connected", call.call_id)

    def _over(self, call: LineCall, code: int, reason: str) -> None:
        del self._calls[call.call_id]
        self._meter.forget(call.call_id)
        self._silence.forget(call.call_id)
        self._mixer.forget_call(call.call_id)
        if self._recordings is not None:
            self._recordings.end(call.call_id)
        by = self._who_ended(call, code)
        self._ended_here.discard(call.call_id)
        self._tell(LineEnded(call.call_id, _now(), by, code, reason, call.answered_at))
        _log.info("call %s ended by %s, %d", call.call_id, by.value, code)

    def _ping(self, account: str) -> None:
        try:
            self._library.ping(account)
        except pj.Error as problem:
            _log.warning("account %s: %s", account, problem.reason)
            self._pings.answered(account, 0)

    def _silent_since(self, call: LineCall, now: float) -> float | None:
        hears = call.direction in (MediaDirection.BOTH, MediaDirection.RECEIVE)
        due = call.state is LineCallState.CONNECTED and call.media_active and hears
        # A far end that holds may stop its sound; it is no fault.
        if not due or call.hold is not HoldState.NONE or call.call_id not in self._library.legs:
            self._silence.forget(call.call_id)
            return None
        try:
            rtcp = self._library.legs.statistics(call.call_id).rtcp
        except pj.Error as problem:
            self.fault("silence", problem.info(), call.call_id)
            return None
        # The count on the sending side grows with each report of the far end, the other one with our own reports.
        return self._silence.look(call.call_id, (rtcp.rxStat.pkt, rtcp.txStat.updateCount), now)

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

    def _route(self, wish: str) -> tuple[str, str]:
        # The settings have the accounts in the order of preference.
        account = next((each for each in self._library.names if each in self._registrations.up), DIRECT)
        settings = self._library.account_of(account)
        return account, sip_uri(wish, host_of(settings.registrar) if settings else None)

    def _sounds(self) -> list[CallSound]:
        return [
            CallSound(
                call_id=call.call_id,
                media_active=call.media_active and call.call_id in self._library.legs,
                held=call.hold in (HoldState.LOCAL, HoldState.BOTH),
                muted=call.muted,
                taped=self._recordings is not None and call.call_id in self._recordings,
            )
            for call in self._calls.values()
        ]

    def _tell_media(self, call_id: CallId) -> None:
        call = self._calls[call_id]
        self._tell(LineMedia(call_id, call.media_active, call.direction, call.codec, call.hold, call.muted))


def _now() -> datetime:
    return datetime.now(UTC)
