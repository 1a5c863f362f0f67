"""Devices, listening again and line quality by keys, over a running call whose form stays free."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QScrollArea

from operator_app.domain.facts.call import CallAnswered, CallEnded, CallOffered, CallRecorded
from operator_app.domain.ids import CallId
from operator_app.domain.line import AudioChoice, SoundDevice, SoundRole
from operator_app.ui.kit.levels import LevelBar, share_of
from tests.fakes.writer import fresh_id
from tests.ui.desk_scene import is_shown, said, until, until_whole
from tests.ui.seat_room import NOW, PastWriter
from tests.ui.test_seat_window import CTRL, Stage, rows_of, staged

SHIFT = Qt.KeyboardModifier.ShiftModifier
DEVICES = (
    SoundDevice("Headset USB Jabra 20", hears=True, sounds=True, default=True),
    SoundDevice("Pengeras suara meja", hears=False, sounds=True),
)
SHOTS = os.environ.get("OPERATOR_SHOTS")


def shot(it: Stage, name: str) -> None:
    """Keep a picture, where a person has asked for pictures."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        it.window.grab().save(f"{SHOTS}/{name}.png")


def recorded_past(it: Stage, count: int) -> list[CallId]:
    writer, ids, events = PastWriter("M3"), [], []
    for number in range(count):
        writer.back(10 + number)
        call_id = CallId(fresh_id(NOW - timedelta(minutes=10 + number)))
        ids.append(call_id)
        events.append(writer.event(CallOffered(call_id, "in", f"08125500{number:04d}", "")))
        events.append(writer.event(CallAnswered(call_id)))
        events.append(writer.event(CallEnded(call_id, "remote", 200, "")))
        events.append(writer.event(CallRecorded(call_id, ("a.wav",), ("0" * 64,), 42.0)))
    it.room.seat.room.on_events(events)
    return ids


def equip(it: Stage) -> None:
    it.room.phone.devices = DEVICES
    it.room.phone.choice = AudioChoice("", "", "Pengeras suara meja", "", 0.8)


def bar(it: Stage, name: str) -> LevelBar:
    found = it.window.findChild(LevelBar, name)
    assert isinstance(found, LevelBar)
    return found


def button(it: Stage, name: str) -> QPushButton:
    found = it.window.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def rung_at(it: Stage, volume: float) -> bool:
    return it.room.phone.choice.ring_volume == volume


def box(it: Stage, role: SoundRole) -> QComboBox:
    found = it.window.findChild(QComboBox, f"device_{role}")
    assert isinstance(found, QComboBox)
    return found


@pytest.mark.parametrize(("theme", "size"), [("dark", (1920, 1080)), ("light", (1366, 768))])
def test_devices_are_chosen_by_keys_beside_the_form_and_kept(
    qapp: QApplication, theme: str, size: tuple[int, int]
) -> None:
    kept: list[AudioChoice] = []

    async def keep(choice: AudioChoice) -> None:
        kept.append(choice)

    async def scene(it: Stage) -> None:
        equip(it)
        it.seat_window.areas.sound._keep = keep
        it.press(Qt.Key.Key_A, CTRL | SHIFT)
        await until(lambda: box(it, SoundRole.RING).count() == 3)
        pane, form = it.seat_window.areas.sound.devices, it.seat_window.areas.form.pane
        place = form.rect().translated(form.mapTo(it.window, form.rect().topLeft()))
        assert not pane.geometry().intersects(place)
        assert it.room.phone.listens
        assert said(it.window, "state_ring") == "Pengeras suara meja"
        it.room.phone.hear(0.3, 0.6)
        assert bar(it, "deviceLevelsMicrophone").share > 0.5
        assert bar(it, "phoneLevelsEarpiece").share > bar(it, "phoneLevelsMicrophone").share
        await until_whole(it.window)
        shot(it, f"devices-{theme}-{size[0]}")
        assert not button(it, "test_ring").isEnabled(), "no test in a call"
        chosen = box(it, SoundRole.EARPIECE)
        chosen.setFocus()
        it.press(Qt.Key.Key_Down)
        await until(lambda: it.room.phone.choice.earpiece == "Headset USB Jabra 20")
        await until(lambda: [each.earpiece for each in kept] == ["Headset USB Jabra 20"])
        # Typing goes on, and the pane stays.
        it.press(Qt.Key.Key_F5)
        it.write("x")
        assert it.focus == "place"
        assert is_shown(it.window, "devices")
        it.press(Qt.Key.Key_A, CTRL | SHIFT)
        it.press(Qt.Key.Key_Escape)
        assert not is_shown(it.window, "devices")
        assert it.focus == "place"
        await until(lambda: not it.room.phone.listens)
        await it.still()

    staged(qapp, scene, theme=theme, size=size)


def test_a_device_that_is_pulled_out_is_told_at_the_phone(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        equip(it)
        it.room.phone.choice = AudioChoice("", "Headset biru", "Pengeras suara meja")
        it.room.phone.sound_changes()
        await until(lambda: said(it.window, "callSound").startswith("Earphone tidak ada"))
        shot(it, "headset-away")
        it.press(Qt.Key.Key_A, CTRL | SHIFT)
        await until(lambda: is_shown(it.window, "state_earpiece"))
        await until(lambda: said(it.window, "state_earpiece") == "Tidak ada: terputus")
        shot(it, "devices-away")
        await it.still()

    staged(qapp, scene)


def test_a_role_is_tested_without_a_call_and_the_test_is_told(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        equip(it)
        it.press(Qt.Key.Key_A, CTRL | SHIFT)
        test = button(it, "test_ring")
        await until(test.isEnabled)
        test.click()
        await until(lambda: is_shown(it.window, "state_ring"))
        await until(lambda: said(it.window, "state_ring") == "Nada selesai: terdengar?")
        louder, softer = (button(it, name) for name in ("ringLouder", "ringSofter"))
        louder.click()
        await until(lambda: it.room.phone.choice.ring_volume == 1.0)
        assert not louder.isEnabled()
        for volume in (0.8, 0.6, 0.4, 0.2):
            await until(softer.isEnabled)
            softer.click()
            await until(partial(rung_at, it, volume))
        await until(lambda: not softer.isEnabled())
        await it.still()

    staged(qapp, scene, busy=False)


@pytest.mark.parametrize(("theme", "size"), [("dark", (1920, 1080)), ("light", (1366, 768))])
def test_the_running_call_is_heard_again_at_one_key_and_sought_by_keys(
    qapp: QApplication, theme: str, size: tuple[int, int]
) -> None:
    async def scene(it: Stage) -> None:
        equip(it)
        past = recorded_past(it, 25)
        live = it.room.phone.calls()[0]
        it.room.phone.recordings = {live.call_id, *past}
        it.room.phone._calls[live.call_id] = replace(live, recording=True)
        it.press(Qt.Key.Key_R, CTRL)
        await until(lambda: it.room.phone.recalled == [(live.call_id, -10.0)])
        assert it.focus == "recallCalls"
        rows = rows_of(it, "recallCalls")
        assert len(rows) == 21, "the running one and twenty"
        assert rows[0][3] == "berjalan"
        await until_whole(it.window)
        shot(it, f"recall-{theme}-{size[0]}")
        it.press(Qt.Key.Key_Right)
        await until(lambda: it.room.phone.recalled[-1] == (live.call_id, 5.0))
        it.press(Qt.Key.Key_Left)
        await until(lambda: it.room.phone.recalled[-1] == (live.call_id, 0.0))
        it.press(Qt.Key.Key_Space)
        await until(lambda: said(it.window, "recallState") == "Pilih panggilan")
        it.press(Qt.Key.Key_Down)
        it.press(Qt.Key.Key_Return)
        await until(lambda: it.room.phone.recalled[-1] == (past[0], 0.0))
        it.press(Qt.Key.Key_F5)
        it.write("a")
        assert is_shown(it.window, "recall"), "what is heard is being written down"
        it.press(Qt.Key.Key_R, CTRL)
        it.press(Qt.Key.Key_R, CTRL)
        assert not is_shown(it.window, "recall")
        await until(
            lambda: it.room.seat.sound.recalled is not None and not it.room.seat.sound.recalled.playing
        )
        await it.still()

    staged(qapp, scene, theme=theme, size=size)


@pytest.mark.parametrize(("theme", "size"), [("dark", (1920, 1080)), ("light", (1366, 768))])
def test_the_line_is_plotted_at_a_key(qapp: QApplication, theme: str, size: tuple[int, int]) -> None:
    async def scene(it: Stage) -> None:
        live = it.room.phone.calls()[0]
        for second in range(90):
            bad = 40 < second < 55
            lost = max(0, min(second, 55) - 40) * 4
            it.room.phone.measure(
                live.call_id, second * 50 - lost, lost, 3.1 if bad else 4.3, 28.0 if bad else 5.0
            )
            it.room.clock.pass_s(1)
        it.press(Qt.Key.Key_J, CTRL)
        pane = it.seat_window.areas.sound.quality
        assert len(pane.curves) == 3
        assert [value.text() for _, value in pane.figures] == ["4,3", "0,0 %", "5 ms", "60 ms"]
        xs, ys = pane.curves[0].lines["mos"].getData()
        assert len(xs) == 90
        assert min(ys) == 3.1
        await until_whole(it.window)
        await asyncio.sleep(0)
        shot(it, f"quality-{theme}-{size[0]}")
        it.press(Qt.Key.Key_J, CTRL)
        assert not is_shown(it.window, "quality")
        await it.still()

    staged(qapp, scene, theme=theme, size=size)


def test_a_line_that_falls_silent_is_told_with_its_reason(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        live = it.room.phone.calls()[0]
        it.room.phone.far_falls_silent(live.call_id)
        await until(lambda: said(it.window, "callSound").startswith("Suara penelepon terhenti"))
        shot(it, "silence")
        it.room.phone.far_sounds_again(live.call_id)
        await until(lambda: not said(it.window, "callSound").startswith("Suara penelepon terhenti"))
        await it.still()

    staged(qapp, scene)


def test_silence_shows_as_nothing_and_full_scale_as_all() -> None:
    assert share_of(0.0) == 0.0
    assert share_of(0.0001) == 0.0
    assert share_of(1.0) == 1.0
    assert 0.4 < share_of(0.05) < 0.7


def test_a_call_that_is_not_recorded_is_said_aloud_until_one_is_again(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        live = it.room.phone.calls()[0]
        it.room.phone.recording_fails(live.call_id)
        await until(lambda: "TIDAK DIREKAM: penyimpanan penuh" in said(it.window, "notice"))
        assert said(it.window, "lampRecording") == "TIDAK MEREKAM"
        shot(it, "not-recorded")
        await it.still()

    staged(qapp, scene)


def test_the_window_asks_for_attention_while_it_rings(qapp: QApplication) -> None:
    async def scene(it: Stage) -> None:
        assert "MASUK" not in it.window.windowTitle()
        it.press(Qt.Key.Key_F5)
        it.room.phone.offer("081255440199")
        assert "MASUK" in it.window.windowTitle()
        assert it.focus == "place", "a ring never takes the keyboard"
        it.press(Qt.Key.Key_F2)
        await until(lambda: "MASUK" not in it.window.windowTitle())
        await it.still()

    staged(qapp, scene, busy=False)


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_with_the_levels_in_it_the_phone_stands_whole(qapp: QApplication, size: tuple[int, int]) -> None:
    async def scene(it: Stage) -> None:
        await until_whole(it.window)
        area = it.window.findChild(QScrollArea, "phoneScroll")
        assert isinstance(area, QScrollArea)
        assert area.verticalScrollBar().maximum() == 0

    staged(qapp, scene, size=size)
