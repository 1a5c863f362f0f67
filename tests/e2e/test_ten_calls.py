"""The whole of a busy hour by keyboard alone."""

from operator_app.room.room import Room
from tests.e2e.ten_calls import check_all, open_room, take_all


def test_ten_calls_of_different_kinds_by_keyboard_alone(room: Room) -> None:
    seat, desk = open_room(room)
    check_all(room, take_all(room, seat, desk, lambda _: None))
