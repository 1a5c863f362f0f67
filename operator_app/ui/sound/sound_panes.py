"""Joins devices, listening again and line quality to the seat: whoever opens them sees what is, and is obeyed."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from operator_app.domain.ids import CallId
from operator_app.domain.line import AudioChoice, SoundRole
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.manner import KeepDevices
from operator_app.ui.keys.keymap import Deed
from operator_app.ui.kit.levels import LevelStrip
from operator_app.ui.kit.theme import Theme
from operator_app.ui.program.errands import Errands
from operator_app.ui.sound.device_pane import DevicePane
from operator_app.ui.sound.presenters.devices import DevicesPresenter
from operator_app.ui.sound.presenters.quality import QualityPresenter
from operator_app.ui.sound.presenters.recall import RecallPresenter
from operator_app.ui.sound.quality_pane import QualityPane
from operator_app.ui.sound.recall_pane import RecallPane
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat, SeatChanged
from operator_app.workflow.sound import RECALL_STEP_S, LevelsHeard, SoundChanged

LISTEN_EVERY_MS = 8_000
QUIET_AFTER_MS = 400


class SoundPanes(QObject):
    """The three panes of the seat's sound. Loop thread only."""

    def __init__(
        self,
        seat: Seat,
        say: Say,
        theme: Theme,
        window: MainWindow,
        map_pane: QWidget,
        strip: LevelStrip,
        errands: Errands,
        tell: Callable[[Notice], None],
        keep: KeepDevices | None = None,
    ) -> None:
        """`strip` is the phone pane's; `keep` keeps a chosen device at the seat, None: as long as the window lives."""
        super().__init__()
        self._seat, self._say, self._strip, self._errands, self._keep = seat, say, strip, errands, keep
        self._notice = tell
        self.devices = DevicePane(theme, say, window, map_pane)
        self.recall = RecallPane(theme, say, window, map_pane)
        self.quality = QualityPane(theme, say, window, map_pane)
        self._devices_view = DevicesPresenter(seat, say)
        self._recall_view = RecallPresenter(seat, say)
        self._quality_view = QualityPresenter(seat, say)
        self._listening = QTimer(self)
        self._listening.setInterval(LISTEN_EVERY_MS)
        self._listening.timeout.connect(self._listen)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_AFTER_MS)
        self._quiet.timeout.connect(lambda: self._levels(LevelsHeard(0.0, 0.0)))
        self._ends: list[Callable[[], None]] = []
        self._connect()

    def deeds(self) -> dict[Deed, Callable[[], None]]:
        """Return what the keys of this room do."""
        return {
            Deed.DEVICES: self._toggle_devices,
            Deed.RECALL: self._toggle_recall,
            Deed.QUALITY: self._toggle_quality,
        }

    def start(self) -> None:
        """Follow the seat."""
        bus = self._seat.bus
        self._ends = [
            bus.subscribe(LevelsHeard, self._levels),
            bus.subscribe(SoundChanged, lambda _: self.show()),
            bus.subscribe(SeatChanged, lambda _: self.show()),
        ]

    def stop(self) -> None:
        """Follow it no more."""
        for end in self._ends:
            end()
        self._ends = []
        self._listening.stop()
        self._quiet.stop()

    def show(self) -> None:
        """Bring what is open up to date."""
        if self.devices.isVisible():
            self.devices.tell(self._devices_view.view())
        if self.recall.isVisible():
            self.recall.tell(self._recall_view.view())
        if self.quality.isVisible():
            self.quality.tell(self._quality_view.view())

    # ---- devices

    def _toggle_devices(self) -> None:
        self._close_others(self.devices)
        self.devices.toggle()

    def _opened(self) -> None:
        self.devices.tell(self._devices_view.view())
        self._run(self._seat.sound.look(), "devices")
        self._listen()
        self._listening.start()

    def _closed(self) -> None:
        self._listening.stop()
        self._run(self._seat.sound.listen(False), "devices")

    def _listen(self) -> None:
        self._run(self._seat.sound.listen(True), "devices")

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
            words = self._say("sound.not_kept", error=error.strerror or type(error).__name__)
            self._notice(Notice(words, loud=True))

    # ---- listening again

    def _toggle_recall(self) -> None:
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

    def _toggle_quality(self) -> None:
        self._close_others(self.quality)
        self.quality.toggle()
        self.show()

    def _levels(self, heard: LevelsHeard) -> None:
        self._strip.tell(heard.microphone, heard.earpiece)
        if self.devices.isVisible():
            self.devices.levels.tell(heard.microphone, heard.earpiece)
        if heard.microphone or heard.earpiece or self._strip.lit:
            self._quiet.start()

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

    def _run(self, wish: Coroutine[Any, Any, object], name: str) -> None:
        self._errands.run(wish, self._say(f"wish.{name}"))
