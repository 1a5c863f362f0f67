"""The phone's column: the call, the quick connections, the lists. Where it is low, the last two share one place."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.ui.kit.theme import Theme
from operator_app.ui.phone.call_lists import CallLists
from operator_app.ui.phone.phone_pane import PhonePane
from operator_app.ui.phone.quick_pane import QuickPane


class LeftColumn(QWidget):
    """Stacks the three.

    In a low window the quick connections stand in the place of the lists and of the call's kinds while they are used.
    """

    def __init__(self, theme: Theme, phone: PhonePane, quick: QuickPane, lists: CallLists) -> None:
        super().__init__()
        self._phone, self._quick, self._lists = phone, quick, lists
        self._short = False
        self._in_use = False
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.px(8))
        rows.addWidget(phone)
        rows.addWidget(quick)
        rows.addWidget(lists, 1)
        quick.opened.connect(lambda: self._use(True))
        quick.closed.connect(lambda: self._use(False))

    def close_up(self, short: bool) -> None:
        """Do with less height, or take it again."""
        self._short = short
        self._phone.close_up(short)
        self._show()

    def _use(self, on: bool) -> None:
        self._in_use = on
        self._show()

    def _show(self) -> None:
        self._quick.setVisible(not self._short or self._in_use)
        self._lists.setVisible(not self._short or not self._in_use)
        self._phone.make_room(self._short and self._in_use)
