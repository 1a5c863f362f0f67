"""The open incidents in the order of the table, kept by what changed: thousands cost nothing while they rest."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import DispatchState

AT_WORK = (DispatchState.SENT, DispatchState.ACCEPTED, DispatchState.UNDER_WAY, DispatchState.ON_SCENE)
MANY = 500

Key = tuple[int, datetime, IncidentId]


class OpenIncidents:
    """What `Board.open_incidents` returns, without sorting it anew at every change. Loop thread only."""

    def __init__(self, incidents: Mapping[IncidentId, Incident]) -> None:
        """`incidents` is the board's own, live view."""
        self._all = incidents
        self._held: dict[IncidentId, tuple[Key, Incident]] = {}
        self._order: list[Key] = []
        self._ordered: tuple[Incident, ...] | None = None
        self.agencies: Counter[str] = Counter()
        self.changed(incidents)

    def changed(self, incident_ids: Iterable[str]) -> None:
        """Take note of new or changed incidents."""
        ids = [IncidentId(each) for each in incident_ids]
        at_once = len(ids) > MANY
        for incident_id in ids:
            self._drop(incident_id, sort=not at_once)
            incident = self._all.get(incident_id)
            if incident is not None and incident.is_open and incident.opened_at is not None:
                key = (incident.priority or 9, incident.opened_at, incident_id)
                self._held[incident_id] = (key, incident)
                self.agencies.update(_agencies(incident))
                if not at_once:
                    insort(self._order, key)
        if at_once:
            self._order = sorted(key for key, _ in self._held.values())
        if ids:
            self._ordered = None

    def ordered(self) -> tuple[Incident, ...]:
        """Return them: the gravest first, then the oldest."""
        if self._ordered is None:
            self._ordered = tuple(self._held[key[2]][1] for key in self._order)
        return self._ordered

    def _drop(self, incident_id: IncidentId, *, sort: bool) -> None:
        held = self._held.pop(incident_id, None)
        if held is None:
            return
        key, incident = held
        self.agencies.subtract(_agencies(incident))
        if sort:
            del self._order[bisect_left(self._order, key)]


class EndedIncidents:
    """Incidents that are over, the last opened first. Loop thread only."""

    def __init__(self, incidents: Mapping[IncidentId, Incident]) -> None:
        """`incidents` is the board's own, live view."""
        self._all = incidents
        self._opened: dict[IncidentId, tuple[datetime, IncidentId]] = {}
        self._order: list[tuple[datetime, IncidentId]] = []
        self.changed(incidents)

    def changed(self, incident_ids: Iterable[str]) -> None:
        """Take note of new or changed incidents."""
        ids = [IncidentId(each) for each in incident_ids]
        at_once = len(ids) > MANY
        for incident_id in ids:
            incident, held = self._all.get(incident_id), self._opened.get(incident_id)
            ended = incident is not None and not incident.is_open and incident.opened_at is not None
            if ended and held is None and incident is not None and incident.opened_at is not None:
                key = (incident.opened_at, incident_id)
                self._opened[incident_id] = key
                if not at_once:
                    insort(self._order, key)
            elif not ended and held is not None:
                del self._opened[incident_id]
                if not at_once:
                    del self._order[bisect_left(self._order, held)]
        if at_once:
            self._order = sorted(self._opened.values())

    def newest_first(self, since: datetime | None = None) -> Iterator[Incident]:
        """Give them, the last opened first, down to those opened at `since`."""
        for opened_at, incident_id in reversed(self._order):
            if since is not None and opened_at < since:
                return
            yield self._all[incident_id]


def _agencies(incident: Incident) -> set[str]:
    return {str(each.agency) for each in incident.dispatches if each.state in AT_WORK}
