"""What lies where a person started the program, and Python's variables, reach no process that the program starts."""

import json
import subprocess
from pathlib import Path

import pytest

from operator_app.bootstrap.doctor_phone import ask_library
from operator_app.lanes.child import own_process
from operator_app.telephony.engine.devices import SCAN_COMMAND
from operator_app.telephony.launch import ENGINE_COMMAND

BAIT = "raise SystemExit('foreign code was run')\n"


@pytest.fixture
def baited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files named as Python's own, in which we stand, and variables that point there."""
    for name in ("json", "logging", "runpy", "sitecustomize", "operator_app", "pjsua2"):
        (tmp_path / f"{name}.py").write_text(BAIT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("baited")
@pytest.mark.parametrize("command", [ENGINE_COMMAND, own_process("operator_app")])
def test_a_child_is_this_program_and_nothing_that_lies_about(command: tuple[str, ...]) -> None:
    done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


@pytest.mark.usefixtures("baited")
def test_the_look_for_sound_devices_and_the_doctors_look_too() -> None:
    done = subprocess.run(SCAN_COMMAND, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)
    told = ask_library()
    assert isinstance(told, dict), told
    assert told["version"]
