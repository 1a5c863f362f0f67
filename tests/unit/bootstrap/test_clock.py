"""The window's time: the server's once heard, carried on by the PC's counter; no hand on the PC's clock moves it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.bootstrap.clock import RoomClock, Source, ThisPc
from operator_app.workflow.ports import ClockMark

NOW = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Pc:
    """A PC whose clock a test sets; its counter only goes on."""

    wall: datetime = NOW
    counted: float = 1000.0
    boot: str = "this"
    clock: RoomClock = field(init=False)

    def start(
        self, mark: ClockMark | None = None, offset_ms: float = 0.0, newest: datetime | None = None
    ) -> RoomClock:
        self.clock = RoomClock(
            mark, offset_ms, newest, ThisPc(lambda: self.wall, lambda: self.counted, lambda: self.boot)
        )
        return self.clock

    def pass_s(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.counted += seconds

    def restart(self) -> None:
        self.boot, self.counted = "another", 3.0


def mark_of(pc: Pc, offset: timedelta) -> ClockMark:
    return ClockMark((pc.wall + offset).timestamp() * 1000, pc.counted, pc.boot)


@pytest.mark.parametrize("step", [-400 * 24 * HOUR, 2 * HOUR, timedelta(days=36_000)])
@pytest.mark.parametrize("heard", [True, False])
def test_a_step_of_the_pcs_clock_changes_no_time_and_is_told_once(step: timedelta, heard: bool) -> None:
    pc = Pc()
    clock = pc.start()
    if heard:
        clock.correct(5_000)
    before = clock.now()
    pc.pass_s(10)
    assert clock.pc_step_s() == 0
    pc.wall += step
    assert clock.now() == before + timedelta(seconds=10)
    assert clock.pc_step_s() == pytest.approx(step.total_seconds())
    assert clock.pc_step_s() == 0
    assert clock.pc_off_s() == pytest.approx((5 if heard else 0) - step.total_seconds())


@given(st.lists(st.tuples(st.floats(0.01, 86_400), st.floats(-1e8, 1e8)), max_size=8))
def test_ages_are_what_passed_whatever_is_done_to_the_pcs_clock(steps: list[tuple[float, float]]) -> None:
    pc = Pc()
    clock = pc.start()
    begun, passed = clock.now(), 0.0
    for seconds, by in steps:
        pc.pass_s(seconds)
        pc.wall += timedelta(seconds=by)
        passed += seconds
        age = (clock.now() - begun).total_seconds()
        assert age == pytest.approx(passed, abs=0.01)


def test_the_servers_word_counts_at_once_and_goes_on_by_the_counter() -> None:
    pc = Pc()
    clock = pc.start()
    assert clock.source is Source.PC
    assert not clock.heard(0)
    clock.correct(90_000)
    assert clock.heard(0)
    assert (clock.now(), clock.source) == (NOW + timedelta(seconds=90), Source.SERVER)
    pc.pass_s(7)
    pc.wall -= 5 * HOUR
    assert clock.now() == NOW + timedelta(seconds=97)


def test_a_window_started_anew_goes_by_what_was_measured_in_this_start_of_the_pc() -> None:
    pc = Pc(wall=NOW - 2 * HOUR)
    mark = mark_of(pc, 2 * HOUR)
    pc.pass_s(60)
    pc.wall += 3 * HOUR  # somebody put the clock "right" meanwhile
    clock = pc.start(mark, 7_200_000)
    assert (clock.now(), clock.source) == (NOW + timedelta(seconds=60), Source.SERVER)
    assert clock.pc_doubt_s() == 0


def test_an_offset_does_not_outlive_the_start_of_the_pc_that_it_was_measured_in() -> None:
    pc = Pc(wall=NOW - 2 * HOUR)
    mark = mark_of(pc, 2 * HOUR)
    pc.restart()
    pc.wall = NOW + HOUR  # put right while it was off
    clock = pc.start(mark, 7_200_000, NOW)
    assert (clock.now(), clock.source) == (NOW + HOUR, Source.PC)
    assert clock.pc_doubt_s() == 7200  # and that is said until the server is heard
    clock.correct(0)
    assert clock.pc_doubt_s() == 0


def test_it_counts_where_the_clock_alone_is_proved_wrong_by_what_was_recorded() -> None:
    pc = Pc(wall=NOW - 2 * HOUR)
    mark = mark_of(pc, 2 * HOUR)
    pc.restart()
    pc.wall += timedelta(minutes=10)  # still two hours behind: the seat recorded something later than that
    clock = pc.start(mark, 7_200_000, NOW)
    assert (clock.now(), clock.source) == (NOW + timedelta(minutes=10), Source.PC)


@pytest.mark.parametrize(
    "wall", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2015, 1, 1, tzinfo=UTC), NOW + 800 * 24 * HOUR]
)
def test_a_clock_of_another_year_is_not_believed(wall: datetime) -> None:
    pc = Pc(wall=wall)
    clock = pc.start(None, 0.0, NOW)
    assert (clock.now(), clock.source) == (NOW, Source.RECORD)
    pc.pass_s(30)
    assert clock.now() == NOW + timedelta(seconds=30)
    assert abs(clock.pc_off_s()) > 300 * 86_400
