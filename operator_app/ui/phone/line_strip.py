"""One line of fixed height under the call's keys: the seat's other lines, and the one thing to know about the calls."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import ElideText, Text, set_look, set_tip
from operator_app.ui.kit.lamps import Lamp
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.phone.presenters.phone import LineRow
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, Tone

MOST = 3
TALL = 28


class LineCell(QFrame):
    """One other line: who, how it stands, since when; a press speaks with it, its button hangs it up."""

    taken = Signal(str)
    dropped = Signal(str)

    def __init__(self, theme: Theme, say: Say, number: int) -> None:
        super().__init__()
        self.setProperty("part", "line")
        self._call_id = ""
        self._can_take = False
        self.lamp = Lamp(theme, f"lineState{number}")
        self.who = ElideText("small", name=f"lineName{number}")
        self.who.setFont(theme.font(SMALL, 600, tabular=False))
        self.timer = Text(part="small", name=f"lineTimer{number}")
        self.drop = KeyButton(theme, say("phone.drop"), name=f"lineDrop{number}", text_px=SMALL)
        self.drop.setSizePolicy(self.drop.sizePolicy().Policy.Fixed, self.drop.sizePolicy().Policy.Fixed)
        self.drop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.drop.clicked.connect(lambda: self.dropped.emit(self._call_id))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(8), 0, theme.px(2), 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self.lamp)
        row.addWidget(self.who, 1)
        row.addWidget(self.timer)
        row.addWidget(self.drop)

    def tell(self, row: LineRow, *, alone: bool) -> None:
        """Show that line; when it stands alone there is room for its state in words."""
        self._call_id, self._can_take = row.call_id, row.can_take
        self.lamp.say(row.state if alone else "", row.tone)
        self.lamp.setAccessibleName(row.state)
        self.who.say(row.name)
        self.timer.say(row.timer)
        self.setAccessibleName(one_line(f"{row.name} {row.state}"))
        set_tip(self, f"{row.name} · {row.state}")
        self.setCursor(Qt.CursorShape.PointingHandCursor if row.can_take else Qt.CursorShape.ArrowCursor)
        set_look(self, "take", "yes" if row.can_take else "no")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Speak with it."""
        if self._can_take and self.rect().contains(event.position().toPoint()):
            self.taken.emit(self._call_id)
        super().mouseReleaseEvent(event)


class LineStrip(QWidget):
    """Keeps its height whatever it shows: nothing may move when a second line comes."""

    taken = Signal(str)
    dropped = Signal(str)
    quick_wished = Signal()

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__()
        self._short = False
        self._theme = theme
        self._say = say
        self.setObjectName("lines")
        self.cells = [LineCell(theme, say, number) for number in range(1, MOST + 1)]
        self.note = ElideText("small", Tone.QUIET, name="callNote")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        for cell in self.cells:
            row.addWidget(cell, 3)
            cell.taken.connect(self.taken)
            cell.dropped.connect(self.dropped)
            cell.hide()
        row.addWidget(self.note, 2)
        self.quick = KeyButton(
            theme,
            say("quick.title"),
            keys.cap("dial"),
            name="dial",
            text_px=SMALL,
        )
        self.quick.setSizePolicy(self.quick.sizePolicy().Policy.Fixed, self.quick.sizePolicy().Policy.Fixed)
        self.quick.clicked.connect(self.quick_wished)
        self.quick.hide()
        row.addWidget(self.quick)
        self.setFixedHeight(theme.px(TALL))

    def sizeHint(self) -> QSize:
        """Return a width that asks for nothing, and the one height."""
        return QSize(10, self._theme.px(TALL))

    def close_up(self, short: bool) -> None:
        """In a low window the way to the quick connections stands here."""
        self._short = short
        self.quick.setVisible(short and not any(not cell.isHidden() for cell in self.cells))

    def tell(self, rows: tuple[LineRow, ...], note: str, tone: Tone) -> None:
        """Show these lines and that note; with neither it says that a second line is free."""
        for number, cell in enumerate(self.cells):
            cell.setVisible(number < len(rows))
            if number < len(rows):
                cell.tell(rows[number], alone=len(rows) == 1 and not note)
        if not rows and not note:
            note, tone = self._say("phone.one_line"), Tone.QUIET
        self.quick.setVisible(self._short and not rows)
        self.note.setVisible(bool(note))
        self.note.say(note, tone)
