"""A window takes what is published: at once where it can, at its next start where keys would change their meaning."""

from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.bootstrap.local_site import PUBLISHED_FOLDER, LocalSite
from operator_app.config.settings import parse_settings
from operator_app.domain.facts.site import PartPublished, digest_of
from operator_app.reading.fault import BadFileError
from operator_app.site.files import PARTS

SITE = Path(__file__).parents[3] / "resources" / "site"
SEAT = parse_settings('[seat]\nname = "M1"\n')
WALL = parse_settings('[seat]\nname = "W1"\nrole = "wall"\n[server]\ndsn = "postgresql://h"\n')
LIMITS = "[late_minutes]\nP1 = 7\n"


def text(part: str) -> str:
    return (SITE / f"{part}.toml").read_text(encoding="utf-8")


def published(version: int = 1, **parts: str) -> dict[str, PartPublished]:
    return {part: PartPublished.of(part, version, body) for part, body in parts.items()}


MORE_AGENCIES = text("agencies") + '\n[[agency]]\ncode = "PMI"\nname = "PMI"\nhas_desk = false\n'
MORE_KINDS = text("kinds").replace('primary = ["DAMKAR"]', 'primary = ["DAMKAR", "PMI"]', 1)


def p1_late(site: LocalSite) -> float:
    return site.rules.ages.late[1].total_seconds() / 60


def test_limits_count_at_once_and_at_the_next_start_without_a_server(tmp_path: Path) -> None:
    site = LocalSite(SEAT, tmp_path)
    assert site.words()[-1].startswith("limits 0 ")
    reading = site.read(published(3, limits=LIMITS))
    assert reading.rules is not None
    assert reading.rules.ages.late[1].total_seconds() == 7 * 60
    assert (reading.waiting, reading.error) == ((), None)
    again = LocalSite(SEAT, tmp_path)
    assert p1_late(again) == 7
    assert again.words() == reading.words
    assert again.words()[-1].startswith("limits 3 ")


def test_what_a_window_started_with_is_not_read_again(tmp_path: Path) -> None:
    LocalSite(SEAT, tmp_path).read(published(limits=LIMITS))
    site = LocalSite(SEAT, tmp_path)
    reading = site.read(published(limits=LIMITS))
    assert (reading.rules, reading.words, reading.error) == (None, site.words(), None)


def test_agencies_wait_for_the_next_start_and_the_rest_counts_at_once(tmp_path: Path) -> None:
    site = LocalSite(SEAT, tmp_path)
    reading = site.read(published(agencies=MORE_AGENCIES, limits=LIMITS))
    assert reading.waiting == ("agencies",)
    assert reading.rules is not None
    assert reading.rules.agencies == site.rules.agencies
    assert reading.rules.ages.late[1].total_seconds() == 7 * 60
    again = LocalSite(SEAT, tmp_path)
    assert again.rules.agencies[-1].code == "PMI"


def test_kinds_that_need_the_new_agencies_wait_with_them(tmp_path: Path) -> None:
    site = LocalSite(SEAT, tmp_path)
    reading = site.read(published(agencies=MORE_AGENCIES, kinds=MORE_KINDS))
    assert (reading.rules, reading.words) == (None, site.words())
    assert set(reading.waiting) == {"agencies", "kinds"}
    assert LocalSite(SEAT, tmp_path).rules.kinds[0].primary == ("DAMKAR", "PMI")


def test_a_wall_has_no_keys_and_takes_agencies_at_once(tmp_path: Path) -> None:
    reading = LocalSite(WALL, tmp_path).read(published(agencies=MORE_AGENCIES, kinds=MORE_KINDS))
    assert reading.rules is not None
    assert reading.rules.agencies[-1].code == "PMI"
    assert reading.waiting == ()


def test_files_beside_a_window_have_no_say_once_a_part_was_published(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text("[late_minutes]\nP1 = 99\n")
    site = LocalSite(SEAT, tmp_path)
    assert p1_late(site) == 99
    reading = site.read(published(known=text("known").replace("near_m = 300", "near_m = 250")))
    assert reading.rules is not None
    assert reading.rules.ages.late[1].total_seconds() == 15 * 60, "that of the plain default"
    assert p1_late(LocalSite(SEAT, tmp_path)) == 15


@pytest.mark.parametrize(
    "parts",
    [{"kinds": MORE_KINDS}, {"limits": "late_minutes = 3\n"}, {"limits": "[soon]\n"}, {"limits": "["}],
)
def test_what_cannot_be_used_changes_nothing_and_is_told(tmp_path: Path, parts: dict[str, str]) -> None:
    site = LocalSite(SEAT, tmp_path)
    sound = site.read(published(known=text("known").replace("near_m = 300", "near_m = 250")))
    reading = site.read(published(2, **parts))
    assert reading.rules is None
    assert reading.words == sound.words
    assert isinstance(reading.error, BadFileError)
    assert reading.error.faults[0].file == f"{next(iter(parts))}.toml v2"
    assert LocalSite(SEAT, tmp_path).rules.known.near_m == 250, "the last sound ones are kept"


def test_a_part_that_a_newer_program_wrote_is_left_out_at_the_start_and_told(tmp_path: Path) -> None:
    LocalSite(SEAT, tmp_path).read(published(4, limits=LIMITS, agencies=MORE_AGENCIES))
    kept = next((tmp_path / PUBLISHED_FOLDER).glob("limits-*.toml"))
    newer = LIMITS + "[something_new]\nx = 1\n"
    index = tmp_path / PUBLISHED_FOLDER / "index.json"
    index.write_text(index.read_text().replace(digest_of(LIMITS), digest_of(newer)))
    kept.rename(kept.with_name(f"limits-{digest_of(newer)[:12]}.toml")).write_text(newer)
    site = LocalSite(SEAT, tmp_path)
    assert site.rules.agencies[-1].code == "PMI"
    assert p1_late(site) == 15
    assert [(each.file, each.key) for each in site.faults] == [("limits.toml v4", "something_new")]
    reading = site.read(published(4, limits=newer, agencies=MORE_AGENCIES))
    assert isinstance(reading.error, BadFileError), "it is told in the window as well"


@pytest.mark.parametrize("damage", ["gone", "changed", "index", "no json"])
def test_a_damaged_shelf_keeps_no_window_from_starting(tmp_path: Path, damage: str) -> None:
    LocalSite(SEAT, tmp_path).read(published(limits=LIMITS))
    folder = tmp_path / PUBLISHED_FOLDER
    kept = next(folder.glob("limits-*.toml"))
    if damage == "gone":
        kept.unlink()
    elif damage == "changed":
        kept.write_text(LIMITS.replace("7", "70"))
    else:
        (folder / "index.json").write_text('{"limits": {"version": 0}}' if damage == "index" else "{")
    site = LocalSite(SEAT, tmp_path)
    assert p1_late(site) == 15
    reading = site.read(published(limits=LIMITS))
    assert reading.rules is not None, "it comes again from the record"
    assert p1_late(LocalSite(SEAT, tmp_path)) == 7


def test_of_what_was_published_before_only_the_present_is_kept(tmp_path: Path) -> None:
    site = LocalSite(SEAT, tmp_path)
    site.read(published(1, limits=LIMITS))
    site.read(published(2, limits="[late_minutes]\nP1 = 8\n"))
    assert len(list((tmp_path / PUBLISHED_FOLDER).glob("*.toml"))) == 1


def test_a_text_that_is_not_what_its_digest_says_is_not_taken(tmp_path: Path) -> None:
    forged = {"limits": replace(PartPublished.of("limits", 1, LIMITS), digest=digest_of("other"))}
    assert LocalSite(SEAT, tmp_path).read(forged).rules is None


def test_every_part_of_the_plain_default_can_be_published(tmp_path: Path) -> None:
    site = LocalSite(SEAT, tmp_path)
    reading = site.read(published(1, **{part: text(part) for part in PARTS}))
    assert reading.error is None
    assert all(each.split(" ")[1] == "1" for each in reading.words)


def test_files_that_nothing_reads_or_that_have_no_say_are_told(tmp_path: Path) -> None:
    (tmp_path / "agency.toml").write_text("")
    (tmp_path / "limits.toml").write_text(LIMITS)
    site = LocalSite(SEAT, tmp_path)
    assert [(Path(each.file).name, each.cause) for each in site.strays()] == [("agency.toml", "unread")]
    site.read(published(known=text("known")))
    again = LocalSite(SEAT, tmp_path)
    assert [(Path(each.file).name, each.cause) for each in again.strays()] == [
        ("agency.toml", "unread"),
        ("limits.toml", "no_say"),
    ]


def test_a_window_tells_which_maps_it_has_and_which_it_lacks(tmp_path: Path) -> None:
    site = LocalSite(SEAT, tmp_path, {"borders": "abc123abc123", "base_map": ""})
    assert site.words()[-2:] == ("borders 0 abc123abc123", "base_map 0 -")
    big = {
        "borders": PartPublished.by_digest("borders", 2, "abc123abc123"),
        "base_map": PartPublished.by_digest("base_map", 1, "def456def456"),
    }
    assert site.read(big).absent == ("base_map",)
    reading = site.read({**big, **published(limits=LIMITS)})
    assert reading.absent == ("base_map",)
    assert reading.words[-1] == "base_map 0 -"
    assert LocalSite(SEAT, tmp_path).read(big).absent == (), "a window without a map needs none"
