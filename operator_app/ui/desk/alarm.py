"""The alarm of a new dispatch: a sound where there is a loudspeaker, and a banner that nobody overlooks."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from operator_app.ui.presenters.desk_view import Alarm
from operator_app.ui.presenters.wording import Say, Tone
from operator_app.ui.theme import TITLE, Theme
from operator_app.ui.widgets import KeyButton, Text, set_look

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

log = logging.getLogger(__name__)


class AlarmSound(QObject):
    """Sounds until it is told to stop. Without a loudspeaker it stays silent and says so by `is_audible`."""

    changed = Signal()

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        """`file` is a WAV. QtMultimedia is loaded by `open`, not here."""
        super().__init__(parent)
        self._file = file
        self._wanted = False
        self._devices: QMediaDevices | None = None
        self._effect: QSoundEffect | None = None

    @property
    def is_audible(self) -> bool:
        """Whether there is a loudspeaker, and the sound can be played on it."""
        return self._effect is not None

    @property
    def is_sounding(self) -> bool:
        """Whether it is to be heard at this moment."""
        return self._effect is not None and self._wanted

    def open(self) -> None:
        """Look for a loudspeaker; later ones are found by themselves. Takes some 50 ms, so after the first paint."""
        try:
            from PySide6.QtMultimedia import QMediaDevices  # noqa: PLC0415  (50 ms that the first paint need not pay)
        except ImportError:
            log.exception("no sound: QtMultimedia cannot be loaded")
            return
        self._devices = QMediaDevices(self)
        self._devices.audioOutputsChanged.connect(self._find_output)
        self._find_output()

    def ring(self, on: bool) -> None:
        """Sound from now on, or be silent."""
        if on is self._wanted:
            return
        self._wanted = on
        if self._effect is None:
            return
        if on:
            self._effect.play()
        else:
            self._effect.stop()

    def _find_output(self) -> None:
        from PySide6.QtMultimedia import QMediaDevices, QSoundEffect  # noqa: PLC0415

        output = QMediaDevices.defaultAudioOutput()
        if self._effect is not None:
            self._effect.stop()
            self._effect.deleteLater()
            self._effect = None
        if output.isNull():
            log.warning("no sound: there is no audio output")
        else:
            effect = QSoundEffect(output, self)
            effect.setSource(QUrl.fromLocalFile(str(self._file)))
            effect.setLoopCount(QSoundEffect.Loop.Infinite.value)
            effect.setVolume(1.0)
            effect.statusChanged.connect(self._check)
            self._effect = effect
            if self._wanted:
                effect.play()
        self.changed.emit()

    def _check(self) -> None:
        from PySide6.QtMultimedia import QSoundEffect  # noqa: PLC0415

        if self._effect is not None and self._effect.status() is QSoundEffect.Status.Error:
            log.error("no sound: %s cannot be played", self._file)
            self._effect.deleteLater()
            self._effect = None
            self.changed.emit()


class AlarmBanner(QFrame):
    """Dispatches that nobody has answered, in the loudest colours there are, with a beat of one second."""

    asked_for_first = Signal()

    def __init__(self, theme: Theme, say: Say, key: str) -> None:
        super().__init__()
        self.setObjectName("alarm")
        tokens = theme.tokens
        loud, ground = tokens.alarm, tokens.window
        self.setStyleSheet(
            f"QFrame#alarm {{ background: {loud}; border: {theme.px(4)}px solid {loud};"
            f" border-radius: {theme.px(8)}px; }}"
            f'QFrame#alarm[beat="off"] {{ border-color: {tokens.text}; }}'
            f"QFrame#alarm QLabel {{ color: {ground}; font-size: {theme.px(TITLE)}px; font-weight: 600; }}"
        )
        self._headline = Text(name="alarm_headline")
        self._detail = Text(wrap=True, name="alarm_detail")
        self._show = KeyButton(theme, say("desk.next_waiting"), key, name="show_waiting")
        self._show.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._show.clicked.connect(self.asked_for_first)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._headline)
        words.addWidget(self._detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(14), theme.px(6), theme.px(14), theme.px(6))
        line.addLayout(words, 1)
        line.addWidget(self._show, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def tell(self, alarm: Alarm | None, *, in_view: bool) -> None:
        """Show what waits; the button leads there unless it is in view already."""
        self.setVisible(alarm is not None)
        if alarm is None:
            return
        self._headline.say(alarm.headline)
        self._detail.say(alarm.detail)
        self._show.setVisible(not in_view)

    def beat(self) -> None:
        """Change the frame: called once a second."""
        set_look(self, "beat", "off" if self.property("beat") != "off" else "on")


def sound_words(say: Say, sound: AlarmSound) -> tuple[str, Tone]:
    """Return what the lamp says about the alarm's sound."""
    return (say("desk.sound_on"), Tone.GOOD) if sound.is_audible else (say("desk.sound_none"), Tone.WATCH)
