"""What a site says: its own files before the plain default, each fault in one sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from operator_app.reading.fault import BadFileError
from tests.unit.site.test_cards import SOUND, read_site

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


def faults(folder: Path, **files: str) -> list[tuple[str, int, str, str]]:
    """What is told of a site with these files: file, line, key, cause."""
    sound = {"kinds": KINDS, "agencies": AGENCIES, "cards": SOUND, "known": KNOWN}
    with pytest.raises(BadFileError) as refused:
        read_site(site(folder, **{**sound, **files}))
    return [(Path(each.file).name, each.line, each.key, each.cause) for each in refused.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("near_m = 150", "", (1, "near_m", "missing")),
        ("near_m = 150", "near_m = 150\nnearer = 1", (5, "nearer", "unknown_key")),
        ("within_minutes = 20", "within_minutes = 0", (2, "within_minutes", "not_above")),
        ("within_minutes = 20", "within_minutes = true", (2, "within_minutes", "want_number")),
        ("far_m = 900.5", "far_m = nan", (5, "far_m", "not_above")),
        ("far_m = 900.5", "far_m = inf", (5, "far_m", "not_above")),
        ('towns = ["Kota"]', 'towns = "Kota"', (6, "towns", "want_list")),
        ("Satu = 45", "Tiga = 45", (9, "within_minutes_by_category.Tiga", "no_category")),
        ("Satu = 45", "Satu = -1", (9, "within_minutes_by_category.Satu", "not_above")),
        (
            "[within_minutes_by_category]\nSatu = 45",
            "within_minutes_by_category = 5",
            (8, "within_minutes_by_category", "want_table"),
        ),
        ("near_m = 150", "near_m = ", (4, "", "no_toml")),
    ],
)
def test_a_fault_in_the_limits_names_file_line_and_key(
    tmp_path: Path, old: str, new: str, fault: tuple[int, str, str]
) -> None:
    assert old in KNOWN
    assert faults(tmp_path, known=KNOWN.replace(old, new)) == [("known.toml", *fault)]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("kinds", "", (1, "kind", "missing")),
        ("kinds", KINDS.replace("priority = 2", "priority = 9"), (6, "kind[1].priority", "not_between")),
        ("kinds", KINDS.replace("priority = 2", "priority = 2.9"), (6, "kind[1].priority", "want_whole")),
        ("kinds", KINDS.replace('name = "Satu"', ""), (2, "kind[1].name", "missing")),
        (
            "kinds",
            KINDS.replace('primary = ["A"]', 'primary = "DAMKAR"'),
            (7, "kind[1].primary", "want_list"),
        ),
        (
            "kinds",
            KINDS.replace('primary = ["A"]', 'primary = ["B"]'),
            (7, "kind[1].primary[1]", "no_agency_in"),
        ),
        (
            "kinds",
            KINDS.replace("support = []", 'support = ["B"]', 1),
            (8, "kind[1].support[1]", "no_agency_in"),
        ),
        ("kinds", KINDS.replace("K-2", "K-1"), (11, "kind[2].code", "twice")),
        ("kinds", KINDS.replace('"K-2"', '"K-2 "'), (11, "kind[2].code", "code")),
        ("kinds", KINDS + "masked = 1\n", (17, "kind[2].masked", "want_yes_no")),
        ("agencies", '[[agency]]\ncode = "A"\nname = "A"\n', (1, "agency[1].has_desk", "missing")),
        ("agencies", AGENCIES.replace("true", '"no"'), (4, "agency[1].has_desk", "want_yes_no")),
        ("agencies", AGENCIES + 'phon = "110"\n', (5, "agency[1].phon", "unknown_key")),
        ("agencies", AGENCIES + 'phone = "ring us"\n', (5, "agency[1].phone", "phone")),
        ("agencies", AGENCIES + AGENCIES, (6, "agency[2].code", "twice")),
        (
            "cards",
            SOUND.replace('lead = ["A"]', 'lead = ["B"]'),
            (36, "card[1].rules[1].lead[1]", "no_agency_in"),
        ),
        ("cards", SOUND.replace('kind = "K-1"', 'kind = "K-9"'), (28, "card[1].kind", "no_kind")),
    ],
)
def test_a_fault_in_another_file_names_it(
    tmp_path: Path, name: str, text: str, fault: tuple[int, str, str]
) -> None:
    assert faults(tmp_path, **{name: text}) == [(f"{name}.toml", *fault)]


def test_kinds_of_the_plain_default_may_not_name_agencies_that_the_site_lacks(tmp_path: Path) -> None:
    site(tmp_path, agencies=AGENCIES)
    with pytest.raises(BadFileError) as refused:
        read_site(tmp_path)
    first = refused.value.faults[0]
    assert (Path(first.file).name, first.cause, first.said["agency"]) == (
        "kinds.toml",
        "no_agency_in",
        "DAMKAR",
    )
    assert first.said["agencies"] == str(tmp_path / "agencies.toml")


def test_a_card_of_the_plain_default_that_the_site_uses_may_not_name_agencies_that_it_lacks(
    tmp_path: Path,
) -> None:
    site(tmp_path, agencies=AGENCIES, kinds=KINDS.replace("K-1", "KEB-01"))
    with pytest.raises(BadFileError) as refused:
        read_site(tmp_path)
    assert {Path(each.file).name for each in refused.value.faults} == {"cards.toml"}
    assert {each.cause for each in refused.value.faults} == {"no_agency_in"}


def test_a_file_with_a_byte_order_mark_and_line_ends_of_windows_is_read(tmp_path: Path) -> None:
    site(tmp_path, kinds=KINDS, agencies=AGENCIES)
    (tmp_path / "known.toml").write_bytes(b"\xef\xbb\xbf" + KNOWN.replace("\n", "\r\n").encode())
    assert read_site(tmp_path).known.near_m == 150.0


def test_a_file_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kinds.toml").symlink_to(tmp_path / "gone.toml")
    with pytest.raises(BadFileError, match=r"kinds\.toml: no_file"):
        read_site(tmp_path)
