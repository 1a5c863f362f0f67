"""Words of names, brought into one form for both sides of a comparison."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from operator_app.domain.words import sound_of, words_of


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Jln. Yos Sudarso III", ("jalan", "yos", "sudarso", "3")),
        ("Gg. Mesjid", ("gang", "masjid")),
        ("RT.05", ("rt", "5")),
        ("rt05", ("rt", "5")),
        ("SP3 / SP 3", ("sp", "3", "sp", "3")),
        ("Sengata", ("sangatta",)),
        ("Désa Séi Kecil", ("desa", "sungai", "kecil")),
        ("KM 0", ("km", "0")),
        ("SDN 014", ("sd", "negeri", "14")),
        ("smpn2", ("smp", "negeri", "2")),
        ("Ma'arif", ("maarif",)),
        ("man", ("man",)),
        ("MAN 1", ("man", "1")),
        ("", ()),
    ],
)
def test_both_sides_are_normalised_alike(written: str, words: tuple[str, ...]) -> None:
    assert words_of(written) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("soeharto", "suharto"), ("djalan", "jalan"), ("tjokro", "cokro"), ("rachmat", "rahmat"), ("rakhmat", "rahmat"),
        ("bhakti", "bakti"), ("swarga", "suarga"), ("geweh", "gewe"), ("baay", "bay"), ("luay", "luai"),
        ("lepoq", "lepok"), ("thamrin", "tamrin"), ("setiya", "setia"), ("pajar", "fajar"), ("novita", "nopita"),
        ("sangatta", "sangata"), ("syuhada", "suhada"), ("zakaria", "sakaria"), ("hasyim", "hasim"),
    ],
)  # fmt: skip
def test_spellings_of_one_sound(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(("one", "other"), [("barat", "berat"), ("11", "1"), ("mawar", "mekar"), ("h", "k")])
def test_different_words_keep_different_sounds(one: str, other: str) -> None:
    assert sound_of(one) != sound_of(other)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20))
def test_no_word_loses_all_its_sound(word: str) -> None:
    assert sound_of(word)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20))
@example("xjyj")
def test_the_sound_of_a_sound_settles(word: str) -> None:
    rounds = [word]
    while (sound := sound_of(rounds[-1])) not in rounds:
        rounds.append(sound)
    assert sound == rounds[-1]
