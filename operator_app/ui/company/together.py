"""Several seats at one incident, on screen: who else is in it, two values to choose from, a lost seat's incident."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from operator_app.ui.company.presenters.together import Choice, TogetherView
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import ElideText, Text
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.wording import Say, Tone


class ChoiceLine(QWidget):
    """One value with the key that makes it the field's: key, value, who wrote it when."""

    def __init__(self, theme: Theme, button: KeyButton, name: str) -> None:
        super().__init__()
        self.button = button
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.value = ElideText("strong", name=f"{name}Value")
        self.who = ElideText("small", Tone.QUIET, f"{name}Who", natural=True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self.stack(False)

    def stack(self, narrow: bool) -> None:
        """Put who wrote it below the value where there is no room beside it."""
        for widget in (self.button, self.value, self.who):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.button, 0, 0, 2 if narrow else 1, 1)
        self._grid.addWidget(self.value, 0, 1)
        self._grid.addWidget(self.who, *((1, 1) if narrow else (0, 2)))

    def tell(self, choice: Choice) -> None:
        """Show that value."""
        self.value.say(choice.value)
        self.who.say(choice.who)


class TogetherStrip(QWidget):
    """Stands between form and timeline while there is something to decide, so that no field moves. Never modal."""

    wished = Signal(str)

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__()
        self.setObjectName("together")
        self._say = say
        self.title = Text(part="small", tone=Tone.WATCH, wrap=True, name="clashTitle")
        keep = self._button(theme, keys, "clash_keep", "together.keep")
        take = self._button(theme, keys, "clash_take", "together.take")
        for each in (keep, take):
            each.setMinimumWidth(max(keep.sizeHint().width(), take.sizeHint().width()))
        self.keep, self.take = ChoiceLine(theme, keep, "keep"), ChoiceLine(theme, take, "take")
        self.lost = Text(part="small", tone=Tone.ALARM, wrap=True, name="lostSeat")
        self.take_over = self._button(theme, keys, "take_over", "together.take_over")
        self.take_over.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._clash, self._orphan = QWidget(), QWidget()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.px(4))
        clash = QVBoxLayout(self._clash)
        clash.setContentsMargins(0, 0, 0, 0)
        clash.setSpacing(theme.px(4))
        clash.addWidget(self.title)
        clash.addWidget(self.keep)
        clash.addWidget(self.take)
        orphan = QHBoxLayout(self._orphan)
        orphan.setContentsMargins(0, 0, 0, 0)
        orphan.addWidget(self.lost, 1)
        orphan.addWidget(self.take_over)
        rows.addWidget(self._clash)
        rows.addWidget(self._orphan)
        self.tell(TogetherView())

    def stack(self, narrow: bool) -> None:
        """Do with less width."""
        self.keep.stack(narrow)
        self.take.stack(narrow)

    def tell(self, view: TogetherView) -> None:
        """Show what is to be decided now."""
        if view.clash is not None:
            self.title.say(view.clash.title)
            self.keep.tell(view.clash.stands)
            self.take.tell(view.clash.other)
        self.lost.say(view.lost)
        self._clash.setVisible(view.clash is not None)
        self._orphan.setVisible(bool(view.lost))
        self.setVisible(view.clash is not None or bool(view.lost))

    def _button(self, theme: Theme, keys: KeyMap, deed: str, words: str) -> KeyButton:
        button = KeyButton(theme, self._say(words), keys.cap(deed), name=deed, text_px=SMALL)
        button.clicked.connect(lambda: self.wished.emit(deed))
        return button
