"""What is settled before the application: without a GPU Chromium must not load one in software to look for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from operator_app.ui.program.map_setup import prepare_environment

NAMES = ("QT_QUICK_BACKEND", "QT_XCB_GL_INTEGRATION")


@pytest.mark.parametrize(
    ("software", "given", "settled"),
    [
        (True, {}, ("software", "none")),
        (False, {}, ("", "")),
        (True, {"QT_QUICK_BACKEND": "rhi"}, ("rhi", "")),  # without its backend this switch blanks the map
        (True, {"QT_XCB_GL_INTEGRATION": "xcb_egl"}, ("software", "xcb_egl")),
    ],
)
def test_without_a_gpu_no_opengl_is_loaded(
    software: bool, given: dict[str, str], settled: tuple[str, str]
) -> None:
    code = (
        "import os; from operator_app.ui.program.map_setup import prepare_environment;"
        f"prepare_environment({software});"
        f"print(*(os.environ.get(each, '-') for each in {NAMES!r}))"
    )
    env = {name: value for name, value in os.environ.items() if name not in NAMES} | given
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert tuple(each.replace("-", "", 1) if each == "-" else each for each in done.stdout.split()) == settled


def test_what_the_environment_overrules_is_told_by_name_and_never_by_its_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("QT_QUICK_BACKEND", "QT_XCB_GL_INTEGRATION"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # put back afterwards
    monkeypatch.setenv("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-web-security=secret")
    monkeypatch.setenv("OPERATOR_RESOURCES", "/tmp/other")
    prepare_environment(software=True)
    told = [each.getMessage() for each in caplog.records]
    assert any(each.startswith("QTWEBENGINE_CHROMIUM_FLAGS is set") for each in told)
    assert any(each.startswith("OPERATOR_RESOURCES is set") for each in told)
    assert "secret" not in " ".join(told)
    assert "--disable-web-security=secret" in os.environ["QTWEBENGINE_CHROMIUM_FLAGS"]  # honoured, only told
