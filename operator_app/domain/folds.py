"""What becomes of a thing by all that was said about it: one fold for each sort of thing."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from operator_app.domain.agency import fold_agency
from operator_app.domain.call import fold_call
from operator_app.domain.event import Event
from operator_app.domain.facts.fact import AGENCY, CALL, INCIDENT, KIND, PLACE, SEAT, SITE_AT, SITE_PART
from operator_app.domain.facts.site import CardPublished
from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import fold_incident
from operator_app.domain.place.landmarks import fold_landmark
from operator_app.domain.seat import fold_seat

Fold = Callable[[str, Sequence[Event]], Any]
"""The thing of that id after these events in any order; None while there is no such thing, or no longer."""


def fold_card(events: Sequence[Event]) -> Event | None:
    """The event that gave a kind its present card: the highest version, and of two with the same the later one."""
    cards = [
        (event.fact.version, event.order, event) for event in events if isinstance(event.fact, CardPublished)
    ]
    return max(cards, default=(0, (0, ""), None))[2]


def latest(events: Sequence[Event]) -> Event | None:
    """The last word."""
    return max(events, key=lambda event: event.order, default=None)


FOLDS: Mapping[str, Fold] = MappingProxyType(
    {
        INCIDENT.sort: lambda which, events: fold_incident(IncidentId(which), events),
        CALL.sort: lambda _, events: fold_call(events),
        SEAT.sort: fold_seat,
        PLACE.sort: lambda _, events: fold_landmark(events),
        AGENCY.sort: lambda _, events: fold_agency(events),
        KIND.sort: lambda _, events: fold_card(events),
        SITE_PART.sort: lambda _, events: latest(events),
        SITE_AT.sort: lambda _, events: latest(events),
    }
)
