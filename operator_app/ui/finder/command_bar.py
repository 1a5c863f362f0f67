"""Ctrl+K: one line that finds deeds, incidents, numbers and places; arrows move, Enter does it, Esc goes back."""

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from operator_app.ui.finder.presenters.finding import CommandFinder, Found, What
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.overlay import Overlay
from operator_app.ui.kit.labels import Text, set_hint
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.wording import Say, Tone, number_text

WIDE = 860
SHARES = (13, 72, 0, 15)
NARROW_BELOW = 640


class CommandLine(OneLine):
    """The line; what it does not type moves in the list."""

    moved = Signal(int)
    entered = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, choose, or type. With Ctrl Enter does the other thing that can be done."""
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        if (step := steps.get(Qt.Key(event.key()))) is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            super().keyPressEvent(event)


class CommandBar(Overlay):
    """The command bar. `wished` tells what was chosen, and whether with Ctrl: then a place goes into the form."""

    wished = Signal(object, bool)

    def __init__(self, theme: Theme, say: Say, window: MainWindow, finder: CommandFinder) -> None:
        super().__init__(theme, window, "commandBar")
        self._say, self._finder = say, finder
        self._number: str | None = None
        self._searched: str | None = (
            None  # what stood in the line before a number's history was opened from it
        )
        self._found: tuple[Found, ...] = ()
        self.line = CommandLine()
        self.line.setObjectName("commandLine")
        self.line.setAccessibleName(say("command.label"))
        self.model = RowsModel(4)
        self.view = RowsView(
            theme,
            self.model,
            "commandHits",
            label=say("command.hits_label"),
            empty=say("command.none"),
        )
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hint = Text(say("command.hint"), "label", Tone.QUIET, wrap=True, name="commandHint")
        for widget, stretch in ((self.line, 0), (self.view, 1), (self.hint, 0)):
            self.column.addWidget(widget, stretch)
        # The letter is painted first, then it is searched.
        self._search = QTimer(self)
        self._search.setSingleShot(True)
        self._search.timeout.connect(self.search_now)
        self.line.textChanged.connect(lambda _: self._search.start(0))
        self.line.moved.connect(self._move)
        self.line.entered.connect(self._enter)
        self.view.chosen.connect(lambda _: self._enter(False))

    def first(self) -> QWidget:
        """The line gets the keyboard."""
        return self.line

    def place(self, room: QRect) -> QRect:
        """Lie at the top of the room, no wider than can be read at a glance."""
        wide = min(room.width(), self.theme.px(WIDE))
        tall = min(room.height(), self.theme.px(520))
        return QRect(room.left() + (room.width() - wide) // 2, room.top(), wide, tall)

    def open_up(self) -> None:
        """Open with an empty line."""
        self._ask(None)
        super().open_up()

    def open_number(self, number: str) -> None:
        """Open with the history of a number."""
        self._ask(number)
        super().open_up()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back from a number to the search, then out."""
        if event.key() == Qt.Key.Key_Escape and self._searched is not None:
            searched = self._searched
            self._ask(None)
            self.line.setText(searched)
        else:
            super().keyPressEvent(event)

    def search_now(self) -> None:
        """Show what fits what stands in the line."""
        self._search.stop()
        if self._number is not None:
            words = self.line.text().casefold().split()
            history = self._finder.history(self._number)
            self._found = tuple(each for each in history if _holds(each, words))
        else:
            self._found = self._finder.find(self.line.text())
        self.model.show([found.row for found in self._found])
        self._widths()
        if self._found:
            self.view.setCurrentIndex(self.model.index(0, 0))
            self.view.scrollToTop()

    def _ask(self, number: str | None, searched: str | None = None) -> None:
        self._number, self._searched = number, searched
        words = "command.ask" if number is None else "command.ask_number"
        shown = "" if number is None else number_text(number)
        set_hint(self.line, self._say(words, number=shown))
        self.line.clear()
        self.search_now()

    def _move(self, step: int) -> None:
        if self._search.isActive():
            self.search_now()
        if self._found:
            row = max(0, min(len(self._found) - 1, self.view.currentIndex().row() + step))
            self.view.setCurrentIndex(self.model.index(row, 0))

    def _enter(self, other: bool) -> None:
        if self._search.isActive():
            self.search_now()
        row = self.view.currentIndex().row()
        if not 0 <= row < len(self._found):
            return
        found = self._found[row]
        self._finder.remember(found)
        if found.what is What.NUMBER:
            self._ask(found.key, self.line.text())
            return
        self.close_up()
        self.wished.emit(found, other)

    def _widths(self) -> None:
        margins = self.column.contentsMargins()
        bar = self.view.verticalScrollBar().sizeHint().width()
        free = self.width() - margins.left() - margins.right() - bar
        narrow = free < self.theme.px(NARROW_BELOW)
        self.view.stack({1: (((2, ""),),)})
        self.view.fit_rows()
        self.view.setColumnHidden(0, narrow)
        shares = (0, 80, 0, 20) if narrow else SHARES
        self.view.set_widths([max(1, free * share // sum(shares)) for share in shares])


def _holds(found: Found, words: list[str]) -> bool:
    text = " ".join(each.text for each in found.row.cells).casefold()
    return all(word in text for word in words)
