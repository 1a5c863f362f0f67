"""What the room adds to the site's own data."""

from dataclasses import dataclass
from typing import ClassVar

from operator_app.domain.facts.fact import KIND, PLACE, About, Fact, Lasts, ToldTo, Writer, words


@dataclass(frozen=True, slots=True)
class CardPublished(Fact):
    """A supervisor gave a kind a new question card; `source` is its text, `version` counts on from the one before."""

    op = "site.card"
    about = (KIND,)
    lasts = Lasts.FOR_EVER
    told_to = ToldTo.ALL
    written_by = (Writer.SUPERVISOR,)
    personal = words()
    clash_by = ()

    kind: str
    version: int
    source: str


@dataclass(frozen=True, slots=True)
class PlaceFact(Fact):
    """A fact of a place that the room keeps beside those of the site."""

    about: ClassVar[tuple[About, ...]] = (PLACE,)
    lasts = Lasts.FOR_EVER
    told_to = ToldTo.ALL
    written_by: ClassVar[tuple[Writer, ...]] = (Writer.SEAT,)
    personal = words()

    place_id: str


@dataclass(frozen=True, slots=True)
class PlaceKept(PlaceFact):
    """A place was kept for the search of every seat; `place_id` follows from name and point, degrees in WGS 84."""

    op = "place.kept"
    personal = words()

    label: str
    kind: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PlaceDropped(PlaceFact):
    """A kept place is found no more."""

    op = "place.dropped"
