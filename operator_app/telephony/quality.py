"""How a call sounds, by the E-model."""

WORST = 1.0
"""The score of a line without any sound."""


def mos(lost_percent: float, delay_ms: float) -> float:
    """Return the mean opinion score 1.0-4.5 of G.711 with loss concealment (ITU-T G.107, G.113 appendix I).

    `lost_percent` counts what the jitter buffer threw away too; `delay_ms` is one way, mouth to ear.
    """
    delay_part = 0.024 * delay_ms + (0.11 * (delay_ms - 177.3) if delay_ms > 177.3 else 0.0)
    loss_part = 95.0 * lost_percent / (lost_percent + 25.1)
    rating = 93.2 - delay_part - loss_part
    if rating <= 0:
        return WORST
    if rating >= 100:
        return 4.5
    # Just above zero the curve of the standard dips below its own lowest score.
    return max(WORST, 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating))
