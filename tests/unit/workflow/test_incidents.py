"""From the first word to the agencies: numbers, fields, proposals, refusals, deadlines."""

import asyncio

import pytest

from operator_app.domain.event import to_record
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.ids import SeatName
from operator_app.domain.incident import Incident
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from tests.unit.workflow.room import BPBD, DAMKAR, PLN, RSUD, Bench, make_seat


async def fire(bench: Bench) -> Incident:
    """A house fire with place and kind in the form."""
    await bench.seat.form.edit({"place": "Jl. Yos Sudarso II"})
    await bench.seat.form.choose_kind("KEB-01")
    incident = bench.seat.hand.incident
    assert incident is not None
    return incident


async def test_the_first_word_opens_the_incident_with_a_number_of_the_local_day() -> None:
    bench = make_seat()
    await bench.seat.form.edit({"place": "J"})
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.number == "KTM-261123-M3-001"
    bench.clock.pass_s(10 * 3600)
    bench.seat.hand.select(None)
    await bench.seat.form.edit({"text": "banjir"})
    assert bench.seat.hand.incident.number == "KTM-261124-M3-001"
    bench.seat.hand.select(None)
    await bench.seat.form.edit({"text": "ular"})
    assert bench.seat.hand.incident.number == "KTM-261124-M3-002"


async def test_two_first_words_at_once_open_one_incident() -> None:
    bench = make_seat()
    await asyncio.gather(bench.seat.form.edit({"place": "Jl. A"}), bench.seat.form.edit({"text": "api"}))
    opened = [event for event in bench.journal.kept if isinstance(event.fact, IncidentOpened)]
    assert len(opened) == 1
    assert bench.seat.hand.incident is not None
    assert (bench.seat.hand.incident.value("place"), bench.seat.hand.incident.value("text")) == (
        "Jl. A",
        "api",
    )


async def test_no_number_is_given_before_the_past_is_known() -> None:
    before, bench = make_seat(), make_seat()
    await before.seat.form.edit({"place": "Jl. A"})
    bench.clock.pass_s(60)
    bench.seat.form.past_known.clear()
    typing = asyncio.ensure_future(bench.seat.form.edit({"place": "Jl. B"}))
    await asyncio.sleep(0)
    bench.seat.room.on_events(before.journal.kept)
    await bench.seat.open()
    await typing
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.number == "KTM-261123-M3-002"


async def test_an_empty_first_word_opens_nothing_and_an_equal_value_writes_nothing() -> None:
    bench = make_seat()
    with pytest.raises(RefusedError) as caught:
        await bench.seat.form.edit({"place": ""})
    assert caught.value.refusal is Refusal.NO_INCIDENT
    await bench.seat.form.edit({"place": "Jl. A"})
    before = len(bench.journal.kept)
    await bench.seat.form.edit({"place": "Jl. A"})
    assert len(bench.journal.kept) == before


async def test_a_position_that_is_none_is_refused_whole() -> None:
    bench = make_seat()
    with pytest.raises(RefusedError, match="bad_position"):
        await bench.seat.form.edit({"place": "laut", "position": "95.0,117.5"})
    assert bench.journal.kept == []


async def test_the_kind_brings_its_priority_until_the_operator_overrules_it() -> None:
    bench = make_seat()
    await fire(bench)
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.priority == 1
    await bench.seat.form.choose_kind("UTL-01")
    assert bench.seat.hand.incident.priority == 4
    await bench.seat.form.edit({"priority": "2"})
    await bench.seat.form.choose_kind("BEN-01")
    await bench.seat.form.edit({"priority": "3"})
    await bench.seat.form.choose_kind("KEB-01")
    assert bench.seat.hand.incident.priority == 3


async def test_dispatch_goes_to_the_proposed_desks_once() -> None:
    bench = make_seat()
    await fire(bench)
    proposal = bench.seat.handover.proposal()
    assert proposal is not None
    assert [each.agency.code for each in proposal.dispatch] == [DAMKAR, RSUD]
    assert [each.agency.code for each in proposal.by_phone] == [PLN]
    sent = await bench.seat.handover.dispatch()
    assert [each.agency for each in sent] == [DAMKAR, RSUD]
    assert {each.ack_within_s for each in sent} == {60}
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.status is IncidentStatus.FORWARDED
    with pytest.raises(RefusedError, match="already_sent"):
        await bench.seat.handover.dispatch([DAMKAR])
    assert [each.agency for each in await bench.seat.handover.dispatch([DAMKAR, BPBD])] == [BPBD]


@pytest.mark.parametrize(
    ("place", "kind", "refusal"),
    [("", "KEB-01", Refusal.PLACE_MISSING), ("Jl. A", "", Refusal.KIND_MISSING)],
)
async def test_dispatch_needs_place_and_kind(place: str, kind: str, refusal: Refusal) -> None:
    bench = make_seat()
    await bench.seat.form.edit({"text": "tolong"})
    await bench.seat.form.edit({"place": place})
    if kind:
        await bench.seat.form.choose_kind(kind)
    with pytest.raises(RefusedError) as caught:
        await bench.seat.handover.dispatch()
    assert caught.value.refusal is refusal


async def test_an_agency_that_a_person_names_is_sent_without_a_kind() -> None:
    bench = make_seat()
    await bench.seat.form.edit({"place": "Jl. A"})
    assert [each.agency for each in await bench.seat.handover.dispatch([DAMKAR])] == [DAMKAR]


async def test_nobody_is_sent_to_an_incident_that_has_ended() -> None:
    """The agency's desk shows none of an ended incident: "sent" would be a lie."""
    bench = make_seat()
    await fire(bench)
    await bench.seat.course.move(IncidentStatus.CANCELLED, "laporan ganda")
    with pytest.raises(RefusedError, match="incident_ended"):
        await bench.seat.handover.dispatch()
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.dispatches == ()


async def test_an_unanswered_dispatch_is_noted_as_overdue_once() -> None:
    bench = make_seat()
    await fire(bench)
    (sent,) = await bench.seat.handover.dispatch([DAMKAR])
    bench.clock.pass_s(59)
    await bench.seat.tick()
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.dispatches[0].overdue_at is None
    bench.clock.pass_s(1)
    await bench.seat.tick()
    written = len(bench.journal.kept)
    await bench.seat.tick()
    assert bench.seat.hand.incident.dispatches[0].overdue_at == bench.clock.now()
    assert len(bench.journal.kept) == written
    await bench.seat.handover.move_dispatch(sent.id, DispatchState.ACCEPTED)
    assert bench.seat.hand.incident.status is IncidentStatus.HANDLED
    with pytest.raises(RefusedError, match="illegal_move"):
        await bench.seat.handover.move_dispatch(sent.id, DispatchState.ACCEPTED)
    with pytest.raises(RefusedError, match="reason_missing"):
        await bench.seat.handover.move_dispatch(sent.id, DispatchState.DECLINED, " ")


async def test_cancelling_needs_a_reason_and_closing_needs_an_end() -> None:
    bench = make_seat()
    await fire(bench)
    await bench.seat.handover.dispatch()
    with pytest.raises(RefusedError, match="illegal_move"):
        await bench.seat.course.move(IncidentStatus.CLOSED)
    with pytest.raises(RefusedError, match="reason_missing"):
        await bench.seat.course.move(IncidentStatus.CANCELLED)
    await bench.seat.course.move(IncidentStatus.CANCELLED, "laporan ganda")
    assert bench.board.open_incidents() == ()


async def test_what_another_seat_wrote_is_seen_and_later_words_win() -> None:
    one, two = make_seat(name="M1"), make_seat(name="M2")
    await one.seat.form.edit({"place": "Jl. A"})
    two.seat.room.on_events(one.journal.kept)
    assert one.seat.hand.incident_id is not None
    two.seat.hand.select(one.seat.hand.incident_id)
    two.clock.pass_s(-30)
    await two.seat.form.edit({"place": "Jl. A no. 2"})
    one.seat.room.on_events(two.journal.kept)
    held = one.board.incidents[one.seat.hand.incident_id].fields["place"]
    assert (held.value, held.seat, held.clashes) == ("Jl. A no. 2", SeatName("M2"), ())
    assert to_record(two.journal.kept[0])["base"] == one.journal.kept[1].id


async def test_words_still_being_saved_do_not_bring_their_incident_back_into_a_form_freed_meanwhile() -> None:
    bench = make_seat()
    await bench.seat.form.edit({"place": "Jl. A"})
    late = asyncio.ensure_future(bench.seat.form.edit({"text": "api"}))
    await asyncio.sleep(0)
    bench.seat.hand.select(None)
    await late
    assert bench.seat.hand.incident_id is None

    late = asyncio.ensure_future(bench.seat.form.edit({"text": "orang hanyut"}))
    await asyncio.sleep(0)
    bench.seat.hand.select(None)
    await late
    assert bench.seat.hand.incident_id is None
    assert len(bench.board.incidents) == 2
