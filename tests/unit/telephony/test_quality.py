"""The E-model against values worked out by hand."""

import pytest

from operator_app.telephony.quality import mos


@pytest.mark.parametrize(
    ("lost", "delay", "value"),
    [(0, 50, 4.38), (1, 100, 4.26), (5, 50, 3.87), (10, 150, 3.23), (100, 2000, 1.0)],
)
def test_known_points(lost: float, delay: float, value: float) -> None:
    assert mos(lost, delay) == pytest.approx(value, abs=0.02)


def test_it_only_gets_worse() -> None:
    for delay in (0, 100, 200, 400):
        scores = [mos(lost, delay) for lost in range(0, 101, 5)]
        assert scores == sorted(scores, reverse=True)
