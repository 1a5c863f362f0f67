"""What a site says: its own files before the plain default, each fault in one sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from operator_app.config.settings import SettingsError
from tests.unit.bootstrap.test_cards import SOUND, read_site

KINDS = """
[[kind]]
code = "K-1"
category = "Satu"
name = "Satu"
priority = 2
primary = ["A"]
support = []

[[kind]]
code = "K-2"
category = "Dua"
name = "Dua"
priority = 3
primary = []
support = []
"""
AGENCIES = '[[agency]]\ncode = "A"\nname = "A"\nhas_desk = true\n'
KNOWN = """
within_minutes = 20
same_number_within_minutes = 90
near_m = 150
far_m = 900.5
towns = ["Kota"]
major_reports = 4
[within_minutes_by_category]
Satu = 45
"""


def site(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_files_of_its_own_a_site_has_the_plain_default(tmp_path: Path) -> None:
    rules = read_site(tmp_path)
    assert all(kind.card is not None for kind in rules.kinds)
    assert (rules.known.within, rules.known.near_m, rules.known.far_m) == (timedelta(minutes=30), 300, 2000)
    assert rules.known.within_by_category == {"Kebakaran": timedelta(minutes=60)}
    assert rules.known.categories["KEB-03"] == "Kebakaran"


def test_a_site_brings_its_own_kinds_agencies_cards_and_limits(tmp_path: Path) -> None:
    rules = read_site(site(tmp_path, kinds=KINDS, agencies=AGENCIES, cards=SOUND, known=KNOWN))
    one, two = rules.kinds
    assert one.card is not None
    assert one.card.version == 2
    assert two.card is None, "a kind without a card is asked nothing"
    known = rules.known
    assert (known.within, known.same_number_within) == (timedelta(minutes=20), timedelta(minutes=90))
    assert (known.near_m, known.far_m, known.towns, known.major_reports) == (
        150.0,
        900.5,
        frozenset({"Kota"}),
        4,
    )
    assert known.within_by_category == {"Satu": timedelta(minutes=45)}
    assert known.categories == {"K-1": "Satu", "K-2": "Dua"}


def test_kinds_of_a_site_do_not_need_the_default_cards_or_limits(tmp_path: Path) -> None:
    rules = read_site(site(tmp_path, kinds=KINDS, agencies=AGENCIES))
    assert [kind.card for kind in rules.kinds] == [None, None]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("near_m = 150", "", "lacks 'near_m'"),
        ("near_m = 150", "near_m = 150\nnearer = 1", "has the unknown key 'nearer'"),
        ("within_minutes = 20", "within_minutes = 0", "within_minutes is 0; it must be a number above 0"),
        (
            "within_minutes = 20",
            "within_minutes = true",
            "within_minutes is True; it must be a number above 0",
        ),
        ("far_m = 900.5", "far_m = nan", "far_m is nan; it must be a number above 0"),
        ('towns = ["Kota"]', 'towns = "Kota"', "towns must be a list of kecamatan"),
        ("Satu = 45", "Tiga = 45", "within_minutes_by_category names 'Tiga', which no kind belongs to"),
        ("Satu = 45", "Satu = -1", "within_minutes_by_category Satu is -1; it must be a number above 0"),
        (
            "[within_minutes_by_category]\nSatu = 45",
            "within_minutes_by_category = 5",
            "must be a table of categories",
        ),
        ("near_m = 150", "near_m = ", "cannot be read: "),
    ],
)
def test_a_fault_in_the_limits_names_file_and_key(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in KNOWN
    site(tmp_path, kinds=KINDS, agencies=AGENCIES, cards=SOUND, known=KNOWN.replace(old, new))
    with pytest.raises(SettingsError) as refused:
        read_site(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path / 'known.toml'}: ")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("kinds", "", "holds no [[kind]]"),
        (
            "kinds",
            KINDS.replace("priority = 2", "priority = 9"),
            "the kind K-1 has priority 9; it must be 1 to 5",
        ),
        ("kinds", KINDS.replace('name = "Satu"', ""), "the kind K-1 lacks or misspells 'name'"),
        ("agencies", '[[agency]]\ncode = "A"\nname = "A"\n', "the agency A lacks 'has_desk'"),
        (
            "cards",
            SOUND.replace('lead = ["A"]', 'lead = ["B"]'),
            "card K-1, rule 1: the site has no agency 'B'",
        ),
    ],
)
def test_a_fault_in_another_file_names_it(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    files = {"kinds": KINDS, "agencies": AGENCIES, "cards": SOUND, "known": KNOWN, name: text}
    with pytest.raises(SettingsError) as refused:
        read_site(site(tmp_path, **files))
    assert str(refused.value).startswith(f"{tmp_path / name}.toml: ")
    assert sentence in str(refused.value)
