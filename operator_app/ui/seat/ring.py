"""The ring of the operator's window: heard where the phone has no loudspeaker of its own, and always seen."""

from PySide6.QtWidgets import QApplication

from operator_app.ui.frame.area import Hand
from operator_app.ui.frame.asks import CallRings
from operator_app.ui.kit.labels import set_title
from operator_app.ui.phone.presenters.ringing import engine_rings, rings
from operator_app.ui.program.sound import LoopSound


class Ring:
    """Follows the waiting calls. Loop thread only."""

    def __init__(self, hand: Hand, sound: LoopSound | None) -> None:
        """`sound` is the window's own ring; None: by sight alone."""
        self._hand, self._seat, self._sound = hand, hand.seat, sound
        self._rang = False

    @property
    def can_be_heard(self) -> bool:
        """Whether a ring can be heard at all: from the phone's own loudspeaker, else from this window's."""
        return engine_rings(self._seat) or self._sound is None or self._sound.is_audible

    def look(self) -> None:
        """Ring, or be silent."""
        now = rings(self._seat)
        begins = now and not self._rang
        if begins:
            self._hand.ask(CallRings())
        if self._sound is not None:
            # The phone rings by itself where it has a loudspeaker; this one is for a seat whose phone has none.
            self._sound.ring(now and not engine_rings(self._seat))
            if begins and self._sound.is_sounding:
                self._hand.marks.mark("ring_started")
        if begins:
            QApplication.alert(self._hand.window, 0)
        if now is not self._rang:
            set_title(self._hand.window, self._hand.say("top.title_ringing" if now else "top.title"))
        self._rang = now

    def stop(self) -> None:
        """Be silent."""
        if self._sound is not None:
            self._sound.ring(False)
