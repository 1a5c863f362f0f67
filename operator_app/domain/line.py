"""What the phone tells: its calls, its signals and its state. Plain frozen values, safe to cross lanes and processes.

None of it is stored. Signals are delivered at least once: after a window died they can come a second time,
so a listener goes by `call_id` and takes a repetition for what it is. All times are aware UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from operator_app.domain.ids import CallId
from operator_app.domain.place.location import CallLocation


class LineCallState(StrEnum):
    """Where the phone stands with a call that is alive."""

    OFFERED = "offered"
    """Rings here; nobody has answered."""
    DIALLING = "dialling"
    """We called; nothing heard yet."""
    RINGING = "ringing"
    """We called; it rings over there."""
    CONNECTED = "connected"
    """Both sides can talk, or the call is held."""


class HoldState(StrEnum):
    """Who has put the call on hold."""

    NONE = "none"
    LOCAL = "local"
    REMOTE = "remote"
    BOTH = "both"


class MediaDirection(StrEnum):
    """Which way sound is agreed to flow, seen from here."""

    BOTH = "both"
    SEND = "send"
    RECEIVE = "receive"
    NONE = "none"


class EndedBy(StrEnum):
    """Which side ended a call."""

    REMOTE = "remote"
    LOCAL = "local"
    FAILURE = "failure"


class RegistrationState(StrEnum):
    """Whether a phone server knows this phone."""

    REGISTERING = "registering"
    REGISTERED = "registered"
    FAILED = "failed"
    UNREGISTERED = "unregistered"


class RegistrationProblem(StrEnum):
    """Why a registration failed; the catalogue has the words for each."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105  (a reason, no secret)
    FORBIDDEN = "forbidden"
    UNKNOWN_USER = "unknown_user"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    """The server's TLS certificate is not trusted, or not its own."""
    SERVER = "server"
    OTHER = "other"


class PresenceState(StrEnum):
    """How somebody else's phone stands, as the phone server tells it."""

    FREE = "free"
    RINGING = "ringing"
    BUSY = "busy"
    AWAY = "away"
    """Not registered, or signed off."""
    UNKNOWN = "unknown"
    """The server does not tell, or has not yet."""


class LostReason(StrEnum):
    """Why the phone is gone; the catalogue has the words for each."""

    DIED = "died"
    """The engine's process ended by itself or was killed."""
    HUNG = "hung"
    """The engine did not reply in time and was ended."""
    REPLACED = "replaced"
    """Another window of this seat has taken the phone over; this one does not try again."""
    NOT_STARTED = "not_started"
    """The engine could not be started again; the detail names the cause, and it is tried further."""
    SETTINGS = "settings"
    """New settings need the engine to start anew; no call was up."""
    BAD_MESSAGE = "bad_message"
    """The engine sent what this program cannot read; the connection was given up."""


class TransferState(StrEnum):
    """How a transfer that we asked for stands."""

    ASKED = "asked"
    """The far end was asked to call somebody else; it is on hold meanwhile."""
    RINGING = "ringing"
    """It rings at the target."""
    DONE = "done"
    """The target has the caller; our own leg ends with this."""
    FAILED = "failed"
    """The target or the far end refused or kept silent; the caller is with us again."""
    UNKNOWN = "unknown"
    """The call ended before its far end told how the transfer went."""


class AudioKind(StrEnum):
    """What stands for microphone and earpiece."""

    DEVICE = "device"
    NONE = "none"
    FILE = "file"
    OPENING = "opening"
    """The devices are being opened; what came of it is told by `LineAudioChanged`."""


class SoundRole(StrEnum):
    """What a sound device is there for."""

    MICROPHONE = "microphone"
    EARPIECE = "earpiece"
    RING = "ring"
    """The loudspeaker that rings."""
    RECALL = "recall"
    """Where recordings are listened to again."""


class TrialStep(StrEnum):
    """How far the test of a device is."""

    RECORDING = "recording"
    PLAYING = "playing"
    DONE = "done"
    FAILED = "failed"


class SilenceReason(StrEnum):
    """What is known of why nothing arrives; the catalogue has the words for each."""

    NEVER = "never"
    """Not one packet has come since the answer: the way of the sound is blocked or wrongly addressed."""
    STOPPED = "stopped"
    """Sound came and then stopped, with the far end's reports: it is gone, or the way to it is."""
    NO_NETWORK = "no_network"
    """This seat's own phone servers do not answer either: the fault is near."""


class RecordingProblem(StrEnum):
    """Why a call is not being recorded."""

    FOLDER = "folder"
    """The folder is missing or not writable."""
    DISK_FULL = "disk_full"
    STALLED = "stalled"
    """The file does not grow although the call is up."""
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A device that can be chosen."""

    name: str
    hears: bool
    sounds: bool
    default: bool = False


@dataclass(frozen=True, slots=True)
class AudioChoice:
    """The devices that a person chose at this seat, by name; empty is the system's own, for recall the earpiece."""

    microphone: str = ""
    earpiece: str = ""
    ring: str = ""
    recall: str = ""
    ring_volume: float = 1.0
    """0.2 to 1."""


@dataclass(frozen=True, slots=True)
class RoleState:
    """Whether a role has its device: `name` is what serves it now, `wanted` what was chosen, "" the system's own."""

    role: SoundRole
    wanted: str
    name: str = ""
    reason: str = ""
    """Why nothing serves it; empty when something does, or while its device is about to begin."""
    instead: bool = False
    """Another device serves it because the chosen one is away."""

    @property
    def works(self) -> bool:
        """Whether anything serves it."""
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class LineAudio:
    """The sound path of this seat, told honestly: `reason` says why it is not a device.

    `kind` is DEVICE only while microphone and earpiece both work; `roles` tells each, where there are devices at all.
    """

    kind: AudioKind
    name: str = ""
    reason: str = ""
    roles: tuple[RoleState, ...] = ()

    def role(self, role: SoundRole) -> RoleState | None:
        """Return how that role stands, None where the seat uses no devices."""
        return next((each for each in self.roles if each.role is role), None)


@dataclass(frozen=True, slots=True)
class AudioDesk:
    """What can be chosen, what is chosen, and how it stands; `fixed` says that the settings allow no devices here."""

    devices: tuple[SoundDevice, ...]
    choice: AudioChoice
    audio: LineAudio
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class LineCall:
    """One living call as the phone knows it now."""

    call_id: CallId
    incoming: bool
    state: LineCallState
    number: str | None
    withheld: bool
    display_name: str
    uri: str
    to: str
    account: str
    offered_at: datetime
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    hold: HoldState = HoldState.NONE
    muted: bool = False
    media_active: bool = False
    direction: MediaDirection = MediaDirection.NONE
    codec: str = ""
    recording: bool = False
    encrypted: bool = False
    location: CallLocation | None = None
    silent_since: datetime | None = None
    """Nothing has arrived since then although it should; see `LineSilence`."""
    silence: SilenceReason | None = None
    joined: bool = False
    """In the conference: hears the other calls that are in it, and is heard by them."""
    transfer_to: str = ""
    """Whom the far end was asked to call instead, while that is under way; see `LineTransfer`."""
    referred_by: str = ""
    """Who sent this call to us or had us place it (Referred-By, or the call that asked), as a SIP address."""
    reference: str = ""
    """What all offers of this call have in common, at whichever seats it rings: X-Call-Ref, or else the Call-ID."""
    emergency_ids: tuple[str, ...] = ()
    """URNs of the emergency call and its incident, as the network named them (Call-Info)."""
    device: str = ""
    """IMEI of a phone that names itself by it: one without a SIM has nothing else."""
    diverted_to: str = ""
    """Where the call that we placed was sent on to by whom we called; a number, or an address."""
    believed: bool = True
    """A phone server sent it, or there is none here to tell a stranger from: then the network's word on it is taken."""
    for_call: CallId | None = None
    """The call for whose sake this one was placed: that one is held meanwhile, and comes back when this one ends."""


@dataclass(frozen=True, slots=True)
class LineReady:
    """The phone is up and takes calls at `address` (host:port)."""

    version: str
    audio: LineAudio
    max_calls: int
    codecs: tuple[str, ...]
    address: str
    transports: tuple[str, ...] = ()
    took_over: bool = False
    """True when a living engine was attached to: its calls are up, see `Phone.calls`."""
    accounts: tuple[str, ...] = ()
    """Accounts that are to register at phone servers; what became of each is told by `LineRegistration`."""
    unguarded: str = ""
    """Why nothing stands before the phone library: what is broken or too long is lost untold. Empty when it stands."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The phone is gone and the calls in `cut` with it; it is being brought back unless the reason is REPLACED."""

    reason: LostReason
    cut: tuple[CallId, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LineAudioChanged:
    """The sound path changed while the phone was up."""

    audio: LineAudio


@dataclass(frozen=True, slots=True)
class LineRegistration:
    """An account's standing at its phone server changed; `code` is the SIP status, 0 when none was heard."""

    account: str
    state: RegistrationState
    code: int = 0
    reason: str = ""
    problem: RegistrationProblem | None = None


@dataclass(frozen=True, slots=True)
class LineOffered:
    """A call rings here.

    `number` is the network's word (P-Asserted-Identity, RFC 3325) before the caller's own (From); None when neither
    gives one. `withheld` says that the caller asked to hide it, which a network may override for an emergency call.
    `offered_at` is when the engine had the INVITE in hand; `sent_at` is only there on test calls that carry their
    own send time.
    """

    call_id: CallId
    number: str | None
    withheld: bool
    display_name: str
    uri: str
    to: str
    account: str
    offered_at: datetime
    sent_at: datetime | None = None
    location: CallLocation | None = None
    referred_by: str = ""
    reference: str = ""
    emergency_ids: tuple[str, ...] = ()
    """URNs of the emergency call and its incident, as the network named them (Call-Info)."""
    device: str = ""
    """IMEI of a phone that names itself by it: one without a SIM has nothing else."""
    believed: bool = True
    """As in `LineCall`."""


@dataclass(frozen=True, slots=True)
class LinePlaced:
    """We began to call somebody; `referred_by` is set when a far end asked us to, `for_call` as in `LineCall`."""

    call_id: CallId
    number: str | None
    uri: str
    account: str
    at: datetime
    referred_by: str = ""
    for_call: CallId | None = None


@dataclass(frozen=True, slots=True)
class LineProgress:
    """A call that we placed got further; `code` is the SIP status behind it."""

    call_id: CallId
    state: LineCallState
    code: int = 0


@dataclass(frozen=True, slots=True)
class LineConnected:
    """A call was answered, by us or by the far end; `recording` says whether it is being recorded from here on."""

    call_id: CallId
    at: datetime
    recording: bool = False


@dataclass(frozen=True, slots=True)
class LineMedia:
    """What sound a call has now: after answer, hold and every change agreed with the far end."""

    call_id: CallId
    active: bool
    direction: MediaDirection
    codec: str
    hold: HoldState = HoldState.NONE
    muted: bool = False
    joined: bool = False
    encrypted: bool = False
    """The sound runs as SRTP."""


@dataclass(frozen=True, slots=True)
class LineTransfer:
    """A transfer that we asked for got further; `code` and `reason` are SIP's word behind it, 0 when none was heard.

    `to` is whom it goes to, `with_call` our own call to that one when it was consulted first.
    """

    call_id: CallId
    state: TransferState
    to: str
    code: int = 0
    reason: str = ""
    with_call: CallId | None = None


@dataclass(frozen=True, slots=True)
class LineReplaced:
    """The conversation of one call goes on in another: the far end was transferred, or it transferred us."""

    call_id: CallId
    by_call: CallId


@dataclass(frozen=True, slots=True)
class LineIdentity:
    """The network names another far end in a call than before: an exchange has handed it over (RFC 3325, RFC 4916)."""

    call_id: CallId
    number: str | None
    withheld: bool
    display_name: str
    uri: str


@dataclass(frozen=True, slots=True)
class LineDiverted:
    """Whom we called is to be found at `to`, a number or an address; `followed` says that it is called there now."""

    call_id: CallId
    to: str
    followed: bool


@dataclass(frozen=True, slots=True)
class LineDigit:
    """The far end pressed a key."""

    call_id: CallId
    digit: str


@dataclass(frozen=True, slots=True)
class LineEnded:
    """A call is over. `code` and `reason` are SIP's; 487 by REMOTE before an answer is a caller who hung up."""

    call_id: CallId
    at: datetime
    by: EndedBy
    code: int
    reason: str
    answered_at: datetime | None = None
    elsewhere: bool = False
    """Another desk answered it: CANCEL or BYE said so (RFC 3326). With `answered_at` it was answered here, too."""


@dataclass(frozen=True, slots=True)
class LineRecorded:
    """A call's recording is finished and safe on disk.

    `files` are absolute paths, `sha256` their digests in the same order (caller, operator, both). `repaired` tells
    that the engine died in the call and the files were put in order afterwards.
    """

    call_id: CallId
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    seconds: float
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class LineRecordingFailed:
    """A call goes on without (a whole) recording; `call_id` is None when the folder is bad before any call."""

    call_id: CallId | None
    problem: RecordingProblem
    detail: str


class RefusalReason(StrEnum):
    """Why a call was refused before anybody could answer it; the catalogue has the words for each."""

    BUSY = "busy"
    """All lines were taken."""
    NO_SOUND = "no_sound"
    """It offered no sound that this phone can take: no common codec, no way to encrypt it, the newer addresses."""
    UNREADABLE = "unreadable"
    """It could not be read, or did not come whole."""
    DEMANDS = "demands"
    """It demanded what this phone does not have: an extension, another session timer."""
    STRANGER = "stranger"
    """It did not come from the phone server."""
    FAULT = "fault"
    """The phone itself failed."""


_WHY = {
    403: RefusalReason.STRANGER,
    480: RefusalReason.FAULT,
    486: RefusalReason.BUSY,
    600: RefusalReason.BUSY,
    406: RefusalReason.NO_SOUND,
    415: RefusalReason.NO_SOUND,
    488: RefusalReason.NO_SOUND,
    606: RefusalReason.NO_SOUND,
    420: RefusalReason.DEMANDS,
    421: RefusalReason.DEMANDS,
    422: RefusalReason.DEMANDS,
    505: RefusalReason.UNREADABLE,
    513: RefusalReason.UNREADABLE,
}


def why_refused(code: int) -> RefusalReason:
    """Return what a SIP status says of the reason."""
    return _WHY.get(code, RefusalReason.FAULT if code >= 500 else RefusalReason.UNREADABLE)


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A call was refused before anybody could answer it; in a 112 room each one is a lost call.

    All tries of one caller within a minute are one `call_id`: it is told again as `times` grows. In a flood the
    `others` are one such row together. `count` is of all since the engine's start.
    """

    count: int
    code: int
    number: str | None
    at: datetime
    reason: str = ""
    why: RefusalReason = RefusalReason.FAULT
    display_name: str = ""
    reference: str = ""
    """As in `LineCall`: the same call may be answered at another seat."""
    source: str = ""
    """The address that it came from."""
    call_id: CallId = CallId("")
    times: int = 1
    others: bool = False


@dataclass(frozen=True, slots=True)
class LineQuality:
    """How a connected call sounds, about once a second. `round_trip_ms` is None until the far end has reported."""

    call_id: CallId
    received: int
    lost: int
    discarded: int
    jitter_ms: float
    buffer_ms: float
    round_trip_ms: float | None
    mos: float


@dataclass(frozen=True, slots=True)
class LineQualitySummary:
    """How a call sounded from answer to end, told when it is over; never told of a call nothing was measured of.

    `lost_percent` counts what came too late, too; delays are one way, mouth to ear, by estimate.
    """

    call_id: CallId
    seconds: int
    mos_mean: float
    mos_worst: float
    lost_percent: float
    jitter_mean_ms: float
    jitter_worst_ms: float
    delay_mean_ms: float
    delay_worst_ms: float
    silent_s: float = 0.0
    """Time in which nothing arrived although it should have."""


@dataclass(frozen=True, slots=True)
class LineLevels:
    """How loud microphone and earpiece were since the last one, peaks from 0 to 1; about ten times a second."""

    microphone: float
    earpiece: float


@dataclass(frozen=True, slots=True)
class LineRing:
    """The loudspeaker rings, or has stopped; `on` is told only once sound has reached the device."""

    on: bool


@dataclass(frozen=True, slots=True)
class LineSoundTest:
    """The test of a role's device got further."""

    role: SoundRole
    step: TrialStep
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LineRecall:
    """A recording is being listened to again, or no longer; about four times a second while it plays."""

    call_id: CallId
    playing: bool
    position_s: float
    length_s: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LineSilence:
    """Nothing arrives from the far end any more, neither sound nor report, in a call that should have both.

    Told two seconds after the last packet at `since`; the call stays up. Never told of a held call.
    """

    call_id: CallId
    since: datetime
    reason: SilenceReason = SilenceReason.STOPPED


@dataclass(frozen=True, slots=True)
class LineSilenceOver:
    """The silence told by `LineSilence` is over: packets arrive again, or none are due any more (hold)."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class LineFault:
    """Something inside the phone went wrong that no other signal tells; shown, never dropped."""

    where: str
    detail: str
    call_id: CallId | None = field(default=None)


@dataclass(frozen=True, slots=True)
class LinePresence:
    """A watched number's phone changed its state; `words` are the server's own, or the reason why nothing is known."""

    who: str
    state: PresenceState
    words: str = ""


LineSignal = (
    LineReady
    | LinePresence
    | LineLost
    | LineAudioChanged
    | LineRegistration
    | LineOffered
    | LinePlaced
    | LineProgress
    | LineConnected
    | LineMedia
    | LineTransfer
    | LineReplaced
    | LineIdentity
    | LineDiverted
    | LineDigit
    | LineEnded
    | LineRecorded
    | LineRecordingFailed
    | LineRefused
    | LineQuality
    | LineQualitySummary
    | LineLevels
    | LineRing
    | LineSoundTest
    | LineRecall
    | LineSilence
    | LineSilenceOver
    | LineFault
)
