"""Ends that the operator did not bring about, above all of calls that two desks answered in the same moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallAnswered, CallEnded, CallOffered
from operator_app.domain.facts.fact import Fact
from operator_app.domain.ids import CallId
from operator_app.domain.line import EndedBy, LineCall, LineCallState, LineEnded
from operator_app.workflow.board import Board
from operator_app.workflow.ends import RACE_KEPT, RACE_S, CallEnds, Elsewhere, Vain
from tests.fakes.writer import Writer

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def living(call_id: str, *, incoming: bool = True, for_call: str | None = None) -> LineCall:
    """A call as the phone tells it."""
    return LineCall(
        CallId(call_id),
        incoming,
        LineCallState.CONNECTED,
        "0811",
        False,
        "",
        "",
        "",
        "direct",
        AT,
        for_call=None if for_call is None else CallId(for_call),
    )


def ended(
    call_id: str, after_s: float | None, by: EndedBy = EndedBy.REMOTE, *, elsewhere: bool = False
) -> LineEnded:
    """Its end, so many seconds after its answer; None: never answered."""
    answered_at = None if after_s is None else AT
    at = AT + timedelta(seconds=after_s or 0)
    return LineEnded(CallId(call_id), at, by, 200, "", answered_at, elsewhere=elsewhere)


class Desk:
    """The ends of one seat, and a record that other seats write too."""

    def __init__(self, *calls: LineCall) -> None:
        self.board = Board()
        self.ends = CallEnds(self.board, lambda call: call.number or "")
        self.ends.see(calls)
        self._seats = {name: Writer(name) for name in ("M1", "M2", "M3")}

    def write(self, seat: str, *facts: Fact) -> None:
        """That seat's facts arrive."""
        events: list[Event] = [self._seats[seat].event(fact) for fact in facts]
        self.board.apply([replace(each, occurred_at=AT) for each in events])

    def answered_at(self, seat: str, call_id: str, key: str | None = "k") -> None:
        """That seat's record of the call: it rang and was answered there."""
        ours = CallId(call_id)
        self.write(seat, CallOffered(ours, "in", "0811", "", key), CallAnswered(ours))

    def found(self) -> Elsewhere | None:
        """What looking into the record finds."""
        self.ends.look_for_races()
        return self.ends.elsewhere


def test_a_call_that_ended_at_once_is_a_race_when_the_record_says_that_another_desk_has_it() -> None:
    desk = Desk(living("a"))
    desk.answered_at("M3", "a")
    desk.ends.on_end(ended("a", 0.4))
    assert desk.found() is None  # nobody else has told yet: it looks like a caller who hung up
    desk.answered_at("M1", "b")
    assert desk.found() == Elsewhere(CallId("a"), "0811", raced=True)


def test_the_record_may_come_before_the_end() -> None:
    desk = Desk(living("a"))
    desk.answered_at("M1", "b")
    desk.answered_at("M3", "a")
    desk.ends.on_end(ended("a", 0.4))
    assert desk.found() == Elsewhere(CallId("a"), "0811", raced=True)


@pytest.mark.parametrize(
    ("end", "call"),
    [
        (ended("a", RACE_S + 0.1), living("a")),
        (ended("a", 0.4, EndedBy.LOCAL), living("a")),
        (ended("a", 0.4, EndedBy.FAILURE), living("a")),
        (ended("a", None), living("a")),
        (ended("a", 0.4), living("a", incoming=False)),
        (ended("other", 0.4), living("a")),
    ],
    ids=["later", "hung up here", "failure", "unanswered", "our own call", "unknown call"],
)
def test_no_race_without_its_signs(end: LineEnded, call: LineCall) -> None:
    desk = Desk(call)
    desk.ends.on_end(end)
    desk.answered_at("M3", "a")
    desk.answered_at("M1", "b")
    assert desk.found() is None


def test_another_call_or_the_same_seat_is_no_race() -> None:
    desk = Desk(living("a"))
    desk.answered_at("M3", "a")
    desk.ends.on_end(ended("a", 0.4))
    desk.answered_at("M1", "b", key="another")
    desk.answered_at("M2", "c", key=None)
    desk.answered_at("M3", "d")
    assert desk.found() is None


def test_a_race_is_told_once_and_the_record_is_asked_of_the_last_few_alone() -> None:
    names = [f"a{number}" for number in range(RACE_KEPT + 1)]
    desk = Desk(*(living(name) for name in names))
    for name in names:
        desk.answered_at("M3", name, key=name)
        desk.ends.on_end(ended(name, 0.4))
    desk.answered_at("M1", "first", key=names[0])
    assert desk.found() is None  # the oldest is no longer asked about
    desk.answered_at("M1", "last", key=names[-1])
    told = desk.found()
    assert told == Elsewhere(CallId(names[-1]), "0811", raced=True)
    assert desk.found() is told  # the same one: a window tells it once


@pytest.mark.parametrize(("after_s", "raced"), [(0.4, True), (7.0, True), (None, False)])
def test_the_network_s_own_word_needs_no_record(after_s: float | None, raced: bool) -> None:
    desk = Desk(living("a"))
    desk.ends.on_end(ended("a", after_s, elsewhere=True))
    assert desk.ends.elsewhere == Elsewhere(CallId("a"), "0811", raced=raced)


def test_a_call_of_ours_in_vain_says_whether_a_caller_is_back() -> None:
    desk = Desk(
        living("caller"), living("asked", incoming=False, for_call="caller"), living("own", incoming=False)
    )
    desk.ends.on_end(ended("own", None))
    assert desk.ends.vain == Vain("0811", 200, for_caller=False)
    desk.ends.on_end(ended("asked", None))
    assert desk.ends.vain == Vain("0811", 200, for_caller=True)


def test_an_end_of_the_record_alone_is_no_end_here() -> None:
    desk = Desk(living("a"))
    desk.write("M3", CallOffered(CallId("a"), "in", "0811", ""), CallEnded(CallId("a"), "remote", 200, ""))
    assert desk.found() is None
