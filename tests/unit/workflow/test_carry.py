"""What was said about an incident goes along when it is linked into another, and comes out when that is taken back."""

from operator_app.domain.facts.incident import FurtherReport
from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import IncidentStatus
from tests.unit.workflow.room import Bench, Pair
from tests.unit.workflow.test_cards import carded
from tests.unit.workflow.test_clashes import CARDED


async def two(bench: Bench) -> tuple[IncidentId, IncidentId]:
    """A known fire with a place, and a second report of it that says much."""
    await bench.seat.form.edit({"place": "Gang Mawar 3", "village": "Teluk Lingga"})
    await bench.seat.form.choose_kind("KEB-01")
    known = bench.seat.hand.incident_id
    bench.seat.hand.select(None)
    await bench.seat.form.edit({"place": "gg mawar", "landmark": "belakang SD 003", "text": "api besar"})
    await bench.seat.form.choose_kind("KEB-01")
    await bench.seat.form.answer_question("inside", "yes")
    await bench.seat.form.answer_question("what", "gas")
    await bench.seat.form.edit({"caller_name": "Slamet", "caller_number": "0812 3456 7890"})
    await bench.seat.course.note("Dua anak terjebak di lantai dua")
    await bench.seat.course.remind(10, "telepon pelapor")
    own = bench.seat.hand.incident_id
    assert known is not None
    assert own is not None
    return known, own


def said(incident: Incident) -> set[tuple[str, str]]:
    return {(each.field, each.value) for each in incident.further if not each.filled}


async def test_everything_that_was_said_goes_along() -> None:
    bench = carded()
    known, own = await two(bench)
    bench.clock.pass_s(60)
    await bench.seat.reports.link(known)
    target = bench.board.incidents[known]
    assert target.answers == {"inside": "yes", "what": "gas"}
    assert (target.value("landmark"), target.value("caller_name")) == ("belakang SD 003", "Slamet")
    assert (target.value("place"), target.value("village")) == ("Gang Mawar 3", "Teluk Lingga")
    assert said(target) == {("place", "gg mawar")}
    number = bench.board.incidents[own].number
    notes = [each.fact.text for each in target.timeline if each.fact.op == "incident.noted"]  # type: ignore[attr-defined]
    assert notes == [f"{number}: api besar", f"{number}: Dua anak terjebak di lantai dua"]
    bench.clock.pass_s(540)
    ((_, reminder),) = bench.seat.course.standing_reminders(bench.clock.now())
    assert reminder.text == "telepon pelapor"


async def test_taking_the_linking_back_takes_the_words_out_again() -> None:
    bench = carded()
    known, own = await two(bench)
    await bench.seat.reports.link(known)
    await bench.seat.reports.unlink()
    target = bench.board.incidents[known]
    assert (target.answers, target.value("landmark"), target.value("caller_name")) == ({}, "", "")
    assert target.further == ()
    assert all(each.done_at is not None for each in target.reminders)
    assert bench.board.incidents[own].status is IncidentStatus.NEW
    assert bench.board.incidents[own].answers == {"inside": "yes", "what": "gas"}
    assert all(each.done_at is None for each in bench.board.incidents[own].reminders)


async def test_what_differs_stands_beside_and_does_not_overwrite() -> None:
    bench = carded()
    known, _ = await two(bench)
    bench.seat.hand.select(known)
    await bench.seat.form.answer_question("inside", "no")
    await bench.seat.form.edit(
        {"caller_name": "Budi", "caller_number": "+6281234567890", "landmark": "dekat masjid"}
    )
    own = next(each for each in bench.board.open if each != known)
    bench.seat.hand.select(own)
    await bench.seat.reports.link(known)
    target = bench.board.incidents[known]
    assert target.answers["inside"] == "no"
    assert target.value("caller_name") == "Budi"
    assert said(target) == {
        ("place", "gg mawar"), ("landmark", "belakang SD 003"), ("caller_name", "Slamet"), ("answer inside", "yes"),
    }  # fmt: skip


async def test_words_that_a_cut_off_seat_wrote_into_a_merged_incident_go_along_later() -> None:
    pair = Pair(CARDED)
    known, own = await two(pair.one)
    pair.carry()
    pair.two.seat.hand.select(own)
    await pair.one.seat.reports.link(known)
    pair.pass_s(5)
    await pair.two.seat.course.note("ada ibu hamil")
    await pair.two.seat.form.edit({"neighbourhood": "RT 4"})
    for _ in range(3):
        pair.pass_s(1)
        pair.carry()
        for bench in (pair.one, pair.two):
            await bench.seat.tick()
    pair.carry()
    for bench in (pair.one, pair.two):
        target = bench.board.incidents[known]
        number = bench.board.incidents[own].number
        texts = [each.fact.text for each in target.timeline if each.fact.op == "incident.noted"]  # type: ignore[attr-defined]
        assert texts.count(f"{number}: ada ibu hamil") == 1
        assert ("neighbourhood", "RT 4") in said(target)
        told = [each.fact for each in target.timeline if isinstance(each.fact, FurtherReport)]
        assert len(told) == len(set(told))
