"""A pane over the map for a while: the form stays free, typing goes on, it stays until it is closed."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.overlay import Overlay
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import SectionTitle
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.wording import Say


class SidePane(Overlay):
    """Lies where the map is; unlike other overlays it stays when the keyboard goes to the form."""

    def __init__(self, theme: Theme, say: Say, window: MainWindow, name: str, title: str) -> None:
        super().__init__(theme, window, name)
        self._over_window = window
        self._scroll_inside()
        head = QHBoxLayout()
        head.addWidget(SectionTitle(title, f"{name}Title"), 1)
        self.shut = KeyButton(theme, say("sound.close"), "Esc", name=f"{name}Close", text_px=SMALL)
        self.shut.setSizePolicy(self.shut.sizePolicy().Policy.Fixed, self.shut.sizePolicy().Policy.Fixed)
        self.shut.clicked.connect(self.close_up)
        head.addWidget(self.shut)
        self.column.addLayout(head)

    def _scroll_inside(self) -> None:
        """Let what stands in the pane scroll where letters are large and the room is low."""
        margins = self.column.contentsMargins()
        self.column.setContentsMargins(1, 1, 1, 1)
        inner = QWidget()
        self._area = QScrollArea()
        self._area.setWidget(inner)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(self._area)
        gap = self.column.spacing()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(margins)
        self.column.setSpacing(gap)

    def minimumSizeHint(self) -> QSize:
        """Ask for all that stands in it."""
        return self.column.minimumSize() + QSize(2, 2)

    def place(self, room: QRect) -> QRect:
        """Over the map where it stands beside the form, else over the lower half."""
        box = self._over_window.map_room()
        if box is None:
            box = QRect(room)
            box.setTop(room.top() + room.height() // 3)
        tall = min(box.height(), max(self.wanted_height(box.height()), self.minimumSizeHint().height()))
        return QRect(box.left(), box.bottom() - tall + 1, box.width(), tall)

    def wanted_height(self, most: int) -> int:
        """Return how tall the pane would like to be."""
        return most

    def toggle(self) -> None:
        """Open; or take the keyboard into it; or, when it is there already, close."""
        if not self.isVisible():
            self.open_up()
        elif self._has_keyboard():
            self.close_up()
        else:
            self.first().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _has_keyboard(self) -> bool:
        now: QWidget | None = self._over_window.focusWidget()
        return now is not None and (now is self or self.isAncestorOf(now))

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        """Stay, and scroll to what got the keyboard."""
        if now is not None and self._area.isAncestorOf(now):
            self._area.ensureWidgetVisible(now, 0, self.theme.px(30))
