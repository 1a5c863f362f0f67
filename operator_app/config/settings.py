"""The settings of one window, declared once. An unknown or ill-typed key stops the start and names the line."""

import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo


class SettingsError(Exception):
    """The settings cannot be used; the text is one sentence with file, line, cause and what to do."""


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The room: names on screen, the prefix of incident numbers, local time, language "id" or "en"."""

    name: str = "112"
    room: str = ""
    prefix: str = "112"
    timezone: str = "Asia/Makassar"
    language: str = "id"

    @property
    def zone(self) -> ZoneInfo:
        """Local time of the room."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class SeatSettings:
    """This window: its name in the room, who sits there, its folder; `agency` is the code of a desk's agency.

    `encrypted` keeps its store by a key in the keyring of the system's user.
    `rights` of whoever sits there: "supervisor" may give kinds other question cards.
    """

    name: str
    role: str = "seat"
    operator: str = ""
    agency: str = ""
    data: str = ""
    encrypted: bool = False
    rights: tuple[str, ...] = ()


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
    transport: str = "tcp"


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
    port: int = 0
    audio: str = "auto"
    microphone: str = ""
    earpiece: str = ""
    codecs: tuple[str, ...] = ("PCMA", "PCMU", "G722")
    watch: tuple[str, ...] = ()
    """Numbers whose state (free, rings, on the phone) the phone server is asked for; "201 M2" gives one a name."""
    srtp: str = "off"
    sip_dscp: int = 24
    rtp_dscp: int = 46
    rtp_port: int = 0
    rtp_ports: int = 0
    tls_ca: str = ""
    tls_verify: bool = True
    keys_by: str = "rtp"
    session_expires_s: int = 180
    auto_answer: bool = False
    auto_answer_s: float = 3.0
    account: tuple[AccountSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class MapSettings:
    """The map pane."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How it looks: theme "dark" or "light", text scale 1 to 2; for the wall its screen and viewing distance in m."""

    theme: str = "dark"
    text_scale: float = 1.0
    full_screen: bool = True
    screen: str = ""
    viewing_distance_m: float = 4.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one window is told before it starts."""

    seat: SeatSettings
    site: SiteSettings = field(default_factory=SiteSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    phone: PhoneSettings = field(default_factory=PhoneSettings)
    map: MapSettings = field(default_factory=MapSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)


CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("seat", "role"): ("seat", "desk", "wall"),
    ("seat", "rights"): ("supervisor",),
    ("site", "language"): ("id", "en"),
    ("phone", "audio"): ("auto", "none", "file"),
    ("account", "transport"): ("udp", "tcp", "tls"),
    ("phone", "keys_by"): ("rtp", "info"),
    ("phone", "srtp"): ("off", "optional", "required"),
    ("screen", "theme"): ("dark", "light"),
}


def load_settings(path: Path) -> Settings:
    """Read a settings file. Raises `SettingsError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such settings file; give one with --config FILE.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the settings cannot be read ({error}).") from None
    return parse_settings(text, str(path))


def parse_settings(text: str, source: str = "settings") -> Settings:
    """Read settings from TOML text; `source` stands in messages. Raises `SettingsError`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: not valid TOML: {error}.") from None
    reader = _Reader(text, source)
    settings: Settings = reader.read(Settings, table, "")
    reader.check_values(settings)
    return settings


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source

    def read(self, kind: Any, table: Any, section: str) -> Any:
        if not isinstance(table, dict):
            raise self._error(section, section, f"[{section}] must be a table of keys")
        hints = get_type_hints(kind)
        known = {each.name: each for each in fields(kind)}
        for name in table:
            if name not in known:
                where = f" in [{section}]" if section else ""
                raise self._error(
                    section, name, f'unknown key "{name}"{where}; known are {", ".join(sorted(known))}'
                )
        values = {}
        for name, each in known.items():
            if name in table:
                values[name] = self._value(hints[name], table[name], section, name)
            elif each.default is MISSING and each.default_factory is MISSING:
                missing = f"[{name}]" if not section else f'"{name}" in [{section}]'
                raise SettingsError(f"{self._source}: {missing} is missing; add it.")
        return kind(**values)

    def _value(self, hint: Any, value: Any, section: str, name: str) -> Any:
        if is_dataclass(hint):
            return self.read(hint, value, name)
        if get_origin(hint) is tuple:
            if not isinstance(value, list):
                raise self._error(section, name, f'"{name}" must be a list')
            return tuple(self._value(get_args(hint)[0], each, section, name) for each in value)
        if hint is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
            words = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
            raise self._error(section, name, f'"{name}" must be {words[hint]}, not {value!r}')
        allowed = CHOICES.get((section, name))
        if allowed and value not in allowed:
            raise self._error(section, name, f'"{name}" must be one of {", ".join(allowed)}, not "{value}"')
        return value

    def check_values(self, settings: Settings) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]{1,12}", settings.seat.name):
            raise self._error("seat", "name", '"name" must be 1 to 12 letters and digits')
        if not re.fullmatch(r"[A-Z0-9]{1,8}", settings.site.prefix):
            raise self._error("site", "prefix", '"prefix" must be 1 to 8 capital letters and digits')
        try:
            ZoneInfo(settings.site.timezone)
        except (KeyError, ValueError):
            raise self._error("site", "timezone", '"timezone" must be one such as Asia/Makassar') from None
        if settings.seat.role == "desk" and not settings.seat.agency:
            raise SettingsError(f'{self._source}: a desk needs "agency" in [seat]; add its code.')
        if settings.phone.session_expires_s < 90:
            raise self._error("phone", "session_expires_s", '"session_expires_s" must be at least 90')
        if not 0.0 <= settings.phone.auto_answer_s <= 60.0:
            raise self._error("phone", "auto_answer_s", '"auto_answer_s" must be between 0 and 60')
        if not 0 <= settings.phone.port <= 65535:
            raise self._error("phone", "port", '"port" must be between 0 and 65535')
        if not all(each.strip() for each in settings.phone.watch):
            raise self._error("phone", "watch", '"watch" holds an empty number')
        for key in ("sip_dscp", "rtp_dscp"):
            if not 0 <= getattr(settings.phone, key) <= 63:
                raise self._error("phone", key, f'"{key}" must be between 0 and 63')
        self._check_sound_ports(settings.phone)
        if not 1.0 <= settings.screen.text_scale <= 2.0:
            raise self._error("screen", "text_scale", '"text_scale" must be between 1.0 and 2.0')
        if not 1.0 <= settings.screen.viewing_distance_m <= 12.0:
            raise self._error("screen", "viewing_distance_m", '"viewing_distance_m" must be between 1 and 12')

    def _check_sound_ports(self, phone: PhoneSettings) -> None:
        first, count = phone.rtp_port, phone.rtp_ports
        if first and (not 1024 <= first <= 65534 or first % 2):
            raise self._error(
                "phone", "rtp_port", '"rtp_port" must be 0 or an even number from 1024 to 65534'
            )
        if count and (not first or count < 2 or first + count > 65536):
            what = '"rtp_ports" needs "rtp_port", at least 2 (two a call), and an end below 65536'
            raise self._error("phone", "rtp_ports", what)
        if phone.tls_ca and not Path(phone.tls_ca).is_file():
            raise self._error("phone", "tls_ca", f'"tls_ca" names {phone.tls_ca}, and there is no such file')

    def _error(self, section: str, name: str, what: str) -> SettingsError:
        line = self._line(section, name)
        place = f"{self._source}, line {line}" if line else self._source
        return SettingsError(f"{place}: {what}.")

    def _line(self, section: str, name: str) -> int:
        here = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[+\s*([\w.\"-]+)\s*\]+", line)
            if header:
                here = header[1].rsplit(".", 1)[-1].strip('"')
                if here == name:
                    return number
            elif here == section and re.match(rf'\s*"?{re.escape(name)}"?\s*=', line):
                return number
        return 0
