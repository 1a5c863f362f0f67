"""Where the loaded phone library keeps what is read and written in it from outside: told by its build, never guessed.

A build of our own carries the answer in itself (`packaging/pjsua2/memory.c`). Of the one wheel that is locked it is
known: the same file, compiled with the headers and the settings of that wheel's source. Any other is left alone.
"""

import ctypes
import socket
import struct
import sys
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Self

_SYMBOL = "operator112_memory"
_WHEEL = ("pjsua2-python", "2.15.1.post1")


class BlindError(Exception):
    """The library keeps its messages elsewhere than was told."""


class _Place(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("at", ctypes.c_size_t))


@dataclass(frozen=True, slots=True)
class Memory:
    """Offsets and sizes in bytes, under the names of `memory.c`."""

    message_transport: int
    packet: int
    source: int
    message: int
    message_length: int
    packet_size: int
    """The longest message that the library takes whole."""
    transport_type: int
    peer: int
    here: int
    scanner_end: int
    scanner_at: int
    scanner_skips: int
    uri_scheme: int
    uri_content: int
    received_size: int
    dropped_size: int
    selector_size: int

    @classmethod
    def of(cls, library: ctypes.CDLL) -> Self | None:
        """Return what is known of a loaded library, None when nothing is."""
        try:
            first = _Place.in_dll(library, _SYMBOL)
        except ValueError:
            return cls(*_OF_THE_WHEEL) if _is_the_wheel(library) else None
        told, address = {}, ctypes.addressof(first)
        while (place := _Place.from_address(address)).name:
            told[place.name.decode()] = place.at
            address += ctypes.sizeof(_Place)
        names = {each.name for each in fields(cls)}
        return cls(**{name: told[name] for name in names}) if names <= set(told) else None

    # --- a message in the library's hands (pjsip_rx_data) -----------------------------------------------------------

    def read(self, rdata: int) -> tuple[bytes, bool]:
        """Return a received message as it came, and whether it fills all the room there is. Raises `BlindError`."""
        at = ctypes.c_void_p.from_address(rdata + self.message).value or 0
        length = ctypes.c_int.from_address(rdata + self.message_length).value
        begin = at - rdata - self.packet
        if begin < 0 or not 0 < length <= self.packet_size - begin:
            raise BlindError
        return ctypes.string_at(at, length), begin + length == self.packet_size

    def write(self, rdata: int, before: bytes, after: bytes) -> None:
        """Put another message of the same length in the place of a received one whose body is not yet read."""
        assert len(before) == len(after)
        ctypes.memmove(ctypes.c_void_p.from_address(rdata + self.message).value or 0, after, len(after))

    def transport_of(self, rdata: int) -> int:
        """Return the transport by which it came."""
        return ctypes.c_void_p.from_address(rdata + self.message_transport).value or 0

    def holder(self, packet: int, transport: int) -> int:
        """Return the `rdata` whose packet lies at that address and came by that transport. Raises `BlindError`."""
        rdata = packet - self.packet
        if self.transport_of(rdata) != transport:
            raise BlindError
        return rdata

    # --- a transport (pjsip_transport) ------------------------------------------------------------------------------

    def kind(self, transport: int) -> int:
        """Return the library's number for that kind of transport."""
        return ctypes.c_int.from_address(transport + self.transport_type).value


def binary_of_library() -> str:
    """Return the file of the loaded library: the module beside or inside the package that has its C functions."""
    for name in ("pjsua2._pjsua2", "_pjsua2"):
        module = sys.modules.get(name)
        if module is not None and module.__file__:
            return module.__file__
    return ""


def read_address(pointer: int) -> tuple[str, int]:
    """Return host and port of a `sockaddr`; an empty host for a family that is unknown."""
    family = ctypes.c_ushort.from_address(pointer).value
    port = int(struct.unpack("!H", ctypes.string_at(pointer + 2, 2))[0])
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, ctypes.string_at(pointer + 4, 4)), port
    if family == socket.AF_INET6:
        return socket.inet_ntop(socket.AF_INET6, ctypes.string_at(pointer + 8, 16)), port
    return "", port


def _is_the_wheel(library: ctypes.CDLL) -> bool:
    try:
        wheel = distribution(_WHEEL[0])
    except PackageNotFoundError:
        return False
    return wheel.version == _WHEEL[1] and Path(str(wheel.locate_file("pjsua2"))) == Path(library._name).parent


_OF_THE_WHEEL = (8, 320, 4_336, 4_424, 4_432, 4_000, 80, 88, 148, 8, 16, 40, 8, 24, 24, 32, 16)
