"""Quick connections: a second call, transfer, conference, any number, keys into the call."""

from collections.abc import Callable
from datetime import datetime

from operator_app.domain.facts.fact import SEAT
from operator_app.domain.ids import AgencyCode
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.main_window import Mode, Page
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.phone.presenters.quick import (
    COLLEAGUES,
    QUICK_KEYS,
    QuickMode,
    QuickPresenter,
    quick_deed,
)
from operator_app.ui.phone.quick_pane import QuickPane
from operator_app.ui.words.wording import Say
from operator_app.workflow.ports import BoardChanged, LinkState
from operator_app.workflow.seat import SeatChanged


def _call(place: int) -> Callable[["QuickArea"], Wish | None]:
    return lambda area: area.call_agency_at(place)


def _has(place: int) -> Callable[["QuickArea"], bool]:
    return lambda area: area.has_agency_at(place)


def _called(place: int) -> Callable[["QuickArea", Say], str]:
    return lambda area, say: area.name_at(place, say)


class QuickArea(Area):
    """The pane of quick connections."""

    told = (SeatChanged, BoardChanged, LinkState)

    def __init__(self, hand: Hand) -> None:
        self._hand, self._seat = hand, hand.seat
        self._view = QuickPresenter(hand.seat, hand.say)
        rung = [(each.code, each.name, each.phone) for each in self._view.agencies]
        self.pane = QuickPane(
            hand.theme,
            hand.say,
            hand.keys,
            rung,
            hand.seat.room.rules.now.colleagues[:COLLEAGUES],
            watches=bool(hand.seat.room.rules.now.watched),
        )
        self._connect()

    def changed(self, what: object) -> None:
        """Show who can be called."""
        if not isinstance(what, BoardChanged) or self._seat.duty.name in what.of(SEAT):
            self._show()

    def second(self, now: datetime) -> None:
        """Let the timers of the other phones run on."""
        self._show()

    # ---- deeds

    def transfer(self) -> Wish | None:
        """Give the caller to the consulted one; else ask to whom, and the second press sends him there unasked."""
        lines = self._seat.calls.lines
        if lines.helper is not None:
            return self._seat.calls.finish_transfer()
        if lines.at_hand is None:
            self._hand.tell(self._hand.say("refusal.no_call"))
        elif self._view.mode is QuickMode.TRANSFER and self._view.target() is not None:
            self._blind()
        else:
            self._open(QuickMode.TRANSFER)
        return None

    def conference(self) -> Wish:
        """Bring all lines together, or part them."""
        return self._seat.calls.conference()

    def dial(self) -> None:
        """Put the keyboard where a number or an agency is named."""
        self._open(QuickMode.CALL)

    def turn_keypad(self) -> None:
        """Bring the keys into the call to the front, or put them away."""
        if self.pane.is_keypad:
            self.pane.close_up()
        else:
            self._hand.bring(Page.PHONE)
            self.pane.show_keypad()
        self._show()

    def call_agency_at(self, place: int) -> Wish | None:
        """Call an agency's duty desk, for the caller on the line if there is one; see `_pick_agency`."""
        return self._pick_agency(self._view.agencies[place].code)

    def has_agency_at(self, place: int) -> bool:
        """Whether the site has so many agencies that can be called."""
        return place < len(self._view.agencies)

    def name_at(self, place: int, say: Say) -> str:
        """Name the key of that place."""
        if self.has_agency_at(place):
            return say("deed.quick", agency=self._view.agencies[place].name)
        return say("deed.quick_none", n=place + 1)

    # ---- the pane

    def _open(self, mode: QuickMode) -> None:
        self._view.mode = mode
        self._hand.bring(Page.PHONE)
        self.pane.take_keyboard()
        self._show()

    def _blind(self) -> None:
        target = self._view.target()
        if target is not None:
            self._hand.run("transfer", self._seat.calls.transfer(target.number, target.name), Before.KEEP)
            self.pane.close_up()

    def _call_target(self) -> None:
        """Call whom the field means: with a caller on the line it is a question for his sake."""
        target = self._view.target()
        if target is None:
            self._hand.tell(self._hand.say("quick.name_somebody"))
            return
        self._hand.run("dial", self._seat.dial(target.number, target.name), Before.KEEP)
        self.pane.close_up()

    def _pick_agency(self, code: AgencyCode) -> Wish | None:
        """Call an agency; while it is asked to whom a caller goes, name it."""
        if self._view.mode is QuickMode.TRANSFER:
            agency = next(each for each in self._view.agencies if each.code == code)
            self.pane.put(agency.name)
            return None
        return self._seat.dial(*self._seat.cards.phone_of(code))

    def _press_agency(self, code: str) -> None:
        wish = self._pick_agency(AgencyCode(code))
        if wish is not None:
            self._hand.run("dial", wish, Before.KEEP)

    def _pick_colleague(self, number: str) -> None:
        """Call another seat; while it is asked to whom a caller goes, name it."""
        other = next(each for each in self._view.colleagues if each.number == number)
        if self._view.mode is QuickMode.TRANSFER:
            self.pane.put(other.name)
        else:
            self._hand.run("dial", self._seat.dial(other.number, other.name), Before.KEEP)

    def _send_key(self, key: str) -> None:
        self._view.sent += key
        self._hand.run("keypad", self._seat.calls.send_keys(key))
        self._show()

    def _closed(self) -> None:
        self._view.mode = QuickMode.CALL
        if self._hand.window.mode is not Mode.WIDE:
            self._hand.bring(Page.FORM)
        self._show()

    def _typed(self, words: str) -> None:
        self._view.typed = words
        self._show()

    def _show(self) -> None:
        self._hand.draw("quick", self.pane, lambda: self.pane.tell(self._view.view()))

    def _connect(self) -> None:
        pane = self.pane
        pane.typed.connect(self._typed)
        pane.agency_wished.connect(self._press_agency)
        pane.colleague_wished.connect(self._pick_colleague)
        pane.call_wished.connect(self._call_target)
        pane.blind_wished.connect(self._blind)
        pane.key_wished.connect(self._send_key)
        pane.keypad_wished.connect(lambda: self._hand.press("keypad"))
        pane.closed.connect(self._closed)

    deeds = (
        Deed("transfer", "F8", Group.LINES, transfer, Before.KEEP),
        Deed("conference", "F9", Group.LINES, conference),
        Deed("dial", "Ctrl+D", Group.LINES, dial),
        Deed("keypad", "Ctrl+T", Group.LINES, turn_keypad),
        *(
            Deed(
                quick_deed(place),
                f"Shift+F{place + 1}",
                Group.LINES,
                _call(place),
                Before.KEEP,
                there=_has(place),
                called=_called(place),
                wish="dial",
            )
            for place in range(QUICK_KEYS)
        ),
    )
