"""The figures mean what their docstrings say, for any calls and incidents in any order."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.call import Call
from operator_app.domain.figures import (
    HOURS,
    RING_FORGOTTEN_S,
    Answered,
    abandoned,
    answered,
    figures,
    per_hour,
    seat_standings,
    unaccepted,
    waiting,
)
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, EventId, IncidentId, SeatName
from operator_app.domain.incident import Dispatch, FieldValue, Incident
from operator_app.domain.numbers import number_key
from operator_app.domain.states import (
    CallState,
    Classification,
    DispatchState,
    IncidentStatus,
    SeatState,
)

WITA = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)
DAY = NOW.astimezone(WITA).replace(hour=0, minute=0, second=0, microsecond=0)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def made_call(name: str, offered_s: float, **given: object) -> Call:
    values: dict[str, object] = {
        "direction": "in",
        "number": "081255440199",
        "display_name": "",
        "state": CallState.RINGING,
    }
    values.update(given)
    return Call(id=CallId(name), seat=SeatName("M1"), offered_at=ago(offered_s), **values)  # type: ignore[arg-type]


def vain(name: str, offered_s: float, **given: object) -> Call:
    return made_call(name, offered_s, state=CallState.ABANDONED, ended_at=ago(offered_s - 3), **given)


def spoken(name: str, offered_s: float, waited_s: float = 4, **given: object) -> Call:
    return made_call(
        name,
        offered_s,
        state=CallState.ENDED,
        answered_at=ago(offered_s - waited_s),
        ended_at=ago(offered_s - waited_s - 60),
        **given,
    )


def made_incident(name: str, *dispatches: Dispatch, priority: str = "", **given: object) -> Incident:
    held = FieldValue(priority or None, EventId("e"), 1, SeatName("M1"), NOW)
    values: dict[str, object] = {"number": name, "opened_at": ago(600), "status": IncidentStatus.FORWARDED}
    values.update(given)
    return Incident(
        id=IncidentId(name),
        fields=MappingProxyType({"priority": held}),
        dispatches=dispatches,
        **values,  # type: ignore[arg-type]
    )


def made_dispatch(name: str, sent_s: float, limit_s: int = 60, **given: object) -> Dispatch:
    return Dispatch(
        DispatchId(name),
        IncidentId("i"),
        AgencyCode("DAMKAR"),
        limit_s,
        SeatName("M1"),
        ago(sent_s),
        **given,  # type: ignore[arg-type]
    )


def test_waiting_counts_ringing_calls_and_the_longest() -> None:
    told = waiting(
        [made_call("a", 8), made_call("b", 3), spoken("c", 20), made_call("d", 5, direction="out")], NOW
    )
    assert (told.count, told.longest_s) == (2, 8.0)


def test_a_ring_left_behind_by_a_dead_seat_is_not_a_person_waiting() -> None:
    assert waiting([made_call("a", RING_FORGOTTEN_S + 1)], NOW).count == 0
    assert waiting([made_call("a", RING_FORGOTTEN_S - 1)], NOW).count == 1


def test_answered_within_target_counts_answered_and_abandoned_only() -> None:
    calls = [
        spoken("a", 100, waited_s=10),
        spoken("b", 100, waited_s=10.001),
        vain("c", 100),
        made_call("d", 100, state=CallState.CUT, ended_at=ago(90)),
        made_call("e", 4),
        made_call("f", 100, state=CallState.ENDED, ended_at=ago(90)),
        spoken("g", 100, direction="out"),
        spoken("h", 100, classification=Classification.TEST),
    ]
    assert answered(calls, 10.0) == Answered(1, 4)
    assert answered(calls, 10.0).percent == 25


def test_percent_never_flatters_and_is_none_without_calls() -> None:
    assert Answered(999, 1000).percent == 99
    assert Answered(0, 0).percent is None


def test_abandoned_once_per_number_however_it_is_written() -> None:
    listed = abandoned(
        [vain("a", 300), vain("b", 200, number="+62 812-5544-0199"), vain("c", 100, number="0852")], DAY
    )
    assert [(each.tries, each.calls) for each in listed] == [(2, ("a", "b")), (1, ("c",))]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_later_answered_call_clears_the_number(direction: str) -> None:
    assert abandoned([vain("a", 300), vain("b", 200), spoken("c", 100, direction=direction)], DAY) == ()


def test_an_earlier_answered_call_clears_nothing_later() -> None:
    listed = abandoned([vain("a", 300), spoken("b", 200), vain("c", 100)], DAY)
    assert [each.calls for each in listed] == [("c",)]


def test_a_call_back_that_is_not_answered_clears_nothing() -> None:
    tried = made_call("b", 100, direction="out", state=CallState.ENDED, ended_at=ago(80))
    assert [each.calls for each in abandoned([vain("a", 300), tried], DAY)] == [("a",)]


def test_classifying_the_latest_try_settles_the_earlier_ones() -> None:
    ghost = Classification.GHOST
    assert abandoned([vain("a", 300), vain("b", 200, classification=ghost)], DAY) == ()
    listed = abandoned([vain("a", 300, classification=ghost), vain("b", 200)], DAY)
    assert [each.calls for each in listed] == [("b",)]


def test_withheld_numbers_stand_alone_and_leave_with_the_day() -> None:
    yesterday = (NOW - DAY).total_seconds() + 60
    listed = abandoned(
        [vain("a", 300, number=None), vain("b", 200, number=None), vain("c", yesterday, number=None)], DAY
    )
    assert [(each.number, each.calls) for each in listed] == [(None, ("a",)), (None, ("b",))]


def test_unaccepted_sorts_the_most_overdue_first_and_skips_the_rest() -> None:
    declined = made_dispatch("d", 500, state=DispatchState.DECLINED)
    open_one = made_incident(
        "i", made_dispatch("a", 16), made_dispatch("b", 200, 180), declined, priority="1"
    )
    ended = made_incident("j", made_dispatch("c", 500), status=IncidentStatus.CANCELLED)
    listed = unaccepted([open_one, ended], NOW)
    assert [(each.dispatch_id, each.waited_s, each.overdue) for each in listed] == [
        ("b", 200.0, True),
        ("a", 16.0, False),
    ]
    assert listed[0].priority == 1


def test_a_dispatch_is_overdue_when_its_seat_said_so_even_if_this_clock_is_behind() -> None:
    told = made_incident("i", made_dispatch("a", 59, overdue_at=ago(0)))
    assert unaccepted([told], NOW)[0].overdue


def test_hours_begin_on_the_full_local_hour_and_the_last_one_runs() -> None:
    hours = per_hour(
        [made_call("a", 60), spoken("b", 3600, classification=Classification.EMERGENCY)], NOW, DAY
    )
    assert len(hours) == HOURS
    assert hours[-1].start.astimezone(WITA).strftime("%H:%M") == "14:00"
    assert [(each.total, each.emergency) for each in hours[-2:]] == [(1, 1), (1, 0)]


@dataclass(frozen=True)
class Told:
    name: SeatName
    state: SeatState
    since: datetime


def test_a_silent_seat_is_lost_whatever_it_said_last_but_a_seat_that_left_is_not() -> None:
    seats = [
        Told(SeatName("M2"), SeatState.READY, NOW),
        Told(SeatName("M1"), SeatState.READY, NOW),
        Told(SeatName("M3"), SeatState.AWAY, NOW),
        Told(SeatName("M4"), SeatState.READY, NOW),
    ]
    heard = {SeatName("M1"): 1.0, SeatName("M2"): 60.0}
    standings = seat_standings(seats, heard)
    assert [(each.name, each.lost) for each in standings] == [
        ("M1", False),
        ("M2", True),
        ("M3", False),
        ("M4", True),
    ]
    assert not any(each.lost for each in seat_standings(seats, None))


numbers = st.sampled_from(["081155440199", "082255440199", "+6281155440199", "lobby7", "unavailable", None])
kinds = st.one_of(st.none(), st.sampled_from(Classification))


@st.composite
def some_calls(draw: st.DrawFn) -> list[Call]:
    calls = []
    for place in range(draw(st.integers(0, 12))):
        offered_s = draw(st.integers(0, 90_000))
        number, kind = draw(numbers), draw(kinds)
        direction = draw(st.sampled_from(["in", "out"]))
        shape = draw(st.sampled_from(["ringing", "vain", "spoken", "talking"]))
        given: dict[str, object] = {"number": number, "classification": kind, "direction": direction}
        if shape == "vain" and direction == "in":
            calls.append(vain(str(place), offered_s, **given))
        elif shape == "spoken":
            calls.append(spoken(str(place), offered_s, waited_s=draw(st.integers(0, 30)), **given))
        elif shape == "talking":
            calls.append(
                made_call(
                    str(place), offered_s, state=CallState.CONNECTED, answered_at=ago(offered_s - 2), **given
                )
            )
        else:
            calls.append(made_call(str(place), offered_s, **given))
    return calls


@given(some_calls(), st.randoms(use_true_random=False))
def test_order_of_calls_does_not_matter(calls: list[Call], chance: object) -> None:
    shuffled = list(calls)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert figures(calls, [], [], NOW, DAY, answer_within_s=10.0) == figures(
        shuffled, [], [], NOW, DAY, answer_within_s=10.0
    )


@given(some_calls())
def test_the_parts_add_up(calls: list[Call]) -> None:
    told = figures(calls, [], [], NOW, DAY, answer_within_s=10.0)
    assert sum(told.by_classification.values()) == told.calls_today
    assert told.answered.within <= told.answered.of <= told.calls_today
    assert all(each.emergency <= each.total for each in told.per_hour)
    since_midnight = [each.total for each in told.per_hour if each.start >= DAY]
    assert sum(since_midnight) == told.calls_today
    assert len({number_key(each.number) for each in told.abandoned if each.number}) == sum(
        each.number is not None for each in told.abandoned
    )


@given(some_calls())
def test_whoever_is_listed_as_abandoned_has_not_been_spoken_with_since(calls: list[Call]) -> None:
    by_id = {call.id: call for call in calls}
    for entry in abandoned(calls, DAY):
        tried = [by_id[call_id] for call_id in entry.calls]
        assert all(call.answered_at is None and call.direction == "in" for call in tried)
        if entry.number is not None:
            later = [
                call
                for call in calls
                if number_key(call.number) == number_key(entry.number)
                and call.answered_at is not None
                and call.answered_at >= tried[-1].offered_at
            ]
            assert later == []


@given(some_calls(), st.sampled_from(["081155440199", "082255440199"]))
def test_speaking_with_a_number_empties_its_entry_and_touches_no_other(
    calls: list[Call], number: str
) -> None:
    before = abandoned(calls, DAY)
    after = abandoned([*calls, spoken("late", 0, waited_s=0, number=number, direction="out")], DAY)
    assert after == tuple(each for each in before if number_key(each.number) != number)


def test_open_incidents_by_priority() -> None:
    incidents = [
        made_incident("a", priority="1"),
        made_incident("b", priority="2"),
        made_incident("c"),
        made_incident("d", priority="1", status=IncidentStatus.DONE),
        made_incident("e", priority="1", status=IncidentStatus.CLOSED),
        made_incident("f", priority="1", opened_at=None),
    ]
    told = figures([], incidents, [], NOW, DAY, answer_within_s=10.0)
    assert told.open_by_priority == {1: 2, 2: 1, 3: 0, 4: 0, 5: 0, None: 1}
    assert told.open_incidents == 4
