"""What every test process stands on: no display, no sandbox refusal, no setting of the person who runs it."""

import asyncio
import inspect
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

pytest_plugins = ["tests.postgres_fixtures"]

# Before any Qt import. A test that wants a real display starts a process of its own and gives it its own environment.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses to run as root with its sandbox on


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts all whole-room tests on one worker: two rooms at once would only measure each other."""
    for item in items:
        if item.nodeid.startswith("tests/e2e/"):
            item.add_marker(pytest.mark.xdist_group("room"))


# Machines are noisy: no example is judged by the clock. A hang is caught by the timeout of the whole test.
settings.register_profile("room", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("planted", settings.get_profile("room"), phases=(Phase.generate,), derandomize=True)
settings.load_profile("room")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs `async def` tests on a loop of their own; a task that outlives the test fails it."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    given = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    asyncio.run(_without_leftovers(pyfuncitem.obj, given))
    return True


async def _without_leftovers(test: Callable[..., Coroutine[Any, Any, None]], given: dict[str, Any]) -> None:
    await test(**given)
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, f"tasks outlive the test: {left}"
