"""The operator records by keys what agencies say by phone."""

import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from operator_app.domain.facts.dispatch import DispatchMoved, DispatchSent
from operator_app.domain.states import DispatchState
from tests.ui.desk_scene import is_shown, said, until
from tests.ui.test_seat_window import ALT, Stage, rows_of, staged

Key = Qt.Key


def line(it: Stage) -> str:
    """What stands in the line, without its looks."""
    spans = it.seat_window.areas.form.pane.dispatch.answers._spans
    return "".join(each.text for each in spans).replace("\u00a0", " ")


def picture(it: Stage, name: str) -> None:
    """Keep a picture where PICTURES says."""
    if folder := os.environ.get("PICTURES"):
        it.window.grab().save(f"{folder}/{name}-{it.window.width()}.png")


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_rung_answered_and_refused_by_keys_alone(qapp: QApplication, size: tuple[int, int]) -> None:
    async def scene(it: Stage) -> None:
        it.press(Key.Key_J, ALT)
        assert it.focus == "answers"
        assert not is_shown(it.window, "proposal")
        assert "[A] Damkar (belum diterima)  [B] Polres (belum dihubungi)  [C] PLN" in line(it)
        picture(it, "agencies")
        it.press(Key.Key_B)
        assert "[1] Dihubungi, menunggu jawaban" in line(it)
        assert "[3]" not in line(it)
        picture(it, "answers")
        it.press(Key.Key_3)  # not under way before it was asked
        it.press(Key.Key_1)
        await until(lambda: len(it.facts(DispatchSent)) == 2)
        await until(lambda: rows_of(it, "timeline")[0][1].startswith("Polres: dihubungi lewat telepon"))
        assert it.focus == "text"
        assert is_shown(it.window, "proposal")
        for digit, state in ((Key.Key_2, "Diterima"), (Key.Key_3, "Menuju lokasi")):
            it.press(Key.Key_J, ALT)
            it.press(Key.Key_B)
            it.press(digit)
            await it.still()
            told = [row[1] for row in rows_of(it, "timeline")]
            assert any(
                words.startswith(f"Polres: {state}") and "lewat telepon, dicatat Meja 3" in words
                for words in told
            )
        it.press(Key.Key_J, ALT)
        it.press(Key.Key_A)
        it.press(Key.Key_6)
        assert it.focus == "entry"
        assert said(it.window, "entryAsked") == "Alasan Damkar menolak"
        it.press(Key.Key_Return)  # without a reason it is no refusal
        await until(lambda: "alasan" in said(it.window, "notice").casefold())
        it.write("unit di luar kota")
        picture(it, "reason")
        it.press(Key.Key_Return)
        await it.still()
        assert [each.to for each in it.facts(DispatchMoved)][-1] is DispatchState.DECLINED
        refused = [row[1] for row in rows_of(it, "timeline") if "ditolak" in row[1]]
        assert refused == ["Damkar: ditolak · unit di luar kota · lewat telepon, dicatat Meja 3"]
        picture(it, "timeline")

    staged(qapp, scene, size=size)


def test_the_rest_is_behind_nought_and_escape_leads_back(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Key.Key_J, ALT)
        it.press(Key.Key_0)
        assert "[A] PDAM" in line(it)
        picture(it, "others")
        it.press(Key.Key_A)
        assert line(it).startswith("PDAM (belum dihubungi)")
        it.press(Key.Key_Escape)
        assert "[A] PDAM" in line(it)
        it.press(Key.Key_U, ALT)  # the proposal takes its place again
        assert it.focus == "proposal"
        assert not is_shown(it.window, "answers")
        it.press(Key.Key_J, ALT)
        it.press(Key.Key_Escape)
        assert it.focus == "text"
        assert len(it.facts(DispatchSent)) == 1
        it.press(Key.Key_J, ALT)
        it.room.seat.hand.select(None)  # another form: nothing is recorded into it
        await until(lambda: not is_shown(it.window, "answers"))

    staged(qapp, scene, size=(1366, 768))
