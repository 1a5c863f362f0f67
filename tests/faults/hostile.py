"""Strangers at every door of the program, counted door by door: each file `tests/hostile/test_DOOR.py` is a door."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.perf.figures import Figure, count, skipped

ROOT = Path(__file__).parents[2]
DOORS = ROOT / "tests" / "hostile"


def measure() -> Iterator[Figure]:
    """Play all strangers of each door, and count what did not hold; a door that cannot be played is not met."""
    for door in sorted(DOORS.glob("test_*.py")):
        yield from _play(door)


def _play(door: Path) -> list[Figure]:
    name = door.stem.removeprefix("test_").replace("_", " ")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            str(door),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        cases, failed, left_out = counted(report) if report.exists() else (0, 0, 0)
    if cases == left_out:
        why = "no case could be played: " + (done.stdout.strip().splitlines() or ["no word"])[-1]
        return [skipped(f"strangers at the door: {name}", why)]
    note = f"{cases - failed - left_out} held" + (f", {left_out} NOT PLAYED" if left_out else "")
    return [count(f"strangers at the door: {name}", failed, of=cases, note=note)]


def counted(report: Path) -> tuple[int, int, int]:
    """Cases, those that failed, and those that were left out, of a report that pytest wrote."""
    suites = ET.parse(report).getroot().iter("testsuite")
    told = [
        {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
        for suite in suites
    ]
    failed = sum(each["failures"] + each["errors"] for each in told)
    return sum(each["tests"] for each in told), failed, sum(each["skipped"] for each in told)
