"""Messages that the phone library throws away: what can be read of them, what they are answered, where a stream ends.

Pure work on bytes. A request is answered by RFC 3261 (8.2.2.1, 18.3, 21.4.1, 21.4.14, 21.5.6, 21.5.7), never an ACK.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b

from operator_app.telephony.engine.offers import is_out_of_bounds

BAD_REQUEST, UNKNOWN_SCHEME, NOT_ACCEPTABLE, OTHER_VERSION, TOO_LONG = 400, 416, 488, 505, 513
REASONS = {
    BAD_REQUEST: "Bad Request",
    UNKNOWN_SCHEME: "Unsupported URI Scheme",
    NOT_ACCEPTABLE: "Not Acceptable Here",
    OTHER_VERSION: "Version Not Supported",
    TOO_LONG: "Message Too Large",
}
SIP_PORT = 5060
MOST_PASSED_OVER = 1_000_000
_START = re.compile(r"([^\s]{1,64})[ \t]+(.*?)[ \t]*(SIP/\d+\.\d+)[ \t]*$", re.IGNORECASE)
_SCHEME = re.compile(r"[ \t<]*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = {"sip", "sips", "tel", "urn"}
_NO_SERVICE = re.compile(rb"[^\s]+[ \t]+urn:(?!service:)", re.IGNORECASE)
_END_OF_ADDRESS, _END_OF_BARE = re.compile(rb"[\s>]"), re.compile(rb"[\s>;,]")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_NAMES = {
    "via": "Via", "v": "Via", "from": "From", "f": "From", "to": "To", "t": "To", "call-id": "Call-ID",
    "i": "Call-ID", "cseq": "CSeq", "p-asserted-identity": "P-Asserted-Identity",
}  # fmt: skip
_SENT_BY = re.compile(
    r"SIP\s*/\s*[\d.]+\s*/\s*\w+\s+(\[[^\]]*\]|[^\s:;,]+)(?:\s*:\s*(\d{1,5}))?", re.IGNORECASE
)
_RPORT = re.compile(r";\s*rport\s*(?=[;,]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unread:
    """What could be read of a request. Header values stand as they came, a folded one on one line."""

    method: str
    uri: str
    version: str
    headers: tuple[tuple[str, str], ...]

    def first(self, name: str) -> str:
        """Return the first value of a header, "" when there is none."""
        return next((value for known, value in self.headers if known == name), "")

    @property
    def is_new_call(self) -> bool:
        """Whether somebody wants to speak with us, who is not in a call with us already."""
        return self.method.upper() == "INVITE" and ";tag=" not in self.first("To").replace(" ", "").lower()

    @property
    def text(self) -> str:
        """The whole of it as a message, for whoever reads who calls."""
        lines = (
            f"{self.method} {self.uri} {self.version}",
            *(f"{name}: {value}" for name, value in self.headers),
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1").decode("utf-8", "surrogateescape")

    @property
    def name(self) -> tuple[str, ...]:
        """What a repetition of it has in common with it."""
        return self.method, self.first("Via"), self.first("Call-ID"), self.first("CSeq")


def read_request(data: bytes) -> Unread | None:
    """Return what can be read of a request, None for anything else: answers, other protocols, noise."""
    lines = _FOLD.sub(b" ", head_of(data) or data).decode("latin-1").split("\n")
    start = _START.match(lines[0].rstrip("\r"))
    if start is None or start[1].upper().startswith("SIP/"):
        return None
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon and (known := _NAMES.get(name.strip().lower())):
            headers.append((known, value.strip().replace("\r", " ")))
    return Unread(start[1], start[2], start[3].upper(), tuple(headers))


def code_for(request: Unread) -> int:
    """Return by which status a request is answered that the library could not read."""
    if request.version != "SIP/2.0":
        return OTHER_VERSION
    scheme = _SCHEME.match(request.uri)
    return UNKNOWN_SCHEME if scheme and scheme[1].lower() not in _SCHEMES else BAD_REQUEST


def fault_of_whole(data: bytes, *, filled: bool, datagram: bool) -> int:
    """Return the status for a message that was read but cannot be taken, 0 when it can.

    `filled` says that it took all the room of a packet: what did not fit was cut off. A URN names somebody here only
    when it is a service (RFC 5031).
    """
    if datagram:
        head = head_of(data)
        length = _length(head)
        if length is None:
            if filled:
                return TOO_LONG
        elif len(data) - len(head) < length:
            return TOO_LONG if filled else BAD_REQUEST
    if _NO_SERVICE.match(data):
        return UNKNOWN_SCHEME
    return NOT_ACCEPTABLE if is_out_of_bounds(data) else 0


def fault_of_stream(data: bytes, limit: int) -> int:
    """Return the status for what begins a stream's next message but will never be a whole one, 0 while it may be.

    Whoever does not know where a message ends must not look for the next one: it would be found in a body.
    """
    head = head_of(data)
    if not head:
        return TOO_LONG if len(data) >= limit else 0
    length = _length(head)
    if length is None or length < 0:
        return BAD_REQUEST
    return TOO_LONG if len(head) + length > limit else 0


class PassedOver:
    """A message of a stream that is not read: takes its bytes as they come, to the last one and no further."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._left: int | None = None
        self.lost = False
        """Its end cannot be known, or is too far away to be waited for."""

    @property
    def over(self) -> bool:
        """Whether it is passed."""
        return self._left == 0

    def take(self, data: bytes) -> int:
        """Return how many of these bytes belong to it."""
        if self._left is None:
            known = len(self._begun)
            self._begun += data
            head = head_of(bytes(self._begun))
            length = _length(head) if head else 0
            whole = len(head) + (length or 0)
            self.lost = length is None or length < 0 or max(whole, len(self._begun)) > MOST_PASSED_OVER
            if self.lost or not head:
                return len(data)
            self._left = whole - known
            self._begun.clear()
        taken = min(self._left, len(data))
        self._left -= taken
        return taken


def answer(request: Unread, code: int, host: str, port: int) -> bytes:
    """Return the response to a request that came from there; empty where nothing says whose answer it would be."""
    vias = [value for name, value in request.headers if name == "Via"]
    if not vias or request.method.upper() == "ACK":
        return b""
    vias[0] = _RPORT.sub(f";rport={port}", vias[0], count=1)
    top, comma, more = vias[0].partition(",")
    vias[0] = f"{top};received={host}{comma}{more}"
    lines = [f"SIP/2.0 {code} {REASONS[code]}", *(f"Via: {value}" for value in vias)]
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = request.first(name)
        if name == "To" and value and ";tag=" not in value.replace(" ", "").lower():
            value += f";tag={blake2b('|'.join(request.name).encode(), digest_size=8).hexdigest()}"
        if value:
            lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode("latin-1")


def answer_port(request: Unread, source_port: int) -> int:
    """Return the port to which the answer to a datagram goes (RFC 3261, 18.2.2; RFC 3581)."""
    via = request.first("Via")
    if _RPORT.search(via.partition(",")[0]):
        return source_port
    sent_by = _SENT_BY.match(via)
    port = int(sent_by[2]) if sent_by and sent_by[2] else SIP_PORT
    return port if 0 < port < 65_536 else SIP_PORT


def length_of_address(data: bytes, *, bare: bool) -> int:
    """Return how long the address at the beginning is; a `bare` one, without brackets, ends before its parameters."""
    end = _END_OF_BARE.search(data) if bare else _END_OF_ADDRESS.search(data)
    return end.start() if end else len(data)


def head_of(data: bytes) -> bytes:
    """Return start line and headers with the empty line that ends them, b"" when it has not come."""
    end = data.find(b"\n\r\n")
    return data[: end + 3] if end >= 0 else b""


def _length(head: bytes) -> int | None:
    """Return the length that a head says its body has; None without one, negative when it cannot be believed."""
    if b"\n " in head or b"\n\t" in head:
        head = _FOLD.sub(b" ", head)
    told = set()
    for line in head.split(b"\n"):
        if line[:1] in b"cClL":
            name, _, value = line.partition(b":")
            if name.strip().lower() in (b"content-length", b"l"):
                told.add(value.strip())
    if not told:
        return None
    if len(told) > 1:
        return -1
    (value,) = told
    return int(value) if value.isdigit() and len(value) < 10 else -1
