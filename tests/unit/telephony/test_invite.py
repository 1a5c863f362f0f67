"""What an INVITE says of the caller, in all the ways in which networks say it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.telephony.invite import (
    Invite,
    newer_identity,
    number_of,
    read_invite,
    reason_of_end,
)
from operator_app.telephony.message import party, split_message


def invite(*headers: str, body: str = "") -> Invite:
    lines = [
        "INVITE sip:112@10.0.0.1 SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx",
        *headers,
        "",
        body,
    ]
    return read_invite("\r\n".join(lines))


@pytest.mark.parametrize(
    ("headers", "number", "withheld", "name"),
    [
        (['From: "Ibu Ani" <sip:081234@10.0.0.9>;tag=1'], "081234", False, "Ibu Ani"),
        (["f: Budi <sip:081234@10.0.0.9>;tag=1"], "081234", False, "Budi"),
        (["From: sip:081234@10.0.0.9;tag=1"], "081234", False, ""),
        (["FROM : <sip:%2B62811@10.0.0.9>;tag=1"], "+62811", False, ""),
        (["From: <tel:+62-811-555(6)>;tag=1"], "+628115556", False, ""),
        (["From: <sip:+62811;phone-context=x@10.0.0.9;user=phone>;tag=1"], "+62811", False, ""),
        (['From: "Kata \\"kita\\"" <sip:a@b>;tag=1'], None, False, 'Kata "kita"'),
        (['From: "Unavailable" <sip:unavailable@unknown.invalid>;tag=1'], None, False, ""),
        (["From: <sip:Restricted@b>;tag=1"], None, False, ""),
        (["From: asterisk <sip:asterisk@b>;tag=1"], None, False, ""),
        (["From: <sip:m2@b>;tag=1"], None, False, "m2"),
        (["From: <sip:7f2a-guid@b>;tag=1"], None, False, "7f2a-guid"),
        (["From: <sip:0811@b>;tag=1", "P-Asserted-Identity: <sip:trunk01@gw>"], "0811", False, ""),
        (["From: <sip:m2@b>;tag=1", "P-Asserted-Identity: <sip:trunk01@gw>, <sip:+62812@gw>"], "+62812", False, ""),
        (["From: <sip:anonymous@b>;tag=1", "P-Asserted-Identity: <sip:trunk01@gw>"], None, True, "trunk01"),
        (["From: <tel:7042;phone-context=+62549>;tag=1"], "7042;phone-context=+62549", False, ""),
        (["From: <sip:7042;phone-context=pabx.example@b>;tag=1"], "7042;phone-context=pabx.example", False, ""),
        (["From: <tel:7042;phone-context=+62 549>;tag=1"], "7042", False, ""),
        (["From: <sip:0811;npdi;rn=+62@b>;tag=1"], "0811", False, ""),
        (["From: <sip:\uff10\uff18\uff11\uff11@b>;tag=1"], "0811", False, ""),
        (["From: <sip:anonymous@b>;tag=1", "Remote-Party-ID: Ani <sip:0812@b>;privacy=full"], "0812", True, "Ani"),
        (["From: <sip:0811@b>;tag=1", "Remote-Party-ID: <sip:113@b>;party=called"], "0811", False, ""),
        (["From: <sip:1@b>;tag=1", "P-Asserted-Identity: <sip:2@b>", "Remote-Party-ID: <sip:3@b>"], "2", False, ""),
        (["From: =?x?= <sip:10.0.0.9>;tag=1"], None, False, "=?x?="),
        (['From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'], None, True, ""),
        (["From: <sip:ANONYMOUS@10.0.0.9>;tag=1"], None, True, ""),
        (["From: <sip:c8oqz84zk7z@privacy.anonymous.invalid>;tag=1"], None, True, ""),
        (["From: <sip:1@b>;tag=1", "P-Asserted-Identity: <sip:2@b>"], "2", False, ""),
        (["From: <sip:1@b>;tag=1", "P-Asserted-Identity: <sip:2@b>, <tel:+62811>"], "+62811", False, ""),
        (["From: <sip:1@b>;tag=1", "P-Asserted-Identity: <sip:2@b>", "p-asserted-identity: <tel:3>"], "3", False, ""),
        (
            ["From: <sip:anonymous@anonymous.invalid>;tag=1", "P-Asserted-Identity: Budi <tel:3>", "Privacy: id"],
            "3", True, "Budi",
        ),
        (["From: <sip:1@b>;tag=1", "Privacy: header; id"], "1", True, ""),
        (["From: <sip:1@b>;tag=1", "P-Asserted-Identity: garbage"], "1", False, ""),
        (["From: <sip:anonymous@b>;tag=1", "P-Asserted-Identity: garbage"], None, True, ""),
        (['From: "Ani \u202e\u2066\x07 <b>" <sip:0811%0A22%00@b>;tag=1'], "081122", False, "Ani  <b>"),
        ([], None, False, ""),
    ],
)  # fmt: skip
def test_number_and_name(headers: list[str], number: str | None, withheld: bool, name: str) -> None:
    read = invite(*headers)
    assert (read.number, read.withheld, read.display_name) == (number, withheld, name)


def test_of_a_stranger_only_his_own_word_is_taken() -> None:
    message = (
        "INVITE sip:112@x SIP/2.0\r\nFrom: <sip:0811@b>;tag=1\r\nP-Asserted-Identity: <tel:112>\r\nPrivacy: id\r\n"
        "Remote-Party-ID: <sip:110@b>\r\nX-Call-Ref: r\r\nCall-ID: own\r\n"
        "Call-Info: <urn:emergency:uid:callid:a:b>;purpose=emergency-CallId\r\n\r\n"
    )
    believed, stranger = read_invite(message), read_invite(message, believed=False)
    assert (believed.number, believed.withheld, believed.reference[:4]) == ("112", True, "urn:")
    assert (stranger.number, stranger.withheld, stranger.reference) == ("0811", False, "own")
    assert stranger.emergency_ids == ()


@pytest.mark.parametrize(
    ("reason", "broken"),
    [
        ("Q.850;cause=41", True),
        ('Q.850 ;cause=102;text="recovery on timer expiry"', True),
        ('SIP;cause=503;text="RTP timeout"', True),
        ("SIP;cause=408", True),
        ("Q.850;cause=16", False),
        ("Q.850;cause=31", False),
        ("SIP;cause=487", False),
        ("SIP;cause=603", False),
        ("Q.850;cause=41, SIP;cause=200", False),
        ("X;cause=503", False),
    ],
)
def test_a_bye_says_whether_the_way_broke(reason: str, broken: bool) -> None:
    told = reason_of_end(f"BYE sip:112@127.0.0.1 SIP/2.0\r\nCall-ID: x\r\nReason: {reason}\r\n\r\n")
    assert bool(told.broken) is broken


def test_a_later_word_of_the_network_names_the_far_end_anew() -> None:
    head = "INVITE sip:112@x SIP/2.0\r\nFrom: M2 <sip:m2@b>;tag=1\r\n"
    assert newer_identity(head + "\r\n") is None
    newer = newer_identity(head + 'P-Asserted-Identity: "Ibu Sari" <tel:+6281200000077>\r\n\r\n')
    assert newer is not None
    assert (newer.number, newer.display_name, newer.withheld) == ("+6281200000077", "Ibu Sari", False)


def test_a_comma_in_a_name_does_not_split_identities() -> None:
    read = invite("From: <sip:1@b>;tag=1", 'P-Asserted-Identity: "Budi, Pak" <sip:2@b>')
    assert (read.number, read.display_name) == ("2", "Budi, Pak")


def test_a_name_in_another_encoding_is_marked_not_lost() -> None:
    read = invite('From: "Andr\udce9" <sip:081234@10.0.0.9>;tag=1')
    assert (read.number, read.display_name) == ("081234", "Andr\ufffd")


def test_folded_lines_are_one() -> None:
    headers, body = split_message("INVITE sip:x SIP/2.0\r\nSubject: a\r\n  b\r\n\tc\r\n\r\nbody\r\n\r\nrest")
    assert headers["subject"] == ["a b c"]
    assert body == "body\n\nrest"


def test_a_call_without_a_place_has_none() -> None:
    assert invite("From: <sip:1@b>;tag=1", "Content-Type: application/sdp", body="v=0").location is None


@pytest.mark.parametrize("stamp", ["soon", "nan", "inf", "1e300", ""])
def test_a_bad_send_time_is_none(stamp: str) -> None:
    assert invite("From: <sip:1@b>;tag=1", f"X-Sent-At: {stamp}").sent_at is None


def test_the_send_time_is_read() -> None:
    assert invite("X-Sent-At: 1700000000.5").sent_at == datetime.fromtimestamp(1700000000.5, UTC)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    read_invite(text)
    read_invite(
        f"INVITE sip:x SIP/2.0\r\nFrom: {text}\r\nP-Asserted-Identity: {text}\r\nPrivacy: {text}\r\n\r\n{text}"
    )
    party(text)
    number_of(text)


def test_nothing_is_longer_than_its_limit() -> None:
    long = "9" * 100_000
    read = invite(f'From: "{long}" <sip:{long}@b>;tag=1', f"Geolocation: {long}", body=long)
    assert read.number is not None
    assert max(len(read.number), len(read.display_name), len(read.uri)) <= 200
    assert read.location is not None


@pytest.mark.parametrize(
    ("reason", "elsewhere"),
    [
        ('SIP;cause=200;text="Call completed elsewhere"', True),
        ("SIP ;cause=200", True),
        ("Q.850;cause=26", True),
        ('Q.850;cause=16;text="x", SIP;cause=200', True),
        ("SIP;cause=487", False),
        ("Q.850;cause=16", False),
        ("", False),
    ],
)
def test_a_cancel_says_whether_another_desk_answered(reason: str, elsewhere: bool) -> None:
    cancel = f"CANCEL sip:112@127.0.0.1 SIP/2.0\r\nCall-ID: x\r\nReason: {reason}\r\n\r\n"
    assert reason_of_end(cancel).elsewhere is elsewhere


def test_who_sent_the_call_is_read() -> None:
    assert (
        read_invite("INVITE sip:x SIP/2.0\r\nb: <sip:113@10.0.0.5>;x=y\r\n\r\n").referred_by
        == "sip:113@10.0.0.5"
    )


URN = "urn:emergency:uid:callid:a56e556d871:bcf.net.example"
INCIDENT = "urn:emergency:uid:incidentid:9f2:bcf.net.example"


def test_emergency_identifiers_are_read_from_call_info_and_name_the_call() -> None:
    text = (
        "INVITE sip:112@x SIP/2.0\r\nFrom: <sip:1@x>\r\nCall-ID: leg-7\r\nX-Call-Ref: queue-3\r\n"
        f"Call-Info: <http://x/photo.jpg>;purpose=icon, <{URN}>;purpose=emergency-CallId\r\n"
        f"Call-Info: <{INCIDENT}>;purpose=emergency-IncidentId,\r\n <urn:x:y>;purpose=card\r\n\r\n"
    )
    read = read_invite(text)
    assert read.emergency_ids == (URN, INCIDENT)
    assert read.reference == URN


def test_a_phone_without_sim_is_known_by_its_imei() -> None:
    text = (
        'INVITE sip:112@x SIP/2.0\r\nFrom: "Anonymous" <sip:anonymous@anonymous.invalid>\r\n'
        'm: <sip:h@x>;+sip.instance="<urn:gsma:imei:35625209-921120-0>"\r\n\r\n'
    )
    read = read_invite(text)
    assert (read.number, read.device) == (None, "35625209-921120-0")


def test_call_info_of_any_length_and_form_costs_nothing() -> None:
    for value in (
        "<" * 50_000,
        "<urn:emergency:uid:callid:" + "a" * 50_000 + ">",
        ";purpose=" * 9_000,
        "<urn:a>" * 9_000,
    ):
        assert read_invite(f"INVITE sip:1@x SIP/2.0\r\nCall-Info: {value}\r\n\r\n").emergency_ids == ()
    many = ",".join(f"<urn:emergency:uid:callid:{n}:x>;purpose=emergency-CallId" for n in range(50))
    assert len(read_invite(f"INVITE sip:1@x SIP/2.0\r\nCall-Info: {many}\r\n\r\n").emergency_ids) == 8
