"""Rows of a table by id, updated by difference, so that selection and scroll stay in place."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from operator_app.ui.kit.labels import tip
from operator_app.ui.words.rows import Cell, Row

Index = QModelIndex | QPersistentModelIndex
CELL_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2


def spoken(cell: Cell) -> str:
    """Return what a screen reader says of a cell."""
    return f"{cell.text}, {cell.spoken}" if cell.spoken else cell.text


class RowsModel(QAbstractTableModel):
    """Rows by id. `show` tells the view only what differs."""

    def __init__(self, columns: int, titles: Sequence[str] = ()) -> None:
        super().__init__()
        self._columns = columns
        self._titles = tuple(titles)
        self._rows: tuple[Row, ...] = ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, cell or id."""
        if not index.isValid():
            return None
        if role == ID_ROLE:
            return self._rows[index.row()].id
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(index).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(self._cell(index))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(spoken(self._cell(index)))
        if role == CELL_ROLE:
            return self._cell(index)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the column's title."""
        shown = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._titles[section] if shown and section < len(self._titles) else None

    def row_of(self, row_id: str | None) -> int | None:
        """Return where that row is."""
        return next((number for number, row in enumerate(self._rows) if row.id == row_id), None)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows, each id once."""
        fresh = tuple(rows)
        if fresh == self._rows:
            return
        self._remove_gone({row.id for row in fresh})
        places = {row.id: place for place, row in enumerate(fresh)}
        if [row.id for row in self._rows] != sorted((row.id for row in self._rows), key=places.__getitem__):
            self._reorder(places)
        self._insert_and_change(fresh)

    def _cell(self, index: Index) -> Cell:
        cells = self._rows[index.row()].cells
        return cells[index.column()] if index.column() < len(cells) else Cell()

    def _remove_gone(self, kept: set[str]) -> None:
        for place in range(len(self._rows) - 1, -1, -1):
            if self._rows[place].id not in kept:
                self.beginRemoveRows(QModelIndex(), place, place)
                self._rows = self._rows[:place] + self._rows[place + 1 :]
                self.endRemoveRows()

    def _reorder(self, places: Mapping[str, int]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self._rows[index.row()].id for index in before]
        self._rows = tuple(sorted(self._rows, key=lambda row: places[row.id]))
        where = {row.id: place for place, row in enumerate(self._rows)}
        after = [self.index(where[i], index.column()) for i, index in zip(ids, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert_and_change(self, fresh: tuple[Row, ...]) -> None:
        for place, row in enumerate(fresh):
            if place >= len(self._rows) or self._rows[place].id != row.id:
                self.beginInsertRows(QModelIndex(), place, place)
                self._rows = (*self._rows[:place], row, *self._rows[place:])
                self.endInsertRows()
            elif self._rows[place] != row:
                self._rows = (*self._rows[:place], row, *self._rows[place + 1 :])
                self.dataChanged.emit(self.index(place, 0), self.index(place, self._columns - 1))
