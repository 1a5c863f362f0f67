"""The sounds of the operator's window."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from operator_app.ui.program.sound import LoopSound

RING_FILE, CHIME_FILE = "ring.wav", "chime.wav"
SOUND_AFTER_MS = 60
"""The loudspeaker is looked for after the first paint: it takes 50 ms."""


class SeatSounds(QObject):
    """The ring, and the chime of reminders; `open` looks for the loudspeaker a moment later."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the files."""
        super().__init__()
        self.ring = LoopSound(folder / RING_FILE, self)
        self.chime = LoopSound(folder / CHIME_FILE, self)

    def open(self) -> None:
        """Let the sounds be heard from soon on."""
        QTimer.singleShot(SOUND_AFTER_MS, self, self.ring.open)
        QTimer.singleShot(2 * SOUND_AFTER_MS, self, self.chime.open)
