"""The alarm of a new dispatch: a banner that nobody overlooks, and what its sound says of itself."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from operator_app.ui.desk.presenters.desk_view import Alarm
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import Text, set_look
from operator_app.ui.kit.theme import TITLE, Theme
from operator_app.ui.program.sound import LoopSound
from operator_app.ui.words.wording import Say, Tone


class AlarmBanner(QFrame):
    """Dispatches that nobody has answered, in the loudest colours there are, with a beat of one second."""

    asked_for_first = Signal()

    def __init__(self, theme: Theme, say: Say, key: str) -> None:
        super().__init__()
        self.setObjectName("alarm")
        tokens = theme.tokens
        loud, ground = tokens.alarm, tokens.window
        self.setStyleSheet(
            f"QFrame#alarm {{ background: {loud}; border: {theme.px(4)}px solid {loud};"
            f" border-radius: {theme.px(8)}px; }}"
            f'QFrame#alarm[beat="off"] {{ border-color: {tokens.text}; }}'
            f"QFrame#alarm QLabel {{ color: {ground}; font-size: {theme.px(TITLE)}px; font-weight: 600; }}"
        )
        self._headline = Text(name="alarm_headline")
        self._detail = Text(wrap=True, name="alarm_detail")
        self._show = KeyButton(theme, say("desk.next_waiting"), key, name="show_waiting")
        self._show.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._show.clicked.connect(self.asked_for_first)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._headline)
        words.addWidget(self._detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(14), theme.px(6), theme.px(14), theme.px(6))
        line.addLayout(words, 1)
        line.addWidget(self._show, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def tell(self, alarm: Alarm | None, *, in_view: bool) -> None:
        """Show what waits; the button leads there unless it is in view already."""
        self.setVisible(alarm is not None)
        if alarm is None:
            return
        self._headline.say(alarm.headline)
        self._detail.say(alarm.detail)
        self._show.setVisible(not in_view)

    def beat(self) -> None:
        """Change the frame: called once a second."""
        set_look(self, "beat", "off" if self.property("beat") != "off" else "on")


def sound_words(say: Say, sound: LoopSound) -> tuple[str, Tone]:
    """Return what the lamp says about the alarm's sound."""
    return (say("desk.sound_on"), Tone.GOOD) if sound.is_audible else (say("desk.sound_none"), Tone.WATCH)
