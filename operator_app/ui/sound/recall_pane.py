"""Ctrl+R: the running call or one of the last twenty is listened to again, beside the call, by keys."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.side_pane import SidePane
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.flow import FlowLayout
from operator_app.ui.kit.labels import Text
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.sound.presenters.recall import RecallView
from operator_app.ui.words.wording import Say, Tone

SHARES = (44, 17, 14, 25)
HEIGHT = 330


class ProgressLine(QWidget):
    """How far the ear is, as a line."""

    def __init__(self, theme: Theme, name: str, label: str) -> None:
        super().__init__()
        self._theme, self._share = theme, 0.0
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def tell(self, share: float) -> None:
        """Show that much."""
        if share != self._share:
            self._share = share
            self.update()

    def sizeHint(self) -> QSize:
        """A thin line."""
        return QSize(self._theme.px(80), self._theme.px(6))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line and its done part."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        painter.setBrush(QColor(self._theme.tokens.raised_edge))
        painter.drawRect(box)
        painter.setBrush(QColor(self._theme.colour(Tone.BUSY)))
        painter.drawRect(QRectF(box.left(), box.top(), box.width() * self._share, box.height()))


class RecallPane(SidePane):
    """The recordings of this seat. Enter plays, ← and → go five seconds, Space stops and plays."""

    play_wished = Signal(str)
    seek_wished = Signal(int)
    stop_wished = Signal()

    def __init__(self, theme: Theme, say: Say, window: MainWindow) -> None:
        super().__init__(theme, say, window, "recall", say("recall.title"))
        self._playing = False
        self._say = say
        self.model = RowsModel(4)
        self.view = RowsView(
            theme,
            self.model,
            "recallCalls",
            label=say("recall.label"),
            on_click=False,
            empty=say("recall.nothing"),
        )
        self.view.chosen.connect(self.play_wished)
        self.state = Text(part="small", name="recallState")
        self.position = Text(part="small", name="recallPosition")
        self.line = ProgressLine(theme, "recallLine", say("recall.position"))
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        row.addWidget(self.position)
        self.column.addWidget(self.view, 1)
        self.column.addLayout(row)
        self.column.addWidget(self.line)
        keys = FlowLayout(gap=theme.px(8))
        self.play = self._key("play", "Enter", self._play_chosen)
        self.back = self._key("back", "←", lambda: self.seek_wished.emit(-1))
        self.on = self._key("on", "→", lambda: self.seek_wished.emit(1))
        self.stop = self._key("stop", say("recall.space"), self._pause)
        for button in (self.play, self.back, self.on, self.stop):
            keys.addWidget(button)
        self.column.addLayout(keys)
        self.view.installEventFilter(self)

    def first(self) -> QWidget:
        """Begin with the list."""
        return self.view

    def wanted_height(self, most: int) -> int:
        """Return room for some calls."""
        return min(most, self.theme.px(HEIGHT))

    def tell(self, view: RecallView) -> None:
        """Show that."""
        self._playing = view.playing
        self.model.show(view.rows)
        if view.rows and not self.view.currentIndex().isValid():
            self.view.selectRow(0)
        self.state.say(view.state, view.tone)
        self.position.say(view.position)
        self.line.tell(view.share)
        self.play.setEnabled(bool(view.rows))
        self.stop.say(self._say("recall.stop" if view.playing else "recall.go_on"))
        for button in (self.back, self.on):
            button.setEnabled(view.playing)

    def eventFilter(self, watched: object, event: object) -> bool:
        """Take the keys before the list moves its cursor by them."""
        if watched is self.view and isinstance(event, QKeyEvent) and event.type() is QKeyEvent.Type.KeyPress:
            act = {
                Qt.Key.Key_Left: lambda: self.seek_wished.emit(-1),
                Qt.Key.Key_Right: lambda: self.seek_wished.emit(1),
                Qt.Key.Key_Space: self._pause,
            }.get(Qt.Key(event.key()))
            if act is not None:
                act()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        margins = self.column.contentsMargins()
        free = (
            self.width() - margins.left() - margins.right() - self.view.verticalScrollBar().sizeHint().width()
        )
        self.view.set_widths([free * share // 100 for share in SHARES])

    def _play_chosen(self) -> None:
        chosen = self.view.current_id()
        if chosen:
            self.play_wished.emit(chosen)

    def _pause(self) -> None:
        if self._playing:
            self.stop_wished.emit()
        else:
            self.seek_wished.emit(0)

    def _key(self, name: str, cap: str, act: object) -> KeyButton:
        button = KeyButton(self.theme, self._say(f"recall.{name}"), cap, name=f"recall_{name}", text_px=SMALL)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.clicked.connect(act)
        return button
