"""Where the words of an incident are: on this seat's disk, and at the server. Only what was confirmed is claimed."""

from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.event import Event
from operator_app.domain.facts.fact import incident_of
from operator_app.domain.ids import IncidentId


@dataclass(frozen=True, slots=True)
class Standing:
    """Last saved here at `saved_at`; `unshared` of our events not at the server, all there since `shared_at`."""

    saved_at: datetime | None = None
    shared_at: datetime | None = None
    unshared: int = 0


class SaveTracker:
    """Follows our own events from disk to server, incident by incident. Loop thread only."""

    def __init__(self) -> None:
        self._saved_at: dict[IncidentId, datetime] = {}
        self._shared_at: dict[IncidentId, datetime] = {}
        self._open: dict[str, IncidentId | None] = {}
        self._early: set[str] = set()

    def saved(self, events: tuple[Event, ...], at: datetime) -> None:
        """Take in events that are on our disk since `at`."""
        for event in events:
            incident_id = incident_of(event.fact)
            self._open[event.id] = incident_id
            if incident_id is not None:
                self._saved_at[incident_id] = at
        # A window that stood still for a moment hears the server's word before that of its own disk.
        early = self._early.intersection(event.id for event in events)
        if early:
            self._early -= early
            self.shared(tuple(early), at)

    def shared(self, event_ids: tuple[str, ...], at: datetime) -> None:
        """Take in events that the server confirmed at `at`."""
        self._early.update(each for each in event_ids if each not in self._open)
        done = {self._open.pop(each) for each in event_ids if each in self._open}
        still_open = set(self._open.values())
        for incident_id in done - still_open:
            if incident_id is not None:
                self._shared_at[incident_id] = at

    def of(self, incident_id: IncidentId) -> Standing:
        """Return where that incident's own words are; nothing of ours gives an empty standing."""
        unshared = sum(each == incident_id for each in self._open.values())
        shared_at = None if unshared else self._shared_at.get(incident_id)
        return Standing(self._saved_at.get(incident_id), shared_at, unshared)
