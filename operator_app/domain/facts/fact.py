"""What every fact says of itself, once: all that board, stores, server and windows need to know about its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from operator_app.domain.ids import CallId, IncidentId, SeatName


class Thing(NamedTuple):
    """What facts are about: its sort ("incident", "call", …) and which one of that sort."""

    sort: str
    id: str


class About(NamedTuple):
    """A sort of thing, and the word of a fact that says which one; "" where it is the seat that noted the fact."""

    sort: str
    by: str


CALL = About("call", "call_id")
INCIDENT = About("incident", "incident_id")
SEAT = About("seat", "")
PLACE = About("place", "place_id")
KIND = About("kind", "kind")
AGENCY = About("agency", "agency")
SITE_PART = About("site_part", "part")
SITE_AT = About("site_at", "")


class Lasts(StrEnum):
    """How long a fact matters: what a window that is opened later has to be told, and what a seat may forget."""

    AS_ITS_THING = "as_its_thing"
    FOR_EVER = "for_ever"
    UNTIL_NEXT = "until_next"
    """Until the next fact of the same op about the same thing."""


class ToldTo(StrEnum):
    """Who reads a fact at the server."""

    ALL = "all"
    MASKED = "masked"
    """All, but its personal words only who may know of reporters, and its free text no wall."""
    REPORTERS = "reporters"
    """Only who may know of reporters; others are told that there is such a fact, and nothing of it."""


class Writer(StrEnum):
    """Whose login may write a fact."""

    SEAT = "seat"
    DESK = "desk"
    SUPERVISOR = "supervisor"
    """A seat whose person has that right."""


class Personal(StrEnum):
    """What a personal word tells of a person."""

    NUMBER = "number"
    NAME = "name"
    TEXT = "text"
    """What somebody said or typed; it may name anybody."""
    PLACE = "place"
    """Where somebody is; those who act must know it."""
    BY_FIELD = "by_field"
    """It depends on the incident's field: see `INCIDENT_FIELDS`."""


def words(**kinds: Personal) -> Mapping[str, Personal]:
    """Name the personal words of a fact; without any it tells of nobody."""
    return MappingProxyType(kinds)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has happened. What follows is the same for every fact of a class, and stands in the class."""

    op: ClassVar[str]
    """Its name in the record."""
    v: ClassVar[int] = 1
    """Version of its shape."""
    about: ClassVar[tuple[About, ...]]
    """The things that it changes."""
    lasts: ClassVar[Lasts]
    told_to: ClassVar[ToldTo]
    written_by: ClassVar[tuple[Writer, ...]]
    personal: ClassVar[Mapping[str, Personal]]
    """Its words that tell of persons, by name."""
    clash_by: ClassVar[tuple[str, ...] | None] = None
    """Two of it about one thing, equal in these words, contradict each other when neither writer knew of the other.

    None: any number of it stand beside each other.
    """
    tells_base: ClassVar[bool] = False
    """Every release has written down what the writer of it had seen: without a base he had seen nothing.

    Others tell it since clashes of them are shown; an older one without a base is taken to have known everything.
    """

    def things(self, seat: SeatName) -> list[Thing]:
        """What this fact is about when that seat noted it."""
        things = []  # in the quickest way there is: a seat asks this of a hundred thousand facts at its start
        for sort, by in self.about:
            which = getattr(self, by) if by else seat
            if which is not None:
                things.append(tuple.__new__(Thing, (sort, which)))
        return things

    def says(self) -> object:
        """What it says beside the words of `clash_by`: two that say the same do not contradict each other."""
        return self

    def contradicts(self, other: "Fact") -> bool:
        """Whether a person has to choose between the two; for facts that are about the same (`clash_by`)."""
        return self.says() != other.says()

    def weight(self) -> int:
        """How grave it is beside another one that contradicts it: as long as nobody has decided the graver counts."""
        return 0


@dataclass(frozen=True, slots=True)
class UnknownFact(Fact):
    """A fact of a newer version: kept and passed on, never dropped; `body` is JSON text."""

    about = (INCIDENT,)
    lasts = Lasts.AS_ITS_THING
    told_to = ToldTo.REPORTERS
    written_by = ()
    personal = words(body=Personal.TEXT)

    op: str  # type: ignore[misc]
    v: int = field()  # type: ignore[misc]
    body: str
    incident_id: IncidentId | None = None


def incident_of(fact: Fact) -> IncidentId | None:
    """The incident a fact belongs to, or None for a fact of a call or a seat alone."""
    return getattr(fact, "incident_id", None)


def call_of(fact: Fact) -> CallId | None:
    """The call a fact belongs to, or None."""
    return getattr(fact, "call_id", None)
