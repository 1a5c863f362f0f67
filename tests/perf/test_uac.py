"""The bench's own caller is held to a real phone: what it measures with must itself be right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from operator_app.domain import line
from operator_app.room.caller import Caller
from operator_app.room.processes import Crew
from operator_app.room.waiting import wait_for
from tests.perf.uac import WireCaller


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Caller]:
    crew = Crew(tmp_path)
    made = Caller(crew, "112")
    yield made
    made.close()
    crew.close()


def test_calls_ring_are_answered_and_end_both_ways(phone: Caller) -> None:
    host, _, port = phone.address.rpartition(":")
    caller = WireCaller(host, int(port))
    wait_for("the phone answers OPTIONS", caller.alive)

    first = caller.invite("081200000001")
    assert caller.wait(first, 180) > first.sent_ns
    caller.end(first)
    assert 487 in first.responses

    second = caller.invite("081200000002")
    caller.wait(second, 180)
    offered = wait_for(
        "the call is told",
        lambda: next((each for each in phone.living if each.number == second.number), None),
    )
    assert offered.sent_at is not None
    phone.answer()
    assert caller.wait(second, 200) > second.sent_ns
    caller.end(second)
    wait_for("the phone has no call", lambda: not phone.living)
    caller.close()


def test_nobody_there_is_no_answer(phone: Caller) -> None:
    caller = WireCaller("127.0.0.1", 9)
    assert not caller.alive()
    with pytest.raises(TimeoutError, match="no 180 within"):
        caller.wait(caller.invite("081200000001"), 180, 0.05)
    caller.close()
    assert line.LineCallState.OFFERED not in {each.state for each in phone.living}
