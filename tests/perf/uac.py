"""A bare SIP caller over UDP that knows when its packets left and came: no library between the clock and the wire.

What comes is stamped by the kernel: this process may be busy with the packet before, or with what the phone under test
tells it beside, and that is no time of the phone's.
"""

import re
import secrets
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
)


_STAMP = 35
"""SO_TIMESTAMPNS of Linux; Python has no name for it."""
_TIMESPEC = struct.Struct("@qq")


@dataclass(eq=False)
class WireCall:
    """One call: when the INVITE left and when each status came first, in nanoseconds of the monotonic clock."""

    number: str
    call_id: str
    tag: str
    branch: str
    sent_ns: int = 0
    responses: dict[int, int] = field(default_factory=dict)
    to: str = ""
    ended: bool = False
    answer: str = ""
    """The 200 to the INVITE, with its SDP."""


class WireCaller:
    """Places calls to one phone from one socket; what comes is read on a thread of its own."""

    def __init__(self, host: str, port: int, user: str = "112") -> None:
        self._target = (host, port)
        self._user = user
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, _STAMP, 1)
        self._own = "{}:{}".format(*self._socket.getsockname())
        self._media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._media.bind(("127.0.0.1", 0))
        self._calls: dict[str, WireCall] = {}
        self._came = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._listen, name="wire caller", daemon=True)
        self._thread.start()

    @property
    def media(self) -> socket.socket:
        """Where sound of its calls comes from and goes to."""
        return self._media

    def invite(self, number: str) -> WireCall:
        """Send an INVITE and note the moment at which it left."""
        call = WireCall(number, secrets.token_hex(12), secrets.token_hex(4), secrets.token_hex(8))
        self._calls[call.call_id] = call
        body = SDP.format(port=self._media.getsockname()[1])
        contact = f"Contact: <sip:{number}@{self._own}>"
        message = self._request(
            call,
            "INVITE",
            1,
            contact,
            f"X-Sent-At: {time.time():.6f}",
            "Content-Type: application/sdp",
            body=body,
        )
        call.sent_ns = time.monotonic_ns()
        self._socket.sendto(message, self._target)
        return call

    def wait(self, call: WireCall, status: int, limit_s: float = 10.0) -> int:
        """Return when the first response of that status came. Raises `TimeoutError`."""
        with self._came:
            if not self._came.wait_for(lambda: status in call.responses, limit_s):
                raise TimeoutError(f"no {status} within {limit_s:g} s; came: {sorted(call.responses)}")
        return call.responses[status]

    def end(self, call: WireCall, limit_s: float = 10.0) -> None:
        """End the call, by CANCEL before the answer and by BYE after it; return when the other side has agreed."""
        if 200 in call.responses:
            self._send(self._request(call, "BYE", 2, branch=secrets.token_hex(8)))
        else:
            self._send(self._request(call, "CANCEL", 1))
        with self._came:
            if not self._came.wait_for(lambda: call.ended, limit_s):
                raise TimeoutError(f"the call of {call.number} did not end within {limit_s:g} s")
        del self._calls[call.call_id]

    def alive(self, limit_s: float = 0.05) -> bool:
        """Ask once whether a phone answers at all (OPTIONS); any final response counts."""
        probe = WireCall("probe", secrets.token_hex(12), secrets.token_hex(4), secrets.token_hex(8))
        self._calls[probe.call_id] = probe
        self._send(self._request(probe, "OPTIONS", 1))
        with self._came:
            heard = self._came.wait_for(lambda: any(status >= 200 for status in probe.responses), limit_s)
        del self._calls[probe.call_id]
        return heard

    def close(self) -> None:
        """Close the sockets and end the thread."""
        self._closing = True
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()
        self._media.close()

    def _request(
        self, call: WireCall, method: str, number: int, *headers: str, branch: str = "", body: str = ""
    ) -> bytes:
        target = "{}:{}".format(*self._target)
        lines = (
            f"{method} sip:{self._user}@{target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{branch or call.branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:{call.number}@{self._own}>;tag={call.tag}",
            f"To: {call.to or f'<sip:{self._user}@{target}>'}"
            if method in ("BYE", "ACK")
            else f"To: <sip:{self._user}@{target}>",
            f"Call-ID: {call.call_id}",
            f"CSeq: {number} {method}",
            *headers,
            f"Content-Length: {len(body)}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _send(self, message: bytes) -> None:
        self._socket.sendto(message, self._target)

    def _listen(self) -> None:
        while True:
            data, stamps, _flags, _from = self._socket.recvmsg(65536, 64)
            now = _moment(stamps)
            if self._closing:
                return
            text = data.decode(errors="replace")
            call_id = _header(text, "Call-ID", "i")
            call = self._calls.get(call_id)
            if text.startswith("SIP/2.0 ") and call is not None:
                self._response(call, int(text[8:11]), text, now)
            elif not text.startswith("SIP/2.0 "):
                self._asked(text, call)

    def _response(self, call: WireCall, status: int, text: str, now: int) -> None:
        method = _header(text, "CSeq").split()[-1]
        if method in ("INVITE", "OPTIONS"):
            with self._came:
                if status == 200:
                    call.answer = text
                call.responses.setdefault(status, now)
                call.ended = call.ended or status >= 300
                self._came.notify_all()
        if method == "INVITE" and status >= 200:
            call.to = _header(text, "To", "t")
            fresh = secrets.token_hex(8) if status < 300 else ""
            self._send(self._request(call, "ACK", 1, branch=fresh))
        elif method == "BYE" and status >= 200:
            with self._came:
                call.ended = True
                self._came.notify_all()

    def _asked(self, text: str, call: WireCall | None) -> None:
        """Agree to whatever the phone asks; its BYE ends the call."""
        if text.startswith("ACK"):
            return
        kept = [
            line
            for line in text.split("\r\n")
            if re.match(r"(via|from|to|call-id|cseq|[vfti])\s*:", line, re.IGNORECASE)
        ]
        self._send(("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0"]) + "\r\n\r\n").encode())
        if text.startswith("BYE") and call is not None:
            with self._came:
                call.ended = True
                self._came.notify_all()


def _moment(stamps: list[tuple[int, int, bytes]]) -> int:
    """Return when a packet came, by the monotonic clock; the kernel tells it by that of the day."""
    for level, kind, data in stamps:
        if (level, kind) == (socket.SOL_SOCKET, _STAMP):
            seconds, nanoseconds = _TIMESPEC.unpack(data[: _TIMESPEC.size])
            return int(seconds * 1_000_000_000 + nanoseconds - _ahead())
    return time.monotonic_ns()


def _ahead() -> int:
    """Return how far the clock of the day is ahead of the monotonic one, read in one go."""
    while True:
        before = time.monotonic_ns()
        day = time.time_ns()
        if time.monotonic_ns() - before < 20_000:
            return day - before


def _header(text: str, *names: str) -> str:
    found = re.search(rf"^(?:{'|'.join(names)})\s*:\s*(.*?)\s*$", text, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""
