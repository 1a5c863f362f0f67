"""The readings of a call and what is kept of them."""

from types import SimpleNamespace
from typing import Any

import pytest

from operator_app.domain.ids import CallId
from operator_app.telephony.engine.meter import Meter

CALL = CallId("c1")


def reading(packets: int, lost: int, *, jitter_ms: float = 5.0, trip_ms: float = 40.0) -> Any:
    rx = SimpleNamespace(pkt=packets, loss=lost, discard=0, jitterUsec=SimpleNamespace(mean=jitter_ms * 1000))
    trip = SimpleNamespace(mean=trip_ms * 1000, n=1)
    return SimpleNamespace(
        rtcp=SimpleNamespace(rxStat=rx, rttUsec=trip), jbuf=SimpleNamespace(avgDelayMsec=20)
    )


def test_a_call_is_summed_up_with_its_worst_second() -> None:
    meter = Meter()
    meter.read(CALL, reading(50, 0))
    worst = meter.read(CALL, reading(95, 5, jitter_ms=30.0)).mos
    meter.read(CALL, reading(145, 5, trip_ms=400.0))
    meter.silent(CALL, 2.5)
    summary = meter.forget(CALL)
    assert summary is not None
    assert (summary.seconds, summary.silent_s) == (3, 2.5)
    assert summary.mos_worst == worst < summary.mos_mean
    assert summary.lost_percent == pytest.approx(100 * 5 / 150, abs=0.01)
    assert summary.jitter_mean_ms == pytest.approx(13.3, abs=0.1)
    assert summary.jitter_worst_ms == 30.0
    assert summary.delay_mean_ms == pytest.approx(125.0)
    assert summary.delay_worst_ms == 245.0
    assert meter.forget(CALL) is None


def test_seconds_without_any_packet_are_no_good_seconds() -> None:
    meter = Meter()
    poor = meter.read(CALL, reading(45, 5)).mos
    for _ in range(60):
        meter.read(CALL, reading(45, 5))
    meter.silent(CALL, 59.0)
    summary = meter.forget(CALL)
    assert summary is not None
    assert (summary.mos_mean, summary.seconds, summary.silent_s) == (poor, 61, 59.0)


def test_a_call_into_which_nothing_ever_came_has_the_worst_score() -> None:
    meter = Meter()
    for _ in range(4):
        meter.read(CALL, reading(0, 0))
    meter.silent(CALL, 4.0)
    summary = meter.forget(CALL)
    assert summary is not None
    assert (summary.mos_mean, summary.mos_worst, summary.silent_s) == (1.0, 1.0, 4.0)


def test_a_call_without_any_line_for_sound_is_told_as_silent() -> None:
    meter = Meter()
    meter.silent(CALL, 3.0)
    summary = meter.forget(CALL)
    assert summary is not None
    assert (summary.seconds, summary.mos_mean, summary.silent_s) == (3, 1.0, 3.0)
    assert meter.forget(CALL) is None
