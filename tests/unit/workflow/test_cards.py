"""Answers to a card and what follows from them at a seat; what is known already."""

from dataclasses import replace

import pytest

from operator_app.domain.duplicates import Clue, Report
from operator_app.domain.facts.incident import AnswerGiven, FieldSet
from operator_app.domain.states import Refusal, RefusedError
from operator_app.domain.triage import UNKNOWN, Answer, AnswerForm, Card, Ground, Phrase, Question, Rule
from operator_app.workflow.seat import Seat
from tests.unit.workflow.room import RULES, Bench, make_seat

WORDS = Phrase("kata", "words")
ANSWERS = tuple(Answer(code, key, WORDS) for code, key in (("yes", "Y"), ("no", "T"), (UNKNOWN, "B")))
INSIDE = Question("inside", WORDS, AnswerForm.YES_NO, ANSWERS)
WHAT = Question("what", WORDS, AnswerForm.TEXT)
FLOODED = Question("flooded", WORDS, AnswerForm.YES_NO, ANSWERS)


def rule(priority: int | None, question: str, answer: str) -> Rule:
    return Rule(((question, frozenset({answer})),), WORDS, priority)


CARDS = {
    "KEB-01": Card(4, (INSIDE, WHAT), (rule(3, "inside", "no"), rule(1, "inside", "yes"))),
    "BEN-01": Card(1, (FLOODED, INSIDE), (rule(1, "inside", "yes"), rule(4, "flooded", "no"))),
}


def carded() -> Bench:
    """A seat whose site has cards for two of its three kinds."""
    kinds = tuple(replace(kind, card=CARDS.get(kind.code)) for kind in RULES.kinds)
    bench = make_seat()
    bench.seat = Seat(bench.recorder, bench.board, bench.bus, None, replace(RULES, kinds=kinds))
    return bench


async def fire(bench: Bench) -> None:
    await bench.seat.form.edit({"place": "Jalan Mawar"})
    await bench.seat.form.choose_kind("KEB-01")


def priority(bench: Bench) -> int | None:
    assert bench.seat.hand.incident is not None
    return bench.seat.hand.incident.priority


async def test_an_answer_is_recorded_with_the_version_of_its_card() -> None:
    bench = carded()
    await fire(bench)
    await bench.seat.form.answer_question("what", "gudang")
    fact = bench.journal.kept[-1].fact
    assert isinstance(fact, AnswerGiven)
    assert (fact.card_version, fact.question, fact.answer) == (4, "what", "gudang")
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.answers == {"what": "gudang"}


async def test_the_priority_follows_the_answers_in_the_same_breath() -> None:
    bench = carded()
    await fire(bench)
    assert priority(bench) == 1
    await bench.seat.form.answer_question("inside", "no")
    assert priority(bench) == 3
    assert [type(event.fact) for event in bench.journal.kept[-2:]] == [AnswerGiven, FieldSet]
    proposal = bench.seat.handover.proposal()
    assert proposal is not None
    assert (proposal.priority, proposal.reasons[0].ground) == (3, Ground.LOWERED)
    await bench.seat.form.answer_question("inside", "yes")
    assert priority(bench) == 1
    await bench.seat.form.answer_question("inside", "no")
    await bench.seat.form.answer_question("inside", None)
    assert priority(bench) == 1
    assert bench.seat.hand.incident is not None
    assert bench.seat.hand.incident.answers == {}


async def test_the_operators_own_priority_stays_whatever_is_answered() -> None:
    bench = carded()
    await fire(bench)
    await bench.seat.form.edit({"priority": "2"})
    await bench.seat.form.answer_question("inside", "no")
    assert priority(bench) == 2
    proposal = bench.seat.handover.proposal()
    assert proposal is not None
    assert proposal.priority == 3, "it is still proposed"


async def test_the_same_answer_again_writes_nothing() -> None:
    bench = carded()
    await fire(bench)
    await bench.seat.form.answer_question("inside", "no")
    written = len(bench.journal.kept)
    await bench.seat.form.answer_question("inside", "no")
    await bench.seat.form.answer_question("what", None)
    assert len(bench.journal.kept) == written


async def test_an_answer_goes_along_to_another_kind_that_asks_the_same() -> None:
    bench = carded()
    await fire(bench)
    await bench.seat.form.answer_question("inside", "yes")
    await bench.seat.form.choose_kind("BEN-01")
    assert priority(bench) == 1
    card = bench.seat.form.card
    assert card is not None
    assert bench.seat.hand.incident is not None
    assert [each for each in card.questions if each.id not in bench.seat.hand.incident.answers] == [FLOODED]
    await bench.seat.form.choose_kind("UTL-01")
    assert bench.seat.form.card is None
    assert priority(bench) == 4


async def test_what_the_card_lacks_is_refused() -> None:
    bench = carded()
    with pytest.raises(RefusedError) as refused:
        await bench.seat.form.answer_question("inside", "yes")
    assert refused.value.refusal is Refusal.NO_INCIDENT
    await bench.seat.form.edit({"place": "Jalan Mawar"})
    with pytest.raises(RefusedError) as refused:
        await bench.seat.form.answer_question("inside", "yes")
    assert refused.value.refusal is Refusal.KIND_MISSING
    await bench.seat.form.choose_kind("KEB-01")
    for question, answer in (("flooded", "yes"), ("inside", "maybe")):
        with pytest.raises(ValueError, match="no such question or answer"):
            await bench.seat.form.answer_question(question, answer)


async def test_answers_of_another_seat_are_seen() -> None:
    one, two = carded(), carded()
    await fire(one)
    await one.seat.form.answer_question("inside", "no")
    two.seat.room.on_events(one.journal.kept)
    two.seat.hand.select(one.seat.hand.incident_id)
    assert priority(two) == 3
    proposal = two.seat.handover.proposal()
    assert proposal is not None
    assert proposal.priority == 3


async def test_what_is_known_already_is_asked_of_the_whole_room() -> None:
    bench = carded()
    assert bench.seat.reports.known_already() == ()
    assert bench.seat.reports.major_suggestion() is None
    await bench.seat.form.edit({"place": "Jalan Mawar", "position": "0.5,117.5", "caller_number": "0811"})
    first = bench.seat.hand.incident_id
    bench.seat.hand.select(None)
    (typed,) = bench.seat.reports.known_already(Report(position=(0.5001, 117.5)))
    assert typed.incident.id == first
    await bench.seat.form.edit({"place": "jl mawar", "caller_number": "0811"})
    (saved,) = bench.seat.reports.known_already()
    assert [reason.clue for reason in saved.reasons] == [Clue.SAME_NUMBER, Clue.SAME_PLACE]
    assert saved.incident.id == first
    bench.clock.pass_s(7 * 3600)
    assert bench.seat.reports.known_already() == ()
