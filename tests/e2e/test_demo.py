"""The demo plays its shift to the end, and whatever ends it leaves nothing running."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operator_app.room.waiting import wait_for
from operator_app.storage.postgres.server_user import place_for_server

LIMIT_S = 150


@pytest.fixture
def quiet_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}


@pytest.fixture
def running_in(tmp_path: Path, server_place: Callable[[str], Path]) -> Iterator[Callable[[], list[str]]]:
    """Tells the commands of the room in `tmp_path`/room that are alive; in the end there must be none."""
    server_place("room/server")
    places = [str(tmp_path / "room").encode(), str(place_for_server(tmp_path / "room" / "server")).encode()]

    def alive() -> list[str]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    command = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if any(place in command for place in places):
                    found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        return found

    yield alive
    wait_for("nothing of the demo is left", lambda: not alive(), 30.0, lambda: "\n".join(alive()))


def demo(tmp_path: Path) -> list[str]:
    return [
        *(sys.executable, "-u", "-m", "operator_app", "demo", "--no-keep"),
        *("--folder", str(tmp_path / "room"), "--out", str(tmp_path / "pictures")),
    ]


def test_every_step_is_seen_and_pictures_are_left(
    tmp_path: Path, quiet_environment: dict[str, str], running_in: Callable[[], list[str]]
) -> None:
    done = subprocess.run(
        demo(tmp_path), env=quiet_environment, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    missed = tmp_path / "pictures" / "missed.txt"
    assert done.returncode == 0, done.stdout + done.stderr + (missed.read_text() if missed.exists() else "")
    assert re.search(r"^All \d\d steps were seen on the screens in \d", done.stdout, re.MULTILINE)
    assert all(
        re.match(r"\[ *\d+\.\d s\] .* \(\d+(\.\d)? m?s\)$", line) for line in done.stdout.splitlines()[3:-1]
    )
    pictures = sorted(path.name for path in (tmp_path / "pictures").glob("*.png"))
    assert len(pictures) == 4 * 8
    assert {name.rpartition("-")[2] for name in pictures} == {"m1.png", "m2.png", "damkar.png", "dinding.png"}


def test_a_killed_demo_leaves_nothing(
    tmp_path: Path, quiet_environment: dict[str, str], running_in: Callable[[], list[str]]
) -> None:
    log = tmp_path / "demo.log"
    with (
        log.open("w") as output,
        subprocess.Popen(demo(tmp_path), env=quiet_environment, stdout=output) as running,
    ):
        wait_for("the windows are up", lambda: "is on its screen" in log.read_text(), 60.0, log.read_text)
        assert len(running_in()) > 4
        running.kill()


def test_ctrl_c_ends_the_demo_in_order(
    tmp_path: Path, quiet_environment: dict[str, str], running_in: Callable[[], list[str]]
) -> None:
    log = tmp_path / "demo.log"
    with (
        log.open("w") as output,
        subprocess.Popen(demo(tmp_path), env=quiet_environment, stdout=output) as running,
    ):
        wait_for("the server is up", lambda: "PostgreSQL runs" in log.read_text(), 60.0, log.read_text)
        running.send_signal(2)
        assert running.wait(60) == 0
    assert "nothing is left running" in log.read_text()
    assert running_in() == []
