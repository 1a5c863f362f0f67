"""A window of 1366x768: all that a call needs is to be seen without scrolling. The point stands in figures."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QScrollArea

from operator_app.ui.seat.aside_pane import ROWS_BESIDE
from tests.ui.desk_scene import said, until
from tests.ui.scenes import SCENES
from tests.ui.test_form_care import timeline
from tests.ui.test_seat_window import ALT, Stage, staged

LOW, HIGH = (1366, 768), (1920, 1080)
IN_A_CALL = (
    "talking",
    "held",
    "second-line",
    "conference",
    "known",
    "company",
    "taken-over",
    "card-answered",
    "decide",
)


def below_the_fold(it: Stage, column: str) -> int:
    """How many pixels of a column have to be scrolled to."""
    area = it.window.findChild(QScrollArea, column)
    assert isinstance(area, QScrollArea)
    return area.verticalScrollBar().maximum()


def rows_in_sight(it: Stage) -> int:
    view = it.seat_window.areas.timeline.pane.view
    return view.viewport().height() // view.row_height


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", IN_A_CALL)
def test_nothing_of_a_call_lies_below_the_fold(qapp: QApplication, name: str, language: str) -> None:
    async def scene(it: Stage) -> None:
        await SCENES[name].play(it)
        await until(lambda: below_the_fold(it, "formScroll") == 0)
        await until(lambda: below_the_fold(it, "phoneScroll") == 0)
        await until(lambda: rows_in_sight(it) >= ROWS_BESIDE)

    staged(qapp, scene, size=LOW, language=language)


def test_the_timeline_changes_its_place_with_the_height_and_keeps_the_keyboard(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        form, timeline_ = it.seat_window.areas.form.pane, it.seat_window.areas.timeline.pane
        assert form.isAncestorOf(timeline_)
        it.press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        it.write("Jalan ")
        assert it.focus == "entry"
        it.window.resize(*LOW)
        await until(lambda: it.seat_window.right.isAncestorOf(timeline_))
        assert it.focus == "entry"
        it.write("buntu")
        it.press(Qt.Key.Key_Return)
        await until(lambda: "Jalan buntu" in timeline(it))
        it.window.resize(*HIGH)
        await until(lambda: form.isAncestorOf(timeline_))
        await it.still()

    staged(qapp, scene, size=HIGH)


def test_the_point_stands_in_figures_and_is_copied_by_a_key(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert said(it.window, "pointLine").startswith("0.47851, 117.56320")
        it.press(Qt.Key.Key_K, ALT)
        await until(lambda: "0.47851, 117.56320" in said(it.window, "notice"))
        assert QGuiApplication.clipboard().text() == "0.47851, 117.56320"
        await it.room.seat.form.edit({"position": None})
        await until(lambda: said(it.window, "pointLine").startswith("Titik belum ada"))

    staged(qapp, scene)
