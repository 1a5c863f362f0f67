"""Refused calls: a row for each caller, however often he tries, and bounded in a flood."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineRefused
from operator_app.telephony.engine.refusals import MOST_OF_STRANGERS, MOST_ROWS, ROW_S, SECOND_TRY_S, Refusals

AT = datetime(2026, 11, 29, tzinfo=UTC)


def made() -> Refusals:
    numbers = count(1)
    return Refusals(lambda: CallId(f"r{next(numbers)}"))


def refused(
    number: str | None = "0811", code: int = 488, reference: str = "a", source: str = "10.0.0.5"
) -> LineRefused:
    return LineRefused(0, code, number, AT, reference=reference, source=source)


def test_tries_of_one_caller_within_a_minute_are_one_row_that_grows() -> None:
    rows = made()
    first = rows.refuse(refused(), 0.0)
    assert first is not None
    assert (first.call_id, first.times, first.count) == ("r1", 1, 1)
    for moment in (1.0, 2.0):
        assert rows.refuse(refused(reference=f"b{moment}"), moment) is None
    assert rows.due(2.0) == [replace(first, times=3, count=3)]
    assert rows.due(3.0) == []
    assert rows.refuse(refused(), 3.0) is None
    assert rows.due(3.5) == [], "it has neither doubled nor waited long"
    assert [each.times for each in rows.due(7.0)] == [4]
    later = rows.refuse(refused(), ROW_S + 0.1)
    assert later is not None
    assert (later.call_id, later.times, later.count) == ("r2", 1, 5)


def test_another_caller_is_another_row_and_one_without_a_number_is_known_by_where_he_calls_from() -> None:
    rows = made()
    told = [rows.refuse(refused(number), 0.0) for number in ("0811", "0812", None)]
    assert [each.call_id for each in told if each] == ["r1", "r2", "r3"]
    assert rows.refuse(refused(None, reference="other"), 1.0) is None
    assert rows.refuse(refused(None, source="10.0.0.9"), 1.0) is not None


def test_a_flood_is_counted_in_a_bounded_number_of_rows() -> None:
    rows = made()
    told = [rows.refuse(refused(f"08{number}"), 0.0) for number in range(600)]
    new = [each for each in told if each is not None]
    assert len(new) == MOST_ROWS + 1
    assert new[-1].others
    assert new[-1].number is None
    (grown,) = rows.due(1.0)
    assert (grown.call_id, grown.times) == (new[-1].call_id, 600 - MOST_ROWS)
    assert rows.count == grown.count == 600


def test_strangers_leave_room_for_rows_of_those_by_the_server() -> None:
    rows = made()
    told = [rows.refuse(refused(f"07{number}"), 0.0, stranger=True) for number in range(200)]
    assert len([each for each in told if each is not None]) == MOST_OF_STRANGERS + 1
    assert rows.refuse(refused("0811"), 0.0) is not None


def test_who_comes_again_with_the_timer_that_was_asked_for_was_not_lost() -> None:
    rows = made()
    assert rows.refuse(refused(code=422), 0.0) is None
    rows.came("a")
    assert rows.due(SECOND_TRY_S + 1) == []
    assert rows.count == 0


def test_who_does_not_come_again_was() -> None:
    rows = made()
    assert rows.refuse(refused(code=422), 0.0) is None
    assert rows.due(SECOND_TRY_S - 0.1) == []
    (told,) = rows.due(SECOND_TRY_S)
    assert (told.code, told.times, told.count) == (422, 1, 1)
    assert rows.due(SECOND_TRY_S + 1) == []
