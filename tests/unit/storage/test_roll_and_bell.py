"""The roll of windows kept from beat to beat, and the bell that ends a wait."""

import socket
import threading
from contextlib import closing

from operator_app.storage.server.bell import Bell
from operator_app.storage.server.roll import WHOLE_EVERY_S, Roll
from operator_app.workflow.ports import Presence


def test_the_roll_keeps_who_is_not_told_of() -> None:
    roll = Roll()
    assert roll.asked_from(10.0) is None
    roll.take(10.0, 500.0, None, [["M1", "seat", False, "", ""], ["M2", "seat", False, "i", "place"]], [])
    assert roll.asked_from(11.0) == 500.0
    roll.take(11.0, 501.0, 500.0, [], [])
    assert set(roll.windows()) == {Presence("M1", "seat", 0.0), Presence("M2", "seat", 0.0, "i", "place")}
    roll.take(12.0, 502.0, 501.0, [["M1", "seat", True, "", ""]], [["M2", "seat", 4.5, "i", "place"]])
    assert roll.windows() == (Presence("M2", "seat", 4.5, "i", "place"),)
    roll.take(13.0, 503.0, 502.0, [["M2", "seat", False, "", ""]], [])
    assert roll.windows() == (Presence("M2", "seat", 0.0),)


def test_who_is_silent_for_so_long_that_nobody_tells_of_it_is_gone() -> None:
    roll = Roll()
    roll.take(1.0, 1.0, None, [["M1", "seat", False, "", ""]], [["M2", "seat", 86_399.0, "", ""]])
    roll.take(2.0, 2.0, 1.0, [], [])
    assert [each.seat for each in roll.windows()] == ["M1"]


def test_the_whole_room_is_asked_for_now_and_then_and_after_each_connect() -> None:
    roll = Roll()
    roll.take(0.0, 1.0, None, [["M1", "seat", False, "", ""]], [])
    assert roll.asked_from(1.0) == 1.0
    assert roll.asked_from(2 * WHOLE_EVERY_S) is None
    roll.take(2 * WHOLE_EVERY_S, 2.0, None, [["M3", "seat", False, "", ""]], [])
    assert [each.seat for each in roll.windows()] == ["M3"]
    roll.forget()
    assert roll.asked_from(1.0) is None


def test_a_ring_ends_the_wait_of_now_or_the_next_one() -> None:
    with closing(Bell()) as bell:
        bell.ring()
        assert bell.wait(60.0)
        ringer = threading.Timer(0.05, bell.ring)
        ringer.start()
        assert bell.wait(60.0)
        ringer.join()


def test_a_watched_connection_that_has_something_to_read_ends_the_wait_also_when_it_is_another_later() -> (
    None
):
    first, far = socket.socketpair()
    second, other = socket.socketpair()
    with closing(Bell()) as bell, first, far, second, other:
        with bell.watching(first):
            far.send(b"x")
            assert bell.wait(60.0)
        with bell.watching(second):
            assert not bell.wait(0.0)  # what the first still holds does not count any more
            other.send(b"x")
            assert bell.wait(60.0)
        assert not bell.wait(0.0)
    bell.ring()  # after the end it does nothing
