"""The rows of a list are made one by one: one that cannot be made costs itself."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
L = TypeVar("L")


class EachByItself:
    """Makes the rows of a list one by one: one that cannot be made is replaced, and logged once by its id."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(
        self,
        things: Iterable[T],
        make: Callable[[T], L],
        id_of: Callable[[T], str],
        instead: Callable[[T], L],
    ) -> tuple[L, ...]:
        """Return a row for each thing, `instead` where `make` raises."""
        return tuple(self._one(each, make, id_of(each), instead) for each in things)

    def _one(self, thing: T, make: Callable[[T], L], thing_id: str, instead: Callable[[T], L]) -> L:
        try:
            return make(thing)
        except Exception:
            if thing_id not in self._told:
                self._told.add(thing_id)
                log.exception("the row of %s cannot be made", thing_id)
            return instead(thing)
