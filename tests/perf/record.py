"""R1, R2: how long until an action is safe on its seat, and until another seat shows it."""

from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from tests.faults.seats import LightSeat
from tests.perf import history
from tests.perf.figures import Figure, spread

SEATS = 10
WINDOWS = 2
INCIDENTS = 40
EVERY_S = 0.1


def measure(room: Room) -> list[Figure]:
    """One light seat of ten writes incidents; two real windows and seven light seats show them."""
    windows = [room.seat(f"M{number}", start=False) for number in range(1, WINDOWS + 1)]
    for window in windows:
        history.fill(window.data)
        window.start(wait=False)
    for window in windows:
        window.wait_shown()
        window.wait_text("topState", "Siap")
        window.wait_text("lampServer", "Server")
        window.wait_gone("mapCover")
    crowd = [LightSeat(room, f"L{number}") for number in range(1, SEATS - WINDOWS)]
    for seat in crowd:
        seat.start()
    writer = LightSeat(room, "L0")
    history.fill(writer.folder)
    after = {window.name: window.last_mark() for window in windows}
    writer.start(write=INCIDENTS, every_s=EVERY_S)
    wait_for("all is written", writer.has_written, 120.0, writer.process.tail)
    wait_for("all is sent", writer.is_drained, 60.0, writer.process.tail)
    opened = writer.opened()
    painted = [value for window in windows for value in _painted(window, after[window.name], opened)]
    told = [value for seat in crowd for value in _told(seat, writer)]
    return [
        spread("R1 action → synced to this seat's disk", "ms", writer.took_ms(), p95=20),
        spread("R2 saved on A → painted on B, 10 seats", "ms", painted, p95=150, note=f"{WINDOWS} windows"),
        spread(
            "R2 saved on A → on the board of B, 10 seats",
            "ms",
            told,
            p95=150,
            note=f"{len(crowd)} light seats",
        ),
    ]


def _painted(window: Window, after: int, opened: dict[str, float]) -> list[float]:
    """Milliseconds from the disk of one seat to the first paint of the incident's row on another."""

    def look() -> dict[str, int] | None:
        first: dict[str, int] = {}
        for mark in window.marks(after):
            if mark.name == "incident_row_painted" and mark.subject in opened:
                first.setdefault(mark.subject, mark.at_ns)
        return first if len(first) == len(opened) else None

    first = window.wait("every incident was painted", look, 60.0)
    return [first[incident] / 1e6 - saved_at * 1e3 for incident, saved_at in opened.items()]


def _told(seat: LightSeat, writer: LightSeat) -> list[float]:
    saved = writer.times("saved")

    def look() -> dict[str, float] | None:
        shown = seat.times("shown")
        return shown if saved.keys() <= shown.keys() else None

    shown = wait_for(f"{seat.name} has all", look, 60.0, seat.process.tail, every_s=0.2)
    return [(shown[event] - at) * 1e3 for event, at in saved.items()]
