"""Tables of a site pack as spreadsheets write them.

Comma, semicolon, tab or bar between the cells, decimal point or comma, names of columns in two languages and any case,
a line `sep=;` before them, empty rows behind them.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from operator_app.maps.geometry import ShapeError, check_point
from operator_app.maps.pack_files import SitePackError, read_text, refuse

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "label": ("label", "nama", "name", "nama tempat"),
    "kind": ("kind", "jenis", "kategori", "type", "tipe"),
    "lat": ("lat", "latitude", "lintang", "y"),
    "lon": ("lon", "lng", "long", "longitude", "bujur", "x"),
    "area": ("area",),
    "kode": ("kode", "code"),
    "nama": ("nama", "name", "label"),
}
"""What a column may be called, by what it holds; the letters' size and blanks around do not matter."""
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its place in words, and its cells by what they hold."""

    where: str
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    """What the columns are called in the file."""

    def point(self) -> tuple[float, float]:
        """Return the point on earth that the row names; raises `ShapeError` with the reason."""
        numbers = [_number(self.cells.get(each, "")) for each in ("lat", "lon")]
        if None in numbers:
            names = " and ".join(repr(self.columns[each]) for each in ("lat", "lon"))
            raise ShapeError(f"has no numbers in {names}")
        lat, lon = (each or 0.0 for each in numbers)
        check_point(lat, lon)
        return lat, lon


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table that hold anything, and the names of its columns that nothing reads."""

    rows: tuple[Row, ...]
    unread: tuple[str, ...]
    faulty: tuple[str, ...]
    """Rows with more cells than the table has columns, each in words: nobody knows which cell is which."""


def read_table(path: Path, needed: Sequence[str], more: Sequence[str] = ()) -> Table:
    """Read the table whose columns hold what is `needed`, and perhaps `more`; raises SitePackError."""
    text, skipped, separator = _separated(path, needed)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    rows: list[Row] = []
    faulty: list[str] = []
    names: list[str] = []
    columns: dict[str, int] = {}
    try:
        names = next(reader, [])
        columns = _columns(names, (*needed, *more))
        _check_columns(path, names, columns, needed, separator)
        told = {held: names[at].strip() for held, at in columns.items()}
        for cells in reader:
            where = f"line {reader.line_num + skipped}"
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(names) :]):
                faulty.append(f"{where} has {len(cells)} cells where {len(names)} columns are named")
                continue
            held = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
            rows.append(Row(where, held, told))
    except csv.Error as error:
        raise SitePackError(
            path.name, f"not CSV at line {reader.line_num + skipped} ({error})", "export it again"
        ) from error
    unread = tuple(name for at, name in enumerate(names) if name.strip() and at not in columns.values())
    return Table(tuple(rows), unread, tuple(faulty))


def _separated(path: Path, needed: Sequence[str]) -> tuple[str, int, str]:
    """The text of the table, how many lines before it were skipped, and what parts its cells."""
    text = read_text(path)
    said = _SEP_LINE.match(text)
    if said:
        return text[said.end() :], 1, said[1]
    first = next(iter(text.splitlines()), "")
    found = {each: len(_columns(_cells(first, each), needed)) for each in _SEPARATORS}
    return text, 0, max(found, key=lambda each: (found[each], first.count(each), each == ","))


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _columns(names: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Where each of what is wanted stands, by the first name of it that the table has."""
    plain = [" ".join(name.casefold().split()) for name in names]
    found: dict[str, int] = {}
    for held in wanted:
        place = next((plain.index(name) for name in _NAMES[held] if name in plain), None)
        if place is not None and place not in found.values():
            found[held] = place
    return found


def _check_columns(
    path: Path, names: Sequence[str], columns: Mapping[str, int], needed: Sequence[str], separator: str
) -> None:
    missing = [held for held in needed if held not in columns]
    if missing:
        told = ", ".join(name.strip() for name in names if name.strip()) or "nothing"
        parted = f", parted by {_SEPARATORS.get(separator, repr(separator))}" if len(names) > 1 else ""
        refuse(
            path,
            f"the column {missing[0]!r} is missing (the first line names {told}{parted})",
            f"name the columns {', '.join(needed)} in the first line",
        )


def _number(text: str) -> float | None:
    """A number with a decimal point or comma; None for anything else."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
