"""An area is registered, and everything else follows: its keys, its place in the help, its word in the command bar."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.maps.site import default_site
from operator_app.ui.frame.area import Area
from operator_app.ui.frame.deeds import Deeds
from operator_app.ui.frame.manner import Manner
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.theme import Theme, load_fonts
from operator_app.ui.program.control import Marks
from operator_app.ui.program.errands import Errands
from operator_app.ui.seat.areas import AREAS, SEAT_DEEDS
from operator_app.ui.seat.seat_app import SeatWindow
from operator_app.ui.seat.seat_screen import SeatScreen
from operator_app.ui.words.notice import Notice
from operator_app.workflow.ports import LinkState
from tests.ui.desk_scene import play, said, texts, until
from tests.ui.seat_room import RESOURCES, busy_room, settled
from tests.ui.test_seat_window import Stage, find_places


class Tea(Area):
    """An area that nobody but this test knows."""

    told = (LinkState,)

    def __init__(self) -> None:
        self.seconds: list[datetime] = []
        self.told_of = self.drunk = 0
        self.breaks = self.closed = False

    def changed(self, what: object) -> None:
        self.told_of += 1

    def second(self, now: datetime) -> None:
        if self.breaks:
            raise RuntimeError("out of tea")
        self.seconds.append(now)

    def close(self) -> None:
        self.closed = True

    def drink(self) -> Wish:
        return self._drink()

    async def _drink(self) -> None:
        self.drunk += 1

    deeds = (
        Deed(
            "answer_tea",
            "Ctrl+U",
            Group.WINDOW,
            drink,
            Before.KEEP,
            called=lambda *_: "Minum teh",
            wish="answer",
        ),
        Deed("no_tea", "Ctrl+Y", Group.WINDOW, drink, there=lambda _: False, called=lambda *_: "Kopi"),
    )


def test_a_new_area_has_keys_help_and_words_without_a_line_in_any_other_file(qapp: QApplication) -> None:
    load_fonts(RESOURCES)
    look = Theme.named("dark")
    look.apply(qapp)
    tea = Tea()

    async def whole() -> None:
        room = await busy_room()
        manner = Manner(look, texts(), KeyMap((*SEAT_DEEDS, *Tea.deeds)), Marks())
        window = SeatWindow(room.seat, manner, default_site(RESOURCES), find_places)
        window.screen = SeatScreen(window.hand, (tea, *window.areas), window.draft)
        window.start()
        window.window.resize(1920, 1080)
        window.window.show()
        window.window.activateWindow()
        it = Stage(room, window)
        try:
            await until(window.window.isActiveWindow)
            window.areas.form.pane.focus_text()
            it.write(" uap")
            it.press(Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: tea.drunk == 1)
            assert it.at_hand.value("text").endswith("uap"), "typed words were saved first"
            it.press(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
            it.press(Qt.Key.Key_F1)
            it.write("minum teh")
            assert [row[1:3] for row in rows(it)] == [("Minum teh", "Ctrl+U")]
            it.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            it.write("kopi")
            assert rows(it) == []
            it.press(Qt.Key.Key_Escape)
            it.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            it.write("minum")
            await asyncio.sleep(0)
            it.press(Qt.Key.Key_Return)
            await until(lambda: tea.drunk == 2)
            room.cut()
            assert tea.told_of == 1
            count, before = len(tea.seconds), said(it.window, "clock")
            tea.breaks = True
            room.clock.pass_s(1)
            window.screen.second()
            assert len(tea.seconds) == count
            assert said(it.window, "clock") != before, "the areas behind it go on"
            await until(lambda: "RuntimeError" in said(it.window, "notice"))
            await it.still()
        finally:
            await window.close()
            await settled(room)
        assert tea.closed

    play(qapp, whole)


def rows(it: Stage) -> list[tuple[str, ...]]:
    """What stands in the key help."""
    model = it.seat_window.areas.finder.help.model
    return [
        tuple(str(model.index(row, column).data()) for column in range(4)) for row in range(model.rowCount())
    ]


@pytest.mark.parametrize("keys", [SEAT_DEEDS[1:], (*SEAT_DEEDS, *Tea.deeds)], ids=["no key", "no area"])
def test_a_key_without_a_deed_or_a_deed_without_a_key_stops_the_start(
    qapp: QApplication, keys: tuple[Deed[Any], ...]
) -> None:
    said_by: list[Notice] = []
    deeds = Deeds(texts(), KeyMap(keys), Marks(), Errands(texts(), said_by.append))
    for area in AREAS:
        deeds.register(area)  # type: ignore[arg-type]  # the class will do: nothing is done
    with pytest.raises(ValueError, match=r"keys and deeds differ: (answer_tea, no_tea|help)"):
        deeds.install(QWidget())
