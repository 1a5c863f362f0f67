"""Decisions, further reports, reading back, reminders and the end of an incident, as recorded at a seat."""

from dataclasses import replace

import pytest

from operator_app.domain.facts.incident import IncidentMoved, Overruled
from operator_app.domain.facts.site import CardPublished, PartPublished
from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from operator_app.domain.triage import Card
from operator_app.workflow.seat import Seat
from tests.fakes.memory_phone import MemoryPhone
from tests.unit.workflow.room import BPBD, DAMKAR, PLN, RSUD, RULES, Bench, make_seat
from tests.unit.workflow.test_cards import CARDS, carded


async def fire(bench: Bench, place: str = "Jalan Mawar") -> IncidentId:
    await bench.seat.form.edit({"place": place})
    await bench.seat.form.choose_kind("KEB-01")
    assert bench.seat.hand.incident_id is not None
    return bench.seat.hand.incident_id


def statuses(bench: Bench) -> dict[IncidentId, IncidentStatus]:
    return {each.id: each.status for each in bench.board.incidents.values()}


async def test_the_operators_priority_wins_over_answers_until_it_is_given_back() -> None:
    bench = carded()
    await fire(bench)
    await bench.seat.handover.choose_priority(4)
    await bench.seat.form.answer_question("inside", "yes")
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.priority == 4
    own = bench.seat.hand.incident.own["priority"]
    assert (own.chosen, own.proposed, own.actor) == ("4", "1", "Operator shift 2")
    await bench.seat.handover.choose_priority(None)
    assert bench.seat.hand.incident.priority == 1
    assert not bench.seat.hand.incident.own


async def test_an_agency_left_out_is_not_asked_and_one_added_is() -> None:
    bench = make_seat()
    await fire(bench)
    await bench.seat.handover.choose_agency(RSUD)
    await bench.seat.handover.choose_agency(AgencyCode("BPBD"))
    sent = await bench.seat.handover.dispatch()
    assert [each.agency for each in sent] == [DAMKAR, "BPBD"]
    facts = [each.fact for each in bench.journal.kept if isinstance(each.fact, Overruled)]
    assert [(each.subject, each.chosen, each.proposed) for each in facts] == [
        ("agency:RSUD", "out", "in"),
        ("agency:BPBD", "in", "out"),
    ]
    await bench.seat.handover.take_proposal()
    assert [each.agency for each in await bench.seat.handover.dispatch()] == [RSUD]


async def test_an_agency_of_another_site_cannot_be_chosen() -> None:
    bench = make_seat()
    await fire(bench)
    with pytest.raises(RefusedError):
        await bench.seat.handover.choose_agency(AgencyCode("NASA"))
    await bench.seat.handover.choose_agency(PLN)  # told by phone: left out of the proposal all the same


async def test_a_call_is_linked_with_its_words_and_the_linking_is_taken_back() -> None:
    phone = MemoryPhone()
    bench = make_seat(phone)
    await phone.start()
    await bench.seat.open()
    first = await fire(bench)
    bench.seat.hand.select(None)
    phone.offer("0812")
    await bench.seat.answer()
    second = await fire(bench, "Jl Mawar")
    await bench.seat.form.edit({"text": "Api besar"})
    call = bench.seat.hand.call
    await bench.seat.reports.link(first)
    assert bench.seat.hand.incident_id == first
    assert statuses(bench) == {first: IncidentStatus.NEW, second: IncidentStatus.MERGED}
    target = bench.board.incidents[first]
    assert target.calls == (call,)
    assert call is not None
    assert bench.board.calls[call].incident_id == first
    assert any("Api besar" in getattr(each.fact, "text", "") for each in target.timeline)
    assert bench.seat.reports.can_unlink()

    await bench.seat.reports.unlink()
    assert bench.seat.hand.incident_id == second
    assert statuses(bench)[second] is IncidentStatus.NEW
    assert bench.board.incidents[first].calls == ()
    assert bench.board.calls[call].incident_id == second
    with pytest.raises(RefusedError) as refused:
        await bench.seat.reports.unlink()
    assert refused.value.refusal is Refusal.NOTHING_TO_UNLINK


async def test_who_was_sent_to_a_merged_incident_is_asked_anew_for_the_one_it_goes_on_in() -> None:
    """At the agency's desk the alarm of a merged incident falls silent: without a new one nobody would drive."""
    bench = make_seat()
    first = await fire(bench)
    await bench.seat.handover.dispatch([RSUD])
    bench.seat.hand.select(None)
    second = await fire(bench, "Jl Mawar")
    await bench.seat.handover.dispatch([DAMKAR, RSUD, BPBD])
    merged = bench.board.incidents[second]
    declined = merged.dispatch_to(BPBD)
    assert declined is not None
    await bench.seat.handover.move_dispatch(declined.id, DispatchState.DECLINED, "semua keluar")
    await bench.seat.reports.link(first)
    target = bench.board.incidents[first]
    assert [each.agency for each in target.dispatches] == [RSUD, DAMKAR]
    assert target.status is IncidentStatus.FORWARDED
    assert target.dispatches[-1].is_waiting


async def test_nothing_is_merged_into_an_incident_that_nobody_could_be_sent_to() -> None:
    bench = make_seat()
    await bench.seat.form.edit({"text": "asap"})
    first = bench.seat.hand.incident_id
    assert first is not None
    bench.seat.hand.select(None)
    second = await fire(bench, "Jl Mawar")
    await bench.seat.handover.dispatch([DAMKAR])
    with pytest.raises(RefusedError, match="place_missing"):
        await bench.seat.reports.link(first)
    assert statuses(bench)[second] is IncidentStatus.FORWARDED


async def test_a_linked_call_comes_back_to_its_place_among_the_calls() -> None:
    bench = make_seat()
    first = await fire(bench)
    for name in ("c1", "c2"):
        bench.seat.hand.select(None)
        bench.seat.hand.call = CallId(name)
        await bench.seat.reports.link(first)
    await bench.seat.reports.unlink()
    await bench.seat.reports.link(first)
    assert bench.board.incidents[first].calls == ("c1", "c2")


async def test_what_was_read_back_no_longer_holds_when_the_place_changes() -> None:
    bench = make_seat()
    incident_id = await fire(bench)
    await bench.seat.form.read_back("map", 15.0)
    incident = bench.board.incidents[incident_id]
    assert incident.read_back is not None
    assert incident.read_back_holds
    await bench.seat.form.edit({"place": "Jalan Melati"})
    assert not bench.board.incidents[incident_id].read_back_holds


async def test_a_reminder_is_due_after_its_minutes_and_gone_when_done() -> None:
    bench = make_seat()
    incident_id = await fire(bench)
    await bench.seat.course.remind(5, "telepon Damkar")
    assert not bench.seat.course.standing_reminders(bench.clock.now())
    bench.clock.pass_s(300)
    ((incident, reminder),) = bench.seat.course.standing_reminders(bench.clock.now())
    assert (incident.id, reminder.text) == (incident_id, "telepon Damkar")
    await bench.seat.course.reminder_done(incident.id, reminder.id)
    assert not bench.seat.course.standing_reminders(bench.clock.now())
    for minutes in (0, -1, 20_000):
        with pytest.raises(RefusedError):
            await bench.seat.course.remind(minutes, "")


async def test_an_incident_handed_over_is_closed_by_one_wish_with_a_reason() -> None:
    bench = make_seat()
    incident_id = await fire(bench)
    await bench.seat.handover.dispatch()
    with pytest.raises(RefusedError):
        await bench.seat.course.finish(" ")
    await bench.seat.course.finish("api padam")
    moves = [each.fact for each in bench.journal.kept if isinstance(each.fact, IncidentMoved)]
    assert [(each.to, each.reason) for each in moves[-2:]] == [("done", ""), ("closed", "api padam")]
    assert not bench.board.incidents[incident_id].is_open


class OneCard:
    """Reads "good" and nothing else."""

    def read(self, kind: str, source: str) -> Card:
        if source != "good":
            raise ValueError("no")
        return CARDS["BEN-01"]

    def read_kept(self, kind: str, source: str) -> Card | None:
        return self.read(kind, source)

    def write(self, card: Card) -> str:
        return f"version {card.version}"


async def test_a_supervisor_publishes_a_card_as_a_new_version_and_nobody_else() -> None:
    bench = carded()
    kinds = tuple(replace(kind, card=CARDS.get(kind.code)) for kind in RULES.kinds)
    rules = replace(RULES, kinds=kinds, cards=OneCard())
    plain = Seat(bench.recorder, bench.board, bench.bus, None, rules)
    with pytest.raises(RefusedError) as refused:
        await plain.cards.publish_card("KEB-01", "good")
    assert refused.value.refusal is Refusal.NO_RIGHT
    seat = Seat(bench.recorder, bench.board, bench.bus, None, rules, rights=frozenset({"supervisor"}))
    assert seat.cards.card_source("KEB-01") == "version 4"
    with pytest.raises(ValueError, match="no"):
        await seat.cards.publish_card("KEB-01", "bad")
    assert await seat.cards.publish_card("KEB-01", "good") == 5
    told = bench.journal.kept[-1].fact
    assert isinstance(told, PartPublished)
    assert (told.part, told.version, told.body) == ("card/KEB-01", 5, "good")
    assert seat.cards.card_source("KEB-01") == "good"
    await seat.form.edit({"place": "x"})
    await seat.form.choose_kind("KEB-01")
    assert seat.form.card is not None
    assert (seat.form.card.version, seat.form.card.questions) == (5, CARDS["BEN-01"].questions)


async def test_a_card_of_before_there_were_parts_is_read_and_the_higher_version_stands() -> None:
    bench = carded()
    kinds = tuple(replace(kind, card=CARDS.get(kind.code)) for kind in RULES.kinds)
    rules = replace(RULES, kinds=kinds, cards=OneCard())
    seat = Seat(bench.recorder, bench.board, bench.bus, None, rules, rights=frozenset({"supervisor"}))

    def version() -> int:
        kind = seat.cards.kind_or_none("KEB-01")
        assert kind is not None
        assert kind.card is not None
        return kind.card.version

    await bench.recorder.record([CardPublished("KEB-01", 3, "good")])
    assert version() == 4, "the site's file brings a newer one"
    await bench.recorder.record([CardPublished("KEB-01", 6, "good")])
    assert version() == 6
    assert await seat.cards.publish_card("KEB-01", "good") == 7
    assert version() == 7
