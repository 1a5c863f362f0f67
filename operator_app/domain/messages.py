"""Every stored fact, frozen, and the envelope it travels in.

A fact is what happened; an `Event` says who noted it, where and when. Journal, server and all windows exchange
events as the flat records of `to_record`, so that an older seat keeps and passes on what it does not understand.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, cast

from operator_app.domain.fact_reader import Reader, one_copy, readers_of
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, EventId, IncidentId, JournalId, SeatName
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, SeatState

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
class CallOffered:
    """A call rang at a seat, or was dialled there (`direction` is "in" or "out"); `number` is None when withheld.

    `key` is what the offers of one call at several seats have in common, None where the exchange gave nothing.
    """

    op: ClassVar[str] = "call.offered"
    call_id: CallId
    direction: str
    number: str | None
    display_name: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class CallIdentified:
    """By what the network names the call: URNs of the emergency call and its incident, and the phone's IMEI or "".

    A phone without a SIM has no number; its IMEI is then all there is to know it by.
    """

    op: ClassVar[str] = "call.identified"
    call_id: CallId
    emergency_ids: tuple[str, ...]
    device: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """Both sides can speak."""

    op: ClassVar[str] = "call.answered"
    call_id: CallId


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over; `by` is "remote", "local" or "failure", `code` the SIP code, `reason` in words or empty."""

    op: ClassVar[str] = "call.ended"
    call_id: CallId
    by: str
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class CallClassified:
    """What the operator found the call to be."""

    op: ClassVar[str] = "call.classified"
    call_id: CallId
    classification: Classification


@dataclass(frozen=True, slots=True)
class CallLinked:
    """The call is a report of that incident."""

    op: ClassVar[str] = "call.linked"
    call_id: CallId
    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class CallUnlinked:
    """The call is no report of that incident after all."""

    op: ClassVar[str] = "call.unlinked"
    call_id: CallId
    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class CallRecorded:
    """The recording of the call is complete: file names in the seat's recordings folder and their SHA-256 digests."""

    op: ClassVar[str] = "call.recorded"
    call_id: CallId
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CallMeasured:
    """How the line of an ended call was, over `seconds` one-second readings; see `line.LineQualitySummary`.

    Scores by the E-model (ITU-T G.107), 1 to 4.5; delays one way in ms; `silent_s` is time without any sound packet.
    """

    op: ClassVar[str] = "call.measured"
    call_id: CallId
    seconds: int
    mos_mean: float
    mos_worst: float
    lost_percent: float
    jitter_mean_ms: float
    jitter_worst_ms: float
    delay_mean_ms: float
    delay_worst_ms: float
    silent_s: float


@dataclass(frozen=True, slots=True)
class CallConsulted:
    """For the call `call_id` somebody was asked by phone, in the call `by_call`; `party` is his name or number."""

    op: ClassVar[str] = "call.consulted"
    call_id: CallId
    by_call: CallId
    party: str


@dataclass(frozen=True, slots=True)
class CallConferenced:
    """From now on those calls hear each other and the operator; `call_id` is the one that the form belongs to."""

    op: ClassVar[str] = "call.conferenced"
    call_id: CallId
    members: tuple[CallId, ...]


@dataclass(frozen=True, slots=True)
class CallTransferred:
    """How a transfer of the call ended: `outcome` is "done", "failed" or "unknown", `code` the SIP code, 0 for none.

    `party` is whom it went to; `attended` says that this one was spoken with first.
    """

    op: ClassVar[str] = "call.transferred"
    call_id: CallId
    party: str
    attended: bool
    outcome: str
    code: int


@dataclass(frozen=True, slots=True)
class CallReplaced:
    """The conversation goes on in the call `by_call`: the far end was transferred, or it transferred us."""

    op: ClassVar[str] = "call.replaced"
    call_id: CallId
    by_call: CallId


@dataclass(frozen=True, slots=True)
class CallKeyPressed:
    """The far end pressed a key (0-9, *, #, A-D), as a caller does who cannot speak."""

    op: ClassVar[str] = "call.key_pressed"
    call_id: CallId
    key: str


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """A new incident; its number was made by the seat, without a server."""

    op: ClassVar[str] = "incident.opened"
    incident_id: IncidentId
    number: str
    call_id: CallId | None


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One field of an incident got a new value; None empties it.

    `settles` names the losing edits that a person has decided about by choosing this value; None for plain typing.
    """

    op: ClassVar[str] = "incident.field_set"
    incident_id: IncidentId
    field: str
    value: str | None
    settles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class IncidentMoved:
    """The incident went to another status."""

    op: ClassVar[str] = "incident.moved"
    incident_id: IncidentId
    to: IncidentStatus
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentTaken:
    """The seat that noted this event looks after the incident from now on, in place of `from_seat`."""

    op: ClassVar[str] = "incident.taken"
    incident_id: IncidentId
    from_seat: SeatName


@dataclass(frozen=True, slots=True)
class IncidentNoted:
    """A note on the incident's timeline."""

    op: ClassVar[str] = "incident.noted"
    incident_id: IncidentId
    text: str


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A question of the kind's card, in that version of the card, was answered; None takes the answer back."""

    op: ClassVar[str] = "incident.answered"
    incident_id: IncidentId
    card_version: int
    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Overruled:
    """The operator decides about a proposal: `subject` is "priority" or "agency:CODE".

    `chosen` is the priority, or "in" or "out" for an agency; None returns to what was proposed.
    `proposed` is what stood there, in the same words.
    """

    op: ClassVar[str] = "incident.overruled"
    incident_id: IncidentId
    subject: str
    chosen: str | None
    proposed: str


@dataclass(frozen=True, slots=True)
class PlaceReadBack:
    """The place was read back to the caller, who agreed: as it stood then, where it came from, how exact it is."""

    op: ClassVar[str] = "incident.read_back"
    incident_id: IncidentId
    place: str
    position: str | None
    source: str
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class ReminderSet:
    """Somebody wants to be reminded of the incident `after_s` seconds from now; `text` says of what, or is empty."""

    op: ClassVar[str] = "incident.reminder_set"
    incident_id: IncidentId
    reminder_id: str
    after_s: int
    text: str


@dataclass(frozen=True, slots=True)
class ReminderDone:
    """What the reminder was about has been seen to."""

    op: ClassVar[str] = "incident.reminder_done"
    incident_id: IncidentId
    reminder_id: str


@dataclass(frozen=True, slots=True)
class MajorDeclared:
    """The incident is led as a major one from now on, or no longer."""

    op: ClassVar[str] = "incident.major"
    incident_id: IncidentId
    major: bool


@dataclass(frozen=True, slots=True)
class CardPublished:
    """A supervisor gave a kind a new question card; `source` is its text, `version` counts on from the one before."""

    op: ClassVar[str] = "site.card"
    kind: str
    version: int
    source: str


@dataclass(frozen=True, slots=True)
class DispatchSent:
    """An agency was asked to act; it is overdue when not accepted within `ack_within_s` seconds."""

    op: ClassVar[str] = "dispatch.sent"
    incident_id: IncidentId
    dispatch_id: DispatchId
    agency: AgencyCode
    ack_within_s: int


@dataclass(frozen=True, slots=True)
class DispatchDelivered:
    """The agency's desk shows the dispatch and sounds its alarm."""

    op: ClassVar[str] = "dispatch.delivered"
    incident_id: IncidentId
    dispatch_id: DispatchId


@dataclass(frozen=True, slots=True)
class DispatchMoved:
    """The agency accepted, moved, arrived, finished, or declined with a reason."""

    op: ClassVar[str] = "dispatch.moved"
    incident_id: IncidentId
    dispatch_id: DispatchId
    to: DispatchState
    reason: str


@dataclass(frozen=True, slots=True)
class DispatchOverdue:
    """The deadline passed with no answer; an alarm until somebody clears it."""

    op: ClassVar[str] = "dispatch.overdue"
    incident_id: IncidentId
    dispatch_id: DispatchId


@dataclass(frozen=True, slots=True)
class SeatStateChanged:
    """The seat that noted this event is now in this state."""

    op: ClassVar[str] = "seat.state"
    state: SeatState


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """A place was kept for the search of every seat; `place_id` follows from name and point, degrees in WGS 84."""

    op: ClassVar[str] = "place.kept"
    place_id: str
    label: str
    kind: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PlaceDropped:
    """A kept place is found no more."""

    op: ClassVar[str] = "place.dropped"
    place_id: str


@dataclass(frozen=True, slots=True)
class UnknownFact:
    """A fact of a newer version: kept and passed on, never dropped; `body` is JSON text."""

    op: str
    v: int
    body: str
    incident_id: IncidentId | None = None


Fact = (
    CallOffered
    | CallIdentified
    | CallAnswered
    | CallEnded
    | CallClassified
    | CallLinked
    | CallUnlinked
    | CallRecorded
    | CallMeasured
    | CallConsulted
    | CallConferenced
    | CallTransferred
    | CallReplaced
    | CallKeyPressed
    | IncidentOpened
    | FieldSet
    | IncidentMoved
    | IncidentTaken
    | IncidentNoted
    | AnswerGiven
    | Overruled
    | PlaceReadBack
    | ReminderSet
    | ReminderDone
    | MajorDeclared
    | CardPublished
    | DispatchSent
    | DispatchDelivered
    | DispatchMoved
    | DispatchOverdue
    | SeatStateChanged
    | PlaceKept
    | PlaceDropped
    | UnknownFact
)

FACT_VERSION = 1
FACT_TYPES: dict[str, type[Any]] = {
    kind.op: kind
    for kind in (
        CallOffered,
        CallIdentified,
        CallAnswered,
        CallEnded,
        CallClassified,
        CallLinked,
        CallUnlinked,
        CallRecorded,
        CallMeasured,
        CallConsulted,
        CallConferenced,
        CallTransferred,
        CallReplaced,
        CallKeyPressed,
        IncidentOpened,
        FieldSet,
        IncidentMoved,
        IncidentTaken,
        IncidentNoted,
        AnswerGiven,
        Overruled,
        PlaceReadBack,
        ReminderSet,
        ReminderDone,
        MajorDeclared,
        CardPublished,
        DispatchSent,
        DispatchDelivered,
        DispatchMoved,
        DispatchOverdue,
        SeatStateChanged,
        PlaceKept,
        PlaceDropped,
    )
}


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in its envelope: `seq` counts 1, 2, 3 … in its journal, `base` is the event whose value was seen."""

    id: EventId
    journal_id: JournalId
    seq: int
    seat: SeatName
    actor: str
    occurred_at: datetime
    hlc: int
    base: EventId | None
    fact: Fact

    @property
    def order(self) -> tuple[int, str]:
        """Sort key that every window and the server agree on."""
        return (self.hlc, self.id)


def incident_of(fact: Fact) -> IncidentId | None:
    """The incident a fact belongs to, or None for a fact of a call or a seat alone."""
    return getattr(fact, "incident_id", None)


def call_of(fact: Fact) -> CallId | None:
    """The call a fact belongs to, or None."""
    return getattr(fact, "call_id", None)


def without_nul(fact: Fact) -> Fact:
    """The fact as every store takes it: a NUL in a text (pasted, or sent by a network) is dropped.

    PostgreSQL takes none at all; the words around it would never reach the room.
    """
    torn = {
        field.name: value.replace("\0", "")
        for field in dataclasses.fields(fact)
        if isinstance(value := getattr(fact, field.name), str) and "\0" in value
    }
    return dataclasses.replace(fact, **cast(Any, torn)) if torn else fact


class BadRecordError(ValueError):
    """A record that is no event: names what is wrong with it."""


def to_record(event: Event) -> dict[str, Any]:
    """Flatten an event to JSON-able values; keys as the columns of the event log.

    Keys: id, journal_id, seq, seat, actor, occurred_at (ISO 8601 UTC), hlc, base, op, v, incident_id, body (an object).
    """
    fact = event.fact
    if isinstance(fact, UnknownFact):
        version, body = fact.v, json.loads(fact.body)
    else:
        version = FACT_VERSION
        body = {
            field.name: _plain(getattr(fact, field.name))
            for field in dataclasses.fields(fact)
            if field.name != "incident_id"
        }
    return {
        "id": event.id,
        "journal_id": event.journal_id,
        "seq": event.seq,
        "seat": event.seat,
        "actor": event.actor,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "hlc": event.hlc,
        "base": event.base,
        "op": fact.op,
        "v": version,
        "incident_id": incident_of(fact),
        "body": body,
    }


def from_record(record: Mapping[str, Any]) -> Event:
    """Rebuild an event; an unknown `op` or a newer `v` becomes an `UnknownFact`. Raises `BadRecordError`."""
    try:
        occurred_at = record["occurred_at"]
        if isinstance(occurred_at, str):
            occurred_at = datetime.fromisoformat(occurred_at)
        if not isinstance(occurred_at, datetime) or occurred_at.tzinfo is None:
            raise BadRecordError("occurred_at has no time zone")
        return Event(
            id=EventId(str(record["id"])),
            journal_id=JournalId(one_copy(str(record["journal_id"]))),
            seq=int(record["seq"]),
            seat=SeatName(one_copy(str(record["seat"]))),
            actor=one_copy(str(record["actor"])),
            occurred_at=occurred_at.astimezone(UTC),
            hlc=int(record["hlc"]),
            base=None if record.get("base") is None else EventId(str(record["base"])),
            fact=_fact(record),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecordError(f"event {record.get('id')!r}: {error}") from error


def _fact(record: Mapping[str, Any]) -> Fact:
    op, version = str(record["op"]), int(record["v"])
    incident = record.get("incident_id")
    body = record["body"]
    if isinstance(body, str):
        body = json.loads(body)
    kind = FACT_TYPES.get(op)
    if kind is None or version > FACT_VERSION:
        incident_id = None if incident is None else IncidentId(str(incident))
        return UnknownFact(op, version, json.dumps(body, ensure_ascii=False, sort_keys=True), incident_id)
    values = {
        name: read(str(incident) if name == "incident_id" and incident is not None else body.get(name))
        for name, read in _readers(op)
    }
    fact: Fact = kind(**values)
    return fact


@cache
def _readers(op: str) -> tuple[tuple[str, Reader], ...]:
    return readers_of(FACT_TYPES[op])


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
