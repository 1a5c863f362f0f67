"""Arranges the panes of the operator's window: side by side where there is room, as pages where letters are large."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from operator_app.ui.frame.overlay import Ground
from operator_app.ui.frame.page_strip import Page, PageStrip
from operator_app.ui.kit.labels import set_title
from operator_app.ui.kit.theme import Theme

__all__ = ["MainWindow", "Mode", "Page"]

WIDE_FROM, NARROW_FROM = 1180, 890
"""Widths at text scale 1 from which all panes stand side by side, and from which the phone stands beside the pages."""
BROAD_FROM = 1660
"""Width from which the table of incidents is whole beside the phone, which then has the full height for its lists."""
TALL_FROM = 640
SHORT_BELOW, TALL_ABOVE = 820, 940
"""Heights at text scale 1 below which everything closes up, and above which the table shows more."""
LEFT_LEAST, LEFT_MOST = 336, 376
TABLE_ROWS = {"short": 3, "middle": 4, "tall": 5}


class Mode(StrEnum):
    """How the panes stand: all at once; the phone beside one page; one page at a time."""

    WIDE = "wide"
    NARROW = "narrow"
    SINGLE = "single"


class MainWindow(Ground):
    """The window and its three arrangements. `dismissed`: Esc was pressed where nothing else wanted it.

    `closes_up` tells whether the panes should do with less height, `sets_aside` whether the timeline should stand under
    the map, `page_wished` which page was pressed.
    """

    dismissed = Signal()
    closing = Signal()
    closes_up = Signal(bool)
    sets_aside = Signal(bool)
    page_wished = Signal(Page)

    def __init__(self, theme: Theme, title: str) -> None:
        """An empty window; it may be shown with `announce` before `furnish` and `put` have filled it."""
        super().__init__()
        self.setObjectName("window")
        set_title(self, title)
        self._theme = theme
        self._panes: dict[Page, QWidget] = {}
        self._mode = Mode.WIDE
        self._page = Page.FORM
        self._announced: QWidget | None = None
        self._rows = QVBoxLayout(self)
        # The panes follow the window and never the other way round: what stood beside each other may still be wide.
        self._rows.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        edge = theme.px(8)
        self._rows.setContentsMargins(edge, edge, edge, theme.px(4))
        self._rows.setSpacing(theme.px(6))

    def announce(self, line: QWidget) -> None:
        """Show that line alone, where the top line will be, until `furnish`."""
        self._announced = line
        self._rows.addWidget(line)
        self._rows.addStretch(1)

    def furnish(self, top: QWidget, strip: PageStrip, left: QWidget, footer: QWidget) -> None:
        """Take what stands in every arrangement; `left` is the phone's column. The other panes come by `put`."""
        if self._announced is not None:
            self._rows.removeWidget(self._announced)
            self._announced.deleteLater()
            self._rows.takeAt(0)
        self._left = left
        self._panes[Page.PHONE] = _Page(left, "phoneScroll", bar_over_margin=False)
        self.body = QWidget()
        self.grid = QGridLayout(self.body)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(self._theme.px(8))
        self._strip = strip
        strip.wished.connect(self.page_wished)
        self._rows.addWidget(top)
        self._rows.addWidget(strip)
        self._rows.addWidget(self.body, 1)
        self._rows.addWidget(footer)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow_focus)

    @property
    def mode(self) -> Mode:
        """How the panes stand now."""
        return self._mode

    def put(
        self, form: QWidget, map_: QWidget, incidents: QWidget, table_height: Callable[[int], int]
    ) -> None:
        """Put the panes into the window; `table_height` is that of the incidents for so many rows."""
        self._panes |= {
            Page.FORM: _Page(form, "formScroll", bar_over_margin=True),
            Page.MAP: map_,
            Page.INCIDENTS: incidents,
        }
        self._table_height = table_height
        self._arrange()

    def bring(self, page: Page) -> None:
        """Bring a page to the front where pages stand one behind the other."""
        fresh, self._page = page is not self._page, page
        self._strip.check(page)
        self._show_pages()
        pane = self._panes[page]
        if fresh and self._mode is Mode.SINGLE and isinstance(pane, QScrollArea):
            pane.verticalScrollBar().setValue(
                0
            )  # its beginning first; what gets the keyboard then scrolls to itself

    def overlay_room(self) -> QRect:
        """Return where a pane may lie for a moment: never over the top line, nor over the phone beside the others."""
        room = self.body.geometry()
        phone = self._panes[Page.PHONE]
        if self._mode is not Mode.SINGLE and phone.isVisible():
            corner = phone.mapTo(self, phone.rect().topRight())
            room.setLeft(corner.x() + 1 + self.grid.horizontalSpacing())
        if self._mode is Mode.WIDE:
            room.setBottom(phone.mapTo(self, phone.rect().bottomRight()).y())
        return room

    def map_room(self) -> QRect | None:
        """Return where the map's column stands beside the form; None where it does not."""
        pane = self._panes[Page.MAP]
        if self._mode is not Mode.WIDE or not pane.isVisible():
            return None
        return QRect(pane.mapTo(self, pane.rect().topLeft()), pane.size())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement for that size."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Esc that no field wanted."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that it is closing; a window that is still being filled stays, for nobody listens yet."""
        if Page.FORM not in self._panes:
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)

    def _follow_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """Scroll to what got the keyboard."""
        for pane in self._panes.values():
            if isinstance(pane, QScrollArea) and now is not None and pane.isAncestorOf(now):
                pane.ensureWidgetVisible(now, 0, self._theme.px(40))

    def _arrange(self) -> None:
        if Page.FORM not in self._panes:
            return
        wide, tall = self.width() / self._theme.scale, self.height() / self._theme.scale
        if wide >= WIDE_FROM and tall >= TALL_FROM:
            mode = Mode.WIDE
        else:
            mode = Mode.NARROW if wide >= NARROW_FROM else Mode.SINGLE
        for pane in self._panes.values():
            self.grid.removeWidget(pane)
        self._mode = mode
        self.closes_up.emit(mode is Mode.WIDE and tall < SHORT_BELOW)
        self.sets_aside.emit(mode is Mode.WIDE and tall < TALL_ABOVE)
        self._place(self._places(mode, broad=wide >= BROAD_FROM))
        self._columns(mode, wide, tall)
        self._show_pages()

    def _places(self, mode: Mode, *, broad: bool) -> Mapping[Page, tuple[int, int, int, int]]:
        if mode is Mode.WIDE:
            return {
                Page.PHONE: (0, 0, 2 if broad else 1, 1),
                Page.FORM: (0, 1, 1, 1),
                Page.MAP: (0, 2, 1, 1),
                Page.INCIDENTS: (1, 1, 1, 2) if broad else (1, 0, 1, 3),
            }
        phone = (0, 0, 1, 1) if mode is Mode.NARROW else (0, 1, 1, 1)
        return {
            Page.PHONE: phone,
            Page.FORM: (0, 1, 1, 1),
            Page.MAP: (0, 1, 1, 1),
            Page.INCIDENTS: (0, 1, 1, 1),
        }

    def _place(self, places: Mapping[Page, tuple[int, int, int, int]]) -> None:
        for page, place in places.items():
            self.grid.addWidget(self._panes[page], *place)

    def _columns(self, mode: Mode, wide: float, tall: float) -> None:
        px = self._theme.px
        phone = self._panes[Page.PHONE]
        assert isinstance(phone, QScrollArea)
        left = max(px(min(LEFT_MOST, max(LEFT_LEAST, wide * 0.195))), self._left.minimumSizeHint().width())
        side_by_side = mode is Mode.WIDE
        _unfix(phone)
        bar = phone.verticalScrollBar().sizeHint().width()
        form = self._panes[Page.FORM]
        assert isinstance(form, QScrollArea)
        inside = form.widget()
        assert inside is not None
        # Where a column may scroll, its bar must not take room from what stands in it.
        form.setMinimumWidth(inside.minimumSizeHint().width() if mode is Mode.WIDE else 0)
        if mode is Mode.WIDE:
            phone.setFixedWidth(left + (bar if tall < SHORT_BELOW else 0))
        elif mode is Mode.NARROW:
            phone.setFixedWidth(left + phone.verticalScrollBar().sizeHint().width())
        self.grid.setColumnStretch(0, 0)
        self.grid.setColumnStretch(1, 60 if side_by_side else 1)
        self.grid.setColumnStretch(2, 40 if side_by_side else 0)
        self.grid.setRowStretch(0, 1)
        height = "short" if tall < SHORT_BELOW else "tall" if tall > TALL_ABOVE else "middle"
        incidents = self._panes[Page.INCIDENTS]
        if side_by_side:
            incidents.setFixedHeight(self._table_height(TABLE_ROWS[height]))
        else:
            _unfix(incidents)

    def _show_pages(self) -> None:
        self._strip.setVisible(self._mode is not Mode.WIDE)
        self._strip.offer_phone(self._mode is Mode.SINGLE)
        page = Page.FORM if self._mode is Mode.NARROW and self._page is Page.PHONE else self._page
        for each, pane in self._panes.items():
            beside = self._mode is Mode.WIDE or (self._mode is Mode.NARROW and each is Page.PHONE)
            pane.setVisible(beside or each is page)


class _Page(QScrollArea):
    """A pane that scrolls in a low window. A bar that lies over its margin never takes room from a field."""

    def __init__(self, pane: QWidget, name: str, *, bar_over_margin: bool) -> None:
        super().__init__()
        self._over = bar_over_margin
        self.setObjectName(name)
        self.setWidget(pane)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if bar_over_margin:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._over:
            bar = self.verticalScrollBar()
            self.setViewportMargins(0, 0, -bar.sizeHint().width(), 0)
            ground = bar.parentWidget()
            assert ground is not None
            ground.raise_()


def _unfix(pane: QWidget) -> None:
    pane.setMinimumSize(0, 0)
    pane.setMaximumSize(16_777_215, 16_777_215)
