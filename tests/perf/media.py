"""Sound over RTP from a caller that knows when each packet left and came: A-law, 20 ms, tones and silence."""

import socket
import struct
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE, FRAME = 8_000, 160
FRAME_NS = 20_000_000
_SILENCE = 0xD5

Speak = Callable[[int], NDArray[np.int16] | None]
"""What is said in the frame that is due at that moment; None is silence."""


def encode(sound: NDArray[np.int16]) -> bytes:
    """Return 16-bit sound as A-law (G.711)."""
    value = sound.astype(np.int32) >> 3
    sign = np.where(value >= 0, 0x80, 0)
    magnitude = np.minimum(np.where(value >= 0, value, -value - 1), 0xFFF)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = np.where(exponent > 0, magnitude >> np.maximum(exponent, 1), magnitude >> 1) & 0x0F
    return bytes(((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8))


def _table() -> NDArray[np.float32]:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    value = np.where(exponent > 0, ((mantissa << 1) + 33) << np.maximum(exponent - 1, 0), (mantissa << 1) + 1)
    table: NDArray[np.float32] = (np.where(code & 0x80, value, -value) * 8 / 32768).astype(np.float32)
    return table


DECODE = _table()


class RtpEnd:
    """Sends what `speak(at_ns)` says, a frame at a time, and keeps when each frame came and how loud it was."""

    def __init__(
        self, media: socket.socket, far: tuple[str, int], speak: Callable[[int], NDArray[np.int16] | None]
    ) -> None:
        self._media, self._far, self._speak = media, far, speak
        self.came: list[tuple[int, float]] = []
        """Moment in nanoseconds of the monotonic clock, and the loudest sample from 0 to 1, of each packet."""
        self._over = threading.Event()
        media.settimeout(0.2)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Send and hear no more."""
        self._over.set()
        for thread in self._threads:
            thread.join(5)

    def _send(self) -> None:
        number, due = 0, time.monotonic_ns()
        quiet = bytes([_SILENCE]) * FRAME
        while not self._over.is_set():
            sound = self._speak(due)
            body = quiet if sound is None else encode(sound)
            self._media.sendto(
                struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * FRAME, 0x1122) + body, self._far
            )
            number += 1
            due += FRAME_NS
            time.sleep(max(0, due - time.monotonic_ns()) / 1e9)

    def _receive(self) -> None:
        while not self._over.is_set():
            try:
                data = self._media.recv(2048)
            except TimeoutError:
                continue
            now = time.monotonic_ns()
            if len(data) > 12 and data[1] & 0x7F == 8:
                loud = float(np.abs(DECODE[np.frombuffer(data[12:], np.uint8)]).max())
                self.came.append((now, loud))


def tone(hertz: float, amplitude: float = 0.4, count: int = FRAME, rate: int = RATE) -> NDArray[np.int16]:
    """Return one frame of a tone."""
    sound: NDArray[np.int16] = (
        np.sin(2 * np.pi * hertz / rate * np.arange(count)) * amplitude * 32767
    ).astype(np.int16)
    return sound
