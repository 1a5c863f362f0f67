"""A measured figure beside its target, told the same way by bench and faults: one table, one file."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: its spread over `n` tries, its target in words, and whether it was met (None: no target is set)."""

    name: str
    unit: str
    n: int
    p50: float
    p95: float
    max: float
    target: str
    passed: bool | None
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was really measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(
    name: str,
    unit: str,
    values: Sequence[float],
    *,
    p95: float | None = None,
    most: float | None = None,
    note: str = "",
) -> Figure:
    """Make a figure of measured values; targets are upper limits of the 95th percentile and of the greatest value."""
    if not values:
        raise ValueError(f"{name}: nothing was measured")
    middle, high, greatest = percentile(values, 0.5), percentile(values, 0.95), max(values)
    words = [
        f"{what} ≤ {limit:g} {unit}".rstrip()
        for what, limit in (("p95", p95), ("max", most))
        if limit is not None
    ]
    passed = None
    if words:
        passed = (p95 is None or high <= p95) and (most is None or greatest <= most)
    return Figure(name, unit, len(values), middle, high, greatest, ", ".join(words), passed, note)


def count(name: str, value: int, *, of: int, target: int = 0, note: str = "") -> Figure:
    """Make a figure of something counted in `of` tries, met when it is exactly `target`."""
    return Figure(name, "", of, value, value, value, str(target), value == target, note)


def skipped(name: str, why: str) -> Figure:
    """Stand for what was not measured, so that it is not taken for met."""
    return Figure(name, "", 0, 0, 0, 0, "", None, f"NOT RUN: {why}")


def table(figures: Iterable[Figure]) -> str:
    """Lay figures out as lines for a person; a miss is told as a miss."""
    verdict = {True: "met", False: "MISSED", None: "-"}
    rows = [("measure", "n", "p50", "p95", "max", "unit", "target", "", "")]
    rows += [
        (
            f.name,
            str(f.n),
            _short(f.p50),
            _short(f.p95),
            _short(f.max),
            f.unit,
            f.target,
            verdict[f.passed],
            f.note,
        )
        for f in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = {1, 2, 3, 4}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def save(figures: Iterable[Figure], path: Path) -> None:
    """Write the figures as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps([asdict(each) for each in figures], indent=1, ensure_ascii=False) + "\n", "utf-8"
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.1f}"
