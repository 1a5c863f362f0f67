"""F1, F4, F10: what the operator's hand feels. Real keys through X, pixels read from the display's own memory.

F1 and F4 are taken from the key event to the changed pixel, so they hold the X server, the window and its painting.
F10 plays a busy hour in minutes and reads the stalls that the window's own watch logged. Typing under load and the hour
are played twice: as the window is, and on another seat that leaves the collection of garbage to Python's own rule.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from operator_app.ui.program.window_app import PLAIN_COLLECTOR
from tests.faults.seats import LightSeat
from tests.perf import history
from tests.perf.figures import Figure, spread
from tests.perf.hands import KeySender, ScreenWatch

LETTERS = "dapur terbakar dua orang belum keluar tetangga menyiram angin kencang dekat pasar "
KEY_EVERY_S = 0.12
"""A fast typist; also less than the blink of the cursor, which begins anew at each key."""
OPEN = 10_000
SWITCHES = 20
FILTERED = "9731"
"""Figures that narrow the list at nearly every key; each other word of the made history is in every row."""
HOUR_CALLS, HOUR_LETTERS = 12, 60
WRITTEN = 400
STALL = re.compile(r"stood still for (\d+) ms \(at work for (\d+)\)")
HARNESS = ("describe_tree", "describe", "grabWindow")


def measure(room: Room) -> list[Figure]:
    """Type in calm and under load, then play the hour; a seat with a server, a map and 5,000 incidents of history."""
    seat = _seat(room, "M1", history.INCIDENTS, history.STILL_OPEN)
    figures = []
    with _hands(seat) as (keys, screen):
        figures.append(_typing(seat, keys, screen, "F1 key → character painted, calm"))
    figures += _busy(room, seat)
    seat.stop()
    os.environ[PLAIN_COLLECTOR] = "1"
    try:
        plain = _seat(room, "M3", history.INCIDENTS, history.STILL_OPEN)
    finally:
        del os.environ[PLAIN_COLLECTOR]
    told = (replace(each, target="", passed=None) for each in _busy(room, plain))
    figures += [replace(each, name=f"   Python's own collector: {each.name}") for each in told]
    plain.stop()
    return figures


def _busy(room: Room, seat: Window) -> list[Figure]:
    """Type under load, then play the hour."""
    with _hands(seat) as (keys, screen):
        with _load(room, seat) as load:
            name = "F1 the same during sync, ring and map updates"
            typed = _typing(seat, keys, screen, name, note=load.told())
        return [typed, *_hour(room, seat, keys)]


def measure_list(room: Room) -> list[Figure]:
    """F4: filter 10,000 open incidents letter by letter, and go from one to the next."""
    seat = _seat(room, "M2", OPEN, OPEN)
    seat.wait_text("incidentsTitle", str(OPEN), 120.0)
    with _hands(seat) as (keys, screen):
        seat.press("ctrl+f")
        table = seat.find("incidentsTable")
        assert table is not None
        filtered = []
        for letter in FILTERED * 3:
            before = screen.look(table.place)
            left_ns = keys.press(letter)
            with contextlib.suppress(TimeoutError):  # a letter may leave the rows on screen as they are
                filtered.append((screen.wait_change(table.place, before, 1.0) - left_ns) / 1e6)
            time.sleep(KEY_EVERY_S)
            if letter == FILTERED[-1]:
                seat.press("Escape")
                time.sleep(KEY_EVERY_S)
        switched = _switches(seat, keys, screen)
    seat.stop()
    return [
        spread("F4 filter of 10,000 open incidents: key → rows painted", "ms", filtered, most=100),
        spread("F4 switch of incident: key → form painted", "ms", switched, most=100),
    ]


def _switches(seat: Window, keys: KeySender, screen: ScreenWatch) -> list[float]:
    title = seat.find("incidentNumber")
    assert title is not None
    seat.press("Down")
    place = (title.place[0], title.place[1], 340, title.place[3])
    taken = []
    for _ in range(SWITCHES):
        seat.press("Down")
        time.sleep(0.2)
        before = screen.look(place)
        left_ns = keys.press("Return")
        taken.append((screen.wait_change(place, before) - left_ns) / 1e6)
        time.sleep(0.3)
        seat.press("ctrl+f", "Down")
    return taken


def _seat(room: Room, name: str, incidents: int, still_open: int) -> Window:
    seat = room.seat(name, start=False)
    history.fill(seat.data, incidents, still_open=still_open)
    seat.start()
    seat.wait_text("topState", "Siap", 120.0)
    seat.wait_text("lampServer", "Server", 120.0)
    seat.wait_gone("mapCover")
    return seat


@contextlib.contextmanager
def _hands(seat: Window) -> Iterator[tuple[KeySender, ScreenWatch]]:
    frame_buffer = seat.display.frame_buffer
    assert frame_buffer is not None, "the bench needs a virtual display"
    with (
        contextlib.closing(KeySender(seat.display.name)) as keys,
        contextlib.closing(ScreenWatch(frame_buffer)) as screen,
    ):
        yield keys, screen


def _typing(seat: Window, keys: KeySender, screen: ScreenWatch, name: str, note: str = "") -> Figure:
    """Type into the description of a new incident; each letter from its key event to the changed pixel."""
    seat.press("ctrl+n", "F5")
    time.sleep(0.5)
    field = seat.find("place")
    assert field is not None
    taken = []
    for letter in LETTERS * 2:
        before = screen.look(field.place)
        left_ns = keys.press("space" if letter == " " else letter)
        taken.append((screen.wait_change(field.place, before) - left_ns) / 1e6)
        time.sleep(KEY_EVERY_S)
        if len(taken) % 40 == 0:  # the field must not scroll: begin it anew
            seat.press("ctrl+a", "Delete")
            time.sleep(0.3)
    seat.press("ctrl+a", "Delete", "ctrl+n")
    return spread(name, "ms", taken, p95=30, most=100, note=note)


@dataclass(frozen=True, slots=True)
class Load:
    """What goes on beside the hand."""

    writer: LightSeat
    rings: SippCaller

    def told(self) -> str:
        """Say it in a few words."""
        return "50 events/s with positions from another seat, 2 rings/s"


@contextlib.contextmanager
def _load(room: Room, seat: Window) -> Iterator[Load]:
    """Another seat writes incidents without a pause, and callers ring and give up."""
    writer = LightSeat(room, f"L1{seat.name}")
    writer.start(write=WRITTEN, every_s=0.02)
    target = room.phone_address(seat.name).partition("@")[2]
    call = SippCall(user="081200000777", give_up_ms=250, expect=487)
    rings = SippCaller(room.crew, f"rings-{time.monotonic_ns()}", target, call, calls=2000, rate=2)
    try:
        yield Load(writer, rings)
    finally:
        rings.process.stop()
        writer.stop()


# ---- the hour


def _hour(room: Room, seat: Window, keys: KeySender) -> list[Figure]:
    """Calls answered, written down and handed over, lists searched, bars opened, while another seat writes too."""
    log = seat.data / "logs" / "seat.log"
    begun = log.stat().st_size
    writer = LightSeat(room, f"L2{seat.name}")
    writer.start(write=WRITTEN, every_s=0.1)
    target = room.phone_address(seat.name).partition("@")[2]
    started = time.monotonic()
    for number in range(HOUR_CALLS):
        sipp = SippCaller(
            room.crew,
            f"hour-{seat.name}-{number}",
            target,
            SippCall(user=f"08120000{number:04d}", talk_ms=None),
            echo=True,
        )
        _sees(seat, "callState", "Panggilan masuk")
        seat.press("F2")
        _sees(seat, "callState", "Tersambung")
        if number % 3 == 2:
            seat.press("alt+4")
        else:
            _write(seat, keys)
        wait_for("the caller is done", lambda s=sipp: s.process.exit_code is not None, 30.0)  # type: ignore[misc]
        _sees(seat, "topState", "Siap")
        _look_around(seat, keys)
    minutes = (time.monotonic() - started) / 60
    writer.stop()
    stalls, own = _stalls(log, begun)
    note = f"{HOUR_CALLS} calls in {minutes:.1f} min beside {len(own)} stalls of the harness's own looking"
    worst = max((ms for ms, _ in stalls), default=0.0)
    work = max((worked for _, worked in stalls), default=0.0)
    return [
        spread("F10 longest stall of the window's thread in the hour", "ms", [worst], most=100, note=note),
        spread(
            "   the most that the thread worked in one of them", "ms", [work], note="the rest: no processor"
        ),
        spread("   stalls over 50 ms, as the log has them with their stacks", "", [len(stalls)], note=note),
    ]


def _write(seat: Window, keys: KeySender) -> None:
    _type(keys, "teluk lingga")
    seat.press("F6")
    _type(keys, "keb")
    time.sleep(0.2)
    seat.press("Return")
    _type(keys, LETTERS[:HOUR_LETTERS])
    seat.press("F7")
    time.sleep(0.5)
    seat.press("F12")
    _sees(seat, "topState", "Pasca-panggilan")
    seat.press("alt+1", "F11")


def _look_around(seat: Window, keys: KeySender) -> None:
    seat.press("ctrl+k")
    _type(keys, "sangat")
    seat.press("Escape", "ctrl+f")
    _type(keys, "gang 1")
    seat.press("Escape", "F1")
    time.sleep(0.3)
    seat.press("Escape", "ctrl+l", "ctrl+l", "F5")


def _type(keys: KeySender, words: str) -> None:
    for letter in words:
        keys.press("space" if letter == " " else letter)
        time.sleep(KEY_EVERY_S)


def _sees(seat: Window, name: str, words: str) -> None:
    """Wait without looking often: each look costs the window some milliseconds."""
    wait_for(f"{name} shows {words}", lambda: words in seat.text(name), 30.0, seat.report, every_s=0.4)


def _stalls(log: Path, begun: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the stalls of the window, ms and ms at work, and those in which it only answered the harness."""
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(begun)
        text = file.read()
    found: list[tuple[float, float]] = []
    own: list[tuple[float, float]] = []
    for part in re.split(r"^\d{4}-\d\d-\d\d ", text, flags=re.MULTILINE):
        if (stall := STALL.search(part)) is not None:
            (own if any(word in part for word in HARNESS) else found).append(
                (float(stall[1]), float(stall[2]))
            )
            print(part.strip()[-1500:], flush=True)
    return found, own
