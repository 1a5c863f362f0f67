"""The test of one device: a tone on an output; on the microphone three seconds that are played back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from operator_app.domain.line import SoundRole, TrialStep

if TYPE_CHECKING:
    from operator_app.telephony.engine.card import Card

RECORD_S = 3.0
TONE_HZ, TONE_S, TONE_LEVEL = 800.0, 1.2, 0.15
_LIMIT_S = 10.0

Tell = Callable[..., None]


class Trial:
    """One running test; `step` moves it on and says when it is over."""

    def __init__(self, card: "Card", role: SoundRole, tell: Tell, now: float) -> None:
        self._card, self._role, self._tell = card, role, tell
        self._began = now
        self._taken: list[Any] = []
        self._recording = role is SoundRole.MICROPHONE
        self._output = SoundRole.EARPIECE if self._recording else role
        self._over = False
        if not card.sounds(self._output):
            self._fail("no output")
        elif self._recording:
            card.tap = self._taken.append
            tell(TrialStep.RECORDING)
        else:
            from operator_app.telephony.engine.sources import tone  # noqa: PLC0415

            card.shots[self._output].play(tone(TONE_HZ, TONE_S, TONE_LEVEL))
            tell(TrialStep.PLAYING)

    def step(self, now: float) -> bool:
        """Move on; True when the test is over."""
        if self._over:
            return True
        if self._recording:
            if now - self._began >= RECORD_S:
                self._play_back()
            return self._over
        if not self._card.shots[self._output].busy:
            self._tell(TrialStep.DONE)
            return True
        if now - self._began > _LIMIT_S:
            self._fail("the device does not play")
        return self._over

    def _play_back(self) -> None:
        import numpy as np  # noqa: PLC0415  (loaded with the card; not by an engine without one)

        self._card.tap = None
        self._recording = False
        if not self._taken:
            self._fail("nothing came from the microphone")
            return
        self._card.shots[self._output].play(np.concatenate(self._taken))
        self._tell(TrialStep.PLAYING)

    def _fail(self, why: str) -> None:
        self._over = True
        self._tell(TrialStep.FAILED, why)
