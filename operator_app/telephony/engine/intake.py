"""What stands before the library's parser: nothing that comes is thrown away unanswered and untold.

By itself the library drops what it cannot read, and says nothing to anybody; an INVITE to `urn:service:sos` is such a
message, as its parser of strange schemes leaves the blank behind them. Of a datagram longer than its buffer it takes
the beginning for the whole, and of such a message in a stream it takes the *rest* for new messages: a call hidden in a
body would ring. Its C functions let us put that right (pjproject 2.15 to 2.17; look again at a later one):

- a parser of `urn:` addresses of our own;
- a look at each message of a stream before it is read: where nobody knows any more where messages end, or a stranger's
  is too long, the connection is shut, and nothing that still comes by it is read; of our own connection to a phone
  server one that is too long is passed over, to the byte: shut, it would take the seat from the server for a second,
  and any caller could bring that about;
- a module before all others that refuses what is cut off, incomplete, or leads the library to a known fault;
- an answer to what was dropped, in the words of RFC 3261, and a word to the window when it was a call.
"""

import contextlib
import ctypes
import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from operator_app.telephony.engine import unread
from operator_app.telephony.engine.memory import BlindError, Memory, read_address
from operator_app.telephony.engine.modules import module
from operator_app.telephony.engine.offers import is_out_of_bounds

_log = logging.getLogger(__name__)

_BEFORE_ALL = 2  # 0 is the transport layer, 8 the transaction layer
_IGNORED, _INVALID_LENGTH, _OVERFLOW = 70_020, 171_051, 171_062
_UDP = 1
_GONE = (1, 3)  # disconnected, destroyed
_IP_VERSION = 128
_CHOSEN_TRANSPORT = 1
_ADDRESS = {socket.AF_INET: 16, socket.AF_INET6: 28}
_REMEMBERED = 256

Lost = Callable[[int, str, str, str], None]


class _Text(ctypes.Structure):
    """`pj_str_t`."""

    _fields_ = (("at", ctypes.c_void_p), ("length", ctypes.c_ssize_t))


class _Received(ctypes.Structure):
    """`pjsip_tp_rx_data`."""

    _fields_ = (("transport", ctypes.c_void_p), ("data", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Dropped(ctypes.Structure):
    """`pjsip_tp_dropped_data`."""

    _fields_ = (*_Received._fields_, ("status", ctypes.c_int))


class _Selector(ctypes.Structure):
    """`pjsip_tpselector`."""

    _fields_ = (("kind", ctypes.c_int), ("afresh", ctypes.c_int), ("transport", ctypes.c_void_p))


_OnReceived = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Received))
_OnDropped = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Dropped))
_OnState = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_Parser = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)


@dataclass(slots=True)
class _Rest:
    """What of a connection is not to be read: a message, or all. Its ends tell it from a later one at its place."""

    ends: tuple[int, tuple[str, int]]
    message: unread.PassedOver | None


class UnguardedError(Exception):
    """Nothing can stand before the parser of this library; the text says why."""


class Intake:
    """Stands before the parser from `stand` to `leave`, on the library's thread.

    `lost` hears of each call that was refused here: status, reason, what could be read of its INVITE and the address
    that it came from. `blind` hears once when the library's memory is not as it was told to be.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        memory: Memory,
        listening: frozenset[int],
        lost: Lost,
        blind: Callable[[str], None],
    ) -> None:
        """Raises `AttributeError` when the library hides a function, `OSError` when its structures are others."""
        sizes = (memory.received_size, memory.dropped_size, memory.selector_size)
        if sizes != tuple(ctypes.sizeof(each) for each in (_Received, _Dropped, _Selector)):
            raise OSError("its structures are others")
        self._library, self._memory, self._listening = library, memory, listening
        self._lost, self._blind = lost, blind
        self._is_blind = False
        self._endpoint = 0
        self._unread: dict[int, _Rest] = {}
        """Connections of which something is not to be read, until they are gone."""
        self._told: deque[tuple[str, ...]] = deque(maxlen=_REMEMBERED)
        self._blanks = (0, 0)
        self._module = module(b"mod-operator112-whole", _BEFORE_ALL, self._on_request, self._on_response)
        self._scheme = ctypes.create_string_buffer(b"urn")
        self._parser = _Parser(self._read_urn)
        self._received = _OnReceived(self._on_received)
        self._dropped = _OnDropped(self._on_dropped)
        self._state = _OnState(self._on_state)
        _declare(library)

    def stand(self) -> bool:
        """Begin; returns whether the library took everything."""
        library = self._library
        self._endpoint = library.pjsua_get_pjsip_endpt()
        manager = library.pjsip_endpt_get_tpmgr(self._endpoint)
        done = (
            library.pjsip_register_uri_parser(self._scheme, self._parser),
            library.pjsip_tpmgr_set_recv_data_cb(manager, self._received),
            library.pjsip_tpmgr_set_drop_data_cb(manager, self._dropped),
            library.pjsip_endpt_register_module(self._endpoint, ctypes.byref(self._module)),
        )
        return not any(done)

    def leave(self) -> None:
        """Stop; before the library is taken down."""
        library = self._library
        manager = library.pjsip_endpt_get_tpmgr(self._endpoint)
        library.pjsip_tpmgr_set_recv_data_cb(manager, _OnReceived())
        library.pjsip_tpmgr_set_drop_data_cb(manager, _OnDropped())
        library.pjsip_endpt_unregister_module(self._endpoint, ctypes.byref(self._module))

    # --- called by the library: no exception may leave these ----------------------------------------------------------

    def _read_urn(self, scanner: int, pool: int, with_parameters: int) -> int:
        """Read an address of that scheme: to the next blank or bracket, without its brackets also to its parameters."""
        uri = int(self._library.pjsip_other_uri_create(pool))
        try:
            places = self._memory
            at = ctypes.c_void_p.from_address(scanner + places.scanner_at)
            begin, end = at.value or 0, ctypes.c_void_p.from_address(scanner + places.scanner_end).value or 0
            data = ctypes.string_at(begin, max(0, end - begin))
            length = unread.length_of_address(data, bare=not with_parameters)
            colon = data.find(b":", 0, length)
            for place, text in (
                (places.uri_scheme, _Text(begin, max(0, colon))),
                (places.uri_content, _Text(begin + colon + 1, length - colon - 1)),
            ):
                ctypes.memmove(uri + place, ctypes.byref(text), ctypes.sizeof(text))
            if ctypes.c_int.from_address(scanner + places.scanner_skips).value:
                length += len(data[length:]) - len(data[length:].lstrip(b" \t"))
            at.value = begin + length
        except Exception:  # noqa: BLE001 # an empty address it is then; without one the library would fall
            _log.exception("urn")
        return uri

    def _on_received(self, told: "ctypes._Pointer[_Received]") -> None:
        """Look at what begins the next message of a stream; what is not to be read is taken out of it."""
        try:
            received = told.contents
            transport = received.transport
            data = ctypes.string_at(received.data, received.length)
            rest = self._rest_of(transport)
            if rest is None:
                code = unread.fault_of_stream(data, self._memory.packet_size)
                if not code:
                    return
                if code == unread.TOO_LONG and self._ends(transport)[0] not in self._listening:
                    rest = self._leave_unread(transport, unread.PassedOver())
                    if (request := unread.read_request(data)) is not None:
                        self._refuse(request, code, transport)
                else:
                    rest = self._refuse_stream(transport, data, code)
            received.length -= self._pass_over(transport, rest, data)
        except Exception:  # noqa: BLE001 # the library goes on as without us
            _log.exception("stream")

    def _on_state(self, transport: int, state: int, _info: int) -> None:
        """Forget a connection that is gone."""
        if state in _GONE:
            self._unread.pop(transport, None)

    def _on_dropped(self, told: "ctypes._Pointer[_Dropped]") -> None:
        """Answer and tell what the library has thrown away."""
        try:
            dropped = told.contents
            if dropped.status == _IGNORED and dropped.data:  # line ends before a message
                self._blanks = (dropped.data + dropped.length, dropped.data)
                if (
                    rest := self._rest_of(dropped.transport)
                ) is not None:  # they were part of what is passed over
                    self._pass_over(dropped.transport, rest, ctypes.string_at(dropped.data, dropped.length))
                return
            if not dropped.data:
                return
            data = ctypes.string_at(dropped.data, min(dropped.length, self._memory.packet_size))
            if self._memory.kind(dropped.transport) % _IP_VERSION == _UDP:
                self._refuse_datagram(dropped, data)
            elif dropped.status in (_OVERFLOW, _INVALID_LENGTH):
                code = unread.TOO_LONG if dropped.status == _OVERFLOW else unread.BAD_REQUEST
                self._refuse_stream(dropped.transport, data, code)
            elif (request := unread.read_request(data)) is not None:
                self._refuse(request, unread.code_for(request), dropped.transport)
        except BlindError:
            self._tell_blind()
        except Exception:  # noqa: BLE001 # it stays unanswered
            _log.exception("dropped")

    def _on_request(self, rdata: int) -> int:
        """Refuse a request that was read but did not come whole; returns 1 when it is dealt with."""
        try:
            data, filled = self._memory.read(rdata)
            transport = self._memory.transport_of(rdata)
            datagram = self._memory.kind(transport) % _IP_VERSION == _UDP
            code = unread.fault_of_whole(data, filled=filled, datagram=datagram)
            if not code:
                return 0
            request = unread.read_request(data)
            if request is not None:
                self._tell(request, code, read_address(rdata + self._memory.source)[0])
            if not data[:4].upper().startswith(b"ACK "):
                self._library.pjsip_endpt_respond_stateless(self._endpoint, rdata, code, None, None, None)
        except BlindError:
            self._tell_blind()
            return 0
        except Exception:  # noqa: BLE001 # whatever it is, the library gets its message
            _log.exception("whole")
            return 0
        return 1

    def _on_response(self, rdata: int) -> int:
        """Take away an answer that leads the library to a known fault: the call it belongs to finds no answer."""
        try:
            if not is_out_of_bounds(self._memory.read(rdata)[0]):
                return 0
            _log.warning("an answer was dropped: its description of sound is out of bounds")
        except BlindError:
            self._tell_blind()
            return 0
        except Exception:  # noqa: BLE001 # whatever it is, the library gets its message
            _log.exception("response")
            return 0
        return 1

    # --- inside -------------------------------------------------------------------------------------------------------

    def _ends(self, transport: int) -> tuple[int, tuple[str, int]]:
        """Return our port and the far end's address of a connection."""
        here, there = transport + self._memory.here, transport + self._memory.peer
        return read_address(here)[1], read_address(there)

    def _rest_of(self, transport: int) -> _Rest | None:
        """Return what is not to be read of that connection, None when all is."""
        rest = self._unread.get(transport)
        return rest if rest is not None and rest.ends == self._ends(transport) else None

    def _leave_unread(self, transport: int, message: unread.PassedOver | None) -> _Rest:
        """Have a message that begins here not be read, or nothing more at all."""
        key = ctypes.c_void_p()
        self._library.pjsip_transport_add_state_listener(transport, self._state, None, ctypes.byref(key))
        self._unread[transport] = rest = _Rest(self._ends(transport), message)
        return rest

    def _pass_over(self, transport: int, rest: _Rest, data: bytes) -> int:
        """Return how many of these bytes belong to what is not read."""
        if rest.message is None:
            return len(data)
        taken = rest.message.take(data)
        if rest.message.lost:
            self._refuse_stream(transport, b"", unread.TOO_LONG)
        elif rest.message.over:
            self._unread.pop(transport, None)
        return taken

    def _refuse_stream(self, transport: int, data: bytes, code: int) -> _Rest:
        """Answer what can be answered, and read nothing more of this connection."""
        rest = self._leave_unread(transport, None)
        port, peer = rest.ends
        request = unread.read_request(data)
        if request is not None:
            self._refuse(request, code, transport)
        _log.warning("the connection to %s is shut: %d", peer[0], code)
        # The library finds the connection closed and tells all who use it: a registration is made anew by another one.
        if not _hang_up(port, peer):
            self._library.pjsip_transport_shutdown(transport)
        return rest

    def _refuse_datagram(self, dropped: _Dropped, data: bytes) -> None:
        begin = self._blanks[1] if self._blanks[0] == dropped.data else dropped.data
        source = self._memory.holder(begin, dropped.transport) + self._memory.source
        request = unread.read_request(data)
        if request is None:
            _log.info("no SIP from %s", read_address(source)[0])
            return
        self._refuse(request, unread.code_for(request), dropped.transport, source)

    def _refuse(self, request: unread.Unread, code: int, transport: int, source: int = 0) -> None:
        """Tell it, and answer to the far end of a stream, or to the `source` of a datagram."""
        address = source or transport + self._memory.peer
        host, port = read_address(address)
        self._tell(request, code, host)
        reply = unread.answer(request, code, host, port)
        size = _ADDRESS.get(socket.AF_INET6 if ":" in host else socket.AF_INET, 16)
        if not reply or not host:
            return
        target = ctypes.string_at(address, size)
        if source:
            target = target[:2] + unread.answer_port(request, port).to_bytes(2, "big") + target[4:]
        selector = _Selector(_CHOSEN_TRANSPORT, 0, transport)
        self._library.pjsip_endpt_send_raw(
            self._endpoint,
            self._memory.kind(transport),
            ctypes.byref(selector),
            reply,
            len(reply),
            target,
            size,
            None,
            None,
        )

    def _tell(self, request: unread.Unread, code: int, host: str) -> None:
        """Tell of a call that is lost, once however often it is repeated; of anything else only in the log."""
        if request.name in self._told:
            return
        self._told.append(request.name)
        _log.warning("a %s was answered %d: not to be read", request.method[:20], code)
        if request.is_new_call:
            self._lost(code, unread.REASONS[code], request.text, host)

    def _tell_blind(self) -> None:
        if not self._is_blind:
            self._is_blind = True
            self._blind("the phone library keeps its messages elsewhere than its build said")


def stand_before_parser(
    binary: str, listening: frozenset[int], lost: Lost, blind: Callable[[str], None]
) -> Intake:
    """Return an intake at its post, for the library in that file. Raises `UnguardedError`.

    `listening`: our ports for connections; one from any other port was opened by us, to a phone server.
    """
    try:
        library = ctypes.CDLL(binary)
        memory = Memory.of(library)
        if memory is None:
            raise UnguardedError("where it keeps its messages is not known of this library")
        intake = Intake(library, memory, listening, lost, blind)
        if intake.stand():
            return intake
        intake.leave()
    except (OSError, AttributeError) as problem:
        raise UnguardedError(f"this library hides its functions ({problem})") from problem
    raise UnguardedError("the library took no guard")


def _declare(library: ctypes.CDLL) -> None:
    pointer = ctypes.c_void_p
    library.pjsua_get_pjsip_endpt.restype = pointer
    library.pjsip_endpt_get_tpmgr.argtypes, library.pjsip_endpt_get_tpmgr.restype = (pointer,), pointer
    library.pjsip_other_uri_create.argtypes, library.pjsip_other_uri_create.restype = (pointer,), pointer
    library.pjsip_register_uri_parser.argtypes = (ctypes.c_char_p, _Parser)
    library.pjsip_tpmgr_set_recv_data_cb.argtypes = (pointer, _OnReceived)
    library.pjsip_tpmgr_set_drop_data_cb.argtypes = (pointer, _OnDropped)
    library.pjsip_endpt_register_module.argtypes = (pointer, pointer)
    library.pjsip_endpt_unregister_module.argtypes = (pointer, pointer)
    library.pjsip_transport_shutdown.argtypes = (pointer,)
    library.pjsip_transport_add_state_listener.argtypes = (pointer, _OnState, pointer, pointer)
    library.pjsip_endpt_respond_stateless.argtypes = (
        pointer,
        pointer,
        ctypes.c_int,
        pointer,
        pointer,
        pointer,
    )
    library.pjsip_endpt_send_raw.argtypes = (
        *(pointer, ctypes.c_int, pointer, ctypes.c_char_p, ctypes.c_size_t),
        *(pointer, ctypes.c_int, pointer, pointer),
    )


def _hang_up(port: int, peer: tuple[str, int]) -> bool:
    """Shut the connection between our port and that address; returns whether it was found.

    The library itself would keep it for as long as a call uses it. The far end's address alone would not do: it may
    have another connection to us from the same port, such as the window's to the engine's door.
    """
    found = False
    with contextlib.suppress(OSError):
        for place in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                if not str(place.readlink()).startswith("socket:"):
                    continue
                with socket.socket(fileno=os.dup(int(place.name))) as each:
                    if (
                        each.type == socket.SOCK_STREAM
                        and each.getsockname()[1] == port
                        and each.getpeername()[:2] == peer
                    ):
                        each.shutdown(socket.SHUT_RDWR)
                        found = True
    return found
