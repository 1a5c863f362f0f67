"""The wall goes to the screen it was given, hides while that one is unplugged, and never covers the operator's."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, sys
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

app = QApplication(sys.argv)
from operator_app.ui.kit.theme import Theme
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.measure import WallScale
from operator_app.ui.wall.window import WallWindow
from tests.ui.desk_scene import texts
from tests.unit.desk.room import SetClock, made_wall

wanted = sys.argv[1]
wall = WallWindow(
    made_wall(SetClock()), texts(), lambda w, h: WallLook(Theme(), WallScale(w, h)), ("112", "room"), None
)
wall.show_on(wanted, full_screen=True)
told = []

def look():
    app.processEvents()
    place = wall.geometry()
    told.append([wall.isVisible(), wall.isFullScreen(), place.x(), place.y(), place.width(), place.height()])

look()
screen = next((each for each in QGuiApplication.screens() if each.name() == wanted), None)
if screen is not None:
    app.screenRemoved.emit(screen)
    look()
    app.screenAdded.emit(screen)
    look()
wall.close()
print(json.dumps(told))
"""


def run_on_two_screens(folder: Path, wanted: str) -> list[list[object]]:
    def screen(name: str, x: int) -> dict[str, object]:
        size = {"x": x, "y": 0, "width": 1920, "height": 1080}
        return {"name": name, **size, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}

    screens = folder / "screens.json"
    screens.write_text(json.dumps({"screens": [screen("OPERATOR", 0), screen("WALL", 1920)]}))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, wanted],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={screens}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told: list[list[object]] = json.loads(done.stdout)
    return told


def test_it_fills_its_own_screen_and_waits_hidden_while_that_is_away(tmp_path: Path) -> None:
    there, gone, back = run_on_two_screens(tmp_path, "WALL")
    assert there == [True, True, 1920, 0, 1920, 1080]
    assert gone[0] is False
    assert back == there


def test_without_its_screen_it_does_not_appear_at_all(tmp_path: Path) -> None:
    (nowhere,) = run_on_two_screens(tmp_path, "PROJECTOR")
    assert nowhere[0] is False


def test_without_a_name_it_takes_the_first_screen(tmp_path: Path) -> None:
    (first,) = run_on_two_screens(tmp_path, "")
    assert first == [True, True, 0, 0, 1920, 1080]
