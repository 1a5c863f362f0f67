"""What can be dialled and what cannot."""

import pytest

from operator_app.telephony.dialling import sip_uri
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError


@pytest.mark.parametrize(
    ("wish", "uri"),
    [
        ("0812-3456 (7)", "sip:081234567@pbx:5060"),
        (" +62 811.5 ", "sip:+628115@pbx:5060"),
        ("*21#", "sip:*21%23@pbx:5060"),
        ("7042;phone-context=+62549", "sip:7042;phone-context=+62549@pbx:5060;user=phone"),
        ("sip:113@10.0.0.1", "sip:113@10.0.0.1"),
        ("SIPS:a@b", "SIPS:a@b"),
    ],
)
def test_what_can_be_dialled(wish: str, uri: str) -> None:
    assert sip_uri(wish, "pbx:5060") == uri


@pytest.mark.parametrize(
    "wish", ["", "  ", "abc", "08a", "tel:113", "sip:", "sip:a b@c", "sip:<a@b>", "--", "7;phone-context=a@b"]
)
def test_what_cannot(wish: str) -> None:
    with pytest.raises(PhoneRefusedError) as caught:
        sip_uri(wish, "pbx")
    assert caught.value.code is PhoneRefusal.BAD_NUMBER


def test_a_number_needs_a_server_an_address_does_not() -> None:
    assert sip_uri("sip:a@b", None) == "sip:a@b"
    with pytest.raises(PhoneRefusedError) as caught:
        sip_uri("113", None)
    assert caught.value.code is PhoneRefusal.NO_ROUTE
