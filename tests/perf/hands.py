"""Eyes and hands of the bench: pixels as they stand in a virtual display's memory, and key events with their moment."""

import ctypes
import ctypes.util
import mmap
import struct
import time
from pathlib import Path


class ScreenWatch:
    """Looks at a strip of a virtual display; asks no window, so it cannot disturb one."""

    def __init__(self, frame_buffer: Path) -> None:
        """Map the display's memory."""
        self._file = frame_buffer.open("rb")
        self._map = mmap.mmap(self._file.fileno(), 0, prot=mmap.PROT_READ)
        fields = struct.unpack_from(">25I", self._map)
        self._start = fields[0] + 12 * fields[19]
        self._stride = fields[12]

    def strip(self, x: int, y: int, width: int, height: int = 1, step: int = 1) -> bytes:
        """Return the pixels of every `step`th row of a rectangle."""
        rows = range(y, y + height, step)
        return b"".join(
            self._map[at : at + 4 * width]
            for at in (self._start + row * self._stride + 4 * x for row in rows)
        )

    def wait_change(self, place: tuple[int, int, int, int], before: bytes, limit_s: float = 10.0) -> int:
        """Return when the rectangle looked different from `before`; looks every half millisecond."""
        x, y, width, height = place
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if self.strip(x, y, width, height, 4) != before:
                return time.monotonic_ns()
            time.sleep(0.0005)
        raise TimeoutError(f"nothing changed on the screen within {limit_s:g} s")

    def look(self, place: tuple[int, int, int, int]) -> bytes:
        """Return what `wait_change` compares."""
        x, y, width, height = place
        return self.strip(x, y, width, height, 4)

    def wait_painted(self, width: int, height: int, limit_s: float = 60.0) -> int:
        """Return when the first window painted something: three colours or more where the screen was black."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            for row in range(8, height // 2, height // 16):
                pixels = self.strip(0, row, width)
                if any(pixels) and len({pixels[at : at + 4] for at in range(0, len(pixels), 4)}) >= 3:
                    return time.monotonic_ns()
            time.sleep(0.001)
        raise TimeoutError(f"nothing was painted within {limit_s:g} s")

    def close(self) -> None:
        """Let go of the memory."""
        self._map.close()
        self._file.close()


class KeySender:
    """Sends key events to a display by its own test extension, as xdotool does, and says when each left."""

    def __init__(self, display: str) -> None:
        """Connect."""
        self._x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._test = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XStringToKeysym.restype = ctypes.c_ulong
        self._x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x11.XFlush.argtypes = [ctypes.c_void_p]
        self._x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
        self._test.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self._display = self._x11.XOpenDisplay(display.encode())
        if not self._display:
            raise OSError(f"the display {display} cannot be opened")

    def press(self, key: str) -> int:
        """Press and release a key by its name, e.g. "F2" or "alt+4"; return when the press left."""
        *held, last = key.split("+")
        codes = [self._code(_MODIFIERS[each]) for each in held]
        code = self._code(last)
        for each in codes:
            self._test.XTestFakeKeyEvent(self._display, each, 1, 0)
        left_ns = time.monotonic_ns()
        self._test.XTestFakeKeyEvent(self._display, code, 1, 0)
        self._x11.XFlush(self._display)
        for each in (code, *reversed(codes)):
            self._test.XTestFakeKeyEvent(self._display, each, 0, 0)
        self._x11.XFlush(self._display)
        return left_ns

    def _code(self, name: str) -> int:
        return int(self._x11.XKeysymToKeycode(self._display, self._x11.XStringToKeysym(name.encode())))

    def close(self) -> None:
        """Disconnect."""
        self._x11.XCloseDisplay(self._display)


_MODIFIERS = {"alt": "Alt_L", "ctrl": "Control_L", "shift": "Shift_L"}
