"""What can be read of a message that the library throws away, what it is answered, and where a stream goes wrong."""

import itertools
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.telephony.engine.unread import (
    PassedOver,
    answer,
    answer_port,
    code_for,
    fault_of_stream,
    fault_of_whole,
    length_of_address,
    read_request,
)
from tests.e2e.telephony.rfc4475 import messages

INVITE = (
    b"INVITE http://x/ SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.9:5070;branch=z9hG4bK1;rport\r\n"
    b"Via: SIP/2.0/TCP old;branch=2\r\nFrom:\r\n <sip:0811@x>;tag=1\r\nt: <sip:112@x>\r\ni: abc\r\nCSeq: 1 INVITE\r\n"
)


def test_a_request_is_answered_with_its_own_words() -> None:
    request = read_request(INVITE + b"\r\n")
    assert request is not None
    said = answer(request, 416, "10.0.0.7", 6000).decode()
    assert said.startswith(
        "SIP/2.0 416 Unsupported URI Scheme\r\nVia: SIP/2.0/UDP 10.0.0.9:5070;branch=z9hG4bK1;"
    )
    assert (
        ";rport=6000;received=10.0.0.7\r\nVia: SIP/2.0/TCP old;branch=2\r\nFrom: <sip:0811@x>;tag=1\r\n"
        in said
    )
    assert "\r\nTo: <sip:112@x>;tag=" in said
    assert said.endswith("\r\nCall-ID: abc\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n")
    assert answer(request, 416, "10.0.0.7", 6000).decode() == said, "a repetition gets the same tag"
    assert answer_port(request, 6000) == 6000


@pytest.mark.parametrize(
    ("via", "port"),
    [
        ("SIP/2.0/UDP 10.0.0.9:5070;branch=1", 5070),
        ("SIP/2.0/UDP 10.0.0.9", 5060),
        ("SIP / 2.0 / UDP  [2001:db8::1]:5080;x", 5080),
        ("SIP/2.0/UDP 10.0.0.9:99999", 5060),
        (";;,;,,", 5060),
    ],
)
def test_the_answer_to_a_datagram_goes_where_its_via_says(via: str, port: int) -> None:
    request = read_request(f"OPTIONS x SIP/2.0\r\nVia: {via}\r\n\r\n".encode())
    assert request is not None
    assert answer_port(request, 1234) == port


@pytest.mark.parametrize(
    "data",
    [b"SIP/2.0 200 OK\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 90, b"", b"INVITE\r\n\r\n"],
)
def test_what_is_no_request_of_sip_is_none(data: bytes) -> None:
    assert read_request(data) is None


def test_an_ack_and_what_came_without_via_get_no_answer() -> None:
    for data in (INVITE.replace(b"INVITE", b"ACK"), b"OPTIONS x SIP/2.0\r\n\r\n"):
        request = read_request(data)
        assert request is not None
        assert answer(request, 400, "10.0.0.7", 1) == b""


def test_a_call_is_one_that_begins() -> None:
    begins, goes_on = (
        read_request(INVITE),
        read_request(INVITE.replace(b"t: <sip:112@x>", b"t: <sip:112@x> ; Tag=9")),
    )
    assert begins is not None
    assert goes_on is not None
    assert (begins.is_new_call, goes_on.is_new_call) == (True, False)
    assert "From: <sip:0811@x>;tag=1\r\n" in begins.text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("unkscm", 416), ("novelsc", 416), ("badvers", 505), ("badinv01", 400), ("ncl", 400), ("scalar02", 400),
        ("quotbal", 400), ("ltgtruri", 400), ("lwsruri", 400), ("regbadct", 400), ("insuf", 400), ("regaut01", 400),
    ],
)  # fmt: skip
def test_the_standards_own_broken_requests(name: str, code: int) -> None:
    request = read_request(next(each.data for each in messages() if each.name == name))
    assert request is not None
    assert code_for(request) == code


def head(*lines: str) -> bytes:
    return "\r\n".join(["INVITE sip:112@x SIP/2.0", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (head("Content-Length: 5") + b"abcde", 0),
        (head("Content-Length: 5") + b"ab", 0),  # the rest is still to come
        (head("l :\r\n 5"), 0),
        (head("Content-Length: 5", "CONTENT-LENGTH: 5"), 0),
        (b"INVITE sip:112@x SIP/2.0\r\nFrom", 0),
        (b"INVITE sip:112@x SIP/2.0\r\nFrom" + b"x" * 4000, 513),
        (head("Content-Length: 3990"), 513),
        (head("Content-Length: 99999999999999999999"), 400),
        (
            head("Content-Length: 0", "l: 500"),
            400,
        ),  # which of them? the other one would find a call in the body
        (head("Content-Length: -5"), 400),
        (head("Content-Length: 5, 6"), 400),
        (head("Content-Length:"), 400),
        (head("Subject: none"), 400),
    ],
)
def test_a_stream_goes_on_only_while_it_is_known_where_a_message_ends(data: bytes, code: int) -> None:
    assert fault_of_stream(data, 4000) == code


@pytest.mark.parametrize(
    ("data", "filled", "code"),
    [
        (head("Content-Length: 5") + b"abcde", False, 0),
        (head("Content-Length: 5") + b"abcdefg", False, 0),
        (head("Content-Length: 5") + b"abcd", False, 400),
        (head("Content-Length: 5") + b"abcd", True, 513),
        (head("Content-Length: 5") + b"abcde", True, 0),
        (head("Subject: none") + b"v=0", False, 0),
        (head("Subject: none") + b"v=0", True, 513),
        (b"INVITE sip:112@x SIP/2.0\r\nX: yyyy", True, 513),
    ],
)
def test_a_datagram_has_come_whole_or_is_refused(data: bytes, filled: bool, code: int) -> None:
    assert fault_of_whole(data, filled=filled, datagram=True) == code


@pytest.mark.parametrize(
    ("uri", "code"),
    [("urn:service:sos", 0), ("URN:SERVICE:sos.fire;x=y", 0), ("urn:isbn:0451450523", 416), ("sip:112@x", 0)],
)
def test_a_urn_calls_us_when_it_is_a_service(uri: str, code: int) -> None:
    data = f"INVITE {uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n".encode()
    assert fault_of_whole(data, filled=False, datagram=False) == code


@pytest.mark.parametrize(
    ("text", "bare", "address"),
    [
        (b"urn:service:sos SIP/2.0\r\n", False, b"urn:service:sos"),
        (b"urn:service:sos;x=y SIP/2.0\r\n", False, b"urn:service:sos;x=y"),
        (b"urn:gsma:imei:35;svn=42>;tag=1", False, b"urn:gsma:imei:35;svn=42"),
        (b"urn:service:sos;tag=1\r\n", True, b"urn:service:sos"),
        (b"urn:service:sos", True, b"urn:service:sos"),
    ],
)
def test_where_an_address_ends(text: bytes, bare: bool, address: bytes) -> None:
    assert text[: length_of_address(text, bare=bare)] == address


WORDS = st.sampled_from([
    b"INVITE", b" ", b"\r\n", b"\n", b"\r", b"SIP/2.0", b"sip:112@x", b"urn:service:sos", b"Via: SIP/2.0/UDP a:1;rport",
    b"v:", b"From: <sip:1@x>;tag=", b"To: x", b"Call-ID: ", b"CSeq: 1 INVITE", b"Content-Length: ", b"l:", b"5", b"-1",
    b",", b"\t", b"\x00", b"\xff", b"P-Asserted-Identity: <tel:1>", b"v=0", b"m=audio 1 RTP/AVP 8", b"a=rtpmap:8 x",
])  # fmt: skip
NOISE = st.lists(WORDS | st.binary(max_size=6), max_size=40).map(b"".join)


BEGUN = st.sampled_from(
    [b"", b"INVITE sip:112@x SIP/2.0\r\n", b"INVITE sip:112@x SIP/2.0\r\nVia: SIP/2.0/UDP a:1;rport\r\n"]
)


@given(st.builds(operator.add, BEGUN, NOISE))
def test_no_bytes_of_a_stranger_raise_or_put_a_header_of_their_own_into_an_answer(data: bytes) -> None:
    fault_of_stream(data, 4_000)
    for filled in (False, True):
        fault_of_whole(data, filled=filled, datagram=True)
    request = read_request(data)
    if request is None:
        return
    assert 0 < answer_port(request, 1) < 65_536
    said = answer(request, code_for(request), "10.0.0.7", 1)
    if not said:
        return
    first, *headers, last, end = said.split(b"\r\n")
    assert first.startswith(b"SIP/2.0 ")
    assert not set(b"\r\n") & set(said.replace(b"\r\n", b""))
    assert {line.partition(b":")[0] for line in headers} <= {
        b"Via",
        b"From",
        b"To",
        b"Call-ID",
        b"CSeq",
        b"Content-Length",
    }
    assert (last, end) == (b"", b"")


@given(NOISE, st.integers(0, 3_000), st.integers(1, 200))
def test_of_a_message_that_says_its_length_once_no_part_is_refused(
    body: bytes, padding: int, step: int
) -> None:
    whole = head(f"Content-Length: {len(body) + padding}") + body + b"y" * padding
    whole = whole[:4_000] if len(whole) <= 4_000 else head("Content-Length: 0")
    assert all(fault_of_stream(whole[:end], 4_000) == 0 for end in range(1, len(whole), step))


@given(NOISE, st.integers(0, 9_000), st.lists(st.integers(1, 4_000), min_size=1), st.booleans())
def test_a_message_is_passed_over_to_its_last_byte(
    body: bytes, padding: int, steps: list[int], tall: bool
) -> None:
    """However it is cut into pieces, and whether its head or its body is what is too long."""
    lines = [f"X: {'y' * padding}"] if tall else []
    body += b"" if tall else b"y" * padding
    first = head(*lines, f"Content-Length: {len(body)}") + body
    stream = first + b"INVITE sip:112@next SIP/2.0\r\nContent-Length: 0\r\n\r\n"
    message, at = PassedOver(), 0
    for step in itertools.cycle(steps):
        piece = stream[at : at + step]
        taken = message.take(piece)
        at += taken
        if message.over:
            break
        assert taken == len(piece)
    assert at == len(first)
    assert not message.lost


@pytest.mark.parametrize("lines", [[], ["Content-Length: x"], ["Content-Length: 999999999"]])
def test_a_message_whose_end_is_nowhere_is_lost(lines: list[str]) -> None:
    message = PassedOver()
    assert message.take(head(*lines) + b"abc") == len(head(*lines)) + 3
    assert message.lost
