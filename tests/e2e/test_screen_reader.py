"""The real window as a screen reader has it: walked over AT-SPI, every control has a name and a role."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LAUNCHER, DEBIAN_PYTHON = Path("/usr/libexec/at-spi-bus-launcher"), "/usr/bin/python3"
LIMIT_S = 120
SCRIPT = """
"$1" --launch-immediately & bus=$!
mkfifo "$4/hold"
"$2" -m tests.e2e.screen_reader_window <"$4/hold" >"$4/shown" & window=$!
exec 3>"$4/hold"
until grep -q shown "$4/shown"; do kill -0 $window || exit 9; sleep 0.1; done
"$3" tests/e2e/screen_reader_walk.py "$4/tree"; found=$?
exec 3>&-
wait $window
kill $bus
exit $found
"""
"""The bus of the screen reader, the window, the walk; then the window's pipe ends, and the bus."""
CONTROLS = frozenset({"push button", "check box", "radio button", "text", "table", "list", "combo box"})
WANTED = {
    "place": "text",
    "text": "text",
    "timeline": "table",
    "incidentsTable": "table",
    "end": "push button",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    if not sys.platform.startswith("linux"):
        pytest.skip("AT-SPI is of Linux")
    bindings = subprocess.run(
        [DEBIAN_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0')"],
        capture_output=True,
        check=False,
    )
    tools = [tool for tool in ("Xvfb", "xvfb-run", "dbus-run-session") if shutil.which(tool) is None]
    if tools or bindings.returncode or not LAUNCHER.exists():
        pytest.fail(
            f"AT-SPI is not installed ({', '.join(tools) or 'its bus or its bindings'}); run ./dev setup"
        )
    folder = tmp_path_factory.mktemp("reader")
    shell = ["bash", "-c", SCRIPT, "bash", str(LAUNCHER), sys.executable, DEBIAN_PYTHON, str(folder)]
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1920x1080x24", "dbus-run-session", "--", *shell],
        cwd=HERE.parents[1],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads((folder / "tree").read_text(encoding="utf-8"))
    return found


def test_every_control_on_the_screen_has_a_name_and_a_role(tree: list[dict[str, Any]]) -> None:
    shown = [node for node in tree if node["showing"]]
    assert len(shown) > 200, "a whole window"
    nameless = [n for n in shown if not n["name"] and (n["focusable"] or n["role"] in CONTROLS)]
    assert nameless == []
    assert [n for n in shown if n["role"] in {"unknown", "invalid"}] == []


def test_fields_lists_and_keys_are_found_by_their_roles(tree: list[dict[str, Any]]) -> None:
    there = {(node["id"], node["role"]) for node in tree if node["showing"]}
    assert set(WANTED.items()) - there == set()


def test_words_that_change_are_read_as_they_stand(tree: list[dict[str, Any]]) -> None:
    names = {node["id"]: node["name"] for node in tree if node["showing"]}
    assert names["incidentNumber"] == "KTM-261123-M3-001"
    assert names["callState"] == "Tersambung"
    assert "0.47851, 117.56320" in names["pointLine"]
