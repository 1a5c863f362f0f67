"""The line over the window and the one under it: the seat itself, its ring, and what goes wrong behind the screen."""

from datetime import datetime

from operator_app.domain.facts.fact import SEAT
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import MapStands
from operator_app.ui.frame.presenters.footer import link_view
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.program.sound import LoopSound
from operator_app.ui.seat.presenters.top import TopPresenter
from operator_app.ui.seat.ring import Ring
from operator_app.ui.seat.top_bar import TopBar
from operator_app.ui.words.unsaved import disk_words, journal_words
from operator_app.workflow.ports import BoardChanged, DiskStanding, DiskState, LinkState, ListenerFailed
from operator_app.workflow.recorder import ClockAhead, ClockStepped, JournalTrouble
from operator_app.workflow.seat import SeatChanged

JOURNAL = "journal"
DISK = "disk"


class TopArea(Area):
    """The top line, and the footer's lamp."""

    told = (
        SeatChanged,
        BoardChanged,
        LinkState,
        MapStands,
        ListenerFailed,
        JournalTrouble,
        DiskState,
        ClockAhead,
        ClockStepped,
    )

    def __init__(self, hand: Hand, commands: SeatCommands, ring: LoopSound | None) -> None:
        """`ring` sounds while a call waits; None: by sight alone."""
        self._hand, self._seat, self._commands = hand, hand.seat, commands
        self.bar = TopBar(hand.theme, hand.say, hand.keys)
        self.bar.state_wished.connect(lambda: hand.press("state"))
        self._view = TopPresenter(hand.seat, hand.say, hand.words)
        self._ring = Ring(hand, ring)

    def changed(self, what: object) -> None:
        """Show how the seat is, and tell what has failed."""
        match what:
            case MapStands():
                self.bar.tell_map(what.lamp)
            case ListenerFailed():
                self._hand.tell(self._hand.say("notice.listener_failed", error=what.error), loud=True)
            case ClockStepped():
                key = "notice.clock_set_on" if what.step_s > 0 else "notice.clock_set_back"
                self._hand.tell(self._hand.say(key, n=round(abs(what.step_s))), loud=True, topic="clock")
            case ClockAhead():
                words = self._hand.say("notice.clock_ahead", seat=what.seat, n=what.ahead_s)
                self._hand.tell(words, loud=True, topic=f"clock {what.seat}")
            case JournalTrouble():
                self._journal(what)
            case DiskState():
                self._disk(what)
            case BoardChanged() if self._seat.duty.name not in what.of(SEAT):
                pass
            case _:
                self._show()

    def second(self, now: datetime) -> None:
        """Let the clock run."""
        self._show()

    def close(self) -> None:
        """Be silent."""
        self._ring.stop()

    def next_state(self) -> Wish:
        """Break and back; a wrap-up ends and puts the form away."""
        return self._commands.next_state()

    def _journal(self, trouble: JournalTrouble) -> None:
        if trouble.pending:
            words = self._hand.say(
                "notice.journal_trouble",
                n=trouble.pending,
                reason=journal_words(trouble.reason, self._hand.say),
            )
            self._hand.tell(words, loud=True, topic=JOURNAL)
        else:
            self._hand.withdraw(JOURNAL)
            self._hand.tell(self._hand.say("notice.journal_mended"))

    def _disk(self, state: DiskState) -> None:
        self._hand.withdraw(DISK)
        words = disk_words(state, self._hand.say)
        if state.standing is DiskStanding.FINE:
            self._hand.tell(words)
        else:
            self._hand.tell(words, loud=True, topic=DISK)

    def _show(self) -> None:
        self._ring.look()
        draw, footer = self._hand.draw, self._hand.footer
        draw("top", self.bar, lambda: self.bar.tell(self._view.view(rings=self._ring.can_be_heard)))
        draw("footer", footer, lambda: footer.tell_link(link_view(self._seat, self._hand.say)))

    deeds = (Deed("state", "F11", Group.CALL, next_state, Before.MUST),)
