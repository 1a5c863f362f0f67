"""The list of an agency's dispatches: what is open as cards, what is over as short lines."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.ids import DispatchId
from operator_app.ui.desk.presenters.desk_view import DispatchLine
from operator_app.ui.kit.caps import KeyCap
from operator_app.ui.kit.labels import Chip, Panel, SectionTitle, Text
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, Tone

ENDED_MOST = 12


class DispatchCard(QPushButton):
    """One dispatch; pressing it brings the incident into view. `painted` comes once it has been on the screen."""

    painted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._line: DispatchLine | None = None
        self._told = ""
        self.setProperty("part", "key")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(2))
        self._priority = Chip()
        self._kind = Text(part="strong", wrap=True)
        self._place = Text(part="small", tone=Tone.QUIET, wrap=True)
        self._state = Text(part="strong", wrap=True)
        self._time = Text(part="strong")
        foot = QHBoxLayout()
        foot.addWidget(self._state, 1)
        foot.addWidget(self._time)
        grid.addWidget(self._priority, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._kind, 0, 1)
        grid.addWidget(self._place, 1, 1)
        grid.addLayout(foot, 2, 1)
        grid.setColumnStretch(1, 1)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def dispatch_id(self) -> DispatchId | None:
        """The dispatch it stands for."""
        return None if self._line is None else self._line.id

    def tell(self, line: DispatchLine) -> None:
        """Show that dispatch."""
        self.setChecked(line.selected)
        if line == self._line:
            return
        self._line = line
        self.setObjectName(f"dispatch_{line.id}")
        self._priority.say(line.priority, line.priority_tone)
        self._kind.say(line.kind)
        self._place.say(line.place)
        self._state.say(line.state, line.tone)
        self._time.say(f"{line.time} {line.limit}".rstrip(), line.tone)
        self.setAccessibleName(one_line(f"{line.priority} {line.kind}, {line.place}, {line.state}"))
        self.updateGeometry()

    def shown_text(self) -> str:
        """Return the words on the card."""
        return self.accessibleName()

    def is_clipped(self) -> bool:
        """Its labels answer for themselves."""
        return False

    def sizeHint(self) -> QSize:
        """Room for the labels as narrow as they get; the height follows the width."""
        return self._grid.minimumSize()

    def minimumSizeHint(self) -> QSize:
        """As the hint."""
        return self.sizeHint()

    def hasHeightForWidth(self) -> bool:
        """Long words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Room for the labels at that width."""
        return max(self._grid.heightForWidth(width), self._grid.minimumSize().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card and tell that it was painted, once for each dispatch."""
        super().paintEvent(event)
        if self._line is not None and self._line.is_told and self._line.id != self._told:
            self._told = self._line.id
            QTimer.singleShot(0, self, lambda told=self._told: self.painted.emit(told))


class EndedLine(QWidget):
    """A dispatch that is over."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        across = QHBoxLayout(self)
        across.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
        across.setSpacing(theme.px(10))
        self._time = Text(part="small", tone=Tone.QUIET)
        self._words = Text(part="small", wrap=True)
        self._state = Text(part="small", tone=Tone.QUIET)
        across.addWidget(self._time, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(self._words, 1)
        across.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)

    def tell(self, line: DispatchLine) -> None:
        """Show that dispatch."""
        self._time.say(line.time)
        self._words.say(f"{line.kind} · {line.place}")
        self._state.say(line.state)


class DispatchList(Panel):
    """Open dispatches, newest first, and below them those that are over."""

    chosen = Signal(str)
    painted = Signal(str)

    def __init__(self, theme: Theme, say: Say, keys: str) -> None:
        super().__init__(theme, "dispatches", margin=10)
        self._say = say
        self._cards: list[DispatchCard] = []
        self._ended: list[EndedLine] = []
        self._chosen: DispatchId | None = None
        self._title = SectionTitle(name="open_title")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(KeyCap(theme, keys))
        self.column.addLayout(head)
        content = QWidget()
        self._rows = QVBoxLayout(content)
        self._rows.setContentsMargins(0, 0, theme.px(2), 0)
        self._rows.setSpacing(theme.px(8))
        self._none = Text(tone=Tone.QUIET, wrap=True, name="none_open")
        self._open_rows = QVBoxLayout()
        self._open_rows.setSpacing(theme.px(8))
        self._ended_rows = QVBoxLayout()
        self._ended_rows.setSpacing(theme.px(4))
        self._rule = QFrame()
        self._rule.setProperty("part", "rule")
        self._ended_title = SectionTitle(say("desk.ended_list"), name="ended_title")
        self._rows.addWidget(self._none)
        self._rows.addLayout(self._open_rows)
        self._rows.addWidget(self._rule)
        self._rows.addWidget(self._ended_title)
        self._rows.addLayout(self._ended_rows)
        self._rows.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        self.column.addWidget(self._scroll, 1)

    def tell(self, opened: Sequence[DispatchLine], ended: Sequence[DispatchLine], *, sounds: bool) -> None:
        """Show these dispatches; an empty list promises a sound only when there can be one."""
        self._title.say(self._say("desk.open_list", n=len(opened)))
        self._none.say(self._say("desk.none_open_sound" if sounds else "desk.none_open"))
        self._none.setVisible(not opened)
        while len(self._cards) < len(opened):
            self._add_card()
        for place, card in enumerate(self._cards):
            if place < len(opened):
                card.tell(opened[place])
            card.setVisible(place < len(opened))
        chosen = next((line.id for line in opened if line.selected), None)
        if chosen != self._chosen:
            self._chosen = chosen
            QTimer.singleShot(0, self, self._bring_into_view)
        few = ended[:ENDED_MOST]
        self._rule.setVisible(bool(few))
        self._ended_title.setVisible(bool(few))
        while len(self._ended) < len(few):
            line = EndedLine(self.theme)
            self._ended.append(line)
            self._ended_rows.addWidget(line)
        for place, line in enumerate(self._ended):
            if place < len(few):
                line.tell(few[place])
            line.setVisible(place < len(few))

    def _bring_into_view(self) -> None:
        card = next(
            (each for each in self._cards if each.isVisible() and each.dispatch_id == self._chosen), None
        )
        if card is not None:
            self._scroll.ensureWidgetVisible(card)

    def _add_card(self) -> None:
        card = DispatchCard(self.theme)
        card.painted.connect(self.painted)
        card.clicked.connect(lambda: self.chosen.emit(card.dispatch_id or ""))
        self._cards.append(card)
        self._open_rows.addWidget(card)
