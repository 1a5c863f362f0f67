"""Which INFO the library must not see, and which key it carries."""

import pytest

from operator_app.telephony.engine.guard import is_deadly, key_of, watchman


def info(body: str, content_type: str = "Content-Type: application/dtmf-relay") -> str:
    return f"INFO sip:112@127.0.0.1 SIP/2.0\r\nCall-ID: x\r\n{content_type}\r\n\r\n{body}"


@pytest.mark.parametrize(
    "body", ["Signal=5", "Signal=5\n", "Signal=5\r\n", "", "Signal=5\nDuration=1", "a\0\r\nb"]
)
def test_a_body_without_a_second_line_is_deadly(body: str) -> None:
    assert is_deadly(info(body))


@pytest.mark.parametrize("kind", ["c: application/dtmf-relay", "Content-Type:\r\n application /\tDTMF-Relay"])
def test_however_its_type_is_written(kind: str) -> None:
    assert is_deadly(info("Signal=5", kind))


def test_a_right_one_and_one_of_another_type_go_through() -> None:
    assert not is_deadly(info("Signal=5\r\nDuration=160"))
    assert not is_deadly(info("<x/>", "Content-Type: application/media_control+xml"))


@pytest.mark.parametrize(
    ("body", "key"),
    [("Signal=5", "5"), ("signal = #\r\n", "#"), ("Signal=d", "D"), ("Signal=55", ""), ("5", "")],
)
def test_its_key(body: str, key: str) -> None:
    assert key_of(info(body)) == key


def test_a_library_that_hides_its_functions_gets_no_watchman_and_no_fault() -> None:
    assert watchman("/does/not/exist.so", lambda _call, _key: None) is None
