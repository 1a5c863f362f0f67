"""What the room adds to the site's own data."""

from dataclasses import dataclass

from operator_app.domain.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class CardPublished(Fact):
    """A supervisor gave a kind a new question card; `source` is its text, `version` counts on from the one before."""

    op = "site.card"
    kind: str
    version: int
    source: str


@dataclass(frozen=True, slots=True)
class PlaceKept(Fact):
    """A place was kept for the search of every seat; `place_id` follows from name and point, degrees in WGS 84."""

    op = "place.kept"
    place_id: str
    label: str
    kind: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PlaceDropped(Fact):
    """A kept place is found no more."""

    op = "place.dropped"
    place_id: str
