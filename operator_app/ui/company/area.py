"""Other seats at the same incidents, and what the server does not take."""

from collections.abc import Iterable
from datetime import datetime

from operator_app.domain.facts.fact import SEAT
from operator_app.domain.facts.incident import FieldSet
from operator_app.ui.company.presenters.together import RoomNews, TogetherPresenter
from operator_app.ui.company.presenters.unsent import SendingAgain, unsent_rows
from operator_app.ui.company.together import TogetherStrip
from operator_app.ui.company.unsent_pane import UnsentPane
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import FieldChosen, FormShared
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.words.notice import Notice
from operator_app.workflow.ports import BoardChanged, LinkState
from operator_app.workflow.room import SeatsLost
from operator_app.workflow.seat import SeatChanged
from operator_app.workflow.site_desk import SiteStanding

QUARANTINE = "quarantine"


class CompanyArea(Area):
    """The strip of what is to be decided with other seats."""

    told = (SeatChanged, BoardChanged, LinkState, SeatsLost, SiteStanding)

    def __init__(self, hand: Hand, commands: SeatCommands) -> None:
        self._hand, self._seat, self._commands = hand, hand.seat, commands
        self.strip = TogetherStrip(hand.theme, hand.say, hand.keys)
        self._view = TogetherPresenter(hand.seat, hand.say, hand.words)
        self._news = RoomNews(hand.seat, hand.say, hand.words, lambda: str(hand.keys.cap("take_over")))
        self._told_form: FormShared | None = None
        self._again = hand.timers.once(self._show)
        self.strip.wished.connect(hand.press)

    def changed(self, what: object) -> None:
        """Tell what is new in the room, and show what is to be decided."""
        match what:
            case BoardChanged():
                self._tell(self._news.changed(what.incidents), ())
                if what.of(SEAT) or self._seat.hand.incident_id in what.incidents:
                    self._again.start(0)
            case SeatsLost():
                self._tell(*self._news.lost())
            case SiteStanding():
                self._tell(*self._news.site.told(what))
            case _:
                self._again.start(0)

    def begin(self) -> None:
        """What has been told before is not told again."""
        self._news.begin()

    def second(self, now: datetime) -> None:
        """A seat may have fallen silent."""
        self._show()

    # ---- deeds

    def take_other(self) -> Wish:
        """Of two values let the other one be the field's."""
        return self._decide(keep=False)

    def keep_standing(self) -> Wish:
        """Of two values keep the one that stands."""
        return self._decide(keep=True)

    async def _decide(self, *, keep: bool) -> None:
        op, *words = await self._commands.decide_clash(keep=keep)
        incident = self._seat.hand.incident
        if incident is not None and op == FieldSet.op:
            self._hand.ask(FieldChosen(words[0], incident.value(words[0])))

    # ---- what is shown

    def _tell(self, notices: Iterable[Notice], over: Iterable[str]) -> None:
        for topic in over:
            self._hand.withdraw(topic)
        for notice in notices:
            self._hand.footer.tell(notice)

    def _show(self) -> None:
        self._hand.draw("together", self.strip, self._draw)

    def _draw(self) -> None:
        view = self._view.view()
        self.strip.tell(view)
        shared = FormShared(view.company, view.clashing)
        if shared != self._told_form:
            self._told_form = shared
            self._hand.ask(shared)

    deeds = (
        Deed("clash_take", "Ctrl+I", Group.FORM, take_other, Before.MUST),
        Deed("clash_keep", "Ctrl+Shift+I", Group.FORM, keep_standing, Before.MUST),
    )


class UnsentArea(Area):
    """The list of refused changes: read when it opens and when the link changes, sent again by one key."""

    told = (LinkState,)

    def __init__(self, hand: Hand) -> None:
        self._hand, self._seat = hand, hand.seat
        self.pane = UnsentPane(hand.theme, hand.say, hand.window, hand.keys)
        self._refused = 0
        self._again = SendingAgain(hand.say)
        self.pane.asked.connect(self._opened)
        self.pane.again_wished.connect(lambda: hand.press("send_again"))

    def changed(self, what: object) -> None:
        """Tell of what the server refuses, and follow it while the list is open."""
        refused = self._seat.room.link.quarantined
        if refused > self._refused:
            words = self._hand.say("notice.quarantined", n=refused, key=self._hand.keys.cap("unsent"))
            self._hand.tell(words, loud=True, topic=QUARANTINE)
        elif refused == 0 < self._refused:
            self._hand.withdraw(QUARANTINE)
        self._refused = refused
        if self.pane.isVisible():
            self._ask_rows()

    # ---- deeds

    def toggle(self) -> None:
        """Open the list, or close it."""
        self.pane.toggle()

    def send_again(self) -> Wish:
        """Let everything that was refused go to the server once more; the pane says what becomes of it."""
        if not self.pane.isVisible():
            self.pane.open_up()
        return self._send_again()

    async def _send_again(self) -> None:
        self._again.begun(await self._seat.room.send_again())
        await self._read()
        self._tell_state()

    # ---- the pane

    def _opened(self) -> None:
        self._again = SendingAgain(self._hand.say)
        self._ask_rows()

    def _ask_rows(self) -> None:
        self._hand.errands.run(self._read(), self._hand.say("unsent.title"))
        self._tell_state()

    async def _read(self) -> None:
        self.pane.tell(unsent_rows(self._seat, self._hand.say, await self._seat.room.set_aside()))

    def _tell_state(self) -> None:
        self.pane.tell_state(*self._again.line(self._seat.room.link))

    deeds = (
        Deed("unsent", "Ctrl+Shift+Q", Group.WINDOW, toggle),
        Deed("send_again", "Ctrl+Shift+S", Group.WINDOW, send_again),
    )
