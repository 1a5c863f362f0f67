"""Handing over: what is proposed, the key that does it, and a key for each agency with a desk."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.ids import AgencyCode
from operator_app.ui.form.answer_line import AnswerLine
from operator_app.ui.form.presenters.form import QUICK_AGENCIES, FormView, agency_deed
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.flow import FlowLayout
from operator_app.ui.kit.labels import SpanText, Text, set_look
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.wording import Say, Span, Tone


class DecisionLine(SpanText):
    """The proposal, and with the keyboard in it the keys that overrule it: 1 to 5, a letter an agency, 0 to go back."""

    priority_wished = Signal(int)
    agency_wished = Signal(str)
    back_wished = Signal()
    left = Signal()

    def __init__(self, theme: Theme, say: Say) -> None:
        super().__init__(theme, wrap=True, name="proposal", part="decision", lines=2)
        self._say = say
        self._view: FormView | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say("form.decide"))

    def show_view(self, view: FormView) -> None:
        """Show that proposal."""
        self._view = view
        keys = self.hasFocus()
        spans = [Span(self._say("form.decide_keys"), Tone.BUSY)] if keys else [*view.proposal]
        for number, choice in enumerate(view.choices):
            if not keys and choice.spans[0].text.startswith("+ "):
                continue
            spans.append(Span(" · " if number or spans else "", Tone.QUIET))
            if keys:
                spans.append(Span(f"[{choice.key}] ", Tone.BUSY, strong=True))
                spans += [choice.spans[0], *(each for each in choice.spans[1:] if each.tone is Tone.WATCH)]
            else:
                spans += choice.spans
        if not view.choices and view.proposal and view.incident_id and view.kind:
            spans.append(Span(" · " + self._say("form.proposal_nobody"), Tone.QUIET))
        self.say(spans)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Decide, or leave; a held key does so once."""
        if event.isAutoRepeat():
            return
        view, typed = self._view, event.text().upper()
        choice = None if view is None else next((c for c in view.choices if typed and c.key == typed), None)
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        elif typed and typed in "12345":
            self.priority_wished.emit(int(typed))
        elif typed == "0":
            self.back_wished.emit()
        elif choice is not None:
            self.agency_wished.emit(choice.code)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the keys."""
        super().focusInEvent(event)
        self._again()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the proposal alone."""
        super().focusOutEvent(event)
        self._again()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the keyboard."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _again(self) -> None:
        set_look(self, "keys", "yes" if self.hasFocus() else "no")
        if self._view is not None:
            self.show_view(self._view)


class DispatchBar(QWidget):
    """Shows the proposal of a `FormView`; tells the wish to hand over, to all proposed or to one agency."""

    dispatch_wished = Signal()
    agency_wished = Signal(str)
    wished = Signal(str)

    def __init__(
        self, theme: Theme, say: Say, key_map: KeyMap, agencies: Sequence[tuple[AgencyCode, str]]
    ) -> None:
        super().__init__()
        self._first, self._more = say("form.dispatch"), say("form.dispatch_more")
        self.proposal = DecisionLine(theme, say)
        self.answers = AnswerLine(theme, say)
        self.answers.gone.connect(self._show_proposal)
        self.now = KeyButton(
            theme,
            say("form.dispatch"),
            key_map.cap("dispatch"),
            name="dispatch",
            look="primary",
        )
        self.now.setSizePolicy(self.now.sizePolicy().Policy.Fixed, self.now.sizePolicy().Policy.Fixed)
        self.now.clicked.connect(self.dispatch_wished)
        self.buttons: dict[AgencyCode, KeyButton] = {}
        one = FlowLayout(gap=theme.px(8), line_gap=theme.px(3))
        self.send_to = Text(say("form.send_to"), "label", Tone.QUIET)
        one.addWidget(self.send_to)
        for place, (code, name) in enumerate(agencies[:QUICK_AGENCIES]):
            deed = agency_deed(place)
            button = KeyButton(theme, name, key_map.cap(deed), name=deed, text_px=SMALL)
            button.clicked.connect(lambda _=False, c=code: self.agency_wished.emit(c))
            self.buttons[code] = button
            one.addWidget(button)
        one.push_right()
        for deed in ("decide", "phone_answer"):
            led = KeyButton(
                theme, say(f"form.do_{deed}"), key_map.cap(deed), name=deed, look="quiet", text_px=SMALL,
            )  # fmt: skip
            led.clicked.connect(lambda _=False, d=deed: self.wished.emit(d))
            one.addWidget(led)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.proposal)
        words.addWidget(self.answers)
        first = QHBoxLayout()
        first.setSpacing(theme.px(12))
        first.addLayout(words, 1)
        first.addWidget(self.now)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.px(3))
        rows.addLayout(first)
        rows.addLayout(one)

    def close_up(self, short: bool) -> None:
        """Leave more width to the proposal, or take it again."""
        self.now.set_dense(short)

    def decide(self) -> None:
        """Lead the keyboard into the proposal."""
        self._show_proposal()
        self.proposal.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def record_answers(self, view: FormView) -> None:
        """Let the keyboard record what agencies say by phone, in the place of the proposal."""
        self.answers.setMinimumHeight(max(self.answers.minimumHeight(), self.proposal.height()))
        self.proposal.hide()
        self.answers.begin(view)

    def _show_proposal(self) -> None:
        self.answers.hide()
        self.proposal.show()

    def tell(self, view: FormView) -> None:
        """Show the proposal and what each agency has been asked."""
        self.proposal.show_view(view)
        self.answers.show_view(view)
        self.now.say(self._more if view.sent_early and view.can_dispatch else self._first)
        self.now.setEnabled(view.can_dispatch)
        for agency in view.agencies:
            button = self.buttons.get(agency.code)
            if button is not None:
                button.say(f"{agency.name} · {agency.state}" if agency.state else agency.name)
                button.setEnabled(agency.can_ask)
