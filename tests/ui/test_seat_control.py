"""The observation channel and the run loop: what the harness asks is answered truly, a process ends as told."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import Text
from operator_app.ui.kit.lamps import Lamp
from operator_app.ui.kit.theme import Theme
from operator_app.ui.program.app import until_closed
from operator_app.ui.program.control import ControlServer, Marks, PaintMarks
from operator_app.ui.words.wording import Tone
from tests.ui.desk_scene import play, until

PATIENCE_S = 60


class Client:
    """The harness's end of the channel."""

    def __init__(self, file: Path) -> None:
        self.told = json.loads(file.read_text(encoding="utf-8"))

    async def ask(self, **request: Any) -> dict[str, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.told["port"], limit=10_000_000)
        writer.write(json.dumps({"token": self.told["token"], **request}).encode() + b"\n")
        reply: dict[str, Any] = json.loads(await reader.readline())
        writer.close()
        await writer.wait_closed()
        return reply


def small_window() -> QWidget:
    theme = Theme()
    window = QWidget()
    window.setObjectName("window")
    column = QVBoxLayout(window)
    button = KeyButton(theme, "Jawab", "F2", name="answer")
    button.setEnabled(False)
    edit = QLineEdit("jl yos")
    edit.setObjectName("place")
    edit.setAccessibleName("Lokasi")
    for widget in (
        Text("0812", "number", name="number"),
        button,
        edit,
        Lamp(theme, "lamp", "Server", Tone.GOOD),
    ):
        column.addWidget(widget)
    hidden = Text("nobody sees me", name="hidden")
    hidden.setParent(window)
    hidden.hide()
    return window


def test_it_tells_what_is_on_screen_and_when_it_was_painted(qapp: QApplication, tmp_path: Path) -> None:
    async def scene() -> None:
        window, marks, file = small_window(), Marks(), tmp_path / "control.json"
        server = ControlServer(window, marks, file, {"stalls": lambda: [12.5]})
        window.show()
        window.findChild(QLineEdit, "place").setFocus()  # type: ignore[union-attr]
        await server.start()
        client = Client(file)
        if os.name == "posix":
            assert file.stat().st_mode & 0o077 == 0
        assert client.told["pid"] == os.getpid()

        told = {each["name"]: each for each in (await client.ask(do="tree"))["widgets"]}
        assert "hidden" not in told
        assert told["number"]["text"] == "0812"
        answer = told["answer"]
        assert (answer["text"], answer["role"], answer["description"], answer["enabled"]) == (
            "Jawab",
            "Button",
            "F2",
            False,
        )
        assert (told["place"]["text"], told["place"]["label"], told["place"]["focus"]) == (
            "jl yos",
            "Lokasi",
            True,
        )
        assert told["lamp"]["text"] == "Server"

        before = time.monotonic()
        paint = PaintMarks(window, marks)
        paint.expect("call_pop_painted", "call-1")
        window.update()
        await until(lambda: bool(marks.after(0)))
        ((number, name, subject, at),) = (await client.ask(do="marks"))["marks"]
        assert (name, subject) == ("call_pop_painted", "call-1")
        assert before <= at <= time.monotonic()
        assert (await client.ask(do="marks", after=number))["marks"] == []

        picture = tmp_path / "window.png"
        reply = await client.ask(do="screenshot", path=str(picture))
        assert (reply["ok"], reply["width"]) == (True, window.width())
        assert picture.stat().st_size > 500
        assert (await client.ask(do="probe", name="stalls"))["value"] == [12.5]
        assert (await client.ask(do="probes"))["names"] == ["stalls"]
        await server.close()
        assert not file.exists()
        window.deleteLater()

    play(qapp, scene)


def test_it_answers_nobody_without_the_token_and_says_what_it_does_not_know(
    qapp: QApplication, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        window, file = small_window(), tmp_path / "control.json"
        server = ControlServer(window, Marks(), file)
        await server.start()
        client = Client(file)
        assert await client.ask(token="guessed", do="tree") == {"ok": False, "error": "wrong token"}
        assert "unknown request" in (await client.ask(do="dance"))["error"]
        assert (await client.ask(do="probe", name="nothing"))["ok"] is False
        assert (await client.ask(do="screenshot", path=str(tmp_path / "no" / "x.png")))["ok"] is False
        reader, writer = await asyncio.open_connection("127.0.0.1", client.told["port"])
        writer.write(b"no json\n")
        assert json.loads(await reader.readline())["ok"] is False
        writer.close()
        await writer.wait_closed()
        await server.close()
        window.deleteLater()

    play(qapp, scene)


def test_quit_closes_the_window_as_a_person_would(qapp: QApplication, tmp_path: Path) -> None:
    async def scene() -> None:
        window, file = small_window(), tmp_path / "control.json"
        server = ControlServer(window, Marks(), file)
        window.show()
        await server.start()
        closed = asyncio.ensure_future(until_closed(window))
        await asyncio.sleep(0)
        qapp.setQuitOnLastWindowClosed(False)  # as a `WindowApp` has it
        assert (await Client(file).ask(do="quit"))["ok"]
        await asyncio.wait_for(closed, PATIENCE_S)
        await server.close()
        window.deleteLater()

    play(qapp, scene)


PROGRAM = """
import asyncio, sys
from pathlib import Path
from operator_app.ui.program.app import run_qt
from PySide6.QtCore import QTimer
out = Path(sys.argv[1])
async def main(app):
    app.failed.connect(lambda words: out.open("a").write(words + "\\n"))
    try:
        {body}
    finally:
        out.open("a").write("cleaned up\\n")
sys.exit(run_qt(main))
"""


@contextmanager
def program(tmp_path: Path, body: str) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    out = tmp_path / "out.txt"
    source = PROGRAM.replace("{body}", body)
    with subprocess.Popen([sys.executable, "-c", source, str(out)], stderr=subprocess.PIPE) as process:
        try:
            yield process, out
        finally:
            process.kill()


def test_the_exit_code_is_what_the_window_says(tmp_path: Path) -> None:
    with program(tmp_path, "return 7") as (process, out):
        assert process.wait(PATIENCE_S) == 7
        assert out.read_text() == "cleaned up\n"


def test_an_error_out_of_the_window_is_exit_code_one_with_its_stack(tmp_path: Path) -> None:
    with program(tmp_path, "raise KeyError('lost')") as (process, out):
        assert process.wait(PATIENCE_S) == 1
        assert process.stderr is not None
        assert b"KeyError: 'lost'" in process.stderr.read()
        assert "KeyError: 'lost'" in out.read_text()


def test_a_slot_that_fails_is_shown_and_the_window_lives_on(tmp_path: Path) -> None:
    body = "QTimer.singleShot(0, lambda: 1 / 0); await asyncio.sleep(0.3); return 5"
    with program(tmp_path, body) as (process, out):
        assert process.wait(PATIENCE_S) == 5
        assert out.read_text().splitlines()[0].startswith("ZeroDivisionError")


def test_a_task_that_fails_unseen_is_shown(tmp_path: Path) -> None:
    body = (
        "asyncio.get_running_loop().call_soon(lambda: {}['x']); await asyncio.sleep(0.3)"
        "; asyncio.ensure_future(asyncio.sleep(60)); return 0"
    )
    with program(tmp_path, body) as (process, out):
        assert process.wait(PATIENCE_S) == 0
        assert "KeyError: 'x'" in out.read_text()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_window_asked_to_end_cleans_up_and_ends_with_zero(tmp_path: Path) -> None:
    with program(tmp_path, "out.write_text('up\\n'); await asyncio.sleep(600)") as (process, out):
        end = time.monotonic() + PATIENCE_S
        while not out.exists() or "up" not in out.read_text():
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert "cleaned up" in out.read_text()
