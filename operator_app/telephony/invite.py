"""Reading of an incoming INVITE: who calls, by which word, hidden or not. Pure text work; never raises on bad input."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from operator_app.domain.place.location import CallLocation
from operator_app.telephony.pidf_lo import read_location

MAX_HEADERS = 256
MAX_TEXT = 200

_COMPACT = {
    "f": "from",
    "t": "to",
    "m": "contact",
    "i": "call-id",
    "c": "content-type",
    "l": "content-length",
    "v": "via",
    "b": "referred-by",
}
_NAME_ADDR = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>')
_SEPARATORS = re.compile(r"[-.()\s]")


@dataclass(frozen=True, slots=True)
class Party:
    """A name-addr of SIP (RFC 3261 section 20.10): display name and URI."""

    display_name: str
    uri: str


@dataclass(frozen=True, slots=True)
class Invite:
    """What an INVITE says about the caller."""

    number: str | None
    withheld: bool
    display_name: str
    uri: str
    to: str
    sent_at: datetime | None
    location: CallLocation | None
    referred_by: str = ""
    reference: str = ""
    """What all offers of one call have in common: the emergency call's own identifier before the exchange's word."""
    emergency_ids: tuple[str, ...] = ()
    device: str = ""
    """X-Call-Ref where the exchange sets it (separate legs have Call-IDs of their own), or else the Call-ID."""


MAX_IDS = 8
_CALL_INFO = re.compile(r"<([^<>]{1,200})>([^<]*)")
_PURPOSE = re.compile(r";\s*purpose\s*=\s*\"?(?:emergency-|nena-)?(CallId|IncidentId)\b", re.IGNORECASE)
_EMERGENCY_URN = re.compile(
    r"urn:(?:emergency|nena):(?:service:responder\.)?(?:uid:)?(callid|incidentid):[^\s<>\"]+", re.IGNORECASE
)
_DEVICE = re.compile(r"\+sip\.instance\s*=\s*\"?<urn:gsma:imei:([0-9-]{8,20})", re.IGNORECASE)


_NETWORK_ONLY = ("p-asserted-identity", "call-info", "x-call-ref", "privacy")


def read_invite(message: str, *, believed: bool = True) -> Invite:
    """Read the whole text of an INVITE; what is missing or broken is left out, never guessed.

    Of a sender who is not `believed` only his own word is taken, nothing that only a network may state.
    """
    headers, body = split_message(message)
    if not believed:
        headers = {name: values for name, values in headers.items() if name not in _NETWORK_ONLY}
    emergency_ids = _emergency_ids(headers.get("call-info", []))
    own_name = next((each for each in emergency_ids if "callid:" in each.lower()), "")
    sender = party(_first(headers, "from"))
    asserted = [party(each) for value in headers.get("p-asserted-identity", []) for each in _commas(value)]
    # Two identities are allowed, a sip: and a tel: one (RFC 3325 section 9.1); the tel: one is surely a number.
    asserted.sort(key=lambda each: not each.uri.lower().startswith("tel:"))
    best = asserted[0] if asserted else sender
    private = {each.strip().lower() for each in _first(headers, "privacy").split(";")}
    hidden = _anonymous(sender) or bool(private & {"id", "user", "header"})
    # A word of the network that cannot be read leaves the caller's own: without a number nobody can call back.
    number = None if _anonymous(best) else _number(best.uri) or _own_number(sender)
    name = next((plain for each in (*asserted, sender) if (plain := _plain(each.display_name))), "")
    return Invite(
        number=number,
        withheld=hidden,
        display_name="" if _anonymous(sender) and not asserted else name[:MAX_TEXT],
        uri=best.uri[:MAX_TEXT],
        to=party(_first(headers, "to")).uri[:MAX_TEXT],
        sent_at=_epoch(_first(headers, "x-sent-at")),
        location=read_location(
            headers.get("geolocation", []),
            _first(headers, "content-type"),
            _first(headers, "content-transfer-encoding"),
            body,
        ),
        referred_by=party(_first(headers, "referred-by")).uri[:MAX_TEXT],
        reference=(own_name or _first(headers, "x-call-ref") or _first(headers, "call-id"))[:MAX_TEXT],
        emergency_ids=emergency_ids,
        device=found[1] if (found := _DEVICE.search(_first(headers, "contact"))) else "",
    )


def _emergency_ids(values: list[str]) -> tuple[str, ...]:
    """Return the identifiers of the emergency call and of its incident out of Call-Info (NENA STA-010, RFC 7852)."""
    found: list[str] = []
    for uri, rest in _CALL_INFO.findall(", ".join(values)[:4096]):
        named = _PURPOSE.search(rest.partition(",")[0]) is not None
        if (named or _EMERGENCY_URN.match(uri)) and uri.lower().startswith("urn:") and uri not in found:
            found.append(uri.strip())
    return tuple(found[:MAX_IDS])


_ELSEWHERE = re.compile(r"^(SIP\s*;.*\bcause\s*=\s*200\b|Q\.850\s*;.*\bcause\s*=\s*26\b)", re.IGNORECASE)


def is_answered_elsewhere(message: str) -> bool:
    """Whether a CANCEL or BYE says that another phone took the call (RFC 3326: SIP cause 200, Q.850 cause 26)."""
    reasons = split_message(message)[0].get("reason", [])
    return any(_ELSEWHERE.match(each.strip()) for value in reasons for each in _commas(value))


def split_message(message: str) -> tuple[dict[str, list[str]], str]:
    """Return the headers (lower-case long names, unfolded values) and the body of a SIP message."""
    # Bytes that are no UTF-8 come from the library as lone surrogates, which nothing further on can write down.
    text = (
        message.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if _torn(message) else message
    )
    text = text.replace("\r\n", "\n")
    head, _, body = text.partition("\n\n")
    unfolded = re.sub(r"\n[ \t]+", " ", head)
    headers: dict[str, list[str]] = {}
    for line in unfolded.split("\n")[1 : MAX_HEADERS + 1]:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.setdefault(_COMPACT.get(key, key), []).append(value.strip())
    return headers, body


def _torn(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def party(value: str) -> Party:
    """Read one name-addr or bare URI."""
    if found := _NAME_ADDR.match(value):
        quoted, plain, uri = found.groups()
        name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (plain or "")
        return Party(name.strip(), uri.strip())
    return Party("", value.split(";", maxsplit=1)[0].strip())


def number_of(uri: str) -> str | None:
    """Return the number or user name of a sip: or tel: URI, None when there is none."""
    return _number(uri)


def _first(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _commas(value: str) -> list[str]:
    parts, depth, quoted, start = [], 0, False, 0
    for at, letter in enumerate(value):
        if letter == '"' and (at == 0 or value[at - 1] != "\\"):
            quoted = not quoted
        elif not quoted:
            depth += (letter == "<") - (letter == ">")
            if letter == "," and depth == 0:
                parts.append(value[start:at])
                start = at + 1
    return [*parts, value[start:]]


def _anonymous(who: Party) -> bool:
    scheme, _, rest = who.uri.partition(":")
    if scheme.lower() not in ("sip", "sips"):
        return False
    user, at, host = rest.partition("@")
    if not at:
        return user.split(";")[0].lower().endswith("anonymous.invalid")
    return user.split(";")[0].lower() == "anonymous" or host.split(";")[0].lower().endswith(
        "anonymous.invalid"
    )


def _own_number(sender: Party) -> str | None:
    return None if _anonymous(sender) else _number(sender.uri)


def _plain(words: str) -> str:
    """The words without signs that are not seen: they turn the direction of what stands beside, or break its line."""
    return "".join(" " if each.isspace() else each for each in words if _is_seen(each)).strip()


def _is_seen(letter: str) -> bool:
    return letter.isspace() or not unicodedata.category(letter).startswith("C")


def _number(uri: str) -> str | None:
    scheme, colon, rest = uri.partition(":")
    if not colon:
        return None
    kind = scheme.strip().lower()
    if kind == "tel":
        user = rest
    elif kind in ("sip", "sips"):
        user, at, _ = rest.rpartition("@")
        if not at:
            return None
    else:
        return None
    user = _plain(unquote(user.split(";")[0].split(":")[0]))
    bare = _SEPARATORS.sub("", user)
    if re.fullmatch(r"\+?[0-9*#]+", bare):
        user = bare
    return user[:MAX_TEXT] or None


def _epoch(value: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
