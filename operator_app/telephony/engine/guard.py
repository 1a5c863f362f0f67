"""A watchman before the library: takes keys sent by INFO that would make it abort, answers them, and passes them on.

And one behind it: a request that nobody takes (REGISTER, an unknown method) is answered 501 instead of not at all
(RFC 3261, 8.2.1), so that its sender does not try for half a minute.

pjproject 2.15.1 reads the second line of an `application/dtmf-relay` body without looking whether there is one; with
asserts on, as in the Linux wheel, one such message from anybody ends the process. No setting and no callback of pjsua2
comes before that code, but the library exports its C functions: a module of our own, placed before the transaction
layer, sees each request first. Try without it at pjproject 2.17 or later.

What such a module is given is a pointer into the library's memory, whose layout differs from build to build. It is
never read here: pjsua2's own reader of received messages, exported beside the C functions, makes plain text of it.
"""

import ctypes
import logging
import re
from collections import deque
from collections.abc import Callable

import pjsua2 as pj

_log = logging.getLogger(__name__)

_BEFORE_TRANSACTIONS = 4  # 0 is the transport layer, 8 the transaction layer
_AFTER_ALL = 160  # applications stand at 64
_NOT_IMPLEMENTED = 501
_REMEMBERED = 64
_READ = "_ZN2pj9SipRxData6fromPjER13pjsip_rx_data"
"""`pj::SipRxData::fromPj(pjsip_rx_data &)` as compilers for Linux name it."""
_SIGNAL = re.compile(r"^\s*signal\s*=\s*([0-9*#a-d])\s*$", re.IGNORECASE | re.MULTILINE)

_OnRequest = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class _Text(ctypes.Structure):
    _fields_ = (("ptr", ctypes.c_char_p), ("slen", ctypes.c_long))


class _Module(ctypes.Structure):
    """`pjsip_module`: list links, name, id, priority, four life callbacks, five for messages."""

    _fields_ = (
        ("prev", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("name", _Text),
        ("id", ctypes.c_int),
        ("priority", ctypes.c_int),
        ("load", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
        ("stop", ctypes.c_void_p),
        ("unload", ctypes.c_void_p),
        ("on_rx_request", _OnRequest),
        ("on_rx_response", ctypes.c_void_p),
        ("on_tx_request", ctypes.c_void_p),
        ("on_tx_response", ctypes.c_void_p),
        ("on_tsx_state", ctypes.c_void_p),
    )


class InfoGuard:
    """Stands before the library from `stand` to `leave`. `on_key` gets the SIP Call-ID and the key of a taken INFO."""

    def __init__(self, binary: str, on_key: Callable[[str, str], None]) -> None:
        """`binary` is the file of the loaded pjsua2 library."""
        self._on_key = on_key
        self._library = ctypes.CDLL(binary)
        self._read = getattr(self._library, _READ)
        self._read.argtypes, self._read.restype = (ctypes.c_void_p, ctypes.c_void_p), None
        self._received = pj.SipRxData()
        self._place = int(self._received.this)
        self._seen: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)
        self._endpoint: int | None = None
        self._modules = (
            _module(b"mod-operator112-guard", _BEFORE_TRANSACTIONS, self._on_request),
            _module(b"mod-operator112-rest", _AFTER_ALL, self._on_rest),
        )
        self._standing: list[_Module] = []
        library = self._library
        library.pjsua_get_pjsip_endpt.restype = ctypes.c_void_p
        library.pjsip_endpt_register_module.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        library.pjsip_endpt_unregister_module.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        library.pjsip_rx_data_get_info.argtypes = (ctypes.c_void_p,)
        library.pjsip_rx_data_get_info.restype = ctypes.c_char_p
        library.pjsip_endpt_respond_stateless.argtypes = (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_void_p,
        )

    def stand(self) -> bool:
        """Begin to watch; returns whether the library took the module."""
        self._endpoint = self._library.pjsua_get_pjsip_endpt()
        for module in self._modules:
            if self._library.pjsip_endpt_register_module(self._endpoint, ctypes.byref(module)) != 0:
                return False
            self._standing.append(module)
        return True

    def leave(self) -> None:
        """Stop watching; before the library is taken down."""
        while self._standing:
            self._library.pjsip_endpt_unregister_module(self._endpoint, ctypes.byref(self._standing.pop()))

    def _on_request(self, rdata: int) -> int:
        """Return 1 when the request is dealt with, 0 to let it through."""
        try:
            if b"MSG INFO/" not in self._library.pjsip_rx_data_get_info(rdata).upper():
                return 0
            self._read(self._place, rdata)
            message = self._received.wholeMsg
            if not is_deadly(message):
                return 0
            key = key_of(message)
            self._respond(rdata, 200 if key else 400)
            if key:
                self._tell(message, key)
        except Exception:  # noqa: BLE001 # whatever it is, the library gets its message
            _log.exception("guard")
            return 0
        return 1

    def _on_rest(self, rdata: int) -> int:
        """Answer a request that nobody has taken; an ACK is never answered."""
        try:
            if b"MSG ACK/" not in self._library.pjsip_rx_data_get_info(rdata).upper():
                self._respond(rdata, _NOT_IMPLEMENTED)
        except Exception:  # noqa: BLE001 # it stays unanswered
            _log.exception("guard")
        return 1

    def _respond(self, rdata: int, code: int) -> None:
        self._library.pjsip_endpt_respond_stateless(self._endpoint, rdata, code, None, None, None)

    def _tell(self, message: str, key: str) -> None:
        name = (_header(message, "call-id", "i"), _header(message, "cseq", ""))
        if name not in self._seen:  # a repetition over UDP is one key
            self._seen.append(name)
            self._on_key(name[0], key)


def _module(name: bytes, priority: int, on_request: Callable[[int], int]) -> _Module:
    return _Module(
        name=_Text(name, len(name)), id=-1, priority=priority, on_rx_request=_OnRequest(on_request)
    )


def watchman(binary: str, on_key: Callable[[str, str], None]) -> InfoGuard | None:
    """Return a guard at its post, or None where the library hides its functions: with asserts off it needs none."""
    try:
        guard = InfoGuard(binary, on_key)
        if guard.stand():
            return guard
        guard.leave()
        _log.error("the library took no watchman: a broken INFO can end this process")
    except (OSError, AttributeError) as problem:
        _log.error("no watchman before the library (%s): a broken INFO can end this process", problem)
    return None


def is_deadly(message: str) -> bool:
    """Whether the library might abort on this INFO: keys by dtmf-relay whose body has no second line."""
    head, _, body = message.partition("\r\n\r\n")
    if "dtmf-relay" not in head.lower():  # wherever it stands: a header may be folded, short or doubled
        return False
    lines = [line for line in re.split(r"[\r\n]", body) if line]
    return len(lines) < 2 or "\r\n" not in body.strip("\r\n") or "\x00" in body


def key_of(message: str) -> str:
    """Return the key that a dtmf-relay body names, or ""."""
    found = _SIGNAL.search(message.partition("\r\n\r\n")[2])
    return found[1].upper() if found else ""


def _header(message: str, name: str, short: str) -> str:
    for line in message.partition("\r\n\r\n")[0].split("\r\n")[1:]:
        found, colon, value = line.partition(":")
        if colon and found.strip().lower() in (name, short or name):
            return value.strip()
    return ""
