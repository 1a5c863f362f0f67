"""Figures say what was measured, and a miss is a miss."""

import json
from pathlib import Path

import pytest

from tests.perf.figures import count, percentile, save, spread, table


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(each) for each in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (50.0, 95.0)
    assert percentile([7.0], 0.95) == 7.0


def test_a_target_is_met_or_missed_and_its_words_say_which() -> None:
    values = [10.0] * 19 + [500.0]
    assert spread("C", "ms", values, p95=30).passed is True
    missed = spread("C", "ms", values, p95=30, most=100)
    assert missed.passed is False
    assert missed.target == "p95 ≤ 30 ms, max ≤ 100 ms"
    assert spread("C", "ms", values).passed is None
    assert count("lost", 0, of=200).passed is True
    assert count("lost", 1, of=200).passed is False
    with pytest.raises(ValueError, match="nothing was measured"):
        spread("C", "ms", [])


def test_table_and_file_hold_every_figure(tmp_path: Path) -> None:
    figures = [spread("C1", "ms", [1.0, 2.0], p95=1), count("lost", 0, of=3)]
    text = table(figures)
    assert "MISSED" in text.splitlines()[1]
    assert "met" in text.splitlines()[2]
    save(figures, tmp_path / "build" / "results.json")
    kept = json.loads((tmp_path / "build" / "results.json").read_text("utf-8"))
    assert [each["name"] for each in kept] == ["C1", "lost"]
    assert set(kept[0]) >= {"name", "unit", "n", "p50", "p95", "max", "target", "passed"}
