"""What the seat tells the engine to be. Sent over the wire, never on a command line: it holds passwords."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from operator_app.telephony.origins import networks
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

DEFAULT_CODECS = ("PCMA", "PCMU", "G722")


class AudioMode(StrEnum):
    """Where microphone and earpiece come from."""

    AUTO = "auto"
    """The sound card when there is one, else nothing, said so."""
    NONE = "none"
    FILE = "file"
    """A WAV for the microphone and one for the earpiece: tests, practice and simulated callers."""


class KeysBy(StrEnum):
    """How keys that the operator presses reach the far end."""

    RTP = "rtp"
    """RFC 4733 events in the sound stream; INFO where the far end offers none."""
    INFO = "info"
    """SIP INFO with application/dtmf-relay, for phone servers that read nothing else."""


class Srtp(StrEnum):
    """Whether sound is encrypted (SRTP with keys in the SDP, RFC 4568)."""

    OFF = "off"
    OPTIONAL = "optional"
    """Offered beside plain sound, taken when the far end offers it."""
    REQUIRED = "required"
    """A call without it fails (488)."""


@dataclass(frozen=True, slots=True)
class EngineAudio:
    """The sound path; empty names mean the system's default device, empty paths silence or nothing kept."""

    mode: AudioMode = AudioMode.AUTO
    microphone: str = ""
    earpiece: str = ""
    microphone_file: str = ""
    microphone_loop: bool = True
    microphone_from_start: bool = False
    """Begin the microphone file anew when a call connects."""
    earpiece_file: str = ""
    ring: str = ""
    """The loudspeaker that rings."""
    recall: str = ""
    """Where recordings are listened to again; empty: the earpiece."""
    ring_file: str = ""
    """WAV of the ring; empty: this engine does not ring, its window does."""
    ring_volume: float = 1.0
    """0.2 to 1: a ring can be made soft, not silent."""


@dataclass(frozen=True, slots=True)
class EngineAccount:
    """One identity at one phone server. `realm` "*" takes whatever the server asks with."""

    name: str
    user: str
    password: str
    registrar: str
    """sip: URI of the server, with ;transport=tcp where wanted."""
    realm: str = "*"
    display_name: str = ""
    expires_s: int = 60
    retry_s: int = 5


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Everything the engine must know to be this seat's phone."""

    bind: str = ""
    """Own address for SIP and sound; empty takes all interfaces."""
    port: int = 0
    udp: bool = True
    tcp: bool = True
    user: str = "112"
    """The name by which this phone is called directly, without a phone server."""
    accounts: tuple[EngineAccount, ...] = ()
    servers: tuple[str, ...] = ()
    """Further addresses and networks from which a phone server calls, beside those of the accounts' registrars."""
    direct: bool | None = None
    """Whether anybody else may call this phone; None: only where it has no phone server."""
    codecs: tuple[str, ...] = DEFAULT_CODECS
    watch: tuple[str, ...] = ()
    """Numbers or sip: addresses whose presence is asked for at the phone server."""
    rtp_port: int = 0
    """First port for sound; 0 lets the system choose."""
    rtp_ports: int = 0
    """How many ports from the first one on may be used, two a call; 0 means any above it."""
    srtp: Srtp = Srtp.OFF
    sip_dscp: int = 24
    """DiffServ code point of signalling (RFC 4594: CS3), 0 to 63; 0 leaves packets unmarked."""
    rtp_dscp: int = 46
    """DiffServ code point of sound (EF), 0 to 63; 0 leaves packets unmarked."""
    tls_ca: str = ""
    """PEM file of the authorities that phone servers' certificates are checked against; empty: the system's own."""
    tls_verify: bool = True
    recordings_dir: str = ""
    """Empty: calls are not recorded."""
    audio: EngineAudio = EngineAudio()
    idle_exit_s: float = 30.0
    """Without a window and without a connected call the engine ends itself after this time."""
    keys: KeysBy = KeysBy.RTP
    session_expires_s: int = 180
    """Session timer (RFC 4028), at least 90: so often a call asks whether its far end is still there."""
    sip_trace: bool = False
    """Write whole SIP messages to the library's log: numbers and positions of callers are in them."""

    @property
    def tls(self) -> bool:
        """Whether an account needs TLS."""
        return any(";transport=tls" in account.registrar.lower() for account in self.accounts)

    @property
    def has_servers(self) -> bool:
        """Whether there is anybody to tell a stranger from."""
        return bool(self.accounts or self.servers)

    @property
    def takes_direct(self) -> bool:
        """Whether strangers may call."""
        return not self.has_servers if self.direct is None else self.direct

    def check(self) -> None:
        """Raise `PhoneRefusedError` when the settings cannot be carried out by any engine."""
        if not self.udp and not self.tcp:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, "neither UDP nor TCP")
        if not 0 <= self.port <= 65535:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"port {self.port}")
        if self.bind:
            try:
                ipaddress.ip_address(self.bind)
            except ValueError as problem:
                raise PhoneRefusedError(
                    PhoneRefusal.BAD_ADDRESS, f"{self.bind!r} is no IP address"
                ) from problem
        try:
            networks(self.servers)
        except ValueError as problem:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"servers: {problem}") from problem
        if self.direct is False and not self.has_servers:
            raise PhoneRefusedError(
                PhoneRefusal.BAD_SETTINGS, "no direct calls and no phone server: nobody could call"
            )
        names = [account.name for account in self.accounts]
        if len(set(names)) != len(names):
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, "two accounts of one name")
        if self.session_expires_s < 90:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"session timer {self.session_expires_s} s")
        if not 0 <= self.sip_dscp <= 63 or not 0 <= self.rtp_dscp <= 63:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, "a DSCP is 0 to 63")
        if self.rtp_ports and (self.rtp_port < 1024 or self.rtp_ports < 2):
            raise PhoneRefusedError(
                PhoneRefusal.BAD_SETTINGS,
                "a range of sound ports needs a first one from 1024 on, and two a call",
            )
        if self.rtp_port + self.rtp_ports > 65536:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, "the sound ports end above 65535")
        if not self.codecs:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, "no codec")
