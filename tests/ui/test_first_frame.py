"""The first frame: light, honest, and nothing in it moves when the panes come."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.maps.site import default_site
from operator_app.ui.frame.first_frame import StartingLine
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.manner import Manner
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.theme import Theme, load_fonts
from operator_app.ui.program.control import Marks
from operator_app.ui.seat.areas import SEAT_DEEDS
from operator_app.ui.seat.seat_app import SeatWindow
from operator_app.ui.words.texts import load_texts
from operator_app.ui.words.wording import seat_name
from tests.ui.desk_scene import play, until
from tests.ui.seat_room import RESOURCES, make_room

HEAVY = (
    "asyncio",
    "numpy",
    "operator_app.maps",
    "operator_app.storage",
    "operator_app.workflow",
    "psycopg",
    "pydantic",
    "pyqtgraph",
    "PySide6.QtMultimedia",
    "PySide6.QtWebEngineCore",
    "qasync",
    "sqlalchemy",
    "sqlite3",
)


def test_the_first_frame_loads_nothing_of_the_seat() -> None:
    code = (
        "import sys, operator_app.bootstrap.window, operator_app.bootstrap.first;"
        f"print(*(each for each in {HEAVY!r} if each in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("language", ["id", "en"])
def test_seat_and_operator_stay_where_they_stand_when_the_panes_come(
    qapp: QApplication, language: str, scale: float
) -> None:
    load_fonts(RESOURCES)
    theme, texts = Theme.named("dark", scale), load_texts(RESOURCES, language)
    theme.apply(qapp)

    async def whole() -> None:
        room = make_room()
        room.connect()
        await room.phone.start()
        await room.seat.open()
        window = MainWindow(theme, texts("top.title"))
        window.announce(
            StartingLine(theme, texts, seat_name(texts, room.seat.duty.name), room.seat.duty.actor)
        )
        window.resize(1920, 1080)
        window.show()
        await until(lambda: bool(labels(window)))
        before = labels(window)
        size = window.size()
        window.closeEvent(refused := QCloseEvent())
        assert not refused.isAccepted()
        seat = SeatWindow(
            room.seat,
            Manner(theme, texts, KeyMap(SEAT_DEEDS), Marks()),
            default_site(RESOURCES),
            lambda _typed: (),
            window=window,
        )
        try:
            seat.start()
            seat.show()
            await until(
                lambda: seat.areas.form.pane.place.isVisible() and window.findChild(StartingLine) is None
            )
            await asyncio.sleep(0)
            assert seat.window is window
            assert window.size() == size
            after = labels(window)
            assert {words: after[words] for words in before} == before
        finally:
            await seat.close()
            await room.seat._recorder.settle()

    play(qapp, whole)


def labels(window: MainWindow) -> dict[str, QPoint]:
    """Where the seat's and the operator's names stand, by words."""
    line = window.findChild(StartingLine) or window.findChild(QWidget, "top")
    assert line is not None
    found: dict[str, QPoint] = {}
    for label in line.findChildren(QWidget):
        words = getattr(label, "text", lambda: "")()
        if label.property("part") == "strong" or label.property("tone") == "quiet":
            found.setdefault(words, label.mapTo(window, QPoint(0, 0)))
    return {words: place for words, place in found.items() if words}
