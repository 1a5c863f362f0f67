"""Question cards: those of the plain default are whole, a broken file is refused in one sentence."""

import itertools
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import load_settings
from operator_app.domain.triage import UNKNOWN, AnswerForm, Card, Ground, Kind, Question, Rule, assess
from operator_app.reading.shape import fit
from operator_app.reading.toml import TomlFile, key_of
from operator_app.site.cards import CardsFile
from operator_app.workflow.site_rules import SiteRules

RESOURCES = Path(__file__).parents[3] / "resources"
SOURCE = RESOURCES / "site" / "cards.toml"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> SiteRules:
    return read_site(tmp_path_factory.mktemp("site"))


def read_site(folder: Path) -> SiteRules:
    settings = folder / "seat.toml"
    settings.write_text('[site]\nprefix = "KTM"\n\n[seat]\nname = "M1"\n', encoding="utf-8")
    return site_rules(load_settings(settings), folder)


def card_of(kind: Kind) -> Card:
    assert kind.card is not None, kind.code
    return kind.card


# ---- the plain default


def test_every_kind_has_a_card_of_three_to_six_questions(rules: SiteRules) -> None:
    assert len(rules.kinds) == 38
    for kind in rules.kinds:
        card = card_of(kind)
        assert 3 <= len(card.questions) <= 6, kind.code
        assert card.version >= 1
        assert any(question.answers for question in card.questions), f"{kind.code} has no single-key answer"


def test_every_card_belongs_to_a_kind(rules: SiteRules) -> None:
    cards = TomlFile.load(SOURCE).read(CardsFile).cards()
    assert set(cards) == {kind.code for kind in rules.kinds}


def test_every_water_card_asks_for_crocodiles(rules: SiteRules) -> None:
    asking = {kind.code for kind in rules.kinds if card_of(kind).question("crocodile")}
    assert {"LAK-02", "BEN-01", "BEN-06"} <= asking


def test_all_words_are_there_in_both_languages(rules: SiteRules) -> None:
    for kind in rules.kinds:
        card = card_of(kind)
        phrases = [question.ask for question in card.questions] + [rule.reason for rule in card.rules]
        phrases += [answer.label for question in card.questions for answer in question.answers]
        for phrase in phrases:
            assert phrase.own, kind.code
            assert phrase.english, kind.code
            assert len(phrase.own) <= 70, phrase.own
            assert not phrase.own.endswith(" ")
        assert all(question.ask.own.endswith(("?", ".")) for question in card.questions)


def test_every_fixed_answer_has_a_key_of_its_own_and_can_be_left_open(rules: SiteRules) -> None:
    for kind in rules.kinds:
        for question in card_of(kind).questions:
            keys = [answer.key.casefold() for answer in question.answers]
            assert len(set(keys)) == len(keys)
            assert all(len(key) == 1 for key in keys)
            assert question.form is AnswerForm.TEXT or question.answers[-1].code == UNKNOWN


def every_answering(questions: list[Question]) -> list[dict[str, str]]:
    """All ways to answer some questions or leave them open."""
    choices = [[None, *(answer.code for answer in question.answers)] for question in questions]
    return [
        {question.id: code for question, code in zip(questions, codes, strict=True) if code is not None}
        for codes in itertools.product(*choices)
    ]


def told_by(kind: Kind, rule: Rule, answers: dict[str, str], rules: SiteRules) -> bool:
    """Whether the rule is a reason of the priority, or the reason of an agency."""
    proposal = assess(kind, answers, rules.agencies)
    because = [each.because for each in (*proposal.dispatch, *proposal.by_phone)]
    return rule.reason in [*because, *(each.words for each in proposal.reasons)]


def test_every_rule_can_come_true_and_then_counts(rules: SiteRules) -> None:
    codes = {agency.code for agency in rules.agencies}
    for kind in rules.kinds:
        card = card_of(kind)
        for number, rule in enumerate(card.rules, 1):
            where = f"{kind.code}, rule {number}"
            assert {*rule.agencies, *rule.lead} <= codes, where
            asked = [question for question in card.questions if question.id in dict(rule.when)]
            coming = [answers for answers in every_answering(asked) if rule.holds(answers)]
            assert coming, f"{where} can never hold"
            assert any(told_by(kind, rule, answers, rules) for answers in coming), f"{where} never counts"


def test_every_proposal_of_every_card_is_explained(rules: SiteRules) -> None:
    for kind in rules.kinds:
        ruling = {name for rule in card_of(kind).rules for name, _ in rule.when}
        asked = [question for question in card_of(kind).questions if question.id in ruling]
        for answers in itertools.islice(every_answering(asked), 3_000):
            proposal = assess(kind, answers, rules.agencies)
            assert proposal.reasons[0].priority == proposal.priority
            if proposal.priority != kind.priority:
                assert proposal.reasons[0].words is not None


def test_not_knowing_lowers_nothing(rules: SiteRules) -> None:
    for kind in rules.kinds:
        answers = {question.id: UNKNOWN for question in card_of(kind).questions}
        proposal = assess(kind, answers, rules.agencies)
        assert proposal.reasons[0].ground is Ground.KIND, kind.code


@pytest.mark.parametrize(
    ("code", "answers", "priority", "agencies"),
    [
        ("SAT-01", {"attack": "seen"}, 2, set()),
        ("SAT-01", {"attack": "attacks"}, 1, set()),
        ("SAT-01", {"attack": "seen", "people_near": "yes", "still_there": "yes"}, 1, set()),
        ("SAT-02", {"snake_place": "house"}, 2, set()),
        ("SAT-02", {"snake_place": "outside"}, 3, set()),
        ("SAT-02", {"snake_place": "outside", "snake_bite": "yes"}, 1, {"RSUD"}),
        ("UTL-01", {"wire_down": "yes"}, 2, {"DAMKAR"}),
        ("UTL-03", {"broken_what": "bridge", "road_shut": "shut"}, 2, {"BPBD"}),
        ("BEN-01", {"crocodile": "yes"}, 1, {"BKSDA"}),
        ("LAK-01", {"injured": "none", "pinned": "no"}, 3, set()),
        ("LAK-01", {"injured": "none", "pinned": "no", "spill": "yes"}, 1, {"DAMKAR"}),
        ("KEB-01", {"inside": "no", "fire_size": "out"}, 3, set()),
        ("LAI-01", {"worst_danger": "crime"}, 2, {"POLRES"}),
    ],
)
def test_what_the_field_asks_for(
    rules: SiteRules, code: str, answers: dict[str, str], priority: int, agencies: set[str]
) -> None:
    kind = next(kind for kind in rules.kinds if kind.code == code)
    proposal = assess(kind, answers, rules.agencies)
    assert proposal.priority == priority
    assert agencies <= {each.agency.code for each in (*proposal.dispatch, *proposal.by_phone)}


# ---- a site's own file

SOUND = """
version = 1

[answers]
yes = { key = "Y", text = "Ya", english = "Yes" }
no = { key = "T", text = "Tidak", english = "No" }
unknown = { key = "B", text = "Belum tahu", english = "Not known" }

[[question]]
id = "shared"
ask = "Bersama?"
english = "Shared?"
answers = "yes_no"

[[question]]
id = "other"
ask = "Lain?"
english = "Other?"
answers = "yes_no"

[[question]]
id = "third"
ask = "Tiga?"
english = "Third?"
answers = "yes_no"

[[card]]
kind = "K-1"
version = 2
questions = [
    "shared",
    { id = "what", ask = "Apa?", english = "What?", answers = "text" },
    { id = "size", ask = "Besar?", english = "Size?", choices = [["small", "Kecil", "S"], ["big", "Besar", "B"]] },
]
rules = [
    { when = { size = ["big", "unknown"], shared = "yes" }, priority = 1, lead = ["A"], reason = "R", english = "R" },
]
"""

Change = Callable[[dict[str, Any]], object]


def card(change: Callable[[dict[str, Any]], object]) -> Change:
    return lambda table: change(table["card"][0])


def size(**values: object) -> Change:
    return card(lambda row: row["questions"][2].update(values))


def ruled(**values: object) -> Change:
    return card(lambda row: row["rules"][0].update(values))


BROKEN: dict[str, tuple[Change, str, str]] = {
    "version": (lambda t: t.update(version=2), "version", "want_one_of"),
    "unknown key": (lambda t: t.update(cards=[]), "cards", "unknown_key"),
    "no cards": (lambda t: t.pop("card"), "card", "missing"),
    "empty cards": (lambda t: t.update(card=[]), "card", "count"),
    "no answers": (lambda t: t.pop("answers"), "answers", "missing"),
    "an answer missing": (lambda t: t["answers"].pop("no"), "answers.no", "missing"),
    "an answer too many": (lambda t: t["answers"].update(maybe={}), "answers.maybe", "unknown_key"),
    "long key": (lambda t: t["answers"]["no"].update(key="TT"), "answers.no.key", "one_letter"),
    "figure as key": (lambda t: t["answers"]["no"].update(key="2"), "answers.no.key", "one_letter"),
    "same key": (lambda t: t["answers"]["no"].update(key="y"), "answers.no.key", "same_key"),
    "no English": (lambda t: t["answers"]["no"].pop("english"), "answers.no.english", "missing"),
    "card no table": (lambda t: t.update(card=[5]), "card[1]", "want_table"),
    "card without kind": (card(lambda row: row.pop("kind")), "card[1].kind", "missing"),
    "card twice": (
        lambda t: t["card"].append({**t["card"][0], "questions": ["shared", "other", "third"], "rules": []}),
        "card[2].kind",
        "twice",
    ),
    "card version": (card(lambda row: row.update(version=0)), "card[1].version", "not_between"),
    "card version yes": (card(lambda row: row.update(version=True)), "card[1].version", "want_whole"),
    "card key": (card(lambda row: row.update(rule=[])), "card[1].rule", "unknown_key"),
    "too few": (card(lambda row: row["questions"].pop()), "card[1].questions", "how_many"),
    "no questions": (card(lambda row: row.pop("questions")), "card[1].questions", "missing"),
    "asks twice": (card(lambda row: row["questions"].append("shared")), "card[1].questions[4]", "twice"),
    "not in the list": (
        card(lambda row: row["questions"].append("what")),
        "card[1].questions[4]",
        "not_listed",
    ),
    "question strange": (
        card(lambda row: row["questions"].append(5)),
        "card[1].questions[4]",
        "want_text_or_table",
    ),
    "question without id": (
        card(lambda row: row["questions"][2].pop("id")),
        "card[1].questions[3].id",
        "missing",
    ),
    "id taken": (size(id="shared"), "card[1].questions[3].id", "twice"),
    "listed twice": (lambda t: t["question"].append(t["question"][0]), "question[4].id", "twice"),
    "question without words": (size(ask=" "), "card[1].questions[3].ask", "empty"),
    "both ways": (size(answers="text"), "card[1].questions[3].choices", "answers_or_choices"),
    "answers wrong": (lambda t: t["question"][0].update(answers="ya"), "question[1].answers", "want_one_of"),
    "no answers at all": (
        lambda t: t["question"][0].pop("answers"),
        "question[1].answers",
        "answers_or_choices",
    ),
    "one choice": (size(choices=[["a", "A", "A"]]), "card[1].questions[3].choices", "choices"),
    "choice row": (
        size(choices=[["a", "A", "A"], ["b", "B"]]),
        "card[1].questions[3].choices[2]",
        "want_row",
    ),
    "choice word": (
        size(choices=[["a", "A", "A"], ["b", "B", 3]]),
        "card[1].questions[3].choices[2][3]",
        "want_text",
    ),
    "choice twice": (
        size(choices=[["a", "A", "A"], ["a", "B", "B"]]),
        "card[1].questions[3].choices[2]",
        "choice_code",
    ),
    "choice unknown": (
        size(choices=[["a", "A", "A"], ["unknown", "B", "B"]]),
        "card[1].questions[3].choices[2]",
        "choice_code",
    ),
    "rules no list": (card(lambda row: row.update(rules={})), "card[1].rules", "want_list"),
    "rule no table": (card(lambda row: row.update(rules=["x"])), "card[1].rules[1]", "want_table"),
    "rule key": (ruled(then=1), "card[1].rules[1].then", "unknown_key"),
    "rule always": (ruled(when={}), "card[1].rules[1].when", "when"),
    "rule asks nothing": (ruled(when={"smell": "yes"}), "card[1].rules[1].when.smell", "not_asked"),
    "rule answer": (ruled(when={"size": "huge"}), "card[1].rules[1].when.size", "no_such_answer"),
    "rule of words": (ruled(when={"what": "api"}), "card[1].rules[1].when.what", "no_such_answer"),
    "rule never": (ruled(when={"size": []}), "card[1].rules[1].when.size", "waits"),
    "rule of numbers": (ruled(when={"size": 1}), "card[1].rules[1].when.size", "want_text_or_list"),
    "rule priority": (ruled(priority=6), "card[1].rules[1].priority", "not_between"),
    "rule priority word": (ruled(priority="1"), "card[1].rules[1].priority", "want_whole"),
    "rule agencies": (ruled(agencies="A"), "card[1].rules[1].agencies", "want_list"),
    "rule reason": (ruled(reason=""), "card[1].rules[1].reason", "empty"),
    "rule changes nothing": (
        card(lambda row: row.update(rules=[{"when": {"size": "big"}, "reason": "R", "english": "R"}])),
        "card[1].rules[1]",
        "changes_nothing",
    ),
}


def test_a_sound_file_is_read_whole() -> None:
    found = TomlFile("cards.toml", SOUND).read(CardsFile).cards()["K-1"]
    assert found.version == 2
    assert [(q.id, q.form, [a.key for a in q.answers]) for q in found.questions] == [
        ("shared", AnswerForm.YES_NO, ["Y", "T", "B"]),
        ("what", AnswerForm.TEXT, []),
        ("size", AnswerForm.CHOICE, ["1", "2", "B"]),
    ]
    (rule,) = found.rules
    assert dict(rule.when) == {"size": frozenset({"big", UNKNOWN}), "shared": frozenset({"yes"})}
    assert (rule.priority, rule.lead) == (1, ("A",))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_at_its_key(name: str) -> None:
    change, key, cause = BROKEN[name]
    table = tomllib.loads(SOUND)
    change(table)
    value, misfits = fit(CardsFile, table)
    assert value is None
    assert (key, cause) in [(key_of(each.at), each.cause) for each in misfits]
