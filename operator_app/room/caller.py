"""A person with a phone: an engine of its own that places real SIP calls, speaks a recording, keeps what it hears."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from operator_app.domain import line
from operator_app.domain.ids import CallId
from operator_app.room.processes import Crew
from operator_app.room.reaper import TAG_VARIABLE
from operator_app.room.sound import level
from operator_app.room.waiting import wait_for
from operator_app.telephony.launch import ENGINE_COMMAND
from operator_app.telephony.phone import EnginePhone
from operator_app.telephony.settings import AudioMode, EngineAudio, EngineSettings

T = TypeVar("T")

START_S = 30.0
ORDER_S = 15.0


class Caller:
    """One caller with one number; places one call after the other. Its phone's loop runs on a thread of its own."""

    def __init__(self, crew: Crew, number: str, voice: Path | None = None) -> None:
        """Start the phone; `voice` is spoken from its beginning when a call is answered, None is a silent caller."""
        self.number = number
        folder = crew.folder / f"caller-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        self.heard = folder / "heard.wav"
        self._folder = folder
        self._signals: list[tuple[int, line.LineSignal]] = []
        self._call: CallId | None = None
        self._since = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"caller {number}", daemon=True)
        self._thread.start()
        settings = EngineSettings(
            bind="127.0.0.1",
            user=number,
            idle_exit_s=5.0,
            audio=EngineAudio(
                mode=AudioMode.FILE,
                microphone_file="" if voice is None else str(voice),
                microphone_from_start=True,
                earpiece_file=str(self.heard),
            ),
        )
        self._phone = EnginePhone(
            settings,
            folder,
            on_signal=self._take,
            command=("env", f"{TAG_VARIABLE}={crew.tag}", *ENGINE_COMMAND),
        )
        self._do(self._phone.start(), START_S)

    def dial(self, uri: str, **headers: str) -> None:
        """Call a sip: URI; underscores in the names of `headers` become hyphens, X-Sent-At is added."""
        self._since = len(self._signals)
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}
        wanted["X-Sent-At"] = f"{time.time():.6f}"
        self._call = self._do(self._phone.dial(uri, headers=wanted), ORDER_S)

    def hang_up(self) -> None:
        """End the call, or give up dialling."""
        if self._call is None:
            raise ValueError("nobody was called")
        self._do(self._phone.end(self._call), ORDER_S)

    def wait_ringing(self, limit_s: float = 15.0) -> int:
        """Return when it rings over there (180), in nanoseconds of the monotonic clock."""
        return self._wait(
            "it rings at the other side",
            lambda each: isinstance(each, line.LineProgress) and each.state is line.LineCallState.RINGING,
            limit_s,
        )

    def wait_answered(self, limit_s: float = 15.0) -> int:
        """Return when the call was answered."""
        return self._wait("the call is answered", lambda each: isinstance(each, line.LineConnected), limit_s)

    def wait_ended(self, limit_s: float = 15.0) -> int:
        """Return when the call was over, whoever ended it."""
        return self._wait("the call is over", lambda each: isinstance(each, line.LineEnded), limit_s)

    def wait_fed(self, limit_s: float = 15.0) -> None:
        """Return when more of the other side's sound has arrived, from now on, by this phone's own count."""
        since = len(self._signals)

        def look() -> bool:
            counts = [
                signal.received
                for _, signal in self._signals[since:]
                if isinstance(signal, line.LineQuality) and signal.call_id == self._call
            ]
            return len(counts) > 1 and counts[-1] > counts[0]

        wait_for(f"caller {self.number}: sound arrives", look, limit_s, self._report)

    @property
    def address(self) -> str:
        """Where this phone itself can be called, host:port."""
        ready = self._phone.ready
        return "" if ready is None else ready.address

    @property
    def living(self) -> tuple[line.LineCall, ...]:
        """The calls that are alive on this phone, the oldest first."""
        return self._phone.calls()

    def answer(self) -> None:
        """Answer the oldest call that rings here, as a called-back person does."""
        ringing = next(each for each in self.living if each.state is line.LineCallState.OFFERED)
        self._call, self._since = ringing.call_id, 0
        self._do(self._phone.answer(ringing.call_id), ORDER_S)

    @property
    def is_in_call(self) -> bool:
        """Whether a call is being placed or is up."""
        return any(each.call_id == self._call for each in self._phone.calls())

    def loudness(self, last_s: float = 0.5) -> float:
        """How loud the last moment of what the caller hears is, 0 to 1."""
        return level(self.heard, int(last_s * 32000))

    def close(self) -> None:
        """End the phone and its thread."""
        self._do(self._phone.aclose(), START_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()

    def _take(self, signal: line.LineSignal) -> None:
        self._signals.append((time.monotonic_ns(), signal))

    def _wait(self, what: str, wanted: Callable[[line.LineSignal], bool], limit_s: float) -> int:
        def look() -> int | None:
            for at, signal in self._signals[self._since :]:
                if getattr(signal, "call_id", None) == self._call and wanted(signal):
                    return at
            return None

        return wait_for(f"caller {self.number}: {what}", look, limit_s, self._report, every_s=0.005)

    def _report(self) -> str:
        return "\n".join(f"  {type(signal).__name__}: {signal}" for _, signal in self._signals[self._since :])

    def _do(self, work: Coroutine[Any, Any, T], limit_s: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(limit_s)
