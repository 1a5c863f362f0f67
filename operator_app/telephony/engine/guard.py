"""The doorman's post before the library, and one behind it.

pjsua2 has no callback that comes before the library has read a request, filed it and perhaps answered it. But the
library exports its C functions: a module of our own, placed before the transaction layer, sees each request first.
Behind all others stands a second one: a request that nobody takes (REGISTER, an unknown method) is answered 501
instead of not at all (RFC 3261, 8.2.1), so that its sender does not try for half a minute.

What such a module is given is a pointer into the library's memory, whose layout differs from build to build. pjsua2's
own reader of received messages, exported beside the C functions, makes plain text of it; where the layout is known, an
offer that the library would not bear is mended in its place.
"""

import ctypes
import logging
from collections.abc import Callable

import pjsua2 as pj

from operator_app.telephony.engine.doorman import NOT_ACCEPTABLE, Answer, Request
from operator_app.telephony.engine.memory import BlindError, Memory
from operator_app.telephony.engine.modules import Module, module
from operator_app.telephony.origins import host_of_packet
from operator_app.telephony.sdp import mended

_log = logging.getLogger(__name__)

_BEFORE_TRANSACTIONS = 4  # 0 is the transport layer, 8 the transaction layer
_AFTER_ALL = 160  # applications stand at 64
_NOT_IMPLEMENTED = 501
_READ = "_ZN2pj9SipRxData6fromPjER13pjsip_rx_data"
"""`pj::SipRxData::fromPj(pjsip_rx_data &)` as compilers for Linux name it."""


class _Text(ctypes.Structure):
    _fields_ = (("ptr", ctypes.c_char_p), ("slen", ctypes.c_ssize_t))


class _Links(ctypes.Structure):
    """The two words with which every element of a list of the library begins."""

    _fields_ = (("prev", ctypes.c_void_p), ("next", ctypes.c_void_p))


class Guard:
    """Stands before the library from `stand` to `leave`, and answers what `judge` says."""

    def __init__(self, binary: str, judge: Callable[[Request], Answer | None]) -> None:
        """`binary` is the file of the loaded pjsua2 library. Raises `OSError`, `AttributeError` where it hides."""
        self._judge = judge
        self._library = library = ctypes.CDLL(binary)
        self._read = getattr(library, _READ)
        self._read.argtypes, self._read.restype = (ctypes.c_void_p, ctypes.c_void_p), None
        self._received = pj.SipRxData()
        self._place = int(self._received.this)
        self._memory = Memory.of(library)
        self._endpoint: int | None = None
        self._pool: int | None = None
        self._headers: dict[tuple[tuple[str, str], ...], _Links] = {}
        self._modules = (
            module(b"mod-operator112-guard", _BEFORE_TRANSACTIONS, self._on_request),
            module(b"mod-operator112-rest", _AFTER_ALL, self._on_rest),
        )
        self._standing: list[Module] = []
        pointer = ctypes.c_void_p
        library.pjsua_get_pjsip_endpt.restype = pointer
        library.pjsip_endpt_register_module.argtypes = (pointer, pointer)
        library.pjsip_endpt_unregister_module.argtypes = (pointer, pointer)
        library.pjsip_endpt_respond_stateless.argtypes = (pointer, pointer, ctypes.c_int, *(pointer,) * 3)
        library.pjsua_pool_create.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t)
        library.pjsua_pool_create.restype = pointer
        library.pj_pool_release.argtypes = (pointer,)
        library.pjsip_generic_string_hdr_create.argtypes = (pointer, pointer, pointer)
        library.pjsip_generic_string_hdr_create.restype = pointer

    def stand(self) -> bool:
        """Begin to watch; returns whether the library took the module."""
        self._endpoint = self._library.pjsua_get_pjsip_endpt()
        self._pool = self._library.pjsua_pool_create(b"operator112", 4000, 4000)
        for each in self._modules:
            if self._library.pjsip_endpt_register_module(self._endpoint, ctypes.byref(each)) != 0:
                return False
            self._standing.append(each)
        return True

    def leave(self) -> None:
        """Stop watching; before the library is taken down."""
        while self._standing:
            self._library.pjsip_endpt_unregister_module(self._endpoint, ctypes.byref(self._standing.pop()))
        if self._pool:
            self._headers.clear()
            self._library.pj_pool_release(self._pool)
            self._pool = None

    def _on_request(self, rdata: int) -> int:
        """Return 1 when the request is dealt with, 0 to let it through."""
        try:
            request = self._request(rdata)
            answer = self._judge(request)
            if answer is None and self._bears(rdata, request):
                return 0
            answer = answer or Answer(NOT_ACCEPTABLE)
            self._respond(rdata, answer)
        except Exception:  # noqa: BLE001 # whatever it is, the library gets its message
            _log.exception("guard")
            return 0
        return 1

    def _on_rest(self, rdata: int) -> int:
        """Answer a request that nobody has taken; an ACK is never answered."""
        try:
            if self._request(rdata).method != "ACK":
                self._respond(rdata, Answer(_NOT_IMPLEMENTED))
        except Exception:  # noqa: BLE001 # it stays unanswered
            _log.exception("guard")
        return 1

    def _bears(self, rdata: int, request: Request) -> bool:
        """Take out of an offer what the library does not bear, before it reads it; returns whether it may have it."""
        if "\nm=" not in request.text:
            return True
        try:
            if self._memory is not None:
                before = self._memory.read(rdata)[0]
                if (after := mended(before)) != before:
                    self._memory.write(rdata, before, after)
                return True
        except BlindError:
            self._memory = None
        return "UDP/TLS" not in request.text.upper()

    def _request(self, rdata: int) -> Request:
        self._read(self._place, rdata)
        return Request(self._received.wholeMsg, host_of_packet(self._received.srcAddress))

    def _respond(self, rdata: int, answer: Answer) -> None:
        headers = ctypes.byref(self._list(answer.headers)) if answer.headers else None
        self._library.pjsip_endpt_respond_stateless(self._endpoint, rdata, answer.code, None, headers, None)

    def _list(self, headers: tuple[tuple[str, str], ...]) -> _Links:
        """Return these headers as a list of the library's, made once; it copies them into each answer."""
        known = self._headers.get(headers)
        if known is None:
            self._headers[headers] = known = head = _Links()
            place = ctypes.addressof(head)
            head.prev = head.next = place
            for name, value in headers:
                new = self._library.pjsip_generic_string_hdr_create(self._pool, *map(_text, (name, value)))
                last = head.prev
                links = _Links.from_address(new)
                links.prev, links.next = last, place
                _Links.from_address(last).next = head.prev = new
        return known


def _text(words: str) -> "ctypes._CArgObject":
    data = words.encode()
    return ctypes.byref(_Text(data, len(data)))


def watchman(binary: str, judge: Callable[[Request], Answer | None]) -> Guard | None:
    """Return a guard at its post, or None where the library hides its functions, as on Windows."""
    try:
        guard = Guard(binary, judge)
        if guard.stand():
            return guard
        guard.leave()
        _log.error("the library took no watchman: a broken INFO can end this process")
    except (OSError, AttributeError) as problem:
        _log.error("no watchman before the library (%s): a broken INFO can end this process", problem)
    return None
