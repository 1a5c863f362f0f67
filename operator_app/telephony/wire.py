"""The talk between a window and the phone engine: JSON in frames, each led by its length, over loopback TCP.

A frame is four bytes of length (big endian) and that many bytes of UTF-8 JSON, always an object. The first frame of a
client is its hello with the token of the engine's run folder; then orders with an `id`, each getting exactly one frame
with `re` set to it; events carry `seq` and both clocks (`wall`, `mono`).
"""

import json
import struct
from typing import Any

PROTOCOL = 1
MAX_FRAME = 1 << 20

Frame = dict[str, Any]

_HEAD = struct.Struct(">I")


class WireError(Exception):
    """Bytes that are not a frame of this protocol; the connection is of no further use."""


def encode(frame: Frame) -> bytes:
    """Return the frame as bytes; raises `WireError` when it is too long."""
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # What a far end wrote in another encoding comes as lone surrogates; one letter must not cost the frame.
    body = text.encode("utf-8", "replace")
    if len(body) > MAX_FRAME:
        raise WireError(f"a frame of {len(body)} bytes is longer than {MAX_FRAME}")
    return _HEAD.pack(len(body)) + body


def decode(body: bytes) -> Frame:
    """Return the object of one frame's body."""
    try:
        frame = json.loads(body)
    except (UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise WireError(f"not JSON: {problem}") from problem
    if not isinstance(frame, dict):
        raise WireError("a frame must be a JSON object")
    return frame


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take more bytes and return the frames that are whole now; raises `WireError`."""
        self._buffer += data
        frames: list[Frame] = []
        while len(self._buffer) >= _HEAD.size:
            (length,) = _HEAD.unpack_from(self._buffer)
            if length > MAX_FRAME:
                raise WireError(f"a frame of {length} bytes is announced, {MAX_FRAME} is the limit")
            end = _HEAD.size + length
            if len(self._buffer) < end:
                break
            body = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            frames.append(decode(body))
        return frames
