"""The engine's times stand in the window's time: its own clock is the PC's, which may be hours wrong."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operator_app.domain.ids import CallId
from operator_app.domain.line import EndedBy, LineEnded, LineOffered, LineSignal
from operator_app.telephony.codec import signal_to_plain
from operator_app.telephony.phone import EnginePhone, set_on
from operator_app.telephony.settings import EngineSettings

WALL = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)
OFFERED = LineOffered(
    CallId("c"), "0812", False, "", "sip:0812@x", "sip:112@x", "direct", WALL, WALL - timedelta(seconds=1)
)


def test_every_moment_is_set_on_but_that_of_whoever_sent_the_call() -> None:
    by = timedelta(hours=2)
    told = set_on(OFFERED, by)
    assert (told.offered_at, told.sent_at) == (WALL + by, OFFERED.sent_at)
    ended = LineEnded(CallId("c"), WALL, EndedBy.REMOTE, 200, "", None)
    assert set_on(ended, by).at == WALL + by
    assert set_on(ended, timedelta(milliseconds=20)) is ended


@pytest.mark.parametrize("stepped", [timedelta(0), timedelta(days=-400)])
def test_a_signal_comes_in_the_windows_time_even_when_the_pcs_clock_was_set_since(
    tmp_path: Path, stepped: timedelta
) -> None:
    counted, heard = time.monotonic() - 30, list[LineSignal]()
    now = WALL + timedelta(hours=2)
    phone = EnginePhone(
        EngineSettings(),
        tmp_path,
        on_signal=heard.append,
        moment=lambda at: now - timedelta(seconds=time.monotonic() - at),
    )
    wall = WALL + stepped
    frame = {
        "seq": 1,
        "wall": wall.isoformat(),
        "mono": counted,
        "signal": signal_to_plain(set_on(OFFERED, stepped)),
    }
    phone._on_event(frame)
    (told,) = heard
    assert isinstance(told, LineOffered)
    assert abs(told.offered_at - (now - timedelta(seconds=30))) < timedelta(seconds=5)
    assert phone.calls()[0].offered_at == told.offered_at
