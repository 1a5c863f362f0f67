"""Closing and opening again by one key, as the operator sees it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from operator_app.domain.states import IncidentStatus
from tests.ui.desk_scene import said, until
from tests.ui.test_seat_window import ALT, Stage, staged


def test_closing_names_who_is_at_work_and_the_same_key_opens_it_again(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_S, ALT)
        await until(lambda: said(it.window, "notice").startswith("Masih bekerja: Damkar (belum diterima)"))
        it.write("salah pencet")
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.status is IncidentStatus.CLOSED)
        await until(lambda: "Ikut berakhir: Damkar" in said(it.window, "notice"))
        await until(lambda: said(it.window, "agency_1") == "Damkar · tidak pernah sampai di mejanya")
        it.press(Qt.Key.Key_S, ALT)
        await until(lambda: it.at_hand.is_open)
        await until(lambda: said(it.window, "agency_1") == "Damkar · belum diterima")

    staged(qapp, scene)
