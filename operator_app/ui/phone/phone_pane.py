"""The phone: the call at hand or the one that rings, what is known of its number, and its keys."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.states import NOISE, Classification
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.caps import LeadCap
from operator_app.ui.kit.labels import ElideText, Panel, SectionTitle, SpanText, Text, set_look, set_tip
from operator_app.ui.kit.levels import LevelStrip
from operator_app.ui.kit.theme import NUMBER, SMALL, TITLE, Theme
from operator_app.ui.phone.line_strip import LineStrip
from operator_app.ui.phone.presenters.phone import PhoneView, Standing
from operator_app.ui.program.control import Marks, PaintMarks
from operator_app.ui.words.wording import Say, Tone

CLASSES: tuple[tuple[tuple[Classification, str], ...], ...] = (
    (
        (Classification.EMERGENCY, "classify_emergency"),
        (Classification.NON_EMERGENCY, "classify_non_emergency"),
        (Classification.INFORMATION, "classify_information"),
    ),
    (
        (Classification.PRANK, "classify_prank"),
        (Classification.GHOST, "classify_ghost"),
    ),
    (
        (Classification.MISDIRECTED, "classify_misdirected"),
        (Classification.TEST, "classify_test"),
    ),
)
"""What a call can be, in the rows in which it stands: a row of calls that are work, two of noise."""


class PhonePane(Panel):
    """Shows a `PhoneView`; every button tells the deed it stands for.

    A click on a kind of call only marks: hanging up is the red button's, or the kind's key's.
    """

    wished = Signal(str)
    marked = Signal(Classification)

    def __init__(self, theme: Theme, say: Say, keys: KeyMap, marks: Marks) -> None:
        super().__init__(theme, "phone", gap=5)
        self._say = say
        self._painted = PaintMarks(self, marks)
        self._popped: str | None = None
        self._connected: str | None = None
        self.state = Text(part="strong", name="callState")
        self.timer = Text(part="title", name="callTimer")
        self.number = ElideText("number", name="callNumber")
        self.number.setFont(theme.font(NUMBER, 700, tabular=False))
        self.caller = ElideText("label", Tone.QUIET, name="callName")
        self.past = SpanText(theme, wrap=True, name="callPast", part="small", lines=2)
        self.sound = Text(part="label", name="callSound", wrap=True)
        # An empty line keeps its height: nothing below may move when a call comes.
        for label, px in ((self.timer, TITLE), (self.number, NUMBER), (self.caller, SMALL)):
            label.setFixedHeight(theme.metrics(px, 700).height())
        head = QHBoxLayout()
        head.addWidget(self.state)
        head.addStretch(1)
        head.addWidget(self.timer)
        self.column.addLayout(head)
        for widget in (self.number, self.caller, self.past, self.sound):
            self.column.addWidget(widget)
        self._short = False
        self.answer = self._key(keys, "answer", "phone.answer", look="primary")
        self.end = self._key(keys, "end", "phone.end", look="danger")
        self.hold = self._key(keys, "hold", "phone.hold")
        self.mute = self._key(keys, "mute", "phone.mute")
        for button in (self.hold, self.mute):
            button.setCheckable(True)
        self.transfer = self._key(keys, "transfer", "phone.transfer")
        self.conference = self._key(keys, "conference", "phone.conference")
        self.conference.setCheckable(True)
        self._grid = grid = QGridLayout()
        grid.setSpacing(theme.px(6))
        order = (self.hold, self.mute, self.transfer, self.conference, self.answer, self.end)
        for number, button in enumerate(order):
            grid.addWidget(button, number // 2, number % 2)
            grid.setColumnStretch(number % 2, 1)
        self.column.addLayout(grid)
        self.lines = LineStrip(theme, say, keys)
        self.column.addWidget(self.lines)
        self.levels = LevelStrip(theme, say, "phoneLevels")
        self.column.addWidget(self.levels)
        self._add_kinds(keys)
        self.column.addStretch(1)

    def _add_kinds(self, keys: KeyMap) -> None:
        theme = self.theme
        self._class_head = SectionTitle(name="classHead")
        self.kinds = QWidget()
        self._kind_rows = rows = QVBoxLayout(self.kinds)
        rows.setContentsMargins(0, theme.px(2), 0, 0)
        rows.setSpacing(theme.px(6))
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self._class_head)
        line.addWidget(LeadCap(theme, "Alt", [deed for row in CLASSES for _, deed in row], keys))
        line.addStretch(1)
        rows.addLayout(line)
        self.classes: dict[Classification, KeyButton] = {}
        for row in CLASSES:
            rows.addLayout(self._class_row(keys, row))
        self.column.addWidget(self.kinds)

    def close_up(self, short: bool) -> None:
        """Do with less height, or take it again."""
        self._short = short
        for button in (self.hold, self.mute, self.transfer, self.conference, self.answer, self.end):
            button.set_dense(short)
        self.past.set_lines(1 if short else 2)
        self._grid.setSpacing(self.theme.px(4 if short else 6))
        # With the levels in it the column must still stand whole in 1080 and in 768 lines.
        self.column.setSpacing(self.theme.px(2 if short else 4))
        self._kind_rows.setSpacing(self.theme.px(3 if short else 5))
        self.lines.close_up(short)

    def _fit_end(self) -> None:
        """Name who is hung up on in smaller letters where the name would need a second line."""
        self.end.set_dense(self._short)
        if self.end.sizeHint().width() > max(self.end.width(), self.answer.width()):
            self.end.set_dense(True)

    def make_room(self, on: bool) -> None:
        """Put the kinds of call away for a moment; their keys go on working."""
        self.kinds.setVisible(not on)

    def tell(self, view: PhoneView) -> None:
        """Show that call."""
        self.state.say(view.state, view.tone)
        self.timer.say(view.timer)
        self.number.say(view.number)
        self.caller.say(view.name)
        self.past.say(view.past)
        self.sound.say(view.sound, view.sound_tone)
        self.sound.setVisible(bool(view.sound))
        set_look(self, "ringing", "yes" if view.standing is Standing.RINGING else "no")
        for button, can in (
            (self.answer, view.can_answer),
            (self.end, view.can_end),
            (self.hold, view.can_hold),
            (self.mute, view.can_mute),
            (self.transfer, view.can_transfer),
            (self.conference, view.can_conference),
        ):
            button.setEnabled(can)
        self.hold.say(view.hold_words)
        self.end.say(view.end_words)
        self._fit_end()
        self.transfer.say(view.transfer_words)
        self.conference.say(view.conference_words)
        self.conference.setChecked(view.standing is Standing.CONFERENCE)
        self.lines.tell(view.lines, view.note, view.note_tone)
        self.mute.say(self._say("phone.unmute" if view.muted else "phone.mute"))
        self.hold.setChecked(view.held)
        self.mute.setChecked(view.muted)
        head = "phone.classify_number" if view.classified_number else "phone.classify"
        self._class_head.say(self._say(head, number=view.classified_number))
        for classification, button in self.classes.items():
            button.setEnabled(view.can_classify)
            button.setChecked(classification is view.classification)
        self._mark(view)

    def _mark(self, view: PhoneView) -> None:
        ringing = view.call_id if view.standing is Standing.RINGING else None
        if ringing is not None and ringing != self._popped:
            self._painted.expect("call_pop_painted", ringing)
            self.update()
        self._popped = ringing or self._popped
        talking = view.call_id if view.standing is Standing.TALKING else None
        if talking is not None and talking != self._connected:
            self._painted.expect("call_connected_painted", talking)
            self.update()
        self._connected = talking or self._connected

    def _key(self, keys: KeyMap, deed: str, words: str, look: str = "") -> KeyButton:
        button = KeyButton(
            self.theme,
            self._say(words),
            keys.cap(deed),
            name=deed,
            look=look,
        )
        button.clicked.connect(lambda: self.wished.emit(deed))
        return button

    def _class_row(self, keys: KeyMap, row: Sequence[tuple[Classification, str]]) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(self.theme.px(5))
        for classification, deed in row:
            words = self._say(f"classification.{classification}")
            button = KeyButton(
                self.theme,
                words,
                keys.cap(deed, without="Alt+"),
                name=deed,
                text_px=SMALL,
            )
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, kind=classification: self.marked.emit(kind))
            if classification in NOISE:
                set_tip(button, self._say("phone.mark_tip"))
            self.classes[classification] = button
            line.addWidget(button, button.sizeHint().width())  # shares in proportion: all fit or none
        return line
