"""What is known of a number: each call once, however many seats it rang at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from operator_app.domain.call import Call
from operator_app.domain.ids import CallId, SeatName
from operator_app.domain.states import CallState, Classification
from operator_app.ui.phone.presenters.past import NumberPast

NOW = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)


def rang(key: str, minutes_ago: float, number: str = "+6281255440199") -> list[Call]:
    """A call as three seats have it: answered at the first."""
    at = NOW - timedelta(minutes=minutes_ago)
    calls = [
        Call(
            CallId(f"{key}-{seat}"), SeatName(seat), "in", number, "", at, CallState.ENDED, None, at, key=key
        )
        for seat in ("M1", "M2", "M3")
    ]
    return [replace(calls[0], answered_at=at, classification=Classification.PRANK), *calls[1:]]


def test_a_call_that_rang_at_three_seats_is_one_call_of_the_past() -> None:
    calls = {call.id: call for call in (*rang("a", 60), *rang("b", 30, "0812-5544-0199"))}
    past = NumberPast(calls).of("081255440199", NOW)
    assert (past.calls, past.pranks) == (2, 2)


def test_the_ringing_call_is_no_call_of_the_past_though_other_seats_have_told_theirs() -> None:
    calls = {call.id: call for call in (*rang("a", 60), *rang("now", 0))}
    past = NumberPast(calls).of("081255440199", NOW, without=CallId("now-M2"))
    assert past.calls == 1
