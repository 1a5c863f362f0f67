"""One handset in every spelling is one; words are nobody else's number; whoever hides is nobody."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.figures import abandoned
from operator_app.domain.numbers import is_hidden, number_key, numbers_in
from tests.unit.figures.test_figures import DAY, spoken, vain


@pytest.mark.parametrize(
    "written",
    [
        "081234567890",
        "+6281234567890",
        "6281234567890",
        "81234567890",
        "006281234567890",
        "+62081234567890",
        "62081234567890",
        "+62 (0)812-3456-7890",
        "0812.3456.7890",
        "01017 62 812 3456 7890",
        "007 62 812 3456 7890",
        "0812\u20133456\u20137890",
        "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",
        " 0812 3456 7890 ",
    ],
)
def test_one_handset_in_every_spelling_is_one(written: str) -> None:
    assert number_key(written) == "081234567890"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+62 549 21234", "054921234"),
        ("6254921234", "054921234"),
        ("0549-21234", "054921234"),
        ("21234", "21234"),
        ("112", "112"),
        ("62112", "62112"),
        ("*67#", "*67#"),
        ("+60123456789", "+60123456789"),
        ("0060123456789", "+60123456789"),
        ("+1 628 1234567", "+16281234567"),
        ("0016281234567", "+16281234567"),
        ("+821012345678", "+821012345678"),
    ],
)
def test_other_numbers_keep_what_tells_them_apart(written: str, key: str) -> None:
    assert number_key(written) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lobby7", "pos-rsud-7"),
        ("lobby7", "lobby8"),
        ("pos-damkar-1", "lobby1"),
        ("unit 081234567890", "081234567890"),
        ("trunk01", "01"),
        ("7f2a-guid", "72"),
        ("1" * 21, "1" * 22),
        ("\u20220812345678", "0812345678"),
    ],
)
def test_what_is_no_number_is_its_own_key_letters_included(one: str, other: str) -> None:
    assert number_key(one)
    assert number_key(other)
    assert number_key(one) != number_key(other)


@pytest.mark.parametrize(
    "written",
    [
        *(None, "", " ", "-", "+", "()", "0", "0000", "\u2022\u2022\u2022"),
        *("anonymous", "Anonymous", "unavailable", "UNAVAILABLE", "Id-Unavailable", "restricted", "unknown"),
        *("private", "Private Number", "withheld", "Out of Area", "asterisk", "tanpa nomor", "rahasia"),
    ],
)
def test_whoever_hides_is_nobody(written: str | None) -> None:
    assert number_key(written) == ""
    assert is_hidden(written)


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(written: str) -> None:
    key = number_key(written)
    assert number_key(key) == key
    assert bool(key) != is_hidden(written)


@given(st.from_regex(r"8[1-9][0-9]{7,9}", fullmatch=True), st.from_regex(r"8[1-9][0-9]{7,9}", fullmatch=True))
def test_two_handsets_are_two_in_every_spelling(one: str, other: str) -> None:
    ways = ("0{}", "+62{}", "62{}", "{}", "0062{}", "+620{}")
    keys = {way.format(each): number_key(way.format(each)) for way in ways for each in (one, other)}
    assert set(keys.values()) == {"0" + one, "0" + other}


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("0812 3456 7890 (istri)", {"081234567890"}),
        ("+62812-3456-7890 / 0813 9999 8888", {"081234567890", "081399998888"}),
        ("kantor 0549 21234, tanya Pak Haji", {"054921234"}),
        ("pos-rsud-7", {"pos-rsud-7"}),
        ("tidak dikenal", set()),
        ("\u20220812345678", {"\u20220812345678"}),
        ("", set()),
    ],
)
def test_numbers_that_stand_in_typed_words(typed: str, keys: set[str]) -> None:
    assert numbers_in(typed) == keys


def test_nobody_leaves_the_list_of_the_abandoned_because_another_one_was_answered() -> None:
    names = ("pos-rsud-7", "unavailable", "unavailable", "lobby7")
    calls = [vain(str(place), 600 + place, number=name) for place, name in enumerate(names[:3])]
    answered = [
        spoken("a", 60, number="lobby7"),
        spoken("b", 50, number="unavailable"),
        spoken("c", 40, number="7"),
    ]
    left = abandoned([*calls, *answered], DAY - timedelta(days=1))
    assert sorted((each.number or "", len(each.calls)) for each in left) == [
        ("", 1),
        ("", 1),
        ("pos-rsud-7", 1),
    ]
