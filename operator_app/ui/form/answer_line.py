"""What an agency says by phone, recorded in place of the proposal: a letter for the agency, a digit for the answer."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from operator_app.domain.ids import AgencyCode, IncidentId
from operator_app.domain.states import DispatchState
from operator_app.ui.form.presenters.form import AskedAgency, FormView
from operator_app.ui.kit.labels import SpanText, set_look
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.wording import Say, Span, Tone

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = {str(number): state for number, state in enumerate(DispatchState, 1)}
"""A digit stands for the same answer always, whatever can be recorded now."""


class AnswerLine(SpanText):
    """Shown while it has the keyboard. Letters keep their agencies from `begin` on, whatever is heard meanwhile."""

    answer_wished = Signal(str, str, str)
    """Incident, agency, state."""
    left = Signal()
    """The operator is done here."""
    gone = Signal()
    """The keyboard is elsewhere."""

    def __init__(self, theme: Theme, say: Say) -> None:
        super().__init__(theme, wrap=True, name="answers", part="decision", lines=2)
        self._say = say
        self._incident: IncidentId | None = None
        self._near: tuple[AgencyCode, ...] = ()
        self._others: tuple[AgencyCode, ...] = ()
        self._far = False
        self._asked: dict[AgencyCode, AskedAgency] = {}
        self._chosen: AgencyCode | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say("answer.title"))
        set_look(self, "keys", "yes")
        self.hide()

    def begin(self, view: FormView) -> None:
        """Take the keyboard, and give the agencies of that form their letters."""
        self._incident, self._chosen = view.incident_id, None
        self._near = tuple(each.code for each in view.asked if each.near)
        self._others = tuple(each.code for each in view.asked if not each.near)
        self._far = not self._near
        self._take(view)
        self.show()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_view(self, view: FormView) -> None:
        """Show how the agencies stand now; another incident in the form ends it."""
        if not self.isVisible():
            return
        if view.incident_id != self._incident or not view.asked:
            self.left.emit()
            return
        self._take(view)

    def _take(self, view: FormView) -> None:
        self._asked = {each.code: each for each in view.asked}
        self._again()

    # ---- how it looks

    def _again(self) -> None:
        chosen = self._asked.get(self._chosen) if self._chosen is not None else None
        self.say(self._agencies() if chosen is None else self._answers(chosen))

    def _agencies(self) -> list[Span]:
        spans = [Span(self._say("answer.of_whom"), Tone.BUSY)]
        for key, code in self._letters().items():
            each = self._asked.get(code)
            if each is None:
                continue
            spans += [Span(f" \u00a0[{key}] ", Tone.BUSY, strong=True), Span(each.name)]
            if each.near:
                spans.append(Span(f" ({each.state})", each.tone))
        if self._near and self._others:
            words = self._say("answer.back" if self._far else "answer.others")
            spans += [Span(" \u00a0[0] ", Tone.BUSY, strong=True), Span(words, Tone.QUIET)]
        return spans

    def _answers(self, chosen: AskedAgency) -> list[Span]:
        spans = [Span(chosen.name, strong=True), Span(f" ({chosen.state}): ", chosen.tone)]
        for key, state in DIGITS.items():
            if state in chosen.steps:
                words = self._say(f"answer.{state}")
                spans += [Span(f" \u00a0[{key}] ", Tone.BUSY, strong=True), Span(words)]
        if not chosen.steps:
            spans.append(Span(self._say("answer.nothing_left"), Tone.QUIET))
        spans += [Span(" \u00a0[Esc] ", Tone.BUSY, strong=True), Span(self._say("answer.back"), Tone.QUIET)]
        return spans

    def _letters(self) -> dict[str, AgencyCode]:
        return dict(zip(LETTERS, self._others if self._far else self._near, strict=False))

    # ---- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, or go back; a held key does so once."""
        if event.isAutoRepeat():
            return
        typed, letters = event.text().upper(), self._letters()
        if event.key() == Qt.Key.Key_Escape:
            self._back()
        elif self._chosen is None and typed in letters:
            self._chosen = letters[typed]
        elif self._chosen is None and typed == "0" and self._near and self._others:
            self._far = not self._far
        elif self._chosen is not None and self._may(typed):
            self.answer_wished.emit(self._incident, self._chosen, DIGITS[typed])
            return
        else:
            super().keyPressEvent(event)
        self._again()

    def _may(self, typed: str) -> bool:
        chosen = None if self._chosen is None else self._asked.get(self._chosen)
        return chosen is not None and DIGITS.get(typed) in chosen.steps

    def _back(self) -> None:
        if self._chosen is None:
            self.left.emit()
        self._chosen = None

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Make way for the proposal, unless only the window has lost the keyboard."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.gone.emit()
