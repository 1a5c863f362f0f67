"""Base maps: what an import takes in, what it refuses in one sentence, and that the one in use then stays."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from operator_app.maps.base_map import check_base, import_base, load_base
from operator_app.maps.geometry import Box
from operator_app.maps.serve import MapAssets, MapServer
from operator_app.maps.site import Site, SitePackError, default_site, with_base
from operator_app.maps.tile_files import unpacked
from tests.unit.maps.sample_tiles import (
    LINE,
    OPENMAPTILES,
    POLYGON,
    Bounds,
    Thing,
    pictures,
    vectors,
    write_mbtiles,
    write_pmtiles,
)

RESOURCES = Path(__file__).parents[3] / "resources"
BOUNDS = (1.0, 110.0, 1.5, 112.0)
REGION = Box(*BOUNDS)
ZOOMS = (7, 8, 9)
OPENMAPTILES_SAYS = (
    '<a href="https://www.openmaptiles.org/" target="_blank">&copy; OpenMapTiles</a> '
    '<a href="https://osm.org/copyright">&copy; OpenStreetMap contributors</a>'
)
THINGS = [
    Thing("transportation", LINE, [(1.1, 110.1), (1.4, 111.9)], {"class": "primary"}),
    Thing("water", POLYGON, [(1.2, 110.5), (1.3, 110.5), (1.3, 110.7)], {"class": "lake"}),
]


def raster(folder: Path, **said: str) -> Path:
    return write_mbtiles(folder / "foto.mbtiles", pictures(BOUNDS, ZOOMS), "png", BOUNDS, **said)


def vector(folder: Path, **said: str) -> Path:
    tiles = vectors(BOUNDS, ZOOMS, THINGS)
    return write_mbtiles(folder / "jalan.mbtiles", tiles, "pbf", BOUNDS, **{"json": OPENMAPTILES, **said})


def raster_ranges(folder: Path) -> Path:
    return write_pmtiles(folder / "foto.pmtiles", pictures(BOUNDS, ZOOMS), "png", BOUNDS)


def vector_ranges(folder: Path) -> Path:
    layers = [{"id": "transportation"}, {"id": "water"}]
    return write_pmtiles(
        folder / "jalan.pmtiles", vectors(BOUNDS, ZOOMS, THINGS), "pbf", BOUNDS, vector_layers=layers
    )


@pytest.mark.parametrize(
    ("write", "form", "schema", "pmtiles"),
    [
        (raster, "png", "", False),
        (vector, "pbf", "openmaptiles", False),
        (raster_ranges, "png", "", True),
        (vector_ranges, "pbf", "openmaptiles", True),
    ],
)
def test_each_kind_is_taken_in_and_found_again(
    tmp_path: Path, write: Callable[[Path], Path], form: str, schema: str, pmtiles: bool
) -> None:
    source = write(tmp_path)
    base = import_base(source, tmp_path / "site", REGION)
    assert (base.form, base.schema, base.is_pmtiles) == (form, schema, pmtiles)
    assert (base.min_zoom, base.max_zoom, base.bounds, base.name) == (7, 9, REGION, "Peta contoh")
    assert (base.size, base.path.read_bytes()) == (source.stat().st_size, source.read_bytes())
    assert load_base(tmp_path / "site") == base


def test_without_a_base_map_there_is_none(tmp_path: Path) -> None:
    assert load_base(tmp_path) is None


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


@pytest.mark.parametrize("write", [raster, vector, raster_ranges, vector_ranges])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.98])
def test_half_a_file_is_refused_and_the_one_in_use_stays(
    tmp_path: Path, write: Callable[[Path], Path], share: float
) -> None:
    held = import_base(raster(tmp_path), tmp_path / "site", REGION)
    (tmp_path / "new").mkdir()
    source = write(tmp_path / "new")
    cut(source, share)
    with pytest.raises(SitePackError) as refused:
        import_base(source, tmp_path / "site", REGION)
    assert str(refused.value).startswith(source.name)
    assert str(refused.value).count("\n") == 0
    assert load_base(tmp_path / "site") == held
    assert not list((tmp_path / "site" / "base").glob(".new*"))


def test_a_damaged_page_in_the_middle_is_refused(tmp_path: Path) -> None:
    source = raster(tmp_path)
    data = bytearray(source.read_bytes())
    for start in range(4096 * 2, len(data), 4096):
        data[start : start + 8] = b"\xde\xad\xbe\xef" * 2
    source.write_bytes(data)
    with pytest.raises(SitePackError, match="damaged"):
        check_base(source, REGION)


def test_a_picture_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("UPDATE tiles SET tile_data = ? WHERE zoom_level = 8", (b"\x89PNG\r\n\x1a\n half",))
    with pytest.raises(SitePackError, match=r"tile 8/\d+/\d+ is a PNG picture cut short"):
        check_base(source, REGION)


def test_a_vector_tile_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    source = vector(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("UPDATE tiles SET tile_data = ?", (b"\x1a\xff\xff\x03 no tile",))
    with pytest.raises(SitePackError, match="is a vector tile cut short"):
        check_base(source, REGION)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"format": "tiff"}, "it says that its tiles are tiff, and they are png"),
        ({"format": ""}, ""),
        ({"format": "jpg"}, "it says that its tiles are jpg, and they are png"),
        ({"bounds": ""}, "it does not say where it lies; its tiles tell"),
        ({"bounds": "2,1,0,0"}, "it does not say where it lies; its tiles tell"),
        ({"bounds": "5,50,6,51"}, "its tiles lie elsewhere than it says; the tiles count"),
        ({"minzoom": "0", "maxzoom": "30"}, ""),
        ({"name": ""}, ""),
    ],
)
def test_what_the_metadata_do_not_say_the_tiles_tell(
    tmp_path: Path, said: dict[str, str], words: str
) -> None:
    facts, _ = check_base(raster(tmp_path, **said), REGION)
    assert (facts.form, facts.min_zoom, facts.max_zoom) == ("png", 7, 9)
    assert facts.bounds is not None
    assert facts.bounds.holds(1.25, 111.0)
    assert facts.notes == ((words,) if words else ())


def test_a_file_without_metadata_is_read_by_its_tiles(tmp_path: Path) -> None:
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("DROP TABLE metadata")
    base = import_base(source, tmp_path / "site", REGION)
    assert (base.name, base.form, base.attribution) == ("foto", "png", "")
    assert load_base(tmp_path / "site") == base


def test_a_map_of_another_region_is_refused(tmp_path: Path) -> None:
    away = (50.0, 5.0, 50.5, 6.0)
    source = write_mbtiles(tmp_path / "lain.mbtiles", pictures(away, ZOOMS), "png", away)
    with pytest.raises(SitePackError, match="shows another region"):
        check_base(source, REGION)


@pytest.mark.parametrize("said", [{}, {"scheme": "xyz"}, {"bounds": ""}, {"bounds": "", "scheme": "xyz"}])
@pytest.mark.parametrize("lies", [BOUNDS, (-0.4, 116.5, 1.9, 119.0), (-3.0, 110.0, -2.0, 111.0)])
@pytest.mark.parametrize("turned", [False, True])
def test_rows_that_count_from_the_north_are_turned(
    tmp_path: Path, said: dict[str, str], lies: Bounds, turned: bool
) -> None:
    if not turned and "scheme" in said:
        return
    tiles = pictures(lies, (7, 8, 9, 10))
    source = write_mbtiles(tmp_path / "foto.mbtiles", tiles, "png", lies, **said)
    if turned:
        with sqlite3.connect(source) as db:
            db.execute("DROP INDEX tile_index")
            db.execute("UPDATE tiles SET tile_row = (1 << zoom_level) - 1 - tile_row")
    base = import_base(source, tmp_path / "site", Box(*lies))
    assert base.from_north is turned
    assert any("count from the north" in note for note in base.notes) is turned
    site, _ = with_base(default_site(RESOURCES), tmp_path / "site")
    server = MapServer(MapAssets({}), site, {})
    for (z, x, y), data in tiles.items():
        answer = server.answer(f"/tiles/{base.version}/{z}/{x}/{y}")
        assert answer is not None
        assert answer.data == data
    server.close()


@pytest.mark.parametrize("value", [None, "teks", 5, 1.5])
def test_rows_that_hold_no_tile_are_counted_and_answered_by_nothing(tmp_path: Path, value: object) -> None:
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("UPDATE tiles SET tile_data = ? WHERE rowid IN (SELECT max(rowid) FROM tiles)", (value,))
        ((z, x, row),) = db.execute(
            "SELECT zoom_level, tile_column, tile_row FROM tiles ORDER BY rowid DESC LIMIT 1"
        )
    base = import_base(source, tmp_path / "site", REGION)
    assert base.notes == (f"1 of {base.count + 1} tiles hold nothing",)
    site, _ = with_base(default_site(RESOURCES), tmp_path / "site")
    server = MapServer(MapAssets({}), site, {})
    told: list[str] = []
    server.on_trouble = told.append
    for _ in range(2):
        answer = server.answer(f"/tiles/{base.version}/{z}/{x}/{2**z - 1 - row}")
        assert answer is not None
        assert (answer.mime, len(answer.data)) == ("image/png", 70)
    assert len(told) == 1
    assert "holds nothing" in told[0]
    server.close()


def test_a_map_whose_rows_all_hold_nothing_is_refused(tmp_path: Path) -> None:
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("UPDATE tiles SET tile_data = NULL")
    with pytest.raises(SitePackError, match="it holds no tiles: all 13 rows are empty"):
        check_base(source, REGION)


def test_a_few_damaged_tiles_are_told_and_more_refuse_the_map(tmp_path: Path) -> None:
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("UPDATE tiles SET tile_data = x'89504e47' WHERE rowid = 1")
    (note,) = check_base(source, REGION)[0].notes
    assert "tiles that were looked at are damaged (tile 7/" in note


def test_a_map_of_half_the_region_says_so(tmp_path: Path) -> None:
    half = (1.0, 110.0, 1.5, 110.6)
    source = write_mbtiles(tmp_path / "foto.mbtiles", pictures(half, (9, 10, 11)), "png", half)
    assert any("of the region at zoom 11" in note for note in check_base(source, REGION)[0].notes)


def test_a_zoom_that_is_missing_is_named(tmp_path: Path) -> None:
    source = write_mbtiles(tmp_path / "foto.mbtiles", pictures(BOUNDS, (7, 9)), "png", BOUNDS)
    assert "it has no tiles of zoom 8" in check_base(source, REGION)[0].notes


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            OPENMAPTILES_SAYS,
            "© OpenMapTiles © OpenStreetMap contributors",
        ),
        ("<script>alert(1)</script>Peta<br/>Kita", "Peta Kita"),
        ("a\nb\x00\u202ec", "a bc"),
        ("x" * 500, "x" * 199 + "…"),
        ("<b", "<b"),
        ("5 < 6 & 7", "5 < 6 & 7"),
    ],
)
def test_words_of_a_file_are_one_line_without_markup(tmp_path: Path, said: str, words: str) -> None:
    base = import_base(raster(tmp_path, attribution=said), tmp_path / "site", REGION)
    assert base.attribution == words


def test_tiles_in_a_view_over_two_tables_are_taken_in(tmp_path: Path) -> None:
    """As many makers write them, so that equal tiles stand once."""
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.executescript(
            "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT);"
            "CREATE TABLE images (tile_data BLOB, tile_id TEXT);"
            "INSERT INTO map SELECT zoom_level, tile_column, tile_row, rowid FROM tiles;"
            "INSERT INTO images SELECT tile_data, rowid FROM tiles;"
            "CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row);"
            "CREATE UNIQUE INDEX images_id ON images (tile_id); DROP TABLE tiles;"
            "CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column,"
            " map.tile_row AS tile_row, images.tile_data AS tile_data FROM map"
            " JOIN images ON images.tile_id = map.tile_id"
        )
    assert check_base(source, REGION)[0].count == 13


def test_layers_that_nobody_draws_are_refused(tmp_path: Path) -> None:
    other = '{"vector_layers": [{"id": "strassen"}]}'
    with pytest.raises(SitePackError, match="strassen"):
        check_base(vector(tmp_path, json=other), REGION)


def test_layers_that_the_metadata_forget_are_looked_up_in_the_tiles(tmp_path: Path) -> None:
    _, schema = check_base(vector(tmp_path, json=""), REGION)
    assert schema == "openmaptiles"


@pytest.mark.parametrize("name", ["peta.tif", "tidak-ada.mbtiles"])
def test_what_is_no_base_map_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SitePackError):
        check_base(tmp_path / name, None)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lain.mbtiles"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE notes (words text)")
    with pytest.raises(SitePackError, match="not of map tiles"):
        check_base(path, None)


def test_a_map_without_tiles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SitePackError, match="holds no tiles"):
        check_base(write_mbtiles(tmp_path / "kosong.mbtiles", {}, "png", BOUNDS), None)


def test_the_one_before_is_kept_for_windows_that_still_draw_it_and_older_ones_go(tmp_path: Path) -> None:
    site = tmp_path / "site"
    one = import_base(raster(tmp_path), site, REGION)
    two = import_base(vector(tmp_path), site, REGION)
    assert {path.name for path in (site / "base").glob("*.mbtiles")} == {one.path.name, two.path.name}
    three = import_base(raster_ranges(tmp_path), site, REGION)
    assert not one.path.exists()
    assert two.path.exists()
    assert load_base(site) == three


def test_one_that_was_changed_afterwards_is_told_and_left_out(tmp_path: Path) -> None:
    base = import_base(raster(tmp_path), tmp_path, REGION)
    cut(base.path, 0.9)
    site, trouble = with_base(default_site(RESOURCES), tmp_path)
    assert site.base is None
    assert "cut short" in str(trouble)


# ---- served


def site_with(folder: Path, source: Path) -> Site:
    import_base(source, folder, REGION)
    site, trouble = with_base(default_site(RESOURCES), folder)
    assert trouble is None
    return site


def test_tiles_are_served_by_rows_from_the_north_and_unpacked(tmp_path: Path) -> None:
    site = site_with(tmp_path / "site", vector(tmp_path))
    assert site.base
    server = MapServer(MapAssets({}), site, {})
    tiles = vectors(BOUNDS, ZOOMS, THINGS)
    for (z, x, y), packed in tiles.items():
        answer = server.answer(f"/tiles/{site.base.version}/{z}/{x}/{y}")
        assert answer is not None
        assert (answer.data, answer.mime) == (unpacked(packed), "application/x-protobuf")
    empty = server.answer(f"/tiles/{site.base.version}/9/0/0")
    assert empty is not None
    assert empty.data == b""
    server.close()


@pytest.mark.parametrize(
    "path", ["9/0", "9/0/0/1", "-1/0/0", "9/0/../0", "99/0/0", "9/123456789/0", "a/b/c", "23/0/0"]
)
def test_other_addresses_give_nothing_or_an_empty_picture(tmp_path: Path, path: str) -> None:
    site = site_with(tmp_path / "site", raster(tmp_path))
    assert site.base
    server = MapServer(MapAssets({}), site, {})
    answer = server.answer(f"/tiles/{site.base.version}/{path}")
    assert answer is None or (answer.mime == "image/png" and len(answer.data) < 100)
    assert server.answer(f"/tiles/000000000000/{path}") is None
    server.close()


def test_a_file_of_ranges_is_named_and_not_read(tmp_path: Path) -> None:
    site = site_with(tmp_path / "site", raster_ranges(tmp_path))
    assert site.base
    answer = MapServer(MapAssets({}), site, {}).answer(f"/{site.base.path.name}")
    assert answer is not None
    assert (answer.data, answer.path) == (b"", site.base.path)


def test_a_file_that_breaks_while_it_is_used_is_told_once(tmp_path: Path) -> None:
    site = site_with(tmp_path / "site", raster(tmp_path))
    assert site.base
    server = MapServer(MapAssets({}), site, {})
    told: list[str] = []
    server.on_trouble = told.append
    with sqlite3.connect(site.base.path) as db:
        db.execute("DROP TABLE tiles")
    for _ in range(3):
        answer = server.answer(f"/tiles/{site.base.version}/8/206/127")
        assert answer is not None
    assert len(told) == 1
    server.close()


def test_a_format_that_nobody_draws_is_refused(tmp_path: Path) -> None:
    tiles = dict.fromkeys(pictures(BOUNDS, ZOOMS), b"II*\0 tiff")
    with pytest.raises(SitePackError, match="'tiff' as format"):
        check_base(write_mbtiles(tmp_path / "foto.mbtiles", tiles, "tiff", BOUNDS), REGION)


def test_a_header_of_ranges_with_a_wrong_length_that_nobody_needs_is_told(tmp_path: Path) -> None:
    source = raster_ranges(tmp_path)
    data = bytearray(source.read_bytes())
    data[64:72] = (10**9).to_bytes(8, "little")
    source.write_bytes(data)
    facts, _ = check_base(source, REGION)
    assert facts.notes == ("its header gives a wrong length of the tiles, which nobody needs",)


def test_ranges_that_do_not_say_where_they_lie_are_placed_by_their_tiles(tmp_path: Path) -> None:
    source = raster_ranges(tmp_path)
    data = bytearray(source.read_bytes())
    data[102:118] = bytes(16)
    source.write_bytes(data)
    facts, _ = check_base(source, REGION)
    assert facts.bounds is not None
    assert facts.bounds.holds(1.25, 111.0)
    assert (facts.min_zoom, facts.max_zoom) == (7, 9)
