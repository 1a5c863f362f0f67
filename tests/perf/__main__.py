"""The bench: `python -m tests.perf [--only NAME ...]`, by `./dev bench`; results in build/bench/results.json.

A miss is told as a miss and does not fail the run; what could not be measured does.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from operator_app.room.room import Room
from tests.perf import (
    audio,
    calls,
    dead,
    form,
    hand,
    large,
    map_page,
    phones,
    place_search,
    record,
    seats,
    starts,
)
from tests.perf.figures import Figure, save, table
from tests.postgres_fixtures import server_folder

RESULTS = Path("build/bench/results.json")
SITE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def in_room(measure: Callable[[Room], list[Figure]]) -> Callable[[], list[Figure]]:
    """Give a measurement a fresh room with a server that syncs to disk."""

    def run() -> list[Figure]:
        with server_folder() as folder, Room(folder, site=SITE if SITE.is_dir() else None) as room:
            room.start_server()
            return measure(room)

    return run


SUITES: dict[str, Callable[[], list[Figure]]] = {
    "audio": audio.measure,
    "calls": in_room(calls.measure),
    "form": in_room(form.measure),
    "dead": dead.measure,
    "large": large.measure,
    "hand": in_room(hand.measure),
    "list": in_room(hand.measure_list),
    "map": in_room(map_page.measure),
    "phones": phones.measure,
    "places": place_search.measure,
    "record": in_room(record.measure),
    "seats": seats.measure,
    "start": in_room(starts.measure),
}


def main() -> int:
    """Measure, print the table, write the file; exit code 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="tests.perf", description=__doc__)
    parser.add_argument("--only", choices=sorted(SUITES), action="append", help="only these measurements")
    parser.add_argument("--full", action="store_true", help="R6 with a million incidents, if it is measured")
    given = parser.parse_args()
    SUITES["large"] = partial(large.measure, given.full)
    figures: list[Figure] = []
    failed: list[str] = []
    for name in given.only or sorted(SUITES):
        begun = time.monotonic()
        try:
            figures += SUITES[name]()
        except Exception:  # noqa: BLE001  (told below; the other measurements still run)
            traceback.print_exc()
            failed.append(name)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    save(figures, RESULTS)
    print(table(figures))
    missed = [figure.name.strip() for figure in figures if figure.passed is False]
    print(f"\n{len(figures)} figures, {len(missed)} missed; written to {RESULTS}")
    for name in failed:
        print(f"NOT MEASURED: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
