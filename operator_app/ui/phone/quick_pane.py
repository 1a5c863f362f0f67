"""Quick connections: agencies by one touch, any number by one field, keys into the call. Inline, never a pop-up."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.ids import AgencyCode
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.caps import LeadCap
from operator_app.ui.kit.labels import ElideText, Panel, SectionTitle, Text, set_hint, set_look, set_tip
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.phone.presenters.quick import QuickMode, QuickView, quick_deed
from operator_app.ui.phone.quick_key import QuickKey
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, Tone
from operator_app.workflow.lines import Colleague, dialled_part

KEYPAD = ("123*", "4560", "789#")
COLUMNS = 2
_LETTERS = "0123456789*#"


class TargetField(OneLine):
    """The field for a number or the beginning of an agency's name. Esc gives it up."""

    given_up = Signal()

    def __init__(self, label: str) -> None:
        super().__init__()
        self.setObjectName("quickField")
        self.setAccessibleName(label)
        self.setMaxLength(80)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Esc before the window does."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class Keypad(QWidget):
    """Twelve keys, pressed by mouse or, while it has the keyboard, typed."""

    pressed = Signal(str)
    given_up = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("keypad")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.buttons: dict[str, KeyButton] = {}
        self.sent = Text(part="strong", name="keysSent")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(4))
        for line, letters in enumerate(KEYPAD):
            for place, letter in enumerate(letters):
                button = KeyButton(theme, letter, name=f"key_{letter}", centred=True, text_px=SMALL)
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                button.clicked.connect(lambda _=False, k=letter: self.pressed.emit(k))
                self.buttons[letter] = button
                grid.addWidget(button, line, place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send what is typed."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif event.text() and event.text() in _LETTERS:
            self.pressed.emit(event.text())
        else:
            super().keyPressEvent(event)


class QuickPane(Panel):
    """Shows a `QuickView` and tells what was typed, picked and wished. It takes the keyboard only when asked to."""

    typed = Signal(str)
    agency_wished = Signal(str)
    colleague_wished = Signal(str)
    call_wished = Signal()
    blind_wished = Signal()
    key_wished = Signal(str)
    keypad_wished = Signal()
    opened = Signal()
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        say: Say,
        keys: KeyMap,
        agencies: Sequence[tuple[AgencyCode, str, str]],
        colleagues: Sequence[Colleague] = (),
        *,
        watches: bool = False,
    ) -> None:
        """`agencies` are code, name and number of those with a key, in their order; `colleagues` those with a button.

        `watches`: the phone server is asked how the others' phones stand.
        """
        super().__init__(theme, "quick", gap=4)
        self._say = say
        self._mode = QuickMode.CALL
        self._before: QWidget | None = None
        self.title = SectionTitle(name="quickTitle")
        self.target = ElideText("small", Tone.QUIET, name="quickTarget")
        self.target.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.field = TargetField(say("quick.field"))
        self.field.setFont(theme.font(SMALL, tabular=False))
        self.field.setProperty("part", "small")
        self.call = KeyButton(
            theme, say("quick.call"), "↵", name="quickCall", spoken_key="Enter", text_px=SMALL
        )
        self.call.setSizePolicy(self.call.sizePolicy().Policy.Fixed, self.call.sizePolicy().Policy.Fixed)
        self.blind = self._small(say("quick.blind"), "quickBlind", keys, "transfer")
        self.keys = self._small(say("quick.keypad"), "keypad", keys, "keypad")
        self.keypad = Keypad(theme)
        self._watches = watches
        self.agencies: dict[AgencyCode, QuickKey] = {}
        self.colleagues = [
            QuickKey(theme, _one_line(each.name), name=f"colleague_{number}", watched=True)
            for number, each in enumerate(colleagues, 1)
        ]
        for each, button in zip(colleagues, self.colleagues, strict=True):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, n=each.number: self.colleague_wished.emit(n))
        self._names = {code: name for code, name, _ in agencies}
        self._pages = QStackedWidget()
        self._pages.addWidget(self._people(theme, keys, agencies))
        self._pages.addWidget(self.keypad)
        self._arrange(theme, keys, len(agencies))
        self._connect()

    @property
    def is_keypad(self) -> bool:
        """Whether the keypad is in front."""
        return self._pages.currentWidget() is self.keypad

    def tell(self, view: QuickView) -> None:
        """Show that panel."""
        self._mode = view.mode
        self.title.say(view.title)
        transfers = view.mode is QuickMode.TRANSFER
        set_look(self, "asking", "yes" if transfers else "no")
        self.target.say(view.sent if self.is_keypad else view.target, view.target_tone)
        for each in view.agencies:
            button = self.agencies.get(each.code)
            if button is not None:
                words = f"{each.name} · {each.state}" if each.state else each.name
                button.say_standing(words, f"{each.name} · {each.number}", each.phone)
                button.setChecked(bool(each.state))
                button.setEnabled(each.can_press)
        for other, its in zip(view.colleagues, self.colleagues, strict=False):
            number = dialled_part(other.number)
            hint = f"{other.name} · {number}" if number != other.name else other.name
            its.say_standing(_one_line(other.name), hint, other.phone)
            its.setEnabled(other.can_press)
        self.call.say(view.call_words)
        self.call.setEnabled(view.can_call)
        self.blind.setVisible(transfers)
        self.blind.setEnabled(view.can_blind)
        self.keys.setVisible(not transfers)
        for letter in self.keypad.buttons.values():
            letter.setEnabled(view.can_press_keys)

    def take_keyboard(self) -> None:
        """Put the keyboard into the field; it goes back to where it was when the field is left by Esc or Enter."""
        self._remember()
        self.opened.emit()
        self._pages.setCurrentIndex(0)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def show_keypad(self) -> None:
        """Bring the keypad to the front with the keyboard in it."""
        self._remember()
        self.opened.emit()
        self._pages.setCurrentWidget(self.keypad)
        self.keypad.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def put(self, words: str) -> None:
        """Write into the field, as a pick does."""
        self.field.setText(one_line(words))

    def close_up(self) -> None:
        """Empty the field, put the keypad away, and give the keyboard back."""
        self.field.clear()
        self._pages.setCurrentIndex(0)
        before, self._before = self._before, None
        if before is not None and before.isVisible() and self._has_keyboard():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()  # only now: a widget that is hidden while it has the keyboard hands it to anybody

    def _has_keyboard(self) -> bool:
        focus: QWidget | None = self.window().focusWidget()
        return focus is None or focus is self or self.isAncestorOf(focus)

    def _remember(self) -> None:
        focus: QWidget | None = self.window().focusWidget()
        if focus is not None and focus is not self and not self.isAncestorOf(focus):
            self._before = focus

    def _small(self, words: str, name: str, keys: KeyMap, deed: str) -> KeyButton:
        button = KeyButton(self.theme, words, keys.cap(deed), name=name, text_px=SMALL)
        button.setSizePolicy(button.sizePolicy().Policy.Fixed, button.sizePolicy().Policy.Fixed)
        return button

    def _people(self, theme: Theme, keys: KeyMap, agencies: Sequence[tuple[AgencyCode, str, str]]) -> QWidget:
        """Agencies in two columns, under them others of the house in one row: two rows do not fit into 768 lines."""
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.px(4))
        grid = QGridLayout()
        grid.setSpacing(theme.px(4))
        rows.addLayout(grid)
        for number, (code, name, phone) in enumerate(agencies):
            deed = quick_deed(number)
            button = QuickKey(
                theme,
                name,
                keys.cap(deed, without="Shift+"),
                name=deed,
                watched=self._watches,
            )
            button.setCheckable(True)
            set_tip(button, f"{name} · {phone}")
            button.clicked.connect(lambda _=False, c=code: self.agency_wished.emit(c))
            self.agencies[code] = button
            grid.addWidget(button, number // COLUMNS, number % COLUMNS)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
        if self.colleagues:
            house = QHBoxLayout()
            house.setSpacing(theme.px(4))
            for other in self.colleagues:
                house.addWidget(other, 1)
            rows.addLayout(house)
        rows.addStretch(1)
        return page

    def _arrange(self, theme: Theme, keys: KeyMap, count: int) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(self.title)
        if count:
            head.addWidget(LeadCap(theme, "Shift", [quick_deed(each) for each in range(count)], keys))
        head.addWidget(self.target, 1)
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(self.field, 1)
        for button in (self.call, self.blind, self.keys):
            row.addWidget(button)
        self.blind.hide()
        self.column.addLayout(head)
        self._pages.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.column.addWidget(self._pages)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self._hint(keys)
        keys.follow(lambda: self._hint(keys))

    def _hint(self, keys: KeyMap) -> None:
        set_hint(self.field, f"{self._say('quick.field')}  {keys.cap('dial')}")

    def _connect(self) -> None:
        self.field.textChanged.connect(self.typed)
        self.field.returnPressed.connect(self.call_wished)
        self.field.given_up.connect(self.close_up)
        self.keypad.given_up.connect(self.close_up)
        self.keypad.pressed.connect(self.key_wished)
        self.call.clicked.connect(self.call_wished)
        self.blind.clicked.connect(self.blind_wished)
        self.keys.clicked.connect(self.keypad_wished)


def _one_line(name: str) -> str:
    """Keep a name from wrapping: a second line would take room that a low window does not have."""
    return name.replace(" ", "\N{NO-BREAK SPACE}")
