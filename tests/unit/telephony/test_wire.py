"""Frames: whatever the pieces in which they come, what comes out is what went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.telephony.wire import MAX_FRAME, FrameReader, WireError, encode

FRAMES = st.lists(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()), max_size=5
)


@given(frames=FRAMES, piece=st.integers(1, 40))
def test_frames_survive_any_cut(frames: list[dict[str, object]], piece: int) -> None:
    stream = b"".join(encode(frame) for frame in frames)
    reader = FrameReader()
    found = []
    for start in range(0, len(stream), piece):
        found += reader.feed(stream[start : start + piece])
    assert found == frames


@pytest.mark.parametrize(
    "stream",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x03{x}",
        b"\x00\x00\x00\x02\xff\xfe",
    ],
)
def test_what_is_no_frame_is_refused(stream: bytes) -> None:
    with pytest.raises(WireError):
        FrameReader().feed(stream)


def test_a_frame_too_long_is_not_sent() -> None:
    with pytest.raises(WireError):
        encode({"text": "x" * MAX_FRAME})


def test_a_lone_surrogate_does_not_cost_the_frame() -> None:
    (frame,) = FrameReader().feed(encode({"name": "Andr\udce9"}))
    assert frame == {"name": "Andr?"}
