"""The operator's window on Qt, by keys as a person presses them: the whole trip, and what must never happen."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallAnswered, CallClassified, CallEnded
from operator_app.domain.facts.dispatch import DispatchSent
from operator_app.domain.facts.incident import FieldSet
from operator_app.domain.ids import AgencyCode, IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import Classification, SeatState
from operator_app.maps.gazetteer import Gazetteer
from operator_app.maps.names import PlaceHit
from operator_app.maps.serve import MapAssets
from operator_app.maps.site import Site, default_site
from operator_app.ui.frame.main_window import Mode, Page
from operator_app.ui.frame.manner import Manner
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.theme import Theme, load_fonts
from operator_app.ui.kit.widget_tree import describe_tree
from operator_app.ui.program.control import Marks
from operator_app.ui.seat.areas import SEAT_DEEDS
from operator_app.ui.seat.seat_app import SeatWindow
from operator_app.ui.words.texts import Texts
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import DiskStanding, DiskState, ListenerFailed
from tests.ui.desk_scene import is_enabled, is_shown, play, said, texts, until, until_whole
from tests.ui.seat_room import RESOURCES, PastWriter, Room, busy_room, incident, make_room, settled

PLACES = (
    PlaceHit("Sangatta Selatan", "desa", "1", "Sangatta Selatan", "Sangatta Selatan", 0.4, 117.5),
    PlaceHit("Singa Geweh", "kelurahan", "2", "Singa Geweh", "Sangatta Selatan", 0.48, 117.56),
    PlaceHit("Swarga Bara", "desa", "3", "Swarga Bara", "Sangatta Utara", 0.55, 117.5),
)
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def find_places(typed: str) -> Sequence[PlaceHit]:
    """A search by the beginning of words."""
    return [each for each in PLACES if typed.casefold() in each.label.casefold()]


@dataclass
class Stage:
    """One seat's window on the screen, and hands to work it."""

    room: Room
    seat_window: SeatWindow

    @property
    def window(self) -> QWidget:
        return self.seat_window.window

    @property
    def focus(self) -> str:
        """The name of the widget that has the keyboard."""
        return self.focused().objectName()

    @property
    def at_hand(self) -> Incident:
        held = self.room.seat.hand.incident
        assert held is not None
        return held

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key as a person does: it goes to whatever has the keyboard."""
        QTest.keyClick(self.focused(), key, modifier)

    def write(self, words: str) -> None:
        """Type words into whatever has the keyboard."""
        QTest.keyClicks(self.focused(), words)

    def focused(self) -> QWidget:
        """Whatever has the keyboard, else the window."""
        widget: QWidget | None = self.window.focusWidget()
        return self.window if widget is None else widget

    def facts(self, kind: type[Any]) -> list[Any]:
        return [event.fact for event in self.room.journal.kept if isinstance(event.fact, kind)]

    async def still(self) -> None:
        """Wait until every wish is carried out and everything typed is saved."""
        await until(
            lambda: not self.seat_window.draft.is_dirty and self.seat_window.hand.errands.running == 0
        )
        await settled(self.room)
        await asyncio.sleep(0)


Scene = Callable[[Stage], Coroutine[Any, Any, None]]


def staged(
    app: QApplication,
    scene: Scene,
    *,
    busy: bool = True,
    language: str = "id",
    theme: str = "dark",
    scale: float = 1.0,
    size: tuple[int, int] = (1920, 1080),
    other_texts: Callable[[], Sequence[Texts]] = tuple,
    map_assets: MapAssets | None = None,
    site: Site | None = None,
    room: Callable[[], Awaitable[Room]] = busy_room,
    find: Callable[[str], Sequence[PlaceHit]] = find_places,
) -> None:
    """Play a scene in a seat's window; with `map_assets` it has a map."""
    load_fonts(RESOURCES)
    look = Theme.named(theme, scale)
    look.apply(app)

    async def whole() -> None:
        it = await room() if busy else make_room()
        if not busy:
            it.connect()
            await it.phone.start()
            await it.seat.open()
        window = SeatWindow(
            it.seat,
            Manner(look, texts(language), KeyMap(SEAT_DEEDS), Marks()),
            site or default_site(RESOURCES),
            find,
            other_texts=other_texts,
            map_assets=map_assets,
        )
        window.start()
        window.window.resize(*size)
        window.window.show()
        window.window.activateWindow()
        window.areas.form.pane.focus_place()
        stage = Stage(it, window)
        try:
            await until(window.window.isActiveWindow)
            await scene(stage)
        finally:
            it.journal.broken = ""
            await window.close()
            await it.seat._recorder.settle()

    play(app, whole)


def test_a_house_fire_from_ring_to_hang_up_without_a_mouse(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.offer("081255440199")
        assert said(it.window, "callState") == "Panggilan masuk"
        it.press(Qt.Key.Key_F2)
        assert it.focus == "place"
        await until(
            lambda: (
                it.room.seat.calls.live_at_hand is not None and it.room.seat.duty.state is SeatState.TALKING
            )
        )
        it.write("s")
        it.write("i")
        it.press(Qt.Key.Key_Down)  # before the list had a chance: it must be of what stands there now
        it.press(Qt.Key.Key_Up)
        it.press(Qt.Key.Key_Return)
        await until(
            lambda: it.room.seat.hand.incident is not None and it.at_hand.value("place") == "Singa Geweh"
        )
        it.press(Qt.Key.Key_F6)
        it.write("ke")
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.value("kind") == "KEB-01")
        assert it.focus == "cardWords"
        it.write("dapur")
        it.press(Qt.Key.Key_Return)
        assert it.focus == "card"
        it.write("y3")
        await until(lambda: it.at_hand.answers == {"burning": "dapur", "inside": "yes", "fire_size": "big"})
        it.press(Qt.Key.Key_Escape)
        assert it.focus == "text"
        it.write("Dapur terbakar")
        it.press(Qt.Key.Key_F7)
        await until(lambda: len(it.at_hand.dispatches) == 2)
        it.press(Qt.Key.Key_F12)
        await until(lambda: it.room.seat.duty.state is SeatState.WRAP_UP)
        await it.still()
        held = it.at_hand
        assert held.number == "KTM-261123-M3-001"
        assert (held.value("text"), held.value("district")) == ("Dapur terbakar", "Sangatta Selatan")
        assert (held.priority, held.value("caller_number")) == (1, "081255440199")
        assert [each.agency for each in held.dispatches] == ["DAMKAR", "RSUD"]
        assert len(it.facts(CallAnswered)) == len(it.facts(CallEnded)) == 1
        it.press(Qt.Key.Key_1, ALT)
        await until(lambda: bool(it.facts(CallClassified)))
        it.press(Qt.Key.Key_F11)
        await until(lambda: it.room.seat.duty.state is SeatState.READY)
        await until(lambda: said(it.window, "incidentNumber") == "Kejadian baru")
        assert said(it.window, "place") == ""

    staged(qapp, scene, busy=False)


def test_a_prank_is_over_by_one_key(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.offer("081346007781")
        it.press(Qt.Key.Key_F2)
        await until(lambda: it.room.seat.duty.state is SeatState.TALKING)
        it.press(Qt.Key.Key_4, ALT)
        await until(lambda: it.room.seat.duty.state is SeatState.READY)
        await it.still()
        assert it.facts(CallClassified)[0].classification is Classification.PRANK
        assert it.room.phone.calls() == ()

    staged(qapp, scene, busy=False)


@pytest.mark.parametrize(
    "name", ["classify_ghost", "classify_prank", "classify_misdirected", "classify_test"]
)
def test_a_click_on_a_mark_cuts_off_nobody(qapp: QApplication, name: str) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.offer("081346007781")
        it.press(Qt.Key.Key_F2)
        await until(lambda: it.room.seat.duty.state is SeatState.TALKING)
        button = it.window.findChild(QPushButton, name)
        assert button is not None
        await until(button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: bool(it.facts(CallClassified)))
        await it.still()
        assert it.facts(CallClassified)[0].classification == name.removeprefix("classify_")
        assert len(it.room.phone.calls()) == 1
        assert it.room.seat.duty.state is SeatState.TALKING
        assert "telepon tidak ditutup" in said(it.window, "notice")
        it.press(Qt.Key.Key_F12)
        await until(lambda: it.room.seat.duty.state is SeatState.READY)
        assert it.room.phone.calls() == ()

    staged(qapp, scene, busy=False)


def test_typing_is_saved_while_it_goes_on_and_in_the_end_whole(qapp: QApplication) -> None:
    words = "Rumah pak RT sebelah masjid, api dari dapur, dua orang belum keluar"

    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_N, CTRL)
        await until(lambda: it.room.seat.hand.incident_id is None)
        for number, letter in enumerate(words):
            it.write(letter)
            await asyncio.sleep(0)
            if number == len(words) // 2:
                await until(lambda: bool(it.facts(FieldSet)) and it.facts(FieldSet)[-1].field == "place")
        await it.still()
        assert it.at_hand.value("place") == words
        assert it.at_hand.number == "KTM-261123-M3-002"
        sets = [fact.value for fact in it.facts(FieldSet) if fact.incident_id == it.at_hand.id]
        assert len([value for value in sets if value and words.startswith(value)]) >= 2

    staged(qapp, scene)


def test_typing_goes_on_while_the_disk_stalls_and_nothing_is_lost(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        gate = asyncio.Event()
        append = it.room.journal.append

        async def stalled(events: Sequence[Event]) -> None:
            await gate.wait()
            await append(events)

        it.room.journal.append = stalled  # type: ignore[method-assign]
        it.press(Qt.Key.Key_Tab)
        it.seat_window.areas.form.pane.text.setFocus()
        it.seat_window.areas.form.pane.focus_text()
        it.write(" A")
        await until(lambda: it.seat_window.hand.errands.running > 0)
        it.write("B")
        assert said(it.window, "text").endswith(" AB")
        await until(lambda: said(it.window, "saved") == "menyimpan…")
        gate.set()
        await it.still()
        assert it.at_hand.value("text").endswith("menyiram. AB")
        await until(lambda: said(it.window, "saved").startswith("tersimpan di meja ini"))

    staged(qapp, scene)


def test_a_ring_takes_neither_the_keyboard_nor_a_letter(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.write("jalan ")
        before = it.focus
        it.room.phone.offer("085244710032")
        it.write("yos sudarso")
        await until(lambda: said(it.window, "topWaiting").startswith("1 menunggu"))
        assert it.focus == before == "place"
        assert said(it.window, "place") == "jalan yos sudarso"
        assert said(it.window, "callNumber") == "0852-4471-0032"
        assert QApplication.activeModalWidget() is None
        assert QApplication.activePopupWidget() is None
        await it.still()
        assert it.at_hand.value("place") == "jalan yos sudarso"

    staged(qapp, scene, busy=False)


def test_nothing_moves_when_a_call_rings_or_a_message_comes(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        def places() -> dict[str, list[int]]:
            names = ("place", "text", "dispatch", "answer", "end", "timeline", "incidentsTable", "lists")
            return {
                each["name"]: each["geometry"] for each in describe_tree(it.window) if each["name"] in names
            }

        before = places()
        it.room.phone.offer("085244710032", display_name="Telkomsel")
        it.room.cut()
        it.press(Qt.Key.Key_F7)
        await it.still()
        assert places() == before
        assert len(before) == 8

    staged(qapp, scene, busy=False)


def test_space_and_enter_never_press_a_button_by_themselves(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        for page in Page:
            it.seat_window.window.bring(page)
            for _ in range(30):
                it.press(Qt.Key.Key_Tab)
                assert not isinstance(it.window.focusWidget(), KeyButton)
        assert it.room.seat.calls.live_at_hand is not None

    staged(qapp, scene)
    staged(qapp, scene, scale=2.0)


@pytest.mark.parametrize("where", ["place", "kind", "landmark", "caller_name", "text", "filter", "timeline"])
def test_keys_work_wherever_the_keyboard_is(qapp: QApplication, where: str) -> None:
    async def scene(it: Stage) -> None:
        widget = it.window.findChild(QWidget, where)
        assert isinstance(widget, QWidget)
        widget.setFocus()
        it.press(Qt.Key.Key_F3)
        await until(lambda: said(it.window, "callState") == "Ditahan")
        it.press(Qt.Key.Key_2, CTRL)
        await until(lambda: it.at_hand.dispatch_to(AgencyCode("BPBD")) is not None)
        it.press(Qt.Key.Key_2, ALT)
        await until(lambda: bool(it.facts(CallClassified)))
        it.press(Qt.Key.Key_F6)
        assert it.focus == "kind"
        it.press(Qt.Key.Key_F5)
        assert it.focus == "place"
        await it.still()

    staged(qapp, scene)


def test_a_place_typed_freely_stays_as_it_was_typed(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.write("rumah biru ujung gang")
        it.press(Qt.Key.Key_F6)
        await it.still()
        assert it.at_hand.value("place") == "rumah biru ujung gang"
        assert said(it.window, "place") == "rumah biru ujung gang"

    staged(qapp, scene, busy=False)


def test_enter_keeps_words_that_no_place_answers_and_the_arrows_take_one_with_the_rest_beside_it(
    qapp: QApplication,
) -> None:
    typed = "depan masjid swarga bara RT 4"

    async def scene(it: Stage) -> None:
        it.write(typed)
        await until(lambda: is_shown(it.window, "placeHits"))
        it.press(Qt.Key.Key_Return)
        await it.still()
        assert (it.focus, said(it.window, "place"), it.at_hand.value("place")) == ("kind", typed, typed)
        assert it.at_hand.value("village") == ""
        it.press(Qt.Key.Key_F5)
        it.press(Qt.Key.Key_Down)
        await until(lambda: is_shown(it.window, "placeHits"))
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.value("place") == "Swarga Bara")
        assert [it.at_hand.value(name) for name in ("village", "landmark", "neighbourhood")] == [
            "Swarga Bara",
            "depan masjid",
            "4",
        ]
        await until(lambda: "Patokan: depan masjid" in said(it.window, "notice"))
        await it.still()
        it.press(Qt.Key.Key_Z, ALT)
        await until(lambda: it.at_hand.value("place") == typed)
        await it.still()
        assert [said(it.window, name) for name in ("place", "landmark", "village")] == [typed, "", ""]

    staged(qapp, scene, busy=False, find=Gazetteer.in_memory(PLACES).search)


def test_letters_that_pick_no_kind_give_way_to_the_kind_that_was_chosen(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_F6)
        it.write("zzz")
        it.press(Qt.Key.Key_F5)
        assert said(it.window, "kind") == "KEB-01 Kebakaran rumah/bangunan"
        await it.still()
        assert it.at_hand.value("kind") == "KEB-01"

    staged(qapp, scene)


def test_the_list_of_hits_closes_by_esc_and_keeps_what_was_typed(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.write("s")
        it.write("a")
        await until(lambda: is_shown(it.window, "placeHits"))
        it.press(Qt.Key.Key_Escape)
        assert not is_shown(it.window, "placeHits")
        it.press(Qt.Key.Key_Return)
        assert it.focus == "kind"
        assert said(it.window, "place") == "sa"
        await it.still()

    staged(qapp, scene, busy=False)


def test_a_field_under_the_hand_is_not_overwritten_and_takes_the_others_word_when_left(
    qapp: QApplication,
) -> None:
    async def scene(it: Stage) -> None:
        it.seat_window.areas.form.pane.landmark.setFocus()
        other = PastWriter("M1").back(-1)
        it.room.seat.room.on_events([other.event(FieldSet(it.at_hand.id, "landmark", "depan SPBU"))])
        it.room.seat.room.on_events([other.event(FieldSet(it.at_hand.id, "caller_name", "Ibu Sari"))])
        await until(lambda: said(it.window, "caller_name") == "Ibu Sari")
        assert said(it.window, "landmark") == "seberang masjid, gang kecil"
        assert said(it.window, "clashTitle").startswith("Patokan: dua meja menulis berbeda")
        it.press(Qt.Key.Key_F5)
        await until(lambda: said(it.window, "landmark") == "depan SPBU")
        await it.still()
        assert it.at_hand.value("landmark") == "depan SPBU"

    staged(qapp, scene)


def test_a_refusal_is_told_quietly_and_esc_puts_it_away(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_F7)
        await until(lambda: "Belum ada kejadian" in said(it.window, "notice"))
        it.press(Qt.Key.Key_Escape)
        assert said(it.window, "notice") == ""

    staged(qapp, scene, busy=False)


def test_a_disk_that_fails_is_told_loudly_until_it_is_mended(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.journal.broken = "disk penuh"
        it.seat_window.areas.form.pane.focus_text()
        it.write(" Angin kencang")
        await until(
            lambda: (
                "TIDAK TERSIMPAN: disk meja ini gagal menyimpan. Beri tahu TI" in said(it.window, "notice")
            )
        )
        await until(lambda: said(it.window, "saved") == "BELUM TERSIMPAN")
        assert said(it.window, "text").endswith("Angin kencang")
        it.room.journal.broken = ""
        await until(lambda: said(it.window, "notice") == "")
        await it.still()
        assert it.at_hand.value("text").endswith("Angin kencang")

    staged(qapp, scene)


def test_words_that_are_not_saved_come_back_with_their_incident_and_stand_at_no_other(
    qapp: QApplication,
) -> None:
    async def scene(it: Stage) -> None:
        fire = it.at_hand.id
        other = next(each for each in it.room.seat.room.board.incidents if each != fire)
        it.room.journal.broken = "disk penuh"
        it.seat_window.areas.form.pane.focus_text()
        it.write(" Angin kencang")
        await until(lambda: said(it.window, "saved") == "BELUM TERSIMPAN")
        it.room.seat.hand.select(other)
        await until(lambda: "Angin kencang" not in said(it.window, "text"))
        it.room.seat.hand.select(fire)
        await until(lambda: said(it.window, "text").endswith("Angin kencang"))
        it.room.seat.hand.select(other)
        await until(lambda: "Angin kencang" not in said(it.window, "text"))
        it.room.journal.broken = ""
        await it.still()
        board = it.room.seat.room.board.incidents
        assert board[fire].value("text").endswith("Angin kencang")
        assert "Angin" not in board[other].value("text")

    staged(qapp, scene)


def test_a_disk_that_fills_up_or_loses_the_store_is_told_until_it_is_well(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        bus = it.room.seat.room.bus
        bus.publish(DiskState(DiskStanding.LOW, 480))
        await until(lambda: "hampir penuh: sisa 480 MB" in said(it.window, "notice"))
        bus.publish(DiskState(DiskStanding.GONE, 480))
        await until(lambda: "HILANG ATAU DIGANTI" in said(it.window, "notice"))
        bus.publish(DiskState(DiskStanding.FINE, 9000))
        await until(lambda: said(it.window, "notice") == "Disk meja ini kembali baik.")

    staged(qapp, scene, busy=False)


def test_shift_delete_on_places_of_which_none_is_chosen_says_what_to_do(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        place = it.seat_window.areas.form.pane.place
        it.seat_window.areas.form.pane.focus_place()
        place.selectAll()
        it.write("0.1 118.9")
        await until(lambda: place.hits_shown)
        hits = place._list
        assert hits is not None
        hits.view.setCurrentIndex(hits.model.index(-1, 0))  # as hits that are only offered stand
        it.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: "Pilih dahulu patokan" in said(it.window, "notice"))
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: "Hanya patokan yang disimpan ruang ini" in said(it.window, "notice"))

    staged(qapp, scene, busy=False)


def test_a_listener_that_fails_is_shown(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        bus: Bus = it.room.seat.room.bus
        bus.publish(ListenerFailed("x", "BoardChanged", "KeyError('y')"))
        await until(lambda: "KeyError" in said(it.window, "notice"))
        it.room.phone.turn_away("081200001111")
        assert "0812-0000-1111" in said(it.window, "notice")
        it.press(Qt.Key.Key_Escape)
        assert "KeyError" in said(it.window, "notice")

    staged(qapp, scene)


def test_the_offline_line_is_quiet_and_true(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert said(it.window, "link") == "Semua sudah di server"
        it.room.cut(3)
        assert said(it.window, "link") == "Server terputus sejak 14:20 · 3 perubahan menunggu"
        assert said(it.window, "lampServer") == "Server terputus"
        assert said(it.window, "notice") == ""
        it.write("x")
        await it.still()
        await until(lambda: "belum terkirim" in said(it.window, "saved"))
        it.room.connect()
        it.room.share_all()
        await until(lambda: "· server 14:22:07" in said(it.window, "saved"))

    staged(qapp, scene)


def rows_of(it: Stage, name: str) -> list[list[str]]:
    found = next(each for each in describe_tree(it.window) if each["name"] == name)
    return list(found["rows"])


def test_the_chosen_incident_stays_chosen_whatever_comes(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        table = it.seat_window.areas.incidents.pane.view
        fire = it.at_hand.id
        await until(lambda: table.current_id() == fire)
        writer = PastWriter("M2")
        _, events = incident(writer, 90, "KTM-261123-M2-099", "LAK-01", ("", "Sangkima", "Sangatta Selatan"))
        it.room.seat.room.on_events(events)
        await until(lambda: any("M2-099" in row[1] for row in rows_of(it, "incidentsTable")))
        assert table.current_id() == fire
        assert [index.row() for index in table.selectionModel().selectedRows()] == [2]

    staged(qapp, scene)


def test_the_row_under_the_arrows_stays_while_time_passes_and_the_room_works(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        table, screen = it.seat_window.areas.incidents.pane.view, it.seat_window.screen
        fire = it.at_hand.id
        await until(lambda: table.current_id() == fire)
        begun = table.currentIndex().row()
        it.press(Qt.Key.Key_F, CTRL)
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Down)
        pointed = table.current_id()
        assert pointed != fire
        assert table.currentIndex().row() == begun + 1
        screen.second()
        assert table.current_id() == pointed
        _, events = incident(
            PastWriter("M2"), 90, "KTM-261123-M2-099", "LAK-01", ("", "Sangkima", "Sangatta")
        )
        it.room.seat.room.on_events(events)
        await until(lambda: any("M2-099" in row[1] for row in rows_of(it, "incidentsTable")))
        screen.second()
        assert table.current_id() == pointed
        assert table.selectionModel().hasSelection()
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.id == pointed)

    staged(qapp, scene)


def test_the_marked_row_goes_back_to_the_form_once_the_keyboard_leaves_the_table(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        table, screen = it.seat_window.areas.incidents.pane.view, it.seat_window.screen
        fire = it.at_hand.id
        await until(lambda: table.current_id() == fire)
        it.press(Qt.Key.Key_F, CTRL)
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Down)
        assert table.current_id() != fire
        it.seat_window.areas.form.pane.focus_text()
        screen.second()
        assert table.current_id() == fire

    staged(qapp, scene)


def test_without_an_incident_in_the_form_the_arrows_keep_their_row(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        table, screen = it.seat_window.areas.incidents.pane.view, it.seat_window.screen
        it.room.seat.hand.select(None)
        screen.second()
        assert not table.selectionModel().hasSelection()
        it.press(Qt.Key.Key_F, CTRL)
        it.press(Qt.Key.Key_Down)
        pointed = table.current_id()
        screen.second()
        assert table.current_id() == pointed
        assert table.selectionModel().hasSelection()

    staged(qapp, scene)


def test_the_filter_leads_to_an_incident_by_keys_alone(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_F, CTRL)
        assert it.focus == "filter"
        it.write("banjir")
        assert [row[2] for row in rows_of(it, "incidentsTable")] == ["Banjir"]
        it.press(Qt.Key.Key_Down)
        assert it.focus == "incidentsTable"
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.number.endswith("M2-011"))
        await until(lambda: said(it.window, "incidentNumber").endswith("M2-011"))
        it.press(Qt.Key.Key_Up)
        assert it.focus == "filter"
        it.press(Qt.Key.Key_Escape)
        assert len(rows_of(it, "incidentsTable")) == 5

    staged(qapp, scene)


def test_a_click_on_a_row_loads_it_and_saves_what_was_typed(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        fire = it.at_hand.id
        it.seat_window.areas.form.pane.focus_text()
        it.write(" Padam")
        view = it.seat_window.areas.incidents.pane.view
        place = view.visualRect(view.model().index(2, 2)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
        await until(lambda: it.at_hand.number.endswith("M2-011"))
        await it.still()
        assert it.room.seat.room.board.incidents[IncidentId(fire)].value("text").endswith("Padam")
        assert it.at_hand.value("text") == ""

    staged(qapp, scene)


def test_a_running_wait_turns_to_alarm_and_an_answer_ends_it(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert "belum diterima 0:16 dari 1:00" in rows_of(it, "timeline")[0][1]
        it.room.clock.pass_s(50)
        await it.room.seat.tick()
        await until(lambda: "tidak diterima dalam 1:00" in rows_of(it, "timeline")[0][1])
        assert len(it.facts(DispatchSent)) == 1

    staged(qapp, scene)


def test_lists_turn_by_a_key_and_a_caller_is_called_back(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_L, CTRL)
        assert it.focus == "list_waiting"  # who waits comes first
        it.press(Qt.Key.Key_L, CTRL)
        assert it.focus == "list_abandoned"
        assert not is_shown(it.window, "list_waiting")
        it.press(Qt.Key.Key_B, CTRL)  # a call is going on
        await until(lambda: "Masih ada panggilan" in said(it.window, "notice"))
        it.press(Qt.Key.Key_F12)
        await until(lambda: it.room.seat.duty.state is SeatState.WRAP_UP)
        it.press(Qt.Key.Key_B, CTRL)  # no server is registered: the phone says that it has no way
        await until(lambda: "tidak ada jalur" in said(it.window, "notice"))
        await it.still()

    staged(qapp, scene)


def test_a_waiting_call_is_answered_from_the_list(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_F12)
        await until(lambda: it.room.seat.duty.state is SeatState.WRAP_UP)
        it.press(Qt.Key.Key_L, CTRL)
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.room.seat.calls.live_at_hand is not None)
        assert said(it.window, "callNumber") == "0813-4600-7781"
        await it.still()

    staged(qapp, scene)


def test_what_can_not_be_done_is_switched_off(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        for name in ("answer", "end", "hold", "mute", "dispatch", "classify_prank", "agency_1"):
            assert not is_enabled(it.window, name), name
        it.room.phone.offer("081255440199")
        assert is_enabled(it.window, "answer")
        it.press(Qt.Key.Key_F2)
        await until(lambda: it.room.seat.duty.state is SeatState.TALKING)
        for name in ("end", "hold", "mute", "classify_prank"):
            assert is_enabled(it.window, name), name
        assert not is_enabled(it.window, "answer")
        await it.still()

    staged(qapp, scene, busy=False)


def test_every_control_has_a_name_a_role_and_buttons_their_key(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        told = {each["name"]: each for each in describe_tree(it.window) if each["name"]}
        controls = [each for each in it.window.findChildren(QWidget) if each.isVisibleTo(it.window)]
        buttons = [each for each in controls if isinstance(each, QPushButton)]
        assert len(buttons) >= 18
        for button in buttons:
            about = told[button.objectName()]
            assert about["role"] in ("Button", "CheckBox", "RadioButton"), about
            assert about["label"], about
            if isinstance(button, KeyButton):
                assert about["description"], about
        for name in (
            "place",
            "kind",
            "landmark",
            "village",
            "neighbourhood",
            "caller_name",
            "text",
            "filter",
        ):
            assert told[name]["role"] == "EditableText", told[name]
            assert told[name]["label"], told[name]
        for name in ("timeline", "incidentsTable", "list_waiting"):
            assert told[name]["role"] in ("Table", "List"), told[name]
            assert told[name]["label"], told[name]

    staged(qapp, scene)


SIZES = [((1920, 1080), 1.0), ((1366, 768), 1.0), ((1920, 1080), 2.0), ((1366, 768), 2.0)]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("size", "scale"), SIZES)
def test_no_word_is_cut_off_at_any_size(
    qapp: QApplication, language: str, size: tuple[int, int], scale: float
) -> None:
    async def scene(it: Stage) -> None:
        window = it.seat_window.window
        assert (window.width(), window.height()) == size
        for page in Page:
            window.bring(page)
            await until_whole(window)
            assert (window.width(), window.height()) == size
        expected = Mode.WIDE if scale == 1.0 else Mode.NARROW if size[0] == 1920 else Mode.SINGLE
        assert window.mode is expected
        told = describe_tree(window)
        right = told[0]["geometry"][0] + window.width()
        for each in told:
            assert each["geometry"][0] + each["geometry"][2] <= right, each
        elided = {each["name"] for each in told if each["elided"]}
        if scale == 1.0:
            assert elided <= {"timeline"}
        it.room.cut()
        it.room.phone.die()
        await settled(it.room)
        for page in Page:
            window.bring(page)
            await until_whole(window)

    staged(qapp, scene, language=language, scale=scale, size=size)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_both_themes_show_the_window(qapp: QApplication, theme: str) -> None:
    async def scene(it: Stage) -> None:
        image = it.window.grab().toImage()
        corner = it.seat_window.areas.incidents.pane.mapTo(it.window, QPoint(6, 6))
        assert image.pixelColor(corner).name() == Theme.named(theme).tokens.panel

    staged(qapp, scene, theme=theme)


class FakeRing(QObject):
    """A ring that only remembers."""

    is_audible = True

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bool] = []

    @property
    def is_sounding(self) -> bool:
        return bool(self.told) and self.told[-1]

    def ring(self, on: bool) -> None:
        if not self.told or self.told[-1] is not on:
            self.told.append(on)


def test_the_ring_sounds_while_a_call_waits_and_is_marked(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        ring = FakeRing()
        it.seat_window.areas.top._ring._sound = ring  # type: ignore[assignment]
        it.room.phone.offer("081255440199")
        assert ring.told == [True]
        assert [mark.name for mark in it.seat_window.manner.marks.after(0)].count("ring_started") == 1
        it.press(Qt.Key.Key_F2)
        await until(lambda: ring.told == [True, False])
        await it.still()
        it.room.phone.offer("085244710032")
        assert ring.told == [True, False]
        it.press(Qt.Key.Key_F12)
        await until(lambda: ring.told == [True, False, True])
        await it.still()

    staged(qapp, scene, busy=False)


def test_an_empty_table_under_a_filter_does_not_claim_that_nothing_is_open(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        view = it.seat_window.areas.incidents.pane.view
        it.press(Qt.Key.Key_F, CTRL)
        it.write("gempa")
        assert view._empty == "Tidak ada yang cocok dengan saringan."
        it.press(Qt.Key.Key_Escape)
        assert view._empty == "Tidak ada kejadian terbuka."

    staged(qapp, scene)
