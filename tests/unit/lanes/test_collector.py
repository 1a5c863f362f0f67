import gc
import time
import weakref
from collections.abc import Iterator

import pytest

from operator_app.lanes.collector import THOROUGH_AFTER_S, QuietCollector


class Ring:
    """Only a collection frees it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def moments() -> Iterator[tuple[QuietCollector, dict[str, float | bool]]]:
    state: dict[str, float | bool] = {"now": 0.0, "idle": True}
    collector = QuietCollector(lambda: bool(state["idle"]), lambda: float(state["now"]))
    collector.start()
    yield collector, state
    collector.stop()
    assert gc.get_freeze_count() == 0


def test_new_rings_are_freed_while_nobody_is_on_the_line_and_only_then(
    moments: tuple[QuietCollector, dict[str, float | bool]],
) -> None:
    collector, state = moments
    ring = weakref.ref(Ring())
    state["idle"] = False
    collector.tick()
    assert ring() is not None
    state["idle"] = True
    collector.tick()
    assert ring() is None


def test_what_survived_is_looked_at_again_only_in_a_long_quiet(
    moments: tuple[QuietCollector, dict[str, float | bool]],
) -> None:
    collector, state = moments
    held = Ring()
    ring = weakref.ref(held)
    collector.tick()
    del held
    state["now"] = THOROUGH_AFTER_S - 1
    collector.tick()
    assert ring() is not None
    state["idle"] = False
    collector.tick()
    state |= {"idle": True, "now": THOROUGH_AFTER_S}
    collector.tick()
    assert ring() is not None  # the quiet begins anew
    state["now"] = 2 * THOROUGH_AFTER_S
    collector.tick()
    assert ring() is None


def test_a_tick_over_a_large_history_is_far_quicker_than_a_full_collection(
    moments: tuple[QuietCollector, dict[str, float | bool]],
) -> None:
    collector, _ = moments
    history = [{"event": [number]} for number in range(200_000)]
    begun = time.perf_counter()
    gc.collect()
    full_s = time.perf_counter() - begun
    collector.tick()
    begun = time.perf_counter()
    collector.tick()
    tick_s = time.perf_counter() - begun
    assert len(history) == 200_000
    print(f"full {full_s * 1000:.1f} ms, tick {tick_s * 1000:.1f} ms")
    assert tick_s < full_s
