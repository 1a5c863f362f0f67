"""The wall's room: its data ages truthfully and its seats are never called ready by an old word."""

from datetime import timedelta

from operator_app.domain.ids import SeatName
from operator_app.domain.states import SeatState
from operator_app.workflow.ports import LinkState, LinkTrouble, Presence
from tests.unit.desk.room import SeatFeed, SetClock, made_wall


def test_data_ages_from_the_last_word_of_the_server() -> None:
    clock = SetClock()
    room = made_wall(clock)
    assert room.data_age_s() is None
    room.on_link(LinkState(True, clock.now(), 0))
    room.on_presence([])
    clock.forward(3)
    assert room.data_age_s() == 3.0
    room.on_events([])
    assert room.data_age_s() == 0.0
    clock.forward(7)
    room.on_link(LinkState(False, clock.now(), 0, LinkTrouble.UNREACHABLE))
    assert room.data_age_s() == 7.0


def test_a_clock_set_back_does_not_make_old_data_fresh() -> None:
    clock = SetClock()
    room = made_wall(clock)
    steady = [0.0]
    room._monotonic = lambda: steady[0]
    room.on_link(LinkState(True, clock.now(), 0))
    room.on_presence([])
    clock.time -= timedelta(hours=1)
    steady[0] = 8.0
    assert room.data_age_s() == 8.0


async def test_presence_ages_while_nothing_is_heard() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    room = made_wall(clock)
    await feed.seat_state("M1", SeatState.READY, 130)
    room.on_events(feed.events)
    assert not room.figures(clock.now()).seats[0].lost
    room.on_presence([Presence("M1", "seat", 0.5), Presence("W1", "wall", 0.1)])
    assert room.presence_ages() == {SeatName("M1"): 0.5}
    assert not room.figures(clock.now()).seats[0].lost
    clock.forward(10)
    assert room.figures(clock.now()).seats[0].lost


def test_the_day_begins_at_local_midnight() -> None:
    clock = SetClock()
    room = made_wall(clock)
    assert room.day_start(clock.now()).isoformat() == "2026-11-23T00:00:00+08:00"


def test_what_comes_while_the_link_catches_up_is_no_whole_picture() -> None:
    clock = SetClock()
    room = made_wall(clock)
    room.on_presence([])
    room.on_events([])
    assert room.data_age_s() is None
    room.on_link(LinkState(True, clock.now(), 0))
    assert room.data_age_s() == 0.0
    room.on_link(LinkState(False, clock.now(), 0, LinkTrouble.UNREACHABLE))
    clock.forward(30)
    room.on_presence([])
    assert room.data_age_s() == 30.0
