"""The big buttons of the desk, and the row in which a refusal gets its reason."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from operator_app.ui.desk.presenters.desk_view import Action
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import Text, set_hint
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say, Tone

BUTTON_PX = 17
LOOKS = {Action.ACCEPT: "primary", Action.DECLINE: "danger"}


class ActionBar(QWidget):
    """One button a step; only the steps that are legal now can be pressed."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__()
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(theme.px(8))
        self._buttons: dict[Action, KeyButton] = {}
        for action in Action:
            button = KeyButton(
                theme,
                say(f"desk.{action}"),
                keys.cap(action),
                name=action.value,
                look=LOOKS.get(action, ""),
                centred=True,
                text_px=BUTTON_PX,
            )
            button.setMinimumHeight(theme.px(52))
            button.setEnabled(False)
            button.clicked.connect(self._press(action))
            self._buttons[action] = button
            across.addWidget(button, 1)

    def tell(self, legal: Collection[Action]) -> None:
        """Allow what is legal for the dispatch in view."""
        for action, button in self._buttons.items():
            if button.isEnabled() is not (action in legal):
                button.setEnabled(action in legal)

    def is_allowed(self, action: Action) -> bool:
        """Whether that step can be taken now."""
        return self._buttons[action].isEnabled()

    def _press(self, action: Action) -> Callable[[], None]:
        return lambda: self.wanted.emit(action)


class LineEdit(OneLine):
    """The line that is asked for; Escape gives it up."""

    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape out, keep everything else."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
            return
        super().keyPressEvent(event)


@dataclass(frozen=True, slots=True)
class Asking:
    """A line that the person is asked for: `topic` is what for; the others are words on the screen."""

    topic: str
    before: str
    hint: str
    send: str


class NoteRow(QStackedWidget):
    """A row of fixed height above the buttons: what was said last, or a line that the person is asked for."""

    line_given = Signal(str, str)

    def __init__(self, theme: Theme, say: Say) -> None:
        super().__init__()
        self._asks: Asking | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.addWidget(self._make_note(theme))
        self.addWidget(self._make_line(theme, say))

    @property
    def asks_for(self) -> str:
        """The topic of the line that is being written, or empty."""
        return "" if self._asks is None else self._asks.topic

    def tell(self, record: str, notice: Notice | None) -> None:
        """Show where the last step is saved, and the last notice."""
        self._record.say(record)
        self._notice.say("" if notice is None else notice.words)
        if notice is not None:
            self._notice.say(notice.words, Tone.ALARM if notice.loud else Tone.WATCH)

    def ask(self, asks: Asking) -> None:
        """Open the line and give it the keyboard: the person pressed the key.

        What it is for stands before it, whatever else comes into view meanwhile.
        """
        self._what.say(asks.before)
        self._send.say(asks.send)
        set_hint(self.edit, asks.hint)
        if self.asks_for != asks.topic:
            self.edit.clear()
        self._asks = asks
        self.setCurrentIndex(1)
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_line(self, topic: str) -> None:
        """Put the line away, if it is for that."""
        if topic == self.asks_for:
            self._give_up()

    def _give_up(self) -> None:
        self._asks = None
        self.edit.clear()
        self.setCurrentIndex(0)

    def _make_note(self, theme: Theme) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
        self._notice = Text(part="strong", wrap=True, name="notice")
        self._record = Text(part="small", tone=Tone.QUIET, wrap=True, name="record")
        self._record.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        across.addWidget(self._notice, 1)
        across.addWidget(self._record, 1)
        return row

    def _make_line(self, theme: Theme, say: Say) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(theme.px(8))
        self.edit = LineEdit()
        self.edit.setObjectName("reason")
        self.edit.setAccessibleName(say("desk.reason"))
        self.edit.returnPressed.connect(self._give)
        self.edit.given_up.connect(self._give_up)
        self._send = KeyButton(theme, say("desk.reason_send"), "Enter", name="reason_send", look="danger")
        self._send.clicked.connect(self._give)
        leave = KeyButton(theme, say("desk.reason_cancel"), "Esc", name="reason_cancel")
        leave.clicked.connect(self._give_up)
        self._what = Text(part="strong", tone=Tone.ALARM, name="reason_for")
        across.addWidget(self._what)
        across.addWidget(self.edit, 3)
        across.addWidget(self._send, 1)
        across.addWidget(leave, 1)
        return row

    def _give(self) -> None:
        if self._asks is not None:
            self.line_given.emit(self._asks.topic, self.edit.text())
