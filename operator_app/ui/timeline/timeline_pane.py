"""The incident's timeline under its form, newest first: filtered by a key, with one line for notes and reasons."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.caps import KeyCap
from operator_app.ui.kit.labels import SectionTitle, Text, set_hint, set_tip
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.timeline.presenters.timeline import Sort
from operator_app.ui.words.rows import Cell, Row
from operator_app.ui.words.wording import Say, Span, Tone

ROWS_AT_LEAST = 2
WHO_SHARE = 0.3


class Entry(StrEnum):
    """What is written into the line."""

    NOTE = "note"
    REMIND = "remind"
    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"
    DECLINED = "declined"


class EntryLine(OneLine):
    """One line for a note, a reminder or a reason. Enter gives it, Esc leaves it."""

    given = Signal(Entry, str)
    left = Signal()
    asks = Signal(str)

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say
        self.what = Entry.NOTE
        self.setObjectName("entry")
        self.ask(Entry.NOTE)

    def ask(self, what: Entry, words: str = "", of: str = "") -> None:
        """Ask for that from now on; `words` stand there already, chosen, so that typing replaces them.

        `of` is the name of the agency that a reason is of.
        """
        if what is not self.what or words:
            self.setText(words)
        self.what = what
        hint = self._say(f"entry.{what}", agency=of) if of else self._say(f"entry.{what}")
        set_hint(self, hint)
        self.setAccessibleName(hint)
        set_tip(self, hint)
        self.selectAll()
        if self.hasFocus():
            self.asks.emit(hint)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell what is asked, now that somebody answers."""
        super().focusInEvent(event)
        self.asks.emit(self.placeholderText())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give by Enter, leave by Esc."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if event.isAutoRepeat():
                event.accept()  # a held key gives once
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.given.emit(self.what, self.text().strip())
            case Qt.Key.Key_Escape:
                self._rest()
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A reason that was not given is no note: the line is for notes again."""
        super().focusOutEvent(event)
        self.asks.emit("")
        if self.what is not Entry.NOTE and event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self._rest()

    def taken(self) -> None:
        """What was given has been recorded."""
        self._rest()
        self.left.emit()

    def _rest(self) -> None:
        if self.what is not Entry.NOTE:
            self.clear()
        self.ask(Entry.NOTE)

    def done(self) -> None:
        """Be empty, for the next note."""
        self.clear()
        self.taken()


class TimelinePane(QWidget):
    """Shows rows of time, words, seat and person."""

    sort_wished = Signal(Sort)

    def __init__(self, theme: Theme, say: Say, keys: KeyMap, own: str) -> None:
        """`own` is this seat as the rows name it."""
        super().__init__()
        self._own = own
        self._narrow = False
        self._rows: tuple[Row, ...] = ()
        self.model = RowsModel(3)
        self.view = RowsView(
            theme,
            self.model,
            "timeline",
            label=say("timeline.title"),
            text_px=SMALL,
            on_click=False,
            empty=say("timeline.empty"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(2), 0, 0)
        column.setSpacing(theme.px(4))
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        head.addWidget(SectionTitle(say("timeline.title")))
        head.addWidget(KeyCap(theme, keys.cap("timeline")))
        self.tabs: dict[Sort, KeyButton] = {}
        group, spoken = QButtonGroup(self), keys.key("timeline")
        for sort in Sort:
            words, name = say(f"timeline.sort_{sort}"), f"timeline_{sort}"
            tab = KeyButton(theme, words, name=name, spoken_key=spoken, text_px=SMALL)
            tab.setCheckable(True)
            tab.setSizePolicy(tab.sizePolicy().Policy.Fixed, tab.sizePolicy().Policy.Fixed)
            tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            tab.clicked.connect(lambda _=False, s=sort: self._wish(s))
            group.addButton(tab)
            self.tabs[sort] = tab
            head.addWidget(tab)
        self.tabs[Sort.ALL].setChecked(True)
        self.asked = Text(part="small", name="entryAsked")
        self.asked.hide()
        head.addWidget(self.asked)
        self.entry = EntryLine(say)
        self.entry.asks.connect(self._show_asked)
        self.entry.setMinimumWidth(theme.px(90))
        self.entry.setFont(theme.font(SMALL, tabular=False))
        head.addWidget(self.entry, 1)
        head.addWidget(KeyCap(theme, keys.cap("note")))
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self._time = theme.metrics(SMALL).horizontalAdvance("00:00:00") + 2 * self.view.delegate.side + 2
        self.view.setMinimumHeight(ROWS_AT_LEAST * self.view.row_height)

    def _show_asked(self, words: str) -> None:
        """While something is written the line says what it is for, and has the row for itself."""
        self.asked.say(words.partition(":")[0] if self._narrow else words)
        self.asked.setVisible(bool(words))
        self._show_tabs()

    def _show_tabs(self) -> None:
        """Where there is little width only what is shown now stands there; a click on it leads on, as its key does."""
        for tab in self.tabs.values():
            tab.setVisible(self.asked.isHidden() and (not self._narrow or tab.isChecked()))

    def _wish(self, sort: Sort) -> None:
        kinds = list(Sort)
        self.sort_wished.emit(kinds[(kinds.index(sort) + 1) % len(kinds)] if self._narrow else sort)

    def set_narrow(self, narrow: bool, rows: int) -> None:
        """Do with less width, the person left to the tool tip, and keep so many rows; or take the width again."""
        self._narrow = narrow
        self._show_tabs()
        self.view.setMinimumHeight((rows if narrow else ROWS_AT_LEAST) * self.view.row_height)
        self.view.setColumnHidden(2, narrow)
        self.tell(self._rows)
        self._share()

    def tell(self, rows: Sequence[Row]) -> None:
        """Show those rows."""
        self._rows = tuple(rows)
        self.model.show([_without_who(row, self._own) for row in rows] if self._narrow else rows)

    def show_sort(self, sort: Sort) -> None:
        """Mark what is shown."""
        self.tabs[sort].setChecked(True)
        self._show_tabs()
        self.view.scrollToTop()

    def ask(self, what: Entry, words: str = "", of: str = "") -> None:
        """Lead the keyboard into the line for that; see `EntryLine.ask`."""
        self.entry.ask(what, words, of)
        self.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        bar = self.view.verticalScrollBar().sizeHint().width()
        who = 0 if self._narrow else int(self.width() * WHO_SHARE)
        self.view.set_widths([self._time, max(1, self.width() - self._time - who - bar), who])


def _without_who(row: Row, own: str) -> Row:
    """The row in two cells: another seat stands before its words, the person in the tool tip."""
    time, words, who = row.cells[:3]
    seat = who.text.partition(" · ")[0]
    before = (Span(f"{seat}: ", Tone.QUIET),) if seat and seat != own else ()
    return replace(row, cells=(time, replace(words, spans=(*before, *words.spans), spoken=who.text), Cell()))
