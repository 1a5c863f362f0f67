"""The map pane on a real Chromium page: what it shows, what it tells, what it refuses, how it comes back."""

import json
import os
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from operator_app.maps.base_map import import_base
from operator_app.maps.live import TEXT_NAMES, HistoryLook
from operator_app.maps.serve import MapAssets, load_assets
from operator_app.maps.site import Site, default_site, import_site, load_site, with_base
from operator_app.ui.map.map_texts import COVER_TEXTS
from operator_app.ui.map.map_view import HistoryPoint, MapIncident, MapState, MapView, StatedArea
from operator_app.ui.program.map_setup import prepare_environment, register_scheme
from operator_app.ui.words.texts import load_texts
from tests.unit.maps.sample_pack import ATTRIBUTION, WEST, write_pack
from tests.unit.maps.sample_tiles import (
    LINE,
    OPENMAPTILES,
    POLYGON,
    Thing,
    pictures,
    vectors,
    write_mbtiles,
    write_pmtiles,
)

prepare_environment()  # before the QApplication that the first test makes
register_scheme()

RESOURCES = Path(__file__).parents[2] / "resources"
PATIENCE_MS = 60_000
FIRE = MapIncident("i1", 1.25, WEST + 0.5, 1, "KEB · Sukamaju", "Diteruskan")
FLOOD = MapIncident("i2", 1.35, WEST + 1.5, 2, "BAN · Sangatta Lama", "Baru")


def tr(key: str) -> str:
    return "{n} kejadian di peta" if key == "map.count" else "," if key == "map.decimal" else key


class Room:
    """A map on a screen and hands to work it."""

    def __init__(self, qtbot: QtBot, view: MapView) -> None:
        self.qtbot = qtbot
        self.view = view

    def start(self) -> "Room":
        self.view.resize(480, 575)
        self.view.show()
        with self.qtbot.waitSignal(self.view.ready, timeout=PATIENCE_MS):
            self.view.activate()
        return self

    def until_painted(self, act: Callable[[], int]) -> None:
        """Do something and wait until the batch that carries it is painted."""
        painted: list[int] = []
        self.view.painted.connect(painted.append)
        seq = act()
        self.qtbot.waitUntil(lambda: any(done >= seq for done in painted), timeout=PATIENCE_MS)
        self.view.painted.disconnect(painted.append)

    def ask(self, script: str) -> Any:
        """Return what the JavaScript expression gives on the page."""
        answers: list[str] = []
        assert self.view.web
        self.view.web.page.runJavaScript(f"JSON.stringify({script})", 0, answers.append)
        self.qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE_MS)
        return json.loads(answers[0]) if answers[0] else None

    def run(self, script: str) -> None:
        assert self.view.web
        self.view.web.page.runJavaScript(script)

    def until(self, script: str, wanted: object) -> None:
        self.qtbot.waitUntil(lambda: bool(self.ask(script) == wanted), timeout=PATIENCE_MS)

    def centre(self) -> tuple[float, float]:
        at = self.ask("map_operator.getCenter()")
        return at["lat"], at["lng"]

    def surface(self) -> QWidget:
        assert self.view.web
        surface = self.view.web.view.focusProxy()
        assert isinstance(surface, QWidget)
        return surface

    def click(self, at: QPoint) -> None:
        QTest.mouseClick(self.surface(), Qt.MouseButton.LeftButton, pos=at)

    def drag(self, start: QPoint, end: QPoint) -> None:
        surface = self.surface()
        QTest.mousePress(surface, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, 6):
            QTest.mouseMove(surface, start + (end - start) * step / 5)
        QTest.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=end)


def until_gone(qtbot: QtBot, widget: QWidget) -> None:
    """Wait until Qt has deleted the widget (its `destroyed` cannot be disconnected again, which is a warning)."""
    qtbot.waitUntil(lambda: not shiboken6.isValid(widget), timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def assets() -> MapAssets:
    return load_assets(RESOURCES)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    import_site(write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


@pytest.fixture
def make(qtbot: QtBot, assets: MapAssets, site: Site) -> Iterator[Callable[..., Room]]:
    views: list[MapView] = []

    def build(shown: Site = site, **options: Any) -> Room:
        view = MapView(assets, shown, tr, **options)
        views.append(view)  # not to qtbot: it would delete them before the pages are taken down below
        return Room(qtbot, view)

    yield build
    for view in views:
        if view.web is not None:
            page = view.web.view
            view.shutdown()
            until_gone(qtbot, page)
        view.deleteLater()
        until_gone(qtbot, view)


@pytest.fixture
def room(make: Callable[..., Room]) -> Room:
    return make().start()


def test_before_it_is_there_it_says_so(make: Callable[..., Room], qtbot: QtBot) -> None:
    room = make()
    cover = room.view._cover
    room.view.show()
    assert (room.view.state, cover.isVisible(), cover.text()) == (MapState.ASLEEP, True, "map.loading")
    room.start()
    assert (room.view.state, cover.isVisible()) == (MapState.READY, False)


def test_what_was_set_before_the_start_is_there_after_it(make: Callable[..., Room]) -> None:
    room = make()
    room.view.set_incidents([FIRE])
    room.view.show_pin(1.2, WEST + 0.1)
    room.view.fly_to(1.3, WEST + 1, 12)
    room.start()
    assert room.ask("[...document.querySelectorAll('.mark')].map(m => m.getAttribute('aria-label'))") == [
        "P1, KEB · Sukamaju, Diteruskan"
    ]
    assert room.ask("document.querySelectorAll('.pin').length") == 1
    assert room.centre() == pytest.approx((1.3, WEST + 1), abs=0.01)


def test_incidents_come_change_and_go_by_id(room: Room) -> None:
    room.until_painted(lambda: room.view.set_incidents([FIRE, FLOOD]))
    assert room.ask("document.getElementById('status').textContent") == "2 kejadian di peta"
    assert room.ask("document.getElementById('status').getAttribute('role')") == "status"
    assert room.ask("[...document.querySelectorAll('.mark')].map(m => m.classList.contains('p1'))") == [
        True,
        False,
    ]
    room.run("document.querySelector('.mark.p1').dataset.kept = 'yes'")
    room.until_painted(
        lambda: room.view.set_incidents([FIRE, MapIncident("i3", 1.1, WEST + 1, None, "?", "Baru")])
    )
    assert room.ask("[...document.querySelectorAll('.mark')].length") == 2
    assert room.ask("document.querySelectorAll('.mark.p2').length") == 0
    assert room.ask("document.querySelector('.mark.p1').dataset.kept") == "yes", (
        "an unchanged one is left alone"
    )


def test_each_priority_has_a_shape_of_its_own(room: Room) -> None:
    shown = [
        MapIncident(str(number), 1.1 + 0.05 * number, WEST + 0.3 * number, number or None, "x", "Baru")
        for number in range(6)
    ]
    room.until_painted(lambda: room.view.set_incidents(shown))
    paths = room.ask(
        "[...document.querySelectorAll('.mark')].map(m => m.querySelector('.body,.hollow').outerHTML)"
    )
    assert len(set(paths)) == 6
    assert room.ask("document.querySelectorAll('.mark.p1 .ring').length") == 1


def test_a_label_cannot_become_markup(room: Room) -> None:
    text = "<img src=x onerror=document.title='owned'>"
    room.until_painted(lambda: room.view.set_incidents([MapIncident("i1", 1.2, WEST + 1, 2, text, "<b>")]))
    assert room.ask("document.querySelector('.mark-label').textContent") == text
    assert room.ask("document.querySelectorAll('.mark img, .mark b').length") == 0


def test_a_click_gives_the_place_and_does_not_move_the_map(room: Room) -> None:
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 1, 12))
    before = room.centre()
    with room.qtbot.waitSignal(room.view.clicked, timeout=PATIENCE_MS) as heard:
        room.click(QPoint(room.surface().width() // 2, room.surface().height() // 2))
    assert heard.args == pytest.approx([1.25, WEST + 1], abs=0.01)
    room.until_painted(lambda: room.view.show_pin(1.25, WEST + 1))
    assert room.centre() == before
    room.until_painted(room.view.clear_pin)
    assert room.ask("document.querySelectorAll('.pin').length") == 0


def test_a_click_on_an_incident_names_it_and_is_no_click_on_the_map(room: Room) -> None:
    room.until_painted(lambda: room.view.set_incidents([FIRE]))
    room.until_painted(lambda: room.view.fly_to(FIRE.lat, FIRE.lon, 13))
    places: list[tuple[float, float]] = []
    room.view.clicked.connect(lambda lat, lon: places.append((lat, lon)))
    with room.qtbot.waitSignal(room.view.incident_clicked, timeout=PATIENCE_MS) as heard:
        room.click(QPoint(room.surface().width() // 2, room.surface().height() // 2))
    assert heard.args == ["i1"]
    assert places == []


def test_nothing_of_the_page_leaves_the_machine(room: Room) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        host = f"127.0.0.1:{server.getsockname()[1]}"
        room.run(
            f"window.tried = []; fetch('http://{host}/a').catch(() => tried.push('fetch'));"
            f"const image = new Image(); image.onerror = () => tried.push('image'); image.src = 'http://{host}/b';"
            f"const line = new WebSocket('ws://{host}/c'); line.onerror = () => tried.push('socket');"
            f"navigator.sendBeacon('http://{host}/d', 'x');"
            "fetch('https://tile.example.org/1/2/3.png').catch(() => tried.push('tile'));"
        )
        room.until("window.tried.sort()", ["fetch", "image", "socket", "tile"])
        room.qtbot.waitUntil(lambda: room.view.blocked_count >= 5, timeout=PATIENCE_MS)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert room.view.web
    assert set(room.view.web.blocked.last) == {
        "http://127.0.0.1", "ws://127.0.0.1", "https://tile.example.org",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["https://example.org/", "app://map/map.css", "file:///etc/passwd"])
def test_the_page_cannot_be_led_away(room: Room, address: str) -> None:
    room.run(f"location.href = '{address}'")
    room.run(f"window.open('{address}')")
    assert room.view.web
    web = room.view.web
    room.until_painted(lambda: room.view.set_incidents([FIRE]))
    assert web.page.url().toString() == "app://map/index.html"
    assert room.ask("document.querySelectorAll('.mark').length") == 1


def test_nothing_is_missing_and_no_script_complains(make: Callable[..., Room], site: Site) -> None:
    for shown in (site, default_site(RESOURCES)):
        room = make(shown).start()
        room.until_painted(partial(room.view.set_incidents, [FIRE, FLOOD]))
        assert room.view.web
        assert room.view.web.missing == []
        assert room.view.web.complaints == []
        assert room.view.blocked_count == 0


def test_a_killed_renderer_comes_back_with_everything(room: Room) -> None:
    room.until_painted(lambda: room.view.set_incidents([FIRE, FLOOD]))
    room.until_painted(lambda: room.view.show_pin(1.2, WEST + 1))
    room.until_painted(lambda: room.view.fly_to(1.3, WEST + 1.2, 13))
    assert room.view.web
    with room.qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        os.kill(room.view.web.page.renderProcessPid(), signal.SIGKILL)
        room.qtbot.waitUntil(lambda: room.view.state is MapState.LOADING, timeout=PATIENCE_MS)
        assert room.view._cover.text() == "map.recovering"
        # What happens meanwhile is not lost either.
        room.view.set_incidents([FLOOD])
    assert room.ask("[...document.querySelectorAll('.mark')].map(m => m.className.match(/p\\d/)[0])") == [
        "p2"
    ]
    assert room.ask("document.querySelectorAll('.pin').length") == 1
    assert room.centre() == pytest.approx((1.3, WEST + 1.2), abs=0.001)
    assert room.ask("map_operator.getZoom()") == 13
    assert not room.view._cover.isVisible()


def test_a_renderer_that_hangs_is_ended_and_comes_back(room: Room) -> None:
    room.view._patience.setInterval(1_000)
    room.run("for (;;) {}")
    with room.qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        room.view.set_incidents([FIRE])
        room.qtbot.waitUntil(lambda: room.view.state is MapState.LOADING, timeout=PATIENCE_MS)
        room.view._patience.setInterval(PATIENCE_MS)
    assert room.ask("document.querySelectorAll('.mark').length") == 1


def test_a_map_that_keeps_dying_says_so_and_rests(room: Room) -> None:
    assert room.view.web
    for _ in range(5):
        room.view.web.died.emit("for the test")
    assert room.view.state is MapState.FAILED
    assert (room.view._cover.isVisible(), room.view._cover.text()) == (True, "map.failed")
    assert room.view._rest.isActive()
    with room.qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        room.view._rest.setInterval(1)
        room.view._rest.start()


@pytest.mark.parametrize("language", ["id", "en"])
def test_all_words_are_in_the_catalogue(assets: MapAssets, language: str, qtbot: QtBot) -> None:
    words = load_texts(RESOURCES, language, strict=True)
    qtbot.addWidget(MapView(assets, default_site(RESOURCES), words))
    assert {f"map.{name}" for name in (*TEXT_NAMES, *COVER_TEXTS)} == {
        key for key in words.entries if key.startswith("map.")
    }
    assert "{n}" in words("map.count")


def test_without_webengine_the_pane_says_so(
    make: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make()
    monkeypatch.setitem(__import__("sys").modules, "operator_app.ui.map.map_web", None)
    room.view.show()
    room.view.activate()
    assert (room.view.state, room.view._cover.text()) == (MapState.FAILED, "map.failed")
    assert room.view.set_incidents([FIRE]) >= 1


def test_a_hand_on_the_map_keeps_it_where_it_put_it(room: Room) -> None:
    whole = room.centre()
    room.view.resize(520, 500)
    room.until("map_operator.getSize().x", 520)
    assert room.centre() == pytest.approx(whole, abs=0.01), "untouched, it fits the region again"
    room.drag(QPoint(300, 300), QPoint(200, 260))
    room.qtbot.waitUntil(lambda: room.centre() != pytest.approx(whole, abs=0.01), timeout=PATIENCE_MS)
    room.until("map_operator._panAnim ? map_operator._panAnim._inProgress === true : false", wanted=False)
    held, zoom = room.centre(), room.ask("map_operator.getZoom()")
    room.until_painted(lambda: room.view.set_incidents([FIRE, FLOOD]))
    room.until_painted(lambda: room.view.show_pin(1.2, WEST + 1))
    room.view.resize(400, 540)
    room.until("map_operator.getSize().x", 400)
    assert room.centre() == pytest.approx(held, abs=0.005)
    assert room.ask("map_operator.getZoom()") == zoom
    room.until_painted(lambda: room.view.fly_to(1.1, WEST + 0.2, 12))
    assert room.centre() == pytest.approx((1.1, WEST + 0.2), abs=0.001)
    room.run("document.querySelector('.zoom-bar button:last-child').click()")
    room.qtbot.waitUntil(lambda: room.centre() == pytest.approx(whole, abs=0.01), timeout=PATIENCE_MS)


def test_many_changes_go_out_ten_times_a_second_at_most(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    assert room.view.web
    sent: list[dict[str, Any]] = []
    real = room.view.web.send

    def counted(text: str) -> None:
        sent.append(json.loads(text))
        real(text)

    monkeypatch.setattr(room.view.web, "send", counted)
    seqs = [
        room.view.set_incidents([MapIncident("i1", 1.2, WEST + step / 1000, 1, "x", "Baru")])
        for step in range(200)
    ]
    room.until_painted(lambda: seqs[-1])
    assert len(sent) == 2, "the first at once, all the others together"
    assert sent[1]["put"][0][2] == round(WEST + 0.199, 6)


def test_a_crowd_is_drawn_with_the_urgent_as_elements(room: Room) -> None:
    crowd = [
        MapIncident(f"{number:04d}", 1.0 + number % 25 / 50, WEST + number / 400, 1 + number % 5, "x", "Baru")
        for number in range(800)
    ]
    room.until_painted(lambda: room.view.set_incidents(crowd))
    assert room.ask("document.querySelectorAll('.mark').length") == 40
    assert room.ask("document.querySelectorAll('.mark.p1').length") == 40
    assert room.ask("document.getElementById('status').textContent") == "800 kejadian di peta"
    room.until_painted(lambda: room.view.set_incidents(crowd[1:2]))
    assert room.ask("document.querySelectorAll('.mark.p2').length") == 1


def test_another_site_is_shown_whole(room: Room) -> None:
    room.until_painted(lambda: room.view.set_incidents([FIRE]))
    assert room.ask("document.querySelector('.source').textContent") == ATTRIBUTION
    assert room.ask("document.querySelector('.chip-title').textContent") == "map.head"
    assert room.ask("[...document.querySelectorAll('.name')].length") > 0
    with room.qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        room.view.set_site(default_site(RESOURCES))
    assert room.ask("document.querySelector('.source').textContent") == "Pantai: Natural Earth"
    assert room.ask("document.querySelector('.chip-title').textContent") == "map.head_plain"
    assert room.ask("document.querySelectorAll('.mark').length") == 1


def test_the_wall_shows_and_takes_nothing(make: Callable[..., Room]) -> None:
    room = make(interactive=False, scale=1.5).start()
    room.until_painted(lambda: room.view.set_incidents([FIRE]))
    assert room.ask("document.querySelectorAll('.zoom-bar').length") == 0
    assert room.ask("document.querySelectorAll('.name.desa').length") == 0
    assert room.ask("getComputedStyle(document.querySelector('.mark-label')).fontSize") == "18px"
    assert room.view.web
    assert room.view.web.view.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert room.view.web.view.focusPolicy() is Qt.FocusPolicy.NoFocus
    bounds = room.ask("map_operator.getBounds().contains([[1.0, 110.0], [1.5, 112.0]])")
    assert bounds is True


def test_a_map_that_loads_leaves_the_keyboard_to_the_form(make: Callable[..., Room], qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit()
    room = make()
    row = QHBoxLayout(window)
    row.addWidget(field)
    row.addWidget(room.view)
    window.resize(800, 500)
    window.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=PATIENCE_MS)
    with qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        room.view.activate()
    assert field.hasFocus()
    QTest.keyClicks(field, "jl yos")
    assert field.text() == "jl yos"
    room.view.setParent(None)


def test_a_map_deleted_without_farewell_takes_its_processes_along(
    qtbot: QtBot, assets: MapAssets, site: Site
) -> None:
    room = Room(qtbot, MapView(assets, site, tr)).start()
    assert room.view.web
    pid = room.view.web.page.renderProcessPid()
    assert Path(f"/proc/{pid}").exists()
    room.view.deleteLater()
    until_gone(qtbot, room.view)
    qtbot.waitUntil(lambda: not Path(f"/proc/{pid}").exists(), timeout=PATIENCE_MS)


# ---- base maps, drawn by the real page


BOUNDS = (1.0, WEST, 1.5, WEST + 2)
THINGS = [
    Thing("transportation", LINE, [(1.1, WEST), (1.4, WEST + 2)], {"class": "primary"}),
    Thing("water", POLYGON, [(1.2, WEST + 0.5), (1.35, WEST + 0.5), (1.35, WEST + 0.8)], {"class": "lake"}),
    Thing("place", 1, [(1.25, WEST + 1)], {"class": "town", "name": "Kota Contoh"}),
]
LAYERS = [{"id": name} for name in ("transportation", "water", "place")]


def with_base_map(site: Site, folder: Path, write: Callable[[Path], Path]) -> Site:
    folder.mkdir(exist_ok=True)
    import_base(write(folder), folder / "site", site.bounds)
    shown, trouble = with_base(site, folder / "site")
    assert trouble is None
    return shown


def raster(folder: Path) -> Path:
    return write_mbtiles(folder / "foto.mbtiles", pictures(BOUNDS, range(6, 10)), "png", BOUNDS)


def raster_ranges(folder: Path) -> Path:
    return write_pmtiles(folder / "foto.pmtiles", pictures(BOUNDS, range(6, 10)), "png", BOUNDS)


def vector(folder: Path) -> Path:
    tiles = vectors(BOUNDS, range(5, 12), THINGS)
    return write_mbtiles(folder / "jalan.mbtiles", tiles, "pbf", BOUNDS, json=OPENMAPTILES)


def vector_ranges(folder: Path) -> Path:
    tiles = vectors(BOUNDS, range(5, 12), THINGS)
    return write_pmtiles(folder / "jalan.pmtiles", tiles, "pbf", BOUNDS, vector_layers=LAYERS)


COLOURS = """(() => {
  const found = new Set();
  for (const tile of document.querySelectorAll('.leaflet-tiles-pane canvas.leaflet-tile')) {
    if (!tile.width) continue;
    const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.add([...data.slice(at, at + 3)].join());
  }
  return found.size;
})()"""


@pytest.mark.parametrize("write", [vector, vector_ranges])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_vector_base_map_is_drawn(
    make: Callable[..., Room], site: Site, tmp_path: Path, write: Callable[[Path], Path], theme: str
) -> None:
    room = make(with_base_map(site, tmp_path, write), theme=theme).start()
    room.qtbot.waitUntil(lambda: room.ask(COLOURS) > 20, timeout=PATIENCE_MS)
    assert room.view.web
    complaints = [
        each for each in room.view.web.complaints if "willReadFrequently" not in each
    ]  # of this test
    assert (room.view.web.missing, complaints, room.view.blocked_count) == ([], [], 0)
    assert "OpenStreetMap contoh (ODbL)" in room.ask("document.querySelector('.source').textContent")
    assert room.ask("document.querySelector('.chip-title').textContent") == "map.head_base"


@pytest.mark.parametrize("write", [raster, raster_ranges])
def test_a_base_map_of_pictures_is_drawn(
    make: Callable[..., Room], site: Site, tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    room = make(with_base_map(site, tmp_path, write)).start()
    pictures_ = "[...document.querySelectorAll('.leaflet-tiles-pane img')]"
    room.qtbot.waitUntil(
        lambda: room.ask(f"{pictures_}.filter(i => i.naturalWidth === 256).length") >= 2, timeout=PATIENCE_MS
    )
    assert room.view.web
    assert (room.view.web.missing, room.view.web.complaints, room.view.blocked_count) == ([], [], 0)


def test_a_base_map_that_breaks_is_told_on_the_map(
    make: Callable[..., Room], site: Site, tmp_path: Path
) -> None:
    shown = with_base_map(site, tmp_path, raster)
    assert shown.base
    with sqlite3.connect(shown.base.path) as db:
        db.execute("UPDATE tiles SET tile_data = 'x'")
        db.execute("ALTER TABLE tiles RENAME TO gone")
    room = make(shown).start()
    room.until("document.querySelector('.notes').textContent", "map.base_broken")


# ---- what stands over the map


FOLLOWS = "!document.querySelector('.follow-bar').classList.contains('shown')"


def test_a_followed_map_keeps_the_pin_in_sight_and_a_held_one_waits_to_be_let_go(room: Room) -> None:
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 0.5, 14))
    room.until_painted(lambda: room.view.show_pin(1.26, WEST + 1.5))
    assert room.centre() == pytest.approx((1.26, WEST + 1.5), abs=0.01)
    assert room.ask(FOLLOWS) is True
    room.drag(QPoint(300, 300), QPoint(150, 260))
    room.until(FOLLOWS, False)
    room.until("map_operator.dragging.moving()", False)
    room.until_painted(lambda: room.view.show_pin(1.1, WEST + 0.2))
    assert room.centre() == pytest.approx((1.26, WEST + 1.5), abs=0.03), (
        "where the hand put it, a little aside"
    )
    room.run("document.querySelector('.follow').click()")
    room.until(FOLLOWS, True)
    assert room.centre() == pytest.approx((1.1, WEST + 0.2), abs=0.01)


@pytest.mark.parametrize("outline", [(), ((1.2, WEST + 0.9), (1.3, WEST + 1), (1.2, WEST + 1.1))])
def test_the_area_of_the_call_is_drawn_and_goes_with_it(
    room: Room, outline: tuple[tuple[float, float], ...]
) -> None:
    area = StatedArea(1.25, WEST + 1, outline, "lingkaran ±850 m")
    room.until_painted(lambda: room.view.set_area(area))
    assert room.ask("document.querySelector('.call-words').textContent") == "lingkaran ±850 m"
    assert room.ask("document.querySelector('.call-at').getAttribute('role')") == "img"
    assert room.ask("document.querySelectorAll('.leaflet-area-pane svg path').length") == 1 + bool(outline)
    room.until_painted(lambda: room.view.set_area(None))
    assert room.ask("document.querySelectorAll('.call-at').length") == 0
    assert room.ask("document.querySelectorAll('.pin').length") == 0, (
        "it never becomes the form's place by itself"
    )


def test_the_page_has_a_name_for_a_screen_reader(room: Room) -> None:
    assert room.view.web
    page = room.view.web.view.focusProxy()
    assert page is not None
    assert page.accessibleName() == "page.map"


def test_history_is_drawn_on_demand(room: Room) -> None:
    points = [HistoryPoint(1.25 + n / 1000, WEST + 1 + n / 1000, 1 + n % 5) for n in range(50)]
    room.until_painted(lambda: room.view.set_history(points))
    warm = """(() => { const c = document.querySelector('.leaflet-history-pane canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let at = 3; at < d.length; at += 4) n += d[at] > 0; return n; })()"""
    assert room.ask(warm) > 100
    assert "map.history_count" in room.ask("document.querySelector('.notes').textContent")
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 1, 15))
    assert room.ask(warm) > 20
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 1, 11))
    heat = room.ask(warm)
    room.until_painted(lambda: room.view.set_history(points, HistoryLook.CLUSTERS))
    assert 100 < room.ask(warm) != heat, "discs with their number instead of warmth"
    room.until_painted(lambda: room.view.set_history(None))
    assert room.view.history_look is None
    assert room.ask("document.querySelectorAll('.leaflet-history-pane canvas').length") == 0
    with room.qtbot.waitSignal(room.view.history_wished, timeout=PATIENCE_MS):
        room.run("document.querySelector('.zoom-bar button:nth-child(4)').click()")


MEASURED = "document.querySelector('.measured').textContent"


def test_a_way_is_measured_by_keys_and_by_clicks(room: Room) -> None:
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 1, 14))
    places: list[tuple[float, float]] = []
    room.view.clicked.connect(lambda lat, lon: places.append((lat, lon)))
    room.until_painted(room.view.toggle_measure)
    assert room.view.measures
    assert "map.measure_hint" in room.ask(MEASURED)
    room.run("window.dispatchEvent(new Event('focus'))")
    press = (
        "map_operator.getContainer().dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    )
    room.run(press % "Enter")
    room.run("map_operator.setView([1.25, %f], 14, {animate: false})" % (WEST + 1.01))
    room.run(press % "Enter")
    room.until("document.querySelectorAll('.measure-dot').length", 2)
    assert room.ask("[...document.querySelectorAll('.measure-dot')].map(d => d.textContent)") == [
        "",
        "1,1 km",
    ]
    room.click(QPoint(60, 300))
    room.until("document.querySelectorAll('.measure-dot').length", 3)
    room.run(press % "Backspace")
    room.until("document.querySelectorAll('.measure-dot').length", 2)
    room.run(press % "Escape")
    room.qtbot.waitUntil(lambda: not room.view.measures, timeout=PATIENCE_MS)
    assert room.ask("document.querySelectorAll('.measure-dot').length") == 0
    assert places == [], "measuring sets no place"


def test_keys_set_the_point_under_the_cross_and_lead_back(room: Room) -> None:
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 1, 14))
    press = (
        "map_operator.getContainer().dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    )
    with room.qtbot.waitSignal(room.view.clicked, timeout=PATIENCE_MS) as heard:
        room.run(press % "Enter")
    assert heard.args == pytest.approx([1.25, WEST + 1], abs=0.001)
    with room.qtbot.waitSignal(room.view.left, timeout=PATIENCE_MS):
        room.run(press % "Escape")


def test_signs_are_explained_and_what_is_not_on_the_map_is_said(room: Room) -> None:
    assert room.ask("document.querySelectorAll('.legend-entry').length") == 7
    room.until_painted(lambda: room.view.set_incidents([FIRE, FLOOD]))
    room.until_painted(lambda: room.view.set_unplaced(3))
    assert room.ask("document.getElementById('status').textContent") == "2 kejadian di peta · map.unplaced"
    assert room.ask("document.querySelector('.only-spoken').textContent") == "map.p1: 1, map.p2: 1"
    room.run("fetch('https://tile.example.org/1/2/3.png').catch(() => 0)")
    room.until("document.querySelector('.notes').textContent", "map.blocked")


def test_every_button_of_the_map_has_a_name_and_takes_the_keyboard(room: Room) -> None:
    buttons = room.ask(
        "[...document.querySelectorAll('button')].map(b => [b.getAttribute('aria-label'), b.tabIndex])"
    )
    assert len(buttons) == 6
    assert all(name and tab >= 0 for name, tab in buttons)


def test_a_chosen_incident_is_shown_near_or_by_its_village(room: Room) -> None:
    vague = MapIncident("i9", 1.2, WEST + 1.7, 3, "\u2248 BEN", "Baru", exact=False)
    room.until_painted(lambda: room.view.set_incidents([FIRE, vague]))
    room.until_painted(lambda: room.view.show_incident("i1"))
    assert room.centre() == pytest.approx((FIRE.lat, FIRE.lon), abs=0.001)
    assert room.ask("map_operator.getZoom()") == 15
    room.until_painted(lambda: room.view.show_incident("i9"))
    assert room.centre() == pytest.approx((1.2, WEST + 1.7), abs=0.001)
    assert room.ask("map_operator.getZoom()") == 12
    before = room.centre()
    room.view.show_incident("gone")
    assert room.centre() == before


def test_the_key_to_the_map_gives_it_the_keyboard_and_escape_gives_it_back(
    make: Callable[..., Room], qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit()
    room = make()
    row = QHBoxLayout(window)
    row.addWidget(field)
    row.addWidget(room.view)
    room.view.left.connect(field.setFocus)
    window.resize(800, 500)
    window.show()
    with qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        room.view.activate()
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 1, 14))
    room.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
    room.until("document.activeElement === map_operator.getContainer()", True)
    with qtbot.waitSignal(room.view.clicked, timeout=PATIENCE_MS) as heard:
        QTest.keyClick(room.surface(), Qt.Key.Key_Return)
    assert heard.args == pytest.approx([1.25, WEST + 1], abs=0.001)
    with qtbot.waitSignal(room.view.left, timeout=PATIENCE_MS):
        QTest.keyClick(room.surface(), Qt.Key.Key_Escape)
    qtbot.waitUntil(field.hasFocus, timeout=PATIENCE_MS)
    room.view.setParent(None)


def test_what_is_told_behind_another_page_is_there_when_the_map_comes_to_the_front(
    make: Callable[..., Room], qtbot: QtBot
) -> None:
    room = make()
    room.view.resize(480, 575)
    room.view.show()
    with qtbot.waitSignal(room.view.ready, timeout=PATIENCE_MS):
        room.view.activate()
    room.view.hide()
    room.until_painted(lambda: room.view.set_incidents([FIRE]))
    room.run("map_operator.getContainer().style.display = 'none'; map_operator.invalidateSize()")
    room.until("map_operator.getSize().x", 0)
    room.until_painted(lambda: room.view.set_history([HistoryPoint(1.2, WEST + 1, 1)]))
    room.until_painted(lambda: room.view.fly_to(1.25, WEST + 0.5, 11))
    room.until_painted(lambda: room.view.show_pin(1.4, WEST + 1.9))
    room.run("map_operator.getContainer().style.display = ''; map_operator.invalidateSize()")
    room.until("map_operator.getSize().x > 0", True)
    room.view.show()
    room.qtbot.waitUntil(
        lambda: room.centre() == pytest.approx((1.25, WEST + 0.5), abs=0.01), timeout=PATIENCE_MS
    )
    assert "map.history_count" in room.ask("document.querySelector('.notes').textContent")
    assert room.view.web
    assert room.view.web.complaints == []


def test_an_incident_that_moves_or_goes_on_keeps_its_element_and_one_of_another_priority_gets_a_new_one(
    room: Room,
) -> None:
    room.until_painted(lambda: room.view.set_incidents([FIRE]))
    room.run("document.querySelector('.mark').dataset.kept = 'yes'")
    moved = replace(FIRE, lat=1.3, label="KEB \u00b7 Lama", state="Ditangani")
    room.until_painted(lambda: room.view.set_incidents([moved]))
    mark = "(m => [m.dataset.kept, m.getAttribute('aria-label'), m.querySelector('.mark-label').textContent])"
    assert room.ask(f"{mark}(document.querySelector('.mark'))") == [
        "yes", "P1, KEB \u00b7 Lama, Ditangani", "KEB \u00b7 Lama",
    ]  # fmt: skip
    room.until_painted(lambda: room.view.fly_to(1.3, FIRE.lon, 13))
    with room.qtbot.waitSignal(room.view.incident_clicked, timeout=PATIENCE_MS) as heard:
        room.click(QPoint(room.surface().width() // 2, room.surface().height() // 2))
    assert heard.args == ["i1"]
    room.until_painted(lambda: room.view.set_incidents([replace(moved, priority=2)]))
    assert room.ask("[...document.querySelectorAll('.mark')].map(m => m.className.match(/p\\d/)[0])") == [
        "p2"
    ]
