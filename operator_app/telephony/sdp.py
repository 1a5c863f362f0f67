"""What is offered and answered for sound (SDP, RFC 3264). Pure text work; never raises on bad input."""

import re
from dataclasses import dataclass

_NO_CODEC = ("telephone-event", "cn", "red")
_STATIC = {"0": "pcmu/8000", "3": "gsm/8000", "8": "pcma/8000", "9": "g722/8000", "18": "g729/8000"}
_SECTION = re.compile(r"^m=", re.MULTILINE)
_SOUND_LINE = re.compile(rb"(?mi)^(m=(?:audio|text)[ \t]+)(\d+)([ \t]+(\S+)[ \t]+)([^\r\n]*)")
_EXPLAINED = re.compile(rb"(?m)^a=rtpmap:[ \t]*(\d+)[ \t]")
_PLAIN = re.compile(r"^m=audio [1-9]\d* RTP/AVPF? (?:\d+ )*[089]\b", re.MULTILINE)
_NAMED = re.compile(r"^c=IN IP4 \D", re.MULTILINE)
_IPV4 = re.compile(r"IP4 (?:\d{1,3}\.){3}\d{1,3}(?:/.*)?")
_PORT = re.compile(r"^(m=audio[ \t]+)\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SoundLine:
    """One `m=audio` line: its place among all lines, its port, codecs (name/rate) and where its sound goes."""

    place: int
    port: int
    codecs: frozenset[str]
    reachable: bool
    """Its sound goes to an address of IPv4: this phone speaks no other, and asks no name server about a call."""
    inactive: bool


def sound_lines(text: str) -> tuple[SoundLine, ...]:
    """Return the lines for sound of a description, in order."""
    head, *sections = _SECTION.split(text.replace("\r\n", "\n"))
    found = []
    for place, section in enumerate(sections):
        first, _, rest = section.partition("\n")
        words = first.split()
        if len(words) < 4 or words[0].lower() != "audio":
            continue
        own = _connection(rest) or _connection(head)
        port = words[1].partition("/")[0]
        found.append(
            SoundLine(
                place,
                int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0,
                _codecs(words[3:], rest),
                _IPV4.fullmatch(own) is not None,
                "a=inactive" in rest or own.startswith("IP4 0.0.0.0"),
            )
        )
    return tuple(found)


def is_in_vain(offer: str) -> bool:
    """Whether an offer has sound, but none that this phone could ever answer: it must not ring first."""
    if _PLAIN.search(offer) and "IP6" not in offer and not _NAMED.search(offer):
        return False  # nearly every offer; a ring waits for this
    lines = [each for each in sound_lines(offer) if each.port]
    return bool(lines) and not any(each.reachable and each.codecs for each in lines)


def mended(message: bytes) -> bytes:
    """Return a message, as long as it came, without what the library refuses or dies of in an offer for sound.

    A line whose keys would come by DTLS is closed: with SRTP on, pjproject 2.15 dies of it. A payload number above 95
    that nobody explains is to be ignored (RFC 8866, 6.6): the library would refuse the whole call (400).
    """
    explained = set(_EXPLAINED.findall(message))
    formats = (each for found in _SOUND_LINE.finditer(message) for each in found[5].split())
    if b"UDP/TLS" not in message and not any(_is_unexplained(each, explained) for each in formats):
        return message
    return _SOUND_LINE.sub(lambda found: _mended_line(found, explained), message)


def _mended_line(found: "re.Match[bytes]", explained: set[bytes]) -> bytes:
    kind, port, between, profile, formats = found.groups()
    if profile.upper().startswith(b"UDP/TLS"):
        port = b"0" * len(port)
    words = re.split(rb"( )", formats)
    good = next((each for each in words if each in explained or (each.isdigit() and int(each) < 96)), None)
    if good is not None:
        words = [
            good.zfill(len(each)) if _is_unexplained(each, explained) and len(good) <= len(each) else each
            for each in words
        ]
    return kind + port + between + b"".join(words)


def _is_unexplained(number: bytes, explained: set[bytes]) -> bool:
    return number.isdigit() and int(number) >= 96 and number not in explained


def with_one_sound(ours: str, offer: str) -> str:
    """Return our side of an answer with every line for sound closed but the first that can live.

    The library (pjproject 2.15 to 2.17, `create_answer`) answers an offered line by any line of ours that fits, and
    would name the port of one that it closes: of two lines the second then has no sound.
    """
    offered, own = sound_lines(offer), {each.place: each for each in sound_lines(ours)}
    if len(offered) < 2:
        return ours
    fits = [
        each
        for each in offered
        if each.port
        and each.reachable
        and each.place in own
        and own[each.place].port
        and each.codecs & own[each.place].codecs
    ]
    fits.sort(key=lambda each: each.inactive)
    if not fits:
        return ours
    head, *sections = re.split(r"(?m)^(?=m=)", ours)
    for each in own.values():
        if each.place != fits[0].place:
            sections[each.place] = _PORT.sub(r"\g<1>0", sections[each.place])
    return head + "".join(sections)


def _connection(part: str) -> str:
    found = re.search(r"^c=\s*IN\s+(IP[46]\s+\S+)", part, re.MULTILINE)
    return re.sub(r"\s+", " ", found[1]).upper() if found else ""


def _codecs(formats: list[str], rest: str) -> frozenset[str]:
    named = {
        number: f"{name.lower()}/{rate}"
        for number, name, rate in re.findall(r"^a=rtpmap:\s*(\d+)\s+([^/\s]+)/(\d+)", rest, re.MULTILINE)
    }
    found = (named.get(each) or _STATIC.get(each, "") for each in formats)
    return frozenset(each for each in found if each and each.partition("/")[0] not in _NO_CODEC)
