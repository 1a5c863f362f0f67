"""Faults planted into a copy of the program, one at a time, to see that the tests of the record report each.

A fault is a piece of text that stands once in a file, and what takes its place. `QUICK` need no database and run with
all tests (`test_planted.py`); all of them run by `./dev faults --only planted`.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.perf.figures import Figure, count

ROOT = Path(__file__).parents[2]
LIMIT_S = 240.0
FOUND, NOT_FOUND = 1, 0
"""Exit codes of pytest: a test failed, none failed. Any other means that the tests did not run."""

MODEL = "tests/unit/workflow/test_room_model.py"
FOLDS = "tests/unit/domain/test_folds.py"
BOTH_FOLDS = "tests/contract/test_fold.py"
LINK = "tests/contract/test_shared_store_link.py"
INCIDENT = "operator_app/domain/incident.py"
SQL = "operator_app/storage/server/code/"


@dataclass(frozen=True, slots=True)
class Planted:
    """What is wrong, where, what stands there, what is put there, and the tests that must fail (pytest's words)."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]


QUICK = (
    Planted(
        "a value that lost is dropped",
        INCIDENT,
        "clashes = (*clashes, Clash(held.value, held.event_id, held.seat))",
        "pass",
        (MODEL,),
    ),
    Planted(
        "typing on ends a clash", INCIDENT, "clashes = _left(held.clashes, chosen)", "clashes = ()", (MODEL,)
    ),
    Planted(
        "a choice leaves its clash standing",
        INCIDENT,
        "(*(fact.settles or ()), ",
        "(*(), ",
        (MODEL,),
    ),
    Planted(
        "what was written over is shown as a clash",
        INCIDENT,
        "*([] if event.base is None else [event.base]))",
        ")",
        (FOLDS,),
    ),
    Planted(
        "who comes first of two equal stamps is left to chance",
        "operator_app/domain/event.py",
        "return (self.hlc, self.id)",
        'return (self.hlc, "")',
        (MODEL,),
    ),
    Planted(
        "an event is taken twice",
        "operator_app/workflow/board.py",
        "if event.id in self._seen:",
        "if False:",
        (MODEL,),
    ),
    Planted(
        "the writer's base is forgotten",
        "operator_app/workflow/form.py",
        "facts.append(Note(FieldSet(incident.id, name, value or None), base))",
        "facts.append(Note(FieldSet(incident.id, name, value or None), None))",
        (MODEL,),
    ),
    Planted(
        "a wrong clock wins over whoever has seen it",
        "operator_app/workflow/recorder.py",
        "last = stamp.after(max(last, self._board.newest(note.fact, self.seat))).value",
        "last = stamp.value",
        (MODEL,),
    ),
    Planted(
        "a seat lets an illegal move of an incident through",
        "operator_app/workflow/course.py",
        'raise RefusedError(Refusal.ILLEGAL_MOVE, f"{incident.status} -> {to}")',
        "pass",
        (MODEL,),
    ),
    Planted(
        "the fold takes an illegal move of an incident",
        INCIDENT,
        "if to not in INCIDENT_MOVES[incident.status]:",
        "if False:",
        (FOLDS, MODEL),
    ),
    Planted(
        "a seat lets an illegal answer of an agency through",
        "operator_app/workflow/handover.py",
        "if to not in DISPATCH_MOVES[dispatch.state]:",
        "if False:",
        (MODEL,),
    ),
    Planted(
        "a taking over is lost",
        INCIDENT,
        "return replace(incident, owner=event.seat)",
        "return incident",
        (MODEL,),
    ),
    Planted(
        "what waits is forgotten by a kill",
        "operator_app/storage/seat/seat_store.py",
        "FROM own_event WHERE standing = 0 ORDER BY seq LIMIT ?",
        "FROM own_event WHERE standing = 9 ORDER BY seq LIMIT ?",
        ("tests/unit/storage/test_seat_store.py",),
    ),
)

AT_THE_SERVER = (
    Planted(
        "the server drops a value that lost",
        SQL + "fold_incident.sql",
        "|| jsonb_build_object('value', held->'value', 'event', held->'event', 'seat', held->'seat');",
        ";",
        (BOTH_FOLDS,),
    ),
    Planted(
        "the server leaves to chance who comes first of two equal stamps",
        SQL + "fold_incident.sql",
        "WHERE incident_id = wanted ORDER BY hlc, id LOOP",
        "WHERE incident_id = wanted ORDER BY hlc LOOP",
        (BOTH_FOLDS,),
    ),
    Planted(
        "the server takes an illegal move",
        SQL + "legal_move.sql",
        "('new', 'forwarded'), ",
        "('new', 'forwarded'), ('new', 'done'), ",
        (BOTH_FOLDS,),
    ),
    Planted(
        "the server loses a taking over",
        SQL + "fold_incident.sql",
        "coalesce(taken_by, i.seat)",
        "coalesce(i.seat, taken_by)",
        (BOTH_FOLDS,),
    ),
    Planted(
        "what commits late is never told",
        SQL + "delta_v1.sql",
        "WHERE e.xid >= pg_snapshot_xmin(old) AND NOT pg_visible_in_snapshot(e.xid, old)\n            AND",
        "WHERE e.xid >= pg_snapshot_xmax(old) AND",
        ("tests/contract/test_shared_store_cursor.py",),
    ),
    Planted(
        "a beat keeps silent about news",
        SQL + "beat_v1.sql",
        "has_news := read_to IS NULL OR EXISTS",
        "has_news := read_to IS NULL AND EXISTS",
        ("tests/contract/test_shared_store_beats.py",),
    ),
    Planted(
        "an answer that was lost is not believed the second time",
        "operator_app/storage/server/pump.py",
        'if result in {"new", "known"})',
        'if result in {"new"})',
        (LINK, "-k", "lost_answer"),
    ),
    Planted(
        "a refused event takes the rest of its batch along",
        "operator_app/storage/server/pump.py",
        "if len(events) == 1:",
        "if events:",
        (LINK, "-k", "poisoned"),
    ),
    Planted(
        "a restored server is not given what it lacks",
        "operator_app/storage/seat/seat_store.py",
        "WHERE standing = 1 AND journal = ? AND seq > ?",
        "WHERE standing = 9 AND journal = ? AND seq > ?",
        (LINK, "-k", "generation"),
    ),
    Planted(
        "the chain does not hold what was said",
        SQL + "event_digest.sql",
        "e.op, e.v, e.body, e.base,",
        "e.op, e.v, e.base,",
        ("tests/contract/test_shared_store_proof.py", "-k", "behind_our_back"),
    ),
)


@contextmanager
def house(folder: Path) -> Iterator[Path]:
    """A copy of program and tests to plant faults in."""
    nothing_built = shutil.ignore_patterns("__pycache__")
    for name in ("operator_app", "tests", "resources"):
        shutil.copytree(ROOT / name, folder / name, ignore=nothing_built)
    shutil.copy(ROOT / "pyproject.toml", folder)
    yield folder


def run_tests(house: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run these tests in the copy, without looking for the smallest example."""
    options = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "planted")
    return subprocess.run(
        [sys.executable, "-B", "-m", "pytest", *options, *tests],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )


def run_with(house: Path, planted: Planted) -> subprocess.CompletedProcess[str]:
    """Run the tests that must report a fault, with the fault in the copy; afterwards the copy is whole again."""
    file = house / planted.file
    whole = file.read_text(encoding="utf-8")
    assert whole.count(planted.right) == 1, (
        f"{planted.name}: {planted.file} does not hold {planted.right!r} once"
    )
    file.write_text(whole.replace(planted.right, planted.wrong), encoding="utf-8")
    try:
        return run_tests(house, planted.tests)
    finally:
        file.write_text(whole, encoding="utf-8")


def measure(folder: Path) -> list[Figure]:
    """Plant every fault, and count those that no test reports."""
    faults, missed = (*QUICK, *AT_THE_SERVER), list[str]()
    with house(folder) as copy:
        for tests in sorted({each.tests for each in faults}):
            done = run_tests(copy, tests)
            if done.returncode != NOT_FOUND:
                raise RuntimeError(
                    f"{tests} fail without a fault:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
                )
        for each in faults:
            done = run_with(copy, each)
            if done.returncode not in (FOUND, NOT_FOUND):
                raise RuntimeError(
                    f"{each.name}: the tests did not run:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
                )
            print(f"{'reported' if done.returncode == FOUND else 'NOT REPORTED'}: {each.name}", flush=True)
            if done.returncode == NOT_FOUND:
                missed.append(each.name)
    return [count("planted faults that no test reports", len(missed), of=len(faults), note="; ".join(missed))]
