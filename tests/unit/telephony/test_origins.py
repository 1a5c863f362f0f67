"""Which addresses are the phone servers'."""

import threading

import pytest

from operator_app.telephony.origins import Origins, host_of_packet
from operator_app.telephony.settings import EngineAccount, EngineSettings
from operator_app.workflow.phone_port import PhoneRefusedError


def test_without_any_server_nobody_is_a_stranger() -> None:
    origins = Origins({})
    assert not origins.known
    assert origins.believes("203.0.113.9")
    assert origins.account("203.0.113.9", "direct") is None


@pytest.mark.parametrize("registrar", ["10.0.0.5", "10.0.0.5:5080"])
def test_a_stated_address_is_believed_and_no_other(registrar: str) -> None:
    origins = Origins({"one": registrar})
    assert origins.known
    assert origins.believes("10.0.0.5")
    assert not origins.believes("10.0.0.6")
    assert origins.account("10.0.0.5", "two") == "one"
    assert origins.account("10.0.0.6", "one") is None, "whatever the letterhead says"


def test_an_address_of_the_newer_kind_is_the_same_however_it_is_written() -> None:
    origins = Origins({"one": "[2001:DB8::5]:5060"})
    assert origins.believes(host_of_packet("[2001:db8:0::5]:40112"))
    assert Origins({"one": "10.0.0.5"}).believes(host_of_packet("[::ffff:10.0.0.5]:5060"))


def test_further_addresses_and_networks_are_believed_and_are_no_accounts() -> None:
    origins = Origins({"one": "10.0.0.5"}, ("10.1.0.0/24", "10.2.0.7"))
    assert [origins.believes(each) for each in ("10.1.0.77", "10.2.0.7", "10.2.0.8")] == [True, True, False]
    assert origins.account("10.1.0.77", "one") is None


def test_a_name_is_looked_up_beside_and_whoever_accepts_us_is_learned() -> None:
    looked_up = threading.Event()

    def resolve(host: str) -> list[str]:
        assert host == "phone.example.org"
        looked_up.set()
        return ["10.0.0.5"]

    origins = Origins({"one": "phone.example.org:5060"}, resolve=resolve)
    assert looked_up.wait(5)
    for thread in threading.enumerate():
        if thread.name == "names":
            thread.join(5)
    assert origins.believes("10.0.0.5")
    assert not origins.believes("10.0.0.9")
    origins.learn("one", "10.0.0.9:5060")  # a name that stands for several, or moves
    assert origins.believes("10.0.0.9")
    assert origins.account("10.0.0.9", "direct") == "one"


def test_a_name_that_nobody_knows_costs_nothing() -> None:
    def resolve(host: str) -> list[str]:
        raise OSError(f"no such host {host}")

    assert not Origins({"one": "nowhere.example.org"}, resolve=resolve).believes("10.0.0.5")


def test_strangers_may_call_where_there_is_no_server_or_the_setting_says_so() -> None:
    account = EngineAccount("one", "1", "x", "sip:10.0.0.5")
    assert EngineSettings().takes_direct
    assert not EngineSettings(accounts=(account,)).takes_direct
    assert not EngineSettings(servers=("10.0.0.5",)).takes_direct
    assert EngineSettings(accounts=(account,), direct=True).takes_direct


@pytest.mark.parametrize("wrong", [EngineSettings(servers=("10.0.0",)), EngineSettings(direct=False)])
def test_settings_that_would_let_nobody_call_are_refused(wrong: EngineSettings) -> None:
    with pytest.raises(PhoneRefusedError):
        wrong.check()
