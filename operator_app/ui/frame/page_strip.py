"""The row of pages, where there is no room for all panes side by side."""

from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.wording import Say


class Page(StrEnum):
    """What can be in front where there is no room for all."""

    PHONE = "phone"
    FORM = "form"
    MAP = "map"
    INCIDENTS = "incidents"


_KEYS = {
    Page.PHONE: "next_list",
    Page.FORM: "place",
    Page.MAP: "map",
    Page.INCIDENTS: "filter",
}


class PageStrip(QWidget):
    """A button a page; `wished` tells which was pressed."""

    wished = Signal(Page)

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        self._buttons: dict[Page, KeyButton] = {}
        group = QButtonGroup(self)
        for page, deed in _KEYS.items():
            button = KeyButton(theme, say(f"page.{page}"), keys.cap(deed), name=f"page_{page}", text_px=13)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, p=page: self.wished.emit(p))
            group.addButton(button)
            self._buttons[page] = button
            row.addWidget(button)
        self.hide()

    def check(self, page: Page) -> None:
        """Show which page is in front."""
        self._buttons[page].setChecked(True)

    def offer_phone(self, offered: bool) -> None:
        """Show or hide the button of the phone, which may stand beside the pages."""
        self._buttons[Page.PHONE].setVisible(offered)
