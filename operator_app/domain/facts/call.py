"""What happens to a call."""

from dataclasses import dataclass

from operator_app.domain.facts.fact import Fact
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.states import Classification


@dataclass(frozen=True, slots=True)
class CallOffered(Fact):
    """A call rang at a seat, or was dialled there (`direction` is "in" or "out"); `number` is None when withheld.

    `key` is what the offers of one call at several seats have in common, None where the exchange gave nothing.
    """

    op = "call.offered"
    call_id: CallId
    direction: str
    number: str | None
    display_name: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class CallIdentified(Fact):
    """By what the network names the call: URNs of the emergency call and its incident, and the phone's IMEI or "".

    A phone without a SIM has no number; its IMEI is then all there is to know it by.
    """

    op = "call.identified"
    call_id: CallId
    emergency_ids: tuple[str, ...]
    device: str


@dataclass(frozen=True, slots=True)
class CallAnswered(Fact):
    """Both sides can speak."""

    op = "call.answered"
    call_id: CallId


@dataclass(frozen=True, slots=True)
class CallEnded(Fact):
    """The call is over; `by` is "remote", "local" or "failure", `code` the SIP code, `reason` in words or empty."""

    op = "call.ended"
    call_id: CallId
    by: str
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class CallClassified(Fact):
    """What the operator found the call to be."""

    op = "call.classified"
    call_id: CallId
    classification: Classification


@dataclass(frozen=True, slots=True)
class CallLinked(Fact):
    """The call is a report of that incident."""

    op = "call.linked"
    call_id: CallId
    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class CallUnlinked(Fact):
    """The call is no report of that incident after all."""

    op = "call.unlinked"
    call_id: CallId
    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class CallRecorded(Fact):
    """The recording of the call is complete: file names in the seat's recordings folder and their SHA-256 digests."""

    op = "call.recorded"
    call_id: CallId
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CallMeasured(Fact):
    """How the line of an ended call was, over `seconds` one-second readings; see `line.LineQualitySummary`.

    Scores by the E-model (ITU-T G.107), 1 to 4.5; delays one way in ms; `silent_s` is time without any sound packet.
    """

    op = "call.measured"
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
class CallConsulted(Fact):
    """For the call `call_id` somebody was asked by phone, in the call `by_call`; `party` is his name or number."""

    op = "call.consulted"
    call_id: CallId
    by_call: CallId
    party: str


@dataclass(frozen=True, slots=True)
class CallConferenced(Fact):
    """From now on those calls hear each other and the operator; `call_id` is the one that the form belongs to."""

    op = "call.conferenced"
    call_id: CallId
    members: tuple[CallId, ...]


@dataclass(frozen=True, slots=True)
class CallTransferred(Fact):
    """How a transfer of the call ended: `outcome` is "done", "failed" or "unknown", `code` the SIP code, 0 for none.

    `party` is whom it went to; `attended` says that this one was spoken with first.
    """

    op = "call.transferred"
    call_id: CallId
    party: str
    attended: bool
    outcome: str
    code: int


@dataclass(frozen=True, slots=True)
class CallReplaced(Fact):
    """The conversation goes on in the call `by_call`: the far end was transferred, or it transferred us."""

    op = "call.replaced"
    call_id: CallId
    by_call: CallId


@dataclass(frozen=True, slots=True)
class CallKeyPressed(Fact):
    """The far end pressed a key (0-9, *, #, A-D), as a caller does who cannot speak."""

    op = "call.key_pressed"
    call_id: CallId
    key: str
