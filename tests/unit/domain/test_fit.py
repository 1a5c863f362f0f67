"""A fact within its bounds is taken, one beyond is refused with its word, and one that has happened is cut to fit."""

import math
from typing import Any

import pytest

from operator_app.domain.bounds import LINE_CHARS, LIST_MOST, WORDS_CHARS
from operator_app.domain.event import to_record
from operator_app.domain.facts import FACTS
from operator_app.domain.facts.call import CallMeasured, CallOffered, CallRecorded
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.fit import Beyond, as_text, breach_of, fitted
from operator_app.domain.facts.incident import FieldSet, IncidentNoted
from operator_app.domain.facts.shape import words_of
from operator_app.domain.ids import CallId, IncidentId
from tests.fakes.each_fact import event_of
from tests.fakes.writer import Writer

C1, I1 = CallId("c1"), IncidentId("i1")


def texts_of(kind: type[Fact]) -> dict[str, int]:
    """Each word that may be any text, and how long."""
    return {
        name: rule["longest"] if isinstance(rule["longest"], int) else rule["longest"][""]
        for name, rule in words_of(kind).items()
        if rule["is"] == "text" and "one_of" not in rule
    }


@pytest.mark.parametrize("kind", FACTS, ids=[kind.op for kind in FACTS])
def test_each_word_of_each_fact_has_a_longest_and_what_is_longer_is_named_or_cut(kind: type[Fact]) -> None:
    assert breach_of(event_of(kind, Writer()).fact) is None
    for name, most in texts_of(kind).items():
        many = words_of(kind)[name].get("many", False)
        for length, beyond in ((most, False), (most + 1, True)):
            value: Any = ["x" * length] if many else "x" * length
            fact = event_of(kind, Writer(), **{name: value}).fact
            breach = breach_of(fact)
            assert (breach is not None) == beyond, (name, length)
            if breach is not None:
                assert breach == (name, Beyond.TOO_LONG, most)
            fit = getattr(fitted(fact), name)
            assert fit == (("x" * most,) if many else "x" * most)


def test_a_field_has_the_length_that_its_use_asks_for() -> None:
    assert breach_of(FieldSet(I1, "text", "x" * WORDS_CHARS)) is None
    assert breach_of(FieldSet(I1, "caller_number", "1" * LINE_CHARS)) is None
    assert breach_of(FieldSet(I1, "caller_number", "1" * (LINE_CHARS + 1))) is not None


def test_a_number_that_is_none_is_refused_and_made_one() -> None:
    whole = CallMeasured(C1, 60, 4.3, 4.0, 0.5, 3.0, 9.0, 40.0, 60.0, 0.0)
    assert breach_of(whole) is None
    for value in (math.nan, math.inf, -math.inf, 1e300):
        bad = CallMeasured(C1, 60, value, 4.0, 0.5, 3.0, 9.0, 40.0, 60.0, 0.0)
        assert breach_of(bad) == ("mos_mean", Beyond.NO_NUMBER, 1_000_000_000)
        assert breach_of(fitted(bad)) is None


def test_a_list_without_end_is_refused_and_cut() -> None:
    fact = CallRecorded(C1, ("a.wav",) * (LIST_MOST + 1), (), 1.0)
    assert breach_of(fact) == ("files", Beyond.TOO_MANY, LIST_MOST)
    assert len(fitted(fact).files) == LIST_MOST


@pytest.mark.parametrize(
    "told", ["/home/m1/recordings/c1.wav", r"C:\Users\m1\recordings\c1.wav", "../../c1.wav", "c1.wav"]
)
def test_a_file_is_named_without_its_folder(told: str) -> None:
    assert fitted(CallRecorded(C1, (told,), (), 1.0)).files == ("c1.wav",)


def test_what_no_store_can_hold_is_dropped_from_a_text_and_from_lists_of_it() -> None:
    torn = CallOffered(C1, "in", "08\x0012", "Bu \ud83dRatna", None)
    assert as_text(torn) == CallOffered(C1, "in", "0812", "Bu Ratna", None)
    assert as_text(CallRecorded(C1, ("a\x00.wav",), (), 1.0)).files == ("a.wav",)
    assert as_text(note := IncidentNoted(I1, "Bu Ratna 😀")) is note


def test_a_fact_whose_words_are_each_short_enough_may_be_too_large_as_a_whole() -> None:
    ids = tuple("𐍈" * 100 for _ in range(LIST_MOST))
    breach = breach_of(FieldSet(I1, "text", "x", ids))
    assert breach is not None
    assert (breach.word, breach.beyond) == ("", Beyond.TOO_LARGE)
    assert to_record(event_of(FieldSet, Writer()))["body"]["settles"] == ["x"]
