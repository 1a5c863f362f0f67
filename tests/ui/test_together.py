"""Several seats at one incident, on the real window: no field moves, one key chooses, nothing is swallowed."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from operator_app.domain.facts.dispatch import DispatchMoved
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentTaken
from operator_app.domain.ids import IncidentId, SeatName
from operator_app.domain.states import DispatchState, IncidentStatus
from operator_app.workflow.ports import LinkState, Presence, SetAside
from tests.ui.desk_scene import is_shown, said, until, until_whole
from tests.ui.seat_room import NOW, PastWriter
from tests.ui.test_seat_window import CTRL, Stage, staged

SHIFT = Qt.KeyboardModifier.ShiftModifier
PICTURES = os.environ.get("OPERATOR_PICTURES")
"""A folder for pictures to be looked at by a person; unset in ordinary runs."""


def picture(it: Stage, name: str) -> None:
    if PICTURES:
        it.window.grab().save(str(Path(PICTURES) / f"{name}.png"))


def fields_of(it: Stage) -> dict[str, QRect]:
    form = it.seat_window.areas.form.pane
    fields = (form.place, form.landmark, form.kind, form.text, form.caller_name)
    return {
        each.objectName(): QRect(each.mapTo(it.window, each.rect().topLeft()), each.size()) for each in fields
    }


def other_seat_writes(it: Stage, field: str = "landmark", value: str = "depan SPBU Sangatta Selatan") -> None:
    other = PastWriter("M1").back(-0.05)
    it.room.seat.room.on_events([other.event(FieldSet(it.at_hand.id, field, value))])


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_two_values_are_shown_without_a_jump_and_one_key_chooses(
    qapp: QApplication, theme: str, size: tuple[int, int]
) -> None:
    async def scene(it: Stage) -> None:
        before, focus = fields_of(it), it.focus
        other_seat_writes(it)
        it.room.seat.room.on_presence(
            [
                Presence("M1", "seat", 0.2, str(it.at_hand.id), "text"),
                Presence("M2", "seat", 0.2, str(it.at_hand.id)),
                Presence("M3", "seat", 0.1),
            ]
        )
        await until(lambda: is_shown(it.window, "clashTitle"))
        await until_whole(it.window)
        after = fields_of(it)
        assert [each.top() for each in after.values()] == [each.top() for each in before.values()]
        assert after == before
        assert it.focus == focus
        assert said(it.window, "company").startswith("Meja 1 menulis: Uraian · Meja 2 juga di sini")
        assert said(it.window, "takeValue") == "seberang masjid, gang kecil"
        assert said(it.window, "takeWho").startswith("Meja 3, Operator shift 2 · 14:2")
        picture(it, f"clash-{theme}-{size[1]}")
        it.press(Qt.Key.Key_I, CTRL)
        await until(lambda: not is_shown(it.window, "clashTitle"))
        assert said(it.window, "landmark") == "seberang masjid, gang kecil"
        it.press(Qt.Key.Key_I, CTRL)
        await until(lambda: said(it.window, "notice").startswith("Tidak ada dua nilai"))

    staged(qapp, scene, theme=theme, size=size)


def test_what_is_typed_over_words_that_were_never_seen_is_a_clash(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        it.seat_window.areas.form.pane.landmark.setFocus()
        it.seat_window.areas.form.pane.landmark.end(False)
        other_seat_writes(it)
        await until(lambda: is_shown(it.window, "clashTitle"))
        it.press(Qt.Key.Key_I, CTRL | SHIFT)
        await until(lambda: said(it.window, "landmark") == "depan SPBU Sangatta Selatan")
        other = PastWriter("M1").back(-0.1)
        it.room.seat.room.on_events([other.event(FieldSet(it.at_hand.id, "landmark", "belakang pasar"))])
        it.write(", rumah hijau")  # the field still shows the words of before
        await it.still()
        (lost,) = it.at_hand.clashes["landmark"]
        both = sorted((lost.value or "", it.at_hand.value("landmark")))
        assert both == ["belakang pasar", "depan SPBU Sangatta Selatan, rumah hijau"]

    staged(qapp, scene)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_lost_seats_incident_is_taken_over_by_one_key(qapp: QApplication, theme: str) -> None:
    async def scene(it: Stage) -> None:
        it.room.seat.room.on_presence([Presence("M2", "seat", 4.2), Presence("M3", "seat", 0.1)])
        await until(lambda: said(it.window, "notice").startswith("Meja 2 tidak terdengar sejak"))
        orphan = it.room.seat.room.orphans()[0]
        it.room.seat.hand.select(orphan.id)
        await until(lambda: is_shown(it.window, "lostSeat"))
        await until_whole(it.window)
        picture(it, f"lost-{theme}")
        it.press(Qt.Key.Key_O, CTRL | SHIFT)
        await until(lambda: it.at_hand.owner == SeatName("M3"))
        await until(lambda: not is_shown(it.window, "lostSeat"))
        it.room.seat.room.on_presence([Presence("M2", "seat", 0.2), Presence("M3", "seat", 0.1)])
        await until(lambda: said(it.window, "notice") == "")

    staged(qapp, scene, theme=theme)


def test_who_lost_an_incident_or_moved_in_vain_is_told(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        at_hand = IncidentId(it.at_hand.id)
        other = PastWriter("M1").back(-0.05)
        it.room.seat.room.on_events([other.event(IncidentTaken(at_hand, SeatName("M3")))])
        await until(lambda: "diambil alih Meja 1" in said(it.window, "notice"))
        it.press(Qt.Key.Key_Escape)
        early = PastWriter("M1").back(-0.1)
        (dispatch, *_) = (each for each in it.at_hand.dispatches if each.is_waiting)
        ways = (DispatchState.ACCEPTED, DispatchState.UNDER_WAY)
        steps = [early.event(DispatchMoved(at_hand, dispatch.id, to, "")) for to in ways]
        it.room.clock.pass_s(20)
        await it.room.seat.handover.move_dispatch(dispatch.id, DispatchState.ACCEPTED)
        it.room.seat.room.on_events(steps)
        await until(lambda: "tidak berlaku" in said(it.window, "notice"))

    staged(qapp, scene)


def test_who_went_on_with_what_another_seat_had_ended_has_to_decide(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        early = PastWriter("M1").back(0.2)
        ended = IncidentMoved(IncidentId(it.at_hand.id), IncidentStatus.CANCELLED, "laporan ganda")
        it.room.seat.room.on_events([early.event(ended)])
        await until(lambda: is_shown(it.window, "clashTitle"))
        assert said(it.window, "clashTitle").startswith("Status kejadian: dua meja")
        assert it.at_hand.is_open

    staged(qapp, scene)


def test_what_another_seat_ends_under_the_hand_is_told_loudly(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        other = PastWriter("M1").back(-0.05)
        it.room.seat.room.on_events(
            [other.event(IncidentMoved(IncidentId(it.at_hand.id), IncidentStatus.CANCELLED, "iseng"))]
        )
        await until(lambda: "diakhiri meja lain: Batal · Meja 1" in said(it.window, "notice"))
        await it.still()
        picture(it, "ended-elsewhere")

    staged(qapp, scene)


def test_what_the_server_refused_is_listed(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        async def kept() -> list[SetAside]:
            return [SetAside({"id": "x"}, "OP002: body is no object")]

        it.room.seat.room.set_aside = kept
        it.room.seat.room.on_link(LinkState(True, NOW, 0, quarantined=1))
        await until(lambda: "tidak diterima server" in said(it.window, "notice"))
        it.press(Qt.Key.Key_Q, CTRL | SHIFT)
        pane = it.seat_window.areas.unsent.pane
        await until(lambda: pane.isVisible() and pane.model.rowCount() == 1)
        await until_whole(it.window)
        picture(it, "unsent")
        it.press(Qt.Key.Key_Escape)
        await until(lambda: not pane.isVisible())

    staged(qapp, scene)


def test_what_the_server_refused_is_sent_again_by_one_key_and_the_pane_says_what_became_of_it(
    qapp: QApplication,
) -> None:
    async def scene(it: Stage) -> None:
        kept = [SetAside({"id": "x"}, "OP002: body is no object")] * 2

        async def refused() -> list[SetAside]:
            return list(kept)

        async def send_again() -> int:
            count = len(kept)
            kept.clear()
            return count

        def link(connected: bool, waiting: int, quarantined: int) -> None:
            it.room.seat.room.on_link(LinkState(connected, NOW, waiting, quarantined=quarantined))

        it.room.seat.room.set_aside, it.room.seat.room.send_again = refused, send_again
        pane = it.seat_window.areas.unsent.pane
        link(False, 0, 2)
        it.press(Qt.Key.Key_S, CTRL | SHIFT)
        await until(
            lambda: said(it.window, "unsentState") == "2 perubahan dikirim begitu server terhubung lagi."
        )
        assert pane.isVisible()
        assert not pane.again.isEnabled()
        link(True, 2, 0)
        await until(lambda: said(it.window, "unsentState") == "2 perubahan sedang dikirim lagi …")
        kept.append(SetAside({"id": "x"}, "OP002: body is no object"))
        link(True, 0, 1)
        await until(lambda: said(it.window, "unsentState").startswith("1 perubahan ditolak lagi"))
        await until(lambda: pane.model.rowCount() == 1)
        await until_whole(it.window)
        picture(it, "unsent-again")
        it.press(Qt.Key.Key_S, CTRL | SHIFT)
        await until(lambda: not kept)
        link(True, 0, 0)
        await until(lambda: said(it.window, "unsentState") == "1 perubahan kini diterima server.")
        await until(lambda: not pane.again.isEnabled())
        assert "tidak diterima server" not in said(it.window, "notice")
        it.press(Qt.Key.Key_S, CTRL | SHIFT)
        await until(lambda: said(it.window, "unsentState") == "Tidak ada yang perlu dikirim lagi.")
        it.press(Qt.Key.Key_Escape)
        await until(lambda: not pane.isVisible())

    staged(qapp, scene)


@pytest.mark.parametrize(
    ("state", "lamp", "line"),
    [
        (LinkState(False, NOW, 4, "seat_old"), "Program lama", "program meja ini terlalu lama"),
        (LinkState(False, NOW, 4, "server_old"), "Server lama", "versi server terlalu lama"),
        (
            LinkState(False, NOW, 4, "silent"),
            "Server terputus",
            "4 perubahan menunggu · server tidak menjawab",
        ),
        (LinkState(True, NOW, 0, quarantined=2), "Server menolak", "2 perubahan ditolak server"),
    ],
)
def test_lamp_and_line_tell_every_trouble_of_the_server(
    qapp: QApplication, state: LinkState, lamp: str, line: str
) -> None:
    async def scene(it: Stage) -> None:
        it.room.seat.room.on_link(state)
        await until(lambda: said(it.window, "lampServer") == lamp)
        assert line in said(it.window, "link")
        await until_whole(it.window)

    staged(qapp, scene, size=(1366, 768))


@pytest.mark.parametrize(
    ("off_s", "doubt_s", "line"),
    [
        (-2.6, 0.0, "Jam PC ini maju 3 detik"),
        (75.0, 0.0, "Jam PC ini terlambat 75 detik"),
        (0.0, -7200.0, "Jam PC ini terakhir salah 7200 detik: cocokkan dengan jam lain"),
    ],
)
def test_lamp_and_line_tell_of_a_wrong_clock(
    qapp: QApplication, off_s: float, doubt_s: float, line: str
) -> None:
    async def scene(it: Stage) -> None:
        it.room.clock.pc_off_s = lambda: off_s  # type: ignore[method-assign]
        it.room.clock.pc_doubt_s = lambda: doubt_s  # type: ignore[method-assign]
        it.seat_window.screen.second()
        await until(lambda: said(it.window, "lampServer") == "Jam PC salah")
        assert line in said(it.window, "link")
        it.room.clock.pc_step_s = lambda: -7200.0  # type: ignore[method-assign]
        await it.room.seat.tick()
        assert "Jam PC ini dimundurkan 7200 detik" in said(it.window, "notice")
        await until_whole(it.window)

    staged(qapp, scene, size=(1366, 768))
