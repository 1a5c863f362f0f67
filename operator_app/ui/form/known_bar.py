"""The bar that tells of an open incident which the call may be about. Always there, so that nothing moves."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from operator_app.ui.form.presenters.known import KnownView
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import Text, set_tip, set_tone
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.words.wording import Say, Tone

SHOWN = ("link", "link_next", "major", "unlink")


class KnownBar(QFrame):
    """Shows a `KnownView`; `wished` tells which of its keys was pressed by mouse."""

    wished = Signal(str)

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__()
        self._say = say
        self._view, self._tone = KnownView(""), Tone.QUIET
        self.setObjectName("knownBar")
        self.setProperty("part", "notice")
        self.words = Text(part="small", tone=Tone.QUIET, wrap=True, name="known")
        self.words.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), 0, theme.px(4), 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self.words, 1)
        self.buttons: dict[str, KeyButton] = {}
        for deed in SHOWN:
            button = KeyButton(
                theme, say(f"known.do_{deed}"), keys.cap(deed), name=deed, text_px=SMALL,
            )  # fmt: skip
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, d=deed: self.wished.emit(d))
            self.buttons[deed] = button
            row.addWidget(button)
        # Room for two lines of words, or for its buttons.
        lines = 2 * self.words.fontMetrics().lineSpacing()
        self.setFixedHeight(
            max(lines, *(each.sizeHint().height() for each in self.buttons.values())) + theme.px(4)
        )
        self.tell(KnownView(say("known.none")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say less where there is less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        view = self._view
        shown = [each for each in self.buttons.values() if each.isVisibleTo(self)]
        room = QRect(0, 0, self.width() - sum(each.sizeHint().width() + 8 for each in shown) - 24, 10_000)
        metrics = self.words.fontMetrics()
        wanted = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, view.words)
        fits = wanted.height() <= 2 * metrics.lineSpacing() and wanted.width() <= room.width()
        self.words.say(view.words if fits or not view.short else view.short, self._tone)
        set_tip(self.words, view.words)

    def tell(self, view: KnownView) -> None:
        """Show that."""
        asks = view.candidate is not None or (view.suggests_major and not view.is_major)
        tone = Tone.WATCH if asks else Tone.PLAIN if view.can_unlink or view.is_major else Tone.QUIET
        self._view, self._tone = view, tone
        set_tone(self, tone)
        many = self._say("known.do_link_next_n", place=view.place, count=view.count)
        self.buttons["link_next"].say(many)
        shown = {
            "link": view.candidate is not None,
            "link_next": view.count > 1,
            "major": view.suggests_major or view.is_major,
            "unlink": view.can_unlink,
        }
        self.buttons["major"].say(self._say("known.do_major_end" if view.is_major else "known.do_major"))
        for deed, button in self.buttons.items():
            button.setVisible(shown[deed])
        self._fit()
