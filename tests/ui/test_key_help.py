"""The key help: every key found and set anew by keys alone, what cannot be is refused, a ringing call goes first."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from operator_app.domain.states import SeatState
from operator_app.ui.kit.buttons import KeyButton
from tests.ui.desk_scene import is_shown, said, until
from tests.ui.test_seat_window import CTRL, Stage, rows_of, staged

SHIFT = Qt.KeyboardModifier.ShiftModifier


def cap(it: Stage, name: str) -> str:
    button = it.window.findChild(QPushButton, name)
    assert isinstance(button, KeyButton)
    return button.key


def choose(it: Stage, words: str) -> None:
    """Open the help at the deed of that name."""
    it.press(Qt.Key.Key_F1)
    it.write(words)
    it.press(Qt.Key.Key_Down)


def test_every_key_is_found_by_deed_and_by_key(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_F1)
        assert it.focus == "keySearch"
        rows = rows_of(it, "keyTable")
        assert len(rows) > 25
        assert rows[0] == ["Panggilan", "Jawab penelepon yang menunggu paling lama", "F2", ""]
        assert rows[1][0] == ""
        it.write("bisukan")
        assert [row[2] for row in rows_of(it, "keyTable")] == ["F4"]
        it.press(Qt.Key.Key_Escape)
        assert not is_shown(it.window, "keyHelp")
        assert it.focus == "place"
        it.press(Qt.Key.Key_F1)
        it.write("f12")
        assert [row[1] for row in rows_of(it, "keyTable")] == ["Akhiri panggilan"]
        it.press(Qt.Key.Key_F1)
        assert not is_shown(it.window, "keyHelp")

    staged(qapp, scene)


def test_another_key_is_set_shown_on_the_cap_at_once_and_works(qapp: QApplication) -> None:
    kept: list[dict[str, str]] = []

    async def scene(it: Stage) -> None:
        it.seat_window.areas.finder.help.changed.connect(
            lambda: kept.append(it.seat_window.manner.keys.own())
        )
        choose(it, "tahan")
        it.press(Qt.Key.Key_Return)
        assert said(it.window, "keyTold").startswith("Tekan tombol baru")
        it.press(Qt.Key.Key_U, CTRL)
        assert cap(it, "hold") == "^U"
        assert said(it.window, "keyTold") == "Ctrl+U sekarang untuk “Tahan atau lanjutkan panggilan”."
        assert kept == [{"hold": "Ctrl+U"}]
        it.press(Qt.Key.Key_Escape)
        it.press(Qt.Key.Key_F3)
        it.press(Qt.Key.Key_U, CTRL)
        await until(lambda: said(it.window, "callState") == "Ditahan")
        choose(it, "tahan")
        it.press(Qt.Key.Key_Delete)
        assert cap(it, "hold") == "F3"
        assert kept[-1] == {}
        await it.still()

    staged(qapp, scene)


def test_what_cannot_be_is_refused_with_the_reason_and_the_key_stays(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        choose(it, "tahan")
        it.press(Qt.Key.Key_Return)
        it.press(Qt.Key.Key_F12)
        assert "sudah dipakai untuk “Akhiri panggilan”" in said(it.window, "keyTold")
        assert it.room.seat.calls.live_at_hand is not None  # it did not hang up
        it.press(Qt.Key.Key_X)
        assert "menulis huruf" in said(it.window, "keyTold")
        it.press(Qt.Key.Key_Tab)
        assert "bidang teks dan daftar" in said(it.window, "keyTold")
        it.press(Qt.Key.Key_Escape)
        assert cap(it, "hold") == "F3"
        assert is_shown(it.window, "keyHelp")
        it.press(Qt.Key.Key_F3)
        await until(lambda: said(it.window, "callState") == "Ditahan")
        await it.still()

    staged(qapp, scene)


def test_a_ringing_call_is_not_covered_and_has_its_key_even_while_one_is_awaited(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        choose(it, "bisukan")
        it.press(Qt.Key.Key_Return)
        it.room.phone.offer("085244710032")
        help_, phone = it.seat_window.areas.finder.help, it.seat_window.areas.phone.pane
        assert not help_.geometry().intersects(
            phone.rect().translated(phone.mapTo(it.window, phone.rect().topLeft()))
        )
        it.press(Qt.Key.Key_F2)
        await until(lambda: it.room.seat.duty.state is SeatState.TALKING)
        assert not is_shown(it.window, "keyHelp")
        assert it.focus == "place"
        await it.still()

    staged(qapp, scene, busy=False)


def test_a_reset_of_all_brings_every_key_back(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert it.seat_window.manner.keys.put("classify_prank", "Ctrl+U") is None
        assert cap(it, "classify_prank") == "^U"
        choose(it, "iseng")
        it.press(Qt.Key.Key_Delete, SHIFT)
        assert cap(it, "classify_prank") == "4"
        assert it.seat_window.manner.keys.own() == {}

    staged(qapp, scene)
