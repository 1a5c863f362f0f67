"""What the phone library takes for a module of its own: it is asked about each request before or after the others."""

import ctypes
from collections.abc import Callable

_OnMessage = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class _Text(ctypes.Structure):
    _fields_ = (("ptr", ctypes.c_char_p), ("slen", ctypes.c_ssize_t))


class Module(ctypes.Structure):
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
        ("on_rx_request", _OnMessage),
        ("on_rx_response", _OnMessage),
        ("on_tx_request", ctypes.c_void_p),
        ("on_tx_response", ctypes.c_void_p),
        ("on_tsx_state", ctypes.c_void_p),
    )


def module(
    name: bytes,
    priority: int,
    on_request: Callable[[int], int],
    on_response: Callable[[int], int] | None = None,
) -> Module:
    """Return a module that is asked about each message (`pjsip_rx_data`) and returns 1 when it has dealt with it."""
    return Module(
        name=_Text(name, len(name)),
        id=-1,
        priority=priority,
        on_rx_request=_OnMessage(on_request),
        on_rx_response=_OnMessage(on_response) if on_response else _OnMessage(),
    )
