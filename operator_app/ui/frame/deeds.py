"""Everything that can be done in one window: the deeds of its areas, by whatever way a person wishes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol

from PySide6.QtWidgets import QWidget

from operator_app.ui.keys.deeds import Deed, Group
from operator_app.ui.keys.keymap import KeyMap, Refused
from operator_app.ui.program.control import Marks
from operator_app.ui.program.errands import Errands
from operator_app.ui.words.wording import Say


class Doer(Protocol):
    """Who has deeds."""

    deeds: ClassVar[tuple[Deed[Any], ...]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed and who does it."""

    deed: Deed[Any]
    doer: Any

    @property
    def is_there(self) -> bool:
        """Whether this room has it."""
        return self.deed.there(self.doer)

    def name(self, say: Say) -> str:
        """Return what it is called in that language."""
        called = self.deed.called
        return say(f"deed.{self.deed.id}") if called is None else called(self.doer, say)


class Deeds:
    """The one way from a key, a button, the command bar or another area to what is done. Loop thread only."""

    def __init__(
        self, say: Say, keys: KeyMap, marks: Marks, errands: Errands, subject: Callable[[], str] = str
    ) -> None:
        """`subject` is what a mark of a wish is about: the call at hand."""
        self._say, self.keys, self._marks, self._errands, self._subject = say, keys, marks, errands, subject
        self._offers: dict[str, Offer] = {}

    def register(self, doer: Doer) -> None:
        """Offer the deeds of an area from now on."""
        self._offers |= {deed.id: Offer(deed, doer) for deed in doer.deeds}

    def install(self, window: QWidget) -> None:
        """Make the keys work in that window; those of deeds that this room lacks do nothing.

        Raises `ValueError` for a key that nobody answers for, and for a deed without one.
        """
        astray = self._offers.keys() ^ self.keys.deeds
        if astray:
            raise ValueError(f"keys and deeds differ: {', '.join(sorted(astray))}")
        acts = {name: partial(self.press, name) for name, offer in self._offers.items() if offer.is_there}
        self.keys.install(window, acts)

    def press(self, name: str) -> None:
        """Do what a person wishes by that deed's key or button, and note when."""
        self._marks.mark(f"{name}_key", self._subject())
        self.do(name)

    def do(self, name: str) -> None:
        """Do it at once, and carry out what takes longer beside the window."""
        offer = self._offers[name]
        wish = offer.deed.act(offer.doer)
        if wish is not None:
            self._errands.run(wish, self._say(f"wish.{offer.deed.wish or name}"), offer.deed.before)

    def listed(self) -> Iterator[Offer]:
        """Return what this room has, group by group."""
        for group in Group:
            yield from (each for each in self._offers.values() if each.deed.group is group and each.is_there)

    def offer(self, name: str) -> Offer | None:
        """Return the deed of that id, if it is one."""
        return self._offers.get(name)

    def refusal(self, refused: Refused, key: str) -> str:
        """Say why a key was not taken."""
        holder = None if refused.deed is None else self._offers[refused.deed]
        other = "" if holder is None else holder.name(self._say)
        return self._say(f"key_refusal.{refused.reason}", key=key, deed=other)
