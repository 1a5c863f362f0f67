"""The command bar: deeds in both languages, incidents, numbers and places found by typing and done by Enter."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from operator_app.domain.states import SeatState
from tests.ui.desk_scene import is_shown, said, texts, until
from tests.ui.seat_room import CALLER
from tests.ui.test_seat_window import CTRL, Stage, rows_of, staged

SHIFT = Qt.KeyboardModifier.ShiftModifier


async def hits(it: Stage, words: str) -> list[list[str]]:
    """Open the bar, type, and return what it shows."""
    if not is_shown(it.window, "commandBar"):
        it.press(Qt.Key.Key_K, CTRL)
    it.write(words)
    await until(lambda: not it.seat_window.areas.finder.commands._search.isActive())
    return rows_of(it, "commandHits")


def test_a_deed_is_found_in_both_languages_and_done(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert (await hits(it, "tahan"))[0] == ["Tindakan", "Tahan atau lanjutkan panggilan", "", "F3"]
        it.press(Qt.Key.Key_Return)
        await until(lambda: said(it.window, "callState") == "Ditahan")
        assert it.focus == "place"
        assert (await hits(it, "take back"))[0][1] == "Tahan atau lanjutkan panggilan"
        it.press(Qt.Key.Key_Return)
        await until(lambda: said(it.window, "callState") == "Tersambung")
        it.press(Qt.Key.Key_K, CTRL)
        assert rows_of(it, "commandHits")[0][1] == "Tahan atau lanjutkan panggilan"  # the recent one first
        it.press(Qt.Key.Key_Escape)
        assert not is_shown(it.window, "commandBar")
        await it.still()

    staged(qapp, scene, other_texts=lambda: [texts("en")])


def test_an_incident_is_found_by_its_number_and_by_words(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        (row,) = [row for row in await hits(it, "m2-011") if row[0] == "Kejadian"]
        assert row[1].startswith("KTM-261123-M2-011  Banjir")
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.number.endswith("M2-011"))
        rows = await hits(it, "angin teluk")
        assert rows[0][1].startswith("KTM-261123-M1-010")
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Up)
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.number.endswith("M1-010"))
        await it.still()

    staged(qapp, scene)


def test_a_number_is_called_and_its_history_opened(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_F12)
        await until(lambda: it.room.seat.duty.state is SeatState.WRAP_UP)
        rows = await hits(it, CALLER[:8])
        assert [row[1] for row in rows[:3]] == [
            "Panggil 08125544",
            "Riwayat 0812-5544-0199",
            "Panggil 0812-5544-0199",
        ]
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Return)
        told = rows_of(it, "commandHits")
        assert told[0][1] == "Panggil 0812-5544-0199"
        assert len(told) == 5
        assert "Iseng" in told[2][1]
        it.press(Qt.Key.Key_Escape)
        assert said(it.window, "commandLine") == CALLER[:8]
        it.press(Qt.Key.Key_Return)  # no server is registered: the phone says that it has no way
        await until(lambda: "tidak ada jalur" in said(it.window, "notice"))
        await it.still()

    staged(qapp, scene)


def test_a_place_is_shown_or_goes_into_the_form(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        rows = await hits(it, "swarga")
        assert ["Tempat", "Swarga Bara", "Sangatta Utara", ""] in rows
        it.press(Qt.Key.Key_Return)
        assert it.at_hand.value("place") == "Singa Geweh"
        await hits(it, "swarga")
        it.press(Qt.Key.Key_Return, CTRL)
        await until(lambda: it.at_hand.value("place") == "Swarga Bara")
        await it.still()

    staged(qapp, scene)


def test_history_of_the_number_at_hand_and_of_a_row(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_B, CTRL | SHIFT)
        assert rows_of(it, "commandHits")[0][1] == "Panggil 0812-5544-0199"
        it.press(Qt.Key.Key_Escape)
        for _ in range(3):
            it.press(Qt.Key.Key_L, CTRL)
        assert it.focus == "list_recent"
        it.press(Qt.Key.Key_Return)
        assert rows_of(it, "commandHits")[0][1] == "Panggil 0812-5000-1122"
        it.press(Qt.Key.Key_Escape)
        assert it.focus == "list_recent"

    staged(qapp, scene)


def test_a_call_that_is_answered_puts_the_bar_away_and_it_covers_no_ringing_call(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        await hits(it, "seb")
        it.room.phone.offer("085244710032")
        bar, phone = it.seat_window.areas.finder.commands, it.seat_window.areas.phone.pane
        assert said(it.window, "callNumber") == "0852-4471-0032"
        assert bar.x() > phone.mapTo(it.window, phone.rect().topRight()).x()
        it.press(Qt.Key.Key_F2)
        await until(lambda: it.room.seat.duty.state is SeatState.TALKING)
        assert not is_shown(it.window, "commandBar")
        assert it.focus == "place"
        await it.still()

    staged(qapp, scene, busy=False)


def test_nothing_found_is_said(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert await hits(it, "qqqq") == []
        it.press(Qt.Key.Key_Return)
        assert is_shown(it.window, "commandBar")

    staged(qapp, scene)
