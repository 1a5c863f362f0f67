"""`operator-app site import`: packs and base maps, one line each, and a refusal that leaves everything as it was."""

from pathlib import Path

import pytest

from operator_app.bootstrap.cli import MENDABLE, run
from operator_app.bootstrap.local_site import LocalSite
from operator_app.config.settings import parse_settings
from operator_app.maps.base_map import load_base
from operator_app.maps.site import has_site, load_site
from tests.unit.maps.sample_pack import write_pack
from tests.unit.maps.sample_tiles import pictures, write_mbtiles

BOUNDS = (1.0, 110.0, 1.5, 112.0)


def base_map(folder: Path, name: str = "foto.mbtiles") -> Path:
    return write_mbtiles(folder / name, pictures(BOUNDS, (7, 8)), "png", BOUNDS)


def test_a_base_map_alone_is_taken_in_and_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["site", "import", str(base_map(tmp_path)), "--into", str(tmp_path / "site")]) == 0
    assert "base map Peta contoh: png, zoom 7 to 8" in capsys.readouterr().out
    assert load_base(tmp_path / "site") is not None
    assert not has_site(tmp_path / "site")


def test_a_pack_brings_its_base_map_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(tmp_path / "pack")
    base_map(pack)
    assert run(["site", "import", str(pack), "--into", str(tmp_path / "site")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert load_site(tmp_path / "site").villages
    assert load_base(tmp_path / "site") is not None


def test_a_pack_with_a_broken_base_map_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(tmp_path / "pack")
    broken = base_map(pack)
    broken.write_bytes(broken.read_bytes()[:3000])
    assert run(["site", "import", str(pack), "--into", str(tmp_path / "site")]) == MENDABLE
    told = capsys.readouterr().err
    assert told.startswith("foto.mbtiles: ")
    assert len(told.splitlines()) == 1
    assert not has_site(tmp_path / "site")


def test_two_base_maps_in_a_pack_are_one_too_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(tmp_path / "pack")
    base_map(pack)
    base_map(pack, "lain.mbtiles")
    assert run(["site", "import", str(pack), "--into", str(tmp_path / "site")]) == MENDABLE
    assert "a second base map beside foto.mbtiles" in capsys.readouterr().err


# ---- parts of the site, without a server


def bring(pack: Path, into: Path) -> int:
    return run(["site", "import", str(pack), "--into", str(into)])


def test_parts_of_a_pack_are_checked_and_laid_beside_the_window(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack, into = write_pack(tmp_path / "pack"), tmp_path / "site"
    (pack / "limits.toml").write_bytes(b"\xef\xbb\xbf[late_minutes]\r\nP1 = 7\r\n")
    assert bring(pack, into) == 0
    assert "limits: in use from the next start" in capsys.readouterr().out
    assert LocalSite(parse_settings('[seat]\nname = "M1"\n'), into).rules.ages.late[1].total_seconds() == 420
    assert has_site(into)


def test_a_pack_may_hold_parts_alone(tmp_path: Path) -> None:
    pack, into = tmp_path / "pack", tmp_path / "site"
    pack.mkdir()
    (pack / "limits.toml").write_text("[late_minutes]\nP1 = 7\n")
    assert bring(pack, into) == 0
    assert not has_site(into)


def test_a_pack_with_a_broken_part_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack, into = write_pack(tmp_path / "pack"), tmp_path / "site"
    (pack / "limits.toml").write_text("[late_minutes]\nP1 = 7\n")
    (pack / "agencies.toml").write_text('[[agency]]\ncode = "PMK"\nname = "PMK"\nhas_desk = true\n')
    assert bring(pack, into) == MENDABLE
    told = capsys.readouterr().err.splitlines()
    assert "kind[1].primary[1]: tidak ada OPD DAMKAR di" in told[0]
    assert told[-1].startswith("… dan ")
    assert not into.exists()


def test_files_that_nothing_reads_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack, into = write_pack(tmp_path / "pack"), tmp_path / "site"
    (pack / "laras-patokn.csv").write_text("label,kind,lat,lon\n")
    (pack / "x-jalan.csv").write_text("label,kind,lat,lon,aera\nJalan A,jalan,1.2,111.2,ya\n")
    (pack / "agency.toml").write_text("")
    (pack / "README.md").write_text("of the source")
    into.mkdir()
    (into / "kind.toml").write_text("")
    assert bring(pack, into) == 0
    noted = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ") and "?" in line
    ]
    assert [line.split(" ")[1] for line in noted] == [
        "agency.toml",
        "laras-patokn.csv",
        str(into / "kind.toml"),
    ]
