"""The processes of a room: started with a log of their own, ended together, and never left behind."""

import contextlib
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from operator_app.lanes.child import own_process
from operator_app.room.reaper import TAG_VARIABLE, end_all, members
from operator_app.room.waiting import RoomError

STOP_LIMIT_S = 15.0


class RoomProcess:
    """One program of the room; its output is in `log`. Its times are by the system's monotonic clock."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path
    ) -> None:
        """Start it, in a session of its own so that a Ctrl-C at the terminal is the room's business alone."""
        self.name = name
        self.command = tuple(command)
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.started_ns = time.monotonic_ns()
            try:
                self._process = subprocess.Popen(
                    self.command,
                    env=dict(env),
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise RoomError(f"{self.command[0]} is not on this machine; install it.") from None

    @property
    def pid(self) -> int:
        """The process number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, minus the signal number when it was killed, or None while it runs."""
        return self._process.poll()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to this process alone; what it has started lives on."""
        if self.exit_code is None:
            self._process.send_signal(number)
        if number is signal.SIGKILL:
            self._process.wait(STOP_LIMIT_S)

    def stop(self, limit_s: float = STOP_LIMIT_S) -> int:
        """Ask it to end (TERM), kill its whole session's group when it does not; return the exit code."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            return self._process.wait(limit_s)

    def tail(self, lines: int = 25) -> str:
        """Return the last lines of its output."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


class Crew:
    """All processes of one room. `close` ends them; if the room dies without it, the reaper does."""

    def __init__(self, folder: Path) -> None:
        """Start the reaper; logs go to `folder`/logs."""
        self.folder = folder
        self.tag = secrets.token_hex(8)
        self._members: list[RoomProcess] = []
        self._reaper = subprocess.Popen(
            [*own_process("operator_app.room.reaper"), self.tag],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
            text=True,
        )
        self._guarded: list[Path] = []

    @property
    def members(self) -> tuple[RoomProcess, ...]:
        """Every process started so far, ended ones too."""
        return tuple(self._members)

    def environment(self) -> dict[str, str]:
        """Return this process's environment with the room's tag."""
        return {**os.environ, TAG_VARIABLE: self.tag}

    def start(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> RoomProcess:
        """Start a program; `env` is added to the environment, an empty value takes a variable out."""
        merged = {**self.environment(), **(env or {})}
        merged = {key: value for key, value in merged.items() if value}
        member = RoomProcess(name, command, merged, self.folder / "logs" / f"{name}.log", cwd or self.folder)
        self._members.append(member)
        return member

    def guard(self, folder: Path) -> None:
        """Have every process that works in this folder ended with the room."""
        self._guarded.append(folder.resolve())
        self._tell_reaper(str(folder.resolve()))

    def clear_away(self, folder: Path) -> None:
        """Have this folder removed when the room has ended, also when it was killed."""
        self._tell_reaper(f"-{folder.resolve()}")

    def _tell_reaper(self, line: str) -> None:
        assert self._reaper.stdin is not None
        self._reaper.stdin.write(f"{line}\n")
        self._reaper.stdin.flush()

    def alive(self) -> dict[int, str]:
        """Return what runs and belongs to this room, grandchildren included."""
        return members(self.tag, self._guarded)

    def close(self) -> dict[int, str]:
        """Stop all, the last started first; return what had to be ended beyond that (children left behind)."""
        for member in reversed(self._members):
            if member.exit_code is None:
                member.kill(signal.SIGTERM)
        for member in reversed(self._members):
            member.stop()
        left = end_all(self.tag, self._guarded)
        if self._reaper.stdin is not None:
            self._reaper.stdin.close()
        self._reaper.wait(STOP_LIMIT_S)
        return left
