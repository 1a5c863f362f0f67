"""Calls that were refused before anybody could answer: one row for each caller, however often he tries. Pure.

Times are monotonic seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineRefused

ROW_S = 60.0
"""So long all tries of one caller are one row."""
MOST_ROWS, MOST_OF_STRANGERS = 60, 10
"""So many rows begin within that time; whoever comes then is counted in a row for all the others."""
TOLD_EVERY_S = 5.0
"""A row that grows is told again when it has doubled, and so often at least."""
SECOND_TRY_S = 3.0
"""So long a caller who was asked for another session timer (422) has to come again: then nothing was lost."""
_SESSION_TOO_SHORT = 422


@dataclass(slots=True)
class _Row:
    told: LineRefused
    since: float
    stranger: bool
    told_at: float
    times: int = 1


class Refusals:
    """Counts and keeps apart. What its methods return is to be told."""

    def __init__(self, new_id: Callable[[], CallId]) -> None:
        self._new_id = new_id
        self._rows: dict[str, _Row] = {}
        self._second_tries: list[tuple[float, LineRefused, bool]] = []
        self.count = 0
        """All since the engine's start."""

    def refuse(self, refused: LineRefused, now: float, *, stranger: bool = False) -> LineRefused | None:
        """Take one refusal; `refused` says who, why and from where. Returns it when it is news by itself."""
        if refused.code == _SESSION_TOO_SHORT:
            self._second_tries.append((now, refused, stranger))
            return None
        self.count += 1
        self._rows = {key: row for key, row in self._rows.items() if now - row.since < ROW_S}
        key = refused.number or refused.source or refused.reference
        if key not in self._rows and self._is_full(stranger=stranger):
            key = f"others {stranger}"
            refused = replace(refused, number=None, display_name="", reference="", others=True)
        row = self._rows.get(key)
        if row is not None:
            row.times += 1
            return None
        told = replace(refused, call_id=self._new_id(), count=self.count, times=1)
        self._rows[key] = _Row(told, now, stranger, now)
        return told

    def came(self, reference: str) -> None:
        """A call of that name rings: what it was asked for before it now has."""
        self._second_tries = [each for each in self._second_tries if each[1].reference != reference]

    def due(self, now: float) -> list[LineRefused]:
        """Return the rows that have grown; to be asked about once a second."""
        told = []
        late = [each for each in self._second_tries if now - each[0] >= SECOND_TRY_S]
        self._second_tries = [each for each in self._second_tries if each not in late]
        for _, refused, stranger in late:
            # Its own code stays; only the wait for a second try is over.
            again = self.refuse(replace(refused, code=0), now, stranger=stranger)
            if again is not None:
                row = next(row for row in self._rows.values() if row.told is again)
                row.told = replace(again, code=_SESSION_TOO_SHORT)
                told.append(row.told)
        for row in self._rows.values():
            doubled, waited = row.times >= 2 * row.told.times, now - row.told_at >= TOLD_EVERY_S
            if row.times > row.told.times and (doubled or waited):
                row.told, row.told_at = replace(row.told, times=row.times, count=self.count), now
                told.append(row.told)
        return told

    def _is_full(self, *, stranger: bool) -> bool:
        begun = [row.stranger for row in self._rows.values()]
        return len(begun) >= MOST_ROWS or (stranger and sum(begun) >= MOST_OF_STRANGERS)
