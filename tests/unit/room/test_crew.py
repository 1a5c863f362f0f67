"""No process of a room outlives it: not after a proper end, not after the room's own violent death."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from operator_app.room.processes import Crew
from operator_app.room.reaper import members
from operator_app.room.waiting import RoomError, WaitFailedError, wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]
RUNAWAY_CODE = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("up", flush=True)
"""
NAMELESS = ["env", "-i", *STUBBORN]
RUNAWAY = [sys.executable, "-c", RUNAWAY_CODE]


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    made = Crew(tmp_path)
    yield made
    made.close()


def test_a_program_writes_its_log_and_ends_with_the_crew(tmp_path: Path) -> None:
    crew = Crew(tmp_path)
    member = crew.start("sleeper", SLEEPER)
    said = crew.start("speaker", [sys.executable, "-c", "print('selamat pagi')"])
    wait_for("the speaker ends", lambda: said.exit_code == 0)
    assert said.tail() == "selamat pagi"
    assert member.pid in crew.alive()
    assert crew.close() == {}
    assert member.exit_code == -signal.SIGTERM
    assert members(crew.tag) == {}


def test_children_in_a_session_of_their_own_are_ended_and_told(crew: Crew) -> None:
    member = crew.start("runaway", RUNAWAY)
    wait_for("the runaway's parent ends", lambda: member.exit_code == 0)
    assert len(crew.alive()) == 1
    assert len(crew.close()) == 1
    assert crew.alive() == {}


def test_who_ignores_the_polite_word_is_killed(crew: Crew) -> None:
    member = crew.start("stubborn", STUBBORN)
    wait_for("it is up", lambda: "up" in member.tail())
    assert member.stop(0.2) == -signal.SIGKILL


def test_a_killed_room_leaves_nothing_behind(tmp_path: Path) -> None:
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    away = tmp_path / "away"
    (away / "data").mkdir(parents=True)
    script = (
        "import sys, time; from pathlib import Path; from operator_app.room.processes import Crew\n"
        f"crew = Crew(Path({str(tmp_path)!r}))\n"
        f"crew.start('stubborn', {STUBBORN!r}); crew.start('runaway', {RUNAWAY!r})\n"
        f"crew.start('nameless', {NAMELESS!r}, cwd=Path({str(cluster)!r})); crew.guard(Path({str(cluster)!r}))\n"
        f"crew.clear_away(Path({str(away)!r}))\n"
        "print(crew.tag, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as room:
        try:
            assert room.stdout is not None
            tag = room.stdout.readline().strip()
            wait_for(
                "both are up",
                lambda: sum("up" in log.read_text() for log in (tmp_path / "logs").glob("*.log")) == 3,
            )
            # The runaway's parent may still be on its way out when its word is read.
            wait_for("the stubborn one and the runaway are left", lambda: len(members(tag)) == 2)
            assert away.exists()
        finally:
            room.kill()
    wait_for("the reaper has ended all", lambda: not members(tag, [cluster]), 30.0)
    wait_for("and cleared away what lay elsewhere", lambda: not away.exists(), 30.0)


def test_a_missing_program_is_one_sentence(crew: Crew) -> None:
    with pytest.raises(RoomError, match=r"^no-such-program is not on this machine; install it\.$"):
        crew.start("ghost", ["no-such-program"])


def test_an_empty_value_takes_a_variable_out(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_TEST_WORD", "here")
    script = [sys.executable, "-c", "import os; print(os.environ.get('OPERATOR_TEST_WORD'))"]
    member = crew.start("env", script, {"OPERATOR_TEST_WORD": ""})
    wait_for("it ends", lambda: member.exit_code == 0)
    assert member.tail() == "None"
    assert "OPERATOR_TEST_WORD" in os.environ


def test_waiting_in_vain_names_the_fact_and_shows_what_is_there() -> None:
    start = time.monotonic()
    with pytest.raises(WaitFailedError, match=r"in vain: the moon rises\nclouds"):
        wait_for("the moon rises", lambda: None, 0.1, lambda: "clouds")
    assert time.monotonic() - start < 5
