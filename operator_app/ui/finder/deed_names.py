"""What deeds are called: on screen, and in the other languages in which a person may look for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from operator_app.ui.finder.presenters.finding import NamedDeed
from operator_app.ui.keys.keymap import AGENCIES, GROUPS, QUICK, QUICK_CONNECTIONS, Deed, KeyMap, Refused
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat


@dataclass(frozen=True, slots=True)
class DeedNames:
    """What deeds are called on screen; `agencies` are the names behind the agency keys, in their order.

    `quick` are the names behind the keys of the quick connections.
    """

    say: Say
    agencies: Sequence[str]
    quick: Sequence[str] = ()

    def of(self, deed: Deed) -> str:
        """Return the deed's name."""
        if deed in QUICK:
            place = QUICK.index(deed)
            if place < len(self.quick):
                return self.say("deed.quick", agency=self.quick[place])
            return self.say("deed.quick_none", n=place + 1)
        if deed not in AGENCIES:
            return self.say(f"deed.{deed}")
        number = AGENCIES.index(deed)
        if number < len(self.agencies):
            return self.say("deed.agency", agency=self.agencies[number])
        return self.say("deed.agency_none", n=number + 1)

    def is_there(self, deed: Deed) -> bool:
        """Whether the deed can be done in this room: a key of an agency that the site lacks cannot."""
        if deed in QUICK:
            return QUICK.index(deed) < len(self.quick)
        return deed not in AGENCIES or AGENCIES.index(deed) < len(self.agencies)

    def refusal(self, refused: Refused, key: str) -> str:
        """Say why a key was not taken."""
        other = "" if refused.deed is None else self.of(refused.deed)
        return self.say(f"key_refusal.{refused.reason}", key=key, deed=other)


class NamedDeeds:
    """Every deed that can be done in this room with all its names; other catalogues are read at the first asking."""

    def __init__(self, keys: KeyMap, names: DeedNames, other_says: Callable[[], Sequence[Say]]) -> None:
        self._keys, self._names, self._other_says = keys, names, other_says
        self._others: tuple[DeedNames, ...] | None = None

    def all(self) -> tuple[NamedDeed, ...]:
        """Return them in the order of the key help."""
        if self._others is None:
            self._others = tuple(
                DeedNames(say, self._names.agencies, self._names.quick) for say in self._other_says()
            )
        listed = (deed for deeds in GROUPS.values() for deed in deeds)
        return tuple(
            NamedDeed(
                deed,
                self._names.of(deed),
                tuple(each.of(deed) for each in self._others),
                self._keys.key(deed),
            )
            for deed in listed
            if deed not in self._keys.withheld and self._names.is_there(deed) and deed is not Deed.COMMAND
        )


def deed_names(say: Say, seat: Seat) -> DeedNames:
    """Name the deeds of that seat: an agency key stands for the agency with a desk at its place."""
    rung = [each.name for each in seat.agencies if each.phone][:QUICK_CONNECTIONS]
    return DeedNames(say, [each.name for each in seat.agencies if each.has_desk], rung)
