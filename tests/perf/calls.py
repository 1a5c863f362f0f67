"""C1, C3, C5: from the wire to the screen, from the key to the wire, from the start to a phone that can be rung."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from operator_app.room.display import Display
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from tests.perf import history
from tests.perf.figures import Figure, spread
from tests.perf.hands import KeySender, ScreenWatch
from tests.perf.uac import WireCaller

RINGS, BUSY_RINGS, ANSWERS, STARTS = 40, 40, 30, 5
BUSY_S, IDLE_S = 0.05, 0.1


def measure(room: Room) -> list[Figure]:
    """Ring and answer at a seat with a server, a map and 5,000 incidents of history."""
    seat = room.seat("M1", start=False)
    history.fill(seat.data)
    start = _starts(room, seat)
    seat.start()
    seat.wait_text("topState", "Siap")
    seat.wait_gone("mapCover")
    with (
        contextlib.closing(_caller(room, "M1")) as caller,
        contextlib.closing(_watch(seat.display)) as screen,
    ):
        figures = _rings(seat, caller, screen, "C1 INVITE → call pop painted", RINGS, 100)
        with _busy(seat):
            figures += _rings(
                seat, caller, screen, "C1 the same, window stopped 50 ms in every 150", BUSY_RINGS, 150
            )
        figures += _answers(seat, caller)
    return [*figures, *start]


def _rings(
    seat: Window, caller: WireCaller, screen: ScreenWatch, name: str, tries: int, target: float
) -> list[Figure]:
    """Ring and give up; the pop's time is the window's own mark, and the first changed pixel as a second witness."""
    pane = seat.find("callState")
    assert pane is not None
    marked, seen, rung = [], [], []
    after = seat.last_mark()
    for number in range(tries):
        before = screen.look(pane.place)
        call = caller.invite(f"08120000{number:04d}")
        changed_ns = screen.wait_change(pane.place, before)
        rung.append((caller.wait(call, 180) - call.sent_ns) / 1e6)
        mark = seat.wait_mark("call_pop_painted", after)
        after = mark.number
        marked.append((mark.at_ns - call.sent_ns) / 1e6)
        seen.append((changed_ns - call.sent_ns) / 1e6)
        caller.end(call)
        seat.wait("the screen is as before", lambda before=before: screen.look(pane.place) == before)  # type: ignore[misc]
    return [
        spread(name, "ms", marked, p95=target),
        spread(f"{name}: first pixel on the display", "ms", seen, p95=target),
        spread("   INVITE → 180 meanwhile", "ms", rung),
    ]


def _answers(seat: Window, caller: WireCaller) -> list[Figure]:
    """Answer by key; the key event leaves for the display at one end, the 200 arrives at the other."""
    taken, after = [], seat.last_mark()
    with contextlib.closing(KeySender(seat.display.name)) as keys:
        for number in range(ANSWERS):
            call = caller.invite(f"08120000{number:04d}")
            after = seat.wait_mark("call_pop_painted", after).number
            pressed_ns = keys.press("F2")
            taken.append((caller.wait(call, 200) - pressed_ns) / 1e6)
            seat.wait_text("callState", "Tersambung")
            keys.press("F12")
            wait_for("the call is over", lambda call=call: call.ended)  # type: ignore[misc]
            seat.wait_text("topState", "Pasca-panggilan")
            keys.press("F11")
            seat.wait_text("topState", "Siap")
    return [spread("C3 answer key → 200 OK on the wire", "ms", taken, p95=30)]


def _starts(room: Room, seat: Window) -> list[Figure]:
    """Start the seat and ring it from the first moment its phone answers at all."""
    answered, shown = [], []
    for _ in range(STARTS):
        with contextlib.closing(_caller(room, "M1")) as caller:
            seat.start(wait=False)
            begun_ns = seat.process.started_ns
            wait_for("the phone answers", caller.alive, 60.0, seat.process.tail, every_s=0.005)
            answered.append((time.monotonic_ns() - begun_ns) / 1e9)
            call = caller.invite("081200000001")
            mark = seat.wait_mark("call_pop_painted", limit_s=60.0)
            shown.append((mark.at_ns - begun_ns) / 1e9)
            caller.end(call)
            seat.wait_shown()
            seat.wait_text("topState", "Siap")
            seat.stop()
    return [
        spread("C5 start → a call is taken and shown", "s", shown, most=1.5),
        spread("   start → the phone answers OPTIONS", "s", answered),
    ]


@contextlib.contextmanager
def _busy(seat: Window) -> Iterator[None]:
    """Stop the window's process for 50 ms in every 150: harder than any work of its own thread could be."""
    over = threading.Event()

    def strike() -> None:
        while not over.wait(IDLE_S):
            seat.kill(signal.SIGSTOP)
            over.wait(BUSY_S)
            seat.kill(signal.SIGCONT)

    thread = threading.Thread(target=strike, name="bursts")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _caller(room: Room, seat: str) -> WireCaller:
    host, _, port = room.phone_address(seat).partition("@")[2].rpartition(":")
    return WireCaller(host, int(port))


def _watch(display: Display) -> ScreenWatch:
    return ScreenWatch(_frame_buffer(display))


def _frame_buffer(display: Display) -> Path:
    assert display.frame_buffer is not None, "the bench needs a virtual display"
    return display.frame_buffer
