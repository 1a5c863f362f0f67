"""Real windows under real keys: killed in mid-word, killed in a call, and the phone's engine killed."""

import itertools
import os
import random
import signal
import struct
import threading
import time
from contextlib import closing

from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from operator_app.ui.orders.draft import LONGEST_S
from operator_app.ui.words.wording import number_text
from tests.faults.settle import number_of
from tests.perf.figures import Figure, count, spread
from tests.perf.hands import KeySender
from tests.perf.uac import WireCall, WireCaller

WORDS = "rumah di tepi sungai terbakar dua orang belum keluar api ke arah pasar "
KEYS = {" ": "space"}
STROKE_S = 0.12
"""From key to key: 500 characters a minute, faster than anybody in a call."""
NUMBER = "081200000112"


def text_lost(room: Room, kills: int, chance: random.Random) -> list[Figure]:
    """Type into the window, kill it at a random key, start it again: what is missing at the end of the text?"""
    seat = room.seat("M1", map_pane=False)
    seat.wait_text("topState", "Siap")
    lost_ms, lost_letters, back_s, wrong = [], [], [], 0
    for _ in range(kills):
        seat.press("ctrl+n")
        seat.press("F5")
        seat.type("Gang Mawar")
        seat.click("text")
        typed, killed_at = _type_and_kill(seat, chance)
        begun = time.monotonic()
        seat.start()
        seat.wait_text("incidentNumber", "KTM-")
        seat.wait_text("text", typed[0][1][:3])
        back_s.append(time.monotonic() - begun)
        kept = seat.text("text")
        whole = "".join(letter for _, letter in typed)
        wrong += not whole.startswith(kept)
        missing = typed[len(kept) :]
        lost_letters.append(float(len(missing)))
        lost_ms.append(0.0 if not missing else (killed_at - missing[0][0]) * 1000)
        seat.wait_text("topState", "Siap")
    return [
        spread("R3 text lost when the window is killed in mid-word", "ms", lost_ms, most=1000,
               note=f"saved every {LONGEST_S:g} s of typing at the latest"),
        spread("   letters lost", "", lost_letters),
        count("   texts that came back otherwise than typed", wrong, of=kills),
        spread("   window, incident and text back after", "s", back_s),
    ]  # fmt: skip


def _type_and_kill(seat: Window, chance: random.Random) -> tuple[list[tuple[float, str]], float]:
    """Type letter by letter and note when each key left; kill between two of them."""
    typed: list[tuple[float, str]] = []
    with closing(KeySender(seat.display.name)) as keys:
        for place in range(20 + chance.randrange(50)):
            letter = WORDS[place % len(WORDS)]
            typed.append((time.monotonic(), letter))
            keys.press(KEYS.get(letter, letter))
            time.sleep(STROKE_S)
        time.sleep(chance.uniform(0.0, STROKE_S))  # the random moment
        seat.kill()
        return typed, time.monotonic()


class MediaCaller(WireCaller):
    """A caller that counts the RTP packets that the phone sends to it, and sends silence."""

    def __init__(self, host: str, port: int) -> None:
        self._there: tuple[str, int] | None = None
        self.packets: list[tuple[int, int]] = []
        super().__init__(host, port)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._hear, self._speak)]
        for thread in self._threads:
            thread.start()

    def lost(self) -> tuple[int, float]:
        """How many sequence numbers are missing, and the longest silence between two packets in ms."""
        numbers = [number for _, number in self.packets]
        missing = 0
        for before, after in itertools.pairwise(numbers):
            missing += max(0, ((after - before) & 0xFFFF) - 1) if (after - before) & 0xFFFF < 0x8000 else 0
        times = [at for at, _ in self.packets]
        return missing, max((b - a for a, b in itertools.pairwise(times)), default=0) / 1e6

    def close(self) -> None:
        """End the threads first."""
        self._over.set()
        self._media.sendto(b"", self._media.getsockname())
        for thread in self._threads:
            thread.join(5)
        super().close()

    def _response(self, call: WireCall, status: int, text: str, now: int) -> None:
        if status == 200 and "m=audio " in text:
            port = int(text.partition("m=audio ")[2].split()[0])
            self._there = (self._target[0], port)
        super()._response(call, status, text, now)

    def _hear(self) -> None:
        while not self._over.is_set():
            data = self._media.recv(2048)
            if len(data) > 12 and (data[1] & 0x7F) < 64:
                self.packets.append((time.monotonic_ns(), int.from_bytes(data[2:4], "big")))

    def _speak(self) -> None:
        number = 0
        while not self._over.wait(0.02):
            if self._there is not None:
                head = struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * 160, 0x112)
                self._media.sendto(head + b"\xd5" * 160, self._there)
                number += 1


def killed_in_a_call(room: Room, kills: int, chance: random.Random) -> list[Figure]:
    """C6: kill the window in a call; then kill the engine in a call, which must be told and be back."""
    seat = room.seat("M1", map_pane=False)
    back_s: list[float] = []
    silence_ms: list[float] = []
    engine_s: list[float] = []
    missing = untold = 0
    for number in range(kills):
        with closing(_caller(room)) as caller:
            call = _answered(seat, caller, f"08120000{number:04d}")
            time.sleep(chance.uniform(0.5, 1.5))  # some packets before the kill
            seat.kill()
            begun = time.monotonic()
            seat.start()
            seat.wait_text("callState", "Tersambung")
            back_s.append(time.monotonic() - begun)
            seat.wait_text("callNumber", number_text(call.number))
            time.sleep(1.0)  # and some after it
            lost, longest = caller.lost()
            missing, silence_ms = missing + lost, [*silence_ms, longest]
            caller.end(call)
            seat.wait_text("topState", "Pasca-panggilan")
            seat.press("F11")
            seat.wait_text("topState", "Siap")
    for number in range(kills):
        with closing(_caller(room)) as caller:
            call = _answered(seat, caller, f"08120001{number:04d}")
            begun = time.monotonic()
            _kill_engine(room)
            seat.wait_other("lampPhone", "Telepon mati", "Telepon menyala…")
            wait_for("the phone answers again", caller.alive, 30.0, seat.process.tail, every_s=0.02)
            engine_s.append(time.monotonic() - begun)
            seat.wait_text("topState", "Pasca-panggilan")
            cut = number_of(
                room, f"SELECT count(*) FROM op112.call WHERE number = '{call.number}' AND state = 'cut'"
            )
            untold += cut != 1
            seat.press("F11")
            seat.wait_text("topState", "Siap")
    return [
        spread("C6 window killed in a call → window back with that call", "s", back_s, most=3),
        count("C6 RTP packets of the seat lost meanwhile", missing, of=kills),
        spread("C6 longest silence between two packets", "ms", silence_ms),
        spread("engine killed in a call → phone answers again", "s", engine_s),
        count("engine killed in a call: calls not told as cut", untold, of=kills),
    ]


def _caller(room: Room) -> MediaCaller:
    host, _, port = room.phone_address("M1").partition("@")[2].rpartition(":")
    return MediaCaller(host, int(port))


def _answered(seat: Window, caller: WireCaller, number: str) -> WireCall:
    seat.wait_text("topState", "Siap")
    wait_for("the phone answers", caller.alive, 30.0, seat.process.tail)
    call = caller.invite(number)
    seat.wait_text("callState", "Panggilan masuk")
    seat.press("F2")
    caller.wait(call, 200)
    seat.wait_text("callState", "Tersambung")
    return call


def _kill_engine(room: Room) -> None:
    engines = [pid for pid, what in room.crew.alive().items() if "telephony.engine" in what]
    if len(engines) != 1:
        raise RuntimeError(f"one engine was expected: {room.crew.alive()}")
    os.kill(engines[0], signal.SIGKILL)
