"""Two letters pick a kind."""

import pytest

from operator_app.domain.triage import find_kinds
from tests.unit.workflow.room import RULES


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ban", "BEN-01"),
        ("bang", "KEB-01"),
        ("keb", "KEB-01"),
        ("be", "BEN-01"),
        ("listrik pa", "UTL-01"),
        ("jir", "BEN-01"),
    ],
)
def test_the_likeliest_kind_stands_first(typed: str, first: str) -> None:
    assert find_kinds(RULES.kinds, typed)[0].code == first


def test_nothing_typed_shows_the_list_and_nonsense_shows_nothing() -> None:
    assert find_kinds(RULES.kinds, " ") == RULES.kinds
    assert find_kinds(RULES.kinds, "xyz") == ()
