"""The limits of the library and the throttle that keeps calls within them."""

import json
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from operator_app.telephony.engine.limits import LIMITS_FILE, Limits, Throttle, library_limits


def test_the_wheel_has_the_limits_that_were_measured() -> None:
    assert library_limits(Path(str(distribution("pjsua2-python").locate_file("pjsua2")))) == Limits()


def test_an_own_build_says_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pjsua2.py").write_text("")
    told = {"build": "ours", "calls": 32, "accounts": 32, "handles": 1024, "newer": 1}
    (tmp_path / LIMITS_FILE).write_text(json.dumps(told))
    monkeypatch.delitem(sys.modules, "pjsua2", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert library_limits() == Limits(calls=32, accounts=32, handles=1024, build="ours")


def test_calls_wait_while_the_sockets_of_ended_ones_are_closing() -> None:
    throttle = Throttle(64)
    for _ in range(20):
        throttle.ended(1.0)
    assert not throttle.closed(3, 1.1)
    assert throttle.closed(4, 1.1)
    assert throttle.held_back == 1
    assert not throttle.closed(4, 1.8)
