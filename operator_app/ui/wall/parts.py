"""The pieces of the wall: a card, a tile, rows, and a list that says how many did not fit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.ui.kit.labels import Text
from operator_app.ui.wall.fit_label import FitLabel
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.measure import FIGURE_PX, HEADLINE_PX, LINE_PX
from operator_app.ui.wall.presenters.wall_view import IncidentLine, SeatLine, Tile
from operator_app.ui.words.wording import Say, Tone

L = TypeVar("L")


class Card(QFrame):
    """A panel with a border, as every part of the wall stands on."""

    def __init__(self, look: WallLook, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.setObjectName(name)
        self.setStyleSheet(look.card(name))


class TileCard(Card):
    """One figure with its title above and its explanation below."""

    def __init__(self, look: WallLook, name: str) -> None:
        super().__init__(look, f"tile_{name}")
        side, rise = look.scale.frame(24), look.scale.frame(12)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(side, rise, side, rise)
        rows.setSpacing(0)
        figure_px = look.scale.big(FIGURE_PX)
        self.title = FitLabel(look, LINE_PX)
        self.figure = FitLabel(look, figure_px, bold=True, headline=True).natural()
        self.unit = FitLabel(look, figure_px * 0.45, bold=True, headline=True).natural()
        self.foot = FitLabel(look, LINE_PX)
        self.figure.setObjectName(f"figure_{name}")
        # One base line: below it stand 0.217 of a font's size in a line of LINE_HEIGHT.
        lift = round(0.217 * (look.scale.text(figure_px) - look.scale.text(figure_px * 0.45)))
        lifted = QVBoxLayout()
        lifted.setContentsMargins(0, 0, 0, lift)
        lifted.addStretch(1)
        lifted.addWidget(self.unit)
        line = QHBoxLayout()
        line.setSpacing(look.scale.frame(4))
        line.addWidget(self.figure)
        line.addLayout(lifted)
        line.addStretch(1)
        rows.addWidget(self.title)
        rows.addLayout(line)
        rows.addWidget(self.foot)

    def tell(self, tile: Tile) -> None:
        """Show that figure."""
        self.title.say(tile.titles, Tone.QUIET)
        self.figure.say(tile.figure, tile.tone)
        self.unit.say(tile.unit, tile.tone)
        self.foot.say(tile.foots, Tone.QUIET)


class Row(QWidget, Generic[L]):
    """One entry of a list, of a height that does not depend on what it says."""

    def tell(self, line: L) -> None:
        """Show that entry."""
        raise NotImplementedError

    def row_height(self) -> int:
        """Return the height of every row of this sort."""
        return self.sizeHint().height()


class IncidentRow(Row[IncidentLine]):
    """An open incident: priority and what it is; under it where, how it stands, how old."""

    def __init__(self, look: WallLook) -> None:
        super().__init__()
        self._look = look
        self._badge_tone: Tone | None = None
        gap = look.scale.frame(16)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, look.scale.frame(7), 0, look.scale.frame(7))
        across.setSpacing(gap)
        self.badge = Text()
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        wide = QFontMetrics(look.font(HEADLINE_PX, bold=True)).horizontalAdvance("P8")
        self.badge.setFixedWidth(wide + look.scale.frame(24))
        self.kind = FitLabel(look, HEADLINE_PX, bold=True, headline=True)
        self.place = FitLabel(look, LINE_PX)
        self.state = FitLabel(look, LINE_PX, bold=True).natural()
        self.age = FitLabel(look, LINE_PX).natural()
        line = QHBoxLayout()
        line.setSpacing(look.scale.frame(20))
        line.addWidget(self.place, 1)
        line.addWidget(self.state)
        line.addWidget(self.age)
        down = QVBoxLayout()
        down.setSpacing(0)
        down.addWidget(self.kind)
        down.addLayout(line)
        across.addWidget(self.badge, alignment=Qt.AlignmentFlag.AlignTop)
        across.addLayout(down, 1)

    def tell(self, line: IncidentLine) -> None:
        """Show that incident."""
        if line.priority_tone is not self._badge_tone:
            self._badge_tone = line.priority_tone
            self.badge.setStyleSheet(self._look.badge(HEADLINE_PX, line.priority_tone))
        self.badge.say(line.priority)
        self.kind.say(line.kinds)
        self.place.say(line.places, Tone.QUIET)
        self.state.say(line.states, line.tone)
        self.age.say(line.age, Tone.QUIET)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the place at least as much room as the state."""
        super().resizeEvent(event)
        self.state.setMaximumWidth(round(self.width() * 0.42))


class SeatRow(Row[SeatLine]):
    """A seat: its name and since how long; under it its state."""

    def __init__(self, look: WallLook) -> None:
        super().__init__()
        down = QVBoxLayout(self)
        down.setContentsMargins(0, look.scale.frame(2), 0, look.scale.frame(2))
        down.setSpacing(0)
        line = QHBoxLayout()
        line.setSpacing(look.scale.frame(16))
        self.name = FitLabel(look, HEADLINE_PX, bold=True, headline=True)
        self.time = FitLabel(look, HEADLINE_PX).natural()
        self.state = FitLabel(look, LINE_PX, bold=True)
        line.addWidget(self.name, 1)
        line.addWidget(self.time)
        down.addLayout(line)
        down.addWidget(self.state)

    def tell(self, line: SeatLine) -> None:
        """Show that seat."""
        self.name.say(line.name)
        self.time.say(line.time, Tone.QUIET)
        self.state.say(line.state, line.tone)


@dataclass(frozen=True, slots=True)
class DayLine:
    """How many calls of today were of that sort."""

    id: str
    words: str
    count: str


class DayRow(Row[DayLine]):
    """One sort of call and its count today."""

    def __init__(self, look: WallLook) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.words = FitLabel(look, LINE_PX)
        self.count = FitLabel(look, LINE_PX, bold=True).natural()
        line.addWidget(self.words, 1)
        line.addWidget(self.count)

    def tell(self, line: DayLine) -> None:
        """Show that count."""
        self.words.say(line.words)
        self.count.say(line.count)


class RowList(QWidget, Generic[L]):
    """As many rows as fit, and "+3 more" when there are others. Only rows that changed are touched."""

    def __init__(
        self, look: WallLook, say: Say, make_row: Callable[[WallLook], Row[L]], empty: str = ""
    ) -> None:
        super().__init__()
        self._look = look
        self._say = say
        self._make_row = make_row
        self._rows: list[Row[L]] = []
        self._told: list[L | None] = []
        self._lines: tuple[L, ...] = ()
        self._empty_words = ""
        self._more = FitLabel(look, LINE_PX, bold=True, parent=self)
        self._more.setObjectName("more")
        self._probe = self._row()

    @property
    def shown(self) -> int:
        """Return how many entries are to be seen."""
        return sum(row.isVisibleTo(self) for row in self._rows)

    def tell(self, lines: Sequence[L], empty: str = "") -> None:
        """Show these entries, the most important first, or the words for none."""
        fresh = tuple(lines)
        if (fresh, empty) != (self._lines, self._empty_words):
            self._lines, self._empty_words = fresh, empty
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew."""
        super().resizeEvent(event)
        self._fill()

    def _row(self) -> Row[L]:
        row = self._make_row(self._look)
        row.setParent(self)
        row.hide()
        self._rows.append(row)
        self._told.append(None)
        return row

    def _fill(self) -> None:
        row_height = self._probe.row_height()
        more_height = self._more.sizeHint().height()
        fit = max(0, self.height() // row_height)
        if len(self._lines) > fit:
            fit = max(0, (self.height() - more_height) // row_height)
        shown = self._lines[:fit]
        while len(self._rows) < len(shown):
            self._row()
        for place, row in enumerate(self._rows):
            if place < len(shown):
                row.setGeometry(0, place * row_height, self.width(), row_height)
                if self._told[place] != shown[place]:
                    self._told[place] = shown[place]
                    row.tell(shown[place])
            row.setVisible(place < len(shown))
        left = len(self._lines) - len(shown)
        words = self._say("wall.more", n=left) if left else "" if self._lines else self._empty_words
        self._more.setGeometry(0, len(shown) * row_height, self.width(), more_height)
        self._more.say(words, Tone.WATCH if left else Tone.QUIET)
        self._more.setVisible(bool(words))
