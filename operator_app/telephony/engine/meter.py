"""How each call sounds, from the library's counters."""

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineQuality
from operator_app.telephony import quality

_CODEC_MS = 25.0


class Meter:
    """Turns running totals into what the last second was like."""

    def __init__(self) -> None:
        self._before: dict[CallId, tuple[int, int]] = {}

    def read(self, call_id: CallId, found: pj.StreamStat) -> LineQuality:
        """Return the figures of a call; the score counts the loss since the last reading."""
        rx = found.rtcp.rxStat
        lost, total = rx.loss + rx.discard, rx.pkt + rx.loss
        lost_before, total_before = self._before.get(call_id, (0, 0))
        if total < total_before:  # a negotiation began the counters anew
            lost_before, total_before = 0, 0
        self._before[call_id] = lost, total
        percent = min(100.0, 100.0 * max(lost - lost_before, 0) / max(total - total_before, 1))
        trip = found.rtcp.rttUsec.mean / 1000 if found.rtcp.rttUsec.n else None
        buffered = float(found.jbuf.avgDelayMsec)
        return LineQuality(
            call_id=call_id,
            received=rx.pkt,
            lost=rx.loss,
            discarded=rx.discard,
            jitter_ms=rx.jitterUsec.mean / 1000,
            buffer_ms=buffered,
            round_trip_ms=trip,
            mos=round(quality.mos(percent, (trip or 0.0) / 2 + buffered + _CODEC_MS), 2),
        )

    def forget(self, call_id: CallId) -> None:
        """Let go of a call that is over."""
        self._before.pop(call_id, None)
