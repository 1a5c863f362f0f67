"""Calls in which nothing arrives any more: the library itself would never tell."""

from dataclasses import dataclass

from operator_app.domain.ids import CallId

SILENT_S = 2.0
EARLY_S = 1.0
"""So long after its last packet the sound of a call that rings over there counts as there, and so long it may begin."""


@dataclass(slots=True)
class _Heard:
    counts: tuple[int, int]
    at: float
    silent: bool = False


class SilenceWatch:
    """Compares counters of arrived packets over time. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._heard: dict[CallId, _Heard] = {}
        self._ever: set[CallId] = set()

    def look(self, call_id: CallId, counts: tuple[int, int], now: float) -> float | None:
        """Take the counters of RTP and RTCP; returns since when all is silent, None while something arrives.

        Either of the two is a sign of life: a far end that sends no sound in pauses still reports. But where no sound
        has come at all a report is none.
        """
        if counts[0]:
            self._ever.add(call_id)
        else:
            counts = (0, 0)
        known = self._heard.get(call_id)
        if known is None or known.counts != counts:
            self._heard[call_id] = _Heard(counts, now)
            return None
        known.silent = known.silent or now - known.at >= SILENT_S
        return known.at if known.silent else None

    def ever_heard(self, call_id: CallId) -> bool:
        """Whether any sound has come in this call."""
        return call_id in self._ever

    def forget(self, call_id: CallId) -> None:
        """Begin anew: the call is held, and nothing is due to arrive."""
        self._heard.pop(call_id, None)

    def over(self, call_id: CallId) -> None:
        """Let go of a call."""
        self.forget(call_id)
        self._ever.discard(call_id)


class EarlySound:
    """Whether sound arrives from calls that ring over there. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._seen: dict[CallId, tuple[int, float]] = {}

    def arrives(self, call_id: CallId, packets: int, now: float) -> bool:
        """Take the count of packets; the first ones have a moment to come."""
        before, since = self._seen.get(call_id, (0, now))
        if packets != before:
            since = now
        self._seen[call_id] = (packets, since)
        return now - since < EARLY_S

    def over(self, call_id: CallId) -> None:
        """Let go of a call."""
        self._seen.pop(call_id, None)
