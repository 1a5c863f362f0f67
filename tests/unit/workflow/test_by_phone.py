"""Agencies that are asked by phone: the asking has its clock, the answer is the operator's record of it."""

import pytest

from operator_app.domain.facts.dispatch import DispatchMoved, DispatchSent
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from tests.unit.workflow.room import DAMKAR, PLN, RSUD, make_seat
from tests.unit.workflow.test_incidents import fire

S = DispatchState


async def test_a_rung_agency_is_a_dispatch_with_a_clock_that_runs_out_visibly() -> None:
    bench = make_seat()
    incident = await fire(bench)
    await bench.seat.handover.record_answer(incident.id, PLN, S.SENT)
    assert bench.seat.hand.incident is not None
    (sent,) = bench.seat.hand.incident.dispatches
    assert (sent.agency, sent.state, sent.ack_within_s) == (PLN, S.SENT, 60)
    assert bench.seat.hand.incident.status is IncidentStatus.FORWARDED
    bench.clock.pass_s(60)
    await bench.seat.tick()
    assert bench.seat.hand.incident.dispatches[0].overdue_at == bench.clock.now()
    await bench.seat.handover.record_answer(incident.id, PLN, S.ACCEPTED)
    assert bench.seat.room.board.incidents[incident.id].status is IncidentStatus.HANDLED
    for step in (S.UNDER_WAY, S.ON_SCENE, S.DONE):
        await bench.seat.handover.record_answer(incident.id, PLN, step)
    assert bench.seat.hand.incident.dispatches[0].state is S.DONE


async def test_an_answer_given_at_once_is_asked_and_answered_in_one_record() -> None:
    bench = make_seat()
    incident = await fire(bench)
    written = len(bench.journal.kept)
    await bench.seat.handover.record_answer(incident.id, PLN, S.ACCEPTED)
    facts = [type(event.fact).__name__ for event in bench.journal.kept[written:]]
    assert facts == ["DispatchSent", "IncidentMoved", "DispatchMoved", "IncidentMoved"]
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.status is IncidentStatus.HANDLED
    assert not bench.seat.hand.incident.rejected


async def test_a_refusal_needs_its_reason_and_records_nothing_without() -> None:
    bench = make_seat()
    incident = await fire(bench)
    written = len(bench.journal.kept)
    with pytest.raises(RefusedError, match="reason_missing"):
        await bench.seat.handover.record_answer(incident.id, PLN, S.DECLINED, " ")
    assert len(bench.journal.kept) == written
    await bench.seat.handover.record_answer(incident.id, PLN, S.DECLINED, "tidak ada regu")
    await bench.seat.handover.record_answer(incident.id, PLN, S.SENT)  # rung once more
    sent = [e.fact for e in bench.journal.kept if isinstance(e.fact, DispatchSent)]
    assert len(sent) == 2
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.dispatch_to(PLN).state is S.SENT  # type: ignore[union-attr]


async def test_the_answer_of_an_agency_with_a_desk_is_recorded_too_and_none_is_skipped() -> None:
    bench = make_seat()
    incident = await fire(bench)
    await bench.seat.handover.dispatch([DAMKAR])
    with pytest.raises(RefusedError, match="illegal_move"):
        await bench.seat.handover.record_answer(incident.id, DAMKAR, S.ON_SCENE)
    await bench.seat.handover.record_answer(incident.id, DAMKAR, S.ACCEPTED)
    moved = [e.fact for e in bench.journal.kept if isinstance(e.fact, DispatchMoved)]
    assert [each.to for each in moved] == [S.ACCEPTED]


async def test_it_names_those_asked_and_those_to_be_told_by_phone_before_the_rest() -> None:
    bench = make_seat()
    await fire(bench)
    await bench.seat.handover.dispatch([DAMKAR])
    found = {each.agency.code: each for each in bench.seat.handover.asked()}
    assert [each.agency.code for each in found.values() if each.near] == [DAMKAR, PLN]
    assert RSUD not in found  # it has a desk and was not asked
    assert all(not each.near for each in tuple(found.values())[2:])
    assert found[PLN].steps == (S.SENT, S.ACCEPTED, S.DECLINED)
    assert found[DAMKAR].steps == (S.ACCEPTED, S.DECLINED)
    await bench.seat.handover.choose_agency(PLN)
    assert [each.agency.code for each in bench.seat.handover.asked() if each.near] == [DAMKAR]


async def test_it_goes_to_the_incident_that_was_meant_not_to_another_taken_in_hand_meanwhile() -> None:
    bench = make_seat()
    incident = await fire(bench)
    bench.seat.hand.select(None)
    await bench.seat.handover.record_answer(incident.id, PLN, S.SENT)
    assert [each.agency for each in bench.seat.room.board.incidents[incident.id].dispatches] == [PLN]


async def test_the_place_must_be_there_and_an_ended_incident_takes_none() -> None:
    bench = make_seat()
    await bench.seat.form.edit({"text": "tolong"})
    incident = bench.seat.hand.incident
    assert incident is not None
    with pytest.raises(RefusedError) as caught:
        await bench.seat.handover.record_answer(incident.id, PLN, S.SENT)
    assert caught.value.refusal is Refusal.PLACE_MISSING
    await bench.seat.form.edit({"place": "Jl. A"})
    await bench.seat.handover.record_answer(incident.id, PLN, S.SENT)
    await bench.seat.course.move(IncidentStatus.CANCELLED, "iseng")
    with pytest.raises(RefusedError, match="incident_ended"):
        await bench.seat.handover.record_answer(incident.id, PLN, S.SENT)
    assert bench.seat.handover.asked() == ()
