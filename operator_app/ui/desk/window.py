"""The window of an agency's desk: it arranges its parts, carries wishes to the desk and shows what the room tells."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from operator_app.domain.ids import DispatchId
from operator_app.domain.states import DispatchState
from operator_app.ui.desk.actions import ActionBar, Asking, NoteRow
from operator_app.ui.desk.alarm import AlarmBanner, sound_words
from operator_app.ui.desk.lines import DispatchList
from operator_app.ui.desk.presenters.desk import DeskPresenter
from operator_app.ui.desk.presenters.desk_view import TARGETS, Action, Alarm, DeskTop, DispatchLine
from operator_app.ui.desk.sheet import SheetPane
from operator_app.ui.desk.top import StandingLine, TopLine
from operator_app.ui.finder.kept_keys import KeptKeys
from operator_app.ui.finder.key_help import KeyHelp
from operator_app.ui.frame.deeds import Deeds
from operator_app.ui.frame.manner import Manner
from operator_app.ui.frame.overlay import Ground
from operator_app.ui.keys.deeds import Deed, Group, Wish
from operator_app.ui.keys.keymap import fixed_key
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.drawing import Drawing
from operator_app.ui.kit.labels import set_title
from operator_app.ui.program.control import PaintMarks
from operator_app.ui.program.errands import Errands
from operator_app.ui.program.sound import LoopSound
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.site_news import SiteNews
from operator_app.ui.words.unsaved import disk_words
from operator_app.ui.words.wording import Tone
from operator_app.workflow.desk import Desk
from operator_app.workflow.ports import (
    BoardChanged,
    DiskStanding,
    DiskState,
    LinkState,
    ListenerFailed,
    Shared,
)
from operator_app.workflow.recorder import ClockStepped
from operator_app.workflow.site_desk import SiteStanding

LIST_KEYS = "↑ ↓"
FIXED = ((LIST_KEYS, "desk_arrows"), ("Enter", "desk_enter"), ("Esc", "desk_escape"))
GATHER_MS = 30
DELIVERY_RETRY_MS = 10_000
UNAVAILABLE = "unavailable"
LOW_BELOW = 600
LIST_WIDTH, LIST_SHARE = 380, 0.4
"""The list's width at scale 1, and the share of the window that it never exceeds."""


def _taking(action: Action) -> Callable[["DeskWindow"], Wish | None]:
    return lambda window: window.want(action)


class DeskWindow(Ground):
    """What the petugas OPD sees. It never takes the keyboard from whoever is typing, and opens nothing by itself."""

    def __init__(self, desk: Desk, manner: Manner, sound: LoopSound) -> None:
        super().__init__()
        self._desk, self._manner, self._sound = desk, manner, sound
        say = self._say = manner.say
        self._theme = manner.theme
        self._presenter = DeskPresenter(desk, say)
        self._draw = Drawing(self._theme, say)
        self._errands = Errands(say, self._take_notice)
        self._site_news = SiteNews(say)
        self._notice: Notice | None = None
        self._delivering: set[str] = set()
        self._paints = PaintMarks(self, manner.marks)
        self._deeds = Deeds(say, manner.keys, manner.marks, self._errands)
        self.setObjectName("window")
        set_title(self, f"{desk.agency.name} · {say('desk.title')}")
        self._alarmed: tuple[str, str] | None = None
        self._arrange()
        self.help = KeyHelp(self._theme, say, self, self._deeds, FIXED)
        self._bind_keys()
        self._gather = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._gather.timeout.connect(self._settle)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._beat)
        self._tick.start()
        sound.changed.connect(self.read)
        bus = desk.bus
        self._unsubscribe = [
            bus.subscribe(BoardChanged, self._board_changed),
            bus.subscribe(Shared, self._changed),
            bus.subscribe(LinkState, self._changed),
            bus.subscribe(ListenerFailed, self._listener_failed),
            bus.subscribe(ClockStepped, self._clock_stepped),
            bus.subscribe(DiskState, self._disk_told),
            bus.subscribe(SiteStanding, self._site_told),
        ]
        self._settle()

    @property
    def errands(self) -> Errands:
        """The wishes under way."""
        return self._errands

    @property
    def presenter(self) -> DeskPresenter:
        """What the window says, and which dispatch is in view."""
        return self._presenter

    def read(self) -> None:
        """Read the desk and show what differs."""
        draw, presenter = self._draw, self._presenter
        draw("desk_top", self._top, lambda: self._tell_top(presenter.top()))
        draw("desk_unavailable", self._unavailable, self._tell_unavailable)
        draw("desk_alarm", self._list, self._tell_alarm)
        draw("desk_list", self._list, lambda: self._tell_list(*presenter.lines()))
        draw("desk_sheet", self._sheet, lambda: self._sheet.tell(presenter.sheet()))
        draw("desk_actions", self._actions, lambda: self._actions.tell(presenter.allowed()))
        draw("desk_record", self._notes, lambda: self._notes.tell(presenter.record(), self._notice))

    def _tell_top(self, view: DeskTop) -> None:
        self._top.tell(view, sound_words(self._say, self._sound))
        self._cut_off.say(view.cut_off)

    def _tell_unavailable(self) -> None:
        words = self._presenter.unavailable()
        self._unavailable.say(words)
        self._toggle.say(self._say("desk.do_available" if words else "desk.do_unavailable"))

    def _tell_alarm(self) -> None:
        self._sound.ring(self._presenter.waits())  # first: an alarm whose words fail is heard all the same
        alarm = self._presenter.alarm()
        self._banner.tell(alarm, in_view=alarm is not None and alarm.first == self._presenter.selected)
        self._uncover(alarm)

    def _tell_list(self, opened: Sequence[DispatchLine], ended: Sequence[DispatchLine]) -> None:
        self._list.tell(opened, ended, sounds=self._sound.is_audible and not self._presenter.top().cut_off)

    def fault(self, words: str) -> None:
        """Show that something in this window failed."""
        self._take_notice(Notice(self._say("notice.window_fault", error=words), loud=True))

    def tell(self, words: str) -> None:
        """Show what the person must know."""
        self._take_notice(Notice(words, loud=True))

    def overlay_room(self) -> QRect:
        """Never over what says that a dispatch waits, nor over the steps."""
        return self._list.geometry().united(self._sheet.geometry())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the list within its share; in a low window a button's room is the list's, and its key goes on."""
        super().resizeEvent(event)
        self._toggle.setVisible(self.height() >= self._theme.px(LOW_BELOW))
        self._list.setFixedWidth(min(self._theme.px(LIST_WIDTH), round(self.width() * LIST_SHARE)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop timers and sound."""
        self._tick.stop()
        self._sound.ring(False)
        for end in self._unsubscribe:
            end()
        self._unsubscribe.clear()
        super().closeEvent(event)

    # ---- deeds

    def want(self, action: Action) -> Wish | None:
        """Take that step with the dispatch in view, where it is legal; a refusal asks for its reason first."""
        dispatch_id = self._presenter.selected
        if dispatch_id is None or not self._actions.is_allowed(action):
            return None
        if self._presenter.is_unread():
            self._take_notice(Notice(self._say("desk.read_first"), loud=False))
            return None
        self._notice = None
        if action is Action.DECLINE:
            before = self._say("desk.reason_for", number=self._presenter.number())
            send = self._say("desk.reason_send")
            self._notes.ask(Asking(dispatch_id, before, self._say("desk.reason_hint"), send))
            return None
        self._notes.close_line(dispatch_id)
        return self._desk.move(dispatch_id, TARGETS[action])

    def tell_unavailable(self) -> Wish | None:
        """Ask until when the agency can send nobody; or, while it cannot, tell that it can again."""
        if self._desk.unavailable is not None:
            return self._desk.can_come()
        say = self._say
        self._notes.ask(
            Asking(UNAVAILABLE, say("desk.until"), say("desk.until_hint"), say("desk.until_send"))
        )
        return None

    def show_waiting(self) -> None:
        """Bring the gravest dispatch that waits into view; of equals the one that has waited longest."""
        alarm = self._presenter.alarm()
        if alarm is not None:
            self._choose(alarm.first)

    def show_help(self) -> None:
        """Open the key help, or close it."""
        self.help.toggle()

    # ---- wishes

    def _line_given(self, topic: str, words: str) -> None:
        async def carry_out() -> None:
            if topic == UNAVAILABLE:
                await self._desk.cannot_come(words)
                self._notice = None
            else:
                await self._desk.move(DispatchId(topic), DispatchState.DECLINED, words)
            self._notes.close_line(topic)

        self._errands.run(carry_out(), self._say(f"wish.{topic if topic == UNAVAILABLE else Action.DECLINE}"))

    def _choose(self, dispatch_id: str) -> None:
        self._presenter.select(DispatchId(dispatch_id))
        self.read()

    def _step(self, by: int) -> None:
        if self._notes.asks_for:
            return
        self._presenter.step_selection(by)
        self.read()

    def _painted(self, dispatch_id: str) -> None:
        """Tell the room that the dispatch is on this screen; a disk that refuses is asked again later."""
        share = next((each for each in self._desk.dispatches() if each.dispatch.id == dispatch_id), None)
        if share is None or share.dispatch.delivered_at is not None or dispatch_id in self._delivering:
            return
        self._delivering.add(dispatch_id)
        self._errands.run(self._desk.shown(DispatchId(dispatch_id)), self._say("wish.delivered"))
        QTimer.singleShot(DELIVERY_RETRY_MS, self, lambda: self._deliver_again(dispatch_id))

    def _deliver_again(self, dispatch_id: str) -> None:
        self._delivering.discard(dispatch_id)
        if self.isVisible():
            self._painted(dispatch_id)

    # ---- what the room tells

    def _board_changed(self, changed: BoardChanged) -> None:
        for incident_id in changed.incidents:
            self._paints.expect("incident", incident_id)
        self._changed(changed)

    def _changed(self, _message: object) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def _listener_failed(self, failed: ListenerFailed) -> None:
        self._take_notice(Notice(self._say("notice.listener_failed", error=failed.error), loud=True))

    def _site_told(self, standing: SiteStanding) -> None:
        notices, _ = self._site_news.told(standing)
        for notice in notices:
            self._take_notice(notice)

    def _uncover(self, alarm: Alarm | None) -> None:
        """A dispatch that waits anew puts the key help away: nothing may lie over it, and no key be kept from it."""
        told = None if alarm is None else (alarm.first, alarm.headline)
        if told is not None and told != self._alarmed:
            self.help.close_up()
        self._alarmed = told

    def _clock_stepped(self, stepped: ClockStepped) -> None:
        key = "notice.clock_set_on" if stepped.step_s > 0 else "notice.clock_set_back"
        self._take_notice(Notice(self._say(key, n=round(abs(stepped.step_s))), loud=True))

    def _disk_told(self, state: DiskState) -> None:
        loud = state.standing is not DiskStanding.FINE
        self._take_notice(Notice(disk_words(state, self._say), loud=loud, topic="disk"))

    def _settle(self) -> None:
        typing = bool(self._notes.asks_for)
        self._presenter.settle_selection(typing=typing)
        withdrawn = self._presenter.withdrawn()
        if withdrawn:
            self._notice = Notice(withdrawn, loud=True)
        self.read()

    def _beat(self) -> None:
        self._desk.tick()
        self._banner.beat()
        self.read()

    def _take_notice(self, notice: Notice) -> None:
        self._notice = notice
        self._changed(notice)

    # ---- arrangement

    def _arrange(self) -> None:
        theme, say = self._theme, self._say
        keys = self._manner.keys
        self._banner = AlarmBanner(theme, say, keys.cap("next_waiting"))
        self._banner.asked_for_first.connect(lambda: self._deeds.press("next_waiting"))
        self._list = DispatchList(theme, say, LIST_KEYS)
        self._list.chosen.connect(self._choose)
        self._list.painted.connect(self._painted)
        self._sheet = SheetPane(theme, say)
        self._actions = ActionBar(theme, say, keys)
        self._actions.wanted.connect(self._deeds.press)
        self._notes = NoteRow(theme, say)
        self._notes.line_given.connect(self._line_given)
        body = QHBoxLayout()
        body.setSpacing(theme.px(8))
        left = QVBoxLayout()
        left.addWidget(self._list, 1)
        self._toggle = KeyButton(
            theme, say("desk.do_unavailable"), keys.cap(UNAVAILABLE), name="tell_unavailable"
        )
        self._toggle.clicked.connect(lambda: self._deeds.press(UNAVAILABLE))
        left.addWidget(self._toggle)
        body.addLayout(left)
        body.addWidget(self._sheet, 1)
        down = QVBoxLayout(self)
        side = theme.px(8)
        down.setContentsMargins(side, side, side, side)
        down.setSpacing(theme.px(8))
        self._top = TopLine(theme, say)
        self._cut_off = StandingLine(theme, "cut_off", Tone.ALARM)
        self._unavailable = StandingLine(theme, UNAVAILABLE, Tone.WATCH)
        for each in (self._top, self._cut_off, self._unavailable, self._banner):
            down.addWidget(each)
        down.addLayout(body, 1)
        down.addWidget(self._notes)
        down.addWidget(self._actions)

    def _bind_keys(self) -> None:
        self._deeds.register(self)
        self._deeds.install(self)
        arrows = (
            fixed_key(self, "Up", lambda: self._step(-1)),
            fixed_key(self, "Down", lambda: self._step(1)),
        )
        for arrow in arrows:  # in the help they move in its list
            self.help.opened.connect(partial(arrow.setEnabled, False))
            self.help.closed.connect(partial(arrow.setEnabled, True))
        self._kept = KeptKeys(self._manner, self._errands, self._take_notice)
        self.help.changed.connect(self._kept.keep)

    deeds: ClassVar[tuple[Deed[Any], ...]] = (
        Deed(Action.ACCEPT, "F2", Group.DESK, _taking(Action.ACCEPT)),
        Deed(Action.UNDER_WAY, "F3", Group.DESK, _taking(Action.UNDER_WAY)),
        Deed(Action.ON_SCENE, "F4", Group.DESK, _taking(Action.ON_SCENE)),
        Deed(Action.DONE, "F5", Group.DESK, _taking(Action.DONE)),
        Deed(Action.DECLINE, "F8", Group.DESK, _taking(Action.DECLINE)),
        Deed(UNAVAILABLE, "F9", Group.DESK, tell_unavailable),
        Deed("next_waiting", "F6", Group.DESK, show_waiting),
        Deed("help", "F1", Group.WINDOW, show_help),
    )
