"""Incidents and calls are pure functions of the set of their events; moves are legal or kept as rejected."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.call import Call, bare_identifier, fold_call, joined
from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallAnswered, CallEnded, CallIdentified, CallMeasured, CallOffered
from operator_app.domain.facts.dispatch import DispatchMoved, DispatchSent
from operator_app.domain.facts.incident import (
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    IncidentOpened,
    IncidentTaken,
)
from operator_app.domain.hlc import Stamp
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, SeatName
from operator_app.domain.incident import fold_incident, format_position, parse_position
from operator_app.domain.states import CallState, DispatchState, IncidentStatus
from tests.unit.domain.events import INCIDENT, START, event, histories

OPENED = event(IncidentOpened(INCIDENT, "KTM-261123-M1-001", None), 0, name="open")
CALL = CallId("c1")


@given(histories(), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(events: list[Event], chance: random.Random) -> None:
    shuffled = events.copy()
    chance.shuffle(shuffled)
    assert fold_incident(INCIDENT, shuffled) == fold_incident(INCIDENT, events)


@given(histories())
def test_every_move_on_the_way_is_legal_or_rejected(events: list[Event]) -> None:
    incident = fold_incident(INCIDENT, events)
    for dispatch in incident.dispatches:
        answered = (dispatch.accepted_at, dispatch.declined_at)
        assert (dispatch.state is DispatchState.SENT) == (answered == (None, None))
    assert set(incident.rejected) <= {each.id for each in events}


def test_the_later_edit_wins_and_the_unseen_one_stays_visible() -> None:
    first = event(FieldSet(INCIDENT, "place", "Jl. A"), 1, "M1", name="a")
    blind = event(FieldSet(INCIDENT, "place", "Jl. B"), 2, "M2", name="b")
    held = fold_incident(INCIDENT, [OPENED, first, blind]).fields["place"]
    assert held.value == "Jl. B"
    assert [(clash.value, clash.seat) for clash in held.clashes] == [("Jl. A", "M1")]
    typed_on = event(FieldSet(INCIDENT, "place", "Jl. B no"), 3, "M2", base="b", name="c")
    assert len(fold_incident(INCIDENT, [OPENED, first, blind, typed_on]).clashes["place"]) == 1
    chosen = event(FieldSet(INCIDENT, "place", "Jl. A", ("a",)), 4, "M1", base="c", name="d")
    settled = fold_incident(INCIDENT, [OPENED, first, blind, typed_on, chosen])
    assert settled.clashes == {}
    assert settled.value("place") == "Jl. A"


def test_two_who_type_at_once_leave_one_clash_with_the_last_words_of_the_other() -> None:
    edits = [
        event(FieldSet(INCIDENT, "text", "a" * n), n, "M1", name=f"a{n}", base=f"a{n - 2}") for n in (1, 3, 5)
    ] + [event(FieldSet(INCIDENT, "text", "b" * n), n, "M2", name=f"b{n}", base=f"b{n - 2}") for n in (2, 4)]
    held = fold_incident(INCIDENT, [OPENED, *edits]).fields["text"]
    assert (held.value, [each.value for each in held.clashes]) == ("aaaaa", ["bbbb"])


def test_a_value_that_was_seen_and_written_over_is_no_clash_though_a_third_one_came_between() -> None:
    first = event(FieldSet(INCIDENT, "place", "Jl. A"), 1, "M3", name="a")
    blind = event(FieldSet(INCIDENT, "place", "Jl. B"), 2, "M2", name="b")
    over = event(FieldSet(INCIDENT, "place", "Jl. C"), 3, "M1", base="a", name="c")
    held = fold_incident(INCIDENT, [OPENED, first, blind, over]).fields["place"]
    assert (held.value, [each.value for each in held.clashes]) == ("Jl. C", ["Jl. B"])


def test_a_choice_settles_only_what_was_seen() -> None:
    first = event(FieldSet(INCIDENT, "place", "Jl. A"), 1, "M1", name="a")
    second = event(FieldSet(INCIDENT, "place", "Jl. B"), 2, "M2", name="b")
    third = event(FieldSet(INCIDENT, "place", "Jl. C"), 3, "M3", base="a", name="c")
    chosen = event(FieldSet(INCIDENT, "place", "Jl. B", ("a",)), 4, "M1", base="b", name="d")
    held = fold_incident(INCIDENT, [OPENED, first, second, third, chosen]).fields["place"]
    assert [each.value for each in held.clashes] == ["Jl. C"]


def test_two_different_choices_at_once_are_a_clash_again() -> None:
    first = event(FieldSet(INCIDENT, "place", "Jl. A"), 1, "M1", name="a")
    second = event(FieldSet(INCIDENT, "place", "Jl. B"), 2, "M2", name="b")
    one = event(FieldSet(INCIDENT, "place", "Jl. A", ("a",)), 3, "M1", base="b", name="c")
    other = event(FieldSet(INCIDENT, "place", "Jl. B", ("a",)), 4, "M2", base="b", name="d")
    held = fold_incident(INCIDENT, [OPENED, first, second, one, other]).fields["place"]
    assert (held.value, [each.value for each in held.clashes]) == ("Jl. B", ["Jl. A"])


def test_an_incident_is_looked_after_by_the_last_seat_that_took_it() -> None:
    taken = event(IncidentTaken(INCIDENT, SeatName("M1")), 5, "M2", name="t")
    assert fold_incident(INCIDENT, [OPENED]).owner == "M1"
    incident = fold_incident(INCIDENT, [taken, OPENED])
    assert (incident.owner, incident.seat) == ("M2", "M1")


def test_the_latest_answer_to_each_question_stands_until_it_is_taken_back() -> None:
    first = event(AnswerGiven(INCIDENT, 1, "inside", "no"), 1, "M1", name="a")
    other = event(AnswerGiven(INCIDENT, 1, "smoke", "yes"), 2, "M1", name="b")
    later = event(AnswerGiven(INCIDENT, 2, "inside", "yes"), 3, "M2", name="c")
    incident = fold_incident(INCIDENT, [later, OPENED, other, first])
    assert incident.answers == {"inside": "yes", "smoke": "yes"}
    given = incident.given["inside"]
    assert (given.card_version, given.seat, given.event_id) == (2, "M2", "c")
    gone = event(AnswerGiven(INCIDENT, 2, "inside", None), 4, "M1", name="d")
    after = fold_incident(INCIDENT, [later, OPENED, gone, other, first])
    assert after.answers == {"smoke": "yes"}
    assert after.given["inside"].answer is None


def test_an_edit_that_saw_what_it_replaces_is_no_clash() -> None:
    first = event(FieldSet(INCIDENT, "place", "Jl. A"), 1, "M1", name="a")
    seen = event(FieldSet(INCIDENT, "place", "Jl. B"), 2, "M2", base="a", name="b")
    assert fold_incident(INCIDENT, [OPENED, first, seen]).fields["place"].clashes == ()


def test_an_impossible_move_is_kept_as_rejected() -> None:
    closed = event(IncidentMoved(INCIDENT, IncidentStatus.HANDLED, ""), 1, name="x")
    incident = fold_incident(INCIDENT, [OPENED, closed])
    assert incident.status is IncidentStatus.NEW
    assert incident.rejected == ("x",)


def test_a_dispatch_carries_the_time_of_each_step() -> None:
    dispatch_id = DispatchId("d1")
    sent = event(DispatchSent(INCIDENT, dispatch_id, AgencyCode("DAMKAR"), 60), 10, name="s")
    taken = event(DispatchMoved(INCIDENT, dispatch_id, DispatchState.ACCEPTED, ""), 26, "DAMKAR1", name="t")
    again = event(
        DispatchMoved(INCIDENT, dispatch_id, DispatchState.DECLINED, "sibuk"), 25, "BPBD1", name="u"
    )
    dispatch = fold_incident(INCIDENT, [OPENED, sent, taken]).dispatches[0]
    assert dispatch.accepted_at == START + timedelta(seconds=26)
    both = fold_incident(INCIDENT, [OPENED, sent, taken, again])
    assert both.dispatches[0].state is DispatchState.DECLINED
    assert both.rejected == ("t",)


@pytest.mark.parametrize(
    ("answered", "by", "state"),
    [
        (False, "remote", CallState.ABANDONED),
        (False, "local", CallState.ENDED),
        (True, "remote", CallState.ENDED),
        (True, "failure", CallState.CUT),
        (False, "failure", CallState.CUT),
    ],
)
def test_how_a_call_ended(answered: bool, by: str, state: CallState) -> None:
    events = [event(CallOffered(CALL, "in", "0812", ""), 0), event(CallEnded(CALL, by, 0, ""), 9)]
    if answered:
        events.insert(1, event(CallAnswered(CALL), 4))
    call = fold_call(reversed(events))
    assert call is not None
    assert call.state is state
    assert call.waited_s == (4 if answered else 9)


def test_positions_are_read_and_written_alike() -> None:
    assert parse_position(format_position(0.512345, 117.5)) == (0.51235, 117.5)
    assert parse_position("91,0") is None
    assert parse_position("x,y") is None
    assert parse_position("1") is None


def test_the_hybrid_clock_never_goes_back_and_ignores_a_wild_one() -> None:
    stamp = Stamp().tick(1_000)
    assert stamp.tick(500).value > stamp.value
    raised = stamp.seen(Stamp().tick(50_000).value, 1_000)
    assert raised.tick(1_000).unix_ms == 50_000
    assert stamp.seen(Stamp().tick(10_000_000).value, 1_000).unix_ms == 61_000


def test_a_call_keeps_its_network_names_and_how_its_line_was() -> None:
    urn = "urn:emergency:uid:callid:a56e556d871:esrp.example"
    measured = CallMeasured(CALL, 42, 4.2, 3.9, 0.4, 3.0, 9.0, 45.0, 60.0, 0.0)
    events = [
        event(CallOffered(CALL, "in", None, ""), 0),
        event(CallIdentified(CALL, (urn,), "352099001761481"), 1),
        event(CallEnded(CALL, "remote", 200, ""), 9),
        event(measured, 10),
    ]
    call = fold_call(events)
    assert call is not None
    assert (call.emergency_ids, call.device, call.quality) == ((urn,), "352099001761481", measured)
    assert bare_identifier(urn) == "a56e556d871"
    first = fold_call(events[:1])
    assert first is not None
    assert first.quality is None


def test_one_call_at_several_seats_has_the_names_of_whichever_offer_had_any() -> None:
    one = Call(CallId("a"), SeatName("M1"), "in", None, "", START, CallState.RINGING, key="k")
    two = replace(one, id=CallId("b"), seat=SeatName("M2"), emergency_ids=("urn:x",), device="3520")
    (whole,) = joined([one, two])
    assert (whole.id, whole.emergency_ids, whole.device) == ("a", ("urn:x",), "3520")
