"""What the doctor says of the phone library: its age, and what stands before it."""

import pytest

from operator_app.bootstrap.doctor_phone import Finding, ask_library, library_findings
from operator_app.config.settings import PhoneSettings

TOLD = {
    "limits": {"calls": 32, "accounts": 32, "buddies": 256, "message_bytes": 65_535, "build": "ours"},
    "version": "2.17",
    "codecs": ["PCMA/8000/1", "PCMU/8000/1", "G722/16000/1"],
    "tls": "",
    "unguarded": "",
    "devices": ["Headset"],
}


def wrong(**told: object) -> list[str]:
    return [each.words for each in library_findings(PhoneSettings(), {**TOLD, **told}) if each.good is False]


def test_a_safe_library_with_its_guard_is_in_order() -> None:
    assert wrong() == []
    first: Finding = next(iter(library_findings(PhoneSettings(), TOLD)))
    assert "32 calls" in first.words
    assert "messages to 65,535 bytes" in first.words


@pytest.mark.parametrize("version", ["2.15.1", "2.9", "1.16", "2.16-dev"])
def test_an_older_one_is_named_with_the_last_known_safe(version: str) -> None:
    (words,) = wrong(version=version)
    assert words.startswith(f"pjproject {version} is older than 2.17, the last one known safe")


@pytest.mark.parametrize("version", ["2.17", "2.17-dev", "2.17.1", "3.0"])
def test_a_newer_one_is_not(version: str) -> None:
    assert wrong(version=version) == []


def test_a_guard_that_does_not_stand_is_said_with_what_that_costs() -> None:
    (words,) = wrong(unguarded="this library hides its functions")
    assert "(this library hides its functions)" in words
    assert "urn:service:sos does not ring" in words


def test_the_library_of_this_machine_has_its_guard() -> None:
    told = ask_library()
    assert isinstance(told, dict), told
    assert told["unguarded"] == ""
