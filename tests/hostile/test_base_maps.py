"""Strangers at the base map's door: databases that compute, pictures that burst, directories without end."""

import gzip
import sqlite3
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from operator_app.maps import mbtiles
from operator_app.maps.base_map import check_base, import_base, load_base
from operator_app.maps.geometry import Box
from operator_app.maps.pack_files import SitePackError
from operator_app.maps.serve import MapAssets, MapServer
from operator_app.maps.site import default_site, with_base
from operator_app.maps.tile_check import TileError, check_picture, vector_layers
from tests.unit.maps.sample_tiles import OPENMAPTILES, pictures, png, write_mbtiles, write_pmtiles

RESOURCES = Path(__file__).parents[2] / "resources"
BOUNDS = (1.0, 110.0, 1.5, 112.0)
REGION = Box(*BOUNDS)
ZOOMS = (7, 8, 9)


def raster(folder: Path) -> Path:
    return write_mbtiles(folder / "foto.mbtiles", pictures(BOUNDS, ZOOMS), "png", BOUNDS)


VIEWS = {
    "recursion without end": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT 7 AS zoom_level, i % 128 AS tile_column, 63 AS tile_row, x'89' AS tile_data FROM n",
    "recursion with an end": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)"
    " SELECT 7 AS zoom_level, i AS tile_column, 63 AS tile_row, x'89' AS tile_data FROM n",
    "zeros without end": "SELECT zoom_level, tile_column, tile_row, zeroblob(1000000000) AS tile_data FROM held",
    "chance": "SELECT zoom_level, tile_column, tile_row, randomblob(100000) AS tile_data FROM held",
    "words": "SELECT zoom_level, tile_column, tile_row, printf('%1000000000d', 1) AS tile_data FROM held",
    "a file": "SELECT zoom_level, tile_column, tile_row, readfile('/etc/passwd') AS tile_data FROM held",
    "an extension": "SELECT zoom_level, tile_column, tile_row, load_extension('x') AS tile_data FROM held",
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_database_that_computes_its_tiles_is_refused_at_once(tmp_path: Path, name: str) -> None:
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("ALTER TABLE tiles RENAME TO held")
        db.execute(f"CREATE VIEW tiles AS {VIEWS[name]}")
    with pytest.raises(SitePackError, match=r"computed by the database|cannot be read \(no such function"):
        check_base(source, REGION)


def test_a_view_that_takes_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operator_app.maps.tile_files.CHECK_S", 0.5)
    source = raster(tmp_path)
    with sqlite3.connect(source) as db:
        db.execute("CREATE TABLE many (i)")
        db.executemany("INSERT INTO many VALUES (?)", ((number,) for number in range(3000)))
        db.execute("ALTER TABLE tiles RENAME TO held")
        db.execute(
            "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM held, many a, many b, many c"
        )
    with pytest.raises(SitePackError, match="takes too long"):
        check_base(source, REGION)


def test_a_tile_that_is_looked_up_for_ever_is_answered_by_nothing_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_base(raster(tmp_path), tmp_path / "site", REGION)
    site, _ = with_base(default_site(RESOURCES), tmp_path / "site")
    assert site.base is not None
    with sqlite3.connect(site.base.path) as db:
        db.execute("CREATE TABLE many (i)")
        db.executemany("INSERT INTO many VALUES (?)", ((number,) for number in range(3000)))
        db.execute("ALTER TABLE tiles RENAME TO held")
        db.execute(
            "CREATE VIEW tiles AS"
            " SELECT 9 AS zoom_level, 412 AS tile_column, -1 - a.i - b.i * c.i AS tile_row, tile_data"
            " FROM held, many a, many b, many c"
        )
    monkeypatch.setattr(mbtiles, "TILE_S", 0.1)
    server = MapServer(MapAssets({}), site, {})
    told: list[str] = []
    server.on_trouble = told.append
    for _ in range(2):
        answer = server.answer(f"/tiles/{site.base.version}/9/412/1")
        assert answer is not None
        assert answer.mime == "image/png"
    assert len(told) == 1
    server.close()


def png_head(width: int, height: int, depth: int = 8, colours: int = 2) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)


def png_of(*parts: tuple[bytes, bytes]) -> bytes:
    made = b"\x89PNG\r\n\x1a\n"
    for name, body in parts:
        made += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return made


def bomb(size: int) -> bytes:
    worker = zlib.compressobj(9)
    return b"".join(worker.compress(bytes(1 << 20)) for _ in range(size >> 20)) + worker.flush()


JPEG_END = b"\xff\xd9"


def wall(width: int, height: int) -> bytes:
    return png_of((b"IHDR", png_head(width, height)), (b"IDAT", b""), (b"IEND", b""))


BURSTING = png_of((b"IHDR", png_head(256, 256)), (b"IDAT", bomb(300 << 20)), (b"IEND", b""))
JPEG_WALL = b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03" + bytes(9) + JPEG_END
WEBP_WALL = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff"
SOUND = png(1, 2, 3)
PICTURES: dict[str, tuple[str, bytes, str]] = {
    "png that bursts": ("png", BURSTING, "unpacks to more"),
    "png of a wall": ("png", wall(60_000, 60_000), "60000 by 60000"),
    "png of nothing": ("png", wall(0, 0), "0 by 0"),
    "png without a head": (
        "png",
        png_of((b"IDAT", zlib.compress(b"x" * 99)), (b"IEND", b"")),
        "unpacks to more",
    ),
    "png of no colours": ("png", png_of((b"IHDR", png_head(2, 2, 8, 9)), (b"IEND", b"")), "damaged"),
    "png of a false sum": ("png", SOUND[:60] + bytes((SOUND[60] ^ 1,)) + SOUND[61:], "damaged"),
    "png of half": ("png", SOUND[:60], "cut short"),
    "png of a length without end": ("png", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT", "cut short"),
    "jpg of a wall": ("jpg", JPEG_WALL, "65535 by 65535"),
    "jpg without a frame": ("jpg", b"\xff\xd8\xff\xe0\x00\x10" + bytes(30) + JPEG_END, "damaged"),
    "webp of a wall": ("webp", WEBP_WALL, "16777216 by"),
    "webp of half": ("webp", b"RIFF\xff\0\0\0WEBPVP8 ", "cut short"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_would_burst_is_refused_unburst(name: str) -> None:
    form, data, words = PICTURES[name]
    with pytest.raises(TileError, match=words):
        check_picture(data, form)


@pytest.mark.parametrize(
    "data",
    [b"\x1a\xff\xff\xff\xff\x0f", b"\xff" * 20, b"\x1a\x80" * 50, b"\x0b", b"\x1a\x02\x12\x7f", b"\x1a\x00"],
)
def test_a_vector_tile_that_lies_about_its_lengths_is_refused(data: bytes) -> None:
    with pytest.raises(TileError):
        vector_layers(data)


def test_a_vector_tile_that_bursts_is_refused(tmp_path: Path) -> None:
    tiles = dict.fromkeys(pictures(BOUNDS, ZOOMS), gzip.compress(bytes(100 << 20), 9))
    source = write_mbtiles(tmp_path / "jalan.mbtiles", tiles, "pbf", BOUNDS, json=OPENMAPTILES)
    with pytest.raises(SitePackError, match="far too large"):
        check_base(source, REGION)


def varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return made + bytes((value,))


def directory(*entries: tuple[int, int, int, int]) -> bytes:
    """Entries of id, offset, length and run, as a directory of PMTiles holds them."""
    last, made = 0, varint(len(entries))
    for number, *_ in entries:
        made += varint(number - last)
        last = number
    for place in (3, 2):
        made += b"".join(varint(each[place]) for each in entries)
    made += b"".join(varint(each[1] + 1) for each in entries)
    return gzip.compress(made, mtime=0)


def with_root(source: Path, root: bytes, *, metadata: bytes | None = None, **header: int) -> None:
    """Put another root directory, or other metadata, at the end of a PMTiles file."""
    data = bytearray(source.read_bytes())
    places = {"root": 8, "metadata": 24, "leaf": 40, "tiles": 56}
    for name, body in (("root", root), ("metadata", metadata)):
        if body is not None:
            data[places[name] : places[name] + 16] = struct.pack("<QQ", len(data), len(body))
            data += body
    for name, offset in header.items():
        data[places[name] : places[name] + 8] = struct.pack("<Q", offset)
    source.write_bytes(data)


RANGES: dict[str, Callable[[Path], object]] = {
    "a directory that bursts": lambda source: with_root(source, gzip.compress(bytes(200 << 20), 9)),
    "metadata that burst": lambda source: with_root(
        source, directory((10_000, 0, 100, 1)), metadata=gzip.compress(b"[" + b" " * (50 << 20), 9)
    ),
    "metadata nested without end": lambda source: with_root(
        source, directory((10_000, 0, 100, 1)), metadata=gzip.compress(b"[" * 100_000)
    ),
    "a directory of a count without end": lambda source: with_root(source, gzip.compress(varint(1 << 60))),
    "a directory of numbers without end": lambda source: with_root(source, gzip.compress(b"\xff" * 50)),
    "a directory cut short": lambda source: with_root(source, directory((1, 0, 10, 1), (2, 10, 10, 1))[:-12]),
    "a directory that is none": lambda source: with_root(source, b"not packed at all"),
    "tiles beyond the file": lambda source: with_root(source, directory((10_000, 1 << 50, 100, 1))),
    "a tile that does not exist": lambda source: with_root(source, directory((1 << 62, 0, 100, 1))),
    "a tile without end": lambda source: with_root(source, directory((10_000, 0, 1 << 50, 1))),
}


@pytest.mark.parametrize("name", RANGES)
def test_ranges_that_lie_are_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    source = write_pmtiles(tmp_path / "foto.pmtiles", pictures(BOUNDS, ZOOMS), "png", BOUNDS)
    RANGES[name](source)
    with pytest.raises(SitePackError) as refused:
        check_base(source, REGION)
    assert str(refused.value).startswith("foto.pmtiles")
    assert str(refused.value).isprintable()


def test_a_directory_that_leads_back_to_itself_has_an_end(tmp_path: Path) -> None:
    source = write_pmtiles(tmp_path / "foto.pmtiles", pictures(BOUNDS, ZOOMS), "png", BOUNDS)
    loop = directory((0, 0, 40, 0), (5, 0, 40, 0))
    with_root(source, loop, leaf=source.stat().st_size)
    with pytest.raises(SitePackError):
        check_base(source, REGION)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tiles SET zoom_level = 99",
        "UPDATE tiles SET zoom_level = -1",
        "UPDATE tiles SET tile_row = 1 << 40",
        "UPDATE tiles SET tile_column = -5",
        "UPDATE tiles SET tile_row = 'satu', zoom_level = 'dua'",
        "DELETE FROM tiles",
        "DROP TABLE tiles",
        "UPDATE tiles SET tile_data = zeroblob(20000000) WHERE rowid = 1",
    ],
)
def test_a_database_of_impossible_tiles_is_refused_and_the_one_in_use_stays(
    tmp_path: Path, change: str
) -> None:
    (tmp_path / "new").mkdir()
    held = import_base(raster(tmp_path), tmp_path / "site", REGION)
    source = raster(tmp_path / "new")
    with sqlite3.connect(source) as db:
        db.execute("DROP INDEX tile_index")
        db.execute(change)
    with pytest.raises(SitePackError):
        import_base(source, tmp_path / "site", REGION)
    assert load_base(tmp_path / "site") == held
