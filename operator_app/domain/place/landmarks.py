"""Places that the room keeps beside those of the site pack: told once at one seat, found at all of them.

The id of a place follows from its name and point, so that two seats that keep the same place keep one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.event import Event
from operator_app.domain.facts.site import PlaceKept
from operator_app.domain.ids import SeatName

LONGEST_NAME = 80
"""Letters of a kept place's name; more is a description, not a name."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A kept place: `kind` in the site's words, degrees in WGS 84, who kept it and when."""

    id: str
    label: str
    kind: str
    lat: float
    lon: float
    seat: SeatName
    at: datetime


def landmark_id(label: str, lat: float, lon: float) -> str:
    """Return the id of the place of that name at that point (to about one metre)."""
    words = " ".join(label.casefold().split())
    return hashlib.sha256(f"{words}|{lat:.5f}|{lon:.5f}".encode()).hexdigest()[:16]


def fold_landmark(events: Iterable[Event]) -> Landmark | None:
    """The place after these events of one id in any order: the latest word counts; None when it was dropped."""
    last = max(events, key=lambda event: event.order, default=None)
    if last is None or not isinstance(last.fact, PlaceKept):
        return None
    fact = last.fact
    return Landmark(fact.place_id, fact.label, fact.kind, fact.lat, fact.lon, last.seat, last.occurred_at)
