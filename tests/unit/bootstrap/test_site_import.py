"""`operator-app site import`: packs and base maps, one line each, and a refusal that leaves everything as it was."""

from pathlib import Path

import pytest

from operator_app.bootstrap.cli import MENDABLE, run
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
