"""The engine's process as its window sees it: found or started, watched, ended, or left to the next window.

It is no part of the window's process group: it outlives the window.
"""

import asyncio
import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from operator_app.telephony.launch import OUTPUT_FILE, launch
from operator_app.telephony.link import EngineLink
from operator_app.telephony.rendezvous import EXIT_RUNNING_ALREADY, find_door, lock_run_dir
from operator_app.telephony.wire import Frame
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

START_S = 15.0
_LOOK_S = 0.01
_END_S = 8.0
_CHATTER = re.compile(r"\d\d:\d\d:\d\d\.\d{3} ")


class EngineProcess:
    """The engine of one run folder, whoever started it."""

    def __init__(
        self,
        run_dir: Path,
        command: Sequence[str],
        started: "subprocess.Popen[bytes] | None" = None,
    ) -> None:
        """`started` is an engine of that folder that this process has launched already."""
        self.run_dir = run_dir
        self.command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._started = started
        self._past: list[subprocess.Popen[bytes]] = []

    async def reach(self, on_event: Callable[[Frame], None]) -> EngineLink:
        """Connect to the living engine, or to one started now; raises `PhoneRefusedError`."""
        if self._child is not None:
            # It may still be dying: its end is no word on the one to come.
            self._past.append(self._child)
        self._child, self._started = self._started, None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(START_S):
                while True:
                    self._past = [each for each in self._past if each.poll() is None]
                    door = find_door(self.run_dir)
                    if door is not None:
                        with contextlib.suppress(ConnectionError):
                            return await EngineLink.open(door, on_event)
                    if self._child is None:
                        self._child = await loop.run_in_executor(None, self._spawn)
                    elif self._child.poll() is not None:
                        self._child_ended(self._child.returncode)
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            if self._child is not None:
                self._child.kill()
            raise PhoneRefusedError(PhoneRefusal.NOT_STARTED, f"no engine within {START_S:g} s") from None

    async def wait_gone(self, pid: int) -> None:
        """Wait until the engine has let go of the run folder; one that does not is ended."""
        until = asyncio.get_running_loop().time() + _END_S
        while (lock := lock_run_dir(self.run_dir)) is None:
            if asyncio.get_running_loop().time() > until:
                _log.error("the engine %d did not end by itself", pid)
                kill(pid)
                until += _END_S
            await asyncio.sleep(_LOOK_S)
        lock.close()
        if self._child is not None:
            child, self._child = self._child, None
            await asyncio.get_running_loop().run_in_executor(None, child.wait)

    def exit_note(self) -> str:
        """Return what is known of the engine's end, for the log."""
        if self._child is None or self._child.poll() is None:
            return ""
        return f"; the engine ended with {self._child.returncode}: {last_words(self.run_dir)}"

    def let_go(self) -> None:
        """Leave an engine that still runs to the next window."""
        for child in (self._child, self._started, *self._past):
            if child is not None and child.poll() is None:
                # It is no child to be waited for any more; without this Popen complains when it is dropped.
                child.returncode = 0
        self._child = self._started = None
        self._past.clear()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        try:
            return launch(self.run_dir, self.command)
        except OSError as problem:
            detail = f"the engine cannot be run: {problem}"
            raise PhoneRefusedError(PhoneRefusal.NOT_STARTED, detail) from problem

    def _child_ended(self, code: int) -> None:
        self._child = None
        # Another one is on its way up or down: look again, then try again.
        if code != EXIT_RUNNING_ALREADY:
            detail = f"the engine ended with {code}: {last_words(self.run_dir)}"
            raise PhoneRefusedError(PhoneRefusal.NOT_STARTED, detail)


def last_words(run_dir: Path) -> str:
    """Return the last line that the engine printed, the library's own chatter aside."""
    try:
        lines = (run_dir / OUTPUT_FILE).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    told = [line for line in lines if line.strip() and not _CHATTER.match(line)]
    return told[-1][-300:] if told else "without a word"


def kill(pid: int) -> None:
    """End a process that no longer listens."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
