"""However a seat's window dies in a call, the call stays up and the next window has it on its screen."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from operator_app.lanes.child import own_process
from operator_app.room import window as room_window
from operator_app.room.caller import Caller
from operator_app.room.display import Display
from operator_app.room.room import SCREEN, Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from operator_app.ui.words.wording import number_text
from tests.e2e.dying_window import DEATHS
from tests.e2e.steps import answer, wait_ring

NUMBER = "081311119999"
END_S = 30.0


def _close(seat: Window) -> None:
    seat.channel.ask("quit")


def _by(number: signal.Signals) -> Callable[[Window], None]:
    return lambda seat: seat.kill(number)


FROM_OUTSIDE: dict[str, Callable[[Window], None]] = {
    "closed by a person": _close,
    "display lost": lambda seat: seat.display.lose(),
    **{each.name: _by(each) for each in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)},
    **{each.name: _by(each) for each in (signal.SIGQUIT, signal.SIGSEGV)},
}


@pytest.mark.parametrize("death", FROM_OUTSIDE)
def test_the_call_outlives_a_window_that_is_ended_from_outside(bare_room: Room, death: str) -> None:
    seat = _seat(bare_room)
    caller = _in_call(bare_room, seat)
    FROM_OUTSIDE[death](seat)
    _lives_on(bare_room, seat, caller)


@pytest.mark.parametrize("death", DEATHS)
def test_the_call_outlives_a_window_that_dies_of_itself(
    bare_room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    told = tmp_path / "die"

    def planted(_: str) -> tuple[str, ...]:
        return (*own_process("tests.e2e.dying_window"), death, str(told))

    with monkeypatch.context() as only_the_first:
        only_the_first.setattr(room_window, "own_process", planted)
        seat = _seat(bare_room)
    caller = _in_call(bare_room, seat)
    told.touch()
    _lives_on(bare_room, seat, caller)


def _seat(room: Room) -> Window:
    return room.seat("M1", map_pane=False, server=False)


def _in_call(room: Room, seat: Window) -> Caller:
    seat.wait_text("topState", "Siap")
    seat.wait_other("lampPhone", "Telepon menyala…", "Telepon mati")
    caller = room.caller(NUMBER)
    caller.dial(room.phone_address(seat.name))
    wait_ring(seat, NUMBER)
    answer(seat)
    caller.wait_fed()
    return caller


def _lives_on(room: Room, seat: Window, caller: Caller) -> None:
    wait_for("the window has ended", lambda: not seat.is_running, END_S, seat.report)
    caller.wait_fed()
    assert caller.is_in_call
    seat.display = Display.virtual(room.crew, f"{seat.name}-next", *SCREEN)
    seat.start()
    seat.wait_text("callState", "Tersambung")
    seat.wait_text("callNumber", number_text(NUMBER))
    caller.wait_fed()
    assert caller.is_in_call
    seat.press("F12")
    caller.wait_ended()
    seat.wait_text("topState", "Pasca-panggilan")
    assert seat.stop() == 0
