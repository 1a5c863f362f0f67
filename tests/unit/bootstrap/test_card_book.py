"""A card that is written and read again is the same; a faulty one is refused with its cause."""

import tomllib
from dataclasses import replace

import pytest

from operator_app.bootstrap.cards import FAULTS
from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import parse_settings
from operator_app.ui.form.presenters.card import fault_words
from operator_app.workflow.ports import BadCardError
from operator_app.workflow.seat import SiteRules
from tests.ui.desk_scene import RESOURCES, texts


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> SiteRules:
    return site_rules(parse_settings('[seat]\nname = "M1"'), tmp_path_factory.mktemp("site"))


def test_every_card_of_the_default_is_the_same_after_writing_and_reading(rules: SiteRules) -> None:
    assert rules.cards is not None
    for kind in rules.kinds:
        assert kind.card is not None
        again = rules.cards.read(kind.code, rules.cards.write(kind.card))
        assert replace(again, version=kind.card.version) == kind.card


GOOD = "\n".join(
    f'[[question]]\nid = "q{n}"\nask = "?"\nenglish = "?"\nanswers = "yes_no"\n' for n in range(1, 4)
)
RULE = '\n[[rule]]\nwhen = {{ {when} }}\nreason = "a"\nenglish = "a"\n{what}\n'


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("[[question]\n", "baris 1: tulisannya tidak lengkap", 1),
        ("kind = 1\n" + GOOD, "baris 1: 'kind' tidak dikenal", 1),
        (GOOD.replace('"yes_no"', '"maybe"', 1), "baris 5, pertanyaan 1: answers 'maybe' tidak dikenal", 5),
        (GOOD.replace('ask = "?"\n', "", 1), "baris 1, pertanyaan 1: 'ask' belum diisi", 1),
        (GOOD.replace("q3", "q1"), "baris 14, pertanyaan 3: id ini sudah dipakai", 14),
        (
            GOOD + RULE.format(when='q9 = "yes"', what="priority = 1"),
            "aturan 1: kartu ini tidak menanyakan 'q9'",
            20,
        ),
        (GOOD + RULE.format(when='q1 = "yes"', what="priority = 9"), "aturan 1: priority 9 tidak ada", 23),
        (GOOD + RULE.format(when='q1 = "yes"', what='lead = ["NASA"]'), "tidak ada OPD 'NASA'", 23),
        ("", "belum ada 'questions'", None),
    ],
)
def test_what_is_wrong_is_said_in_the_screens_words_with_its_line(
    rules: SiteRules, source: str, words: str, line: int | None
) -> None:
    assert rules.cards is not None
    with pytest.raises(BadCardError) as bad:
        rules.cards.read("KEB-01", source)
    assert words in fault_words(bad.value, texts("id"))
    assert bad.value.line == line
    assert fault_words(bad.value, texts("en"))


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_fault_has_words(language: str) -> None:
    catalogue = tomllib.loads((RESOURCES / "translations" / f"{language}.toml").read_text(encoding="utf-8"))
    assert set(catalogue["card_fault"]) == {*FAULTS, "no_toml", "too_long", "only_tables"}


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("", "holds no"),
        ("[[question]\n", "line 1"),
        ('[[question]]\nid = "a"\nask = "?"\nenglish = "?"\nanswers = "maybe"', "3 to 6"),
        ("kind = 1", "'kind'"),
    ],
)
def test_a_faulty_card_is_refused_with_its_cause(rules: SiteRules, source: str, cause: str) -> None:
    assert rules.cards is not None
    with pytest.raises(BadCardError, match=cause):
        rules.cards.read("KEB-01", source)
