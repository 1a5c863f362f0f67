"""Whether the bytes of a map tile are what they claim to be: pictures and vector tiles, looked through to their end."""

import struct
import zlib
from collections.abc import Iterator


class TileError(ValueError):
    """A tile cannot be used; the text is a bare reason."""


def check_picture(data: bytes, form: str) -> None:
    """Raise `TileError` unless it is a whole picture of that form: png, jpg or webp."""
    if form == "png":
        _check_png(data)
    elif form == "jpg":
        if not data.startswith(b"\xff\xd8\xff"):
            raise TileError("is no JPEG picture")
        if not data.rstrip(b"\0").endswith(b"\xff\xd9"):
            raise TileError("is a JPEG picture cut short")
    elif form == "webp":
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            raise TileError("is no WebP picture")
        if len(data) < struct.unpack("<I", data[4:8])[0] + 8:
            raise TileError("is a WebP picture cut short")
    else:
        raise TileError(f"has the form {form!r}, which is not drawn")


def _check_png(data: bytes) -> None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise TileError("is no PNG picture")
    place, pixels, ended = 8, b"", False
    while place + 8 <= len(data) and not ended:
        length, name = struct.unpack(">I4s", data[place : place + 8])
        body, stored = data[place + 8 : place + 8 + length], data[place + 8 + length : place + 12 + length]
        if len(stored) < 4:
            break
        if zlib.crc32(name + body) != struct.unpack(">I", stored)[0]:
            raise TileError("is a damaged PNG picture")
        pixels += body if name == b"IDAT" else b""
        ended = name == b"IEND"
        place += 12 + length
    if not ended:
        raise TileError("is a PNG picture cut short")
    try:
        zlib.decompress(pixels)
    except zlib.error:
        raise TileError("is a damaged PNG picture") from None


def vector_layers(data: bytes) -> dict[str, int]:
    """Return the layers of a vector tile (MVT 2.1) with how many features each has; raises `TileError`."""
    layers: dict[str, int] = {}
    for field, kind, value in _fields(data):
        if field != 3 or kind != 2 or not isinstance(value, bytes):
            continue
        name, features = "", 0
        for inner, inner_kind, content in _fields(value):
            if inner == 1 and inner_kind == 2 and isinstance(content, bytes):
                name = content.decode("utf-8", "replace")
            elif inner == 2 and inner_kind == 2 and isinstance(content, bytes):
                _check_feature(content)
                features += 1
        if not name:
            raise TileError("has a layer without a name")
        layers[name] = features
    return layers


def _check_feature(data: bytes) -> None:
    for field, kind, value in _fields(data):
        if field == 4 and kind == 2 and isinstance(value, bytes):
            place = 0
            while place < len(value):
                _, place = _varint(value, place)


def _fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """The fields of a protobuf message: number, wire type, value."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind = key & 7
        value: int | bytes
        if kind == 0:
            value, place = _varint(data, place)
        elif kind == 2:
            length, place = _varint(data, place)
            value, place = data[place : place + length], place + length
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, place = data[place : place + size], place + size
        else:
            raise TileError("is no vector tile")
        if place > len(data):
            raise TileError("is a vector tile cut short")
        yield key >> 3, kind, value


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(data):
            raise TileError("is a vector tile cut short")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise TileError("is no vector tile")
