"""Reading of an incoming INVITE: who calls, by which word, hidden or not. Pure text work; never raises on bad input."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from operator_app.domain.numbers import is_hidden
from operator_app.domain.place.location import CallLocation
from operator_app.telephony.message import Party, commas, party, split_message
from operator_app.telephony.pidf_lo import read_location

MAX_TEXT = 200

_FIGURES = re.compile(r"\+?[0-9*#]+")
_CONTEXT = re.compile(r"phone-context=\+?[A-Za-z0-9.-]{1,60}", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-.()\s]")


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


_NETWORK_ONLY = ("p-asserted-identity", "remote-party-id", "call-info", "x-call-ref", "privacy")


def read_invite(message: str, *, believed: bool = True) -> Invite:
    """Read the whole text of an INVITE; what is missing or broken is left out, never guessed.

    Of a sender who is not `believed` only his own word is taken, nothing that only a network may state.
    """
    headers, body = split_message(message)
    if not believed:
        headers = {name: values for name, values in headers.items() if name not in _NETWORK_ONLY}
    emergency_ids = _emergency_ids(headers.get("call-info", []))
    own_name = next((each for each in emergency_ids if "callid:" in each.lower()), "")
    who = _identity(headers)
    return Invite(
        number=who.number,
        withheld=who.withheld,
        display_name=who.display_name,
        uri=who.uri,
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


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is at the far end: `number` None when nobody says one, `withheld` when it was asked to be hidden."""

    number: str | None
    withheld: bool
    display_name: str
    uri: str


def newer_identity(message: str) -> Identity | None:
    """Return who is at the far end by the network's newest word in a call (RFC 3325, 9); None when it has none."""
    headers = split_message(message)[0]
    return _identity(headers) if _asserted(headers) else None


def _identity(headers: dict[str, list[str]]) -> Identity:
    sender, asserted = party(_first(headers, "from")), _asserted(headers)
    # Two identities are allowed, a sip: and a tel: one (RFC 3325 section 9.1); the tel: one is surely a number. A
    # gateway's own name is none, nor a word that says nothing: without a number nobody can call back.
    asserted.sort(
        key=lambda each: (_caller_number(each.uri) is None, not each.uri.lower().startswith("tel:"))
    )
    best = asserted[0] if asserted else sender
    private = {each.strip().lower() for each in _first(headers, "privacy").split(";")}
    hidden = _anonymous(sender) or bool(private & {"id", "user", "header"}) or _is_private(headers)
    number = _caller_number(best.uri)
    if number is None and not _anonymous(best) and not _anonymous(sender):
        number, best = _caller_number(sender.uri), sender if _caller_number(sender.uri) else best
    name = next((plain for each in (*asserted, sender) if (plain := _plain(each.display_name))), "")
    if not name and number is None and not _anonymous(best):
        name = number_of(best.uri) or ""  # an exchange's name for its own people, such as a seat
    return Identity(
        number=number,
        withheld=hidden,
        display_name="" if is_hidden(name) or (_anonymous(sender) and not asserted) else name[:MAX_TEXT],
        uri=best.uri[:MAX_TEXT],
    )


def _asserted(headers: dict[str, list[str]]) -> list[Party]:
    """Return the network's words on the caller; an older header (draft-ietf-sip-privacy) where there is none newer."""
    values = headers.get("p-asserted-identity", [])
    if not values:
        values = [each for each in headers.get("remote-party-id", []) if "party=called" not in each.lower()]
    return [party(each) for value in values for each in commas(value) if each.strip()]


def _is_private(headers: dict[str, list[str]]) -> bool:
    older = "" if "p-asserted-identity" in headers else " ".join(headers.get("remote-party-id", []))
    return re.search(r";\s*privacy\s*=\s*\"?(full|uri)\b", older, re.IGNORECASE) is not None


def _emergency_ids(values: list[str]) -> tuple[str, ...]:
    """Return the identifiers of the emergency call and of its incident out of Call-Info (NENA STA-010, RFC 7852)."""
    found: list[str] = []
    for uri, rest in _CALL_INFO.findall(", ".join(values)[:4096]):
        named = _PURPOSE.search(rest.partition(",")[0]) is not None
        if (named or _EMERGENCY_URN.match(uri)) and uri.lower().startswith("urn:") and uri not in found:
            found.append(uri.strip())
    return tuple(found[:MAX_IDS])


@dataclass(frozen=True, slots=True)
class EndReason:
    """What a CANCEL or BYE says of its reason (RFC 3326)."""

    elsewhere: bool = False
    """Another phone took the call (SIP cause 200, Q.850 cause 26)."""
    broken: str = ""
    """The way to the far end broke; who hung up is nobody. In the words of the message."""


_ELSEWHERE = re.compile(r"^(SIP\s*;.*\bcause\s*=\s*200\b|Q\.850\s*;.*\bcause\s*=\s*26\b)", re.IGNORECASE)
_CAUSE = re.compile(r"^(SIP|Q\.850)\s*;.*?\bcause\s*=\s*(\d{1,3})\b", re.IGNORECASE)
_HUNG_UP = frozenset({1, 16, 17, 18, 19, 20, 21, 22, 26, 28, 31})
"""Q.850: somebody hung up, was busy, did not answer or is not to be had; all else is a fault of a network."""
_NO_WORD = 408


def reason_of_end(message: str) -> EndReason:
    """Read why a CANCEL or BYE was sent; one without a reason is somebody who hung up."""
    broken = ""
    reasons = split_message(message)[0].get("reason", [])
    for each in (plain for value in reasons for each in commas(value) if (plain := each.strip())):
        if _ELSEWHERE.match(each):
            return EndReason(elsewhere=True)
        if found := _CAUSE.match(each):
            protocol, cause = found[1].upper(), int(found[2])
            failed = cause not in _HUNG_UP if protocol == "Q.850" else cause == _NO_WORD or 500 <= cause < 600
            broken = broken or (_plain(each)[:MAX_TEXT] if failed else "")
    return EndReason(broken=broken)


def number_of(uri: str) -> str | None:
    """Return the number or user name of a sip: or tel: URI, None when there is none."""
    user = _user(uri)
    return None if user is None else _bare(user.split(";")[0])[:MAX_TEXT] or None


def _caller_number(uri: str) -> str | None:
    """Return the number in a URI (RFC 3966: figures alone, what is behind it where it counts elsewhere), or None."""
    number, *parameters = (_user(uri) or "").split(";")
    bare = _bare(number)
    if not _FIGURES.fullmatch(bare):
        return None
    context = next((each for each in parameters if each.lower().startswith("phone-context=")), "")
    local = context and not bare.startswith("+") and _CONTEXT.fullmatch(context)
    return f"{bare};{context}" if local and len(bare) + len(context) < MAX_TEXT else bare[:MAX_TEXT]


def _user(uri: str) -> str | None:
    """Return the part of a sip: or tel: URI that names somebody, as it is written; None when there is none."""
    scheme, colon, rest = uri.partition(":")
    kind = scheme.strip().lower()
    if not colon or kind not in ("tel", "sip", "sips"):
        return None
    if kind == "tel":
        return rest
    user, at, _ = rest.rpartition("@")
    return user if at else None


def _bare(user: str) -> str:
    plain = _plain(unquote(user.split(":", maxsplit=1)[0]))
    bare = _SEPARATORS.sub("", unicodedata.normalize("NFKC", plain))
    return bare if _FIGURES.fullmatch(bare) else plain


def _first(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


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


def _plain(words: str) -> str:
    """The words without signs that are not seen: they turn the direction of what stands beside, or break its line."""
    return "".join(" " if each.isspace() else each for each in words if _is_seen(each)).strip()


def _is_seen(letter: str) -> bool:
    return letter.isspace() or not unicodedata.category(letter).startswith("C")


def _epoch(value: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
