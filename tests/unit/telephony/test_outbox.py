"""What the engine has to tell waits until a window has seen it."""

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineDigit, LineFault, LineQuality
from operator_app.telephony.codec import signal_from_plain
from operator_app.telephony.engine import outbox
from operator_app.telephony.engine.outbox import Outbox


def digit(number: int) -> LineDigit:
    return LineDigit(CallId("a"), str(number))


def test_what_was_not_seen_is_told_again_in_order() -> None:
    box = Outbox()
    first, second = box.put(digit(1)), box.put(digit(2))
    assert [frame["seq"] for frame in box.unseen()] == [1, 2]
    assert box.unseen() == [first, second]
    box.seen(first["seq"])
    assert box.unseen() == [second]
    box.seen(second["seq"])
    assert box.unseen() == []
    assert box.seq == 2


def test_measurements_are_not_kept() -> None:
    box = Outbox()
    box.put(LineQuality(CallId("a"), 1, 0, 0, 0.0, 0.0, None, 4.4))
    assert box.unseen() == []
    assert box.seq == 1


def test_what_had_to_be_given_up_is_told() -> None:
    box = Outbox()
    for number in range(outbox._KEPT + 7):
        box.put(digit(number))
    frames = box.unseen()
    told = signal_from_plain(frames[-1]["signal"])
    assert isinstance(told, LineFault)
    assert told.detail.startswith("7 signals")
