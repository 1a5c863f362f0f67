"""Which windows are in the room: kept from beat to beat, since the server tells only what changed (`beat_v1`)."""

import random
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from operator_app.workflow.ports import Presence

WHOLE_EVERY_S = 30.0
"""How often the whole room is asked for, should a change ever have been missed."""

_Key = tuple[str, str]


class Roll:
    """The other windows and this one, as the server last told of them."""

    def __init__(self) -> None:
        """Nobody yet: the first beat of a connection asks for everybody."""
        self._living: dict[_Key, Presence] = {}
        self._silent: dict[_Key, Presence] = {}
        self._since: float | None = None
        self._whole_at = 0.0

    def asked_from(self, now: float) -> float | None:
        """What to ask the server for: changes since this moment of its clock, or None for the whole room."""
        return None if now >= self._whole_at else self._since

    def take(
        self, now: float, told_at: float, since: float | None, changed: Sequence[Any], silent: Sequence[Any]
    ) -> None:
        """Take an answer of `told_at` (the server's clock) to what was asked from `since`; `now` is our own clock."""
        if since is None:
            self._living.clear()
            self._whole_at = now + WHOLE_EVERY_S * random.uniform(0.8, 1.2)  # noqa: S311  (not all at once)
        self._since = told_at
        for seat, role, has_left, incident, field in changed:
            if has_left:
                self._living.pop((seat, role), None)
            else:
                self._living[seat, role] = Presence(seat, role, 0.0, incident, field)
        self._silent = {}
        for seat, role, age, incident, field in silent:
            self._living.pop((seat, role), None)
            self._silent[seat, role] = Presence(seat, role, float(age), incident, field)

    def replace(self, told: Iterable[Sequence[Any]]) -> None:
        """Take a whole room as a standby tells it: seat, role and age of each window."""
        self._silent = {}
        self._living = {(seat, role): Presence(seat, role, float(age)) for seat, role, age in told}

    def forget(self) -> None:
        """A new connection: ask for the whole room."""
        self._since, self._whole_at = None, 0.0

    def __len__(self) -> int:
        """How many windows there are."""
        return len(self._living) + len(self._silent)

    def windows(self) -> tuple[Presence, ...]:
        """All of them by role and name; one that was heard of within two seconds has the age 0."""
        everybody = (*self._living.values(), *self._silent.values())
        return tuple(sorted(everybody, key=attrgetter("role", "seat")))
