"""The phone: the call at hand and its lines, the lists of calls, and what the phone itself has to tell."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt

from operator_app.domain.facts.fact import SEAT
from operator_app.domain.ids import CallId
from operator_app.domain.states import NOISE, Classification
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import CallNumber, ShowNumber
from operator_app.ui.frame.page_strip import Page
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.phone.call_lists import CallLists
from operator_app.ui.phone.phone_pane import PhonePane
from operator_app.ui.phone.presenters.lists import ListsPresenter
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.phone.presenters.phone import PhonePresenter
from operator_app.ui.phone.presenters.trouble import PhoneTrouble
from operator_app.workflow.auto_answer import AutoAnswer
from operator_app.workflow.ports import BoardChanged, LinkState
from operator_app.workflow.seat import SeatChanged
from operator_app.workflow.sound import LevelsHeard

LISTS_AFTER_MS = 40
"""Lists and history wait that long, so that the pop of a call is painted first."""
KINDS = {
    Classification.EMERGENCY: "Alt+1",
    Classification.NON_EMERGENCY: "Alt+2",
    Classification.INFORMATION: "Alt+3",
    Classification.PRANK: "Alt+4",
    Classification.GHOST: "Alt+5",
    Classification.MISDIRECTED: "Alt+6",
    Classification.TEST: "Alt+7",
}
"""What a call can be called by one key."""


def _classify(kind: Classification) -> Callable[["PhoneArea"], Wish]:
    return lambda area: area.classify(kind)


class PhoneArea(Area):
    """The phone's pane and the three lists of calls."""

    told = (SeatChanged, BoardChanged, LinkState, LevelsHeard, CallNumber)

    def __init__(self, hand: Hand, commands: SeatCommands, past: NumberPast) -> None:
        """`past` is told here of every call that changes, before anybody shows it."""
        self._hand, self._seat, self._commands, self._past = hand, hand.seat, commands, past
        self.pane = PhonePane(hand.theme, hand.say, hand.keys, hand.marks)
        self.lists = CallLists(hand.theme, hand.say, hand.keys)
        self._view = PhonePresenter(hand.seat, hand.say, past)
        self._lists_view = ListsPresenter(hand.seat, hand.say, past)
        self._trouble = PhoneTrouble(hand.seat, hand.say)
        self._by_rule = AutoAnswer(hand.seat, hand.seat.room.rules.now.auto_answer_s, self._answer_by_rule)
        self._gather = hand.timers.once(self._gather_lists)
        self._races = hand.timers.once(self._tell_elsewhere)
        self._connect()

    def changed(self, what: object) -> None:
        """Show the call, the lists, and what is wrong."""
        match what:
            case SeatChanged():
                self._by_rule.look()
                self._show()
                self._gather.start(LISTS_AFTER_MS)
                self._tell_trouble()
            case BoardChanged():
                self._past.changed(what.calls)
                if what.calls:
                    self._gather.start(LISTS_AFTER_MS)
                if self._seat.duty.name in what.of(SEAT):
                    self._show()
                self._races.start(0)
            case LinkState():
                self._show()
            case LevelsHeard():
                self.pane.levels.tell(what.microphone, what.earpiece)
            case CallNumber():
                self._hand.run("dial", self._seat.dial(what.number), Before.KEEP)
            case _:
                pass

    def second(self, now: datetime) -> None:
        """Let the timers run on."""
        self._show()
        self._show_lists()

    def close(self) -> None:
        """Answer nothing more by rule."""
        self._by_rule.stop()

    # ---- the call

    def answer(self, call_id: CallId | None = None) -> Wish:
        """Answer that call, or the longest-waiting one; the keyboard waits in the form."""
        if self._seat.calls.waiting():
            self._hand.do("place")
        return self._seat.answer(call_id)

    def hold(self) -> Wish:
        """Put the call on hold, take it back, or exchange it with the one on hold."""
        return self._seat.calls.hold_or_swap()

    def mute(self) -> Wish:
        """Keep the operator's voice from all that are spoken with, or let it through."""
        return self._commands.mute()

    def end(self) -> Wish:
        """Hang up."""
        return self._seat.calls.end()

    async def classify(self, kind: Classification, *, hang_up: bool = True) -> None:
        """Say what the call was; noise also ends it, unless `hang_up` is false: then it is told that it goes on.

        Without a call in the pane it is the last one that is classified anew: that must not pass unseen.
        """
        shown = self._seat.hand.call is not None
        await self._seat.classify(kind, hang_up=hang_up)
        words = self._hand.say(f"classification.{kind}")
        if not shown:
            self._hand.tell(self._hand.say("notice.classified_last", kind=words))
        elif not hang_up and kind in NOISE and self._seat.calls.live_at_hand is not None:
            key = self._hand.keys.cap("end").key
            self._hand.tell(self._hand.say("notice.marked_only", kind=words, key=key))

    def _answer_by_rule(self, call_id: CallId) -> None:
        """Answer without a key; what has the keyboard keeps it, and the operator is told."""

        async def answer() -> None:
            await self._seat.answer(call_id, notice=True)
            self._hand.tell(self._hand.say("notice.answered_by_rule"))

        self._hand.run("answer", answer(), Before.KEEP)

    # ---- the lists

    def next_list(self) -> None:
        """Bring the next list of calls to the front."""
        self._hand.bring(Page.PHONE)
        self.lists.next_list()

    def call_back(self) -> Wish | None:
        """Call somebody who hung up before an answer: the one chosen in the list, else the first."""
        view = self.lists.views["abandoned"]
        chosen = view.current_id() if view.isVisible() else None
        number = self._lists_view.number_to_call_back(chosen)
        if number is None:
            self._hand.tell(self._hand.say("lists.nobody_to_call"))
            return None
        return self._seat.call_back(number)

    def number_history(self) -> None:
        """Show the past of the number that is chosen in a list, else of the call or the incident at hand."""
        number = self._number_meant()
        if number:
            self._hand.ask(ShowNumber(number))
        else:
            self._hand.tell(self._hand.say("command.no_number"))

    def _number_meant(self) -> str:
        for name, view in self.lists.views.items():
            if view.hasFocus() and (number := self._lists_view.number_of(name, view.current_id())):
                return number
        waiting = self._seat.calls.waiting()
        call = self._seat.calls.live_at_hand or (waiting[0] if waiting else None)
        if call is not None and call.number:
            return call.number
        incident = self._seat.hand.incident
        return "" if incident is None else incident.value("caller_number")

    # ---- what is shown

    def _show(self) -> None:
        self._hand.draw("phone", self.pane, lambda: self.pane.tell(self._view.view()))

    def _show_lists(self) -> None:
        self._hand.draw("lists", self.lists, lambda: self.lists.tell(self._lists_view.view()))

    def _gather_lists(self) -> None:
        def gather() -> None:
            self._lists_view.gather()
            self.lists.tell(self._lists_view.view())

        self._hand.draw("lists", self.lists, gather)

    def _tell_trouble(self) -> None:
        for each in self._trouble.changes():
            if isinstance(each, str):
                self._hand.withdraw(each)
            else:
                self._hand.footer.tell(each)
        self._tell_elsewhere()

    def _tell_elsewhere(self) -> None:
        notice = self._trouble.taken_elsewhere()
        if notice is not None:
            self._hand.footer.tell(notice)
            self._show()

    def _connect(self) -> None:
        run, seat, lines = self._hand.run, self._seat, self.pane.lines
        self.pane.wished.connect(self._hand.press)
        self.pane.marked.connect(
            lambda kind: run(f"classify_{kind}", self.classify(kind, hang_up=False), Before.KEEP)
        )
        lines.taken.connect(lambda call_id: run("hold", seat.calls.talk_to(CallId(call_id)), Before.KEEP))
        lines.dropped.connect(lambda call_id: run("end", seat.calls.end(CallId(call_id)), Before.KEEP))
        lines.quick_wished.connect(lambda: self._hand.press("dial"))
        self.lists.answer_wished.connect(
            lambda call_id: run("answer", self.answer(CallId(call_id)), Before.KEEP)
        )
        self.lists.call_back_wished.connect(lambda: self._hand.press("call_back"))
        self.lists.views["recent"].chosen.connect(lambda _: self._hand.press("number_history"))
        self._hand.window.page_wished.connect(self._turn_to)

    def _turn_to(self, page: Page) -> None:
        if page is Page.PHONE:
            self._hand.bring(page)
            self.lists.views["waiting"].setFocus(Qt.FocusReason.ShortcutFocusReason)

    deeds = (
        Deed("answer", "F2", Group.CALL, answer, Before.KEEP),
        Deed("hold", "F3", Group.CALL, hold, Before.KEEP),
        Deed("mute", "F4", Group.CALL, mute),
        Deed("end", "F12", Group.CALL, end, Before.KEEP),
        *(
            Deed(f"classify_{kind}", key, Group.NOISE, _classify(kind), Before.KEEP)
            for kind, key in KINDS.items()
        ),
        Deed("next_list", "Ctrl+L", Group.LISTS, next_list),
        Deed("call_back", "Ctrl+B", Group.LISTS, call_back, Before.KEEP),
        Deed("number_history", "Ctrl+Shift+B", Group.LISTS, number_history),
    )
