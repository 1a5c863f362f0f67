"""What the operator does with several lines: second call, transfer, conference, any number, keys into the call."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from operator_app.domain.ids import AgencyCode, CallId
from operator_app.ui.frame.main_window import Mode, Page
from operator_app.ui.keys.keymap import QUICK, Deed
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.phone.presenters.quick import QuickMode, QuickPresenter
from operator_app.ui.seat.seat_panes import SeatPanes
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

LINE_DEEDS = (Deed.TRANSFER, Deed.CONFERENCE, Deed.DIAL, Deed.KEYPAD)
Run = Callable[[Coroutine[Any, Any, object], str], None]


class LineWishes:
    """Turns keys and signals of the phone's pane and of the quick connections into orders. Loop thread only."""

    def __init__(
        self,
        seat: Seat,
        say: Say,
        panes: SeatPanes,
        commands: SeatCommands,
        quick: QuickPresenter,
        run: Run,
    ) -> None:
        """`run` carries an order out beside the window."""
        self._seat = seat
        self._say = say
        self._panes = panes
        self._commands = commands
        self._quick = quick
        self._run = run

    def deeds(self) -> dict[Deed, Callable[[], None]]:
        """Return what its keys do."""
        deeds: dict[Deed, Callable[[], None]] = {
            Deed.TRANSFER: self._transfer,
            Deed.CONFERENCE: lambda: self._run(self._commands.conference(), "conference"),
            Deed.DIAL: partial(self._open_quick, QuickMode.CALL),
            Deed.KEYPAD: self._turn_keypad,
        }
        for deed, agency in zip(QUICK, self._quick.agencies, strict=False):
            deeds[deed] = partial(self._pick_agency, agency.code)
        return deeds

    def connect(self) -> None:
        """Make the panes work."""
        lines, quick = self._panes.phone.lines, self._panes.quick
        lines.taken.connect(lambda call_id: self._run(self._commands.talk_to(CallId(call_id)), "hold"))
        lines.dropped.connect(lambda call_id: self._run(self._commands.drop(CallId(call_id)), "end"))
        lines.quick_wished.connect(partial(self._open_quick, QuickMode.CALL))
        quick.typed.connect(self._quick_typed)
        quick.agency_wished.connect(lambda code: self._pick_agency(AgencyCode(code)))
        quick.colleague_wished.connect(self._pick_colleague)
        quick.call_wished.connect(self._call_target)
        quick.blind_wished.connect(self._blind)
        quick.key_wished.connect(self._send_key)
        quick.keypad_wished.connect(self._turn_keypad)
        quick.closed.connect(self._quick_closed)

    def _open_quick(self, mode: QuickMode) -> None:
        """Put the keyboard where a number or an agency is named."""
        self._quick.mode = mode
        self._panes.window.bring(Page.PHONE)
        self._panes.quick.take_keyboard()
        self._show_quick()

    def _transfer(self) -> None:
        """Give the caller to the consulted one; else ask to whom, and the second press sends him there unasked."""
        lines = self._seat.calls.lines
        if lines.helper is not None:
            self._run(self._commands.finish_transfer(), "transfer")
        elif lines.at_hand is None:
            self._panes.footer.tell(Notice(self._say("refusal.no_call"), loud=False))
        elif self._quick.mode is QuickMode.TRANSFER and self._quick.target() is not None:
            self._blind()
        else:
            self._open_quick(QuickMode.TRANSFER)

    def _blind(self) -> None:
        target = self._quick.target()
        if target is not None:
            self._run(self._commands.transfer(target.number, target.name), "transfer")
            self._panes.quick.close_up()

    def _call_target(self) -> None:
        """Call whom the field means: with a caller on the line it is a question for his sake."""
        target = self._quick.target()
        if target is None:
            self._panes.footer.tell(Notice(self._say("quick.name_somebody"), loud=False))
            return
        self._run(self._commands.dial(target.number, target.name), "dial")
        self._panes.quick.close_up()

    def _pick_agency(self, code: AgencyCode) -> None:
        """Call an agency; while it is asked to whom a caller goes, name it."""
        if self._quick.mode is QuickMode.TRANSFER:
            agency = next(each for each in self._quick.agencies if each.code == code)
            self._panes.quick.put(agency.name)
        else:
            self._run(self._commands.call_agency(code), "dial")

    def _pick_colleague(self, number: str) -> None:
        """Call another seat; while it is asked to whom a caller goes, name it."""
        other = next(each for each in self._quick.colleagues if each.number == number)
        if self._quick.mode is QuickMode.TRANSFER:
            self._panes.quick.put(other.name)
        else:
            self._run(self._commands.dial(other.number, other.name), "dial")

    def _turn_keypad(self) -> None:
        if self._panes.quick.is_keypad:
            self._panes.quick.close_up()
        else:
            self._panes.window.bring(Page.PHONE)
            self._panes.quick.show_keypad()
        self._show_quick()

    def _send_key(self, key: str) -> None:
        self._quick.sent += key
        self._run(self._commands.send_keys(key), "keypad")
        self._show_quick()

    def _quick_closed(self) -> None:
        self._quick.mode = QuickMode.CALL
        if self._panes.window.mode is not Mode.WIDE:
            self._panes.window.bring(Page.FORM)
        self._show_quick()

    def _quick_typed(self, words: str) -> None:
        self._quick.typed = words
        self._show_quick()

    def _show_quick(self) -> None:
        self._panes.quick.tell(self._quick.view())
