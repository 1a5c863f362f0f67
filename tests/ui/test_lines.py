"""Second line, transfer, conference and keypad by keys, in the window; the form keeps the keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from operator_app.domain.facts.call import CallTransferred
from operator_app.domain.line import HoldState, PresenceState
from operator_app.domain.states import SeatState
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.widget_tree import tip_text
from tests.ui.desk_scene import is_enabled, said, until
from tests.ui.scenes import consulted, raced
from tests.ui.test_seat_window import CTRL, Stage, staged

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_an_agency_by_one_key_conference_and_back_without_leaving_the_form(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert not is_enabled(it.window, "conference")
        await consulted(it)
        assert it.focus == "place"
        assert said(it.window, "lineName1") == "Damkar"
        assert said(it.window, "callState") == "Ditahan"
        assert said(it.window, "hold") == "Tukar"
        assert said(it.window, "end") == "Akhiri Damkar"
        it.press(Qt.Key.Key_F9)
        await until(lambda: len(it.room.seat.calls.lines.joined) == 2)
        assert said(it.window, "callState") == "Konferensi"
        assert said(it.window, "conference") == "Pisahkan"
        it.press(Qt.Key.Key_F12)
        await until(lambda: len(it.room.phone.calls()) == 3)  # the caller and two who wait
        assert said(it.window, "callState") == "Tersambung"
        assert said(it.window, "end") == "Akhiri"
        assert it.focus == "place"
        await it.still()

    staged(qapp, scene)


def test_a_caller_is_handed_to_the_one_who_was_asked(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        await consulted(it)
        caller = it.room.seat.hand.call
        assert caller is not None
        assert said(it.window, "transfer") == "Serahkan"
        it.press(Qt.Key.Key_F8)
        await until(
            lambda: (
                it.room.seat.calls.live_at_hand is not None
                and it.room.seat.calls.live_at_hand.transfer_to == "113"
            )
        )
        assert said(it.window, "callNote") == "Alih ke Damkar…"
        it.room.phone.transfer_succeeds(caller)
        await until(lambda: said(it.window, "callState") == "Panggilan masuk")  # the next one waits already
        await it.still()
        assert it.facts(CallTransferred) == [CallTransferred(caller, "Damkar", True, "done", 200)]
        await it.still()

    staged(qapp, scene)


def test_a_target_is_named_and_the_second_press_sends_the_caller_there(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.routed = True
        it.press(Qt.Key.Key_F8)
        assert it.focus == "quickField"
        it.write("bpb")
        assert said(it.window, "quickTarget") == "→ BPBD · sibuk"
        it.press(Qt.Key.Key_F8)
        await until(
            lambda: (
                it.room.seat.calls.live_at_hand is not None
                and it.room.seat.calls.live_at_hand.transfer_to == "117"
            )
        )
        assert it.focus == "place"
        call_id = it.room.seat.hand.call
        assert call_id is not None
        it.room.phone.transfer_fails(call_id, 486)
        assert "BPBD: sibuk" in said(it.window, "callNote")
        assert it.room.phone.calls()[0].hold is HoldState.NONE
        it.press(Qt.Key.Key_F8)
        it.press(Qt.Key.Key_Escape)
        assert it.focus == "place"
        await it.still()

    staged(qapp, scene)


def test_any_number_is_dialled_for_the_caller_and_again(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.routed = True
        it.press(Qt.Key.Key_D, CTRL)
        it.write("0812 3456 7890")
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.room.phone.dialled == ["081234567890"])
        it.room.phone.far_declines(it.room.phone.calls()[-1].call_id)
        assert "menolak" in said(it.window, "callNote")
        it.press(Qt.Key.Key_D, CTRL)
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.room.phone.dialled == ["081234567890"] * 2)
        assert it.focus == "place"
        await it.still()

    staged(qapp, scene)


def test_keys_go_into_the_call_and_those_of_the_caller_are_shown(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        call_id = it.room.seat.hand.call
        assert call_id is not None
        it.press(Qt.Key.Key_T, CTRL)
        assert it.focus == "keypad"
        it.write("1#")
        await until(lambda: it.room.phone.sent_digits == [(call_id, "1"), (call_id, "#")])
        it.press(Qt.Key.Key_T, CTRL)
        assert it.focus == "place"
        it.room.phone.far_presses(call_id, "5")
        assert said(it.window, "callNote") == "Tombol ditekan: 5"
        await it.still()

    staged(qapp, scene)


def named(it: Stage, name: str) -> tuple[str, str]:
    """What a screen reader says of a key, and its tool tip."""
    button = it.window.findChild(KeyButton, name)
    assert button is not None
    return button.accessibleName(), tip_text(button)


def test_the_keys_say_whether_the_others_are_free(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert named(it, "quick_1") == ("Damkar, siap", "Damkar · 113 · siap")
        assert named(it, "quick_5") == ("PLN", "PLN · 123")  # not watched
        assert named(it, "colleague_1") == ("M1, sibuk", "M1 · 101 · sibuk")
        button = it.window.findChild(KeyButton, "quick_1")
        assert button is not None
        box = button.geometry()
        it.room.phone.other_is("113", PresenceState.AWAY)
        it.room.phone.other_is("101", PresenceState.FREE)
        assert named(it, "quick_1")[0] == "Damkar, tidak ada"
        assert named(it, "colleague_1")[0] == "M1, siap"
        assert button.geometry() == box  # nothing moves under the hand
        await it.still()

    staged(qapp, scene)


def test_another_seat_is_named_for_a_transfer_and_its_standing_is_said_before(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.routed = True
        it.press(Qt.Key.Key_F8)
        other = it.window.findChild(KeyButton, "colleague_2")
        assert other is not None
        other.click()
        assert said(it.window, "quickTarget") == "→ M2 · siap"
        it.room.phone.other_is("102", PresenceState.RINGING)
        assert said(it.window, "quickTarget") == "→ M2 · berdering"
        it.press(Qt.Key.Key_F8)
        await until(
            lambda: (
                it.room.seat.calls.live_at_hand is not None
                and it.room.seat.calls.live_at_hand.transfer_to == "102"
            )
        )
        assert said(it.window, "callNote") == "Alih ke M2…"
        await it.still()

    staged(qapp, scene)


def test_another_seat_is_called_by_its_name_but_figures_are_always_a_number(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.room.phone.routed = True
        it.press(Qt.Key.Key_D, CTRL)
        it.write("10")
        assert said(it.window, "quickTarget") == "→ 10"
        it.write("2")
        assert said(it.window, "quickTarget") == "→ M2 · siap"
        it.press(Qt.Key.Key_A, CTRL)
        it.write("pos")
        it.press(Qt.Key.Key_Return)
        await until(lambda: len(it.room.seat.calls.lines.all) == 2)
        assert it.room.phone.dialled == ["104"]
        assert said(it.window, "lineName1") == "Pos Utara"
        await it.still()

    staged(qapp, scene)


def test_the_slower_of_two_desks_is_told_where_he_looks_and_in_the_notices(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        await raced(it)
        assert said(it.window, "callNote") == "Panggilan ini di meja lain"
        assert said(it.window, "notice") == "0813-4655-0077: dijawab meja lain juga; di sini diputus."
        assert it.focus == "place"

    staged(qapp, scene)


def test_the_seats_state_on_the_screen_does_not_wait_for_the_next_second(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.seat_window.screen._second.stop()
        await raced(it)
        await until(lambda: it.room.seat.duty.state is SeatState.WRAP_UP)
        await until(lambda: said(it.window, "topState").startswith("Pasca-panggilan"))

    staged(qapp, scene)
