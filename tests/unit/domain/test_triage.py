"""From kind and answers to priority and agencies: every proposal says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import (
    UNKNOWN,
    Agency,
    Answer,
    AnswerForm,
    Because,
    Card,
    Ground,
    Kind,
    Phrase,
    Proposal,
    Question,
    Rule,
    assess,
    find_kinds,
)

DAMKAR, RSUD, PLN, POLRES, GONE = (AgencyCode(code) for code in ("DAMKAR", "RSUD", "PLN", "POLRES", "GONE"))
AGENCIES = (
    Agency(DAMKAR, "Damkar", True),
    Agency(RSUD, "RSUD", True),
    Agency(PLN, "PLN", False),
    Agency(POLRES, "Polres", False),
)
YES, NO, OPEN = (
    Answer("yes", "Y", Phrase("Ya", "Yes")),
    Answer("no", "T", Phrase("Tidak", "No")),
    Answer(UNKNOWN, "B", Phrase("Belum tahu", "Not known yet")),
)


def asks(name: str) -> Question:
    return Question(name, Phrase(f"{name}?", f"{name}?"), AnswerForm.YES_NO, (YES, NO, OPEN))


def rule(
    words: str, priority: int | None = None, *codes: AgencyCode, lead: bool = False, **when: str
) -> Rule:
    conditions = tuple((name, frozenset({answer})) for name, answer in when.items())
    reason = Phrase(words, words)
    return Rule(conditions, reason, priority, () if lead else codes, codes if lead else ())


CARD = Card(
    version=3,
    questions=(
        asks("inside"),
        asks("smoke"),
        asks("wire"),
        Question("what", Phrase("Apa?", ""), AnswerForm.TEXT),
    ),
    rules=(
        rule("people inside", 1, inside="yes"),
        rule("nobody inside", 3, inside="no"),
        rule("smoke only", 4, inside="no", smoke="yes"),
        rule("wire down", 2, PLN, wire="yes"),
        rule("hurt", None, RSUD, GONE, inside="yes", wire="yes"),
        rule("police leads", None, POLRES, lead=True, smoke="no"),
    ),
)
FIRE = Kind("KEB-02", "Kebakaran", "Kendaraan", 2, (DAMKAR,), (POLRES, GONE), card=CARD)


def grounds(proposal: Proposal) -> list[tuple[Ground, int, str]]:
    return [(each.ground, each.priority, each.words.own if each.words else "") for each in proposal.reasons]


@pytest.mark.parametrize(
    ("answers", "priority", "why"),
    [
        ({}, 2, [(Ground.KIND, 2, "")]),
        ({"inside": UNKNOWN}, 2, [(Ground.KIND, 2, "")]),
        ({"inside": "yes"}, 1, [(Ground.RAISED, 1, "people inside")]),
        ({"inside": "no"}, 3, [(Ground.LOWERED, 3, "nobody inside")]),
        (
            {"inside": "no", "smoke": "yes"},
            4,
            [(Ground.LOWERED, 4, "smoke only"), (Ground.LOWERED, 3, "nobody inside")],
        ),
        ({"inside": "no", "wire": "yes"}, 2, [(Ground.CONFIRMED, 2, "wire down")]),
        ({"inside": "yes", "wire": "yes"}, 1, [(Ground.RAISED, 1, "people inside")]),
        ({"elsewhere": "yes"}, 2, [(Ground.KIND, 2, "")]),
    ],
)
def test_answers_move_the_priority_and_say_why(
    answers: dict[str, str], priority: int, why: list[tuple[Ground, int, str]]
) -> None:
    proposal = assess(FIRE, answers, AGENCIES)
    assert proposal.priority == priority
    assert grounds(proposal) == why


def test_agencies_join_with_their_reason_and_leaders_stand_first() -> None:
    proposal = assess(FIRE, {"inside": "yes", "wire": "yes", "smoke": "no"}, AGENCIES)

    def told(each: tuple[object, ...]) -> list[tuple[str, bool, str]]:
        return [(p.agency.code, p.lead, p.because.own if p.because else "") for p in each]  # type: ignore[attr-defined]

    assert told(proposal.dispatch) == [("DAMKAR", True, ""), ("RSUD", False, "hurt")]
    assert told(proposal.by_phone) == [("POLRES", True, "police leads"), ("PLN", False, "wire down")]


def test_without_a_card_the_kind_decides() -> None:
    bare = Kind("X", "X", "X", 5, (GONE,), ())
    assert assess(bare, {"inside": "yes"}, AGENCIES) == assess(bare, {}, AGENCIES)
    assert assess(bare, {}, AGENCIES).reasons == (Because(Ground.KIND, 5),)


def test_an_answer_is_taken_by_its_code_and_said_in_words() -> None:
    question = asks("inside")
    assert question.takes("yes")
    assert not question.takes("maybe")
    assert question.said("yes", "id") == "Ya"
    assert question.said("yes", "en") == "Yes"
    free = CARD.questions[3]
    assert free.takes("mobil tangki")
    assert free.said("mobil tangki", "en") == "mobil tangki"
    assert free.ask.said_in("en") == "Apa?", "words without English stand in the site's own language"


def test_a_question_is_found_by_its_id() -> None:
    assert CARD.question("wire") is CARD.questions[2]
    assert CARD.question("none") is None


ANSWERS = st.dictionaries(
    st.sampled_from(["inside", "smoke", "wire", "other"]), st.sampled_from(["yes", "no", UNKNOWN, ""])
)


@given(ANSWERS)
def test_every_priority_is_explained(answers: dict[str, str]) -> None:
    proposal = assess(FIRE, answers, AGENCIES)
    assert proposal.reasons
    assert proposal.reasons[0].priority == proposal.priority
    sides = {Ground.RAISED: -1, Ground.KIND: 0, Ground.CONFIRMED: 0, Ground.LOWERED: 1}
    for each in proposal.reasons:
        difference = each.priority - FIRE.priority
        assert (difference > 0) - (difference < 0) == sides[each.ground]


@given(ANSWERS, st.sampled_from(["inside", "smoke", "wire"]))
def test_not_knowing_never_lowers_a_priority(answers: dict[str, str], name: str) -> None:
    open_ = {**answers, name: UNKNOWN}
    without = {key: value for key, value in answers.items() if key != name}
    assert assess(FIRE, open_, AGENCIES) == assess(FIRE, without, AGENCIES)


@given(ANSWERS)
def test_the_agencies_of_the_kind_always_stay(answers: dict[str, str]) -> None:
    proposal = assess(FIRE, answers, AGENCIES)
    codes = {each.agency.code for each in (*proposal.dispatch, *proposal.by_phone)}
    assert {DAMKAR, POLRES} <= codes <= {agency.code for agency in AGENCIES}


@pytest.mark.parametrize(
    ("typed", "codes"),
    [("ke", ["KEB-02", "KEC"]), ("keb-02", ["KEB-02"]), ("kendar", ["KEB-02"]), ("zz", [])],
)
def test_letters_pick_a_kind(typed: str, codes: list[str]) -> None:
    kinds = (
        FIRE,
        Kind("LAK", "Kecelakaan", "Lalu lintas", 1, (), ()),
        Kind("KEC", "Lain", "Lain", 3, (), ()),
    )
    found = [kind.code for kind in find_kinds(kinds, typed)]
    assert [code for code in found if code != "LAK"] == codes
