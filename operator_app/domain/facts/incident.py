"""What is said and decided about an incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from operator_app.domain.facts.fact import (
    CALL,
    INCIDENT,
    About,
    Fact,
    Lasts,
    Personal,
    ToldTo,
    Writer,
    words,
)
from operator_app.domain.ids import CallId, IncidentId, Line, SeatName
from operator_app.domain.states import IncidentStatus

INCIDENT_FIELDS: Mapping[str, Personal | None] = MappingProxyType(
    {
        "place": Personal.PLACE,
        "landmark": Personal.PLACE,
        "village": None,
        "district": None,
        "neighbourhood": Personal.PLACE,
        "position": Personal.PLACE,
        "position_source": None,
        "kind": None,
        "priority": None,
        "caller_name": Personal.NAME,
        "caller_number": Personal.NUMBER,
        "text": Personal.TEXT,
    }
)
"""The fields of an incident, and what each tells of persons.

`position` holds "lat,lon" in decimal degrees, `priority` "1" to "5". `position_source` says where the position came
from, as `PositionSource` of `place.location` writes it.
"""


PRIORITIES = ("1", "2", "3", "4", "5")
"""From life in danger to information, as a field and a decision hold them."""


@dataclass(frozen=True, slots=True)
class IncidentFact(Fact):
    """A fact of one incident."""

    about: ClassVar[tuple[About, ...]] = (INCIDENT,)
    lasts = Lasts.AS_ITS_THING
    written_by: ClassVar[tuple[Writer, ...]] = (Writer.SEAT,)

    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class IncidentOpened(IncidentFact):
    """A new incident; its number was made by the seat, without a server."""

    op = "incident.opened"
    about = (INCIDENT, CALL)
    told_to = ToldTo.ALL
    personal = words()

    number: str
    call_id: CallId | None


@dataclass(frozen=True, slots=True)
class FieldSet(IncidentFact):
    """One field of an incident got a new value; None empties it.

    `settles` names the losing edits that a person has decided about by choosing this value; None for plain typing.
    """

    op = "incident.field_set"
    told_to = ToldTo.MASKED
    personal = words(value=Personal.BY_FIELD)
    clash_by = ("field",)
    tells_base = True

    field: str
    value: str | None
    settles: tuple[str, ...] | None = None

    def says(self) -> object:
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class IncidentMoved(IncidentFact):
    """The incident went to another status."""

    op = "incident.moved"
    told_to = ToldTo.ALL
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words(reason=Personal.TEXT)
    clash_by = ()

    to: IncidentStatus
    reason: str

    def contradicts(self, other: Fact) -> bool:
        """One ends the incident and the other goes on, or they end it differently; steps on the way do not clash.

        What another seat did to a merged incident is put right by itself: see `mend_merged`.
        """
        ends = (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)
        if not isinstance(other, IncidentMoved) or IncidentStatus.MERGED in (self.to, other.to):
            return False
        return self.to != other.to and (self.to in ends or other.to in ends)

    def weight(self) -> int:
        """Whatever goes on is graver than an end."""
        return int(self.to not in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED))


@dataclass(frozen=True, slots=True)
class IncidentTaken(IncidentFact):
    """The seat that noted this event looks after the incident from now on, in place of `from_seat`."""

    op = "incident.taken"
    told_to = ToldTo.ALL
    personal = words()

    from_seat: SeatName


@dataclass(frozen=True, slots=True)
class IncidentNoted(IncidentFact):
    """A note on the incident's timeline."""

    op = "incident.noted"
    told_to = ToldTo.MASKED
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words(text=Personal.TEXT)

    text: str


@dataclass(frozen=True, slots=True)
class AnswerGiven(IncidentFact):
    """A question of the kind's card, in that version of the card, was answered; None takes the answer back."""

    op = "incident.answered"
    told_to = ToldTo.MASKED
    personal = words(answer=Personal.TEXT)
    clash_by = ("question",)
    tells_base = True

    card_version: int
    question: Line
    answer: str | None

    def says(self) -> object:
        """The answer; how grave it is only the card knows."""
        return self.answer


@dataclass(frozen=True, slots=True)
class Overruled(IncidentFact):
    """The operator decides about a proposal: `subject` is "priority" or "agency:CODE".

    `chosen` is the priority, or "in" or "out" for an agency; None returns to what was proposed.
    `proposed` is what stood there, in the same words.
    """

    op = "incident.overruled"
    told_to = ToldTo.ALL
    personal = words()
    clash_by = ("subject",)

    subject: str
    chosen: str | None
    proposed: str

    def says(self) -> object:
        """The choice."""
        return self.chosen

    def weight(self) -> int:
        """A smaller number of priority is graver, and an agency that comes graver than one that does not."""
        effective = self.chosen if self.chosen is not None else self.proposed
        return 6 - int(effective) if effective in PRIORITIES else int(effective == "in")


@dataclass(frozen=True, slots=True)
class PlaceReadBack(IncidentFact):
    """The place was read back to the caller, who agreed: as it stood then, where it came from, how exact it is."""

    op = "incident.read_back"
    told_to = ToldTo.REPORTERS
    personal = words(place=Personal.PLACE, position=Personal.PLACE)
    clash_by = ()

    place: str
    position: str | None
    source: Line
    accuracy_m: float | None

    def says(self) -> object:
        """The place as the caller heard it."""
        return (self.place, self.position)


@dataclass(frozen=True, slots=True)
class ReminderSet(IncidentFact):
    """Somebody wants to be reminded of the incident `after_s` seconds from now; `text` says of what, or is empty."""

    op = "incident.reminder_set"
    told_to = ToldTo.REPORTERS
    personal = words(text=Personal.TEXT)

    reminder_id: str
    after_s: int
    text: str


@dataclass(frozen=True, slots=True)
class ReminderDone(IncidentFact):
    """What the reminder was about has been seen to."""

    op = "incident.reminder_done"
    told_to = ToldTo.REPORTERS
    personal = words()

    reminder_id: str


@dataclass(frozen=True, slots=True)
class MajorDeclared(IncidentFact):
    """The incident is led as a major one from now on, or no longer."""

    op = "incident.major"
    told_to = ToldTo.ALL
    personal = words()
    clash_by = ()

    major: bool

    def says(self) -> object:
        """Whether it is one."""
        return self.major

    def weight(self) -> int:
        """A major one is graver."""
        return int(self.major)


@dataclass(frozen=True, slots=True)
class ClashSettled(IncidentFact):
    """A person has decided between words that did not know of each other: the events named in `over` have lost."""

    op = "incident.settled"
    told_to = ToldTo.ALL
    personal = words()

    over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FurtherReport(IncidentFact):
    """Something that was said about an incident, merged into this one, of that number: what goes on must not lose it.

    `field` is a field's name, "answer" and a question, or "reminder" and nothing more. `filled`: this incident had
    nothing there, so it was put in as well; then `value` is what was put in, of a reminder its id.
    """

    op = "incident.further_report"
    told_to = ToldTo.MASKED
    personal = words(value=Personal.BY_FIELD)

    number: str
    field: str
    value: str
    filled: bool


@dataclass(frozen=True, slots=True)
class ReportWithdrawn(IncidentFact):
    """The incident of that number was no report of this one after all."""

    op = "incident.report_withdrawn"
    told_to = ToldTo.ALL
    personal = words()

    number: str
