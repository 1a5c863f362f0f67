"""A seat, desk or wall: a real process on a real display, driven as a person would, read as it is painted."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from operator_app.lanes.child import own_process
from operator_app.room.control import ControlChannel, Mark, Shown, WindowGoneError
from operator_app.room.display import TYPING_DELAY_MS, Display
from operator_app.room.processes import Crew, RoomProcess
from operator_app.room.waiting import RoomError, WaitFailedError, wait_for

T = TypeVar("T")

START_S = 60.0
SHOWN_S = 20.0
TREE_LINES = 150
PERSON_MS = 60
WALL_ON_A_DESK = (1440, 810)
CRASH_LINES = 250


class Window:
    """One window process, named as its seat, with its folder `data`. After `kill` or `stop` it can be started again."""

    def __init__(self, crew: Crew, name: str, role: str, config: Path, data: Path, display: Display) -> None:
        """Keep what is needed to start it; `start` does."""
        self.name, self.role, self.config, self.data, self.display = name, role, config, data, display
        self._crew = crew
        self._process: RoomProcess | None = None
        self._channel: ControlChannel | None = None
        self._window = ""
        self._runs = 0
        self.typing_ms = TYPING_DELAY_MS if display.is_virtual else PERSON_MS

    # ---- its life

    def start(self, *, wait: bool = True) -> None:
        """Start the program; with `wait` return when its window has the keyboard."""
        self._runs += 1
        self._window = ""
        address = self.data / "control.json"
        address.unlink(missing_ok=True)
        self._process = self._crew.start(
            f"{self.role}-{self.name}" + (f"-{self._runs}" if self._runs > 1 else ""),
            [
                *own_process("operator_app"),
                self.role,
                *("--config", str(self.config), "--control", str(address)),
            ],
            self.display.environment(),
        )
        if self._channel is not None:
            self._channel.close()
        self._channel = ControlChannel(address)
        if wait:
            self.wait_shown()

    def wait_shown(self, limit_s: float = START_S) -> None:
        """Return when the window is up and has the keyboard."""
        self.wait("the window is up", self.channel.is_open, limit_s)
        self._window = self.wait("the window is visible", self._own_window, limit_s)
        if self.role == "wall" and not self.display.is_virtual:
            self.display.resize(self._window, *WALL_ON_A_DESK)  # no full screen on a person's own display
        self.focus()

    @property
    def process(self) -> RoomProcess:
        """The running or last process."""
        if self._process is None:
            raise RoomError(f"The window {self.name} was never started.")
        return self._process

    @property
    def channel(self) -> ControlChannel:
        """Where the window tells what it shows."""
        if self._channel is None:
            raise RoomError(f"The window {self.name} was never started.")
        return self._channel

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.exit_code is None

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the window alone; a killed window's phone lives on, as it would in the room."""
        self.process.kill(number)
        if number is signal.SIGKILL:
            self.channel.close()

    def stop(self) -> int:
        """End the window as the end of the session does (TERM); return the exit code."""
        code = self.process.stop()
        self.channel.close()
        return code

    def close(self) -> None:
        """End it if it runs, and let go of it."""
        if self._process is not None:
            self._process.stop()
        if self._channel is not None:
            self._channel.close()

    # ---- hands

    def focus(self) -> None:
        """Give the keyboard to the window."""
        self.display.focus(self._window)

    def press(self, *keys: str) -> None:
        """Press keys one after the other: "F2", "Return", "ctrl+g"."""
        self._need_keyboard()
        self.display.press(*keys)

    def click(self, name: str, across: float = 0.5, down: float = 0.5) -> None:
        """Click into the widget of that name, at these shares of its width and height."""
        self._need_keyboard()
        shown = self.wait(f'"{name}" is on the screen', lambda: self.find(name))
        left, top, width, height = shown.place
        self.display.click(left + int(width * across), top + int(height * down))

    def type(self, text: str) -> None:
        """Type text, `typing_ms` from key to key: so that a person can follow when it is their display."""
        self._need_keyboard()
        self.display.type(text, self.typing_ms)

    # ---- eyes

    def tree(self) -> tuple[Shown, ...]:
        """Return every visible widget."""
        return self.channel.tree()

    def find(self, name: str) -> Shown | None:
        """Return the visible widget of that name, or None."""
        return next((each for each in self.tree() if each.name == name), None)

    def text(self, name: str) -> str:
        """Return what can be read on the widget of that name; empty when it is not to be seen."""
        found = self.find(name)
        return "" if found is None else found.words

    def words(self) -> str:
        """Return all that can be read in the window."""
        return "\n".join(each.words for each in self.tree() if each.words)

    def wait_text(self, name: str, contains: str, limit_s: float = SHOWN_S) -> Shown:
        """Return the widget of that name once it shows this text."""

        def look() -> Shown | None:
            found = self.find(name)
            return found if found is not None and contains in found.words else None

        return self.wait(f'"{name}" shows "{contains}"', look, limit_s)

    def wait_exactly(self, name: str, *texts: str, limit_s: float = SHOWN_S) -> None:
        """Return once the widget of that name shows one of these texts and nothing else."""
        self.wait(f'"{name}" shows exactly {" or ".join(texts)}', lambda: self.text(name) in texts, limit_s)

    def wait_other(self, name: str, *texts: str, limit_s: float = SHOWN_S) -> None:
        """Return once the widget of that name shows something, and none of these texts."""
        what = f'"{name}" shows something else than {" or ".join(texts)}'
        self.wait(what, lambda: self.text(name) not in ("", *texts), limit_s)

    def wait_words(self, contains: str, limit_s: float = SHOWN_S) -> None:
        """Return once this text can be read anywhere in the window."""
        self.wait(f'"{contains}" can be read', lambda: contains in self.words(), limit_s)

    def wait_gone(self, name: str, contains: str = "", limit_s: float = SHOWN_S) -> None:
        """Return once no widget of that name is visible, or it no longer shows this text."""

        def look() -> bool:
            found = self.find(name)
            return found is None or (contains != "" and contains not in found.words)

        self.wait(f'"{name}" no longer shows "{contains}"', look, limit_s)

    def marks(self, after: int = 0) -> tuple[Mark, ...]:
        """Return what the window noted with its time, later than that number."""
        return self.channel.marks(after)

    def last_mark(self) -> int:
        """Return the number of the newest mark, to look for later ones."""
        return max((each.number for each in self.marks()), default=0)

    def wait_mark(self, name: str, after: int = 0, subject: str = "", limit_s: float = SHOWN_S) -> Mark:
        """Return the first mark of that name after `after`, of that subject if one is given."""

        def look() -> Mark | None:
            found = (
                each for each in self.marks(after) if each.name == name and subject in ("", each.subject)
            )
            return next(found, None)

        return self.wait(f"it happens: {name} {subject}", look, limit_s)

    def probe(self, name: str) -> Any:
        """Return a fact that the window offers under this name."""
        return self.channel.probe(name)

    def screenshot(self, path: Path) -> None:
        """Write a picture: of the whole display when it is the window's own, else of the window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.display.is_virtual:
            self.display.screenshot(path)
        else:
            self.channel.ask("screenshot", path=str(path))

    def wait(self, what: str, look: Callable[[], T | None], limit_s: float = SHOWN_S) -> T:
        """Return the first true result of `look`; a window that has ended stops the waiting at once.

        Raises `WaitFailedError` with what the window shows and the end of its log; a screenshot is left in the folder.
        """

        def still() -> T | None:
            running = self.is_running
            try:
                found = look()
            except WindowGoneError:
                found = None
            if not running and (found is None or found is False):
                raise WaitFailedError(f"waited in vain: {self.name}: {what}\n{self.report()}")
            return found

        return wait_for(f"{self.name}: {what}", still, limit_s, self.report)

    def report(self) -> str:
        """Return the state of the process, what the window shows and the end of its log; leave a screenshot."""
        code = None if self._process is None else self._process.exit_code
        lines = [f"-- {self.name} ({self.role}): " + ("running" if code is None else f"ended with {code}")]
        try:
            shown = [each for each in self.tree() if each.name or each.words]
            lines += [
                f"  {'*' if each.focus else ' '}{each.name or each.kind}: {each.words!r}"
                for each in shown[:TREE_LINES]
            ]
        except RoomError as error:
            lines.append(f"  {error}")
        picture = self._crew.folder / "failed" / f"{self.name}.png"
        try:
            self.screenshot(picture)
            lines.append(f"  screenshot: {picture}")
        except (RoomError, OSError) as error:
            lines.append(f"  no screenshot: {error}")
        if self._process is not None:
            lines += [f"  log {self._process.log}:", self._process.tail()]
        for crash in sorted((self.data / "logs").glob("*.crash")):
            stack = crash.read_text(encoding="utf-8", errors="replace").strip()
            if stack:
                lines += [f"  {crash}:", *stack.splitlines()[-CRASH_LINES:]]
        return "\n".join(lines)

    def _own_window(self) -> str | None:
        return self.display.find_window(self.process.pid)

    def _need_keyboard(self) -> None:
        if not self._window:
            raise RoomError(f"The window {self.name} is not shown yet.")
        if not self.display.is_virtual:
            self.focus()  # a person or another window of the room may have taken it
