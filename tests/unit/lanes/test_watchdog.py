import asyncio
import logging
import threading
import time
import weakref

import pytest

from operator_app.lanes.watchdog import Stall, StallWatch


def stand_still_for(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_a_stall_is_logged_with_the_stack_it_stood_in(caplog: pytest.LogCaptureFixture) -> None:
    stalls: list[Stall] = []

    async def shift() -> None:
        told = asyncio.Event()

        def tell(stall: Stall) -> None:
            stalls.append(stall)
            told.set()

        watch = StallWatch(50, tell)
        watch.start(asyncio.get_running_loop())
        stand_still_for(0.4)
        await asyncio.wait_for(told.wait(), 20)
        watch.stop()

    with caplog.at_level(logging.WARNING):
        asyncio.run(shift())
    assert any(stall.ms > 300 and "stand_still_for" in stall.stack for stall in stalls)
    assert "stand_still_for" in caplog.text


def test_a_stall_tells_whether_its_thread_worked_or_waited() -> None:
    async def shift() -> Stall:
        told: asyncio.Future[Stall] = asyncio.get_running_loop().create_future()

        def tell(stall: Stall) -> None:
            if not told.done():
                told.set_result(stall)

        watch = StallWatch(50, tell)
        watch.start(asyncio.get_running_loop())
        time.sleep(0.4)  # noqa: ASYNC251  (that is the stall)
        stall = await asyncio.wait_for(told, 20)
        watch.stop()
        return stall

    stall = asyncio.run(shift())
    assert stall.ms > 300
    assert stall.worked_ms < stall.ms / 2


def test_a_thread_that_waits_for_work_is_no_stall() -> None:
    stalls: list[Stall] = []

    async def shift() -> None:
        watch = StallWatch(5_000, stalls.append)
        watch.start(asyncio.get_running_loop())
        for _ in range(20):
            await asyncio.sleep(0.005)
        watch.stop()

    asyncio.run(shift())
    assert not stalls


def test_stopping_leaves_no_thread_and_it_can_start_again() -> None:
    async def shift() -> None:
        watch = StallWatch()
        for _ in range(2):
            watch.start(asyncio.get_running_loop())
            watch.start(asyncio.get_running_loop())
            assert [each.name for each in threading.enumerate()].count("stall watch") == 1
            watch.stop()
            watch.stop()
            assert "stall watch" not in {each.name for each in threading.enumerate()}

    asyncio.run(shift())


def test_the_watch_holds_nothing_of_the_thread_it_looks_at() -> None:
    """A QPainter that outlived its paint event by a held frame killed the window."""

    class Painter:
        pass

    gone_late: list[bool] = []

    def paint() -> "weakref.ref[Painter]":
        painter = Painter()
        stand_still_for(0.03)
        return weakref.ref(painter)

    async def shift() -> None:
        watch = StallWatch(5)
        watch.start(asyncio.get_running_loop())
        for _ in range(30):
            gone_late.append(paint()() is not None)
            await asyncio.sleep(0)
        watch.stop()

    asyncio.run(shift())
    assert not any(gone_late)
