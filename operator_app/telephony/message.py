"""The parts of a SIP message. Pure text work; never raises on bad input."""

import re
from dataclasses import dataclass

MAX_HEADERS = 256

_COMPACT = {
    "f": "from",
    "t": "to",
    "m": "contact",
    "i": "call-id",
    "c": "content-type",
    "l": "content-length",
    "v": "via",
    "b": "referred-by",
    "o": "event",
    "r": "refer-to",
}
_NAME_ADDR = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>')


@dataclass(frozen=True, slots=True)
class Party:
    """A name-addr of SIP (RFC 3261 section 20.10): display name and URI."""

    display_name: str
    uri: str


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


def commas(value: str) -> list[str]:
    """Cut a header at the commas that stand neither in quotes nor in brackets."""
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
