"""Light seats of a fault run: started, killed and started again, and what they said was saved."""

import contextlib
import json
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from operator_app.room.peers import free_port
from operator_app.room.processes import RoomProcess
from operator_app.room.room import Room
from operator_app.room.settings_file import write_settings
from operator_app.room.waiting import wait_for
from operator_app.storage.seat.seat_schema import FILE_NAME
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.workflow.board import Board

ROOT = Path(__file__).parents[2]
UP_S = 60.0
DRAIN_S = 120.0


class LightSeat:
    """One seat's folder and the processes that lived on it, one after the other."""

    def __init__(
        self,
        room: Room,
        name: str,
        *,
        through: int | None = None,
        host: str = "127.0.0.1",
        enter: Sequence[str] = (),
    ) -> None:
        """Make its login and settings; `through` is the port of a wire in front of the server, at `host`.

        `enter` stands before its command: the way into a network namespace.
        """
        self._enter = tuple(enter)
        self.name = name
        self.folder = room.folder / name.lower()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._room = room
        self._settings = self.folder / "window.toml"
        self._logs: list[Path] = []
        self._process: RoomProcess | None = None
        write_settings(
            self._settings,
            {
                "site": {"prefix": "KTM"},
                "seat": {"name": name, "data": str(self.folder)},
                "server": {
                    "dsn": make_conninfo(
                        room.login(name, "seat", through=through), host=host, sslmode="disable"
                    )
                },
                "phone": {"enabled": False, "port": free_port()},
            },
        )

    def start(self, *, write: int = 0, every_s: float = 0.01, more: Sequence[str] = ()) -> None:
        """Start a process that writes this many incidents, and wait until it is up; `more` are further arguments."""
        command = [
            *self._enter,
            *(sys.executable, "-m", "tests.faults.light_seat", "--settings", str(self._settings)),
            *("--write", str(write), "--every", str(every_s)),
            *more,
        ]
        self._process = self._room.crew.start(f"{self.name}-{len(self._logs) + 1}", command, cwd=ROOT)
        self._logs.append(self._process.log)
        wait_for(f"{self.name} is up", self._is_up, UP_S, self._process.tail)

    @property
    def process(self) -> RoomProcess:
        """The running or last process."""
        assert self._process is not None
        return self._process

    def kill(self) -> None:
        """Kill it where it stands."""
        self.process.kill(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self.process.stop()

    def told(self, key: str) -> list[tuple[str, ...]]:
        """Return what it said under this key, in all its lives; a line cut by a kill was not said."""
        found = []
        for log in self._logs:
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith(f'{{"{key}"') and line.endswith("}"):
                    value = json.loads(line)[key]
                    found.append(tuple(value) if isinstance(value, list) else (str(value),))
        return found

    def lines(self, key: str) -> list[dict[str, Any]]:
        """Return the whole lines under this key of the living process."""
        text = self.process.log.read_text(encoding="utf-8", errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith(f'{{"{key}"')]

    def times(self, key: str) -> dict[str, float]:
        """Return when each event was first told under this key, in seconds of the monotonic clock."""
        first: dict[str, float] = {}
        for line in self.lines(key):
            for event in line[key]:
                first.setdefault(event, line["at"])
        return first

    def opened(self) -> dict[str, float]:
        """Return the incidents opened here, and when that was safe on disk."""
        return {incident: line["at"] for line in self.lines("saved") for incident in line["opened"]}

    def took_ms(self) -> list[float]:
        """Return how long each wish took until it was on disk."""
        return [line["took_ms"] for line in self.lines("took_ms")]

    def saved(self) -> set[str]:
        """Return every event that it said was safe on this seat."""
        return {each for ids in self.told("saved") for each in ids}

    def has_saved(self) -> bool:
        """Whether the living process has saved anything."""
        return '{"saved"' in self.process.log.read_text(encoding="utf-8", errors="replace")

    def has_written(self) -> bool:
        """Whether the living process has done all it was to write."""
        return '{"written"' in self.process.log.read_text(encoding="utf-8", errors="replace")

    def is_drained(self) -> bool:
        """Whether the living process has nothing left for the server, by its own word."""
        last = self._last_link()
        return last is not None and last["link"] and last["waiting"] == 0

    def is_alone(self) -> bool:
        """Whether the living process has noticed that the server is away."""
        last = self._last_link()
        return last is not None and not last["link"]

    def _last_link(self) -> dict[str, Any] | None:
        lines = [
            line
            for line in self.process.log.read_text(encoding="utf-8").splitlines()
            if line.startswith('{"link"') and line.endswith("}")
        ]
        return json.loads(lines[-1]) if lines else None

    def kept(self) -> set[str]:
        """Return the ids of every event in its store, also while it runs."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / FILE_NAME}?mode=ro", uri=True)) as db:
            return {
                row[0] for row in db.execute("SELECT id FROM own_event UNION SELECT id FROM foreign_event")
            }

    def board(self) -> Board:
        """Return the room as this seat's own store has it; only when it does not run."""
        board = Board()
        store = SeatStore.open(self.folder)
        try:
            board.apply(store.events())
        finally:
            store.close()
        return board

    def _is_up(self) -> bool:
        if self.process.exit_code is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.exit_code}: {self.process.tail()}")
        return '{"up"' in self.process.log.read_text(encoding="utf-8", errors="replace")
