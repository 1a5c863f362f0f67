"""MBTiles (specification 1.3): a SQLite database of map tiles that a stranger made, opened for reading only.

What the database itself would compute is refused: a view may join tables, but neither recurse nor call functions,
values have a greatest length, and each question has a deadline.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from operator_app.maps.geometry import Box
from operator_app.maps.tile_facts import (
    TileFacts,
    TileFileError,
    bounds_said,
    form_of,
    form_said,
    plain_words,
)
from operator_app.maps.tile_json import layer_names
from operator_app.maps.tile_rows import Cells

BIGGEST_TILE_BYTES = 8 * 1024 * 1024
CHECK_S, TILE_S = 180.0, 0.5
"""How long an import may look through a file, and a window for one tile."""
_STEPS = 20_000
_RECURSIVE = 33
"""SQLITE_RECURSIVE of sqlite3.h, which the module does not name before Python 3.14."""
_MOST_COVERED = 40_000
_COVERED, _COVERED_BY_LAND = 0.6, 0.3
"""Shares of a region that have tiles; a vector map has none where there is nothing, as at sea."""


class MbTiles:
    """A file of tiles whose rows count from the south, or `from_north`. One thread at a time."""

    def __init__(self, path: Path, *, from_north: bool = False, deadline_s: float | None = None) -> None:
        """Open it. Raises `TileFileError`."""
        self._from_north = from_north
        self._deadline_s = TILE_S if deadline_s is None else deadline_s
        self._until = 0.0
        self._name = path.stem
        self._size = path.stat().st_size if path.is_file() else 0
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            self._db.execute("PRAGMA trusted_schema = OFF")
            self._db.execute("PRAGMA query_only = 1")
            self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * BIGGEST_TILE_BYTES)
            self._db.set_progress_handler(self._is_late, _STEPS)
            self._db.set_authorizer(_may)
            self._ask("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles LIMIT 1")
        except sqlite3.Error as error:
            raise TileFileError(database_words(error)) from None

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _is_late(self) -> bool:
        return time.monotonic() > self._until

    def _ask(self, question: str, values: tuple[object, ...] = ()) -> list[Any]:
        self._until = time.monotonic() + self._deadline_s
        return self._db.execute(question, values).fetchall()

    def check_whole(self) -> None:
        """Look through the whole database for damage, about a second for 300 MB. Raises `TileFileError`."""
        try:
            ((pages,),), ((page,),) = self._ask("PRAGMA page_count"), self._ask("PRAGMA page_size")
            if pages * page > self._size:
                raise TileFileError("the database is damaged or cut short")
            ((answer,),) = self._ask("PRAGMA quick_check(1)")
        except sqlite3.Error as error:
            raise TileFileError(database_words(error)) from None
        if answer != "ok":
            raise TileFileError("the database is damaged or cut short")

    def facts(self, region: Box | None = None) -> TileFacts:
        """What is in it; `region` is where the site lies. Raises `TileFileError`."""
        try:
            return self._facts(region)
        except sqlite3.Error as error:
            raise TileFileError(database_words(error)) from None

    def _facts(self, region: Box | None) -> TileFacts:
        said = self._metadata()
        zooms = self._ask(
            "SELECT zoom_level, count(*), sum(typeof(tile_data) <> 'blob'), min(tile_column), max(tile_column),"
            " min(tile_row), max(tile_row) FROM tiles"
            " WHERE typeof(zoom_level) = 'integer' AND typeof(tile_column) = 'integer' AND typeof(tile_row) = 'integer'"
            " GROUP BY zoom_level ORDER BY zoom_level"
        )
        count, empty = sum(row[1] for row in zooms), sum(row[2] for row in zooms)
        if not count:
            raise TileFileError("it holds no tiles")
        if count == empty:
            raise TileFileError(f"it holds no tiles: all {count} rows are empty")
        held = [row for row in zooms if row[1] > row[2]]
        notes = [f"{empty} of {count} tiles hold nothing"] if empty else []
        notes += [f"it has no tiles of zoom {zoom}" for zoom in _gaps([row[0] for row in held])]
        form, note = self._form(said)
        bounds, from_north, notes_of_rows = self._lies(said, held[-1], region)
        notes += [*note, *notes_of_rows]
        if region is not None and bounds is not None:
            least = _COVERED_BY_LAND if form == "pbf" else _COVERED
            notes += self._coverage(region, [row[0] for row in held], least, from_north=from_north)
        return TileFacts(
            name=plain_words(said.get("name")) or self._name,
            attribution=plain_words(said.get("attribution")),
            form=form,
            bounds=bounds,
            min_zoom=int(held[0][0]),
            max_zoom=int(held[-1][0]),
            layers=layer_names(said.get("json")),
            count=count - empty,
            from_north=from_north,
            notes=tuple(notes),
        )

    def _metadata(self) -> Mapping[str, Any]:
        """What it says of itself; a file without that table says nothing, and the tiles tell what is needed."""
        try:
            return {
                str(name): value for name, value in self._ask("SELECT name, value FROM metadata LIMIT 1000")
            }
        except sqlite3.OperationalError as error:
            if "no such" in str(error):
                return {}
            raise

    def _form(self, said: Mapping[str, Any]) -> tuple[str, list[str]]:
        """The form of the tiles as they are; what the file says only where they cannot be told."""
        told = form_said(said.get("format"))
        ((data,),) = self._ask("SELECT tile_data FROM tiles WHERE typeof(tile_data) = 'blob' LIMIT 1")
        seen = form_of(data)
        if told in ("", seen):
            return seen, []
        if seen in ("png", "jpg", "webp"):
            return seen, [f"it says that its tiles are {told}, and they are {seen}"]
        return told, []

    def _lies(
        self, said: Mapping[str, Any], top: tuple[int, ...], region: Box | None
    ) -> tuple[Box | None, bool, list[str]]:
        """Where it lies and from which side its rows count: as it says, held against its tiles of the nearest zoom."""
        zoom, _, _, west, east, low, high = top
        if not (0 <= zoom <= 30 and 0 <= west <= east < 2**zoom and 0 <= low <= high < 2**zoom):
            raise TileFileError(f"its tiles of zoom {zoom} have columns and rows that do not exist")
        as_told = Cells(zoom, west, 2**zoom - 1 - high, east, 2**zoom - 1 - low)
        bounds = bounds_said(said.get("bounds"))
        says_north = str(said.get("scheme") or "").strip().lower() == "xyz"
        notes: list[str] = []
        from_north = False
        for where in (bounds, region):
            if where is not None:
                wanted = Cells.of(where, zoom)
                right, mirrored = (self._tiles_in(cells) for cells in (wanted.mirrored, wanted))
                if right or mirrored:
                    from_north = mirrored > right or (mirrored == right and says_north)
                    break
                if where is bounds:
                    notes.append("its tiles lie elsewhere than it says; the tiles count")
                    bounds = None
        else:
            from_north = says_north
        if from_north:
            notes.append("its rows count from the north, against its format; they are turned")
        if bounds is None:
            if bounds_said(said.get("bounds")) is None:
                notes.append("it does not say where it lies; its tiles tell")
            bounds = as_told.mirrored.box if from_north else as_told.box
        return bounds, from_north, notes

    def _tiles_in(self, cells: Cells) -> int:
        """How many tiles it has in rows counted as they are stored."""
        ((count,),) = self._ask(
            "SELECT count(*) FROM tiles WHERE zoom_level = ? AND tile_column BETWEEN ? AND ?"
            " AND tile_row BETWEEN ? AND ? AND typeof(tile_data) = 'blob'",
            (cells.zoom, cells.west, cells.east, cells.north, cells.south),
        )
        return int(count)

    def _coverage(self, region: Box, zooms: list[int], least: float, *, from_north: bool) -> list[str]:
        """A note when it has tiles for less than that share of the region, at a zoom that can be counted."""
        fit = [zoom for zoom in zooms if Cells.of(region, zoom).count <= _MOST_COVERED]
        if not fit:
            return []
        cells = Cells.of(region, fit[-1])
        share = self._tiles_in(cells if from_north else cells.mirrored) / cells.count
        return (
            []
            if share >= least
            else [f"it has tiles for {100 * share:.0f} % of the region at zoom {fit[-1]}"]
        )

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile as stored, rows counted from the north, None when there is none.

        Raises `sqlite3.Error`, and `TileFileError` for a row that holds nothing.
        """
        row = y if self._from_north else 2**z - 1 - y
        found = self._ask(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1",
            (z, x, row),
        )
        if not found:
            return None
        data = found[0][0]
        if not isinstance(data, bytes):
            raise TileFileError(f"tile {z}/{x}/{y} holds nothing")
        return data

    def sample(self) -> Iterator[tuple[str, bytes]]:
        """Some tiles of every zoom, spread over it, each with its place in words; raises `TileFileError`."""
        try:
            counts = self._ask(
                "SELECT zoom_level, count(*) FROM tiles WHERE typeof(tile_data) = 'blob' GROUP BY 1"
            )
            for zoom, count in counts:
                for place in sorted({0, count // 4, count // 2, 3 * count // 4, count - 1}):
                    for column, row, data in self._ask(
                        "SELECT tile_column, tile_row, tile_data FROM tiles"
                        " WHERE zoom_level = ? AND typeof(tile_data) = 'blob' LIMIT 1 OFFSET ?",
                        (zoom, place),
                    ):
                        yield f"tile {zoom}/{column}/{row}", bytes(data)
        except sqlite3.Error as error:
            raise TileFileError(database_words(error)) from None


def _may(action: int, _one: str | None, _two: str | None, _db: str | None, view: str | None) -> int:
    """What is asked of the database is ours; what a view in it asks may only read."""
    if action == _RECURSIVE or (view is not None and action == sqlite3.SQLITE_FUNCTION):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _gaps(zooms: list[int]) -> list[int]:
    return [zoom for zoom in range(zooms[0], min(zooms[-1], zooms[0] + 40)) if zoom not in zooms]


def database_words(error: sqlite3.Error) -> str:
    """Return why a database cannot be used, as a bare reason."""
    words = str(error)
    if "not a database" in words:
        return "it is no MBTiles database, or only its beginning"
    if "malformed" in words:
        return "the database is damaged or cut short"
    if "not authorized" in words or "prohibited" in words or "unsafe use" in words:
        return "its tiles are computed by the database, not stored in it"
    if "interrupted" in words:
        return "looking through it takes too long: its tiles are no table with an index"
    if "too big" in words:
        return f"a tile is larger than {BIGGEST_TILE_BYTES >> 20} MB"
    if "no such table" in words or "no such column" in words:
        return "it is a database, but not of map tiles"
    return f"it cannot be read ({words})"
