"""A room of real processes for each whole-room test; it leaves nothing running behind."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operator_app.room.room import Room
from operator_app.storage.postgres.server_user import place_for_server

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture
def voices() -> Path:
    """The recordings of the demo's callers."""
    return RESOURCES / "demo"


@pytest.fixture
def bare_room(tmp_path: Path) -> Iterator[Room]:
    """A room without a server yet. What its processes had left behind when it closed fails the test."""
    if not sys.platform.startswith("linux"):
        pytest.skip("rooms of real windows run on Linux only")
    missing = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
    if missing:
        pytest.fail(f"not installed: {', '.join(missing)}; run ./dev setup")
    room = Room(tmp_path / "room", durable=False)
    try:
        yield room
    finally:
        left = room.close()
    assert not left, f"left behind: {left}"


@pytest.fixture
def room(bare_room: Room) -> Room:
    """A room with a server that has the schema."""
    bare_room.start_server()
    return bare_room


@pytest.fixture
def server_place(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Names folders that a server started as root can use, and clears them away."""
    places: list[Path] = []

    def place(name: str) -> Path:
        found = place_for_server(tmp_path / name)
        places.append(found)
        return found

    yield place
    for each in places:
        shutil.rmtree(each, ignore_errors=True)
