"""The list of refused changes at work: read when it opens and when the link changes, sent again by one key."""

from collections.abc import Callable, Mapping

from operator_app.ui.company.presenters.unsent import SendingAgain, unsent_rows
from operator_app.ui.keys.keymap import Deed, KeyMap
from operator_app.ui.program.errands import Errands
from operator_app.ui.seat.seat_panes import SeatPanes
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

QUARANTINE = "quarantine"


class UnsentWishes:
    """Between the pane and the seat. Loop thread only."""

    def __init__(self, seat: Seat, say: Say, panes: SeatPanes, keys: KeyMap, errands: Errands) -> None:
        """`errands` carries out what waits for the disk."""
        self._seat, self._say, self._keys, self._errands = seat, say, keys, errands
        self._pane, self._footer = panes.unsent, panes.footer
        self._refused = 0
        self._again = SendingAgain(say)
        self._pane.asked.connect(self._opened)
        self._pane.again_wished.connect(self.send_again)

    def acts(self) -> Mapping[Deed, Callable[[], None]]:
        """What its keys do."""
        return {Deed.UNSENT: self._pane.toggle, Deed.SEND_AGAIN: self.send_again}

    def send_again(self) -> None:
        """Let everything that was refused go to the server once more; the pane says what becomes of it."""
        if not self._pane.isVisible():
            self._pane.open_up()
        self._errands.run(self._send_again(), self._say("wish.send_again"))

    def link_changed(self) -> None:
        """Tell of what the server refuses, and follow it while the list is open."""
        refused = self._seat.link.quarantined
        if refused > self._refused:
            words = self._say("notice.quarantined", n=refused, key=self._keys.cap(Deed.UNSENT))
            self._footer.tell(Notice(words, loud=True, topic=QUARANTINE))
        elif refused == 0 < self._refused:
            self._footer.withdraw(QUARANTINE)
        self._refused = refused
        if self._pane.isVisible():
            self._errands.run(self._read(), self._say("unsent.title"))
            self._pane.tell_state(*self._again.line(self._seat.link))

    def _opened(self) -> None:
        self._again = SendingAgain(self._say)
        self._pane.tell_state(*self._again.line(self._seat.link))
        self._errands.run(self._read(), self._say("unsent.title"))

    async def _read(self) -> None:
        self._pane.tell(unsent_rows(self._seat, self._say, await self._seat.set_aside()))

    async def _send_again(self) -> None:
        self._again.begun(await self._seat.send_again())
        await self._read()
        self._pane.tell_state(*self._again.line(self._seat.link))
