"""Question cards: those of the plain default are whole, a broken file is refused in one sentence."""

import itertools
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operator_app.bootstrap.cards import CardReader
from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import SettingsError, load_settings
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import UNKNOWN, AnswerForm, Card, Ground, Kind, Question, Rule, assess
from operator_app.workflow.seat import SiteRules

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
    cards = CardReader(SOURCE, tomllib.loads(SOURCE.read_text(encoding="utf-8")), None).cards()
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


BROKEN: dict[str, tuple[Change, str]] = {
    "version": (lambda t: t.update(version=2), "version is 2; this program reads version 1"),
    "unknown key": (lambda t: t.update(cards=[]), "the file has the unknown key 'cards'"),
    "no cards": (lambda t: t.pop("card"), "the file holds no 'card'"),
    "no answers": (lambda t: t.pop("answers"), "the table [answers] is missing"),
    "an answer missing": (lambda t: t["answers"].pop("no"), "[answers] no is missing"),
    "an answer too many": (lambda t: t["answers"].update(maybe={}), "[answers] has the unknown key 'maybe'"),
    "long key": (
        lambda t: t["answers"]["no"].update(key="TT"),
        "[answers] no: key is 'TT'; it must be one letter",
    ),
    "figure as key": (
        lambda t: t["answers"]["no"].update(key="2"),
        "[answers] no: key is '2'; it must be one",
    ),
    "same key": (lambda t: t["answers"]["no"].update(key="y"), "[answers]: two answers have the same key"),
    "no English": (lambda t: t["answers"]["no"].pop("english"), "[answers] no lacks 'english'"),
    "card no table": (lambda t: t.update(card=[5]), "card 1 is no table"),
    "card without kind": (card(lambda row: row.pop("kind")), "card 1 lacks 'kind'"),
    "card twice": (lambda t: t["card"].append(t["card"][0]), "card K-1 stands twice"),
    "card version": (
        card(lambda row: row.update(version=0)),
        "card K-1: version must be a whole number from 1",
    ),
    "card version yes": (
        card(lambda row: row.update(version=True)),
        "card K-1: version must be a whole number",
    ),
    "card key": (card(lambda row: row.update(rule=[])), "card K-1 has the unknown key 'rule'"),
    "too few": (card(lambda row: row["questions"].pop()), "card K-1 has 2 questions; it must have 3 to 6"),
    "no questions": (card(lambda row: row.pop("questions")), "card K-1 holds no 'questions'"),
    "asks twice": (card(lambda row: row["questions"].append("shared")), "card K-1 asks 'shared' twice"),
    "not in the list": (
        card(lambda row: row["questions"].append("what")),
        "card K-1 asks 'what', which is not in",
    ),
    "question strange": (
        card(lambda row: row["questions"].append(5)),
        "card K-1: a question is neither a name nor",
    ),
    "question without id": (card(lambda row: row["questions"][2].pop("id")), "card K-1 lacks 'id'"),
    "id taken": (size(id="shared"), "card K-1, question shared: another question has this id already"),
    "question without words": (size(ask=" "), "card K-1, question size lacks 'ask'"),
    "both ways": (size(answers="text"), "card K-1, question size needs either 'answers' or 'choices'"),
    "answers wrong": (
        lambda t: t["question"][0].update(answers="ya"),
        'question 1 of the list, question shared: answers is \'ya\'; it must be "yes_no" or "text"',
    ),
    "one choice": (size(choices=[["a", "A", "A"]]), "question size: choices must be 2 to 9 rows"),
    "choice row": (
        size(choices=[["a", "A", "A"], ["b", "B"]]),
        "question size: choice 2 must be [code, words, Eng",
    ),
    "choice twice": (
        size(choices=[["a", "A", "A"], ["a", "B", "B"]]),
        "question size: two choices have the same",
    ),
    "choice unknown": (size(choices=[["a", "A", "A"], ["unknown", "B", "B"]]), "one has the code 'unknown'"),
    "rules no list": (card(lambda row: row.update(rules={})), "card K-1: rules must be a list"),
    "rule no table": (card(lambda row: row.update(rules=["x"])), "card K-1, rule 1 is no table"),
    "rule key": (ruled(then=1), "card K-1, rule 1 has the unknown key 'then'"),
    "rule always": (ruled(when={}), "card K-1, rule 1: when must name at least one answer"),
    "rule asks nothing": (ruled(when={"smell": "yes"}), "card K-1, rule 1: the card does not ask 'smell'"),
    "rule answer": (ruled(when={"size": "huge"}), "card K-1, rule 1: 'size' cannot be answered by 'huge'"),
    "rule of words": (ruled(when={"what": "api"}), "card K-1, rule 1: 'what' cannot be answered by 'api'"),
    "rule never": (ruled(when={"size": []}), "card K-1, rule 1: 'size' waits for no answer at all"),
    "rule priority": (ruled(priority=6), "card K-1, rule 1: priority is 6; it must be 1 to 5"),
    "rule priority word": (ruled(priority="1"), "card K-1, rule 1: priority is '1'; it must be 1 to 5"),
    "rule agency": (ruled(lead=["B"]), "card K-1, rule 1: the site has no agency 'B'"),
    "rule agencies": (ruled(agencies="A"), "card K-1, rule 1: agencies must be a list of agency codes"),
    "rule reason": (ruled(reason=""), "card K-1, rule 1 lacks 'reason'"),
    "rule changes nothing": (
        card(lambda row: row.update(rules=[{"when": {"size": "big"}, "reason": "R", "english": "R"}])),
        "card K-1, rule 1 changes nothing; give priority, agencies or lead",
    ),
}


def read(table: dict[str, Any]) -> dict[str, Card]:
    return CardReader(Path("x/cards.toml"), table, {AgencyCode("A")}).cards()


def test_a_sound_file_is_read_whole() -> None:
    found = read(tomllib.loads(SOUND))["K-1"]
    assert found.version == 2
    assert [(q.id, q.form, [a.key for a in q.answers]) for q in found.questions] == [
        ("shared", AnswerForm.YES_NO, ["Y", "T", "B"]),
        ("what", AnswerForm.TEXT, []),
        ("size", AnswerForm.CHOICE, ["1", "2", "B"]),
    ]
    (rule,) = found.rules
    assert dict(rule.when) == {"size": frozenset({"big", UNKNOWN}), "shared": frozenset({"yes"})}
    assert (rule.priority, rule.lead) == (1, (AgencyCode("A"),))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_one_sentence_with_the_key(name: str) -> None:
    change, sentence = BROKEN[name]
    table = tomllib.loads(SOUND)
    change(table)
    with pytest.raises(SettingsError) as refused:
        read(table)
    text = str(refused.value)
    assert text.startswith(f"{Path('x/cards.toml')}: ")
    assert sentence in text
    assert text.endswith(".")
    assert "\n" not in text
