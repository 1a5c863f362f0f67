"""What happens to a call."""

from dataclasses import dataclass
from typing import ClassVar

from operator_app.domain.facts.fact import CALL, INCIDENT, About, Fact, Lasts, Personal, ToldTo, Writer, words
from operator_app.domain.ids import CallId, FileName, IncidentId, Line
from operator_app.domain.states import Classification


@dataclass(frozen=True, slots=True)
class CallFact(Fact):
    """A fact of one call, written at the seat where it is."""

    about: ClassVar[tuple[About, ...]] = (CALL,)
    lasts = Lasts.AS_ITS_THING
    written_by: ClassVar[tuple[Writer, ...]] = (Writer.SEAT,)

    call_id: CallId


@dataclass(frozen=True, slots=True)
class CallOffered(CallFact):
    """A call rang at a seat, or was dialled there (`direction` is "in" or "out"); `number` is None when withheld.

    `key` is what the offers of one call at several seats have in common, None where the exchange gave nothing.
    """

    op = "call.offered"
    told_to = ToldTo.MASKED
    personal = words(number=Personal.NUMBER, display_name=Personal.NAME)

    direction: str
    number: str | None
    display_name: str
    key: Line | None = None


@dataclass(frozen=True, slots=True)
class CallRefusedAgain(CallFact):
    """A caller whose call the phone refused tried again: `times` in all, within the minute that one row stands for."""

    op = "call.refused_again"
    told_to = ToldTo.ALL
    personal = words()

    times: int


@dataclass(frozen=True, slots=True)
class CallerChanged(CallFact):
    """The network names another far end than before: an exchange has handed the call over."""

    op = "call.caller_changed"
    told_to = ToldTo.MASKED
    personal = words(number=Personal.NUMBER, display_name=Personal.NAME)

    number: str | None
    display_name: str


@dataclass(frozen=True, slots=True)
class CallIdentified(CallFact):
    """By what the network names the call: URNs of the emergency call and its incident, and the phone's IMEI or "".

    A phone without a SIM has no number; its IMEI is then all there is to know it by.
    """

    op = "call.identified"
    told_to = ToldTo.REPORTERS
    personal = words(emergency_ids=Personal.NUMBER, device=Personal.NUMBER)

    emergency_ids: tuple[str, ...]
    device: str


@dataclass(frozen=True, slots=True)
class CallAnswered(CallFact):
    """Both sides can speak."""

    op = "call.answered"
    told_to = ToldTo.ALL
    personal = words()


@dataclass(frozen=True, slots=True)
class CallEnded(CallFact):
    """The call is over; `by` is "remote", "local" or "failure", `code` the SIP code, `reason` in words or empty."""

    op = "call.ended"
    told_to = ToldTo.ALL
    personal = words()

    by: str
    code: int
    reason: Line


@dataclass(frozen=True, slots=True)
class CallClassified(CallFact):
    """What the operator found the call to be."""

    op = "call.classified"
    told_to = ToldTo.ALL
    personal = words()
    clash_by = ()

    classification: Classification

    def says(self) -> object:
        """The classification."""
        return self.classification

    def weight(self) -> int:
        """An emergency is the gravest; noise the least."""
        grave = (Classification.INFORMATION, Classification.NON_EMERGENCY, Classification.EMERGENCY)
        return 1 + grave.index(self.classification) if self.classification in grave else 0


@dataclass(frozen=True, slots=True)
class CallLinked(CallFact):
    """The call is a report of that incident."""

    op = "call.linked"
    about = (CALL, INCIDENT)
    told_to = ToldTo.ALL
    personal = words()

    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class CallUnlinked(CallFact):
    """The call is no report of that incident after all."""

    op = "call.unlinked"
    about = (CALL, INCIDENT)
    told_to = ToldTo.ALL
    personal = words()

    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class CallRecorded(CallFact):
    """The recording of the call is complete: file names in the seat's recordings folder and their SHA-256 digests."""

    op = "call.recorded"
    told_to = ToldTo.ALL
    personal = words()

    files: tuple[FileName, ...]
    sha256: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CallMeasured(CallFact):
    """How the line of an ended call was, over `seconds` one-second readings; see `line.LineQualitySummary`.

    Scores by the E-model (ITU-T G.107), 1 to 4.5; delays one way in ms; `silent_s` is time without any sound packet.
    """

    op = "call.measured"
    told_to = ToldTo.ALL
    personal = words()

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
class CallConsulted(CallFact):
    """For the call `call_id` somebody was asked by phone, in the call `by_call`; `party` is his name or number."""

    op = "call.consulted"
    told_to = ToldTo.REPORTERS
    personal = words(party=Personal.NAME)

    by_call: CallId
    party: str


@dataclass(frozen=True, slots=True)
class CallConferenced(CallFact):
    """From now on those calls hear each other and the operator; `call_id` is the one that the form belongs to."""

    op = "call.conferenced"
    told_to = ToldTo.REPORTERS
    personal = words()

    members: tuple[CallId, ...]


@dataclass(frozen=True, slots=True)
class CallTransferred(CallFact):
    """How a transfer of the call ended: `outcome` is "done", "failed" or "unknown", `code` the SIP code, 0 for none.

    `party` is whom it went to; `attended` says that this one was spoken with first.
    """

    op = "call.transferred"
    told_to = ToldTo.REPORTERS
    personal = words(party=Personal.NAME)

    party: str
    attended: bool
    outcome: str
    code: int


@dataclass(frozen=True, slots=True)
class CallReplaced(CallFact):
    """The conversation goes on in the call `by_call`: the far end was transferred, or it transferred us."""

    op = "call.replaced"
    told_to = ToldTo.REPORTERS
    personal = words()

    by_call: CallId


@dataclass(frozen=True, slots=True)
class CallKeyPressed(CallFact):
    """The far end pressed a key (0-9, *, #, A-D), as a caller does who cannot speak."""

    op = "call.key_pressed"
    told_to = ToldTo.REPORTERS
    personal = words(key=Personal.TEXT)

    key: str
