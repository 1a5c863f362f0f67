"""The screen's own memory becomes a picture; missing programs are one sentence."""

import struct
import zlib

import pytest

from operator_app.room import display
from operator_app.room.waiting import RoomError


def xwd(width: int, height: int, pixels: bytes, stride: int) -> bytes:
    fields = [0] * 25
    fields[0], fields[4], fields[5], fields[11], fields[12], fields[19] = (
        100 + 4,
        width,
        height,
        32,
        stride,
        2,
    )
    return struct.pack(">25I", *fields) + b"name" + bytes(24) + pixels


def test_colours_and_rows_stand_where_they_were() -> None:
    red, green = b"\x00\x00\xff\x00", b"\x00\xff\x00\x00"
    padded = (red + green + b"\x09" * 4) + (green + red + b"\x09" * 4)
    png = display.png_of_xwd(xwd(2, 2, padded, 12))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (2, 2)
    at = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[at - 4 : at])
    rows = zlib.decompress(png[at + 4 : at + 4 + length])
    assert rows == b"\0\xff\0\0\0\xff\0" + b"\0\0\xff\0\xff\0\0"


def test_missing_programs_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(
        RoomError, match=r"^Missing on this machine: run apt-get install -y xdotool xvfb and start again\.$"
    ):
        display.need_hands(virtual=True)
    with pytest.raises(RoomError, match=r"install -y xdotool and"):
        display.need_hands(virtual=False)
