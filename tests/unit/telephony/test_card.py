"""A loudspeaker whose driver stops to ask for sound, on a sound library of our own clock."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from operator_app.domain.line import AudioKind, LineAudio, RoleState, SoundRole
from operator_app.telephony.engine import streams
from operator_app.telephony.engine.card import Card
from operator_app.telephony.engine.clock_buffer import DriftRing
from operator_app.telephony.engine.devices import Found
from operator_app.telephony.engine.headset import audio_of
from operator_app.telephony.settings import AudioMode, EngineAudio
from tests.e2e.telephony.rig import write_tone

FRAME = 640


class Output:
    """A stream of PortAudio that asks for sound only when told to."""

    latency = 0.02

    def __init__(self, *, device: int, callback: Callable[..., None], **_form: Any) -> None:
        self.device, self._callback, self.closed = device, callback, False

    def start(self) -> None:
        pass

    def close(self, **_how: Any) -> None:
        self.closed = True

    def ask(self) -> np.ndarray:
        data = bytearray(FRAME)
        self._callback(data, FRAME // 2, None, 0)
        return np.frombuffer(data, np.int16)


class Desk:
    """A card with an earpiece and a loudspeaker, turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.now = 100.0
        self.opened: list[Output] = []
        ring = write_tone(folder / "ring.wav", 500, seconds=1)
        wanted = EngineAudio(AudioMode.AUTO, "mic", "ear", ring="hall", ring_file=str(ring))
        self.card = Card(wanted, DriftRing(FRAME), DriftRing(FRAME))
        self.card._library = SimpleNamespace(
            RawOutputStream=self._open, RawInputStream=self._open, PortAudioError=OSError
        )
        self.card._devices = (
            Found(0, "ear", 0, 1, 16_000),
            Found(1, "hall", 0, 1, 16_000),
            Found(2, "mic", 1, 0, 16_000),
        )
        self.card._scan_at = float("inf")

    def _open(self, **form: Any) -> Output:
        self.opened.append(Output(**form))
        return self.opened[-1]

    @property
    def hall(self) -> Output:
        return [each for each in self.opened if each.device == 1][-1]

    def turn(self, after_s: float) -> None:
        self.now += after_s
        self.card._turn()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setattr(streams, "time", SimpleNamespace(monotonic=lambda: made.now))
    made.card._turn()
    return made


def test_a_loudspeaker_that_stalls_while_it_rings_is_opened_anew_before_the_caller_waits(desk: Desk) -> None:
    stalled = desk.hall
    desk.now += 1.2
    stalled.ask()
    desk.card.ringer.ring(True)
    for _ in range(10):
        stalled.ask()
    desk.turn(0.35)
    assert stalled.closed
    assert desk.hall is not stalled
    # From its beginning: what was handed to the stalled one went nowhere.
    again = desk.hall.ask()
    assert desk.card.ringer._at == len(again)
    assert again.any()
    desk.now += 0.1
    desk.hall.ask()
    assert desk.card.sounds(SoundRole.RING)


def test_without_a_ring_a_short_stall_is_let_pass(desk: Desk) -> None:
    quiet = desk.hall
    desk.now += 1.2
    quiet.ask()
    desk.turn(0.35)
    assert not quiet.closed
    desk.turn(0.7)
    assert quiet.closed


def test_a_loudspeaker_that_has_yet_to_begin_is_given_its_time(desk: Desk) -> None:
    """One that slept, or a wireless one, fills its buffer and then takes long to begin; it would never come to it."""
    slow = desk.hall
    for _ in range(3):
        slow.ask()
    desk.card.ringer.ring(True)
    desk.turn(2.5)
    assert desk.hall is slow
    desk.turn(0.6)
    assert slow.closed
    assert desk.hall is not slow


def test_a_device_is_told_to_work_only_once_its_card_takes_what_it_is_given(desk: Desk) -> None:
    for each in desk.opened:
        each.ask()
    desk.turn(0.3)
    desk.card._tell()
    assert audio_of(desk.card.state.roles).kind is AudioKind.OPENING
    assert not desk.card.sounds(SoundRole.RING)
    for each in desk.opened:
        each.ask()
    desk.turn(0.0)
    desk.card._tell()
    assert audio_of(desk.card.state.roles).kind is AudioKind.DEVICE
    assert desk.card.sounds(SoundRole.RING)


def test_a_card_that_stopped_is_away_until_it_really_begins_again(desk: Desk) -> None:
    for each in desk.opened:
        desk.now += 0.1
        each.ask()
    stopped = desk.hall
    desk.turn(1.1)
    assert stopped.closed
    desk.hall.ask()
    desk.turn(0.0)
    desk.card._tell()
    ring = LineAudio(AudioKind.NONE, roles=desk.card.state.roles).role(SoundRole.RING)
    assert ring == RoleState(SoundRole.RING, "hall", reason="stopped")
    desk.now += 0.1
    desk.hall.ask()
    desk.turn(0.0)
    desk.card._tell()
    ring = LineAudio(AudioKind.NONE, roles=desk.card.state.roles).role(SoundRole.RING)
    assert ring == RoleState(SoundRole.RING, "hall", "hall")


def test_a_headset_that_rings_instead_goes_on_doing_so(desk: Desk) -> None:
    desk.card.choose(replace(desk.card._wanted, ring="no such thing"))
    desk.now += 0.1
    for each in desk.opened:
        each.ask()
    for _ in range(6):
        desk.turn(0.25)
        for each in desk.opened:
            each.ask()
        desk.card._tell()
        ring = LineAudio(AudioKind.NONE, roles=desk.card.state.roles).role(SoundRole.RING)
        assert ring == RoleState(SoundRole.RING, "no such thing", "ear", instead=True)
        assert desk.card.sounds(SoundRole.RING)
    desk.card.choose(replace(desk.card._wanted, ring="hall"))
    desk.turn(0.25)
    desk.now += 0.1
    desk.hall.ask()
    desk.turn(0.0)
    desk.card._tell()
    ring = LineAudio(AudioKind.NONE, roles=desk.card.state.roles).role(SoundRole.RING)
    assert ring == RoleState(SoundRole.RING, "hall", "hall")
