"""Words of strangers: nothing in them guides the drawing, and an honest word is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.ui.words.plain import MOST, one_line, paragraphs
from operator_app.ui.words.wording import Span


@pytest.mark.parametrize(
    "words", ["Jl. Yos Sudarso III, gg. 2", "", "José – Bukit 5°", "مطعم", "👨‍👩‍👧 é é", "a" * MOST]
)
def test_an_honest_text_is_left_alone(words: str) -> None:
    assert one_line(words) == paragraphs(words) == words


@given(st.text(st.characters(), max_size=300))
def test_nothing_that_guides_drawing_is_left(words: str) -> None:
    shown = paragraphs(words)
    guides = [
        each
        for each in shown
        if unicodedata.bidirectional(each) in BIDI or unicodedata.category(each) == "Cc"
    ]
    assert set(guides) <= {"\n"}
    assert "\n" not in one_line(words)
    assert paragraphs(shown) == shown
    shown.encode()


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_a_direction_mark_no_longer_turns_the_number_behind_it() -> None:
    assert Span("\u202e2222-4455-2180").text == "2222-4455-2180"


def test_what_qt_takes_for_the_end_of_a_wording_hides_nothing() -> None:
    assert one_line("Jl. Benar\x9cJl. Palsu") == "Jl. Benar\ufffdJl. Palsu"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"])
def test_a_line_break_is_a_space_in_a_line(line_break: str) -> None:
    assert one_line(f"Gg. Rukun 3{line_break}RT 05") == "Gg. Rukun 3 RT 05"
    assert paragraphs(f"Gg. Rukun 3{line_break}RT 05") == "Gg. Rukun 3\nRT 05"


def test_accents_without_end_stay_in_their_row() -> None:
    assert one_line("a" + "\u0301" * 5000 + "b") == "a" + "\u0301" * 4 + "b"


def test_a_text_without_end_is_drawn_with_a_sign_of_its_being_cut() -> None:
    shown = one_line("x" * 1_000_000)
    assert (len(shown), shown[-1]) == (MOST, "…")
