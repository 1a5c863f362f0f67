"""The incident in view: what, where, who called, what has been done."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from operator_app.ui.desk.presenters.desk_view import IncidentSheet, Step
from operator_app.ui.kit.labels import Chip, Panel, SectionTitle, Text
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.wording import Say, Tone

FIELDS = (
    ("place", 0, 0, 2),
    ("landmark", 1, 0, 1),
    ("area", 1, 1, 1),
    ("caller", 2, 0, 1),
    ("position", 2, 1, 1),
    ("text", 3, 0, 2),
    ("others", 4, 0, 2),
)
"""Fields of the sheet with row, column and width in the grid."""
LARGE = frozenset({"place", "caller", "text"})
MAY_VANISH = frozenset({"others"})


class SheetField(QWidget):
    """A word above and what was told below. It keeps its place while nothing was told, so that nothing moves."""

    def __init__(self, theme: Theme, words: str, name: str) -> None:
        super().__init__()
        self._stays = name not in MAY_VANISH
        down = QVBoxLayout(self)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(theme.px(1))
        down.addWidget(Text(words, "label"))
        self._value = Text(wrap=True, name=f"field_{name}")
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if name in LARGE:
            self._value.setStyleSheet(f"font-size: {theme.px(18)}px; font-weight: 600;")
        down.addWidget(self._value)
        down.addStretch(1)

    def tell(self, value: str) -> None:
        """Show that value."""
        self._value.say(value or "–")
        self.setVisible(self._stays or bool(value))


class StepLine:
    """One row of the timeline in its grid."""

    def __init__(self, grid: QGridLayout, row: int) -> None:
        self.time = Text(part="small", tone=Tone.QUIET)
        self.text = Text(part="small", wrap=True)
        self.who = Text(part="small", tone=Tone.QUIET)
        self.saved = Text(part="small", tone=Tone.QUIET)
        for column, label in enumerate((self.time, self.text, self.who, self.saved)):
            grid.addWidget(
                label, row, column, Qt.AlignmentFlag.AlignTop if column != 1 else Qt.AlignmentFlag(0)
            )

    def tell(self, step: Step | None) -> None:
        """Show that step, or nothing."""
        for label in (self.time, self.text, self.who, self.saved):
            label.setVisible(step is not None)
        if step is not None:
            self.time.say(step.time)
            self.text.say(step.text, step.tone)
            self.who.say(step.who)
            self.saved.say(step.saved)


class SheetPane(Panel):
    """The right side of the desk."""

    def __init__(self, theme: Theme, say: Say) -> None:
        super().__init__(theme, "sheet")
        self._say = say
        self._shown: IncidentSheet | None = None
        self._steps: list[StepLine] = []
        self._nothing = Text(say("desk.nothing_at_all"), tone=Tone.QUIET, name="nothing")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._content = QWidget()
        down = QVBoxLayout(self._content)
        down.setContentsMargins(0, 0, theme.px(4), 0)
        down.setSpacing(theme.px(12))
        down.addLayout(self._head(theme))
        down.addLayout(self._grid(theme, say))
        down.addWidget(SectionTitle(say("desk.timeline")))
        self._timeline = QGridLayout()
        self._timeline.setHorizontalSpacing(theme.px(16))
        self._timeline.setVerticalSpacing(theme.px(4))
        self._timeline.setColumnStretch(1, 1)
        down.addLayout(self._timeline)
        down.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._content)
        self.column.addWidget(self._nothing, 1)
        self.column.addWidget(self._scroll, 1)
        self._scroll.hide()

    def tell(self, sheet: IncidentSheet | None) -> None:
        """Show that incident, or that there is none."""
        if sheet == self._shown:
            return
        other = sheet is None or self._shown is None or sheet.dispatch_id != self._shown.dispatch_id
        self._shown = sheet
        self._nothing.setVisible(sheet is None)
        self._scroll.setVisible(sheet is not None)
        if sheet is None:
            return
        self._number.say(sheet.number)
        self._kind.say(sheet.kind)
        self._priority.say(sheet.priority, sheet.priority_tone)
        self._state.say(sheet.state, sheet.tone)
        for name, field in self._fields.items():
            field.tell(getattr(sheet, name))
        self._tell_steps(sheet.steps)
        if other:
            self._scroll.verticalScrollBar().setValue(0)

    def _tell_steps(self, steps: Sequence[Step]) -> None:
        while len(self._steps) < len(steps):
            self._steps.append(StepLine(self._timeline, len(self._steps)))
        for place, line in enumerate(self._steps):
            line.tell(steps[place] if place < len(steps) else None)

    def _head(self, theme: Theme) -> QVBoxLayout:
        self._kind = Text(part="number", wrap=True, name="kind")
        self._number = Text(part="strong", tone=Tone.QUIET, name="number")
        self._priority = Chip(name="priority")
        self._state = Chip(name="state")
        chips = QHBoxLayout()
        chips.setSpacing(theme.px(10))
        chips.addWidget(self._priority)
        chips.addWidget(self._state)
        chips.addStretch(1)
        down = QVBoxLayout()
        down.setSpacing(theme.px(4))
        for part in (self._kind, self._number):
            down.addWidget(part)
        down.addLayout(chips)
        return down

    def _grid(self, theme: Theme, say: Say) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(20))
        grid.setVerticalSpacing(theme.px(10))
        self._fields = {name: SheetField(theme, say(f"desk.{name}"), name) for name, *_ in FIELDS}
        for name, row, column, wide in FIELDS:
            grid.addWidget(self._fields[name], row, column, 1, wide)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid
