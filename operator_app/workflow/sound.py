"""What is done with the sound of a seat beside speaking: devices, levels, how the line was, listening again."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain import line
from operator_app.domain.call import Call
from operator_app.domain.ids import CallId
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.ports import Clock

READINGS_KEPT, CALLS_KEPT = 900, 20
"""A quarter of an hour of readings, of so many calls."""
RECALL_CALLS = 20
RECALL_BACK_S, RECALL_STEP_S = 10.0, 5.0


@dataclass(frozen=True, slots=True)
class SoundChanged:
    """Devices, a test or what is listened to again is other than before."""


@dataclass(frozen=True, slots=True)
class LevelsHeard:
    """How loud it is this moment; about ten times a second."""

    microphone: float
    earpiece: float


@dataclass(frozen=True, slots=True)
class Reading:
    """How a call sounded at one moment; `at` is when it was told."""

    at: datetime
    quality: line.LineQuality


class SoundDesk:
    """The seat's sound. Loop thread only; orders raise `PhoneRefusedError`."""

    def __init__(self, phone: Phone | None, board: Board, bus: Bus, clock: Clock) -> None:
        self._phone = phone
        self._board = board
        self._bus = bus
        self._clock = clock
        self.desk: line.AudioDesk | None = None
        """The devices as last asked for."""
        self.trials: dict[line.SoundRole, line.LineSoundTest] = {}
        self.recalled: line.LineRecall | None = None
        self.rings = False
        self._readings: OrderedDict[CallId, deque[Reading]] = OrderedDict()
        if phone is not None:
            phone.subscribe(self._on_signal)

    # ---- the line

    def readings(self, call_id: CallId | None = None) -> tuple[Reading, ...]:
        """Return how that call has sounded so far, or the one measured last; at most a quarter of an hour."""
        if call_id is None and self._readings:
            call_id = next(reversed(self._readings))
        return tuple(self._readings.get(call_id, ())) if call_id is not None else ()

    # ---- devices

    async def look(self) -> None:
        """Ask which devices there are."""
        self.desk = await self._need().audio()
        self._bus.publish(SoundChanged())

    async def choose(self, choice: line.AudioChoice) -> None:
        """Use these devices from now on."""
        self.desk = await self._need().choose_audio(choice)
        self._bus.publish(SoundChanged())

    async def test(self, role: line.SoundRole) -> None:
        """Try that role's device by ear."""
        self.trials.pop(role, None)
        await self._need().test_sound(role)

    async def listen(self, on: bool) -> None:
        """Have levels told also without a call; to be asked for anew every ten seconds."""
        if self._phone is not None:
            await self._phone.listen(on)

    # ---- listening again

    def recordings(self, living: Iterable[line.LineCall], seat: str) -> tuple[Call | line.LineCall, ...]:
        """Return what can be listened to again: the running calls, then the last twenty of this seat."""
        running = [call for call in living if call.recording]
        over = [
            call
            for call in self._board.calls.values()
            if call.seat == seat and call.is_over and call.recordings
        ]
        over.sort(key=lambda call: call.offered_at, reverse=True)
        return (*running, *over[:RECALL_CALLS])

    async def recall(self, call_id: CallId, from_s: float) -> None:
        """Play that call from there; negative counts from its end."""
        await self._need().recall(call_id, from_s)

    async def seek(self, by_s: float) -> None:
        """Go back or on in what is being played."""
        now = self.recalled
        if now is None:
            raise RefusedError(Refusal.NO_CALL, "nothing is being played")
        await self.recall(now.call_id, max(0.0, min(now.position_s + by_s, now.length_s)))

    async def stop_recall(self) -> None:
        """Play no more."""
        if self.recalled is not None and self.recalled.playing:
            await self._need().stop_recall()

    # ---- what the phone tells

    def _on_signal(self, signal: line.LineSignal) -> None:
        match signal:
            case line.LineLevels():
                self._bus.publish(LevelsHeard(signal.microphone, signal.earpiece))
                return
            case line.LineQuality():
                self._keep(signal)
                return
            case line.LineAudioChanged(audio=audio):
                if self.desk is not None:
                    self.desk = line.AudioDesk(self.desk.devices, self.desk.choice, audio, self.desk.fixed)
            case line.LineSoundTest():
                self.trials[signal.role] = signal
            case line.LineRecall():
                self.recalled = signal
            case line.LineRing(on=on):
                self.rings = on
            case line.LineLost():
                self.rings = False
                self.recalled = None
                self.trials.clear()
            case _:
                return
        self._bus.publish(SoundChanged())

    def _keep(self, quality: line.LineQuality) -> None:
        kept = self._readings.setdefault(quality.call_id, deque(maxlen=READINGS_KEPT))
        kept.append(Reading(self._clock.now(), quality))
        self._readings.move_to_end(quality.call_id)
        while len(self._readings) > CALLS_KEPT:
            self._readings.popitem(last=False)

    def _need(self) -> Phone:
        if self._phone is None:
            raise RefusedError(Refusal.NO_CALL, "no phone")
        return self._phone
