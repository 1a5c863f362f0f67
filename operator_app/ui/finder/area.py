"""Finding: every key in its group, and one line that finds deeds, incidents, numbers and places."""

from collections.abc import Callable, Sequence

from operator_app.domain.ids import CallId, IncidentId
from operator_app.maps.names import PlaceHit
from operator_app.ui.finder.command_bar import CommandBar
from operator_app.ui.finder.kept_keys import KeptKeys
from operator_app.ui.finder.key_help import KeyHelp
from operator_app.ui.finder.presenters.finding import CommandFinder, Found, NamedDeed, What
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import BringIncident, CallNumber, CallRings, ShowNumber, ShowPlace, TakePlace
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.deeds import Deed, Group
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.words.wording import Say


class FinderArea(Area):
    """The key help and the command bar."""

    told = (CallRings, ShowNumber)

    def __init__(
        self,
        hand: Hand,
        table: IncidentsPresenter,
        past: NumberPast,
        places: Callable[[str], Sequence[PlaceHit]],
        other_says: Callable[[], Sequence[Say]] = tuple,
    ) -> None:
        """`other_says` reads the catalogues of the languages not on screen, once they are asked for."""
        self._hand, self._other_says = hand, other_says
        self._others: Sequence[Say] | None = None
        finder = CommandFinder(hand.seat, hand.say, hand.words, table, past, places, self._named)
        self.help = KeyHelp(hand.theme, hand.say, hand.window, hand.deeds)
        self.commands = CommandBar(hand.theme, hand.say, hand.window, finder)
        self.commands.wished.connect(self._carry_out)
        self._kept = KeptKeys(hand.manner, hand.errands, hand.footer.tell)
        self.help.changed.connect(self._kept.keep)

    def changed(self, what: object) -> None:
        """Give a ringing call its keys; show what is known of a number."""
        match what:
            case CallRings():
                self.help.call_rings()
            case ShowNumber():
                self.commands.open_number(what.number)
            case _:
                pass

    # ---- deeds

    def show_help(self) -> None:
        """Open the key help, or close it."""
        self.help.toggle()

    def show_commands(self) -> None:
        """Open the command bar, or close it."""
        self.commands.toggle()

    # ---- what was found

    def _named(self) -> tuple[NamedDeed, ...]:
        """Every deed that can be done in this room with all its names, but the one that has brought us here."""
        if self._others is None:
            self._others = self._other_says()
        return tuple(
            NamedDeed(
                each.deed.id,
                each.name(self._hand.say),
                tuple(each.name(say) for say in self._others),
                self._hand.keys.key(each.deed.id),
            )
            for each in self._hand.deeds.listed()
            if each.deed.id != "command"
        )

    def _carry_out(self, found: Found, other: bool) -> None:
        """Do what was chosen in the command bar; `other`: with Ctrl, a place goes into the form."""
        ask = self._hand.ask
        match found.what:
            case What.DEED:
                self._hand.press(found.key)
            case What.INCIDENT:
                ask(BringIncident(IncidentId(found.key)))
            case What.DIAL:
                ask(CallNumber(found.key))
            case What.CALL:
                call = self._hand.seat.room.board.calls.get(CallId(found.key))
                if call is not None and call.incident_id is not None:
                    ask(BringIncident(call.incident_id))
            case What.PLACE if found.place is not None:
                ask(TakePlace(found.place) if other else ShowPlace(found.place))

    deeds = (
        Deed("help", "F1", Group.WINDOW, show_help),
        Deed("command", "Ctrl+K", Group.WINDOW, show_commands),
    )
