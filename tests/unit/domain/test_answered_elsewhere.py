"""Two desks on one call, by the record."""

from datetime import UTC, datetime, timedelta

import pytest

from operator_app.domain.call import SAME_MOMENT_S, Call, answered_elsewhere
from operator_app.domain.ids import CallId, SeatName
from operator_app.domain.states import CallState

AT = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)


def offer(name: str, seat: str, answered_s: float | None, key: str | None = "k") -> Call:
    at = None if answered_s is None else AT + timedelta(seconds=answered_s)
    return Call(
        CallId(name),
        SeatName(seat),
        "in",
        "0811",
        "",
        AT,
        CallState.ENDED,
        answered_at=at,
        ended_at=AT,
        key=key,
    )


@pytest.mark.parametrize(
    ("other", "raced"),
    [
        (offer("b", "M2", 0.4), True),
        (offer("b", "M2", None), False),
        (offer("b", "M2", 0.4, key="another"), False),
        (offer("b", "M2", 0.4, key=None), False),
        (offer("b", "M1", 0.4), False),
        (offer("b", "M2", SAME_MOMENT_S + 1), False),
    ],
)
def test_only_the_same_call_answered_at_another_seat_in_the_same_moment_counts(
    other: Call, raced: bool
) -> None:
    assert answered_elsewhere([offer("a", "M1", 0.0), other], CallId("a")) is raced


def test_a_call_without_a_key_or_an_answer_is_nobody_else_s() -> None:
    other = offer("b", "M2", 0.0)
    assert not answered_elsewhere([offer("a", "M1", 0.0, key=None), other], CallId("a"))
    assert not answered_elsewhere([offer("a", "M1", None), other], CallId("a"))
    assert not answered_elsewhere([other], CallId("a"))
