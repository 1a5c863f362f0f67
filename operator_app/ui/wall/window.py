"""The wall: full screen, read from afar, repainted when the room changes and once a second where time runs."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent, QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.figures import Figures
from operator_app.ui.kit.drawing import Drawing
from operator_app.ui.kit.labels import set_title
from operator_app.ui.program.control import Marks, PaintMarks
from operator_app.ui.wall.board import WallBoard, WallHeader
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.presenters.wall import WallPresenter
from operator_app.ui.wall.presenters.wall_view import Mark
from operator_app.ui.words.wording import Say
from operator_app.workflow.ports import BoardChanged, LinkState
from operator_app.workflow.wallroom import WallRoom

log = logging.getLogger(__name__)

GATHER_MS = 50
"""Changes that come together are painted together; far below the second that W1 allows."""


class WallWindow(QWidget):
    """The whole wall. It reads the room when that changes and once a second; it never writes.

    `marks_changed` carries the incidents for the map, a tuple of `Mark`. Into `marks` goes when a change of the room
    was painted: "incident", "call" or "seat" with its id.
    """

    marks_changed = Signal(object)

    def __init__(
        self,
        room: WallRoom,
        say: Say,
        make_look: Callable[[int, int], WallLook],
        names: tuple[str, str],
        land: QWidget | None = None,
        marks: Marks | None = None,
    ) -> None:
        """`make_look` gives the look for a width and height; `land` is the map, held through every change of size."""
        super().__init__()
        self._room = room
        self._say = say
        self._make_look = make_look
        self._names = names
        self._land = land
        self._presenter = WallPresenter(room, say)
        self._board: WallBoard | None = None
        self._draw = Drawing(make_look(1, 1).theme, say)
        self._said: dict[str, Any] = {}
        """What stands on the wall, by pane, for the room's harness."""
        self._marks: tuple[Mark, ...] | None = None
        self._screen_name = ""
        self._full_screen = False
        self._paints = PaintMarks(self, marks or Marks())
        self._fresh: list[tuple[str, str]] = []
        self.setObjectName("wall")
        set_title(self, f"{names[0]} · {say('wall.title')}")
        self.setCursor(Qt.CursorShape.BlankCursor)
        self._frame = QVBoxLayout(self)
        self._frame.setContentsMargins(0, 0, 0, 0)
        self._gather = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._gather.timeout.connect(self.read)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.read)
        self._resized = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._resized.timeout.connect(self._rebuild)
        self._unsubscribe = [
            room.bus.subscribe(BoardChanged, self._board_changed),
            room.bus.subscribe(LinkState, self._changed),
        ]
        self._tick.start()

    def show_on(self, screen_name: str, *, full_screen: bool) -> None:
        """Show on the screen of that name (empty: the first), and follow it when it is unplugged and plugged in.

        While the named screen is away the wall hides: it must not cover an operator's screen.
        """
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        self._screen_name = screen_name
        self._full_screen = full_screen
        app.screenRemoved.connect(self._screen_gone)
        app.screenAdded.connect(self._screen_came)
        screen = self._wanted_screen()
        if screen is None:
            log.warning("wall: no screen of the name %r; the wall waits for it", screen_name)
            return
        self._show_there(screen)

    def read(self) -> None:
        """Read the room and show what differs."""
        if self._board is None:
            return
        draw, board, presenter = self._draw, self._board, self._presenter
        told = cache(presenter.figures)  # counted once a picture, and anew for each pane where counting fails
        draw("wall_head", board.header, lambda: self._tell_head(board.header))
        draw("wall_tiles", board.top, lambda: self._tell("tiles", board.tell_tiles, presenter.tiles(told())))
        draw("wall_incidents", board.incidents, lambda: self._tell_incidents(board, told()))
        draw("wall_seats", board.seats, lambda: self._tell_seats(board, told()))
        draw("wall_day", board.day, lambda: self._tell("day", board.tell_day, presenter.day(told())))
        draw("wall_hours", board.curve, lambda: board.curve.tell(told().per_hour))
        draw("map", self if self._land is None else self._land, lambda: self._tell_marks(told()))
        for name, subject in self._fresh:
            self._paints.expect(name, subject)
        self._fresh.clear()

    def probe(self) -> dict[str, object]:
        """Return what the wall says at present, for the room's harness."""
        said = self._said
        if "data" not in said:
            return {}
        return {
            "stale": said["data"].stale,
            "figures": {tile.name: tile.figure for tile in said.get("tiles", ())},
            "incidents": [
                [line.id, line.priority, line.kinds[0], line.states[0]] for line in said.get("incidents", ())
            ],
            "seats": [[line.id, line.state] for line in said.get("seats", ())],
            "day": [list(pair) for pair in said.get("day", ())],
            "failed": sorted(self._draw.failed),
        }

    def _tell(self, name: str, pane: Callable[[Any], None], value: object) -> None:
        pane(value)
        self._said[name] = value

    def _tell_head(self, header: WallHeader) -> None:
        clock, data = self._presenter.head()
        header.tell(clock, data)
        self._said["data"] = data

    def _tell_incidents(self, board: WallBoard, told: Figures) -> None:
        none = self._presenter.empty_words()[0]
        self._tell(
            "incidents", lambda lines: board.incidents.tell(lines, none), self._presenter.incidents(told)
        )

    def _tell_seats(self, board: WallBoard, told: Figures) -> None:
        none = self._presenter.empty_words()[1]
        self._tell("seats", lambda lines: board.seats.tell(lines, none), self._presenter.seats(told))

    def _tell_marks(self, told: Figures) -> None:
        marks = self._presenter.marks(told)
        if marks != self._marks:
            self._marks = marks
            self.marks_changed.emit(marks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the parts anew for the new size, a moment later.

        Not here: PySide 6.11.3 on Python 3.11 dies of an exception in an overridden event handler instead of
        reporting it (seen as a segmentation fault in libshiboken; try again at 6.12.1).
        """
        super().resizeEvent(event)
        self._resized.start(0 if self._board is None else GATHER_MS)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop reading."""
        self._tick.stop()
        for end in self._unsubscribe:
            end()
        self._unsubscribe.clear()
        super().closeEvent(event)

    def _board_changed(self, changed: BoardChanged) -> None:
        self._fresh.extend(changed.things)
        self._changed(changed)

    def _changed(self, _message: object) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def _rebuild(self) -> None:
        look = self._make_look(self.width(), self.height())
        if self._board is not None and self._board.look.scale == look.scale:
            return
        self._draw = Drawing(look.theme, self._say)  # covers go with the parts that they lie over
        fresh = WallBoard(self._room, self._say, look, self._names, self._land)
        if self._board is not None:
            self._frame.removeWidget(self._board)
            self._board.deleteLater()
            if self._land is not None and not look.scale.is_near:
                self._land.setParent(self)  # else it would go with the old parts
                self._land.hide()
        self._board = fresh
        self.setStyleSheet(look.window("wall"))
        self._frame.addWidget(fresh)
        self.read()

    # ---- screens (Qt moves a full-screen window of an unplugged screen onto the operator's)

    def _wanted_screen(self) -> QScreen | None:
        if not self._screen_name:
            return QGuiApplication.primaryScreen()
        return next((each for each in QGuiApplication.screens() if each.name() == self._screen_name), None)

    def _show_there(self, screen: QScreen) -> None:
        if self._full_screen:
            self.setScreen(screen)
            self.setGeometry(screen.geometry())
            self.showFullScreen()
        else:
            self.showNormal()

    def _screen_gone(self, screen: QScreen) -> None:
        if self._screen_name and screen.name() == self._screen_name:
            self.hide()

    def _screen_came(self, screen: QScreen) -> None:
        if self._screen_name and screen.name() == self._screen_name:
            self._show_there(screen)
