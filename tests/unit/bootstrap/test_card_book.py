"""A card that is written and read again is the same; a faulty one is refused with its cause."""

from dataclasses import replace

import pytest

from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import parse_settings
from operator_app.workflow.ports import BadCardError
from operator_app.workflow.seat import SiteRules


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> SiteRules:
    return site_rules(parse_settings('[seat]\nname = "M1"'), tmp_path_factory.mktemp("site"))


def test_every_card_of_the_default_is_the_same_after_writing_and_reading(rules: SiteRules) -> None:
    assert rules.cards is not None
    for kind in rules.kinds:
        assert kind.card is not None
        again = rules.cards.read(kind.code, rules.cards.write(kind.card))
        assert replace(again, version=kind.card.version) == kind.card


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
