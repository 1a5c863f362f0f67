"""Descriptions of sound that the library must not see, and those of decent phones that it must."""

import pytest

from operator_app.telephony.engine.offers import is_out_of_bounds

PLAIN = (
    "INVITE sip:112@x SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\n"
    "c=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 8 0 96 127\r\na=rtpmap:96 opus/48000/2\r\n"
    "a=fmtp:96 maxplaybackrate=16000;stereo=0\r\na=rtpmap:127 telephone-event/8000\r\na=fmtp:127 0-15,66\r\n"
    "a=ptime:20\r\na=maxptime:240\r\n"
)
VIDEO = (
    "m=video 5000 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
    "a=fmtp:97 profile-level-id=42e01f;sprop-parameter-sets=Z0LgH/300/x\r\n"
)
FAX = "m=image 6000 udptl t38\r\nm=application 7000 UDP/BFCP *\r\n"


@pytest.mark.parametrize(
    "message",
    [
        PLAIN,
        PLAIN + VIDEO + FAX,
        PLAIN + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n" * 8,
        PLAIN.replace("\r\n", "\n"),
        "OPTIONS sip:112@x SIP/2.0\r\n\r\n",
        "MESSAGE sip:112@x SIP/2.0\r\n\r\na=rtpmap:65535 is what I wrote",
        PLAIN + "m=application 9 UDP/DTLS/SCTP 5000\r\n",
    ],
)
def test_what_decent_phones_say_passes(message: str) -> None:
    assert not is_out_of_bounds(message.encode())


@pytest.mark.parametrize(
    "more",
    [
        "a=rtpmap:65535 x/8000\r\n",
        "a=rtpmap:128 x/8000\r\n",
        "a=FMTP: 99999999999999999999 x\r\n",
        "a=fmtp:121 96/200\r\n",
        "m=audio 4002 RTP/AVP 8 300\r\n",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n" * 65,
        VIDEO * 12,
        "a=ptime:300\r\n",
    ],
)
def test_what_leads_to_a_known_fault_does_not(more: str) -> None:
    assert is_out_of_bounds((PLAIN + more).encode())
    assert is_out_of_bounds(
        PLAIN.replace("v=0", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0").encode() + more.encode()
    )
