"""Hybrid logical clock: orders edits of seats whose clocks differ (Kulkarni et al., 2014)."""

from dataclasses import dataclass

COUNTER_BITS = 16
COUNTER_MAX = (1 << COUNTER_BITS) - 1
HIGHEST = (1 << 63) - 1
"""The server's whole numbers end here."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A reading of the hybrid clock: 48 bits of milliseconds, 16 bits of counter, packed in 63 bits."""

    value: int = 0

    @property
    def unix_ms(self) -> int:
        """The physical part, milliseconds since 1970 UTC."""
        return self.value >> COUNTER_BITS

    def tick(self, now_ms: int) -> "Stamp":
        """The stamp of a new event of our own: later than everything seen so far."""
        return Stamp(max(self.value + 1, now_ms << COUNTER_BITS))

    def after(self, others: int) -> "Stamp":
        """This stamp, or the one next to `others` if that is later: whatever clock those had, this comes after them."""
        return Stamp(max(self.value, min(others + 1, HIGHEST)))

    def seen(self, other: int, now_ms: int, ahead_max_ms: int = 60_000) -> "Stamp":
        """The clock after an event of somebody else: raised to it, but never by a clock that runs wildly ahead."""
        limit = (now_ms + ahead_max_ms) << COUNTER_BITS | COUNTER_MAX
        return Stamp(max(self.value, min(other, limit)))
