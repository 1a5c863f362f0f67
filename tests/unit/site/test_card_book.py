"""A card that is written and read again is the same; a faulty one is refused with its cause."""

from dataclasses import replace

import pytest

from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import parse_settings
from operator_app.reading.fault import BadFileError
from operator_app.ui.words.file_faults import fault_words
from operator_app.workflow.site_rules import SiteRules
from tests.ui.desk_scene import texts


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
        ("[[question]\n", "KEB-01, baris 1: bukan TOML yang benar", 1),
        ("kind = 1\n" + GOOD, "baris 1, kind: kunci ini tidak dikenal", 1),
        (
            GOOD.replace('"yes_no"', '"maybe"', 1),
            "baris 5, question[1].answers: harus salah satu dari yes_no, text",
            5,
        ),
        (GOOD.replace('ask = "?"\n', "", 1), "baris 1, question[1].ask: kunci ini belum ada", 1),
        (GOOD.replace("q3", "q1"), "question[3].id: q1 tertulis dua kali", 14),
        (GOOD + RULE.format(when='q9 = "yes"', what="priority = 1"), "kartu ini tidak menanyakan q9", 20),
        (GOOD + RULE.format(when='q1 = "big"', what="priority = 1"), "jawabannya: yes, no, unknown", 20),
        (GOOD + RULE.format(when='q1 = "yes"', what="priority = 9"), "harus dari 1 sampai 5; tertulis 9", 23),
        (
            GOOD + RULE.format(when='q1 = "yes"', what='lead = ["NASA"]'),
            "rule[1].lead[1]: tidak ada OPD NASA",
            23,
        ),
        (GOOD + RULE.format(when='q1 = "yes"', what=""), "rule[1]: aturan ini tidak mengubah apa pun", 19),
        ("", "question: kunci ini belum ada", 1),
        (GOOD * 3, "kartu harus berisi 3 sampai 6 pertanyaan", 1),
        ("#" * 20_001, "KEB-01: terlalu panjang (paling banyak 20000 huruf)", 0),
    ],
)
def test_what_is_wrong_is_said_in_the_screens_words_with_its_line(
    rules: SiteRules, source: str, words: str, line: int
) -> None:
    assert rules.cards is not None
    with pytest.raises(BadFileError) as bad:
        rules.cards.read("KEB-01", source)
    told = bad.value.faults[0]
    assert words in fault_words(told, texts("id"))
    assert told.line == line
    assert fault_words(told, texts("en"))
    assert rules.cards.read_kept("KEB-01", source) is None


def test_a_question_with_an_odd_name_is_written_and_read_again(rules: SiteRules) -> None:
    assert rules.cards is not None
    odd = GOOD.replace("q1", "ada luka?") + RULE.format(
        when='"ada luka?" = ["yes", "no"]', what="priority = 1"
    )
    card = rules.cards.read("KEB-01", odd)
    assert rules.cards.read("KEB-01", rules.cards.write(card)) == card
