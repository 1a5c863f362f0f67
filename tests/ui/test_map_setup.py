"""What is settled before the application: without a GPU Chromium must not load one in software to look for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
