"""What is said and decided about an incident."""

from dataclasses import dataclass

from operator_app.domain.facts.fact import Fact
from operator_app.domain.ids import CallId, IncidentId, SeatName
from operator_app.domain.states import IncidentStatus

INCIDENT_FIELDS = (
    "place",
    "landmark",
    "village",
    "district",
    "neighbourhood",
    "position",
    "position_source",
    "kind",
    "priority",
    "caller_name",
    "caller_number",
    "text",
)
"""Names of the fields of an incident; `position` holds "lat,lon" in decimal degrees, `priority` "1" to "5".

`position_source` says where the position came from, as `PositionSource` of `location` writes it.
"""


@dataclass(frozen=True, slots=True)
class IncidentOpened(Fact):
    """A new incident; its number was made by the seat, without a server."""

    op = "incident.opened"
    incident_id: IncidentId
    number: str
    call_id: CallId | None


@dataclass(frozen=True, slots=True)
class FieldSet(Fact):
    """One field of an incident got a new value; None empties it.

    `settles` names the losing edits that a person has decided about by choosing this value; None for plain typing.
    """

    op = "incident.field_set"
    incident_id: IncidentId
    field: str
    value: str | None
    settles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class IncidentMoved(Fact):
    """The incident went to another status."""

    op = "incident.moved"
    incident_id: IncidentId
    to: IncidentStatus
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentTaken(Fact):
    """The seat that noted this event looks after the incident from now on, in place of `from_seat`."""

    op = "incident.taken"
    incident_id: IncidentId
    from_seat: SeatName


@dataclass(frozen=True, slots=True)
class IncidentNoted(Fact):
    """A note on the incident's timeline."""

    op = "incident.noted"
    incident_id: IncidentId
    text: str


@dataclass(frozen=True, slots=True)
class AnswerGiven(Fact):
    """A question of the kind's card, in that version of the card, was answered; None takes the answer back."""

    op = "incident.answered"
    incident_id: IncidentId
    card_version: int
    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Overruled(Fact):
    """The operator decides about a proposal: `subject` is "priority" or "agency:CODE".

    `chosen` is the priority, or "in" or "out" for an agency; None returns to what was proposed.
    `proposed` is what stood there, in the same words.
    """

    op = "incident.overruled"
    incident_id: IncidentId
    subject: str
    chosen: str | None
    proposed: str


@dataclass(frozen=True, slots=True)
class PlaceReadBack(Fact):
    """The place was read back to the caller, who agreed: as it stood then, where it came from, how exact it is."""

    op = "incident.read_back"
    incident_id: IncidentId
    place: str
    position: str | None
    source: str
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class ReminderSet(Fact):
    """Somebody wants to be reminded of the incident `after_s` seconds from now; `text` says of what, or is empty."""

    op = "incident.reminder_set"
    incident_id: IncidentId
    reminder_id: str
    after_s: int
    text: str


@dataclass(frozen=True, slots=True)
class ReminderDone(Fact):
    """What the reminder was about has been seen to."""

    op = "incident.reminder_done"
    incident_id: IncidentId
    reminder_id: str


@dataclass(frozen=True, slots=True)
class MajorDeclared(Fact):
    """The incident is led as a major one from now on, or no longer."""

    op = "incident.major"
    incident_id: IncidentId
    major: bool
