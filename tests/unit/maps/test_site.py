"""The site pack in use: imported whole or not at all, loaded, asked for places."""

import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.maps.geometry import Box, ShapeError, read_area
from operator_app.maps.site import (
    Place,
    Site,
    SitePackError,
    default_site,
    has_site,
    import_site,
    load_site,
)
from tests.unit.maps.sample_pack import ATTRIBUTION, DESA, WEST, rewrite, write_pack

RESOURCES = Path(__file__).parents[3] / "resources"
REAL = Path(os.environ.get("OPERATOR_SITE_DATA") or Path(__file__).parents[4] / "shared" / "data")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")
    return load_site(tmp_path / "site")


def test_import_puts_the_whole_pack_into_use(tmp_path: Path) -> None:
    report = import_site(write_pack(tmp_path / "pack"), tmp_path / "site")
    assert dict(report.counts) == {
        "desa": 4, "kecamatan": 2, "kabupaten": 1, "sekitar": 1, "points": 16, "pulau": 1,
    }  # fmt: skip
    assert report.version.startswith("0001-")
    assert "Kabupaten Contoh: 4 desa" in report.summary
    loaded = load_site(tmp_path / "site")
    assert (loaded.name, loaded.attribution, loaded.version) == (
        "Kabupaten Contoh",
        ATTRIBUTION,
        report.version,
    )
    assert loaded.bounds == Box(1.0, WEST, 1.5, WEST + 2)
    assert set(loaded.layers) == {"desa", "kecamatan", "kabupaten", "sekitar", "pulau"}
    # The licence asks for its notice to go along.
    assert ATTRIBUTION in (tmp_path / "site" / report.version / "README.md").read_text(encoding="utf-8")


def test_the_same_pack_again_changes_nothing(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    first = import_site(pack, tmp_path / "site")
    again = import_site(pack, tmp_path / "site")
    assert again.unchanged
    assert again.version == first.version
    assert "was in use already" in again.summary


def test_a_changed_pack_becomes_a_new_version_beside_the_old(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    first = import_site(pack, tmp_path / "site")
    rewrite(pack, "desa", lambda data: data["features"][0]["properties"].update(nama="Sukamakmur"))
    second = import_site(pack, tmp_path / "site")
    assert second.version.startswith("0002-")
    assert (tmp_path / "site" / first.version / "desa.json").exists()
    assert load_site(tmp_path / "site").villages[0].place.desa == "Sukamakmur"


def test_a_broken_pack_leaves_the_site_in_use(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    import_site(pack, tmp_path / "site")
    before = sorted(path.relative_to(tmp_path) for path in (tmp_path / "site").rglob("*"))
    next(pack.glob("*-desa.geojson")).write_text("{", encoding="utf-8")
    with pytest.raises(SitePackError):
        import_site(pack, tmp_path / "site")
    assert sorted(path.relative_to(tmp_path) for path in (tmp_path / "site").rglob("*")) == before
    assert len(load_site(tmp_path / "site").villages) == 4


def test_a_full_disk_leaves_the_site_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = write_pack(tmp_path / "pack")
    import_site(pack, tmp_path / "site")
    rewrite(pack, "desa", lambda data: data["features"][0]["properties"].update(nama="Sukamakmur"))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SitePackError, match="cannot be written \\(No space left on device\\)"):
        import_site(pack, tmp_path / "site")
    monkeypatch.undo()
    assert load_site(tmp_path / "site").villages[0].place.desa == "Sukamaju"
    assert [path.name for path in (tmp_path / "site").iterdir() if path.name.startswith(".new")] == []


def test_a_damaged_copy_is_refused_and_healed_by_a_new_import(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    report = import_site(pack, tmp_path / "site")
    stored = tmp_path / "site" / report.version / "desa.json"
    stored.write_bytes(stored.read_bytes()[:-10])
    with pytest.raises(
        SitePackError, match=r"desa\.json: was changed or damaged; import the site pack again"
    ):
        load_site(tmp_path / "site")
    assert not import_site(pack, tmp_path / "site").unchanged
    assert len(load_site(tmp_path / "site").villages) == 4


@pytest.mark.parametrize("pointer", ["", "../elsewhere", "0001-gone"])
def test_a_pointer_to_nothing_is_refused(tmp_path: Path, pointer: str) -> None:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")
    (tmp_path / "site" / "current").write_text(pointer, encoding="utf-8")
    with pytest.raises(SitePackError, match="import the site pack again"):
        load_site(tmp_path / "site")


def test_without_a_site_pack(tmp_path: Path) -> None:
    assert not has_site(tmp_path)
    with pytest.raises(SitePackError):
        load_site(tmp_path)
    plain = default_site(RESOURCES)
    assert plain.locate(0.5, 117.5) is None
    assert plain.search("sangatta", 5) == ()
    assert plain.bounds.holds(0.5, 117.5)
    assert plain.layers == {}


def test_locate_tells_the_village_under_a_point(site: Site) -> None:
    for number, (kode, desa, jenis, _, kecamatan) in enumerate(DESA):
        assert site.locate(1.2, WEST + number * 0.5 + 0.1) == Place(kode, desa, jenis, kecamatan)
    assert site.locate(1.2, WEST + 2.1) is None
    assert site.locate(0.9, WEST + 0.1) is None


@given(lat=st.floats(1.001, 1.499), lon=st.floats(WEST + 0.001, WEST + 0.999))
def test_a_hole_is_outside_and_the_rest_inside(lat: float, lon: float) -> None:
    outer = [[WEST, 1], [WEST + 1, 1], [WEST + 1, 1.5], [WEST, 1.5], [WEST, 1]]
    hole = [[WEST + 0.4, 1.2], [WEST + 0.6, 1.2], [WEST + 0.6, 1.3], [WEST + 0.4, 1.3], [WEST + 0.4, 1.2]]
    area = read_area({"type": "Polygon", "coordinates": [outer, hole]})
    in_hole = 1.2 < lat < 1.3 and WEST + 0.4 < lon < WEST + 0.6
    on_edge = min(abs(lat - 1.2), abs(lat - 1.3), abs(lon - WEST - 0.4), abs(lon - WEST - 0.6)) < 1e-9
    assert on_edge or area.holds(lat, lon) is not in_hole


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, unique=True))
def test_points_are_read_alike_one_by_one_and_all_together(points: list[tuple[float, float]]) -> None:
    closed = [*points, points[0]]
    shapes: list[object] = []
    for ring in ([[lon, lat] for lon, lat in closed], [[lon, lat, 0.0] for lon, lat in closed]):
        try:
            shapes.append(read_area({"type": "Polygon", "coordinates": [ring]}))
        except ShapeError as error:
            shapes.append(error.args)
    assert shapes[0] == shapes[1]


def test_two_villages_of_one_name_in_one_kecamatan_are_told_apart(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")

    def rename(data: dict[str, Any]) -> None:
        for number, name in enumerate(("Sukamaju", "Sukamaju", "Kembar", "Kembar")):
            data["features"][number]["properties"]["nama"] = name
        data["features"][3]["properties"]["jenis"] = "desa"

    rewrite(pack, "desa", rename)
    import_site(pack, tmp_path / "site")
    site = load_site(tmp_path / "site")
    under = [site.locate(1.25, 110.25 + 0.5 * number) for number in range(4)]
    assert [place.desa for place in under if place] == [
        "Sukamaju (desa)",
        "Sukamaju (kelurahan)",
        "Kembar (99.01.02.2001)",
        "Kembar (99.01.02.2002)",
    ]
    hits = site.search("sukamaju", 2)
    assert {hit.desa for hit in hits} == {"Sukamaju (desa)", "Sukamaju (kelurahan)"}
    assert not any(hit.sure for hit in hits)


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ([float("nan"), 1.0], "not a number"),
        ([float("inf"), 1.0], "not a number"),
        ([1.0, 110.0], "swapped"),
        ([400.0, 1.0], "off the earth"),
        ([True, 1.0], "is needed"),
        (["117.5", 1.0], "is needed"),
        ([117.5], "is needed"),
    ],
)
def test_one_bad_point_among_sound_ones_is_told(point: list[object], reason: str) -> None:
    ring = [[WEST, 1.0], [WEST + 1, 1.0], point, [WEST + 1, 1.5], [WEST, 1.0]]
    with pytest.raises(ShapeError, match=reason):
        read_area({"type": "Polygon", "coordinates": [ring]})


def test_several_parts_make_one_area() -> None:
    parts = [[[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]] for x in (100, 105)]
    area = read_area({"type": "MultiPolygon", "coordinates": parts})
    assert [area.holds(0.5, lon) for lon in (100.5, 103, 105.5)] == [True, False, True]


@pytest.mark.skipif(
    not any(REAL.glob("*-desa.geojson")),
    reason="no real site pack: neither ../shared/data beside the project nor OPERATOR_SITE_DATA",
)
def test_the_real_site_pack(tmp_path: Path) -> None:
    report = import_site(REAL, tmp_path / "site")
    assert (report.counts["desa"], report.counts["kecamatan"]) == (141, 18)
    assert report.warnings == ()
    site = load_site(tmp_path / "site")
    assert site.attribution == "Batas: cahyadsn/wilayah_boundaries (MIT); pulau: idn-area-data (ODbL)"
    for village in site.villages:
        assert site.locate(village.lat, village.lon) == village.place
        assert site.search(f"{village.place.desa} {village.place.kecamatan}", 1)[0].desa == village.place.desa
    spent = []
    for village in site.villages:
        begun = time.perf_counter()
        site.locate(village.lat, village.lon)
        spent.append(time.perf_counter() - begun)
    assert statistics.median(spent) < 0.001
    assert json.loads(site.layers["desa"])["features"][0]["properties"]["kode"]
