"""What stands over a desk's dispatches: whose desk it is, its lamps, the time, and what holds for all of them."""

from PySide6.QtWidgets import QFrame, QHBoxLayout

from operator_app.ui.desk.presenters.desk_view import DeskTop
from operator_app.ui.kit.clock import Clock
from operator_app.ui.kit.labels import Panel, Text, set_tone
from operator_app.ui.kit.lamps import Lamp
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.wording import Say, Tone


class TopLine(Panel):
    """Agency, seat, lamps, clock."""

    def __init__(self, theme: Theme, say: Say) -> None:
        super().__init__(theme, "top", margin=8)
        self._say = say
        across = QHBoxLayout()
        across.setSpacing(theme.px(18))
        self._agency = Text(part="title", name="agency")
        self._seat = Text(part="small", tone=Tone.QUIET, wrap=True, name="seat")
        self._server = Lamp(theme, "lamp_server")
        self._sound = Lamp(theme, "lamp_sound")
        self._clock = Clock(say)
        self._zone = Text(part="small", tone=Tone.QUIET, name="zone")
        across.addWidget(self._agency)
        across.addWidget(self._seat, 1)
        for each in (self._server, self._sound, self._clock, self._zone):
            across.addWidget(each)
        self.column.addLayout(across)

    def tell(self, view: DeskTop, sound: tuple[str, Tone]) -> None:
        """Show that; the time first, so that it runs whatever else fails."""
        self._clock.tell(view.clock)
        self._zone.say(view.zone)
        self._agency.say(view.agency)
        self._seat.say(f"{self._say('desk.title')} · {view.seat}")
        self._server.say(view.server, view.server_tone)
        self._sound.say(*sound)


class StandingLine(QFrame):
    """One sentence that holds for the whole desk while it is there, such as that the server is lost."""

    def __init__(self, theme: Theme, name: str, tone: Tone) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("part", "notice")
        set_tone(self, tone)
        across = QHBoxLayout(self)
        across.setContentsMargins(theme.px(14), theme.px(6), theme.px(14), theme.px(6))
        self._words = Text(part="strong", tone=tone, wrap=True, name=f"{name}_words")
        across.addWidget(self._words)

    def say(self, words: str) -> None:
        """Show these words, or nothing at all."""
        self._words.say(words)
        self.setVisible(bool(words))
