"""What `doctor` says of the site's data of a window: every fault, with file, line and key, as the start would."""

from pathlib import Path

import pytest

from operator_app.bootstrap.doctor import examine
from operator_app.bootstrap.local_site import LocalSite
from operator_app.config.settings import load_settings
from operator_app.domain.facts.site import PartPublished

SITE = Path(__file__).parents[3] / "resources" / "site"


@pytest.fixture
def window(tmp_path: Path) -> Path:
    """Settings of a desk whose folder is beside them."""
    config = tmp_path / "desk.toml"
    config.write_text(f'[seat]\nname = "D1"\nrole = "desk"\nagency = "DAMKAR"\ndata = "{tmp_path / "own"}"\n')
    config.chmod(0o600)
    (tmp_path / "own" / "site").mkdir(parents=True)
    return config


def wrong(config: Path) -> list[str]:
    return [each.words for each in examine(config) if each.good is False and each.subject != "disk"]


def beside(config: Path) -> Path:
    return config.parent / "own" / "site"


def test_a_sound_window_has_nothing_wrong(window: Path) -> None:
    assert wrong(window) == []


def test_kinds_without_their_agencies_are_named_one_by_one(window: Path) -> None:
    text = '[[agency]]\ncode = "DAMKAR"\nname = "Damkar"\nhas_desk = true\n'
    (beside(window) / "agencies.toml").write_text(text)
    told = wrong(window)
    assert (
        f"baris 13, kind[1].support[1]: tidak ada OPD RSUD di {beside(window) / 'agencies.toml'}" in told[0]
    )
    assert told[-1].startswith("… dan ")


def test_a_desk_of_no_agency_is_named_at_its_line(window: Path) -> None:
    window.write_text(window.read_text().replace("DAMKAR", "PMK"))
    (told,) = wrong(window)
    assert told.startswith(f"{window}, baris 4, seat.agency: situs ini tidak punya OPD PMK")


def test_files_that_nothing_reads_and_those_without_a_say_are_named(window: Path) -> None:
    (beside(window) / "agency.toml").write_text("")
    (beside(window) / "known.toml").write_bytes((SITE / "known.toml").read_bytes())
    assert ["agency.toml: berkas ini tidak dibaca" in each for each in wrong(window)] == [True]
    site = LocalSite(load_settings(window), beside(window))
    site.read({"limits": PartPublished.of("limits", 4, "[late_minutes]\nP1 = 7\n")})
    told = wrong(window)
    assert "known.toml: berkas ini tidak berlaku lagi" in told[1]
    assert any(each.words == "limits v4" for each in examine(window) if each.subject == "published")
