"""Signals and settings through JSON and back, strictly."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineConnected, LineRecordingFailed, LineSignal, RecordingProblem
from operator_app.telephony.codec import (
    SIGNALS,
    MisfitError,
    from_plain,
    signal_from_plain,
    signal_to_plain,
    to_plain,
)
from operator_app.telephony.settings import AudioMode, EngineAccount, EngineAudio, EngineSettings

TIMES = st.datetimes(timezones=st.just(UTC))


def any_signal() -> st.SearchStrategy[LineSignal]:
    st.register_type_strategy(datetime, TIMES)
    st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
    return st.one_of([st.builds(kind) for kind in SIGNALS.values()])


@settings(deadline=None)
@given(signal=any_signal())
def test_every_signal_survives_the_wire(signal: LineSignal) -> None:
    text = json.dumps(signal_to_plain(signal))
    assert signal_from_plain(json.loads(text)) == signal


def test_there_is_a_signal_of_every_kind() -> None:
    assert len(SIGNALS) >= 15


def test_settings_survive_the_wire() -> None:
    wanted = EngineSettings(
        bind="127.0.0.1",
        accounts=(EngineAccount("a", "1", "x", "sip:10.0.0.5"),),
        audio=EngineAudio(mode=AudioMode.FILE, microphone_file="/a.wav"),
    )
    assert from_plain(EngineSettings, json.loads(json.dumps(to_plain(wanted)))) == wanted


CONNECTED: dict[str, Any] = {"call_id": "a", "at": "2026-01-02T03:04:05+00:00", "recording": False}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"at": "2026-01-02T03:04:05"}, "LineConnected.at"),
        ({"at": "soon"}, "LineConnected.at"),
        ({"at": 5}, "LineConnected.at"),
        ({"call_id": 5}, "LineConnected.call_id"),
        ({"recording": 1}, "LineConnected.recording"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_misfit_is_named(change: dict[str, Any], place: str) -> None:
    with pytest.raises(MisfitError, match=place):
        from_plain(LineConnected, CONNECTED | change)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(MisfitError, match="at missing"):
        from_plain(LineConnected, {"call_id": "a"})


@pytest.mark.parametrize(
    "plain", [None, [], {}, {"kind": "LineUnknown", "value": {}}, {"kind": ["LineReady"]}]
)
def test_what_is_no_signal_is_refused(plain: object) -> None:
    with pytest.raises(MisfitError):
        signal_from_plain(plain)


def test_none_is_kept_apart_from_a_call() -> None:
    for call_id in (None, CallId("a")):
        failed = LineRecordingFailed(call_id, RecordingProblem.FOLDER, "x")
        assert signal_from_plain(signal_to_plain(failed)) == failed
