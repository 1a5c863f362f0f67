"""The wall on Qt: truth about its data, size of its letters, contrast, nothing about persons, no word cut off."""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.config.settings import MapSettings, ScreenSettings, SeatSettings, Settings, SiteSettings
from operator_app.domain.facts.dispatch import DispatchMoved
from operator_app.domain.facts.incident import IncidentMoved, IncidentOpened
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, SeatState
from operator_app.maps.site import default_site
from operator_app.ui.kit.theme import Theme
from operator_app.ui.kit.tokens import THEMES, contrast
from operator_app.ui.wall.board import TILES, WallBoard
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.measure import HEADLINE_CAPITAL_PX, WallScale
from operator_app.ui.wall.wall_app import WallApp, build_wall_window
from operator_app.ui.words.wording import Tone
from operator_app.workflow.ports import LinkState, LinkTrouble, Presence
from operator_app.workflow.site_desk import SiteStanding
from operator_app.workflow.wallroom import WallRoom
from tests.ui.desk_scene import RESOURCES, is_shown, play, said, texts, until, until_whole, words
from tests.unit.desk.room import BPBD, RSUD, SeatFeed, SetClock, made_wall

PRIVATE = ("081255440199", "0812", "Budi Santoso", "rumah Bpk", "pagar hijau", "KDRT", "Kabo")


@dataclass
class Stage:
    """The wall on the screen and the room that it shows."""

    clock: SetClock
    feed: SeatFeed
    room: WallRoom
    window: WallApp

    @property
    def board(self) -> WallBoard:
        board = self.window._board
        assert board is not None
        return board

    def tell(self) -> None:
        """The server tells everything the seats did, and who is there."""
        self.room.on_link(LinkState(True, self.clock.now(), 0))
        self.room.on_events(self.feed.events)
        self.room.on_presence([Presence(name, "seat", 0.3) for name in ("M1", "M2", "M3")])

    async def read(self) -> None:
        """Wait until everything told is on the screen."""
        await until(lambda: not self.window._gather.isActive() and not self.window._resized.isActive())

    async def busy_room(self) -> None:
        """A room on an ordinary day."""
        feed = self.feed
        await feed.call(8, number="085244710032")
        await feed.call(3, number="081346007781", seat="M2")
        for minutes, kind in enumerate(
            (Classification.EMERGENCY, Classification.PRANK, Classification.GHOST, None)
        ):
            await feed.call(600 + 60 * minutes, answered_after_s=4, ended_after_s=30, kind=kind)
        await feed.call(4000, number="081346007700", ended_after_s=12)
        await feed.incident(
            "KEB-01",
            place="Jl. Yos Sudarso III, simpang Kabo, rumah Bpk Budi",
            landmark="pagar hijau",
            caller_name="Budi Santoso",
            caller_number="081255440199",
            position="0.47,117.58",
        )
        flood, [sent] = await feed.incident(
            "BEN-01", agencies=(BPBD,), number="KTM-261123-M2-011", priority="2", village="Muara Bengkal Ilir"
        )
        for to in (DispatchState.ACCEPTED, DispatchState.UNDER_WAY, DispatchState.ON_SCENE):
            await feed.tell("BPBD", feed.ago(5), DispatchMoved(flood, sent, to, ""))
        await feed.incident(
            "KAM-03",
            agencies=(RSUD,),
            number="KTM-261123-M2-012",
            sent_s=200,
            position="0.5,117.5",
            place="rumah Bpk Budi",
        )
        for seat, state in (("M1", SeatState.READY), ("M2", SeatState.TALKING), ("M3", SeatState.WRAP_UP)):
            await feed.seat_state(seat, state, 130)
        await feed.seat_state("M4", SeatState.READY, 500)
        self.tell()
        await self.read()


async def staged(
    scene: Callable[[Stage], Coroutine[Any, Any, None]],
    *,
    language: str = "id",
    theme: str = "dark",
    size: tuple[int, int] = (1920, 1080),
    distance_m: float = 4.0,
) -> None:
    clock = SetClock()
    room = made_wall(clock)
    settings = Settings(
        seat=SeatSettings("W1", "wall"),
        site=SiteSettings(name="112 Kutai Timur", room="Ruang panggilan Diskominfo-Perstik"),
        map=MapSettings(enabled=False),
        screen=ScreenSettings(viewing_distance_m=distance_m),
    )
    look = Theme.named(theme)
    window = build_wall_window(room, texts(language), look, default_site(RESOURCES), RESOURCES, settings)
    window.resize(*size)
    QWidget.show(window)
    try:
        await scene(Stage(clock, SeatFeed(clock), room, window))
    finally:
        await window.shutdown()
        window.deleteLater()


def test_it_says_the_figures_of_the_room(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        shown = {name: said(stage.window, f"figure_{name}") for name in TILES}
        assert shown == {"waiting": "2", "answered": "80", "open": "3", "unaccepted": "2", "abandoned": "1"}
        told = words(stage.window)
        for word in ("Kebakaran rumah/bangunan", "Singa Geweh", "Damkar belum", "Di lokasi", "RSUD belum"):
            assert word in told
        assert said(stage.window, "data_age") == "● data 0 detik lalu"

    play(qapp, lambda: staged(scene))


@pytest.mark.parametrize("case", ["live", "offline"])
def test_nothing_about_a_person_is_on_the_wall(qapp: QApplication, case: str) -> None:
    async def scene(stage: Stage) -> None:
        marks: list[Any] = []
        stage.window.marks_changed.connect(marks.append)
        await stage.busy_room()
        if case == "offline":
            stage.clock.forward(60)
            stage.window.read()
        everything = words(stage.window) + repr(stage.window.probe()) + repr(marks)
        assert [word for word in PRIVATE if word in everything] == []
        assert "Kejadian tertutup" in everything
        assert {(mark.lat, mark.lon) for mark in marks[-1]} == {(0.47, 117.58)}

    play(qapp, lambda: staged(scene))


def test_a_kind_that_this_site_does_not_know_is_treated_as_confidential(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.feed.incident("XYZ-99", position="0.5,117.5")
        stage.tell()
        await stage.read()
        assert "Kejadian tertutup" in words(stage.window)
        assert "XYZ-99" not in words(stage.window)
        assert "Singa Geweh" not in words(stage.window)

    play(qapp, lambda: staged(scene))


def test_old_data_is_shouted_about_and_nothing_looks_well(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        assert not is_shown(stage.window, "stale_warning")
        stage.clock.forward(5)
        stage.window.read()
        assert not is_shown(stage.window, "stale_warning")
        stage.clock.forward(32)
        stage.window.read()
        assert said(stage.window, "stale_warning") == "SERVER TERPUTUS: ini keadaan lama"
        assert said(stage.window, "data_age") == "data 0:37 lalu"
        view = stage.window._presenter.view()
        assert view is not None
        assert {tile.tone for tile in view.tiles} == {Tone.QUIET}
        assert {seat.state for seat in view.seats} == {"tidak diketahui"}
        stage.tell()
        await stage.read()
        assert not is_shown(stage.window, "stale_warning")

    play(qapp, lambda: staged(scene))


def test_before_the_first_word_of_the_server_there_are_no_figures(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        stage.room.on_link(LinkState(False, stage.clock.now(), 0, LinkTrouble.UNREACHABLE))
        await stage.read()
        assert {said(stage.window, f"figure_{name}") for name in TILES} == {"–"}
        assert "BELUM TERHUBUNG" in said(stage.window, "stale_warning")
        told = words(stage.window)
        for lie in ("Tidak ada kejadian", "tidak ada", "semua menerima", "Belum ada meja", "P1 0"):
            assert lie not in told
        assert [row.count.text() for row in stage.board.day._rows] == ["–"] * 4  # type: ignore[attr-defined]

    play(qapp, lambda: staged(scene))


def test_a_seat_that_went_silent_is_lost_and_never_ready(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        view = stage.window._presenter.view()
        assert view is not None
        states = {seat.id: seat.state for seat in view.seats}
        assert states == {"M1": "Siap", "M2": "Bicara", "M3": "Pasca-panggilan", "M4": "Terputus"}
        assert is_shown(stage.window, "seats")

    play(qapp, lambda: staged(scene))


def test_what_does_not_fit_is_counted(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        for number in range(9):
            await stage.feed.incident(number=f"KTM-261123-M3-{number:03d}", age_s=60 + number)
        stage.tell()
        await stage.read()
        shown = stage.board.incidents.shown
        assert 3 <= shown < 9
        assert stage.board.incidents._more.text() == f"+{9 - shown} lagi"
        await until_whole(stage.window)

    play(qapp, lambda: staged(scene))


def test_an_event_is_painted_within_a_second(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        incident_id, _ = await stage.feed.incident("SAT-01", number="KTM-261123-M1-020")
        before = time.monotonic()
        stage.room.on_events(stage.feed.events)
        painted = stage.window._paints._marks

        def mark() -> float | None:
            found = (
                each.at for each in painted.after(0) if each.subject == incident_id and each.at >= before
            )
            return next(found, None)

        await until(lambda: mark() is not None)
        at = mark()
        assert at is not None
        assert at - before <= 1.0
        assert said(stage.window, "figure_open") == "4"

    play(qapp, lambda: staged(scene))


class PaintCount(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_a_second_in_which_nothing_happens_paints_only_what_runs(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        stage.window._tick.stop()
        stage.window.read()
        await until(lambda: not stage.window._gather.isActive())
        qapp.processEvents()
        tile = PaintCount(stage.board.tiles["open"].figure)
        kind = PaintCount(stage.board.incidents._rows[0].kind)  # type: ignore[attr-defined]
        age = PaintCount(stage.board.incidents._rows[0].age)  # type: ignore[attr-defined]
        stage.clock.forward(1)
        stage.window.read()
        await until(lambda: age.count > 0)
        assert (tile.count, kind.count) == (0, 0)

    play(qapp, lambda: staged(scene))


@pytest.mark.parametrize(
    ("size", "distance_m"), [((1920, 1080), 4.0), ((1920, 1080), 6.0), ((1366, 768), 4.0)]
)
def test_figures_and_headlines_are_as_big_as_the_distance_wants(
    qapp: QApplication, size: tuple[int, int], distance_m: float
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        share = size[1] / 1080 * distance_m / 4.0
        needed = HEADLINE_CAPITAL_PX * share - 0.5
        headlines = [
            *(tile.figure for tile in stage.board.tiles.values()),
            stage.board.incidents._rows[0].kind,  # type: ignore[attr-defined]
            stage.board.seats._rows[0].name,  # type: ignore[attr-defined]
        ]
        assert [label.text() for label in headlines if label.fontMetrics().capHeight() < needed] == []

    play(qapp, lambda: staged(scene, size=size, distance_m=distance_m))


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_word_has_contrast(name: str) -> None:
    theme = Theme.named(name)
    look = WallLook(theme, WallScale())
    tokens = theme.tokens
    for tone in Tone:
        assert contrast(look.colour(tone), tokens.panel) >= 7, tone
    for tone in (Tone.PLAIN, Tone.QUIET, Tone.GOOD):
        assert contrast(look.colour(tone), tokens.window) >= 7, tone
    assert contrast(tokens.window, look.colour(Tone.ALARM)) >= 7
    for tone in (Tone.ALARM, Tone.WATCH, Tone.BUSY, Tone.QUIET):
        assert contrast(look.colour(tone), theme.ground(tone)) >= 7, tone
    assert contrast(look.bar, tokens.panel) >= 3
    assert contrast(look.colour(Tone.BUSY), tokens.panel) >= 3


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("case", ["live", "offline", "empty"])
@pytest.mark.parametrize(
    ("size", "distance_m"),
    [((1920, 1080), 4.0), ((1366, 768), 4.0), ((3840, 2160), 4.0), ((1920, 1080), 2.5), ((1920, 1080), 6.0)],
)
def test_no_word_is_cut_off(
    qapp: QApplication, language: str, case: str, size: tuple[int, int], distance_m: float
) -> None:
    async def scene(stage: Stage) -> None:
        if case != "empty":
            await stage.busy_room()
        if case == "offline":
            stage.clock.forward(3700)
            stage.window.read()
        await stage.read()
        await until_whole(stage.window)
        assert (stage.window.width(), stage.window.height()) == size

    play(qapp, lambda: staged(scene, language=language, size=size, distance_m=distance_m))


def test_it_stays_whole_when_its_size_changes(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        first = stage.board
        stage.window.resize(1366, 768)
        await until(lambda: stage.board is not first)
        assert said(stage.window, "figure_open") == "3"
        await until_whole(stage.window)

    play(qapp, lambda: staged(scene))


def test_the_curve_shows_the_hours_of_the_figures(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        await stage.busy_room()
        assert stage.board.curve.told == stage.room.figures(stage.clock.now()).per_hour
        assert sum(hour.total for hour in stage.board.curve.told) == 7
        heights: Any = stage.board.curve._total.opts["height"]
        assert heights == [hour.total for hour in stage.board.curve.told]

    play(qapp, lambda: staged(scene))


def test_an_ended_incident_leaves_the_wall(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        incident_id, _ = await stage.feed.incident()
        stage.tell()
        await stage.read()
        assert said(stage.window, "figure_open") == "1"
        await stage.feed.tell(
            "M3", stage.clock.now(), IncidentMoved(incident_id, IncidentStatus.CANCELLED, "palsu")
        )
        stage.tell()
        await stage.read()
        assert said(stage.window, "figure_open") == "0"
        assert "Tidak ada kejadian terbuka" in words(stage.window)

    play(qapp, lambda: staged(scene))


def test_an_incident_without_hand_over_asks_for_attention(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        opened = IncidentOpened(stage.feed.fresh("incident"), "KTM-261123-M1-001", None)  # type: ignore[arg-type]
        await stage.feed.tell("M1", stage.clock.now() - timedelta(seconds=30), opened)
        stage.tell()
        await stage.read()
        view = stage.window._presenter.view()
        assert view is not None
        line = view.incidents[0]
        assert (line.kinds, line.states[0], line.tone) == (
            ("Jenis belum diketahui",),
            "Belum diteruskan",
            Tone.WATCH,
        )

    play(qapp, lambda: staged(scene))


def test_a_wall_whose_site_data_is_not_the_newest_says_so(qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        stage.tell()

        def told() -> str:
            _, data = stage.window._presenter.head()
            return data.text

        assert "data lokasi" not in told()
        stage.room.bus.publish(SiteStanding(error=ValueError("limits.toml v9")))
        assert told().endswith("data lokasi bukan yang terbaru: beri tahu TI")
        stage.room.bus.publish(SiteStanding())
        assert "data lokasi" not in told()

    play(qapp, lambda: staged(scene))
