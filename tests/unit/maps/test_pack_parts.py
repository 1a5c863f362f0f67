"""A fault in one part of a pack costs that part, with a count; tables are read as spreadsheets write them."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operator_app.maps.geometry import inside_point, read_area, without_slivers
from operator_app.maps.pack import Pack, SitePackError, read_pack
from operator_app.maps.site import import_site, load_site
from tests.unit.maps.sample_pack import rewrite, square, write_pack

FLAT = [[109.5, 1.2], [109.6, 1.2], [109.7, 1.2], [109.5, 1.2]]
SLIVERS = {
    "flat from west to east": FLAT,
    "flat from south to north": [[109.5, 1.2], [109.5, 1.3], [109.5, 1.4], [109.5, 1.2]],
    "one point": [[109.5, 1.2]] * 5,
    "two points": [[109.5, 1.2], [109.6, 1.3], [109.5, 1.2], [109.5, 1.2]],
    "of three metres": [[109.63973, 1.22196], [109.63973, 1.22196], [109.63975, 1.22196], [109.63973, 1.22196]],
}  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def change(pack: Path, layer: str, how: Callable[[list[dict[str, Any]]], object]) -> Pack:
    rewrite(pack, layer, lambda data: how(data["features"]))
    return read_pack(pack)


@pytest.mark.parametrize("name", SLIVERS)
@pytest.mark.parametrize("layer", ["sekitar", "desa", "kecamatan", "kabupaten"])
def test_a_ring_that_holds_no_land_is_left_out_of_every_layer(pack: Path, name: str, layer: str) -> None:
    whole = read_pack(pack)

    def add(features: list[dict[str, Any]]) -> None:
        held = features[0]["geometry"]["coordinates"]
        features[0]["geometry"] = {"type": "MultiPolygon", "coordinates": [held, [SLIVERS[name]]]}

    read = change(pack, layer, add)
    assert read.counts == whole.counts
    assert read.warnings == (
        f"{next(pack.glob(f'*-{layer}.geojson')).name}: 1 rings that hold no land are left out",
    )
    kept = json.loads(read.layers[layer])["features"][0]["geometry"]["coordinates"]
    assert len(kept) == 1
    import_site(pack, pack.parent / "site")
    assert load_site(pack.parent / "site").locate(1.25, 110.25) is not None


def test_a_flat_hole_is_left_out_and_one_with_land_stays() -> None:
    hole = square(110.1, 110.2, 1.1, 1.2)
    geometry = {"type": "Polygon", "coordinates": [square(110, 110.5), FLAT, hole]}
    sound, dropped = without_slivers(geometry)
    assert dropped == 1
    area = read_area(sound)
    assert not area.holds(1.15, 110.15)
    assert area.holds(1.3, 110.3)


NEIGHBOUR_FAULTS: dict[str, Callable[[list[Any]], object]] = {
    "no geometry": lambda rows: rows[0].update(geometry=None),
    "open ring": lambda rows: rows[0]["geometry"]["coordinates"][0].pop(),
    "no properties": lambda rows: rows[0].pop("properties"),
    "no name": lambda rows: rows[0]["properties"].pop("nama"),
    "a name of two lines": lambda rows: rows[0]["properties"].update(nama="A\nB"),
    "only a sliver": lambda rows: rows[0]["geometry"].update(coordinates=[FLAT]),
    "swapped": lambda rows: rows[0]["geometry"].update(
        coordinates=[[[lat, lon] for lon, lat in square(108, 110)]]
    ),
    "no object": lambda rows: rows.__setitem__(0, 7),
}


@pytest.mark.parametrize("name", NEIGHBOUR_FAULTS)
def test_a_faulty_neighbour_costs_that_neighbour(pack: Path, name: str) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        second = json.loads(json.dumps(rows[0]))
        second["properties"].update(kode="99.03", nama="Kota Lain")
        rows.append(second)
        NEIGHBOUR_FAULTS[name](rows)

    read = change(pack, "sekitar", spoil)
    assert read.counts["sekitar"] == 1
    (note,) = read.warnings
    assert note.startswith("provinsi-sekitar.geojson: 1 of 2 are left out (feature 1")
    import_site(pack, pack.parent / "site")
    assert [each.name for each in load_site(pack.parent / "site").neighbours] == ["Kota Lain"]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b'{"type": "FeatureCollection", "features": []}', b"\xff\xfe"]
)
def test_a_file_of_neighbours_that_cannot_be_read_costs_the_neighbours(pack: Path, data: bytes) -> None:
    next(pack.glob("*-sekitar.geojson")).write_bytes(data)
    read = read_pack(pack)
    (note,) = read.warnings
    assert note.startswith("provinsi-sekitar.geojson: no neighbour is taken in (")
    import_site(pack, pack.parent / "site")
    assert load_site(pack.parent / "site").neighbours == ()


@pytest.mark.parametrize("label", [None, [1.25, 110.25], [110.7, 1.2], "110,1", [110], [0, 0]])
def test_a_label_point_that_is_none_is_made(pack: Path, label: object) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[0]["properties"].pop("lp")
        if label is not None:
            rows[0]["properties"]["lp"] = label

    read = change(pack, "desa", spoil)
    (note,) = read.warnings
    assert note.startswith("contoh-desa.geojson: 1 areas have no usable label point 'lp'")
    lon, lat = json.loads(read.layers["desa"])["features"][0]["properties"]["lp"]
    assert 110 < lon < 110.5
    assert 1 < lat < 1.5


@pytest.mark.parametrize(
    "rings",
    [
        [square(0, 1, 0, 1)],
        [square(0, 1, 0, 1), square(0.1, 0.9, 0.1, 0.9)],
        [[[0, 0], [4, 0], [4, 4], [3, 4], [3, 1], [1, 1], [1, 4], [0, 4], [0, 0]]],
        [[[0, 0], [10, 5], [0, 10], [9, 5], [0, 0]]],
    ],
)
def test_a_point_inside_lies_inside(rings: list[list[list[float]]]) -> None:
    area = read_area({"type": "Polygon", "coordinates": rings})
    assert area.holds(*inside_point(area))


# ---- lists


def listed(pack: Path, text: str | bytes, name: str = "x-patokan.csv") -> Pack:
    (pack / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_pack(pack)


HEADS = (
    "label{}kind{}lat{}lon",
    "Nama{}Jenis{}Latitude{}Longitude",
    " LABEL {} Kind {} Lat{} LNG ",
    "nama{}kategori{}lintang{}bujur",
)
DIALECTS = list(
    itertools.product(
        [",", ";", "\t", "|"],  # between cells
        [".", ","],  # decimal sign
        HEADS,
        ["\n", "\r\n"],
        ["", "\ufeff", "sep"],
        ["", "rows"],
    )
)  # fmt: skip


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_every_dialect_of_a_spreadsheet_is_read(pack: Path, between: str) -> None:
    wanted = [("Masjid Raya", "masjid", ((1.25, 110.25),)), ("Toko A", "toko", ((1.1, 110.75),))]
    for sep, sign, head, end, mark, empty in DIALECTS:
        if sep != between or (mark == "sep" and sep == "|"):
            continue
        quote = '"' if sign == sep else ""
        lines = [head.format(sep, sep, sep)]
        for label, kind, ((lat, lon),) in wanted:
            cells = [label, kind, *(f"{quote}{number}{quote}".replace(".", sign) for number in (lat, lon))]
            lines.append(sep.join(cells))
        lines += [sep * 3, "", sep * 3] if empty else []
        text = (
            ("\ufeff" if mark == "\ufeff" else "")
            + (f"sep={sep}{end}" if mark == "sep" else "")
            + end.join(lines)
        )
        read = listed(pack, text)
        assert [(each.label, each.kind, each.line) for each in read.listed] == wanted, text
        assert read.warnings == (), text


def test_islands_are_read_in_the_same_dialects(pack: Path) -> None:
    next(pack.glob("*-pulau.csv")).write_text("Kode;Nama;Lat;Lon\n99.1;Pulau Satu;1,25;112,5\n;;;\n")
    assert json.loads(read_pack(pack).layers["pulau"]) == [
        {"kode": "99.1", "nama": "Pulau Satu", "lat": 1.25, "lon": 112.5}
    ]


def test_a_faulty_row_costs_that_row(pack: Path) -> None:
    read = listed(
        pack,
        "label,kind,lat,lon\nMasjid A,masjid,1.2,110.2\nMasjid B,masjid,satu,110\n,masjid,1.2,110.2\n"
        "Masjid C,masjid,110.2,1.2\nMasjid D,masjid,1,2,110,2\nMasjid E,,1.3,110.3\n",
    )
    assert [each.label for each in read.listed] == ["Masjid A", "Masjid E"]
    (note,) = read.warnings
    assert note.startswith(
        "x-patokan.csv: 4 of 6 are left out (line 6 has 6 cells where 4 columns are named)"
    )


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Point", "coordinates": [110]},
        {"type": "LineString", "coordinates": []},
        {"type": "Polygon", "coordinates": [FLAT]},
    ],
)
def test_a_road_without_a_place_costs_that_road(pack: Path, geometry: object) -> None:
    rows = [
        {"type": "Feature", "properties": {"name": "Jalan A"}, "geometry": geometry},
        {
            "type": "Feature",
            "properties": {"name": "Jalan B"},
            "geometry": {"type": "LineString", "coordinates": [[110.2, 1.2], [110.3, 1.3]]},
        },
    ]
    read = listed(pack, json.dumps({"type": "FeatureCollection", "features": rows}), "x-jalan.geojson")
    assert [each.label for each in read.listed] == ["Jalan B"]
    assert read.warnings[0].startswith("x-jalan.geojson: 1 of 2 are left out (feature 1 (Jalan A) has")


@pytest.mark.parametrize(
    ("geometry", "lat", "lon"),
    [
        ({"type": "Polygon", "coordinates": [square(110.2, 110.22, 1.2, 1.22)]}, 1.21, 110.21),
        ({"type": "MultiPolygon", "coordinates": [[square(110.2, 110.22, 1.2, 1.22)]]}, 1.21, 110.21),
        ({"type": "MultiPoint", "coordinates": [[110.2, 1.2], [110.3, 1.3]]}, 1.2, 110.2),
    ],
)
def test_a_landmark_drawn_as_an_outline_is_a_point_inside(
    pack: Path, geometry: object, lat: float, lon: float
) -> None:
    rows = [{"type": "Feature", "properties": {"name": "RSUD"}, "geometry": geometry}]
    (place,) = listed(
        pack, json.dumps({"type": "FeatureCollection", "features": rows}), "x-patokan.geojson"
    ).listed
    assert place.line[0] == pytest.approx((lat, lon), abs=0.005)
    assert not place.area


def test_places_at_zero_or_in_another_province_are_left_out_and_named(pack: Path) -> None:
    read = listed(
        pack,
        "label,kind,lat,lon\nMasjid A,masjid,0,0\nMonas,tugu,-6.175,106.827\nMasjid B,masjid,1.2,110.2\n"
        "RS Tetangga,rs,1.2,109.0\nPelabuhan,pelabuhan,1.2,112.3\n",
    )
    assert [each.label for each in read.listed] == ["Masjid B", "RS Tetangga", "Pelabuhan"]
    assert read.warnings == (
        "x-patokan.csv: 2 places lie far outside the region and are left out (Masjid A, Monas)",
    )


def test_a_post_that_is_nowhere_is_not_drawn(pack: Path) -> None:
    read = listed(pack, "label;kind;lat;lon\nPos A;damkar;0;0\nPos B;damkar;1,2;110,2\n", "x-pos.csv")
    assert [post["label"] for post in json.loads(read.layers["pos"])] == ["Pos B"]
    assert "Pos A" in read.warnings[0]


def test_columns_that_nothing_reads_are_named(pack: Path) -> None:
    read = listed(pack, "label;kind;lat;lon;telepon;are\nMasjid A;masjid;1,2;110,2;0812;ya\n")
    assert read.warnings == ("x-patokan.csv: the columns telepon, are are not read",)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("label;kind;lat\nA;b;1,2\n", "the column 'lon' is missing .the first line names label, kind, lat, parted"),
        ("A;b;1,2;110,2\n", "the column 'label' is missing"),
        ("", "the column 'label' is missing"),
        ("label;kind;lintang;bujur\nA;b;;\n", "line 2 has no numbers in 'lintang' and 'bujur'"),
    ],
)  # fmt: skip
def test_the_reason_that_is_told_is_true(pack: Path, text: str, cause: str) -> None:
    with pytest.raises(SitePackError, match=cause):
        listed(pack, text)
