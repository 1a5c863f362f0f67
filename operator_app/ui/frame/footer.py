"""The last line of the window: what was refused or has failed, and how the seat stands to the server."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout

from operator_app.ui.frame.presenters.footer import LinkView
from operator_app.ui.kit.caps import KeyCap
from operator_app.ui.kit.labels import ElideText, set_tone
from operator_app.ui.kit.lamps import Lamp
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Tone

QUIET_MS = 10_000
KEPT = 3


class Footer(QFrame):
    """Always there, so that a message moves nothing. A quiet notice goes by itself, a loud one stays until Esc."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.setProperty("part", "footer")
        self.notice = ElideText(name="notice")
        self.dismiss = KeyCap(theme, "Esc")
        self.link = Lamp(theme, "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(1), theme.px(12), theme.px(1))
        row.setSpacing(theme.px(10))
        row.addWidget(self.notice, 1)
        row.addWidget(self.dismiss)
        row.addWidget(self.link)
        self._loud: list[Notice] = []
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(QUIET_MS)
        self._fade.timeout.connect(self._show)
        self._show()

    def tell_link(self, view: LinkView) -> None:
        """Show how the seat stands to the server."""
        self.link.say(view.words, view.tone)

    def tell(self, notice: Notice) -> None:
        """Show a notice; a quiet one does not cover a loud one for longer than it is shown itself."""
        if notice.loud:
            topic = notice.topic or notice.words
            self._loud = [*(each for each in self._loud if (each.topic or each.words) != topic), notice][
                -KEPT:
            ]
            self._fade.stop()
            self._show()
            return
        self.notice.say(notice.words, Tone.WATCH)
        set_tone(self, Tone.WATCH)
        self._fade.start()

    def withdraw(self, topic: str) -> None:
        """Take the loud notice of that topic back: what it said is over."""
        left = [each for each in self._loud if each.topic != topic]
        if len(left) != len(self._loud):
            self._loud = left
            self._show()

    def acknowledge(self) -> bool:
        """Put the notice away that is shown; returns whether there was one."""
        had = bool(self.notice.text())
        if not self._fade.isActive() and self._loud:
            self._loud.pop()
        self._fade.stop()
        self._show()
        return had

    def _show(self) -> None:
        words = self._loud[-1].words if self._loud else ""
        tone = Tone.ALARM if words else Tone.QUIET
        self.notice.say(words, tone)
        set_tone(self, tone)
        self.dismiss.setVisible(bool(words))
