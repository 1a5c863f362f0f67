"""How each call sounds, from the library's counters."""

from dataclasses import dataclass

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineQuality, LineQualitySummary
from operator_app.telephony import quality

_CODEC_MS = 25.0


@dataclass(slots=True)
class _Sums:
    """What a call's summary is made of."""

    readings: int = 0
    scored: int = 0
    """Readings in which sound came or was lost: silence by itself is neither good nor bad."""
    lost: int = 0
    due: int = 0
    mos: float = 0.0
    mos_worst: float = 5.0
    jitter: float = 0.0
    jitter_worst: float = 0.0
    delay: float = 0.0
    delay_worst: float = 0.0
    silent_s: float = 0.0


class Meter:
    """Turns running totals into what the last second was like, and into a summary when the call is over."""

    def __init__(self) -> None:
        self._before: dict[CallId, tuple[int, int]] = {}
        self._sums: dict[CallId, _Sums] = {}

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
        delay = (trip or 0.0) / 2 + buffered + _CODEC_MS
        score = quality.mos(percent, delay)
        jitter = rx.jitterUsec.mean / 1000
        self._add(call_id, max(lost - lost_before, 0), max(total - total_before, 0), score, jitter, delay)
        return LineQuality(
            call_id=call_id,
            received=rx.pkt,
            lost=rx.loss,
            discarded=rx.discard,
            jitter_ms=jitter,
            buffer_ms=buffered,
            round_trip_ms=trip,
            mos=round(score, 2),
        )

    def silent(self, call_id: CallId, seconds: float) -> None:
        """Note that for so long nothing arrived although it should have; also of a call that could not be read."""
        self._sums.setdefault(call_id, _Sums()).silent_s += seconds

    def forget(self, call_id: CallId) -> LineQualitySummary | None:
        """Let go of a call that is over; returns how it sounded, None when it was never measured."""
        self._before.pop(call_id, None)
        sums = self._sums.pop(call_id, None)
        if sums is None:
            return None
        count, scored = max(1, sums.readings), max(1, sums.scored)
        return LineQualitySummary(
            call_id=call_id,
            seconds=sums.readings or round(sums.silent_s),
            mos_mean=round(sums.mos / scored, 2) if sums.scored else quality.WORST,
            mos_worst=round(sums.mos_worst, 2) if sums.scored else quality.WORST,
            lost_percent=round(min(100.0, 100.0 * sums.lost / max(sums.due, 1)), 2),
            jitter_mean_ms=round(sums.jitter / count, 1),
            jitter_worst_ms=round(sums.jitter_worst, 1),
            delay_mean_ms=round(sums.delay / count, 1),
            delay_worst_ms=round(sums.delay_worst, 1),
            silent_s=round(sums.silent_s, 1),
        )

    def _add(self, call_id: CallId, lost: int, due: int, score: float, jitter: float, delay: float) -> None:
        sums = self._sums.setdefault(call_id, _Sums())
        sums.readings += 1
        sums.lost += lost
        sums.due += due
        if due:
            sums.scored += 1
            sums.mos += score
            sums.mos_worst = min(sums.mos_worst, score)
        sums.jitter += jitter
        sums.jitter_worst = max(sums.jitter_worst, jitter)
        sums.delay += delay
        sums.delay_worst = max(sums.delay_worst, delay)
