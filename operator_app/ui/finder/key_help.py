"""F1: every key in its group, searchable; another key is set by pressing it, and what cannot be is refused with why."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from operator_app.ui.frame.deeds import Deeds, Offer
from operator_app.ui.frame.overlay import Ground, Overlay
from operator_app.ui.keys.deeds import Group
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.flow import FlowLayout
from operator_app.ui.kit.labels import SectionTitle, Text, set_hint
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.rows import Row, cell, chip
from operator_app.ui.words.wording import Say, Tone

FIXED = (("Tab", "tab"), ("↑ ↓ ← →", "arrows"), ("Enter", "enter"), ("Esc", "escape"))
NARROW_BELOW, LOW_BELOW = 700, 170
"""In a low pane the rows need the room of the buttons: what these do is said, and their keys work."""
SHARES = (20, 57, 14, 9)


class KeyCatcher(Text):
    """The line that says what to do; while a new key is awaited it has the keyboard, and shortcuts wait."""

    caught = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__(wrap=True, name=name)
        self.awaits = False

    def event(self, event: QEvent) -> bool:
        """Keep every key from the shortcuts, Tab too."""
        if self.awaits and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if self.awaits and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() not in _MODIFIERS:
                self.caught.emit(QKeySequence(event.keyCombination()).toString())
            return True
        return super().event(event)


class KeyHelp(Overlay):
    """The key help. `changed` after another key was set or all were reset: it has to be kept."""

    changed = Signal()

    def __init__(
        self, theme: Theme, say: Say, window: Ground, deeds: Deeds, fixed: Sequence[tuple[str, str]] = FIXED
    ) -> None:
        """`fixed` are keys that nobody can set otherwise, and their names under [fixed_key]."""
        super().__init__(theme, window, "keyHelp")
        self._say, self._deeds, self._keys, self._fixed = say, deeds, deeds.keys, fixed
        self._for: Offer | None = None
        self.model = RowsModel(4)
        self.view = RowsView(
            theme,
            self.model,
            "keyTable",
            label=say("key_help.table_label"),
            on_click=False,
            empty=say("key_help.none"),
        )
        self.search = OneLine()
        self.search.setObjectName("keySearch")
        self.search.setAccessibleName(say("key_help.search_label"))
        set_hint(self.search, say("key_help.search"))
        self.search.setClearButtonEnabled(False)
        self.told = KeyCatcher("keyTold")
        self.told.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._arrange(say)
        self.search.textChanged.connect(lambda _: self._show())
        self.view.chosen.connect(lambda _: self._await())
        self.view.left_at_top.connect(lambda: self.search.setFocus(Qt.FocusReason.OtherFocusReason))
        self.told.caught.connect(self._caught)
        self.closed.connect(self._rest)
        self._keys.follow(self._show)

    def first(self) -> QWidget:
        """Begin with the search."""
        return self.search

    def open_up(self) -> None:
        """Show all keys."""
        self._rest()
        self.search.clear()
        self._show()
        super().open_up()

    def call_rings(self) -> None:
        """A ringing call wants its keys: no key is awaited any more."""
        if self._for is not None:
            self._rest()
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from the search into the table; reset by Del."""
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.hasFocus():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            if self.model.rowCount() and not self.view.currentIndex().isValid():
                self.view.selectRow(0)
        elif key == Qt.Key.Key_Delete and self.view.hasFocus():
            self._reset_all() if shift else self._reset()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        margins = self.column.contentsMargins()
        bar = self.view.verticalScrollBar().sizeHint().width()
        free = self.width() - margins.left() - margins.right() - bar
        narrow = free < self.theme.px(NARROW_BELOW)
        self._buttons.setVisible(self.height() >= self.theme.px(LOW_BELOW))
        shares = tuple(0 if narrow and column in (0, 3) else share for column, share in enumerate(SHARES))
        for column in (0, 3):
            self.view.setColumnHidden(column, narrow)
        self.view.set_widths([max(1, free * share // sum(shares)) for share in shares])

    # ---- what stands there

    def _show(self) -> None:
        wanted = self.search.text().casefold().split()
        rows: list[Row] = []
        listed = tuple(self._deeds.listed())
        for group in Group:
            head = self._say(f"deed_group.{group}")
            lines = [self._line(each) for each in listed if each.deed.group is group]
            rows += _group(head, [line for line in lines if _holds(line, head, wanted)])
        head = self._say("deed_group.fixed")
        fixed = [(f"fixed {name}", self._say(f"fixed_key.{name}"), key, "") for key, name in self._fixed]
        rows += _group(head, [line for line in fixed if _holds(line, head, wanted)])
        self.model.show(rows)

    def _line(self, offer: Offer) -> tuple[str, str, str, str]:
        name = offer.deed.id
        key, delivered = self._keys.key(name), self._keys.delivered(name)
        return name, offer.name(self._say), key, "" if key == delivered else delivered

    # ---- another key

    def _chosen(self) -> Offer | None:
        return self._deeds.offer(self.view.current_id() or "")

    def _await(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            self._tell(self._say("key_help.fixed"), Tone.WATCH)
            return
        self._for = chosen
        self.told.awaits = True
        self._tell(self._say("key_help.press", deed=chosen.name(self._say)), Tone.BUSY)
        self.told.setFocus(Qt.FocusReason.OtherFocusReason)

    def _caught(self, key: str) -> None:
        wanted = self._for
        if wanted is None or key == "Esc":
            self._rest()
        else:
            refused = self._keys.put(wanted.deed.id, key)
            if refused is not None:
                self._tell(self._deeds.refusal(refused, key), Tone.WATCH)
                return  # it still waits for a better one
            self._settled(self._say("key_help.set", key=key, deed=wanted.name(self._say)))
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reset(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            self._tell(self._say("key_help.fixed"), Tone.WATCH)
            return
        refused, key = self._keys.reset(chosen.deed.id), self._keys.delivered(chosen.deed.id)
        if refused is not None:
            self._tell(self._deeds.refusal(refused, key), Tone.WATCH)
        else:
            self._settled(self._say("key_help.was_reset", deed=chosen.name(self._say), key=key))

    def _reset_all(self) -> None:
        self._keys.reset()
        self._settled(self._say("key_help.all_reset"))

    def _settled(self, words: str) -> None:
        self._for, self.told.awaits = None, False
        self._tell(words, Tone.GOOD)
        self.changed.emit()

    def _rest(self) -> None:
        self._for, self.told.awaits = None, False
        self._tell(self._say("key_help.hint"), Tone.QUIET)

    def _tell(self, words: str, tone: Tone) -> None:
        self.told.say(words, tone)

    # ---- building

    def _arrange(self, say: Say) -> None:
        head = QHBoxLayout()
        head.setSpacing(self.theme.px(14))
        head.addWidget(SectionTitle(say("key_help.title"), "keyHelpTitle"))
        head.addWidget(self.search, 1)
        head.addWidget(self._button("close", "Esc", self.close_up))
        self.column.addLayout(head)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self.told)
        self._buttons = QWidget()
        keys = FlowLayout(self._buttons, gap=self.theme.px(8))
        for name, cap, act in (
            ("change", "Enter", self._await),
            ("reset", "Del", self._reset),
            ("reset_all", "⇧Del", self._reset_all),
        ):
            keys.addWidget(self._button(name, cap, act))
        self.column.addWidget(self._buttons)

    def _button(self, name: str, cap: str, act: object) -> KeyButton:
        button = KeyButton(self.theme, self._say(f"key_help.{name}"), cap, name=f"key_{name}", text_px=SMALL)
        button.setSizePolicy(button.sizePolicy().Policy.Fixed, button.sizePolicy().Policy.Fixed)
        button.clicked.connect(act)
        return button


_MODIFIERS = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta}
)

Line = tuple[str, str, str, str]


def _holds(line: Line, head: str, wanted: Sequence[str]) -> bool:
    words = " ".join((head, *line[1:3])).casefold()
    return all(part in words for part in wanted)


def _group(head: str, lines: Sequence[Line]) -> list[Row]:
    """The head of the group stands beside its first line."""
    return [
        Row(
            row_id,
            (
                cell("" if number else head, Tone.QUIET, strong=True),
                cell(name),
                chip(key, Tone.BUSY),
                cell(delivered, Tone.QUIET),
            ),
        )
        for number, (row_id, name, key, delivered) in enumerate(lines)
    ]
