"""Three lists under the phone: calls that wait, callers that hung up, the last calls of this seat."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget

from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.caps import KeyCap
from operator_app.ui.kit.labels import Panel
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import BODY, Theme
from operator_app.ui.phone.presenters.lists import ListsView
from operator_app.ui.words.wording import Say

SAMPLES = ("0812-5544-0199", "0:00:00", "00:00")
NAMES = ("waiting", "abandoned", "recent")


class TabButton(QPushButton):
    """The head of a list; pressing it brings the list to the front."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("part", "tab")
        self.setCheckable(True)
        self.setAutoExclusive(True)

    def say(self, words: str) -> None:
        """Show these words in capitals."""
        if self.text() != words.upper():
            self.setText(words.upper())


class CallLists(Panel):
    """Shows a `ListsView`. `answer_wished` names a waiting call, `call_back_wished` the row of an abandoned one."""

    answer_wished = Signal(str)
    call_back_wished = Signal()

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__(theme, "lists", gap=4)
        self._say = say
        self.models = {name: RowsModel(3) for name in NAMES}
        self.views = {
            name: RowsView(
                theme,
                self.models[name],
                f"list_{name}",
                label=say(f"lists.{name}_label"),
                on_click=False,
                empty=say(f"lists.{name}_empty"),
            )
            for name in NAMES
        }
        self.tabs = {name: TabButton(f"tab_{name}") for name in NAMES}
        self._stack = QStackedWidget()
        self.call_back = KeyButton(
            theme,
            say("lists.call_back"),
            keys.cap("call_back"),
            name="call_back",
        )
        self.call_back.clicked.connect(self.call_back_wished)
        self._arrange(theme, keys)
        self.views["waiting"].chosen.connect(self.answer_wished)
        self.views["abandoned"].chosen.connect(lambda _: self.call_back_wished.emit())
        self.show_list("waiting")

    def tell(self, view: ListsView) -> None:
        """Show those rows."""
        for name, rows in (("waiting", view.waiting), ("abandoned", view.abandoned), ("recent", view.recent)):
            self.models[name].show(rows)
        self.tabs["waiting"].say(self._say("lists.waiting", n=len(view.waiting)))
        self.tabs["abandoned"].say(self._say("lists.abandoned", n=len(view.abandoned)))
        self.tabs["recent"].say(self._say("lists.recent"))
        self.call_back.setEnabled(bool(view.abandoned))

    def show_list(self, name: str) -> None:
        """Bring a list to the front."""
        self.tabs[name].setChecked(True)
        self._stack.setCurrentWidget(self.views[name])
        self.call_back.setVisible(name == "abandoned")

    def next_list(self) -> None:
        """Bring the next list to the front, with the keyboard in it and a row chosen; who waits comes first."""
        here = next(number for number, name in enumerate(NAMES) if self.tabs[name].isChecked())
        within = any(view.hasFocus() for view in self.views.values())
        waits = self.models["waiting"].rowCount() > 0
        name = NAMES[0] if waits and not within else NAMES[(here + 1) % len(NAMES)]
        self.show_list(name)
        view = self.views[name]
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if view.model().rowCount() and not view.currentIndex().isValid():
            view.selectRow(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        inner = self.width() - 2 * self.theme.px(8)
        metrics, side = self.theme.metrics(BODY, 600), 2 * self.views["waiting"].delegate.side
        number, lasts, clock = (metrics.horizontalAdvance(sample) + side for sample in SAMPLES)
        for name, view in self.views.items():
            time = clock if name == "recent" else lasts
            view.set_widths([number, time, max(1, inner - number - time)])

    def _arrange(self, theme: Theme, keys: KeyMap) -> None:
        self.column.setContentsMargins(theme.px(8), theme.px(10), theme.px(8), theme.px(8))
        heads = QHBoxLayout()
        heads.setContentsMargins(theme.px(6), 0, theme.px(6), 0)
        heads.setSpacing(theme.px(14))
        for name in NAMES:
            heads.addWidget(self.tabs[name])
            self.tabs[name].clicked.connect(lambda _=False, n=name: self.show_list(n))
            self._stack.addWidget(self.views[name])
        heads.addStretch(1)
        heads.addWidget(KeyCap(theme, keys.cap("next_list")))
        self.column.addLayout(heads)
        self.column.addWidget(self._stack, 1)
        self.column.addWidget(self.call_back)
        self.setMinimumHeight(theme.px(70))
