"""Every way a site pack can be broken ends in one clear sentence that names the file, the cause and the cure."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operator_app.maps.pack import SitePackError, read_pack
from operator_app.reading.fault import BadFileError
from tests.unit.maps.sample_pack import rewrite, square, write_pack

Damage = Callable[[Path], object]


def in_layer(layer: str, change: Callable[[dict[str, Any]], object]) -> Damage:
    return lambda pack: rewrite(pack, layer, change)


def first(change: Callable[[dict[str, Any]], object], layer: str = "desa") -> Damage:
    return in_layer(layer, lambda data: change(data["features"][0]))


def ring(positions: object) -> Damage:
    return first(lambda row: row["geometry"].update(coordinates=[positions]))


def bytes_of(name: str, data: bytes) -> Damage:
    return lambda pack: next(pack.glob(name)).write_bytes(data)


def cut_short(pack: Path) -> None:
    path = next(pack.glob("*-desa.geojson"))
    path.write_bytes(path.read_bytes()[:900])


def new_file(name: str, text: str) -> Damage:
    return lambda pack: (pack / name).write_text(text, encoding="utf-8")


def swapped(positions: list[list[float]]) -> list[list[float]]:
    return [[lat, lon] for lon, lat in positions]


SOUND = square(110, 110.5)
BROKEN: dict[str, tuple[Damage, str]] = {
    "layer missing": (
        lambda pack: next(pack.glob("*-desa.geojson")).unlink(),
        r"\*-desa\.geojson: missing in .*; add it, or name it in site\.toml\.",
    ),
    "two files for one layer": (
        new_file("lain-desa.geojson", "{}"),
        r"lain-desa\.geojson: a second file for the layer desa, beside contoh-desa\.geojson; leave one",
    ),
    "cut short": (cut_short, r"contoh-desa\.geojson: the file is cut short; copy it again from its source\."),
    "cut in a text": (
        bytes_of("*-desa.geojson", b'{"type": "FeatureColl'),
        r"contoh-desa\.geojson: the file is cut short",
    ),
    "empty": (bytes_of("*-desa.geojson", b" \n"), r"contoh-desa\.geojson: the file is empty; copy it again"),
    "not JSON": (
        bytes_of("*-desa.geojson", b'{"type": FeatureCollection, "features": []}'),
        r"contoh-desa\.geojson: not JSON at line 1, column 10 .*; export it again\.",
    ),
    "not UTF-8": (
        bytes_of("*-desa.geojson", '{"nama": "Sé"}'.encode("latin-1")),
        r"contoh-desa\.geojson: the file is not UTF-8 text \(byte 11\); save it as UTF-8\.",
    ),
    "nested too deep": (bytes_of("*-desa.geojson", b"[" * 200_000), r"contoh-desa\.geojson: not usable JSON"),
    "no GeoJSON": (bytes_of("*-desa.geojson", b"[1, 2]"), r"contoh-desa\.geojson: not a GeoJSON FeatureColl"),
    "not a number": (
        bytes_of("*-desa.geojson", b'{"type": NaN}'),
        r"contoh-desa\.geojson: not usable JSON \(it holds NaN, which is not a number\)",
    ),
    "no features": (
        in_layer("desa", lambda data: data["features"].clear()),
        r"it holds no features; export it",
    ),
    "feature is no object": (
        in_layer("desa", lambda data: data["features"].append(7)),
        "feature 5 has no prop",
    ),
    "no properties": (
        first(lambda row: row.pop("properties")),
        "feature 1 has no properties; add kode, nama",
    ),
    "property missing": (
        first(lambda row: row["properties"].pop("jenis")),
        "feature 1 lacks the property 'jenis'",
    ),
    "name empty": (
        first(lambda row: row["properties"].update(nama="  ")),
        "feature 1 has a 'nama' that is not",
    ),
    "name no text": (
        first(lambda row: row["properties"].update(nama=5)),
        "feature 1 has a 'nama' that is not",
    ),
    "name of two lines": (
        first(lambda row: row["properties"].update(nama="A\nB")),
        "feature 1 has a 'nama' that",
    ),
    "code twice": (
        in_layer("desa", lambda data: data["features"].append(data["features"][0])),
        r"the code 99\.01\.01\.2001 stands twice \(Sukamaju, Sukamaju\); give each area its own code\.",
    ),
    "no geometry": (
        first(lambda row: row.update(geometry=None)),
        r"feature 1 \(.* Sukamaju\) has no geometry",
    ),
    "a point": (
        first(lambda row: row.update(geometry={"type": "Point", "coordinates": [110, 1]})),
        "is a 'Point' where a Polygon or MultiPolygon is needed",
    ),
    "no rings": (first(lambda row: row["geometry"].update(coordinates=[])), "has an empty geometry"),
    "ring open": (ring([*SOUND[:-1], [110.1, 1.1]]), "has a ring that does not close"),
    "ring short": (ring(SOUND[:2] + SOUND[:1]), "has a ring of 3 points where at least 4 are needed"),
    "ring flat": (ring([[110, 1], [111, 1], [112, 1], [110, 1]]), "has a ring without extent"),
    "position no pair": (ring([[110]] * 4), r"has \[110\] where \[longitude, latitude\] is needed"),
    "position beyond numbers": (ring([[10**400, 1]] * 4), "has a coordinate beyond all numbers"),
    "position a text": (ring([["110", "1"]] * 4), "where .longitude, latitude. is needed"),
    "swapped": (ring(swapped(SOUND)), r"has longitude and latitude swapped \(latitude 110, longitude 1\)"),
    "off the earth": (ring([[400, 1]] * 4), "has a point off the earth"),
    "kecamatan unknown": (
        first(lambda row: row["properties"].update(kec="99.01.77")),
        r"desa 99\.01\.01\.2001 belongs to kecamatan 99\.01\.77, which contoh-kecamatan\.geojson lacks",
    ),
    "another regency": (
        first(lambda row: row["geometry"].update(coordinates=[square(120, 121)]), "kabupaten"),
        r"lies outside the area of contoh-kabupaten\.geojson; take both from one source\.",
    ),
    "island column": (
        bytes_of("*-pulau.csv", b"kode,nama,lat\n1,P,1\n"),
        r"contoh-pulau\.csv: the column 'lon' is missing \(the first line names kode, nama, lat, parted by commas\)",
    ),
    "island number": (
        bytes_of("*-pulau.csv", b"kode,nama,lat,lng\n1,P,satu,110\n"),
        r"contoh-pulau\.csv: line 2 has no numbers in 'lat' and 'lng'",
    ),
    "island swapped": (
        bytes_of("*-pulau.csv", b"kode,nama,lat,lng\n1,P,118,1\n"),
        r"contoh-pulau\.csv: line 2 has longitude and latitude swapped",
    ),
    "island line short": (
        bytes_of("*-pulau.csv", b"kode,nama,lat,lng\n1,P\n"),
        r"contoh-pulau\.csv: line 2 has no numbers in 'lat' and 'lng'",
    ),
    "island quotes": (
        bytes_of("*-pulau.csv", b'kode,nama,lat,lng\n1,"P,1,110\n'),
        r"contoh-pulau\.csv: not CSV at line 2 \(unexpected end",
    ),
    "list column": (
        new_file("x-jalan.csv", "label,kind,lat\nJalan A,jalan,1\n"),
        r"x-jalan\.csv: the column 'lon' is missing \(.*\); name the columns label, kind, lat, lon in the first line",
    ),
    "list label": (
        new_file("x-jalan.csv", "label,kind,lat,lon\n ,jalan,1,110\n"),
        r"x-jalan\.csv: line 2 has a 'label' that is not a plain text",
    ),
    "list point": (
        new_file("x-patokan.csv", "label,kind,lat,lon\nMasjid A,masjid,110,1\n"),
        r"x-patokan\.csv: line 2 has longitude and latitude swapped",
    ),
    "list area": (
        new_file("x-jalan.csv", "label,kind,lat,lon,area\nJalan A,jalan,1,110,mungkin\n"),
        r"x-jalan\.csv: line 2 has 'mungkin' as 'area', not ya or tidak; correct it",
    ),
    "list twice": (
        lambda pack: [
            (pack / f"x-jalan.{end}").write_text("{}", encoding="utf-8") for end in ("csv", "geojson")
        ],
        r"x-jalan\.geojson: a second file for the layer jalan, beside x-jalan\.csv",
    ),
    "list geometry": (
        new_file(
            "x-jalan.geojson",
            '{"type": "FeatureCollection", "features": [{"properties": {"label": "A"}, '
            '"geometry": {"type": "Polygon", "coordinates": [1]}}]}',
        ),
        r"x-jalan\.geojson: feature 1 \(A\) has 1 where a ring \(a list\) is needed",
    ),
    "list of decimal commas": (
        new_file("x-patokan.csv", "label,kind,lat,lon\nMasjid A,masjid,1,25,110,25\n"),
        r"x-patokan\.csv: line 2 has 6 cells where 4 columns are named; correct it",
    ),
    "list under a title": (
        new_file("x-patokan.csv", "Daftar patokan;;;\nlabel;kind;lat;lon\nMasjid A;masjid;1,25;110,25\n"),
        r"x-patokan\.csv: the column 'label' is missing \(the first line names Daftar patokan, parted by semicolons\)",
    ),
    "list of posts by lines": (
        new_file(
            "x-pos.geojson",
            '{"type": "FeatureCollection", "features": [{"properties": {"label": "A"}, '
            '"geometry": {"type": "GeometryCollection", "geometries": []}}]}',
        ),
        r"x-pos\.geojson: feature 1 \(A\) has no geometry",
    ),
    "list without properties": (
        new_file("x-jalan.geojson", '{"type": "FeatureCollection", "features": [5]}'),
        r"x-jalan\.geojson: feature 1 has no properties",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pack_gives_one_clear_sentence(name: str, tmp_path: Path) -> None:
    damage, sentence = BROKEN[name]
    pack = write_pack(tmp_path / "pack")
    read_pack(pack)
    damage(pack)
    with pytest.raises(SitePackError, match=sentence) as raised:
        read_pack(pack)
    text = str(raised.value)
    assert "\n" not in text
    assert text.endswith(".")
    assert text.count("; ") >= 1


@pytest.mark.parametrize(
    ("text", "line", "key", "cause"),
    [
        ("name = ", 1, "", "no_toml"),
        ("nmae = 'X'", 1, "nmae", "unknown_key"),
        ("name = 5", 1, "name", "want_text"),
        ("name = 'X'\nattribution = ''", 2, "attribution", "not_printable"),
        ("[files]\nroads = 'r'", 2, "files.roads", "layer"),
        ("[files]\ndesa = 5", 2, "files.desa", "want_text"),
        ("[files]\ndesa = 'x.geojson'", 2, "files.desa", "no_such_file"),
        ("[files]\ndesa = '../../x.geojson'", 2, "files.desa", "outside"),
        ("files = 'x'", 1, "files", "want_table"),
    ],
)
def test_a_broken_manifest_is_told_with_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, cause: str
) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / "site.toml").write_text(text)
    with pytest.raises(BadFileError) as raised:
        read_pack(pack)
    (fault,) = raised.value.faults
    assert (Path(fault.file).name, fault.line, fault.key, fault.cause) == ("site.toml", line, key, cause)


def test_a_file_given_for_the_folder_is_called_a_file(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    with pytest.raises(SitePackError, match="is a file, not a folder; name the folder that holds"):
        read_pack(next(pack.glob("*-desa.geojson")))


def test_no_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(
        SitePackError, match="there is no such folder; name the folder that holds the site pack"
    ):
        read_pack(tmp_path / "nowhere")


def test_a_manifest_may_name_the_site_its_source_and_its_files(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    next(pack.glob("*-desa.geojson")).rename(pack / "villages.json")
    (pack / "README.md").unlink()
    (pack / "site.toml").write_text(
        "name = 'Kota Contoh'\nattribution = 'Batas: sendiri'\n[files]\ndesa = 'villages.json'\n",
        encoding="utf-8",
    )
    read = read_pack(pack)
    assert (read.name, read.attribution, read.counts["desa"]) == ("Kota Contoh", "Batas: sendiri", 4)


def test_a_pack_without_attribution_is_taken_with_a_warning(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / "README.md").unlink()
    read = read_pack(pack)
    assert read.attribution == ""
    assert read.warnings == ("no attribution: name the source of the borders in site.toml",)


def test_neighbours_and_islands_may_be_missing(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    next(pack.glob("*-sekitar.geojson")).unlink()
    next(pack.glob("*-pulau.csv")).unlink()
    assert set(read_pack(pack).layers) == {"desa", "kecamatan", "kabupaten"}


def test_only_what_the_map_needs_is_kept(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    rewrite(pack, "desa", lambda data: data["features"][0]["properties"].update(telepon="0812"))
    kept = json.loads(read_pack(pack).layers["desa"])["features"][0]["properties"]
    assert set(kept) == {"kode", "nama", "jenis", "kec", "kecamatan", "lp"}
