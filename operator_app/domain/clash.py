"""What several people said about one and the same thing without having heard of each other.

A fact that can contradict another of its kind says by which words the two are about the same (`Fact.clash_by`). Whoever
wrote it had a certain other one before the eyes, the event's `base`; if that is not the one that stands, and another
seat wrote that, nobody has decided between the two. Only a choice ends it (`ClashSettled`): going on is no decision.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Fact

Slot = tuple[str, ...]
"""The op of a fact and the words by which two of it are about the same: ("incident.answered", "inside")."""


def slot_of(fact: Fact) -> Slot:
    """Where a fact stands in the way of another one; only for one that can clash."""
    assert fact.clash_by is not None
    return (fact.op, *(str(getattr(fact, word)) for word in fact.clash_by))


@dataclass(frozen=True, slots=True)
class Said:
    """The latest word in a slot, and those of other seats that lost against it and that nobody has decided about."""

    event: Event
    clashes: tuple[Event, ...] = ()

    @property
    def counts(self) -> Event:
        """The one that counts as long as nobody has decided: the graver one, of two as grave the later."""
        return max((self.event, *self.clashes), key=lambda each: (each.fact.weight(), each.order))


def unheard(held: Said | None, event: Event) -> bool:
    """Whether the writer of an event did not know what stood, and another seat had written that."""
    if held is None or event.seat == held.event.seat or event.base == held.event.id:
        return False
    return event.base is not None or event.fact.tells_base


def settle(held: Said | None, event: Event) -> Said:
    """The slot after one more word in it, which becomes the latest; of each other seat its last word may clash."""
    if held is None:
        return Said(event)
    clashes = [each for each in held.clashes if each.id != event.base]
    if unheard(held, event):
        clashes = [each for each in clashes if each.seat not in (event.seat, held.event.seat)]
        clashes.append(held.event)
    return Said(event, tuple(each for each in clashes if event.fact.contradicts(each.fact)))


def without(held: Said, settled: Collection[str]) -> Said:
    """The slot after a person has decided that those words have lost."""
    return replace(held, clashes=tuple(each for each in held.clashes if each.id not in settled))
