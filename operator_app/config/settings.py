"""The settings of one window, declared once. An unknown or ill-typed key stops the start and names the line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from operator_app.reading.marks import WORDS, Between, Like
from operator_app.reading.shape import Misfit
from operator_app.reading.toml import TomlFile

Port = Annotated[int, Between(0, 65535)]
Mark = Annotated[int, Between(0, 63)]
"""A DSCP mark."""


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The room: names on screen, the prefix of incident numbers, local time, language "id" or "en"."""

    name: str = "112"
    room: str = ""
    prefix: Annotated[str, Like(r"[A-Z0-9]{1,8}", "prefix")] = "112"
    timezone: str = "Asia/Makassar"
    language: Literal["id", "en"] = "id"

    @property
    def zone(self) -> ZoneInfo:
        """Local time of the room."""
        return ZoneInfo(self.timezone)

    def misfits(self) -> Iterator[Misfit]:
        """A time zone that there is none of."""
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            yield Misfit(("timezone",), "timezone", {"got": self.timezone})


@dataclass(frozen=True, slots=True)
class SeatSettings:
    """This window: its name in the room, who sits there, its folder; `agency` is the code of a desk's agency.

    `encrypted` keeps its store by a key in the keyring of the system's user.
    Below `disk_warn_mb`, and again below `disk_alarm_mb` free (millions of bytes), the window says so.
    `rights` of whoever sits there: "supervisor" may give kinds other question cards.
    """

    name: Annotated[str, Like(r"[A-Za-z0-9]{1,12}", "seat_name")]
    role: Literal["seat", "desk", "wall"] = "seat"
    operator: str = ""
    agency: str = ""
    data: str = ""
    encrypted: bool = False
    rights: tuple[Literal["supervisor"], ...] = ()
    disk_warn_mb: Annotated[int, Between(0, 10_000_000)] = 500
    disk_alarm_mb: Annotated[int, Between(0, 10_000_000)] = 100

    def misfits(self) -> Iterator[Misfit]:
        """A desk of no agency."""
        if self.role == "desk" and not self.agency:
            yield Misfit(("agency",), "desk_without_agency")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The shared PostgreSQL server; an empty `dsn` means that the window works alone."""

    dsn: str = ""


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account at a phone server, e.g. registrar = "sip:10.0.0.5"."""

    registrar: str
    user: str
    password: str = ""
    realm: str = "*"
    transport: Literal["udp", "tcp", "tls"] = "tcp"


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """The embedded phone: where it listens (`port` 0 = any free one), its sound path, its accounts.

    `rtp_port` and `rtp_ports` are the first port for sound and how many from there (two a call; 0 = any); `sip_dscp`
    and `rtp_dscp` mark packets for the network (0 = unmarked); `tls_ca` is a PEM file of the authorities to trust.
    `keys_by` "rtp" or "info" is how pressed keys are sent, `session_expires_s` the session timer (at least 90); with
    `auto_answer` a free seat answers by itself after `auto_answer_s` seconds, with two pips in the headset.
    """

    enabled: bool = True
    address: str = "127.0.0.1"
    port: Port = 0
    audio: Literal["auto", "none", "file"] = "auto"
    microphone: str = ""
    earpiece: str = ""
    codecs: tuple[str, ...] = ("PCMA", "PCMU", "G722")
    watch: tuple[Annotated[str, WORDS], ...] = ()
    """Numbers whose state (free, rings, on the phone) the phone server is asked for; "201 M2" gives one a name."""
    srtp: Literal["off", "optional", "required"] = "off"
    sip_dscp: Mark = 24
    rtp_dscp: Mark = 46
    rtp_port: int = 0
    rtp_ports: int = 0
    tls_ca: str = ""
    tls_verify: bool = True
    keys_by: Literal["rtp", "info"] = "rtp"
    session_expires_s: Annotated[int, Between(90, 86_400)] = 180
    servers: tuple[str, ...] = ()
    """Further addresses and networks that phone servers call from, beside those of the accounts' registrars."""
    direct: bool | None = None
    """Whether anybody else may call this seat; unset: only where it has no account and no `servers`."""
    auto_answer: bool = False
    auto_answer_s: Annotated[float, Between(0, 60)] = 3.0
    account: tuple[AccountSettings, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        """Servers that are no addresses, a phone that nobody could call, ports that cannot be, a file that is not."""
        for number, each in enumerate(self.servers):
            try:
                ip_network(each, strict=False)
            except ValueError:
                yield Misfit(("servers", number), "address", {"got": each})
        if self.direct is False and not (self.account or self.servers):
            yield Misfit(("direct",), "nobody_calls")
        first, count = self.rtp_port, self.rtp_ports
        if first and (not 1024 <= first <= 65534 or first % 2):
            yield Misfit(("rtp_port",), "rtp_port")
        if count and (not first or count < 2 or first + count > 65536):
            yield Misfit(("rtp_ports",), "rtp_ports")
        if self.tls_ca and not Path(self.tls_ca).is_file():
            yield Misfit(("tls_ca",), "no_such_file", {"path": self.tls_ca})


@dataclass(frozen=True, slots=True)
class MapSettings:
    """The map pane."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How it looks: theme "dark" or "light", text scale 1 to 2; for the wall its screen and viewing distance in m."""

    theme: Literal["dark", "light"] = "dark"
    text_scale: Annotated[float, Between(1, 2)] = 1.0
    full_screen: bool = True
    screen: str = ""
    viewing_distance_m: Annotated[float, Between(1, 12)] = 4.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one window is told before it starts."""

    seat: SeatSettings
    site: SiteSettings = field(default_factory=SiteSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    phone: PhoneSettings = field(default_factory=PhoneSettings)
    map: MapSettings = field(default_factory=MapSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)

    def misfits(self) -> Iterator[Misfit]:
        """A wall that nobody tells anything."""
        if self.seat.role == "wall" and not self.server.dsn:
            yield Misfit(("server", "dsn"), "wall_without_server")


def load_settings(path: Path) -> Settings:
    """Read a settings file. Raises `BadFileError` with every fault in it."""
    return TomlFile.load(path).read(Settings)


def parse_settings(text: str, source: str = "settings") -> Settings:
    """Read settings from TOML text; `source` stands in what is told. Raises `BadFileError`."""
    return TomlFile(source, text).read(Settings)
