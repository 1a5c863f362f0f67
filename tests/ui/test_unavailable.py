"""An agency that can send nobody, as desk, seat and wall show it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.domain.facts.agency import AgencyUnavailable
from operator_app.domain.ids import AgencyCode
from operator_app.workflow.ports import LinkState
from tests.ui import test_desk_window as at_desk
from tests.ui import test_seat_window as at_seat
from tests.ui import test_wall_window as at_wall
from tests.ui.desk_scene import is_shown, play, said, until, until_whole
from tests.ui.seat_room import PastWriter
from tests.ui.test_seat_window import CTRL

DAMKAR = AgencyCode("DAMKAR")
PICTURES = os.environ.get("PICTURES")


def picture(window: QWidget, name: str) -> None:
    if PICTURES:
        window.grab().save(str(Path(PICTURES) / f"unavailable-{name}.png"))


@pytest.mark.parametrize(("language", "theme", "size", "scale"), [
    ("id", "dark", (1366, 768), 1.0), ("en", "light", (1920, 1080), 1.0), ("id", "dark", (1366, 768), 2.0),
])  # fmt: skip
def test_the_desk_says_it_by_one_key_and_takes_it_back_by_the_same(
    qapp: QApplication, language: str, theme: str, size: tuple[int, int], scale: float
) -> None:
    async def scene(stage: at_desk.Stage) -> None:
        stage.desk.on_link(LinkState(False, stage.clock.now(), 0, "unreachable"))  # no server is asked
        stage.press(Qt.Key.Key_F9)
        edit = stage.window._notes.edit
        await until(edit.isVisible)
        QTest.keyClicks(edit, "mobil rusak")
        stage.press(Qt.Key.Key_Return)
        await until(lambda: stage.window._notice is not None)
        edit.clear()
        QTest.keyClicks(edit, "16.00 mobil rusak")
        picture(stage.window, f"desk-asks-{language}-{size[0]}-{scale}")
        stage.press(Qt.Key.Key_Return)
        await until(lambda: stage.desk.unavailable is not None)
        await stage.read()
        assert not edit.isVisible()
        assert "16.00" in said(stage.window, "unavailable_words")
        assert "mobil rusak" in said(stage.window, "unavailable_words")
        await stage.fire()
        await stage.read()
        await until_whole(stage.window)
        picture(stage.window, f"desk-{language}-{size[0]}-{scale}")
        stage.press(Qt.Key.Key_F9)
        await until(lambda: stage.desk.unavailable is None)
        await stage.read()
        assert not is_shown(stage.window, "unavailable_words")

    play(qapp, lambda: at_desk.staged(qapp, scene, language=language, theme=theme, size=size, scale=scale))


def test_the_seat_is_told_before_it_sends_and_can_send_all_the_same(qapp: QApplication) -> None:
    async def scene(it: at_seat.Stage) -> None:
        it.room.seat.hand.select(None)
        desk = PastWriter("DAMKAR").back(1)
        until_when = it.room.clock.now() + timedelta(hours=2)
        it.room.seat.room.on_events([desk.event(AgencyUnavailable(DAMKAR, until_when, "mobil rusak"))])
        await it.room.seat.form.edit({"place": "Jalan Mawar"})
        await it.room.seat.form.choose_kind("KEB-01")
        time = until_when.astimezone(it.room.seat.room.rules.now.timezone).strftime("%H.%M")
        await until(lambda: f"Damkar (tidak siap s.d. {time}: mobil rusak)" in said(it.window, "proposal"))
        assert f"Damkar · tidak siap s.d. {time}" in said(it.window, "agency_1")
        await until_whole(it.window)
        picture(it.window, "seat")
        it.press(Qt.Key.Key_F7)
        await until(lambda: bool(it.at_hand.dispatches))
        assert DAMKAR not in {each.agency for each in it.at_hand.dispatches}
        it.press(Qt.Key.Key_1, CTRL)
        await until(lambda: it.at_hand.dispatch_to(DAMKAR) is not None)

    at_seat.staged(qapp, scene)


def test_the_wall_says_which_agency_and_until_when_and_not_why(qapp: QApplication) -> None:
    async def scene(stage: at_wall.Stage) -> None:
        until_when = stage.clock.now() + timedelta(hours=2)
        await stage.feed.tell(
            "DAMKAR", stage.clock.now(), AgencyUnavailable(DAMKAR, until_when, "mobil rusak")
        )
        stage.tell()
        await stage.read()
        (line, *_) = stage.window._presenter.view().seats
        time = until_when.astimezone(stage.room.timezone).strftime("%H.%M")
        assert (line.name, line.state) == ("Damkar", f"tidak siap s.d. {time}")
        picture(stage.window, "wall")

    play(qapp, lambda: at_wall.staged(scene))
