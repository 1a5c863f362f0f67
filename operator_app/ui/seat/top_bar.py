"""The line over the window: seat, operator, state with its key, who waits, lamps, clock."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import StateButton
from operator_app.ui.kit.clock import Clock
from operator_app.ui.kit.flow import FlowLayout
from operator_app.ui.kit.labels import ElideText, SpanText, Text, set_tip, set_tone
from operator_app.ui.kit.lamps import Lamp
from operator_app.ui.kit.theme import Theme
from operator_app.ui.seat.presenters.top import TopView
from operator_app.ui.words.lamp_view import LampView
from operator_app.ui.words.wording import Say, Span, Tone


class TopBar(QFrame):
    """Shows a `TopView`; `state_wished` when the state chip is pressed."""

    state_wished = Signal()

    def __init__(self, theme: Theme, say: Say, keys: KeyMap) -> None:
        super().__init__()
        self.setObjectName("top")
        self.setProperty("part", "panel")
        self.seat = Text(part="strong", name="topSeat")
        self.operator = ElideText(tone=Tone.QUIET, name="topOperator", natural=True)
        self.state = StateButton(theme, keys.cap("state"), name="topState")
        self.state.clicked.connect(self.state_wished)
        self.waiting = SpanText(theme, name="topWaiting", part="waiting")
        self.phone = Lamp(theme, "lampPhone")
        self.server = Lamp(theme, "lampServer")
        self.recording = Lamp(theme, "lampRecording")
        self.map = Lamp(theme, "lampMap")
        self.clock = Clock(say)
        self.zone = Text(part="label", tone=Tone.QUIET, name="clockZone")
        self._say_state = say
        row = FlowLayout(self, gap=theme.px(22), line_gap=theme.px(2))
        row.setContentsMargins(theme.px(16), theme.px(4), theme.px(16), theme.px(4))
        for widget in (self.seat, self.operator, self.state, self.waiting):
            row.addWidget(widget)
        row.push_right()
        for lamp in (self.phone, self.server, self.recording, self.map):
            row.addWidget(lamp)
        time = QWidget()
        side_by_side = QHBoxLayout(time)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(theme.px(6))
        side_by_side.addWidget(self.clock)
        side_by_side.addWidget(self.zone)
        row.addWidget(time)

    def tell(self, view: TopView) -> None:
        """Show that line."""
        self.seat.say(view.seat)
        self.operator.say(view.operator)
        self.state.say_state(view.state, view.state_tone, view.state_hint)
        self.waiting.say(view.waiting or (Span(self._say_state("top.nobody_waits"), Tone.QUIET),))
        set_tone(self.waiting, view.waiting_tone)
        for lamp, told in (
            (self.phone, view.phone),
            (self.server, view.server),
            (self.recording, view.recording),
        ):
            lamp.say(told.words, told.tone)
            set_tip(lamp, told.more)
            lamp.setAccessibleDescription(told.more)
        self.clock.tell(view.clock)
        self.zone.say(view.zone)

    def tell_map(self, told: LampView) -> None:
        """Show how the map is."""
        self.map.say(told.words, told.tone)
