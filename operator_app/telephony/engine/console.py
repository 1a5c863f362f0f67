"""What is done with the sound beside speaking: ringing, choosing and testing devices, levels, listening again."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    AudioChoice,
    AudioDesk,
    LineLevels,
    LineRecall,
    LineRing,
    LineSignal,
    LineSoundTest,
    SoundRole,
    TrialStep,
)
from operator_app.telephony.codec import from_plain, to_plain
from operator_app.telephony.engine.exchange import Exchange
from operator_app.telephony.engine.sound import Sound
from operator_app.telephony.engine.trial import Trial
from operator_app.telephony.settings import AudioMode, EngineAudio
from operator_app.workflow.line_rules import rings_for
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

if TYPE_CHECKING:
    from operator_app.telephony.engine.card import Card

_log = logging.getLogger(__name__)

_LEVELS_S = 0.1
_RECALL_S = 0.25
_LISTEN_LIMIT_S = 15.0
_VOLUME_LEAST = 0.2


class Console:
    """Orders and signals around the sound devices. Everything on the engine's thread."""

    def __init__(self, tell: Callable[[LineSignal], None], exchange: Exchange) -> None:
        self._tell = tell
        self._exchange = exchange
        self._sound: Sound | None = None
        self._settings = EngineAudio()
        self._recordings: Path | None = None
        self._trial: Trial | None = None
        self._recalled: CallId | None = None
        self._rings = False
        self._listen_until = 0.0
        self._next_levels = self._next_recall = 0.0
        self._now = 0.0
        self.orders: dict[str, Callable[[dict[str, Any]], Any]] = {
            "audio": lambda _args: {"desk": to_plain(self.desk())},
            "choose_audio": lambda args: self._choose(from_plain(AudioChoice, args.get("choice"))),
            "test_sound": lambda args: self._test(SoundRole(str(args["role"]))),
            "listen": lambda args: self._listen(args["on"] is True),
            "recall": lambda args: self._recall(CallId(str(args["call_id"])), float(args["from_s"])),
            "recall_stop": lambda _args: self._stop_recall(),
        }

    @property
    def settings(self) -> EngineAudio:
        """The devices in force, a choice made since included."""
        return self._settings

    def attach(self, sound: Sound, settings: EngineAudio, recordings: str) -> None:
        """Receive the sound once it is there."""
        self._sound, self._settings = sound, settings
        self._recordings = Path(recordings) if recordings else None

    def detach(self) -> None:
        """Let go of it."""
        self._sound = None

    def desk(self) -> AudioDesk:
        """Return what can be chosen and what is."""
        sound, card = self._need_sound(), self._card
        s = self._settings
        choice = AudioChoice(s.microphone, s.earpiece, s.ring, s.recall, s.ring_volume)
        devices = () if card is None else card.state.devices
        return AudioDesk(devices, choice, sound.state, fixed=s.mode is not AudioMode.AUTO)

    def turn(self, now: float) -> None:
        """Ring or stop ringing at once; the rest several times a second."""
        card, self._now = self._card, now
        self._ring(card)
        if now >= self._next_levels:
            self._next_levels = now + _LEVELS_S
            talking = self._exchange.talking
            if card is not None:
                card.in_call = talking
            if self._sound is not None and (talking or now < self._listen_until):
                self._tell(LineLevels(*(round(level, 3) for level in self._sound.levels())))
            if self._trial is not None and self._trial.step(now):
                self._trial = None
        if self._recalled is not None and now >= self._next_recall:
            self._next_recall = now + _RECALL_S
            self._tell_recall()

    # --- the ring -----------------------------------------------------------------------------------------------------

    def _ring(self, card: "Card | None") -> None:
        if card is None:
            return
        on = rings_for(self._exchange.living.all)
        card.ringer.ring(on)
        # Told only when it is true: a ring without a device or without a sound is none.
        sounds = on and card.ringer.ready and card.sounds(SoundRole.RING)
        if sounds is not self._rings:
            self._rings = sounds
            self._tell(LineRing(sounds))

    # --- devices ------------------------------------------------------------------------------------------------------

    def _choose(self, choice: AudioChoice) -> dict[str, Any]:
        if not _VOLUME_LEAST <= choice.ring_volume <= 1.0:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"ring volume {choice.ring_volume}")
        self._settings = replace(
            self._settings,
            microphone=choice.microphone,
            earpiece=choice.earpiece,
            ring=choice.ring,
            recall=choice.recall,
            ring_volume=choice.ring_volume,
        )
        self._need_card().choose(self._settings)
        return {"desk": to_plain(self.desk())}

    def _test(self, role: SoundRole) -> None:
        card = self._need_card()
        if self._exchange.living.all:
            # A tone in the ear of somebody who listens to a caller, or a caller who hears the test: never.
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a call is up")
        if self._trial is not None:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "another test runs")

        def tell(step: TrialStep, detail: str = "") -> None:
            self._tell(LineSoundTest(role, step, detail))

        self._trial = Trial(card, role, tell, self._now)

    def _listen(self, on: bool) -> None:
        # A window that dies does not say that it looks no more: it has to ask again before this is over.
        self._listen_until = self._now + _LISTEN_LIMIT_S if on else 0.0

    # --- listening again ----------------------------------------------------------------------------------------------

    def _recall(self, call_id: CallId, from_s: float) -> dict[str, Any]:
        card = self._need_card()
        if not card.sounds(SoundRole.RECALL):
            raise PhoneRefusedError(PhoneRefusal.NO_SOUND, "no device to listen with")
        file = None if self._recordings is None else self._recordings / f"{call_id}-both.wav"
        if file is None or not _is_name(call_id) or not file.is_file():
            raise PhoneRefusedError(PhoneRefusal.NO_RECORDING, call_id)
        card.replay.play(file, from_s)
        self._recalled = call_id
        self._next_recall = 0.0
        return {}

    def _stop_recall(self) -> None:
        card = self._card
        if card is not None:
            card.replay.stop()
        if self._recalled is not None:
            self._tell_recall()

    def _tell_recall(self) -> None:
        card, call_id = self._card, self._recalled
        if card is None or call_id is None:
            return
        replay = card.replay
        playing = replay.playing and card.sounds(SoundRole.RECALL)
        self._tell(
            LineRecall(
                call_id, playing, round(replay.position_s, 2), round(replay.length_s, 2), replay.problem
            )
        )
        if not playing:
            self._recalled = None

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _card(self) -> "Card | None":
        return None if self._sound is None else self._sound.card

    def _need_sound(self) -> Sound:
        if self._sound is None:
            raise PhoneRefusedError(PhoneRefusal.NOT_STARTED, "no settings yet")
        return self._sound

    def _need_card(self) -> "Card":
        card = self._card
        if card is None:
            raise PhoneRefusedError(PhoneRefusal.NO_SOUND, "no sound devices are open here")
        return card


def _is_name(call_id: str) -> bool:
    """Whether an id can be part of a file's name: nothing but letters, digits and hyphens."""
    return call_id.replace("-", "").isalnum()
