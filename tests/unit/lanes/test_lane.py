import asyncio
import threading

import pytest

from operator_app.lanes.lane import Lane, LaneClosedError, WrongLaneError


def test_work_is_done_in_order_on_one_named_thread() -> None:
    lane = Lane("disk")
    done: list[tuple[int, str]] = []
    for number in range(200):
        lane.submit(lambda n: done.append((n, threading.current_thread().name)), number)
    lane.close()
    assert done == [(number, "disk") for number in range(200)]


def test_a_result_and_an_error_come_back_to_the_loop_that_asked() -> None:
    lane = Lane("disk")

    def divide(a: int, b: int) -> float:
        lane.check()
        return a / b

    async def ask() -> float:
        with pytest.raises(ZeroDivisionError):
            await lane.run(divide, 1, 0)
        return await lane.run(divide, 6, b=3)

    assert asyncio.run(ask()) == 2
    lane.close()


def test_check_names_the_thread_that_is_wrong() -> None:
    lane = Lane("disk")
    with pytest.raises(WrongLaneError, match=r"MainThread.*disk"):
        lane.check()
    lane.close()


def test_a_closed_lane_takes_no_work_and_leaves_no_thread() -> None:
    lane = Lane("disk")
    lane.close()
    lane.close()
    with pytest.raises(LaneClosedError):
        lane.submit(print)
    assert "disk" not in {thread.name for thread in threading.enumerate()}


def test_a_cancelled_waiter_takes_back_work_not_begun_and_outlasts_begun_work() -> None:
    lane = Lane("disk")
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow() -> None:
        begun.set()
        assert go_on.wait(20)
        done.append("slow")
        raise OSError("nobody waits for this any more")

    async def ask() -> None:
        first = asyncio.create_task(lane.run(slow))
        second = asyncio.create_task(lane.run(done.append, "second"))
        assert await asyncio.to_thread(begun.wait, 20)
        first.cancel()
        second.cancel()
        await asyncio.wait({second})
        first.cancel()
        assert not first.done()
        go_on.set()
        await asyncio.wait({first})
        assert first.cancelled()
        assert second.cancelled()
        assert done == ["slow"]

    asyncio.run(ask())
    lane.close()
    assert done == ["slow"]
