"""What two seats say without having heard of each other: both see it, the graver counts, a person decides."""

from dataclasses import replace

import pytest

from operator_app.domain.clash import Slot
from operator_app.domain.facts.call import CallOffered
from operator_app.domain.facts.incident import AnswerGiven, Overruled
from operator_app.domain.ids import CallId, EventId, IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, Refusal, RefusedError
from operator_app.domain.triage import Card, Rule
from tests.unit.workflow.room import BPBD, DAMKAR, PLN, RSUD, RULES, Bench, Pair
from tests.unit.workflow.test_cards import CARDS, INSIDE, WHAT, WORDS

SENDS_BPBD = Rule((("inside", frozenset({"yes"})),), WORDS, agencies=(BPBD,))
CARDED = replace(
    RULES,
    kinds=tuple(
        replace(each, card=CARDS.get(each.code))
        if each.code != "KEB-01"
        else replace(each, card=Card(4, (INSIDE, WHAT), (*CARDS["KEB-01"].rules, SENDS_BPBD)))
        for each in RULES.kinds
    ),
)
INSIDE_SLOT: Slot = (AnswerGiven.op, "inside")


async def fire() -> Pair:
    """A house fire that two seats have in hand; from here on they are cut off from each other."""
    pair = Pair(CARDED)
    await pair.one.seat.form.edit({"place": "Jl. Poros"})
    await pair.one.seat.form.choose_kind("KEB-01")
    pair.carry()
    pair.two.seat.hand.select(pair.one.seat.hand.incident_id)
    pair.pass_s(10)
    return pair


def at(bench: Bench) -> Incident:
    incident = bench.seat.hand.incident
    assert incident is not None
    return incident


async def meet(pair: Pair) -> None:
    """The line is back: each hears of the other, and both put right what is to be put right."""
    for _ in range(3):
        pair.pass_s(1)
        pair.carry()
        for bench in (pair.one, pair.two):
            await bench.seat.tick()
    pair.carry()
    assert at(pair.one).contests == at(pair.two).contests
    assert at(pair.one).priority == at(pair.two).priority


def stands(bench: Bench, slot: Slot) -> tuple[EventId, EventId]:
    (contest,) = (each for each in at(bench).contests if each.slot == slot)
    (other,) = contest.others
    return contest.stands, other


async def test_two_answers_to_one_question_are_both_seen_and_the_graver_counts() -> None:
    pair = await fire()
    await pair.one.seat.form.answer_question("inside", "yes")
    pair.pass_s(1)
    await pair.two.seat.form.answer_question("inside", "no")
    assert (at(pair.one).priority, at(pair.two).priority) == (1, 3)
    await meet(pair)
    for bench in (pair.one, pair.two):
        assert at(bench).answers == {"inside": "no"}
        assert at(bench).doubts == {"inside": {"yes"}}
        assert at(bench).priority == 1
        proposal = bench.seat.handover.proposal()
        assert proposal is not None
        assert proposal.priority == 1
        assert BPBD in {each.agency.code for each in proposal.dispatch}
    _, other = stands(pair.one, INSIDE_SLOT)
    await pair.one.seat.form.clashes.decide(INSIDE_SLOT, other)
    await meet(pair)
    for bench in (pair.one, pair.two):
        assert at(bench).contests == ()
        assert at(bench).answers == {"inside": "yes"}
        assert at(bench).priority == 1


async def test_the_less_grave_answer_lowers_the_priority_once_somebody_has_decided_for_it() -> None:
    pair = await fire()
    await pair.one.seat.form.answer_question("inside", "yes")
    pair.pass_s(1)
    await pair.two.seat.form.answer_question("inside", "no")
    await meet(pair)
    keeps, _ = stands(pair.two, INSIDE_SLOT)
    await pair.two.seat.form.clashes.decide(INSIDE_SLOT, keeps)
    await meet(pair)
    assert at(pair.one).contests == ()
    assert at(pair.one).answers == {"inside": "no"}
    assert at(pair.one).priority == 3
    with pytest.raises(RefusedError) as refused:
        await pair.one.seat.form.clashes.decide(INSIDE_SLOT, keeps)
    assert refused.value.refusal is Refusal.NO_CLASH


async def test_going_on_to_answer_is_no_decision() -> None:
    pair = await fire()
    await pair.one.seat.form.answer_question("inside", "yes")
    pair.pass_s(1)
    await pair.two.seat.form.answer_question("inside", "no")
    await meet(pair)
    await pair.two.seat.form.answer_question("inside", None)
    await meet(pair)
    assert at(pair.one).doubts == {"inside": {"yes"}}
    assert at(pair.one).priority == 1


async def test_the_same_answer_at_both_seats_is_no_clash_nor_is_one_that_has_seen_the_other() -> None:
    pair = await fire()
    await pair.one.seat.form.answer_question("inside", "yes")
    await pair.two.seat.form.answer_question("inside", "yes")
    await meet(pair)
    await pair.two.seat.form.answer_question("inside", "no")
    await meet(pair)
    assert at(pair.one).contests == ()
    assert at(pair.one).priority == 3


async def test_two_decisions_about_the_priority_clash_also_where_only_one_changed_the_field() -> None:
    pair = await fire()
    await pair.one.seat.handover.choose_priority(1)
    pair.pass_s(1)
    await pair.two.seat.handover.choose_priority(4)
    await meet(pair)
    slot = (Overruled.op, "priority")
    for bench in (pair.one, pair.two):
        assert at(bench).priority == 1
        assert at(bench).own["priority"].chosen == "1"
    four, _ = stands(pair.one, slot)
    await pair.one.seat.form.clashes.decide(slot, four)
    await meet(pair)
    assert (at(pair.two).priority, at(pair.two).own["priority"].chosen) == (4, "4")
    assert at(pair.two).contests == ()


async def test_an_agency_that_one_seat_left_out_and_another_wanted_is_asked_until_it_is_decided() -> None:
    pair = await fire()
    await pair.one.seat.handover.choose_agency(RSUD)  # leaves it out
    pair.pass_s(1)
    await pair.one.seat.handover.choose_agency(RSUD)  # and wants it after all
    await pair.two.seat.handover.choose_agency(RSUD)
    await meet(pair)
    assert [each.slot for each in at(pair.two).contests] == [(Overruled.op, "agency:RSUD")]
    sent = await pair.two.seat.handover.dispatch()
    assert [each.agency for each in sent] == [DAMKAR, RSUD]


async def test_a_place_read_back_differently_is_not_held_to_be_read_back() -> None:
    pair = await fire()
    await pair.one.seat.form.read_back("", None)
    await pair.two.seat.form.edit({"place": "Jl. Poros no. 7"})
    await pair.two.seat.form.read_back("", None)
    await meet(pair)
    assert not at(pair.one).read_back_holds
    (slot,) = (each.slot for each in at(pair.one).contests)
    keeps, _ = stands(pair.one, slot)
    await pair.one.seat.form.clashes.decide(slot, keeps)
    await meet(pair)
    assert at(pair.two).read_back_holds


async def test_an_end_and_a_dispatch_that_did_not_know_of_each_other_leave_it_open_until_it_is_decided() -> (
    None
):
    pair = await fire()
    await pair.one.seat.course.finish("salah pencet")
    pair.pass_s(1)
    await pair.two.seat.handover.dispatch([DAMKAR])
    await meet(pair)
    for bench in (pair.one, pair.two):
        assert at(bench).is_open
        assert at(bench).status is IncidentStatus.FORWARDED
        assert at(bench).rejected == ()
    slot = ("incident.moved",)
    _, end = stands(pair.two, slot)
    await pair.two.seat.form.clashes.decide(slot, end)
    await meet(pair)
    assert at(pair.one).status is IncidentStatus.CLOSED
    assert at(pair.one).contests == ()


@pytest.mark.parametrize("first", [0, 1])
async def test_whichever_of_end_and_step_comes_first_both_seats_agree(first: int) -> None:
    pair = await fire()
    await pair.one.seat.handover.dispatch([DAMKAR])
    pair.carry()
    (dispatch,) = at(pair.two).dispatches
    pair.pass_s(5)
    pair.one.clock.pass_s(first * 2)
    pair.two.clock.pass_s((1 - first) * 2)
    await pair.one.seat.course.move(IncidentStatus.CANCELLED, "laporan palsu")
    await pair.two.seat.handover.move_dispatch(dispatch.id, DispatchState.ACCEPTED, "")
    pair.pass_s(5)
    await meet(pair)
    assert at(pair.one).status is at(pair.two).status is IncidentStatus.HANDLED
    slot = ("incident.moved",)
    (contest,) = at(pair.one).contests
    goes_on = next(
        each
        for each in (contest.stands, *contest.others)
        if at(pair.one).event(each).seat == "M2"  # type: ignore[union-attr]
    )
    await pair.one.seat.form.clashes.decide(slot, goes_on)
    await meet(pair)
    assert at(pair.two).status is IncidentStatus.HANDLED
    assert at(pair.two).contests == ()


async def test_two_ends_with_different_words_are_shown() -> None:
    pair = await fire()
    await pair.one.seat.course.finish("selesai di tempat")
    pair.pass_s(1)
    await pair.two.seat.course.move(IncidentStatus.CANCELLED, "laporan palsu")
    await meet(pair)
    assert [each.slot for each in at(pair.one).contests] == [("incident.moved",)]


async def test_an_agency_that_accepted_at_one_seat_and_declined_at_another_is_held_to_have_declined() -> None:
    pair = await fire()
    await pair.one.seat.handover.dispatch([DAMKAR])
    pair.carry()
    (dispatch,) = at(pair.two).dispatches
    pair.pass_s(1)
    await pair.one.seat.handover.move_dispatch(dispatch.id, DispatchState.ACCEPTED, "")
    pair.pass_s(1)
    await pair.two.seat.handover.move_dispatch(dispatch.id, DispatchState.DECLINED, "mobil rusak")
    await meet(pair)
    slot = ("dispatch.moved", dispatch.id)
    assert at(pair.one).dispatches[0].state is DispatchState.DECLINED
    _, accepted = stands(pair.one, slot)
    await pair.one.seat.form.clashes.decide(slot, accepted)
    await meet(pair)
    latest = at(pair.two).dispatch_to(DAMKAR)
    assert latest is not None
    assert latest.state is DispatchState.ACCEPTED
    assert at(pair.two).contests == ()


async def test_major_at_one_seat_and_not_at_another_is_major() -> None:
    pair = await fire()
    await pair.one.seat.reports.declare_major(True)
    pair.carry()
    pair.pass_s(1)
    await pair.two.seat.reports.declare_major(False)
    await pair.one.seat.reports.declare_major(False)
    await pair.one.seat.reports.declare_major(True)
    await meet(pair)
    assert at(pair.one).is_major
    assert len(at(pair.one).contests) == 1


async def test_two_kinds_propose_the_agencies_of_both_and_the_graver_priority() -> None:
    pair = await fire()
    await pair.one.seat.form.choose_kind("UTL-01")
    pair.pass_s(1)
    await pair.two.seat.form.choose_kind("BEN-01")
    await meet(pair)
    for bench in (pair.one, pair.two):
        proposal = bench.seat.handover.proposal()
        assert proposal is not None
        assert proposal.priority == at(bench).priority == 2
        assert {each.agency.code for each in (*proposal.dispatch, *proposal.by_phone)} == {BPBD, DAMKAR, PLN}


async def test_a_call_classified_differently_counts_as_the_graver_until_it_is_classified_again() -> None:
    pair = Pair()
    call = CallId("c1")
    await pair.one.recorder.record([CallOffered(call, "in", "0812", "")])
    pair.carry()
    await pair.one.seat.classify(Classification.EMERGENCY, call)
    pair.pass_s(1)
    await pair.two.seat.classify(Classification.PRANK, call)
    pair.carry()
    for bench in (pair.one, pair.two):
        assert bench.board.calls[call].classification is Classification.EMERGENCY
        assert bench.board.calls[call].doubted == (Classification.PRANK,)
    await pair.two.seat.classify(Classification.PRANK, call)
    pair.carry()
    assert pair.one.board.calls[call].classification is Classification.PRANK
    assert pair.one.board.calls[call].doubted == ()


async def test_facts_of_a_release_that_told_no_base_clash_with_nobody() -> None:
    pair = await fire()
    incident = pair.one.seat.hand.incident_id or IncidentId("")
    await pair.one.seat.handover.choose_priority(1)
    old = replace(pair.one.journal.kept[-1], fact=Overruled(incident, "priority", "4", "1"), base=None)
    old = replace(old, id=EventId("old"), seat=pair.two.recorder.seat, hlc=old.hlc + 1)
    pair.one.seat.room.on_events([old])
    assert at(pair.one).contests == ()
    assert at(pair.one).own["priority"].chosen == "4"
