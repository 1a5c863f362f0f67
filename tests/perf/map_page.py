"""F3, F7, F8: the village under a point; changes of incidents until they are drawn; the map under a dragging hand.

F7 counts from the order to the map until the page's report that the frame with the change was handed over to be shown:
the way to the page, drawing, waiting for the page's next frame (60 a second) and the way back. An empty batch is a row.

`measure` starts this file again as a program of its own on a virtual display, drawing without a graphics card.
"""

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from operator_app.room.room import Room
from tests.perf.figures import Figure, percentile, spread

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
SIZE = (640, 780)
"""The map's pane in the operator's window at 1920×1080."""
LIMITS_MS = {1: 16.0, 100: 30.0, 1000: 60.0}
STANDING, CROWD = 30, 5_000
TRIES, DRAGS, DRAG_STEPS = 30, 5, 220
PATIENCE_S = 120.0


def measure(room: Room) -> list[Figure]:
    """Run the measurement on a display of its own."""
    from operator_app.room.display import Display  # noqa: PLC0415

    display = Display.virtual(room.crew, "map", 800, 900)
    site = room.site_source or ""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.perf.map_page", str(site)],
        env={**os.environ, **display.environment()},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if answer.returncode != 0:
        raise RuntimeError(f"the map could not be measured: {answer.stderr[-2000:]}")
    found: dict[str, list[float]] = json.loads(answer.stdout.splitlines()[-1])
    figures = [
        spread("F3 point → village and kecamatan", "ms", found["locate"], p95=1.0),
        spread(
            "   nothing to draw → the next frame",
            "ms",
            found["nothing"],
            note="in every figure of F7: there, the next of 60 frames a second, back",
        ),
        *(
            spread(
                f"F7 {count} {what} → frame handed over, and back",
                "ms",
                spent := found[f"{what} {count}"],
                p95=limit,
                note=f"fastest {min(spent):.0f}",
            )
            for what in ("new", "moved")
            for count, limit in LIMITS_MS.items()
        ),
    ]
    rates = found["drag"]
    slowest = min(rates)
    note = f"real mouse, {CROWD:,} incidents, {len(rates)} drags; longest frame {max(found['frames']):.0f} ms"
    name = "F8 frames a second while dragging (slowest drag last)"
    middle = percentile(rates, 0.5)
    figures.append(Figure(name, "1/s", len(rates), middle, slowest, slowest, "≥ 30", slowest >= 30, note))
    return figures


# ---- the program on the display


def main(site_source: str) -> None:
    """Show a map, measure, print one line of JSON."""
    from operator_app.ui.program.map_setup import prepare_environment, register_scheme  # noqa: PLC0415

    prepare_environment(True)
    register_scheme()
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        site = _site(site_source, Path(folder))
        stage = _Stage(app, site)
        found = {"locate": _locate(site), **stage.changes(), **stage.drags()}
    print(json.dumps(found), flush=True)
    stage.close()
    os._exit(0)  # without an event loop Qt deletes no page before its profile; nothing is left to be kept


def _site(source: str, folder: Path) -> Any:
    from operator_app.maps.site import import_site, load_site  # noqa: PLC0415
    from tests.unit.maps.sample_pack import write_pack  # noqa: PLC0415

    import_site(Path(source) if source else write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


def _locate(site: Any) -> list[float]:
    chance = random.Random(3)
    box, spent = site.bounds, []
    for _ in range(5_000):
        lat, lon = chance.uniform(box.south, box.north), chance.uniform(box.west, box.east)
        begun = time.perf_counter()
        site.locate(lat, lon)
        spent.append((time.perf_counter() - begun) * 1000)
    return spent


class _Stage:
    """The map on the display."""

    def __init__(self, app: Any, site: Any) -> None:
        from operator_app.maps.serve import load_assets  # noqa: PLC0415
        from operator_app.ui.map.map_view import MapState, MapView  # noqa: PLC0415
        from operator_app.ui.words.texts import load_texts  # noqa: PLC0415

        self.app = app
        self.site = site
        self.view = MapView(load_assets(RESOURCES), site, load_texts(RESOURCES, "id"))
        self.view.resize(*SIZE)
        self.view.move(0, 0)
        self.view.show()
        self.painted = 0
        self.view.painted.connect(self._on_painted)
        self.view.activate()
        self.until(lambda: self.view.state is MapState.READY)

    def _on_painted(self, seq: int) -> None:
        self.painted = max(self.painted, seq)

    def until(self, holds: Callable[[], bool]) -> None:
        from PySide6.QtCore import QEventLoop  # noqa: PLC0415

        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError("the map does not answer")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def rest(self, seconds: float = 0.25) -> None:
        """Let the map come to rest: at most ten batches a second go out."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)

    def ask(self, script: str) -> Any:
        answers: list[str] = []
        assert self.view.web
        self.view.web.page.runJavaScript(f"JSON.stringify({script})", 0, answers.append)
        self.until(lambda: bool(answers))
        return json.loads(answers[0]) if answers[0] else None

    def incidents(self, count: int, seed: int) -> Iterator[Any]:
        from operator_app.maps.live import MapIncident  # noqa: PLC0415

        chance = random.Random(seed)
        box = self.site.bounds
        for number in range(count):
            lat, lon = chance.uniform(box.south, box.north), chance.uniform(box.west, box.east)
            yield MapIncident(
                f"{seed}-{number}", lat, lon, chance.randint(1, 5), f"KEB · Desa {number}", "Baru"
            )

    def timed(self, incidents: list[Any]) -> float:
        """Milliseconds from the order to the frame that shows it."""
        begun = time.perf_counter()
        seq = self.view.set_incidents(incidents)
        self.until(lambda: self.painted >= seq)
        return (time.perf_counter() - begun) * 1000

    def _nothing(self, number: int) -> float:
        """Milliseconds of a batch that only changes a figure in a line of text."""
        self.rest(0.15)
        begun = time.perf_counter()
        seq = self.view.set_unplaced(1 + number % 2)
        self.until(lambda: self.painted >= seq)
        return (time.perf_counter() - begun) * 1000

    def changes(self) -> dict[str, list[float]]:
        from dataclasses import replace  # noqa: PLC0415

        found: dict[str, list[float]] = {"nothing": [self._nothing(number) for number in range(TRIES)]}
        standing = list(self.incidents(STANDING, 1))
        for count in LIMITS_MS:
            for number in range(TRIES + 2):
                self.timed(standing)
                self.rest()
                fresh = list(self.incidents(count, 100 + number))
                new = self.timed([*standing, *fresh])
                self.rest()
                moved = self.timed([*standing, *(replace(each, lat=each.lat + 0.01) for each in fresh)])
                self.rest()
                if number >= 2:  # the first ones warm the page up
                    found.setdefault(f"new {count}", []).append(new)
                    found.setdefault(f"moved {count}", []).append(moved)
        return found

    def drags(self) -> dict[str, list[float]]:
        self.timed(list(self.incidents(CROWD, 7)))
        self.rest(1.0)
        rates, frames = [], []
        for number in range(DRAGS):
            self.ask(_WATCH)
            way = 1 if number % 2 else -1
            steps = [f"mousemove_relative -- {2 * way} {way} sleep 0.008" for _ in range(DRAG_STEPS)]
            order = (
                f"mousemove {SIZE[0] // 2} {SIZE[1] // 2} mousedown 1 sleep 0.05 {' '.join(steps)} mouseup 1"
            )
            hand = subprocess.Popen(["xdotool", *order.split()])
            self.until(lambda hand=hand: hand.poll() is not None)  # type: ignore[misc]
            self.rest(0.5)
            times = self.ask("window.watched")
            gaps = [after - before for before, after in itertools.pairwise(times)]
            rates.append(1000 * len(gaps) / (times[-1] - times[0]))
            frames += gaps
        return {"drag": rates, "frames": frames}

    def close(self) -> None:
        """Take the page down and wait until it is gone."""
        self.view.shutdown()
        self.rest(0.5)


_WATCH = """(() => {
  const pane = document.querySelector('.leaflet-map-pane');
  window.watched = [];
  let dragging = false, last = '';
  map_operator.once('dragstart', () => { dragging = true; });
  map_operator.once('dragend', () => { dragging = false; });
  const look = now => {
    if (dragging && pane.style.transform !== last) { window.watched.push(now); last = pane.style.transform; }
    if (window.watched.length && !dragging) return;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  return 1;
})()"""


if __name__ == "__main__":
    main(*sys.argv[1:])
