"""What each request is answered before the library sees it, or that the library may have it. Pure but for its house.

The library takes a request for what its letterhead says, says yes for us where nobody asked us (MESSAGE, SUBSCRIBE,
REFER) and knows nothing of what is usual inside a call (OPTIONS, INFO, NOTIFY: "500 Unhandled by dialog usages").
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from operator_app.domain.ids import CallId
from operator_app.telephony.message import split_message
from operator_app.telephony.sdp import is_in_vain

FORBIDDEN, BUSY, NOT_ACCEPTABLE = 403, 486, 488
ALLOW = (
    "Allow",
    "PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, OPTIONS",
)
_IN_CALL_OPTIONS = (
    ALLOW,
    ("Accept", "application/sdp"),
    ("Supported", "replaces, 100rel, timer"),
)
_REMEMBERED = 128
_TAG = re.compile(r";\s*tag\s*=", re.IGNORECASE)
_SIGNAL = re.compile(r"^\s*signal\s*=\s*([0-9*#a-d])\s*$", re.IGNORECASE | re.MULTILINE)
_KEY = re.compile(r"\s*([0-9*#a-d])\s*", re.IGNORECASE)


class Request:
    """A request as it came: its whole text, and the address that it came from."""

    def __init__(self, text: str, host: str) -> None:
        self.text, self.host = text, host
        self.method = text.partition(" ")[0].upper()

    @cached_property
    def _parts(self) -> tuple[dict[str, list[str]], str]:
        return split_message(self.text)

    def header(self, name: str) -> str:
        """Return the first value of a header by its long name in small letters, "" when there is none."""
        return self._parts[0].get(name, [""])[0]

    def has(self, name: str) -> bool:
        """Whether there is such a header."""
        return name in self._parts[0]

    @property
    def body(self) -> str:
        """What stands below the headers."""
        return self._parts[1]

    @property
    def content_type(self) -> str:
        """The type of the body without its parameters, in small letters."""
        return re.sub(r"\s", "", self.header("content-type").partition(";")[0]).lower()

    @property
    def in_dialog(self) -> bool:
        """Whether it claims to belong to something that both ends know of."""
        return _TAG.search(self.header("to").rpartition(">")[2]) is not None

    @property
    def call(self) -> str:
        """The SIP Call-ID."""
        return self.header("call-id")

    @property
    def name(self) -> tuple[str, str, str]:
        """What a repetition over UDP has in common with the first."""
        return self.host, self.call, self.header("cseq")


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer with its headers."""

    code: int
    headers: tuple[tuple[str, str], ...] = ()


class House(Protocol):
    """Whom the doorman asks and tells. Always on the engine's thread."""

    def believes(self, host: str) -> bool:
        """Whether that address is a phone server's, or there is none to tell a stranger from."""
        ...

    def may_ring(self, host: str) -> bool:
        """Whether one more call of a stranger at that address may wait here."""
        ...

    def call_named(self, sip_call_id: str) -> CallId | None:
        """Return our name for the call with that SIP Call-ID, None when there is none."""
        ...

    def key_pressed(self, call_id: CallId, key: str) -> None:
        """Learn that the far end pressed a key."""
        ...

    def turned_away(self, request: Request, code: int) -> None:
        """Learn of a call that was refused."""
        ...


class Doorman:
    """Answers what must not reach the library. A repeated request gets the same answer and is told once."""

    def __init__(self, house: House, *, takes_direct: bool) -> None:
        """`takes_direct`: strangers may call."""
        self._house, self._takes_direct = house, takes_direct
        self._given: OrderedDict[tuple[str, str, str], Answer] = OrderedDict()

    def judge(self, request: Request) -> Answer | None:
        """Return what the request is to be answered, None when the library may have it."""
        if request.method in ("ACK", "CANCEL"):
            return None  # the one is never answered, the other belongs to a call that was judged
        stranger = not self._house.believes(request.host)
        if request.method == "INVITE" and not stranger and not is_in_vain(request.text):
            return None
        if request.name in self._given:
            return self._given[request.name]
        if request.in_dialog:
            answer = self._in_dialog(request, stranger=stranger)
        else:
            answer = self._stranger(request) if stranger else None
            answer = answer or self._outside(request)
        if answer is not None:
            self._given[request.name] = answer
            while len(self._given) > _REMEMBERED:
                self._given.popitem(last=False)
        return answer

    def _stranger(self, request: Request) -> Answer | None:
        """What somebody is told who is no phone server, where there is one."""
        if request.method != "INVITE":
            return Answer(FORBIDDEN)
        code = 0
        if not self._takes_direct or request.has("replaces"):
            code = FORBIDDEN
        elif not self._house.may_ring(request.host):
            code = BUSY
        if code:
            self._house.turned_away(request, code)
            return Answer(code)
        return None

    def _outside(self, request: Request) -> Answer | None:
        match request.method:
            case "SUBSCRIBE":
                return Answer(489)  # nobody here publishes anything
            case (
                "PUBLISH" | "MESSAGE"
            ):  # a text that nobody reads must not be told as delivered (RFC 3428, 7)
                return Answer(405, (ALLOW,))
            case "INFO" if is_deadly(request):
                return Answer(481)
            case "INVITE" if is_in_vain(request.body):
                # It would ring, and be lost when it is answered.
                self._house.turned_away(request, NOT_ACCEPTABLE)
                return Answer(NOT_ACCEPTABLE)
            case _:
                return None

    def _in_dialog(self, request: Request, *, stranger: bool) -> Answer | None:
        """What belongs to a call may come straight from its far end: only he knows its tags. Our money is not his."""
        if request.method == "REFER" and stranger:
            return Answer(FORBIDDEN)
        if request.method in ("INVITE", "BYE", "UPDATE", "PRACK", "REFER"):
            return None
        call_id = self._house.call_named(request.call)
        if call_id is None:
            return Answer(481) if request.method == "INFO" and is_deadly(request) else None
        match request.method:
            case "OPTIONS":
                return Answer(200, _IN_CALL_OPTIONS)
            case "INFO":
                return self._info(request, call_id)
            case "NOTIFY" | "SUBSCRIBE":
                event = request.header("event").partition(";")[0].strip().lower()
                return None if event == "refer" else Answer(489, (("Allow-Events", "refer"),))
            case "PUBLISH" | "REGISTER" | "MESSAGE":
                return Answer(405, (ALLOW,))
            case _:
                return Answer(501)

    def _info(self, request: Request, call_id: CallId) -> Answer | None:
        if request.header("info-package"):
            return Answer(469, (("Recv-Info", ""),))  # RFC 6086, 4.2.2
        if "dtmf-relay" in request.content_type:
            if not is_deadly(request):
                return None
            key = _SIGNAL.search(request.body)
        elif request.content_type == "application/dtmf":
            key = _SIGNAL.search(request.body) or _KEY.fullmatch(request.body)
        elif not request.body.strip() or request.content_type == "application/media_control+xml":
            return Answer(200)  # RFC 2976, 2.2; and a wish for a new picture, of which there is none
        else:
            return Answer(415, (("Accept", "application/dtmf-relay, application/dtmf"),))
        if key is None:
            return Answer(400)
        self._house.key_pressed(call_id, key[1].upper())
        return Answer(200)


def is_deadly(request: Request) -> bool:
    """Whether the library might abort on this INFO: keys by dtmf-relay whose body has no second line.

    pjproject 2.15.1 reads that line without looking whether there is one, and its wheel has asserts on. Try without
    at 2.17 or later.
    """
    head, _, body = request.text.partition("\r\n\r\n")
    if "dtmf-relay" not in head.lower():  # wherever it stands: a header may be folded, short or doubled
        return False
    lines = [line for line in re.split(r"[\r\n]", body) if line]
    return len(lines) < 2 or "\r\n" not in body.strip("\r\n") or "\x00" in body
