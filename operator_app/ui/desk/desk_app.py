"""Builds the window of an agency's desk out of its parts: look, alarm, observation channel."""

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from operator_app.ui.desk.window import DeskWindow
from operator_app.ui.frame.manner import Manner
from operator_app.ui.kit.theme import load_fonts
from operator_app.ui.program.control import ControlServer
from operator_app.ui.program.sound import LoopSound
from operator_app.workflow.desk import Desk

ALARM_FILE = "desk-alarm.wav"
SOUND_AFTER_MS = 200


class DeskApp(DeskWindow):
    """The desk's window with what it needs from outside: its sound and its observation channel."""

    def __init__(self, desk: Desk, manner: Manner, sound: LoopSound, control: Path | None) -> None:
        """`control` is the file that gets the channel's address."""
        super().__init__(desk, manner, sound)
        self.sound = sound
        sound.setParent(self)
        probes = {"sounding": lambda: sound.is_sounding, "audible": lambda: sound.is_audible}
        self._channel = None if control is None else ControlServer(self, manner.marks, control, probes)

    def show(self) -> None:
        """Show maximised; the sound is looked for after the first paint."""
        self.setGeometry(self.screen().availableGeometry())  # where no window manager does it
        self.showMaximized()
        QTimer.singleShot(SOUND_AFTER_MS, self.sound, self.sound.open)

    async def open_channel(self) -> None:
        """Let the room's harness look at this window, when a file for it was given."""
        if self._channel is not None:
            await self._channel.start()

    async def shutdown(self) -> None:
        """Finish what is under way, then take channel and window down."""
        await self.errands.settle()
        if self._channel is not None:
            await self._channel.close()
        self.close()


def build_desk_window(desk: Desk, manner: Manner, resources: Path, control: Path | None = None) -> DeskApp:
    """Make the desk's window, not yet shown. Needs the application; gives it fonts and look."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    load_fonts(resources)
    manner.theme.apply(app)
    return DeskApp(desk, manner, LoopSound(resources / "sounds" / ALARM_FILE), control)
