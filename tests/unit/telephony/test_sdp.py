"""Which line of an offer carries the sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.telephony.sdp import is_in_vain, mended, sound_lines, with_one_sound

HEAD = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
HEAD_6 = HEAD.replace("IN IP4 10.0.0.1", "IN IP6 2001:db8::1")
ALAW = "m=audio {} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
G729 = "m=audio {} RTP/AVP 18 101\r\na=rtpmap:101 telephone-event/8000\r\n"
OURS = "m=audio {} RTP/AVP 8 0 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\n"
VIDEO = "m=video 9000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


def ports(text: str) -> list[int]:
    return [each.port for each in sound_lines(text)]


@pytest.mark.parametrize(
    ("offer", "ours", "answered"),
    [
        (ALAW.format(1), OURS.format(11), [11]),
        (ALAW.format(1) + ALAW.format(2), OURS.format(11) + OURS.format(12), [11, 0]),
        (G729.format(1) + ALAW.format(2), OURS.format(11) + OURS.format(12), [0, 12]),
        (ALAW.format(0) + ALAW.format(2), OURS.format(0) + OURS.format(12), [0, 12]),
        (ALAW.format(1) + ALAW.format(2), OURS.format(0) + OURS.format(12), [0, 12]),
        (VIDEO + G729.format(1) + ALAW.format(2), VIDEO + OURS.format(11) + OURS.format(12), [0, 12]),
        (ALAW.format(1) + "a=inactive\r\n" + ALAW.format(2), OURS.format(11) + OURS.format(12), [0, 12]),
        (ALAW.format(1) + "c=IN IP6 ::1\r\n" + ALAW.format(2), OURS.format(11) + OURS.format(12), [0, 12]),
        (G729.format(1) + G729.format(2), OURS.format(11) + OURS.format(12), [11, 12]),
    ],
)
def test_the_first_line_that_can_live_is_answered_alone(offer: str, ours: str, answered: list[int]) -> None:
    told = with_one_sound(HEAD + ours, HEAD + offer)
    assert ports(told) == answered
    assert told.count("m=") == (HEAD + ours).count("m=")
    assert "m=video 9000" in told or VIDEO not in ours, "other lines stay as they are"


def test_a_codec_is_the_same_by_its_name_whatever_its_number() -> None:
    offer = "m=audio 1 RTP/AVP 98\r\na=rtpmap:98 pcma/8000\r\nm=audio 2 RTP/AVP 8\r\n"
    assert ports(with_one_sound(HEAD + OURS.format(11) + OURS.format(12), HEAD + offer)) == [11, 0]


@pytest.mark.parametrize(
    ("offer", "vain"),
    [
        (HEAD + "m=audio 1 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", True),
        (HEAD.replace("10.0.0.1\r\nt", "phone.example.org\r\nt") + ALAW.format(1), True),
        (HEAD + "m=audio 1 UDP/TLS/RTP/SAVPF 0\r\n", False),
        ("INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n" + HEAD_6 + ALAW.format(1), True),
        (HEAD + ALAW.format(1), False),
        (HEAD_6 + ALAW.format(1), True),
        (HEAD + ALAW.format(1) + "c=IN IP6 ::1\r\n", True),
        (HEAD_6 + ALAW.format(1) + "c=IN IP4 10.0.0.1\r\n", False),
        (HEAD_6 + ALAW.format(1) + ALAW.format(2) + "c=IN IP4 10.0.0.1\r\n", False),
        (HEAD_6 + VIDEO, False),
        (HEAD_6 + ALAW.format(0), False),
        ("", False),
    ],
)
def test_sound_that_this_phone_could_never_answer(offer: str, vain: bool) -> None:
    assert is_in_vain(offer) is vain


@pytest.mark.parametrize(
    ("line", "mends"),
    [
        ("m=audio 4000 RTP/AVP 8 101", "m=audio 4000 RTP/AVP 8 008"),
        ("m=audio 4000 RTP/AVP 101 8", "m=audio 4000 RTP/AVP 008 8"),
        ("m=audio 4000 RTP/AVP 97 8 101", "m=audio 4000 RTP/AVP 08 8 008"),
        ("m=audio 4000 RTP/AVP 8 111", "m=audio 4000 RTP/AVP 8 111"),
        ("m=audio 4000 RTP/AVP 101", "m=audio 4000 RTP/AVP 101"),
        ("m=audio 4000 RTP/AVP 111 101", "m=audio 4000 RTP/AVP 111 111"),
        ("m=audio 40000 UDP/TLS/RTP/SAVPF 8", "m=audio 00000 UDP/TLS/RTP/SAVPF 8"),
        ("m=text 4000 UDP/TLS/RTP/SAVP 111", "m=text 0000 UDP/TLS/RTP/SAVP 111"),
        ("m=video 4000 RTP/AVP 97", "m=video 4000 RTP/AVP 97"),
        ("m=audio 4000 RTP/AVP 8 *", "m=audio 4000 RTP/AVP 8 *"),
    ],
)
def test_what_the_library_does_not_bear_is_taken_out_in_place(line: str, mends: str) -> None:
    rest = "\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:101 0-15\r\n"
    message = (HEAD + line + rest).encode()
    assert mended(message) == (HEAD + mends + rest).encode()
    assert len(mended(message)) == len(message)


@given(st.text(), st.text())
def test_whatever_comes_it_never_raises(ours: str, offer: str) -> None:
    with_one_sound("m=audio" + ours, "m=audio 1 x 8\nm=audio" + offer)
    is_in_vain(offer)
    is_in_vain("c=IN IP6 " + offer)
    before = ("m=audio 1 UDP/TLS " + offer + "\nm=audio 2 " + ours).encode("utf-8", "surrogatepass")
    assert len(mended(before)) == len(before)
