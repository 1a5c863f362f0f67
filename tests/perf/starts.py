"""F9: how long the first paint takes, and what the window with map and phone takes of the machine's memory.

The first paint is the window's frame, which says that the seat is starting; when all panes stand is a row of its own.
"""

import contextlib

from operator_app.room.memory import family, proportional_mb
from operator_app.room.room import SCREEN, Room
from tests.perf import history
from tests.perf.figures import Figure, spread
from tests.perf.hands import ScreenWatch

STARTS = 5


def measure(room: Room) -> list[Figure]:
    """Start a seat again and again on an own display; the first start, with cold caches, is not counted."""
    seat = room.seat("M1", start=False)
    history.fill(seat.data)
    frame_buffer = seat.display.frame_buffer
    assert frame_buffer is not None, "the bench needs a virtual display"
    painted, whole, memory = [], [], []
    with contextlib.closing(ScreenWatch(frame_buffer)) as screen:
        for number in range(STARTS + 1):
            seat.start(wait=False)
            painted_ns = screen.wait_painted(*SCREEN)
            seat.wait_shown()
            seat.wait_text("topState", "Siap")
            seat.wait_gone("mapCover")
            if number:
                painted.append((painted_ns - seat.process.started_ns) / 1e9)
                whole_ns = seat.wait_mark("window_painted").at_ns
                whole.append((whole_ns - seat.process.started_ns) / 1e9)
                memory.append(proportional_mb(family(seat.process.pid)))
            seat.stop()
    return [
        spread("F9 start → first paint", "s", painted, most=0.6),
        spread("   start → all panes painted", "s", whole),
        spread("F9 memory of all processes, map and phone up", "MB", memory, most=450, note="PSS"),
    ]
