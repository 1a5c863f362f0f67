"""The table of incidents: thousands of rows, of which only those on screen are ever written out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.ui.incidents.presenters.incidents import COLUMNS, RUNNING_COLUMNS, IncidentsPresenter
from operator_app.ui.kit.labels import tip
from operator_app.ui.kit.rows_model import CELL_ROLE, ID_ROLE, Index, spoken
from operator_app.ui.words.by_itself import EachByItself
from operator_app.ui.words.rows import Cell

FEW = 40
"""So many ranges of rows that come or go are told one by one; with more the view starts anew."""


class IncidentsModel(QAbstractTableModel):
    """Incidents in the presenter's order; `show` keeps the rows that a view points at."""

    def __init__(self, presenter: IncidentsPresenter, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._presenter = presenter
        self._now = now
        self._each = EachByItself()
        self._rows: list[Incident] = []
        self._places: dict[IncidentId, int] = {}
        self._written: dict[IncidentId, tuple[Incident, int, tuple[Cell, ...]]] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Return the number of incidents."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, cell or id."""
        if not index.isValid():
            return None
        incident = self._rows[index.row()]
        if role == ID_ROLE:
            return incident.id
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(incident)[index.column()].text
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._cells(incident)[index.column()].text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(self._cells(incident)[index.column()])
        return self._cells(incident)[index.column()] if role == CELL_ROLE else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the column's title."""
        shown = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._presenter.titles()[section] if shown else None

    def row_of(self, incident_id: str | None) -> int | None:
        """Return where that incident is."""
        return None if incident_id is None else self._places.get(IncidentId(incident_id))

    def show(self, incidents: Sequence[Incident]) -> None:
        """Show these incidents."""
        fresh = list(incidents)
        ids_before = [each.id for each in self._rows]
        ids_after = [each.id for each in fresh]
        if ids_before != ids_after:
            self._restructure(fresh, ids_before, ids_after)
        changed = [place for place, each in enumerate(fresh) if self._rows[place] is not each]
        self._rows = fresh
        for place in changed if len(changed) <= FEW else ():
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
        if len(changed) > FEW:
            self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(COLUMNS) - 1))

    def retitle(self) -> None:
        """The titles have changed: another column is sorted by."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def tick(self, first: int, last: int) -> None:
        """Let the running times of those rows be written anew."""
        last = min(last, len(self._rows) - 1)
        if last >= first >= 0:
            for column in RUNNING_COLUMNS:
                self.dataChanged.emit(self.index(first, column), self.index(last, column))

    def _restructure(self, fresh: list[Incident], before: list[IncidentId], after: list[IncidentId]) -> None:
        kept = set(before) & set(after)
        gone = _ranges(place for place, each in enumerate(before) if each not in kept)
        come = _ranges(place for place, each in enumerate(after) if each not in kept)
        if len(gone) + len(come) > FEW:
            self.beginResetModel()
            self._rows = list(fresh)
            self.endResetModel()
        else:
            for first, last in reversed(gone):
                self.beginRemoveRows(QModelIndex(), first, last)
                del self._rows[first : last + 1]
                self.endRemoveRows()
            order = {each: place for place, each in enumerate(after)}
            if any(order[a.id] > order[b.id] for a, b in pairwise(self._rows)):
                self._reorder(order)
            for first, last in come:
                self.beginInsertRows(QModelIndex(), first, last)
                self._rows[first:first] = fresh[first : last + 1]
                self.endInsertRows()
        self._places = {each.id: place for place, each in enumerate(self._rows)}
        self._written = {i: held for i, held in self._written.items() if i in self._places}

    def _reorder(self, order: Mapping[IncidentId, int]) -> None:
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        ids = [self._rows[index.row()].id for index in held]
        self._rows.sort(key=lambda each: order[each.id])
        places = {each.id: place for place, each in enumerate(self._rows)}
        moved = [self.index(places[i], index.column()) for i, index in zip(ids, held, strict=True)]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def _cells(self, incident: Incident) -> tuple[Cell, ...]:
        now = self._now()
        second = int(now.timestamp())
        held = self._written.get(incident.id)
        if held is not None and held[0] is incident and held[1] == second:
            return held[2]
        (cells,) = self._each(
            [incident],
            lambda each: self._presenter.cells(each, now),
            lambda each: each.id,
            self._presenter.untold,
        )
        self._written[incident.id] = (incident, second, cells)
        return cells


def _ranges(places: Iterable[int]) -> list[tuple[int, int]]:
    """Gather places in rising order into ranges, both ends included."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found
