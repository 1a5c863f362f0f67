"""One pane that cannot be drawn says so on its place, once in the log; the rest goes on, and a dead clock is seen."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from operator_app.domain.event import Event
from operator_app.domain.facts.dispatch import DispatchSent
from operator_app.domain.incident import Incident
from operator_app.ui.kit.clock import STANDS_S, Clock
from operator_app.ui.kit.drawing import Drawing
from operator_app.ui.kit.theme import Theme
from operator_app.ui.kit.widget_tree import describe_tree, shown_text
from operator_app.ui.words.wording import Tone
from tests.ui.desk_scene import is_enabled, is_shown, play, said, texts, until, words
from tests.ui.test_desk_window import Stage as DeskStage
from tests.ui.test_desk_window import staged as desk_staged
from tests.ui.test_seat_window import Stage as SeatStage
from tests.ui.test_seat_window import staged as seat_staged
from tests.ui.test_wall_window import Stage as WallStage
from tests.ui.test_wall_window import staged as wall_staged


def failing(*_: object, **__: object) -> Any:
    """A view that cannot be made."""
    raise OverflowError("date value out of range")


def errors(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.levelno >= logging.ERROR for record in caplog.records)


def test_a_pane_that_fails_says_so_once_in_the_log_and_on_its_place_until_it_works_again(
    qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    theme = Theme.named("dark")
    window = QWidget()
    good, bad = QLabel("baik", window), QWidget(window)
    bad.resize(300, 80)
    window.show()
    draw = Drawing(theme, texts())
    steps: list[str] = []
    for _ in range(661):
        assert not draw("phone", bad, failing)
        assert draw("form", good, lambda: steps.append("drawn"))
    assert (errors(caplog), len(steps)) == (1, 661)
    (cover,) = [each for each in bad.children() if isinstance(each, QWidget)]
    assert "Telepon tidak dapat ditampilkan" in words(window)
    assert cover.geometry() == bad.rect()
    bad.resize(400, 200)
    assert cover.geometry() == bad.rect()
    assert draw("phone", bad, lambda: None)
    assert "tidak dapat ditampilkan" not in words(window)
    assert not draw("phone", bad, failing)
    assert errors(caplog) == 2
    window.close()
    window.deleteLater()


def test_a_clock_that_nobody_tells_the_time_says_that_it_stands(qapp: QApplication) -> None:
    at = [100.0]
    clock = Clock(texts(), now=lambda: at[0])
    clock.tell("09:00:45")
    at[0] += STANDS_S
    clock.watch.look()
    assert shown_text(clock) == "09:00:45"
    at[0] += 0.1
    clock.watch.look()
    assert shown_text(clock) == "JAM BERHENTI 09:00:45"
    assert clock.property("tone") == Tone.ALARM.value
    clock.tell("09:00:49")
    assert shown_text(clock) == "09:00:49"
    assert clock.property("tone") == Tone.PLAIN.value
    clock.deleteLater()


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("sheet", "Lembar kejadian tidak dapat ditampilkan"),
        ("alarm", "Alarm penugasan tidak dapat ditampilkan"),
        ("lines", "Daftar penugasan tidak dapat ditampilkan"),
        ("allowed", "Tombol jawaban tidak dapat ditampilkan"),
        ("record", "Keterangan tersimpan tidak dapat ditampilkan"),
    ],
)
def test_a_desk_of_which_one_pane_fails_goes_on(
    qapp: QApplication,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    told: str,
) -> None:
    async def scene(stage: DeskStage) -> None:
        monkeypatch.setattr(stage.window.presenter, part, failing)
        await stage.fire()
        await stage.read()
        for _ in range(5):
            stage.clock.forward(1)
            stage.window._beat()
        assert told in words(stage.window)
        assert said(stage.window, "clock").startswith("14:22:12")
        assert stage.window.sound._wanted  # the alarm sounds, whatever cannot be drawn
        if part != "alarm":
            assert said(stage.window, "alarm_headline") == "PENUGASAN BARU"
        if part != "allowed":
            assert is_enabled(stage.window, "accept")
        monkeypatch.undo()
        stage.window._beat()
        assert told not in words(stage.window)

    play(qapp, lambda: desk_staged(qapp, scene))
    assert errors(caplog) == 1


def test_one_dispatch_whose_words_fail_is_one_row_and_is_not_told_as_shown(
    qapp: QApplication, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(stage: DeskStage) -> None:
        line = stage.window.presenter._line

        def one_fails(share: object, now: object) -> object:
            if share.dispatch.id == broken:  # type: ignore[attr-defined]
                failing()
            return line(share, now)  # type: ignore[arg-type]

        broken = ""
        _, whole = await stage.fire()
        await until(lambda: stage.dispatch(whole).delivered_at is not None)
        monkeypatch.setattr(stage.window.presenter, "_line", one_fails)
        _, sent = await stage.feed.incident(number="KTM-261123-M3-099")
        broken = sent[0]
        stage.tell()
        await stage.read()
        assert "KTM-261123-M3-099: tidak dapat ditampilkan" in words(stage.window)
        assert "Kebakaran rumah/bangunan" in words(stage.window)
        for _ in range(3):
            stage.window._beat()
        assert stage.dispatch(sent[0]).delivered_at is None

    play(qapp, lambda: desk_staged(qapp, scene))
    assert errors(caplog) == 1


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("tiles", "Angka tidak dapat ditampilkan"),
        ("incidents", "Daftar kejadian tidak dapat ditampilkan"),
        ("seats", "Meja tidak dapat ditampilkan"),
        ("figures", "Angka tidak dapat ditampilkan"),
    ],
)
def test_a_wall_of_which_one_pane_fails_goes_on(
    qapp: QApplication,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    told: str,
) -> None:
    async def scene(stage: WallStage) -> None:
        await stage.busy_room()
        monkeypatch.setattr(stage.window._presenter, part, failing)
        for _ in range(3):
            stage.clock.forward(1)
            stage.window.read()
        assert told in words(stage.window)
        assert said(stage.window, "clock") == "14:22:10"
        assert said(stage.window, "data_age") == "● data 3 detik lalu"
        monkeypatch.undo()
        stage.window.read()
        assert "tidak dapat ditampilkan" not in words(stage.window)

    play(qapp, lambda: wall_staged(scene))
    assert errors(caplog) == (6 if part == "figures" else 1)


def test_the_walls_clock_says_that_it_stands(qapp: QApplication) -> None:
    async def scene(stage: WallStage) -> None:
        await stage.busy_room()
        watch, now = stage.board.header.watch, stage.board.header.watch._told_s
        jumps: Callable[[], float] = lambda: now + STANDS_S + 60  # noqa: E731
        watch._now = jumps
        watch.look()
        await until(lambda: said(stage.window, "stale_warning") == "JAM BERHENTI")
        assert said(stage.window, "clock") == "14:22:07"
        stage.window.read()
        assert not is_shown(stage.window, "stale_warning")

    play(qapp, lambda: wall_staged(scene))


def test_the_cover_lets_clicks_through(qapp: QApplication) -> None:
    async def scene(stage: DeskStage) -> None:
        stage.window.presenter.sheet = failing  # type: ignore[method-assign]
        await stage.fire()
        await stage.read()
        assert is_shown(stage.window, "cover")
        assert stage.window.childAt(
            stage.window._sheet.geometry().center()
        ) is not stage.window._sheet.findChild(QWidget, "cover")

    play(qapp, lambda: desk_staged(qapp, scene))


@pytest.mark.parametrize(
    ("area", "view", "told"),
    [
        ("phone", "_view", "Telepon tidak dapat ditampilkan"),
        ("form", "view", "Formulir tidak dapat ditampilkan"),
        ("timeline", "_view", "Riwayat kejadian tidak dapat ditampilkan"),
        ("quick", "_view", "Panggilan cepat tidak dapat ditampilkan"),
        ("known", "_known", "Kejadian serupa tidak dapat ditampilkan"),
    ],
)
def test_a_seat_of_which_one_pane_fails_goes_on(
    qapp: QApplication,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    area: str,
    view: str,
    told: str,
) -> None:
    async def scene(stage: SeatStage) -> None:
        window = stage.seat_window
        presenter = getattr(getattr(window.areas, area), view)
        monkeypatch.setattr(presenter, "rows" if area == "timeline" else "view", failing)
        for _ in range(5):
            stage.room.clock.pass_s(1)
            window.screen.second()
        assert told in words(stage.window)
        assert said(stage.window, "clock") == "14:22:12"
        stage.press(Qt.Key.Key_F12)  # the keys work on
        await until(lambda: stage.room.seat.calls.live_at_hand is None)
        monkeypatch.undo()
        window.screen.second()
        await until(lambda: told not in words(stage.window))

    seat_staged(qapp, scene)
    assert errors(caplog) == 1


def test_one_incident_and_one_record_whose_words_fail_are_one_row_each(
    qapp: QApplication, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(stage: SeatStage) -> None:
        areas = stage.seat_window.areas
        cells, words_of = areas.incidents._table.cells, areas.timeline._view._words_of

        def one_incident(incident: Incident, now: datetime) -> object:
            return failing() if incident.number == "KTM-261123-M1-013" else cells(incident, now)

        def one_record(incident: Incident, event: Event) -> object:
            return failing() if isinstance(event.fact, DispatchSent) else words_of(incident, event)

        monkeypatch.setattr(areas.incidents._table, "cells", one_incident)
        monkeypatch.setattr(areas.timeline._view, "_words_of", one_record)
        stage.room.clock.pass_s(1)
        areas.incidents.pane.model._written.clear()
        stage.seat_window.screen.second()
        rows = [each["rows"] for each in describe_tree(stage.window) if "rows" in each]
        told = [cell for table in rows for row in table for cell in row]
        assert "KTM-261123-M1-013: tidak dapat ditampilkan" in told
        assert "KTM-261123-M2-011" in told
        assert "Satu catatan tidak dapat ditampilkan" in told
        assert any("Dapur terbakar" in cell for cell in told)

    seat_staged(qapp, scene)
    assert errors(caplog) == 2


def test_an_area_that_fails_at_the_second_stops_no_other(
    qapp: QApplication, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(stage: SeatStage) -> None:
        monkeypatch.setattr(stage.seat_window.areas.phone, "second", failing)
        for _ in range(5):
            stage.room.clock.pass_s(1)
            stage.seat_window.screen.second()
        assert said(stage.window, "clock") == "14:22:12"
        assert "OverflowError" in said(stage.window, "notice")

    seat_staged(qapp, scene)
    assert errors(caplog) == 1
