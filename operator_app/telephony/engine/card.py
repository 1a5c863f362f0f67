"""The sound devices of a seat, kept open by a thread of their own: opening one can take long, closing a dead one too.

The thread looks twice a second. A device that is away is told at once and tried again until it is back: by opening it
where PortAudio still lists it, else by asking a second process what is there now, and starting PortAudio anew only when
the missing device has come back. That one restart is a gap of some 0.2 s in what still works.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operator_app.domain.line import RoleState, SoundDevice, SoundRole
from operator_app.telephony import wav
from operator_app.telephony.engine.clock_buffer import DriftRing
from operator_app.telephony.engine.devices import (
    Found,
    NoDeviceError,
    bare_name,
    list_devices,
    offered,
    pick,
    portaudio,
    scan,
)
from operator_app.telephony.engine.sources import Looper, OneShot, Replay, RingSource
from operator_app.telephony.engine.streams import BLOCK_MS, Listener, Samples, Source, Speaker, Stream
from operator_app.telephony.settings import EngineAudio

_log = logging.getLogger(__name__)

_LOOK_S, _LOOK_URGENT_S = 0.25, 0.05
_RETRY_S = 1.0
_CALM_MS = 20
"""Outputs on which nobody speaks are served half as often."""
_SCAN_BUSY_S, _SCAN_IDLE_S = 2.0, 10.0
_OUTPUTS = (SoundRole.EARPIECE, SoundRole.RING, SoundRole.RECALL)


@dataclass(frozen=True, slots=True)
class CardState:
    """What the thread has come to: how each role stands, and what could be chosen."""

    roles: tuple[RoleState, ...] = ()
    devices: tuple[SoundDevice, ...] = ()
    opened: bool = False
    """False until all that could be opened is served for the first time, or one of them did not begin."""


class Card:
    """Devices for all roles. Sources are the engine's; `state` is replaced whole and may be read from any thread."""

    def __init__(self, wanted: EngineAudio, to_earpiece: DriftRing, from_microphone: DriftRing) -> None:
        self.ringer, self.replay = Looper(), Replay()
        self.shots = {role: OneShot() for role in _OUTPUTS}
        self.tap: Callable[[Samples], None] | None = None
        """Gets what the microphone hears while it is being tested."""
        self.in_call = False
        self.state = CardState()
        self._wanted = wanted
        self._to_earpiece, self._from_microphone = to_earpiece, from_microphone
        self._own: dict[SoundRole, tuple[Source, ...]] = {
            SoundRole.EARPIECE: (RingSource(to_earpiece), self.shots[SoundRole.EARPIECE]),
            SoundRole.RING: (self.ringer, self.shots[SoundRole.RING]),
            SoundRole.RECALL: (self.replay, self.shots[SoundRole.RECALL]),
        }
        self._library: Any = None
        self._devices: tuple[Found, ...] = ()
        self._speakers: dict[str, Speaker] = {}
        self._serves: dict[SoundRole, Speaker] = {}
        self._listener: Listener | None = None
        self._reasons: dict[SoundRole, str] = {}
        self._retry_at = self._scan_at = 0.0
        self._loaded: tuple[str, float] | None = None
        self._stopping = self._opened = False
        self._wake = threading.Event()

    def choose(self, wanted: EngineAudio) -> None:
        """Use these devices from now on."""
        self._wanted = wanted
        self._retry_at = 0.0
        self._wake.set()

    def levels(self) -> tuple[float, float]:
        """Return the peaks of microphone and earpiece since the last asking."""
        listener, speaker = self._listener, self._serves.get(SoundRole.EARPIECE)
        return (listener.level.take() if listener else 0.0), (speaker.level.take() if speaker else 0.0)

    def sounds(self, role: SoundRole) -> bool:
        """Whether that output is served: open, and its card takes what it is given."""
        speaker = self._serves.get(role)
        return speaker is not None and speaker.served

    def stop(self) -> None:
        """Have `run` give all devices back and return."""
        self._stopping = True
        self._wake.set()
        self.replay.stop()

    # --- on the card's thread -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Keep the devices open until told to stop."""
        while not self._stopping:
            try:
                self._turn()
            except Exception as problem:  # noqa: BLE001 # told as the state of every role; tried again
                _log.exception("sound card")
                self._close_all()
                for role in SoundRole:
                    self._reasons[role] = repr(problem)
            self._tell()
            urgent = self.ringer.on or any(not each.served for each in self._streams)
            self._wake.wait(_LOOK_URGENT_S if urgent else _LOOK_S)
            self._wake.clear()
        self._close_all()

    def _turn(self) -> None:
        if self._library is None:
            try:
                self._start_library()
            except NoDeviceError as problem:
                self._reasons = dict.fromkeys(SoundRole, str(problem))
                self._wake.wait(_SCAN_IDLE_S)
                return
        wanted = self._wanted
        self._load_ring(wanted)
        self._drop_lost()
        self._drop_unwanted(wanted)
        now = time.monotonic()
        if now >= self._retry_at:
            self._retry_at = now + _RETRY_S
            self._fill(wanted)
        if self._missing(wanted) and now >= self._scan_at:
            hurry = self.in_call and bool(
                self._devices
            )  # a machine that never had a card is not asked in haste
            self._scan_at = now + (_SCAN_BUSY_S if hurry else _SCAN_IDLE_S)
            self._look_anew(wanted)
        self._forgive(wanted)

    def _start_library(self) -> None:
        self._library = portaudio()
        self._devices = list_devices(self._library)
        self._scan_at = time.monotonic() + _SCAN_BUSY_S

    def _load_ring(self, wanted: EngineAudio) -> None:
        loaded = (wanted.ring_file, wanted.ring_volume)
        if loaded == self._loaded or not wanted.ring_file:
            return
        self._loaded = loaded
        try:
            self.ringer.load(Path(wanted.ring_file), wanted.ring_volume)
        except (OSError, wav.BadWavError) as problem:
            _log.error("the ring cannot be read: %s", problem)

    def _drop_lost(self) -> None:
        ringing = self._serves.get(SoundRole.RING) if self.ringer.on else None
        for name, speaker in list(self._speakers.items()):
            if speaker.lost(hurry=speaker is ringing):
                _log.warning("%s stopped%s", name, " while it should ring" if speaker is ringing else "")
                self._drop(speaker)
        if self._listener is not None and self._listener.lost():
            _log.warning("%s stopped", self._listener.device.name)
            self._drop_listener()

    def _drop_unwanted(self, wanted: EngineAudio) -> None:
        """Let go of what another choice has made superfluous."""
        names = {role: self._name(wanted, role) for role in SoundRole}
        for role, speaker in list(self._serves.items()):
            stands_in = role in self._reasons and speaker is self._serves.get(SoundRole.EARPIECE)
            if not stands_in and not self._is(speaker.device, names[role], output=True):
                del self._serves[role]
        for name, speaker in list(self._speakers.items()):
            if speaker not in self._serves.values():
                del self._speakers[name]
                speaker.close()
        listener = self._listener
        if listener is not None and not self._is(listener.device, names[SoundRole.MICROPHONE], output=False):
            self._drop_listener()

    def _fill(self, wanted: EngineAudio) -> None:
        if self._listener is None:
            try:
                device = pick(self._devices, wanted.microphone, output=False)
                self._from_microphone.clear()
                self._listener = Listener(self._library, device, self._hear)
                _log.info("microphone: %s", device.name)
            except (NoDeviceError, self._library.PortAudioError, ValueError) as problem:
                self._reasons[SoundRole.MICROPHONE] = _words(problem)
        for role in _OUTPUTS:
            if role in self._serves and not self._instead(wanted, role):
                continue
            try:
                self._serves[role] = self._speaker(self._name(wanted, role), role)
            except (NoDeviceError, self._library.PortAudioError, ValueError) as problem:
                self._reasons[role] = _words(problem)
                self._serve_instead(role)
        self._share()

    def _serve_instead(self, role: SoundRole) -> None:
        """A ring must not be missed: without its loudspeaker it comes from the headset, as a recording does."""
        other = self._serves.get(SoundRole.EARPIECE)
        if role in (SoundRole.RING, SoundRole.RECALL) and other is not None:
            self._serves[role] = other

    def _speaker(self, name: str, role: SoundRole) -> Speaker:
        device = pick(self._devices, name, output=True)
        known = self._speakers.get(device.name)
        if known is not None:
            return known
        if role is SoundRole.EARPIECE:
            self._to_earpiece.clear()
        elif role is SoundRole.RING:
            self.ringer.again()
        # The roles' sources come with `_share`; which roles a device has decides about its protection.
        speaker = Speaker(
            self._library,
            device,
            (),
            limited=role is not SoundRole.RING,
            block_ms=BLOCK_MS if role is SoundRole.EARPIECE else _CALM_MS,
        )
        self._speakers[device.name] = speaker
        _log.info("%s: %s, %.0f ms", role.value, device.name, speaker.latency_s * 1000)
        return speaker

    def _share(self) -> None:
        """Give each device the sources of all its roles; one that is worn on the ear is limited."""
        for speaker in self._speakers.values():
            roles = [role for role in _OUTPUTS if self._serves.get(role) is speaker]
            speaker.sources = tuple(source for role in roles for source in self._own[role])
            if speaker.limiter is None and roles != [SoundRole.RING]:
                speaker.protect()

    def _look_anew(self, wanted: EngineAudio) -> None:
        """Ask what is there; begin anew when a device that is missed has come."""
        names = scan()
        here = {bare_name(each.name) for each in self._devices}
        there = {bare_name(each) for each in names}
        if not there or there <= here:
            return
        missed = {bare_name(each) for each in self._missing(wanted)}
        if missed & (there - here) or "" in missed:
            _log.info("a device has come: PortAudio begins anew")
            self._close_all()
            self._library._terminate()
            self._library._initialize()
            self._devices = list_devices(self._library)
            self._fill(wanted)

    def _missing(self, wanted: EngineAudio) -> set[str]:
        missing = {self._name(wanted, role) for role in _OUTPUTS if role in self._reasons}
        if self._listener is None:
            missing.add(wanted.microphone)
        return missing

    def _hear(self, block: Samples) -> None:
        self._from_microphone.write(block.tobytes())
        if self.tap is not None:
            self.tap(block)

    def _forgive(self, wanted: EngineAudio) -> None:
        """Forget why a role had no device once its own is served."""
        if self._listener is not None and self._listener.served:
            self._reasons.pop(SoundRole.MICROPHONE, None)
        for role, speaker in self._serves.items():
            if speaker.served and self._is(speaker.device, self._name(wanted, role), output=True):
                self._reasons.pop(role, None)

    @property
    def _streams(self) -> tuple[Stream, ...]:
        listener = () if self._listener is None else (self._listener,)
        return (*self._speakers.values(), *listener)

    def _drop(self, speaker: Speaker) -> None:
        self._opened = True
        self._speakers.pop(speaker.device.name, None)
        for role in [role for role, each in self._serves.items() if each is speaker]:
            del self._serves[role]
            self._reasons[role] = "stopped"
        speaker.close()
        self._retry_at = 0.0

    def _drop_listener(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            self._opened = True
            self._reasons[SoundRole.MICROPHONE] = "stopped"
            listener.close()

    def _close_all(self) -> None:
        for speaker in list(self._speakers.values()):
            speaker.close()
        self._speakers.clear()
        self._serves.clear()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _name(self, wanted: EngineAudio, role: SoundRole) -> str:
        if role is SoundRole.RECALL:
            return wanted.recall or wanted.earpiece
        return str(getattr(wanted, role.value))

    def _is(self, device: Found, name: str, *, output: bool) -> bool:
        try:
            return pick(self._devices, name, output=output).name == device.name
        except NoDeviceError:
            return False

    def _instead(self, wanted: EngineAudio, role: SoundRole) -> bool:
        return role in self._reasons and role in self._serves

    def _tell(self) -> None:
        self._opened = self._opened or all(each.served for each in self._streams)
        wanted, roles = self._wanted, []
        for role in SoundRole:
            open_now = self._listener if role is SoundRole.MICROPHONE else self._serves.get(role)
            stream = open_now if open_now is not None and open_now.served else None
            reason = self._reasons.get(role, "")
            roles.append(
                RoleState(
                    role,
                    self._name(wanted, role),
                    stream.device.name if stream else "",
                    reason if stream is None else "",
                    instead=stream is not None and bool(reason),
                )
            )
        state = CardState(tuple(roles), offered(self._devices), self._opened)
        if state != self.state:
            self.state = state


def _words(problem: Exception) -> str:
    return str(problem.args[0]) if problem.args else repr(problem)
