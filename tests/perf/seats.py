"""R2 by size of the room: saved on one seat, handed to the board of each other, with 10, 100 and 300 seats.

The writing seat is a real one in a process of its own (journal on disk, pump). The others are real server links, many
in a process, without windows and disks (`crowd_seats`). Server, writer and all the others share this machine's cores,
which in a real room only the server would have: the figures are an upper bound for the server's part.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import psutil

from operator_app.room.processes import RoomProcess
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.storage.postgres.launcher import EmbeddedServer
from tests.faults.seats import ROOT, LightSeat
from tests.perf.crowd_seats import WRITER
from tests.perf.figures import Figure, count, spread
from tests.postgres_fixtures import server_folder

TARGETS = {10: 150, 100: 250, 300: 500}
PER_PROCESS = 75
PACES = (("one deed each 1 s", 3, 1.0), ("ten deeds each 1 s", 20, 0.1))
"""In words, incidents, and the seconds after each deed; an incident is five deeds."""
CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name LIKE 'operator %'
"""


def measure() -> list[Figure]:
    """Each size in a fresh room."""
    return [figure for seats, target in TARGETS.items() for figure in _measure(seats, target)]


def _measure(seats: int, target: int) -> list[Figure]:
    with (
        server_folder() as folder,
        EmbeddedServer(folder / "server", max_connections=3 * seats + 20) as server,
        Room(folder / "room") as room,
    ):
        room.crew.guard(server.cluster)
        room.start_server(server.dsn)
        return _in_room(room, server.cluster, seats, target)


def _in_room(room: Room, cluster: Path, seats: int, target: int) -> list[Figure]:
    crowd = Processes(room, seats - 1)
    writer = LightSeat(room, WRITER)
    runs: list[tuple[str, dict[str, float], str]] = []
    for pace, incidents, every_s in PACES:
        before, crowd_s, server_s = _busy(), crowd.total("cpu_s"), _cpu_s(cluster)
        writer.start(write=incidents, every_s=every_s)
        wait_for("all is written", writer.has_written, 120.0, writer.process.tail)
        saved = writer.times("saved")
        wait_for("all is told", lambda: crowd.least("got") >= len(writer.saved()), 120.0, crowd.tail)
        used = f"server {_cpu_s(cluster) - server_s:.0f} s, the other seats {crowd.total('cpu_s') - crowd_s:.0f} s"
        runs.append((pace, saved, f"{_share(before, _busy()):.0%} of {os.cpu_count()} cores busy: {used}"))
        if pace != PACES[-1][0]:
            writer.stop()
    connections = int(room.sql(CONNECTIONS)[0][0])
    lost = int(crowd.total("lost"))
    told = crowd.end()
    figures = []
    for pace, saved, load in runs:
        took = [(at - begun) * 1000 for event, begun in saved.items() for at in told[event]]
        events = f"{len(saved)} events; {load} of processor time"
        name = f"R2 saved on A → on the board of B, {seats} seats, {pace}"
        figures.append(spread(name, "ms", took, p95=target, note=events))
    note = f"{connections / seats:.1f} a seat"
    figures.append(spread(f"   connections, {seats} seats", "", [connections], note=note))
    figures.append(count(f"   seats that lost the server, {seats} seats", lost, of=seats - 1))
    return figures


class Processes:
    """The other seats, some dozens in each process, all connected when this is made."""

    def __init__(self, room: Room, seats: int) -> None:
        self._parts: list[tuple[RoomProcess, Path]] = []
        logins = [
            json.dumps({"seat": name, "dsn": room.login(name, "seat")})
            for name in (f"S{number}" for number in range(1, seats + 1))
        ]
        for start in range(0, seats, PER_PROCESS):
            file = room.folder / f"crowd-{start}.jsonl"
            file.write_text("\n".join(logins[start : start + PER_PROCESS]), encoding="utf-8")
            report = file.with_suffix(".report")
            command = [sys.executable, "-m", "tests.perf.crowd_seats", str(file), str(report)]
            self._parts.append((room.crew.start(f"crowd-{start}", command, cwd=ROOT), report))
        wait_for(
            "all seats are there", lambda: self.total("connected") == seats, 90.0, self.tail, every_s=0.3
        )

    def total(self, key: str) -> float:
        """What all processes said last, added."""
        return sum(float(self._last(process).get(key, 0)) for process, _ in self._parts)

    def least(self, key: str) -> int:
        """The least of what the processes said last."""
        return min(int(self._last(process).get(key, 0)) for process, _ in self._parts)

    def end(self) -> dict[str, list[float]]:
        """End them; returns when each event was handed over at each seat."""
        told: dict[str, list[float]] = {}
        for process, report in self._parts:
            process.stop()
            for event, times in json.loads(report.read_text(encoding="utf-8")).items():
                told.setdefault(event, []).extend(times)
        return told

    def tail(self) -> str:
        """Their last words."""
        return "\n".join(process.tail(3) for process, _ in self._parts)

    def _last(self, process: RoomProcess) -> dict[str, Any]:
        lines = process.log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in lines if line.startswith('{"connected"') and line.endswith("}")]
        return dict(json.loads(told[-1])) if told else {}


def _cpu_s(cluster: Path) -> float:
    """Processor time of the server's processes, in seconds."""
    main = psutil.Process(int((cluster / "postmaster.pid").read_text(encoding="ascii").split()[0]))
    times = [each.cpu_times() for each in (main, *main.children())]
    return sum(each.user + each.system for each in times)


def _busy() -> tuple[int, int]:
    """Ticks of all cores since boot: busy, and all."""
    ticks = [
        int(each) for each in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    ]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _share(before: tuple[int, int], after: tuple[int, int]) -> float:
    return (after[0] - before[0]) / max(1, after[1] - before[1])
