"""Devices, listening again and line quality: whoever opens them sees what is, and is obeyed."""

from datetime import datetime

from PySide6.QtWidgets import QWidget

from operator_app.domain.ids import CallId
from operator_app.domain.line import AudioChoice, SoundRole
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.keys.deeds import Deed, Group, Wish
from operator_app.ui.sound.device_pane import DevicePane
from operator_app.ui.sound.presenters.devices import DevicesPresenter
from operator_app.ui.sound.presenters.quality import QualityPresenter
from operator_app.ui.sound.presenters.recall import RecallPresenter
from operator_app.ui.sound.quality_pane import QualityPane
from operator_app.ui.sound.recall_pane import RecallPane
from operator_app.workflow.seat import SeatChanged
from operator_app.workflow.sound import RECALL_STEP_S, LevelsHeard, SoundChanged

LISTEN_AGAIN_MS = 8_000
"""The engine listens so long for the levels' sake; while the pane is open it is asked again."""


class SoundArea(Area):
    """The three panes of the seat's sound."""

    told = (LevelsHeard, SoundChanged, SeatChanged)

    def __init__(self, hand: Hand) -> None:
        self._hand, self._seat, self._keep = hand, hand.seat, hand.manner.keep_devices
        theme, say, window = hand.theme, hand.say, hand.window
        self.devices = DevicePane(theme, say, window)
        self.recall = RecallPane(theme, say, window)
        self.quality = QualityPane(theme, say, window)
        self._devices_view = DevicesPresenter(hand.seat, say)
        self._recall_view = RecallPresenter(hand.seat, say)
        self._quality_view = QualityPresenter(hand.seat, say)
        self._listening = hand.timers.once(self._listen)
        self._connect()

    def changed(self, what: object) -> None:
        """Bring what is open up to date."""
        if not isinstance(what, LevelsHeard):
            self._show()
        elif self.devices.isVisible():
            self.devices.levels.tell(what.microphone, what.earpiece)

    def second(self, now: datetime) -> None:
        """Bring what is open up to date."""
        self._show()

    def _show(self) -> None:
        draw = self._hand.draw
        if self.devices.isVisible():
            draw("devices", self.devices, lambda: self.devices.tell(self._devices_view.view()))
        if self.recall.isVisible():
            draw("recall", self.recall, lambda: self.recall.tell(self._recall_view.view()))
        if self.quality.isVisible():
            draw("quality", self.quality, lambda: self.quality.tell(self._quality_view.view()))

    # ---- devices

    def toggle_devices(self) -> None:
        """Open the sound devices, or close them."""
        self._close_others(self.devices)
        self.devices.toggle()

    def _opened(self) -> None:
        self.devices.tell(self._devices_view.view())
        self._run(self._seat.sound.look(), "devices")
        self._listen()

    def _closed(self) -> None:
        self._listening.stop()
        self._run(self._seat.sound.listen(False), "devices")

    def _listen(self) -> None:
        self._run(self._seat.sound.listen(True), "devices")
        self._listening.start(LISTEN_AGAIN_MS)

    def _choose(self, choice: AudioChoice | None) -> None:
        if choice is not None:
            self._run(self._choose_and_keep(choice), "devices")

    async def _choose_and_keep(self, choice: AudioChoice) -> None:
        await self._seat.sound.choose(choice)
        if self._keep is None:
            return
        try:
            await self._keep(choice)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._hand.tell(self._hand.say("sound.not_kept", error=reason), loud=True)

    # ---- listening again

    def toggle_recall(self) -> None:
        """Open the calls to listen to again, or close them."""
        opens = not self.recall.isVisible()
        self._close_others(self.recall)
        self.recall.toggle()
        if opens:
            self.recall.tell(self._recall_view.view())
            first = self._recall_view.first()
            # The running call is played at once: that is what the key is pressed for in a call.
            if first is not None and self._seat.calls.live(first) is not None:
                self._play(first)

    def _play(self, call_id: CallId) -> None:
        self._run(self._seat.sound.recall(call_id, self._recall_view.start_of(call_id)), "recall")

    def _seek(self, steps: int) -> None:
        if self._seat.sound.recalled is None:
            self.recall.play.click()
        else:
            self._run(self._seat.sound.seek(steps * RECALL_STEP_S), "recall")

    # ---- the line

    def toggle_quality(self) -> None:
        """Open the plot of the line's quality, or close it."""
        self._close_others(self.quality)
        self.quality.toggle()
        self._show()

    # ---- inside

    def _close_others(self, kept: QWidget) -> None:
        for pane in (self.devices, self.recall, self.quality):
            if pane is not kept:
                pane.close_up()

    def _connect(self) -> None:
        sound = self._seat.sound
        self.devices.opened.connect(self._opened)
        self.devices.closed.connect(self._closed)
        self.devices.chosen.connect(
            lambda role, name: self._choose(self._devices_view.choice(SoundRole(role), name))
        )
        self.devices.volume_wished.connect(lambda steps: self._choose(self._devices_view.volume(steps)))
        self.devices.test_wished.connect(lambda role: self._run(sound.test(SoundRole(role)), "sound_test"))
        self.recall.play_wished.connect(lambda call_id: self._play(CallId(call_id)))
        self.recall.seek_wished.connect(self._seek)
        self.recall.stop_wished.connect(lambda: self._run(sound.stop_recall(), "recall"))
        self.recall.closed.connect(lambda: self._run(sound.stop_recall(), "recall"))

    def _run(self, wish: Wish, name: str) -> None:
        self._hand.run(name, wish)

    deeds = (
        Deed("recall", "Ctrl+R", Group.CALL, toggle_recall),
        Deed("quality", "Ctrl+J", Group.CALL, toggle_quality),
        Deed("devices", "Ctrl+Shift+A", Group.WINDOW, toggle_devices),
    )
