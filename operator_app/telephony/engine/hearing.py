"""How each call sounds: told once a second, and at once when nothing arrives any more."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    HoldState,
    LineCall,
    LineCallState,
    LineQualitySummary,
    LineSignal,
    LineSilence,
    LineSilenceOver,
    SilenceReason,
)
from operator_app.telephony.engine.legs import Legs
from operator_app.telephony.engine.living import LivingCalls
from operator_app.telephony.engine.meter import Meter
from operator_app.telephony.engine.silence import EarlySound, SilenceWatch

_log = logging.getLogger(__name__)


class Hearing:
    """Reads the library's counters of every connected call. On the library's thread only."""

    def __init__(
        self,
        tell: Callable[[LineSignal], None],
        living: LivingCalls,
        fault: Callable[[str, str, CallId], None],
    ) -> None:
        """A silence is noted in `living`; `fault` hears of what cannot be read."""
        self._tell, self._living, self._fault = tell, living, fault
        self._meter = Meter()
        self._silence = SilenceWatch()
        self._early = EarlySound()

    def measure(self, legs: Legs) -> None:
        """Tell how each connected call sounds."""
        for call in self._living.connected:
            if call.media_active:
                try:
                    found = legs.statistics(call.call_id)
                    self._tell(self._meter.read(call.call_id, found))
                except pj.Error as problem:
                    self._fault("quality", problem.info(), call.call_id)

    def listen(self, legs: Legs, *, cut_off: bool) -> None:
        """Tell of calls that fell silent and of those that are heard again; `cut_off`: no server is reached."""
        now = time.monotonic()
        for call in self._living.all:
            since = self._silent_since(call, legs, now)
            if since is not None and call.silent_since is None:
                silent_since = datetime.now(UTC) - timedelta(seconds=now - since)
                reason = self._reason(call.call_id, cut_off=cut_off)
                self._living.change(call.call_id, silent_since=silent_since, silence=reason)
                self._tell(LineSilence(call.call_id, silent_since, reason))
                _log.warning("call %s: nothing arrives (%s)", call.call_id, reason.value)
            elif since is None and call.silent_since is not None:
                self._note_silence(call)
                self._living.change(call.call_id, silent_since=None, silence=None)
                self._tell(LineSilenceOver(call.call_id))
                _log.info("call %s: the silence is over", call.call_id)

    def is_heard_early(self, call: LineCall, legs: Legs) -> bool:
        """Whether sound arrives from a call that rings over there: an agreement on it is no sound yet."""
        if not call.media_active or call.call_id not in legs:
            return False
        try:
            packets = legs.statistics(call.call_id).rtcp.rxStat.pkt
        except pj.Error:
            return False  # its sound is just being set up
        return self._early.arrives(call.call_id, packets, time.monotonic())

    def over(self, call: LineCall) -> LineQualitySummary | None:
        """Let go of a call; returns how it sounded, None when it was never measured."""
        self._note_silence(call)
        self._silence.over(call.call_id)
        self._early.over(call.call_id)
        return self._meter.forget(call.call_id)

    def _note_silence(self, call: LineCall) -> None:
        if call.silent_since is not None:
            self._meter.silent(call.call_id, (datetime.now(UTC) - call.silent_since).total_seconds())

    def _silent_since(self, call: LineCall, legs: Legs, now: float) -> float | None:
        """Since when nothing arrives in a connected call; whatever was agreed, both are to hear each other."""
        # A far end that holds may stop its sound; it is no fault.
        connected = call.state is LineCallState.CONNECTED and call.call_id in legs
        if not connected or call.hold is not HoldState.NONE:
            self._silence.forget(call.call_id)
            return None
        if not call.media_active:
            return self._silence.look(call.call_id, (0, 0), now)
        try:
            rtcp = legs.statistics(call.call_id).rtcp
        except pj.Error as problem:
            self._fault("silence", problem.info(), call.call_id)
            return None
        # The count on the sending side grows with each report of the far end, the other one with our own reports.
        return self._silence.look(call.call_id, (rtcp.rxStat.pkt, rtcp.txStat.updateCount), now)

    def _reason(self, call_id: CallId, *, cut_off: bool) -> SilenceReason:
        if not self._silence.ever_heard(call_id):
            return SilenceReason.NEVER
        return SilenceReason.NO_NETWORK if cut_off else SilenceReason.STOPPED
