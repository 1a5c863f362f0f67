"""The 49 torture messages of RFC 4475, byte by byte, out of the text beside this file."""

import re
from dataclasses import dataclass
from pathlib import Path

_TEXT = Path(__file__).with_suffix(".txt")
_SDP = (
    "v=0\r\no=mhandley 29739 7272939 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt={1} 0\r\n"
    "m=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n"
)


@dataclass(frozen=True, slots=True)
class Torture:
    """One message: where it stands in the standard, its name there, and its bytes on the wire."""

    section: str
    name: str
    data: bytes

    @property
    def is_response(self) -> bool:
        """Whether it answers a request that nobody made."""
        return self.data.startswith(b"SIP/2.0 ")

    @property
    def method(self) -> str:
        """The method of a request."""
        return self.data.split(None, 1)[0].decode()


def messages() -> tuple[Torture, ...]:
    """Return all of them in the order of the standard."""
    parts = re.split(r"^@ (\S+) (\S+)\n", _TEXT.read_text(encoding="ascii"), flags=re.MULTILINE)[1:]
    return tuple(
        Torture(section, name, _bytes(text))
        for section, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


def _bytes(text: str) -> bytes:
    """Write out the notation of section 2 of the standard."""
    text = re.sub(r"<hex>[0-9A-F\n]+</hex>", lambda found: found[0].replace("\n", ""), text)
    text = text.replace("\n", "\r\n")
    text = re.sub(r"<sdp (\S+?)(?: (\d+))?>\r\n", lambda found: _SDP.format(found[1], found[2] or "0"), text)
    text = re.sub(r"<repeat count=(\d+)>(\w+)</repeat>", lambda found: found[2] * int(found[1]), text)
    whole = b""
    for number, piece in enumerate(re.split(r"<hex>([0-9A-F]+)</hex>", text)):
        whole += bytes.fromhex(piece) if number % 2 else piece.encode("ascii")
    return whole
