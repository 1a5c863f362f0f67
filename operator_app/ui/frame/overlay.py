"""A pane that lies over the window's middle for a moment: beside the phone, below the top line, gone by Esc."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.ui.kit.labels import Panel
from operator_app.ui.kit.theme import Theme


class Ground(QWidget):
    """A window over which panes may lie for a moment."""

    def overlay_room(self) -> QRect:
        """Return where: all of it, but what must be seen at any moment."""
        return self.rect()


class Overlay(Panel):
    """Opens where no ringing call is covered, takes the keyboard, and gives it back to where it was.

    It closes by itself as soon as the keyboard goes elsewhere, e.g. by F2 or F5.
    """

    opened = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, window: Ground, name: str) -> None:
        super().__init__(theme, name, gap=8)
        self.setParent(window)
        self.setProperty("part", "overlay")
        self._over = window
        self._before: QWidget | None = None
        self.hide()
        window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def first(self) -> QWidget:
        """Return what gets the keyboard when the pane opens."""
        return self

    def place(self, room: QRect) -> QRect:
        """Return where the pane lies in the room that there is for it."""
        return room

    def open_up(self) -> None:
        """Show the pane with the keyboard in it."""
        if not self.isVisible():
            self._before = self._over.focusWidget()
        fresh = not self.isVisible()
        self._lay()
        self.show()
        self.raise_()
        self.first().setFocus(Qt.FocusReason.ShortcutFocusReason)
        if fresh:
            self.opened.emit()

    def toggle(self) -> None:
        """Open, or close when it is open: one key does both."""
        if self.isVisible():
            self.close_up()
        else:
            self.open_up()

    def close_up(self) -> None:
        """Put the pane away and the keyboard back."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if before is not None and before.isVisibleTo(self._over):
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.isVisible():
            self._lay()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
        else:
            super().keyPressEvent(event)

    def _lay(self) -> None:
        place = self.place(self._over.overlay_room())
        if place != self.geometry():
            self.setGeometry(place)

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        gone = (
            now is not None and now.window() is self._over and now is not self and not self.isAncestorOf(now)
        )
        if gone and self.isVisible():
            self._before = None
            self.close_up()
