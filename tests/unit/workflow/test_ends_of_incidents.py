"""An incident that was ended: who was at work then, and how the end is taken back."""

from dataclasses import replace

import pytest

from operator_app.domain.facts.incident import IncidentMoved
from operator_app.domain.ids import EventId
from operator_app.domain.incident import Incident
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from operator_app.workflow.course import TAKE_BACK_S
from tests.unit.workflow.room import DAMKAR, RSUD, Bench, make_seat


async def worked_on() -> Bench:
    """Damkar is under way, RSUD has not answered; then the incident is closed by a slip."""
    bench = make_seat()
    await bench.seat.form.edit({"place": "Jalan Mawar"})
    await bench.seat.form.choose_kind("KEB-01")
    damkar, _ = await bench.seat.handover.dispatch([DAMKAR, RSUD])
    for to in (DispatchState.ACCEPTED, DispatchState.UNDER_WAY):
        await bench.seat.handover.move_dispatch(damkar.id, to)
    bench.clock.pass_s(60)
    await bench.seat.course.finish("salah pencet")
    return bench


def at(bench: Bench) -> Incident:
    incident = bench.seat.hand.incident
    assert incident is not None
    return incident


async def test_it_says_who_was_at_work_and_who_was_never_reached() -> None:
    bench = await worked_on()
    assert [(each.agency, each.never_reached) for each in at(bench).left_at_work] == [
        (DAMKAR, False),
        (RSUD, True),
    ]


@pytest.mark.parametrize("cancelled", [False, True])
async def test_for_some_minutes_the_end_is_taken_back_without_a_word(cancelled: bool) -> None:
    bench = await worked_on()
    if cancelled:
        await bench.seat.course.reopen()
        await bench.seat.course.move(IncidentStatus.CANCELLED, "laporan palsu")
    bench.clock.pass_s(TAKE_BACK_S)
    await bench.seat.course.reopen()
    assert at(bench).status is IncidentStatus.HANDLED
    assert at(bench).is_open
    assert at(bench).ended is None
    assert at(bench).rejected == ()
    assert at(bench).dispatches[0].state is DispatchState.UNDER_WAY


async def test_later_it_needs_a_reason() -> None:
    bench = await worked_on()
    bench.clock.pass_s(TAKE_BACK_S + 1)
    with pytest.raises(RefusedError) as refused:
        await bench.seat.course.reopen()
    assert refused.value.refusal is Refusal.REASON_MISSING
    await bench.seat.course.reopen("api menyala lagi")
    assert at(bench).status is IncidentStatus.HANDLED
    await bench.seat.course.finish("padam")
    assert at(bench).status is IncidentStatus.CLOSED


async def test_what_has_no_end_cannot_be_opened_again() -> None:
    bench = await worked_on()
    await bench.seat.course.reopen()
    with pytest.raises(RefusedError) as refused:
        await bench.seat.course.reopen("sekali lagi")
    assert refused.value.refusal is Refusal.ILLEGAL_MOVE


async def test_a_late_step_of_a_release_that_told_no_base_opens_nothing_again() -> None:
    bench = await worked_on()
    last = bench.journal.kept[-1]
    late = IncidentMoved(at(bench).id, IncidentStatus.HANDLED, "")
    old = replace(last, id=EventId("old"), fact=late, base=None, hlc=last.hlc + 1, seat=replace(last).seat)
    bench.seat.room.on_events([old])
    assert at(bench).status is IncidentStatus.CLOSED
    assert at(bench).rejected == ("old",)


async def test_open_work_keeps_its_meaning_when_the_site_renames_agency_and_kind() -> None:
    bench = make_seat()
    await bench.seat.form.edit({"place": "Jalan Mawar"})
    await bench.seat.form.choose_kind("KEB-01")
    await bench.seat.handover.dispatch([DAMKAR])
    rules = bench.seat.room.rules
    rules.now = replace(
        rules.now,
        kinds=tuple(each for each in rules.now.kinds if each.code != "KEB-01"),
        agencies=tuple(each for each in rules.now.agencies if each.code != DAMKAR),
    )
    asked = {each.agency.code: each for each in bench.seat.handover.asked()}
    assert asked[DAMKAR].near
    await bench.seat.handover.record_answer(at(bench).id, DAMKAR, DispatchState.ACCEPTED)
    assert at(bench).dispatches[0].state is DispatchState.ACCEPTED
    assert [each.agency for each in await bench.seat.handover.dispatch([RSUD])] == [RSUD]
