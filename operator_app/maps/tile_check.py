"""Whether the bytes of a map tile are what they claim to be: pictures and vector tiles, looked through to their end."""

import struct
import zlib
from collections.abc import Iterator

WIDEST = 4096
"""Points along a side of a tile; usual ones have 256 to 1024."""
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class TileError(ValueError):
    """A tile cannot be used; the text is a bare reason."""


def check_picture(data: bytes, form: str) -> None:
    """Raise `TileError` unless it is a whole picture of that form, png, jpg or webp, of a size that tiles have."""
    if form == "png":
        _check_png(data)
    elif form == "jpg":
        if not data.startswith(b"\xff\xd8\xff"):
            raise TileError("is no JPEG picture")
        if not data.rstrip(b"\0").endswith(b"\xff\xd9"):
            raise TileError("is a JPEG picture cut short")
        _check_size(*_jpeg_size(data))
    elif form == "webp":
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            raise TileError("is no WebP picture")
        if len(data) < struct.unpack("<I", data[4:8])[0] + 8:
            raise TileError("is a WebP picture cut short")
        _check_size(*_webp_size(data))
    else:
        raise TileError(f"has the form {form!r}, which is not drawn")


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise TileError(f"is a picture of {width} by {height} points, where tiles have up to {WIDEST}")


def _check_png(data: bytes) -> None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise TileError("is no PNG picture")
    place, pixels, room = 8, [], 0
    while place + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        body, stored = data[place + 8 : place + 8 + length], data[place + 8 + length : place + 12 + length]
        if len(stored) < 4:
            break
        if zlib.crc32(name + body) != struct.unpack(">I", stored)[0]:
            raise TileError("is a damaged PNG picture")
        if name == b"IHDR":
            room = _png_room(body)
        elif name == b"IDAT":
            pixels.append(body)
        elif name == b"IEND":
            _check_pixels(b"".join(pixels), room)
            return
        place += 12 + length
    raise TileError("is a PNG picture cut short")


def _png_room(head: bytes) -> int:
    """The bytes that the pixels of a PNG take, by its head; with the passes of an interlaced one."""
    if len(head) != 13:
        raise TileError("is a damaged PNG picture")
    width, height, depth, colours = struct.unpack(">IIBB", head[:10])
    _check_size(width, height)
    if colours not in _PNG_CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise TileError("is a damaged PNG picture")
    return int((width * depth * _PNG_CHANNELS[colours] // 8 + 2) * height * 2 + 1024)


def _check_pixels(packed: bytes, room: int) -> None:
    """Unpack them, but never further than they can be: a small file may stand for gigabytes."""
    worker = zlib.decompressobj()
    try:
        worker.decompress(packed, max(room, 1))
    except zlib.error:
        raise TileError("is a damaged PNG picture") from None
    if worker.eof:
        return
    if worker.unconsumed_tail:
        raise TileError("is a PNG picture that unpacks to more than its size")
    raise TileError("is a damaged PNG picture")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height out of the frame header (SOF)."""
    place = 2
    while place + 9 < len(data):
        if data[place] != 0xFF:
            place += 1
            continue
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
    raise TileError("is a damaged JPEG picture")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height out of the first part: lossy, lossless or extended."""
    part, body = data[12:16], data[20:30]
    if len(body) < 10:
        raise TileError("is a WebP picture cut short")
    if part == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if part == b"VP8L":
        bits = struct.unpack("<I", body[1:5])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if part == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    raise TileError("is a damaged WebP picture")


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
