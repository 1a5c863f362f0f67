"""Everything that stands on the wall, arranged for one size of screen and one viewing distance."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.ui.kit.clock import StandingWatch
from operator_app.ui.wall.curve import HourCurve
from operator_app.ui.wall.fit_label import FitLabel
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.measure import HEADLINE_PX, LINE_PX
from operator_app.ui.wall.parts import Card, DayLine, DayRow, IncidentRow, RowList, SeatRow, TileCard
from operator_app.ui.wall.presenters.wall import DAY_ROWS
from operator_app.ui.wall.presenters.wall_view import DataAge, Tile
from operator_app.ui.words.wording import Say, Tone
from operator_app.workflow.wallroom import WallRoom

TILES = ("waiting", "answered", "open", "unaccepted", "abandoned")


class WallHeader(QFrame):
    """Name of the room, age of the data, time of day; old data turns the whole line into an alarm."""

    def __init__(self, look: WallLook, say: Say, name: str, room: str) -> None:
        super().__init__()
        self._look = look
        self._stands = say("clock.stands")
        self.watch = StandingWatch(self, self._stand)
        self.setObjectName("wall_header")
        self._alarm: bool | None = None
        self._warning = FitLabel(look, look.scale.big(LINE_PX * 1.1), bold=True)
        self._warning.setObjectName("stale_warning")
        self._name = FitLabel(look, look.scale.big(HEADLINE_PX), bold=True).natural()
        self._room = FitLabel(look, look.scale.big(LINE_PX))
        self._age = FitLabel(look, look.scale.big(LINE_PX * 1.1), bold=True).natural()
        self._age.setObjectName("data_age")
        self._clock = FitLabel(look, look.scale.big(HEADLINE_PX * 1.15), bold=True).natural()
        self._clock.setObjectName("clock")
        self._name.say(name)
        self._room.say((room, ""), Tone.QUIET)
        line = QHBoxLayout(self)
        side = look.scale.frame(14)
        line.setContentsMargins(side, look.scale.frame(4), side, look.scale.frame(4))
        line.setSpacing(look.scale.frame(28))
        line.addWidget(self._name)
        line.addWidget(self._room, 1)
        line.addWidget(self._warning, 1)
        line.addWidget(self._age)
        line.addWidget(self._clock)

    def tell(self, clock: str, data: DataAge) -> None:
        """Show the time and the truth about the data."""
        self.watch.told()
        stale = data.stale
        self._clock.say(clock, inverted=stale)
        self._age.say(data.text if stale else f"● {data.text}", data.tone, inverted=stale)
        self._name.say(self._name.wordings, inverted=stale)
        self._warn(data.warning, alarm=stale)

    def _stand(self, standing: bool) -> None:
        if standing:
            self._warn(self._stands, alarm=True)

    def _warn(self, words: Sequence[str] | str, *, alarm: bool) -> None:
        self._warning.say(words, inverted=alarm)
        if alarm is not self._alarm:
            self._alarm = alarm
            self._room.setVisible(not alarm)
            self._warning.setVisible(alarm)
            self.setStyleSheet(self._look.header("wall_header", alarm=alarm))


class WallBoard(QWidget):
    """Everything on the wall at one scale; the window makes a new one when its size changes."""

    def __init__(
        self, room: WallRoom, say: Say, look: WallLook, names: tuple[str, str], land: QWidget | None
    ) -> None:
        super().__init__()
        self.look = look
        scale = look.scale
        gap = scale.frame(14)
        self.header = WallHeader(look, say, *names)
        self.tiles = {name: TileCard(look, name) for name in TILES}
        self.incidents = RowList(look, say, IncidentRow)
        self.seats = RowList(look, say, SeatRow)
        self.day = RowList(look, say, DayRow)
        self.curve = HourCurve(look, say, room.timezone)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(gap, scale.frame(6), gap, gap)
        rows.setSpacing(gap)
        rows.addWidget(self.header)
        self.top = QWidget()
        across = QHBoxLayout(self.top)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(gap)
        for tile in self.tiles.values():
            across.addWidget(tile, 1)
        rows.addWidget(self.top)
        rows.addLayout(self._body(say, land), 1)

    def tell_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these figures on top; each repaints only when it differs."""
        for tile in tiles:
            self.tiles[tile.name].tell(tile)

    def tell_day(self, day: Sequence[tuple[str, str]]) -> None:
        """Show today's calls by what they were."""
        self.day.tell([DayLine(words, words, count) for words, count in day])

    def _body(self, say: Say, land: QWidget | None) -> QGridLayout:
        look, scale = self.look, self.look.scale
        grid = QGridLayout()
        grid.setSpacing(scale.frame(14))
        list_card = _filled(look, "incidents", self.incidents)
        seat_card = _filled(look, "seats", self.seats)
        if scale.is_near:
            if land is not None:
                grid.addWidget(_framed(look, land), 0, 0)
            grid.addWidget(self.curve, 1 if land is not None else 0, 0, 1 if land is not None else 2, 1)
            self._add_day(seat_card, say)
        else:
            for part in (self.curve, self.day):
                part.setParent(self)
                part.hide()
        grid.addWidget(list_card, 0, 1, 2, 1)
        grid.addWidget(seat_card, 0, 2, 2, 1)
        grid.setRowStretch(0, 62)
        grid.setRowStretch(1, 38)
        for column, share in enumerate((27, 47, 26) if scale.is_near else (0, 68, 32)):
            grid.setColumnStretch(column, share)
        return grid

    def _add_day(self, card: Card, say: Say) -> None:
        look = self.look
        title = FitLabel(look, LINE_PX * 0.85)
        title.say(say("wall.today"), Tone.QUIET)
        self.day.setFixedHeight(DayRow(look).row_height() * len(DAY_ROWS))
        inside = card.layout()
        assert inside is not None
        inside.addWidget(title)
        inside.addWidget(self.day)


def _framed(look: WallLook, land: QWidget) -> Card:
    card = Card(look, "land")
    inside = QVBoxLayout(card)
    inside.setContentsMargins(1, 1, 1, 1)
    inside.addWidget(land)
    land.show()
    return card


def _filled(look: WallLook, name: str, content: QWidget) -> Card:
    card = Card(look, name)
    inside = QVBoxLayout(card)
    side, rise = look.scale.frame(24), look.scale.frame(10)
    inside.setContentsMargins(side, rise, side, rise)
    inside.setSpacing(look.scale.frame(4))
    inside.addWidget(content, 1)
    return card
