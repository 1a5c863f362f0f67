"""Files of map tiles: MBTiles (a SQLite database) and PMTiles (one file read by ranges); opened for reading only."""

import gzip
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operator_app.maps.geometry import Box

_GZIP = b"\x1f\x8b"
BIGGEST_TILE_BYTES = 8 * 1024 * 1024


class TileFileError(ValueError):
    """A file of tiles cannot be used; the text is a bare reason."""


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What a file says of itself: `form` is png, jpg, webp or pbf; `layers` the names of a vector map's layers."""

    name: str
    attribution: str
    form: str
    bounds: Box | None
    min_zoom: int
    max_zoom: int
    layers: tuple[str, ...]
    count: int


def unpacked(data: bytes) -> bytes:
    """Return the tile without gzip around it; a browser would not unpack it on our own scheme."""
    if not data.startswith(_GZIP):
        return data
    try:
        worker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain = worker.decompress(data, BIGGEST_TILE_BYTES)
    except zlib.error as error:
        raise TileFileError(f"a tile is packed and cannot be unpacked ({error})") from None
    if not worker.eof:
        raise TileFileError("a tile is packed and cut short, or far too large")
    return plain


class MbTiles:
    """An MBTiles file (specification 1.3): rows count from the south. One thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises `TileFileError`."""
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            self._db.execute("PRAGMA query_only = 1")
            self._db.execute(
                "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles LIMIT 1"
            ).fetchall()
        except sqlite3.Error as error:
            raise TileFileError(_database_words(error)) from None

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def check_whole(self) -> None:
        """Look through the whole database for damage, about a second for 300 MB. Raises `TileFileError`."""
        try:
            (answer,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            raise TileFileError(_database_words(error)) from None
        if answer != "ok":
            raise TileFileError("the database is damaged or cut short")

    def facts(self) -> TileFacts:
        """What is in it; raises `TileFileError`."""
        try:
            said = dict(self._db.execute("SELECT name, value FROM metadata"))
            lowest, highest, count = self._db.execute(
                "SELECT min(zoom_level), max(zoom_level), count(*) FROM tiles"
            ).fetchone()
        except sqlite3.Error as error:
            raise TileFileError(_database_words(error)) from None
        if not count:
            raise TileFileError("it holds no tiles")
        form = {"jpeg": "jpg", "mvt": "pbf"}.get(
            str(said.get("format", "")).lower(), str(said.get("format", "")).lower()
        )
        return TileFacts(
            name=str(said.get("name", "")),
            attribution=str(said.get("attribution", "")),
            form=form,
            bounds=_bounds(said.get("bounds")),
            min_zoom=int(lowest),
            max_zoom=int(highest),
            layers=_layer_names(said.get("json")),
            count=int(count),
        )

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile as stored, rows counted from the north, None when there is none. Raises `sqlite3.Error`."""
        row = self._db.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (z, x, 2**z - 1 - y),
        ).fetchone()
        return None if row is None else bytes(row[0])

    def sample(self) -> Iterator[tuple[str, bytes]]:
        """Some tiles of every zoom, spread over it, each with its place in words; raises `TileFileError`."""
        try:
            counts = self._db.execute("SELECT zoom_level, count(*) FROM tiles GROUP BY zoom_level").fetchall()
            for zoom, count in counts:
                for place in sorted({0, count // 4, count // 2, 3 * count // 4, count - 1}):
                    row = self._db.execute(
                        "SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ? LIMIT 1 OFFSET ?",
                        (zoom, place),
                    ).fetchone()
                    yield f"tile {zoom}/{row[0]}/{row[1]}", bytes(row[2])
        except sqlite3.Error as error:
            raise TileFileError(_database_words(error)) from None


class PmTiles:
    """A PMTiles file (specification 3), read through its directories."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises `TileFileError`."""
        from pmtiles.reader import Reader  # noqa: PLC0415  only an import and a check need it
        from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported  # noqa: PLC0415

        self._size = path.stat().st_size
        self._file = path.open("rb")
        self._reader = Reader(self._bytes)
        try:
            self._header = self._reader.header()
        except SpecVersionUnsupported:
            raise self._closed("it is PMTiles of another version than 3") from None
        except (MagicNumberNotFound, ValueError, IndexError, TileFileError):
            raise self._closed("it is no PMTiles file, or cut short") from None

    def _closed(self, reason: str) -> TileFileError:
        self._file.close()
        return TileFileError(reason)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def check_whole(self) -> None:
        """Compare what the header promises with the file's size. Raises `TileFileError`."""
        header = self._header
        for part in ("root", "metadata", "leaf_directory", "tile_data"):
            if header[f"{part}_offset"] + header[f"{part}_length"] > self._size:
                raise TileFileError("the file is cut short")

    def facts(self) -> TileFacts:
        """What is in it; raises `TileFileError`."""
        header = self._header
        if header["tile_compression"].name not in ("NONE", "GZIP", "UNKNOWN"):
            raise TileFileError(
                f"its tiles are packed by {header['tile_compression'].name.lower()}, not gzip"
            )
        if header["internal_compression"].name not in ("NONE", "GZIP"):
            raise TileFileError("its directories are packed by something else than gzip")
        try:
            said: Mapping[str, Any] = self._reader.metadata()
        except (ValueError, OSError, EOFError, zlib.error):
            raise TileFileError("its metadata cannot be read") from None
        form = {"MVT": "pbf", "JPEG": "jpg"}.get(header["tile_type"].name, header["tile_type"].name.lower())
        box = [header[f"{name}_e7"] / 1e7 for name in ("min_lat", "min_lon", "max_lat", "max_lon")]
        if not header["addressed_tiles_count"] and not header["tile_data_length"]:
            raise TileFileError("it holds no tiles")
        return TileFacts(
            name=str(said.get("name", "")),
            attribution=str(said.get("attribution", "")),
            form=form,
            bounds=_bounds(",".join(str(box[at]) for at in (1, 0, 3, 2))),
            min_zoom=int(header["min_zoom"]),
            max_zoom=int(header["max_zoom"]),
            layers=_layer_names(json.dumps(said)),
            count=int(header["addressed_tiles_count"]),
        )

    def sample(self) -> Iterator[tuple[str, bytes]]:
        """Some tiles, spread over the file, each with its place in words; raises `TileFileError`."""
        from pmtiles.tile import deserialize_directory, tileid_to_zxy  # noqa: PLC0415

        header = self._header
        try:
            entries = deserialize_directory(self._bytes(header["root_offset"], header["root_length"]))
            for entry in _spread(entries):
                leaf = [entry]
                if entry.run_length == 0:
                    start = header["leaf_directory_offset"] + entry.offset
                    leaf = _spread(deserialize_directory(self._bytes(start, entry.length)))
                for tile in leaf:
                    z, x, y = tileid_to_zxy(tile.tile_id)
                    yield (
                        f"tile {z}/{x}/{y}",
                        self._bytes(header["tile_data_offset"] + tile.offset, tile.length),
                    )
        except (ValueError, OSError, EOFError, OverflowError, zlib.error, gzip.BadGzipFile) as error:
            if isinstance(error, TileFileError):
                raise
            raise TileFileError(f"its directory is damaged ({error})") from None

    def _bytes(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) < length:
            raise TileFileError("the file is cut short")
        return data


def open_tiles(path: Path) -> MbTiles | PmTiles:
    """Open a file of tiles by the end of its name; raises `TileFileError`."""
    return PmTiles(path) if path.suffix.lower() == ".pmtiles" else MbTiles(path)


def _spread(entries: list[Any]) -> list[Any]:
    last = len(entries) - 1
    return [entries[at] for at in sorted({0, last // 4, last // 2, 3 * last // 4, last})] if entries else []


def _bounds(text: object) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in str(text).split(","))
    except ValueError:
        return None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        return None
    return Box(south, west, north, east)


def _layer_names(text: object) -> tuple[str, ...]:
    try:
        layers = json.loads(str(text))["vector_layers"]
        return tuple(str(layer["id"]) for layer in layers)
    except (ValueError, KeyError, TypeError):
        return ()


def _database_words(error: sqlite3.Error) -> str:
    words = str(error)
    if "not a database" in words:
        return "it is no MBTiles database, or only its beginning"
    if "malformed" in words:
        return "the database is damaged or cut short"
    if "no such table" in words or "no such column" in words:
        return "it is a database, but not of map tiles"
    return f"it cannot be read ({words})"
