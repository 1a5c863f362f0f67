"""The desk's window on Qt: alarm, keys, refusals, where things are saved; no word cut off at any size."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget

from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved
from operator_app.domain.facts.incident import FieldSet, IncidentMoved
from operator_app.domain.ids import DispatchId, IncidentId
from operator_app.domain.incident import Dispatch
from operator_app.domain.states import DispatchState, IncidentStatus
from operator_app.ui.desk.desk_app import ALARM_FILE, DeskApp, build_desk_window
from operator_app.ui.desk.presenters.desk_view import Action
from operator_app.ui.desk.window import DeskWindow
from operator_app.ui.frame.manner import KeepKeys
from operator_app.ui.kit.buttons import KeyButton
from operator_app.workflow.desk import Desk
from operator_app.workflow.ports import LinkState, LinkTrouble
from tests.fakes.memory_journal import MemoryJournal
from tests.ui.desk_scene import (
    RESOURCES,
    desk_manner,
    is_enabled,
    is_shown,
    play,
    said,
    texts,
    until,
    until_whole,
    words,
)
from tests.unit.desk.room import DAMKAR, RSUD, SeatFeed, SetClock, made_desk

KEYS = {deed.id: deed.key for deed in DeskWindow.deeds}
LONG = "Dapur terbakar, dua orang belum keluar. Tetangga mulai menyiram. Mobil besar bisa masuk sampai depan gang."


@dataclass
class Stage:
    """One desk on the screen and the room around it."""

    app: QApplication
    clock: SetClock
    feed: SeatFeed
    desk: Desk
    journal: MemoryJournal
    window: DeskApp

    def tell(self) -> None:
        """Let the desk hear of everything the seats did."""
        self.desk.on_events(self.feed.events)

    async def fire(self, **given: object) -> tuple[IncidentId, DispatchId]:
        """A house on fire is handed over to this desk and to the hospital."""
        values: dict[str, object] = {
            "agencies": (DAMKAR, RSUD),
            "place": "Jl. Yos Sudarso III, simpang Kabo",
            "landmark": "seberang masjid, gang kecil",
            "neighbourhood": "RT 12",
            "position": "0.47215,117.58034",
            "caller_number": "081255440199",
            "text": LONG,
        }
        values.update(given)
        incident_id, sent = await self.feed.incident(**values)  # type: ignore[arg-type]
        self.tell()
        return incident_id, sent[0]

    def dispatch(self, dispatch_id: DispatchId) -> Dispatch:
        """That dispatch as the desk knows it."""
        return next(each.dispatch for each in self.desk.all_shares() if each.dispatch.id == dispatch_id)

    def press(self, key: Qt.Key) -> None:
        """Press a key as a person does: it goes to whatever has the keyboard."""
        target: QWidget | None = self.window.focusWidget()
        QTest.keyClick(self.window if target is None else target, key)

    async def read(self) -> None:
        """Wait until everything told is on the screen and every wish is carried out."""
        await self.window.errands.settle()
        await until(lambda: not self.window._gather.isActive())
        await self.window.errands.settle()


async def staged(
    app: QApplication,
    scene: Callable[[Stage], Coroutine[Any, Any, None]],
    *,
    keep: KeepKeys | None = None,
    language: str = "id",
    theme: str = "dark",
    scale: float = 1.0,
    size: tuple[int, int] = (1366, 768),
    shown: bool = True,
) -> None:
    clock = SetClock()
    desk, journal = made_desk(clock)
    window = build_desk_window(desk, desk_manner(language, theme, scale, keep), RESOURCES)
    window.resize(*size)
    desk.on_link(LinkState(True, clock.now(), 0))
    stage = Stage(app, clock, SeatFeed(clock), desk, journal, window)
    try:
        if shown:
            QWidget.show(window)
            window.activateWindow()
            await until(window.isActiveWindow)
        await scene(stage)
    finally:
        await window.shutdown()
        window.deleteLater()


def test_a_caller_that_the_server_withholds_is_not_shown_as_a_number_to_dial(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.fire(caller_number="•0123456789")
        await stage.read()
        await until(lambda: said(stage.window, "field_caller") == "disamarkan: tanya meja 112")

    play(qapp, lambda: staged(qapp, scene))


def test_a_new_dispatch_raises_the_alarm_and_is_delivered_by_being_painted(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        assert not is_shown(stage.window, "alarm")
        _, dispatch_id = await stage.fire()
        await until(lambda: stage.dispatch(dispatch_id).delivered_at is not None)
        await stage.read()
        assert said(stage.window, "alarm_headline") == "PENUGASAN BARU"
        assert said(stage.window, "alarm_detail") == "Kebakaran rumah/bangunan · Singa Geweh · 0:16 dari 1:00"
        assert said(stage.window, "field_place") == "Jl. Yos Sudarso III, simpang Kabo"
        assert said(stage.window, "field_caller") == "0812-5544-0199"
        assert stage.window.sound._wanted
        assert sum(isinstance(event.fact, DispatchDelivered) for event in stage.journal.kept) == 1

    play(qapp, lambda: staged(qapp, scene))


def test_nothing_is_delivered_to_a_window_that_nobody_sees(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, dispatch_id = await stage.fire()
        await stage.read()
        assert stage.dispatch(dispatch_id).delivered_at is None
        QWidget.show(stage.window)
        await until(lambda: stage.dispatch(dispatch_id).delivered_at is not None)

    play(qapp, lambda: staged(qapp, scene, shown=False))


def test_the_keys_walk_a_dispatch_from_accepted_to_done(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        incident_id, dispatch_id = await stage.fire()
        await stage.read()
        for key, state in (
            (Qt.Key.Key_F2, DispatchState.ACCEPTED),
            (Qt.Key.Key_F3, DispatchState.UNDER_WAY),
            (Qt.Key.Key_F4, DispatchState.ON_SCENE),
            (Qt.Key.Key_F5, DispatchState.DONE),
        ):
            stage.press(key)
            await until(lambda state=state: stage.dispatch(dispatch_id).state is state)  # type: ignore[misc]
            await stage.read()
            assert not is_shown(stage.window, "alarm")
            assert not stage.window.sound._wanted
        assert stage.desk.board.incidents[incident_id].status is IncidentStatus.HANDLED
        assert said(stage.window, "state") == "Selesai"

    play(qapp, lambda: staged(qapp, scene))


@pytest.mark.parametrize(
    ("moves", "legal"),
    [
        ((), {Action.ACCEPT, Action.DECLINE}),
        (
            (DispatchState.ACCEPTED,),
            {Action.UNDER_WAY, Action.ON_SCENE, Action.DONE, Action.DECLINE},
        ),
        ((DispatchState.ACCEPTED, DispatchState.UNDER_WAY), {Action.ON_SCENE, Action.DONE}),
        ((DispatchState.ACCEPTED, DispatchState.ON_SCENE), {Action.DONE}),
        ((DispatchState.ACCEPTED, DispatchState.DONE), set()),
        ((DispatchState.DECLINED,), set()),
    ],
)
def test_only_legal_steps_can_be_pressed(
    qapp: QApplication, moves: tuple[DispatchState, ...], legal: set[Action]
) -> None:
    async def scene(stage: Stage) -> None:
        incident_id, dispatch_id = await stage.fire()
        for to in moves:
            await stage.feed.tell("D", stage.clock.now(), DispatchMoved(incident_id, dispatch_id, to, "x"))
        stage.tell()
        stage.window._choose(dispatch_id)
        await stage.read()
        assert {action for action in Action if is_enabled(stage.window, action.value)} == legal
        before = stage.dispatch(dispatch_id).state
        for action in set(Action) - legal:
            QTest.keyClick(stage.window, getattr(Qt.Key, f"Key_{KEYS[action]}"))
        await stage.read()
        assert stage.dispatch(dispatch_id).state is before
        assert not any(isinstance(event.fact, DispatchMoved) for event in stage.journal.kept)

    play(qapp, lambda: staged(qapp, scene))


def test_a_cancelled_incident_takes_no_step_and_stops_the_alarm(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        incident_id, _ = await stage.fire()
        await stage.read()
        await stage.feed.tell(
            "M3", stage.clock.now(), IncidentMoved(incident_id, IncidentStatus.CANCELLED, "laporan palsu")
        )
        stage.tell()
        await stage.read()
        assert not is_shown(stage.window, "alarm")
        assert said(stage.window, "state") == "Dibatalkan 112"
        assert not any(is_enabled(stage.window, action.value) for action in Action)
        assert "Dibatalkan 112: laporan palsu" in words(stage.window)
        assert said(stage.window, "notice") == "Dibatalkan 112: KTM-261123-M3-014 Kebakaran rumah/bangunan"

    play(qapp, lambda: staged(qapp, scene))


def test_a_refusal_needs_its_reason_in_the_row_below(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, dispatch_id = await stage.fire()
        await stage.read()
        stage.press(Qt.Key.Key_F8)
        edit = stage.window._notes.edit
        await until(edit.isVisible)
        edit.setFocus()
        stage.press(Qt.Key.Key_Return)
        await stage.read()
        assert stage.dispatch(dispatch_id).state is DispatchState.SENT
        assert stage.window._notice is not None
        assert stage.window._notice.words == texts()("refusal.reason_missing")
        QTest.keyClicks(edit, "mobil di bengkel")
        stage.press(Qt.Key.Key_Return)
        await until(lambda: stage.dispatch(dispatch_id).state is DispatchState.DECLINED)
        await stage.read()
        assert stage.dispatch(dispatch_id).reason == "mobil di bengkel"
        assert not edit.isVisible()

    play(qapp, lambda: staged(qapp, scene))


def test_accepting_instead_puts_the_begun_refusal_away(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, dispatch_id = await stage.fire()
        await stage.read()
        stage.press(Qt.Key.Key_F8)
        edit = stage.window._notes.edit
        await until(edit.isVisible)
        assert said(stage.window, "reason_for") == "Tolak KTM-261123-M3-014:"
        QTest.keyClicks(edit, "salah")
        stage.press(Qt.Key.Key_F2)
        await until(lambda: stage.dispatch(dispatch_id).state is DispatchState.ACCEPTED)
        await stage.read()
        assert not edit.isVisible()

    play(qapp, lambda: staged(qapp, scene))


def test_escape_gives_the_refusal_up(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, dispatch_id = await stage.fire()
        await stage.read()
        stage.press(Qt.Key.Key_F8)
        edit = stage.window._notes.edit
        await until(edit.isVisible)
        QTest.keyClicks(edit, "salah")
        QTest.keyClick(edit, Qt.Key.Key_Escape)
        assert not edit.isVisible()
        assert edit.text() == ""
        assert stage.dispatch(dispatch_id).state is DispatchState.SENT

    play(qapp, lambda: staged(qapp, scene))


def test_a_new_dispatch_takes_neither_the_keyboard_nor_the_typed_words(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, first = await stage.fire()
        await stage.read()
        stage.press(Qt.Key.Key_F8)
        edit = stage.window._notes.edit
        await until(edit.hasFocus)
        QTest.keyClicks(edit, "mobil di beng")
        _, second = await stage.fire(kind="SAT-01", number="KTM-261123-M1-015", sent_s=1)
        await until(lambda: stage.dispatch(second).delivered_at is not None)
        await stage.read()
        assert said(stage.window, "alarm_headline") == "2 PENUGASAN BARU"
        assert edit.hasFocus()
        assert stage.window.presenter.selected == first
        QTest.keyClicks(edit, "kel")
        stage.press(Qt.Key.Key_Return)
        await until(lambda: stage.dispatch(first).reason == "mobil di bengkel")
        await stage.read()
        assert stage.dispatch(second).state is DispatchState.SENT
        assert stage.window.presenter.selected == second

    play(qapp, lambda: staged(qapp, scene))


def test_the_accepted_dispatch_stays_and_the_waiting_one_is_a_key_away(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, first = await stage.fire()
        await stage.read()
        _, second = await stage.fire(number="KTM-261123-M1-015", sent_s=1)
        await stage.read()
        assert stage.window.presenter.selected == first
        stage.press(Qt.Key.Key_F2)
        await until(lambda: stage.dispatch(first).state is DispatchState.ACCEPTED)
        await stage.read()
        assert stage.dispatch(second).state is DispatchState.SENT
        assert stage.window.presenter.selected == first
        assert is_shown(stage.window, "show_waiting")
        stage.press(Qt.Key.Key_F6)
        assert stage.window.presenter.selected == second

    play(qapp, lambda: staged(qapp, scene))


def test_a_tap_meant_for_another_does_not_accept_a_graver_newcomer_unread(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, tree = await stage.fire(kind="BEN-03", priority="3")
        await stage.read()
        _, fire = await stage.fire(place="Gang Buntu")
        await stage.read()
        await until(lambda: stage.window.presenter.selected == fire)
        stage.press(Qt.Key.Key_F2)
        await stage.read()
        await until(lambda: said(stage.window, "notice").startswith("Penugasan lain baru tampil"))
        assert stage.dispatch(tree).state is DispatchState.SENT
        assert stage.dispatch(fire).state is DispatchState.SENT
        stage.press(Qt.Key.Key_F2)
        await stage.read()
        assert stage.dispatch(fire).state is DispatchState.ACCEPTED
        stage.press(Qt.Key.Key_F2)
        await stage.read()
        assert stage.dispatch(tree).state is DispatchState.SENT

    play(qapp, lambda: staged(qapp, scene))


def test_a_disk_that_refuses_is_told_loudly_and_nothing_looks_done(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        _, dispatch_id = await stage.fire()
        await until(lambda: stage.dispatch(dispatch_id).delivered_at is not None)
        await stage.read()
        stage.journal.broken = "disk full"
        stage.press(Qt.Key.Key_F2)
        await until(lambda: "TIDAK TERSIMPAN" in said(stage.window, "notice"))
        assert stage.dispatch(dispatch_id).state is DispatchState.SENT
        assert is_shown(stage.window, "alarm")
        assert is_enabled(stage.window, Action.ACCEPT.value)

    play(qapp, lambda: staged(qapp, scene))


def test_where_a_step_is_saved_is_said_truly(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.fire()
        await until(lambda: stage.desk.record_standing().saved_at is not None)
        await stage.read()
        assert said(stage.window, "record") == "Tersimpan di meja ini 14:22:07 · belum di server"
        assert "baru di meja ini" in words(stage.window)
        stage.clock.forward(2)
        stage.desk.on_shared(tuple(event.id for event in stage.journal.kept))
        await stage.read()
        assert said(stage.window, "record") == "Tersimpan di meja ini 14:22:07 · server 14:22:09"
        assert "baru di meja ini" not in words(stage.window)

    play(qapp, lambda: staged(qapp, scene))


def test_a_cut_line_says_that_nothing_new_can_come_in(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.read()
        assert not is_shown(stage.window, "cut_off")
        stage.desk.on_link(LinkState(False, stage.clock.now(), 2, LinkTrouble.UNREACHABLE))
        await stage.read()
        assert said(stage.window, "cut_off_words").startswith("SERVER TERPUTUS SEJAK 14:22:07")
        assert "2 catatan" in said(stage.window, "cut_off_words")
        assert said(stage.window, "lamp_server") == "Server terputus"
        stage.desk.on_link(LinkState(False, stage.clock.now(), 0, LinkTrouble.NOT_CONFIGURED))
        await stage.read()
        assert said(stage.window, "lamp_server") == "Tanpa server"

    play(qapp, lambda: staged(qapp, scene))


def test_without_a_loudspeaker_no_sound_is_promised(qapp: QApplication) -> None:
    assert (RESOURCES / "sounds" / ALARM_FILE).read_bytes()[:4] == b"RIFF"

    async def scene(stage: Stage) -> None:
        await stage.read()
        assert said(stage.window, "lamp_sound") == "Tanpa suara"
        assert "berbunyi" not in said(stage.window, "none_open")

    play(qapp, lambda: staged(qapp, scene))


def test_words_changed_after_the_hand_over_are_pointed_out(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        incident_id, _ = await stage.fire()
        await stage.feed.tell(
            "M3",
            stage.clock.now(),
            FieldSet(incident_id, "landmark", "dekat pasar"),
            FieldSet(incident_id, "text", "ada tabung gas"),
        )
        stage.tell()
        await stage.read()
        assert "Diperbarui: patokan, uraian" in words(stage.window)
        assert said(stage.window, "field_landmark") == "dekat pasar"

    play(qapp, lambda: staged(qapp, scene))


def test_every_control_has_a_name_and_every_step_its_own_key(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.fire()
        await stage.read()
        buttons = stage.window.findChildren(QPushButton)
        assert all(button.accessibleName() for button in buttons)
        steps = [
            each for each in stage.window.findChildren(KeyButton) if not stage.window.help.isAncestorOf(each)
        ]
        keys = [button.key for button in steps]
        assert all(keys)
        assert len(set(keys)) == len(keys)

    play(qapp, lambda: staged(qapp, scene))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("size", "scale"), [((1366, 768), 1.0), ((1920, 1080), 1.0), ((1366, 768), 2.0)])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_word_is_cut_off(
    qapp: QApplication, language: str, size: tuple[int, int], scale: float, theme: str
) -> None:
    async def scene(stage: Stage) -> None:
        incident_id, dispatch_id = await stage.fire(sent_s=75, caller_name="Bpk. (tidak disebutkan)")
        await stage.feed.incident("SAT-01", sent_s=8, number="KTM-261123-M1-015")
        await stage.feed.tell("M3", stage.clock.now(), FieldSet(incident_id, "landmark", "dekat pasar"))
        old, [old_dispatch] = await stage.feed.incident("BEN-03", sent_s=8000, number="KTM-261123-M1-002")
        await stage.feed.tell(
            "D",
            stage.clock.now(),
            DispatchMoved(old, old_dispatch, DispatchState.DECLINED, "bukan wilayah kami"),
        )
        stage.desk.on_link(LinkState(False, stage.clock.now(), 12, LinkTrouble.UNREACHABLE))
        stage.tell()
        await until(lambda: stage.dispatch(dispatch_id).delivered_at is not None)
        await stage.read()
        assert (stage.window.width(), stage.window.height()) == size
        await until_whole(stage.window)
        for area in stage.window.findChildren(QScrollArea):
            content: QWidget | None = area.widget()
            assert content is not None
            assert content.width() <= area.viewport().width()
        stage.press(Qt.Key.Key_F8)
        await until(stage.window._notes.edit.isVisible)
        await stage.read()
        await until_whole(stage.window)
        assert (stage.window.width(), stage.window.height()) == size

    play(qapp, lambda: staged(qapp, scene, language=language, theme=theme, scale=scale, size=size))


# ---- keys


def help_rows(stage: Stage) -> dict[str, str]:
    """Key by name, as they stand in the key help."""
    model = stage.window.help.model
    return {
        str(model.index(row, 1).data()): str(model.index(row, 2).data()) for row in range(model.rowCount())
    }


@pytest.mark.parametrize(
    ("language", "accept", "show"),
    [
        ("id", "Terima penugasan", "Tampilkan penugasan yang menunggu"),
        ("en", "Accept the dispatch", "Show the dispatch that waits"),
    ],
)
@pytest.mark.parametrize(("size", "scale"), [((1366, 768), 1.0), ((1366, 768), 2.0)])
def test_f1_shows_every_key_of_the_desk_and_nothing_of_it_is_cut_off(
    qapp: QApplication, language: str, accept: str, show: str, size: tuple[int, int], scale: float
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.fire()
        await stage.read()
        stage.press(Qt.Key.Key_F1)
        await until(lambda: is_shown(stage.window, "keyHelp"))
        rows = help_rows(stage)
        assert (rows[accept], rows[show]) == ("F2", "F6")
        assert {deed.key for deed in DeskWindow.deeds} < set(rows.values())
        await until_whole(stage.window)
        search, alarm = stage.window.help.search, stage.window.findChild(QWidget, "alarm")
        await until(lambda: search.height() >= search.minimumSizeHint().height())
        assert alarm is not None
        assert not stage.window.help.geometry().intersects(alarm.geometry())
        stage.press(Qt.Key.Key_Escape)
        await until(lambda: not is_shown(stage.window, "keyHelp"))

    play(qapp, lambda: staged(qapp, scene, language=language, size=size, scale=scale))


def test_another_key_set_at_the_desk_works_stands_on_its_button_and_is_kept(qapp: QApplication) -> None:
    kept: list[dict[str, str]] = []

    async def keep(own: Mapping[str, str]) -> None:
        kept.append(dict(own))

    async def scene(stage: Stage) -> None:
        _, dispatch_id = await stage.fire()
        await stage.read()
        stage.press(Qt.Key.Key_F1)
        QTest.keyClicks(stage.window.help.search, "terima penugasan")
        stage.press(Qt.Key.Key_Down)
        stage.press(Qt.Key.Key_Return)
        stage.press(Qt.Key.Key_F10)
        await stage.read()
        assert kept == [{"accept": "F10"}]
        stage.press(Qt.Key.Key_Escape)
        button = stage.window.findChild(KeyButton, "accept")
        assert button is not None
        assert button.key == "F10"
        stage.press(Qt.Key.Key_F2)
        await stage.read()
        assert stage.dispatch(dispatch_id).state is DispatchState.SENT
        stage.press(Qt.Key.Key_F10)
        await until(lambda: stage.dispatch(dispatch_id).state is DispatchState.ACCEPTED)
        await stage.read()

    play(qapp, lambda: staged(qapp, scene, keep=keep))


def test_a_new_dispatch_puts_the_key_help_away_even_while_a_key_is_awaited(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        stage.press(Qt.Key.Key_F1)
        stage.press(Qt.Key.Key_Down)
        stage.press(Qt.Key.Key_Return)
        assert stage.window.help.told.awaits
        _, dispatch_id = await stage.fire()
        await until(lambda: not is_shown(stage.window, "keyHelp"))
        await until(lambda: stage.dispatch(dispatch_id).delivered_at is not None)
        await stage.read()
        stage.press(Qt.Key.Key_F2)
        await until(lambda: stage.dispatch(dispatch_id).state is DispatchState.ACCEPTED)
        await stage.read()
        stage.press(Qt.Key.Key_F1)
        await until(lambda: is_shown(stage.window, "keyHelp"))

    play(qapp, lambda: staged(qapp, scene))


def test_an_error_that_nobody_caught_is_shown_at_the_desk(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        stage.window.fault("KeyError: 'x'")
        await until(lambda: "KeyError" in said(stage.window, "notice"))

    play(qapp, lambda: staged(qapp, scene))
