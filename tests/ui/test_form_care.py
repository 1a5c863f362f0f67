"""Card, decisions, what is known already, read-back, notes, reminders and ends, by keys on the operator's window."""

import asyncio

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from operator_app.domain.facts.call import CallLinked
from operator_app.domain.facts.incident import IncidentNoted, Overruled, PlaceReadBack
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.states import IncidentStatus
from operator_app.ui.form.form_pane import LineField
from tests.ui.desk_scene import said, until
from tests.ui.seat_room import PastWriter, incident
from tests.ui.test_seat_window import ALT, CTRL, Stage, staged

SHIFT = Qt.KeyboardModifier.ShiftModifier


async def fire_next_door(it: Stage) -> IncidentId:
    """Another seat's fire at the same place, three minutes ago."""
    place = ("Singa Geweh", "Singa Geweh", "Sangatta Selatan")
    known, events = incident(PastWriter("M1"), 3, "KTM-261123-M1-009", "KEB-01", place, "0.47900,117.56400")
    it.room.seat.room.on_events(events)
    await until(lambda: "KTM-261123-M1-009" in said(it.window, "known"))
    return known


def test_the_same_key_takes_an_answer_back_and_letters_never_reach_the_card_from_a_field(
    qapp: QApplication,
) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_Q, CTRL)
        assert it.focus == "cardWords"
        it.press(Qt.Key.Key_Down)
        it.write("y")
        await until(lambda: it.at_hand.answers == {"inside": "yes"})
        it.press(Qt.Key.Key_Up)
        it.write("y")
        await until(lambda: it.at_hand.answers == {})
        it.press(Qt.Key.Key_Escape)
        assert it.focus == "text"
        it.write("y3")
        await it.still()
        assert it.at_hand.answers == {}
        assert it.at_hand.value("text").endswith("y3")

    staged(qapp, scene)


def test_priority_and_agencies_are_overruled_and_given_back(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_U, ALT)
        assert it.focus == "proposal"
        it.write("3b")
        await until(lambda: it.at_hand.priority == 3 and "agency:RSUD" in it.at_hand.own)
        it.press(Qt.Key.Key_Escape)
        await until(lambda: "P3 pilihan Operator shift 2" in said(it.window, "proposal"))
        await until(lambda: "RSUD (tidak dikirim: pilihan operator)" in said(it.window, "proposal"))
        assert "Prioritas P3 dipilih operator (usulan: 1)" in timeline(it)
        it.press(Qt.Key.Key_U, ALT)
        it.write("0")
        await until(lambda: not it.at_hand.own)
        await it.still()
        assert it.at_hand.priority == 1
        assert len(it.facts(Overruled)) == 4

    staged(qapp, scene)


def timeline(it: Stage) -> str:
    """All that stands in the timeline."""
    model = it.seat_window.areas.timeline.pane.model
    return "\n".join(
        str(model.data(model.index(row, 1), Qt.ItemDataRole.DisplayRole)) for row in range(model.rowCount())
    )


def test_a_known_incident_is_told_with_reasons_linked_by_a_key_and_given_back(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        own = it.at_hand.id
        known = await fire_next_door(it)
        words = said(it.window, "known")
        assert "Kebakaran, " in words
        assert " m, " in words
        assert "menit lalu" in words
        it.press(Qt.Key.Key_G, CTRL)
        await until(lambda: it.room.seat.hand.incident_id == known)
        assert it.room.seat.room.board.incidents[own].status is IncidentStatus.MERGED
        await until(lambda: said(it.window, "incidentNumber") == "KTM-261123-M1-009")
        it.press(Qt.Key.Key_G, CTRL | SHIFT)
        await until(lambda: it.room.seat.hand.incident_id == own)
        assert it.room.seat.room.board.incidents[own].is_open
        assert it.at_hand.calls == (it.room.seat.hand.call,)

    staged(qapp, scene)


def test_three_reports_suggest_a_major_incident(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        writer = PastWriter("M1").back(1)
        it.room.seat.room.on_events(
            [writer.event(CallLinked(CallId(f"c{n}"), it.at_hand.id)) for n in range(2)]
        )
        await until(lambda: "3 laporan" in said(it.window, "known"))
        it.press(Qt.Key.Key_B, ALT)
        await until(lambda: it.at_hand.is_major)
        await until(lambda: "KEJADIAN BESAR" in said(it.window, "known"))

    staged(qapp, scene)


def test_the_tick_of_the_read_back_place_goes_when_the_place_changes(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_E, CTRL)
        await until(lambda: "✓" in said(it.window, "placeRemark"))
        assert it.facts(PlaceReadBack)[0].place == "Singa Geweh"
        it.press(Qt.Key.Key_F5)
        it.write("Gang Mawar")
        await it.still()
        await until(lambda: "baca ulang" in said(it.window, "placeRemark"))
        assert "tempat berubah sesudahnya" in timeline(it)

    staged(qapp, scene)


def test_a_note_a_filter_and_a_reminder_that_comes_due(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_O, CTRL)
        assert it.focus == "entry"
        it.write("Jalan buntu")
        it.press(Qt.Key.Key_Return)
        await until(lambda: any(each.text == "Jalan buntu" for each in it.facts(IncidentNoted)))
        await until(lambda: it.focus == "text")
        it.press(Qt.Key.Key_R, CTRL | SHIFT)
        it.write("5 hubungi Damkar")
        it.press(Qt.Key.Key_Return)
        await until(lambda: bool(it.at_hand.reminders))
        it.press(Qt.Key.Key_L, ALT)
        await it.still()
        assert "Jalan buntu" in timeline(it)
        assert "Kejadian dibuka" not in timeline(it)
        it.room.clock.pass_s(301)
        it.seat_window.areas.timeline._remind()
        assert "hubungi Damkar" in said(it.window, "notice")
        it.press(Qt.Key.Key_R, ALT)
        await until(lambda: it.at_hand.reminders[0].done_at is not None)
        assert "hubungi Damkar" not in said(it.window, "notice")

    staged(qapp, scene)


def test_several_lines_pasted_into_a_line_are_one_in_the_field_and_in_the_record(qapp: QApplication) -> None:
    """A message of several lines is pasted as place and as note; nothing is saved that the field does not show."""

    async def scene(it: Stage) -> None:
        QGuiApplication.clipboard().setText("Jl. Yos Sudarso \r\n Gg. Rukun 3 RT 05\n\nrumah\u2028hijau")
        whole = "Jl. Yos Sudarso Gg. Rukun 3 RT 05 rumah hijau"
        landmark = it.window.findChild(LineField, "landmark")
        assert landmark is not None
        landmark.setFocus()
        before = landmark.text()
        landmark.selectAll()
        it.press(Qt.Key.Key_V, CTRL)
        assert landmark.text() == whole
        await until(lambda: it.at_hand.value("landmark") == whole)
        it.press(Qt.Key.Key_Z, CTRL)
        assert landmark.text() == before
        landmark.selectAll()
        landmark.paste()  # as the menu does
        await until(lambda: it.at_hand.value("landmark") == whole)
        it.press(Qt.Key.Key_O, CTRL)
        it.press(Qt.Key.Key_V, CTRL)
        it.press(Qt.Key.Key_Return)
        await until(lambda: any(each.text == whole for each in it.facts(IncidentNoted)))

    staged(qapp, scene)


def test_a_second_or_held_return_behind_a_note_adds_nothing_to_the_text(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        before = it.at_hand.value("text")
        it.press(Qt.Key.Key_O, CTRL)
        it.write("Jalan buntu")
        it.press(Qt.Key.Key_Return)
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.focus == "text")
        text = it.window.focusWidget()
        it.press(Qt.Key.Key_Return)
        await asyncio.sleep(0.8)
        held = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
        )
        QApplication.sendEvent(text, held)
        await it.still()
        assert it.at_hand.value("text") == before
        assert [each.text for each in it.facts(IncidentNoted)].count("Jalan buntu") == 1
        it.press(Qt.Key.Key_Return)  # and one that is meant is written
        it.write("lagi")
        await until(lambda: it.at_hand.value("text") == f"{before}\nlagi")

    staged(qapp, scene)


def test_a_reason_begun_for_one_incident_does_not_end_another(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        first = it.at_hand.id
        other = await fire_next_door(it)
        it.press(Qt.Key.Key_X, ALT)
        it.write("laporan ganda")
        it.room.seat.hand.select(other)  # as the form does that goes with a caller taken off hold
        it.press(Qt.Key.Key_Return)
        await until(lambda: said(it.window, "notice").startswith("Formulir sudah menampilkan kejadian lain"))
        board = it.room.seat.room.board.incidents
        assert board[first].is_open
        assert board[other].is_open
        it.press(Qt.Key.Key_Return)
        await until(lambda: board[other].status is IncidentStatus.CANCELLED)
        assert board[first].is_open

    staged(qapp, scene)


def test_text_for_the_radio_is_copied_and_the_copying_noted(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_C, ALT)
        await until(lambda: any("disalin" in each.text for each in it.facts(IncidentNoted)))
        copied = QGuiApplication.clipboard().text()
        assert copied.splitlines()[0].startswith("112 · KTM-261123-M3-001")
        assert "Lokasi: Singa Geweh · RT 12 · Singa Geweh, Sangatta Selatan" in copied
        assert "Bpk." not in copied

    staged(qapp, scene)


@pytest.mark.parametrize(
    ("key", "status"), [(Qt.Key.Key_S, IncidentStatus.CLOSED), (Qt.Key.Key_X, IncidentStatus.CANCELLED)]
)
def test_an_incident_is_ended_by_keys_with_a_reason(
    qapp: QApplication, key: Qt.Key, status: IncidentStatus
) -> None:
    async def scene(it: Stage) -> None:
        it.press(key, ALT)
        assert it.focus == "entry"
        it.press(Qt.Key.Key_Return)
        await until(lambda: "alasan" in said(it.window, "notice").casefold())
        assert it.at_hand.is_open
        it.press(key, ALT)
        it.write("laporan ganda")
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.at_hand.status is status)
        await asyncio.sleep(0)

    staged(qapp, scene)


def test_only_a_supervisor_opens_the_card_editor(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.press(Qt.Key.Key_K, CTRL | SHIFT)
        await until(lambda: "pengawas" in said(it.window, "notice"))

    staged(qapp, scene)


def test_a_supervisor_edits_a_card_sees_it_and_publishes_it(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.seat.cards.rights = frozenset({"supervisor"})
        it.press(Qt.Key.Key_K, CTRL | SHIFT)
        editor = it.seat_window.areas.supervisor.editor
        assert editor is not None
        await until(editor.isVisible)
        source = editor.text.toPlainText()
        editor.text.setPlainText(source.replace('answers = "yes_no"', 'answers = "maybe"', 1))
        editor._read()
        assert "maybe" in editor.cause.text()
        assert "baris 11, question[2].answers" in editor.cause.text()
        assert [mark.cursor.blockNumber() for mark in editor.text.extraSelections()] == [10]
        assert not editor.save.isEnabled()
        editor.text.setPlainText(source.replace("Bagian apa yang terbakar?", "Apa yang terbakar, Pak?"))
        editor._read()
        assert "Apa yang terbakar, Pak?" in editor.preview.shown_text()
        assert editor.save.isEnabled()
        editor._publish()
        await until(lambda: it.room.seat.form.card is not None and it.room.seat.form.card.version == 2)
        await until(lambda: "Apa yang terbakar, Pak?" in it.seat_window.areas.form.pane.card.shown_text())
        assert it.at_hand.value("kind") == "KEB-01"

    staged(qapp, scene)


def test_what_is_sent_later_is_told_as_an_addition_with_its_own_time(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert said(it.window, "dispatch") == "Kirim tambahan"  # Damkar was asked early
        it.press(Qt.Key.Key_F7)
        await until(lambda: len(it.at_hand.dispatches) == 2)
        await until(lambda: "RSUD: dikirim, tambahan" in timeline(it))
        assert "Damkar: dikirim ·" in timeline(it)
        first, second = it.at_hand.dispatches
        assert second.sent_at > first.sent_at

    staged(qapp, scene)
