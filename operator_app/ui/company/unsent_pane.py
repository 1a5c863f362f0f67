"""The list of this seat's own changes that the server does not take: opened by its key, gone by Esc.

Another key sends them once more; a line below the list says what became of it.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.overlay import Overlay
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import SectionTitle, Text
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.rows import Row
from operator_app.ui.words.wording import Say, Tone

SHARES = (12, 40, 20, 28)


class UnsentPane(Overlay):
    """Shows rows of time, what, incident, reason; `asked` each time it opens, for the rows lie on the disk."""

    asked = Signal()
    again_wished = Signal()

    def __init__(self, theme: Theme, say: Say, window: MainWindow, keys: KeyMap) -> None:
        super().__init__(theme, window, "unsent")
        self.model = RowsModel(len(SHARES))
        self.view = RowsView(
            theme,
            self.model,
            "unsentRows",
            label=say("unsent.title"),
            text_px=SMALL,
            on_click=False,
            empty=say("unsent.empty"),
        )
        self.column.addWidget(SectionTitle(say("unsent.title")))
        self.column.addWidget(Text(say("unsent.what_now"), "small", Tone.QUIET, wrap=True))
        self.column.addWidget(self.view, 1)
        self.again = KeyButton(
            theme, say("unsent.again"), keys.cap("send_again"), name="sendAgain", text_px=SMALL
        )
        self.again.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.again.clicked.connect(self.again_wished)
        self.state = Text(part="small", wrap=True, name="unsentState")
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.again)
        row.addWidget(self.state, 1)
        self.column.addLayout(row)

    def first(self) -> QWidget:
        """The list."""
        return self.view

    def place(self, room: QRect) -> QRect:
        """Not more than half the room."""
        return QRect(room.x(), room.y(), room.width(), min(room.height(), self.theme.px(420)))

    def open_up(self) -> None:
        """Ask for the rows, and show what is known."""
        self.asked.emit()
        super().open_up()

    def tell(self, rows: Sequence[Row]) -> None:
        """Show those rows."""
        self.model.show(rows)
        self.again.setEnabled(bool(rows))

    def tell_state(self, words: str, tone: Tone) -> None:
        """Say what became of those that were sent again."""
        self.state.say(words, tone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        free = self.view.viewport().width()
        self.view.set_widths([free * share // sum(SHARES) for share in SHARES])
