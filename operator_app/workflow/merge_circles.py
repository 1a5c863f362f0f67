"""Where merged incidents go on, and those that seats merged into each other in the same moment: none would be open."""

from collections.abc import Iterable, Mapping

from operator_app.domain.facts.incident import IncidentMoved
from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import IncidentStatus


def rings(changed: Iterable[IncidentId], merged: Mapping[IncidentId, Incident]) -> tuple[Incident, ...]:
    """Of each ring among `merged` in which one of `changed` takes part the incident that is to be open again.

    It is the first one, before all of those to which somebody is on the way.
    """
    by_number = {each.number: each for each in merged.values()}
    found = {}
    for incident_id in changed:
        incident = merged.get(incident_id)
        ring = [] if incident is None else _ring(incident, by_number)
        if ring:
            first = min(
                ring, key=lambda each: (_nobody_comes(each), each.opened_at is None, each.opened_at, each.id)
            )
            found[first.id] = first
    return tuple(found.values())


def _nobody_comes(incident: Incident) -> bool:
    return all(each.is_over for each in incident.dispatches)


def _ring(start: Incident, merged: Mapping[str, Incident]) -> list[Incident]:
    """The incidents on the way from one to itself; none when its way ends."""
    way = [start]
    while (here := merged.get(merged_into(way[-1]))) is not None:
        if here.id == start.id:
            return way
        if here in way:
            return []  # it leads into a ring that it is no part of
        way.append(here)
    return []


def goes_on_in(merged: Incident, by_number: Mapping[str, Incident]) -> Incident | None:
    """The incident in which a merged one goes on, through however many it was led; None when its way ends nowhere."""
    here: Incident | None = merged
    met: set[IncidentId] = set()
    while here is not None and here.status is IncidentStatus.MERGED and here.id not in met:
        met.add(here.id)
        here = by_number.get(merged_into(here))
    return None if here is None or here.id in met else here


def merged_into(incident: Incident) -> str:
    """The number of the incident that it was merged into last, "" when it never was."""
    for event in reversed(incident.timeline):
        fact = event.fact
        merges = isinstance(fact, IncidentMoved) and fact.to is IncidentStatus.MERGED
        if merges and event.id not in incident.rejected:
            assert isinstance(fact, IncidentMoved)
            return fact.reason
    return ""
