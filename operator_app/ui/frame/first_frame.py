"""What stands on the screen a moment after the start: the seat's own window, empty, which says that it is starting.

Loads nothing of the seat: the phone, the form, the lists and the map come into the same window when they are there.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject
from PySide6.QtWidgets import QFrame

from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.kit.buttons import StateButton
from operator_app.ui.kit.flow import FlowLayout
from operator_app.ui.kit.labels import Text
from operator_app.ui.kit.theme import Theme, load_fonts
from operator_app.ui.program.map_setup import prepare_environment
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.words.texts import Texts
from operator_app.ui.words.wording import Tone

PAINTED_WITHIN_S = 0.2
"""A display that has not shown the window by then shows it later: the start goes on."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The application and its window as they stand, and what they were made with."""

    app: WindowApp
    window: MainWindow
    texts: Texts
    theme: Theme


def show_first_frame(resources: Path, texts: Texts, theme: Theme, seat: str, operator: str) -> FirstFrame:
    """Make the application and show its window; returns once that was painted."""
    prepare_environment()
    app = WindowApp()
    load_fonts(resources)
    theme.apply(app)
    window = MainWindow(theme, texts("top.title"))
    window.announce(StartingLine(theme, texts, seat, operator))
    fill_screen(window)
    paint = _FirstPaint(window)
    end = time.monotonic() + PAINTED_WITHIN_S
    while not paint.seen and time.monotonic() < end:
        # Keys and clicks wait for the panes.
        app.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 10)
    app.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return FirstFrame(app, window, texts, theme)


def fill_screen(window: MainWindow) -> None:
    """Show the window as large as its screen allows."""
    window.setGeometry(window.screen().availableGeometry())  # where no window manager does it
    window.showMaximized()


class StartingLine(QFrame):
    """Stands where the top line will be, seat and operator in the same places."""

    def __init__(self, theme: Theme, texts: Texts, seat: str, operator: str) -> None:
        super().__init__()
        self.setObjectName("starting")
        self.setProperty("part", "panel")
        row = FlowLayout(self, gap=theme.px(22), line_gap=theme.px(2))
        row.setContentsMargins(theme.px(16), theme.px(4), theme.px(16), theme.px(4))
        row.addWidget(Text(seat, part="strong"))
        row.addWidget(Text(operator, tone=Tone.QUIET))
        state = StateButton(theme, "", "startingState")  # so that the line has its height already
        state.say_state(texts("top.starting"), Tone.QUIET, "")
        row.addWidget(state)


class _FirstPaint(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.seen = False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.seen = True
            watched.removeEventFilter(self)
        return False
