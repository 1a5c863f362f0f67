"""Which of our own events the server has: an agency that was asked here alone has not been asked."""

from collections.abc import Iterable

from operator_app.domain.facts.dispatch import DispatchSent
from operator_app.domain.ids import EventId
from operator_app.domain.incident import Dispatch, Incident
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import Saved, Shared


class Arrivals:
    """Follows our own events from this disk to the server. Loop thread only."""

    def __init__(self, bus: Bus, unshared: Iterable[EventId] = ()) -> None:
        """`unshared` are the events of an earlier run that the server does not have yet."""
        self._unshared = set(unshared)
        self._early: set[EventId] = set()
        bus.subscribe(Saved, self._saved)
        bus.subscribe(Shared, self._shared)

    def begin(self, unshared: Iterable[EventId]) -> None:
        """These events of an earlier run wait, too; those that arrived meanwhile do not."""
        self._unshared |= set(unshared) - self._early

    def has(self, event_id: EventId) -> bool:
        """Whether the server is known to have that event; those of others it has."""
        return event_id not in self._unshared

    def reached(self, incident: Incident, dispatch: Dispatch) -> bool:
        """Whether the server has it that this agency was asked."""
        return all(
            self.has(event.id)
            for event in incident.timeline
            if isinstance(event.fact, DispatchSent) and event.fact.dispatch_id == dispatch.id
        )

    def _saved(self, saved: Saved) -> None:
        # After a moment of standing still the server's word can be heard before that of our own disk.
        mine = {event.id for event in saved.events}
        self._unshared |= mine - self._early
        self._early -= mine

    def _shared(self, shared: Shared) -> None:
        told = {EventId(each) for each in shared.event_ids}
        self._early |= told - self._unshared
        self._unshared -= told
