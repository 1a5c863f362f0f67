"""Small made-up base maps: pictures and vectors, as MBTiles and PMTiles, encoded here."""

import gzip
import json
import math
import sqlite3
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

POINT, LINE, POLYGON = 1, 2, 3
EXTENT = 4096
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Thing:
    """Something of a vector map: its layer, its kind of geometry, its corners as (lat, lon), what is said of it."""

    layer: str
    kind: int
    corners: Sequence[tuple[float, float]]
    said: dict[str, str] = field(default_factory=dict)


def png(red: int, green: int, blue: int, side: int = 256) -> bytes:
    """A square picture of one colour with a darker frame."""
    inner = bytes((red, green, blue)) * (side - 2)
    edge = bytes((red // 2, green // 2, blue // 2))
    rows = [b"\0" + edge * side, *[b"\0" + edge + inner + edge] * (side - 2), b"\0" + edge * side]
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows))),
        (b"IEND", b""),
    )
    made = b"\x89PNG\r\n\x1a\n"
    for name, body in parts:
        made += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return made


# ---- vector tiles (Mapbox Vector Tile 2.1)


def varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return made + bytes((value,))


def _bytes(number: int, body: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(body)) + body


def _number(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def _geometry(kind: int, points: Sequence[tuple[int, int]]) -> bytes:
    def zigzag(value: int) -> int:
        return value << 1 ^ value >> 63

    words, x, y = [1 | 1 << 3], 0, 0
    for place, (to_x, to_y) in enumerate(points):
        if place == 1:
            words.append(2 | (len(points) - 1) << 3)
        words += [zigzag(to_x - x), zigzag(to_y - y)]
        x, y = to_x, to_y
    if kind == POLYGON:
        words.append(7 | 1 << 3)
    return b"".join(varint(word) for word in words)


def vector_tile(layers: dict[str, list[tuple[int, Sequence[tuple[int, int]], dict[str, str]]]]) -> bytes:
    """A vector tile of features given in tile units."""
    tile = b""
    for name, features in layers.items():
        keys: dict[str, int] = {}
        values: dict[str, int] = {}
        body = _bytes(1, name.encode())
        for kind, points, said in features:
            tags = b""
            for key, value in said.items():
                tags += varint(keys.setdefault(key, len(keys))) + varint(
                    values.setdefault(value, len(values))
                )
            body += _bytes(2, _bytes(2, tags) + _number(3, kind) + _bytes(4, _geometry(kind, points)))
        body += b"".join(_bytes(3, key.encode()) for key in keys)
        body += b"".join(_bytes(4, _bytes(1, value.encode())) for value in values)
        tile += _bytes(3, body + _number(5, EXTENT) + _number(15, 2))
    return tile


# ---- files of tiles


def _world(lat: float, lon: float) -> tuple[float, float]:
    sin = math.sin(math.radians(lat))
    return lon / 360 + 0.5, 0.5 - math.log((1 + sin) / (1 - sin)) / (4 * math.pi)


def covering(bounds: Bounds, zooms: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """The tiles (z, x, y from the north) of a region."""
    south, west, north, east = bounds
    for z in zooms:
        left, top = (int(part * 2**z) for part in _world(north, west))
        right, bottom = (int(part * 2**z) for part in _world(south, east))
        for x in range(left, right + 1):
            for y in range(top, bottom + 1):
                yield z, x, y


def pictures(bounds: Bounds, zooms: Iterable[int]) -> dict[tuple[int, int, int], bytes]:
    """A picture for every tile of a region, in two colours like a chess board."""
    return {
        (z, x, y): png(60, 90, 70) if (x + y) % 2 else png(80, 80, 60) for z, x, y in covering(bounds, zooms)
    }


def vectors(
    bounds: Bounds, zooms: Iterable[int], things: Sequence[Thing], *, pack: bool = True
) -> dict[tuple[int, int, int], bytes]:
    """A vector tile for every tile of a region that holds some of the things."""
    tiles = {}
    placed = [(thing, [_world(*corner) for corner in thing.corners]) for thing in things]
    for z, x, y in covering(bounds, zooms):
        layers: dict[str, list[tuple[int, Sequence[tuple[int, int]], dict[str, str]]]] = {}
        for thing, corners in placed:
            points = [
                (round((px * 2**z - x) * EXTENT), round((py * 2**z - y) * EXTENT)) for px, py in corners
            ]
            across, down = [p[0] for p in points], [p[1] for p in points]
            if max(across) < 0 or min(across) > EXTENT or max(down) < 0 or min(down) > EXTENT:
                continue
            layers.setdefault(thing.layer, []).append((thing.kind, points, thing.said))
        if layers:
            data = vector_tile(layers)
            tiles[z, x, y] = gzip.compress(data, mtime=0) if pack else data
    return tiles


def write_mbtiles(
    path: Path, tiles: dict[tuple[int, int, int], bytes], form: str, lies: Bounds, /, **said: str
) -> Path:
    """Write an MBTiles file; `said` goes into its metadata, an empty value leaves an entry out."""
    zooms = [z for z, _, _ in tiles] or [0]
    south, west, north, east = lies
    metadata = {
        "name": "Peta contoh",
        "format": form,
        "bounds": f"{west},{south},{east},{north}",
        "minzoom": str(min(zooms)),
        "maxzoom": str(max(zooms)),
        "attribution": "OpenStreetMap contoh (ODbL)",
        **said,
    }
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE metadata (name text, value text)")
    db.execute(
        "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
    )
    db.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
    db.executemany("INSERT INTO metadata VALUES (?, ?)", [row for row in metadata.items() if row[1]])
    db.executemany(
        "INSERT INTO tiles VALUES (?, ?, ?, ?)",
        [(z, x, 2**z - 1 - y, data) for (z, x, y), data in tiles.items()],
    )
    db.commit()
    db.close()
    return path


def write_pmtiles(
    path: Path, tiles: dict[tuple[int, int, int], bytes], form: str, bounds: Bounds, **said: Any
) -> Path:
    """Write a PMTiles file; `said` goes into its metadata."""
    from pmtiles.tile import Compression, TileType, zxy_to_tileid  # noqa: PLC0415
    from pmtiles.writer import Writer  # noqa: PLC0415

    south, west, north, east = bounds
    with path.open("wb") as file:
        writer = Writer(file)
        for number, data in sorted((zxy_to_tileid(*at), data) for at, data in tiles.items()):
            writer.write_tile(number, data)
        zooms = [z for z, _, _ in tiles]
        header = {
            "tile_type": TileType.MVT if form == "pbf" else TileType.PNG,
            "tile_compression": Compression.GZIP if form == "pbf" else Compression.NONE,
            "min_zoom": min(zooms), "max_zoom": max(zooms),
            "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
            "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
            "center_zoom": min(zooms), "center_lon_e7": int(west * 1e7), "center_lat_e7": int(south * 1e7),
        }  # fmt: skip
        metadata = {"name": "Peta contoh", "attribution": "OpenStreetMap contoh (ODbL)", **said}
        writer.finalize(header, metadata)
    return path


OPENMAPTILES = json.dumps({"vector_layers": [{"id": "transportation"}, {"id": "water"}, {"id": "place"}]})
