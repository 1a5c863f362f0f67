"""A display for each window: one of its own on a virtual screen, or the person's; real key events by xdotool."""

import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from operator_app.room.processes import Crew, RoomProcess
from operator_app.room.waiting import RoomError, WaitFailedError, wait_for

TYPING_DELAY_MS = 12
KEY_LIMIT_S = 20.0


def need_hands(*, virtual: bool) -> None:
    """Raise `RoomError` with one sentence when the programs that make displays and type are not there."""
    if not sys.platform.startswith("linux"):
        raise RoomError(
            "A room of real windows can be driven on Linux only; start the single windows by hand instead."
        )
    wanted = {"xdotool": "xdotool", **({"Xvfb": "xvfb"} if virtual else {})}
    missing = [package for program, package in wanted.items() if shutil.which(program) is None]
    if missing:
        raise RoomError(
            f"Missing on this machine: run apt-get install -y {' '.join(missing)} and start again."
        )


class Display:
    """An X display that a window of the room is on."""

    def __init__(
        self, name: str, server: RoomProcess | None = None, frame_buffer: Path | None = None
    ) -> None:
        """Take a running display; `frame_buffer` is its picture in memory when it is a virtual one."""
        self.name = name
        self._server = server
        self.frame_buffer = frame_buffer

    @classmethod
    def virtual(cls, crew: Crew, owner: str, width: int, height: int) -> "Display":
        """Start a virtual display of this size on a free number."""
        folder = crew.folder / "displays" / owner
        folder.mkdir(parents=True, exist_ok=True)
        number = folder / "number"
        number.unlink(missing_ok=True)
        # The shell opens the file that the server writes its number to, as descriptor 3.
        server = crew.start(
            f"display-{owner}",
            [
                "/bin/sh",
                "-c",
                'exec 3>"$1"; shift; exec "$@"',
                "sh",
                str(number),
                *("Xvfb", "-displayfd", "3", "-screen", "0", f"{width}x{height}x24"),
                *("-fbdir", str(folder), "-nolisten", "tcp", "-noreset", "-dpi", "96"),
            ],
        )

        def look() -> str | None:
            if server.exit_code is not None:
                raise RoomError(f"The virtual display did not start: {server.tail(3)}")
            text = number.read_text() if number.exists() else ""
            return text.strip() if text.endswith("\n") else None

        found = wait_for("a virtual display starts", look, 30.0, server.tail)
        return cls(f":{found}", server, folder / "Xvfb_screen0")

    @property
    def is_virtual(self) -> bool:
        """Whether it is ours alone."""
        return self._server is not None

    def lose(self) -> None:
        """End the display under its window, as the end of a session does. Virtual displays only."""
        if self._server is None:
            raise RoomError("Only a virtual display can be taken away.")
        self._server.stop()

    def environment(self) -> dict[str, str]:
        """What a program needs to be on this display; without a graphics card Qt Quick paints faster by itself."""
        env = {"DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": ""}
        if self.is_virtual:
            env |= {"QT_QUICK_BACKEND": "software", "XAUTHORITY": ""}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            env["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses to run as root with its sandbox on
        return env

    def screenshot(self, path: Path) -> None:
        """Write the whole screen as it stands in the display's memory, asking no window. Virtual displays only."""
        if self.frame_buffer is None:
            raise RoomError("Only a virtual display can be read without asking the window.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_of_xwd(self.frame_buffer.read_bytes()))

    def find_window(self, pid: int) -> str | None:
        """Return the number of the largest visible window of that process, None when it shows none."""
        found = self._xdotool("search", "--onlyvisible", "--pid", str(pid), ok=(0, 1)).split()
        return max(found, key=self._area) if found else None

    def focus(self, window: str) -> None:
        """Give the keyboard to that window and bring it to the front, as a click into it would."""
        if self.is_virtual or not self._is_managed():
            self._xdotool("windowraise", window, "windowfocus", "--sync", window)
        else:
            self._xdotool("windowactivate", "--sync", window)

    def resize(self, window: str, width: int, height: int) -> None:
        """Make the window that large, as a person drags its corner."""
        self._xdotool("windowsize", window, str(width), str(height))

    def press(self, *keys: str) -> None:
        """Press keys by the X server's own key events: names as "F2", "Return", "ctrl+g"."""
        self._xdotool("key", "--delay", str(TYPING_DELAY_MS), *keys)

    def type(self, text: str, delay_ms: int = TYPING_DELAY_MS) -> None:
        """Type text, one real key event after the other."""
        self._xdotool(
            "type", "--delay", str(delay_ms), "--", text, limit_s=KEY_LIMIT_S + len(text) * delay_ms / 400
        )

    def click(self, x: int, y: int) -> None:
        """Click with the left button at that point of the screen."""
        self._xdotool("mousemove", "--sync", str(x), str(y), "click", "1")

    def _is_managed(self) -> bool:
        """Whether a window manager is there that can be asked to bring a window to the front."""
        return self._xdotool("getactivewindow", ok=(0, 1)) != ""

    def _area(self, window: str) -> int:
        shape = dict(
            line.split("=", 1)
            for line in self._xdotool("getwindowgeometry", "--shell", window, ok=(0, 1)).splitlines()
            if "=" in line
        )
        return int(shape.get("WIDTH", 0)) * int(shape.get("HEIGHT", 0))

    def _xdotool(self, *arguments: str, ok: tuple[int, ...] = (0,), limit_s: float = KEY_LIMIT_S) -> str:
        try:
            done = subprocess.run(
                ["xdotool", *arguments],
                env={**os.environ, **self.environment()},
                capture_output=True,
                text=True,
                check=False,
                timeout=limit_s,
            )
        except subprocess.TimeoutExpired:
            raise WaitFailedError(f"xdotool {' '.join(arguments)} did not end within {limit_s:g} s") from None
        if done.returncode not in ok:
            raise RoomError(f"xdotool {' '.join(arguments)}: {done.stderr.strip() or done.returncode}")
        return done.stdout


def png_of_xwd(dump: bytes) -> bytes:
    """Turn an X window dump of 32 bits a pixel, little-endian blue-green-red, into a PNG."""
    fields = struct.unpack_from(">25I", dump)
    header, width, height, bits, stride, colours = (
        fields[0],
        fields[4],
        fields[5],
        fields[11],
        fields[12],
        fields[19],
    )
    if bits != 32 or fields[7] != 0:
        raise RoomError(f"A screen of {bits} bits a pixel cannot be read.")
    start = header + 12 * colours
    pixels = dump[start : start + stride * height]
    plain = bytearray(3 * (len(pixels) // 4))
    for place, source in enumerate((2, 1, 0)):
        plain[place::3] = pixels[source::4]
    row, used = 3 * stride // 4, 3 * width
    rows = b"".join(b"\0" + plain[at : at + used] for at in range(0, row * height, row))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def display_for(crew: Crew, given: str | None, owner: str, size: tuple[int, int]) -> Display:
    """The person's display when there is one, else a virtual one of `size` for this owner alone."""
    return Display(given) if given else Display.virtual(crew, owner, *size)
