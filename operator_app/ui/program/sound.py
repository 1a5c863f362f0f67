"""A sound that goes on until it is told to stop: a ring, an alarm."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

log = logging.getLogger(__name__)


class LoopSound(QObject):
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
