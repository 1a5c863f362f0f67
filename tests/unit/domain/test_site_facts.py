"""A published part travels with its text, however long, or says that it does not."""

from dataclasses import replace

import pytest

from operator_app.domain.event import from_record, to_record
from operator_app.domain.facts.site import LONGEST_TEXT, PartPublished
from tests.fakes.writer import Writer


@pytest.mark.parametrize("text", ["", "a = 1\n", "é" * 40_000, "[[card]]\n" * 20_000])
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    fact = PartPublished.of("cards", 2, text, "sebab")
    event = from_record(to_record(Writer().event(fact)))
    assert event.fact == fact
    assert isinstance(event.fact, PartPublished)
    assert event.fact.text() == text
    assert len(fact.body or "") < 20_000


def test_what_is_too_long_is_known_by_its_digest_alone() -> None:
    fact = PartPublished.of("cards", 2, "x" * (LONGEST_TEXT + 1))
    assert (fact.body, fact.text(), len(fact.digest)) == (None, None, 64)


@pytest.mark.parametrize("body", ["not base 85 \x01", "0000", "x"])
def test_a_body_that_holds_something_else_is_no_text(body: str) -> None:
    for packed in (True, False):
        fact = replace(PartPublished.of("limits", 1, "a = 1"), body=body, packed=packed)
        assert fact.text() is None
