"""What was typed and is not on disk yet: gathered for a moment, saved together, never forgotten when saving fails."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

IDLE_S = 0.3
"""A pause in typing after which it is saved."""
LONGEST_S = 0.8
"""Typing without a pause is saved at least this often."""
RETRY_S = 1.0

Save = Callable[[Mapping[str, str | None]], Awaitable[object]]


class Unsaved(Protocol):
    """Tells how what was typed stands."""

    @property
    def is_dirty(self) -> bool:
        """Whether anything typed is not on disk."""

    @property
    def failing(self) -> bool:
        """Whether it could not be saved when that was last tried."""


class Draft:
    """Fields typed into since they were last saved. Times are seconds of one monotonic clock. Loop thread only."""

    def __init__(self, save: Save, now: Callable[[], float], changed: Callable[[], None]) -> None:
        """`save` stores values or raises; `changed` is called whenever there is more or less to save."""
        self._save = save
        self._now = now
        self._changed = changed
        self._turn = asyncio.Lock()
        self._values: dict[str, str | None] = {}
        self._saving: dict[str, str | None] = {}
        self._first_at = 0.0
        self._last_at = 0.0
        self._not_before = 0.0
        self._failing = False

    @property
    def is_dirty(self) -> bool:
        """Whether anything typed is not on disk."""
        return bool(self._values or self._saving)

    @property
    def failing(self) -> bool:
        """Whether it could not be saved when that was last tried."""
        return self._failing

    @property
    def values(self) -> Mapping[str, str | None]:
        """What is typed and not on disk, by field."""
        return {**self._saving, **self._values}

    def holds(self, field: str) -> bool:
        """Whether that field has text which is not on disk; the screen then keeps its own."""
        return field in self._values or field in self._saving

    def typed(self, field: str, value: str) -> None:
        """Take in the field's new text."""
        now = self._now()
        if not self._values:
            self._first_at = now
        self._last_at = now
        self._values[field] = value or None
        self._changed()

    def due_in_s(self) -> float | None:
        """Seconds until it must be saved; 0 when it is high time, None when there is nothing to save."""
        if not self._values:
            return None
        due = min(self._last_at + IDLE_S, self._first_at + LONGEST_S)
        return max(0.0, max(due, self._not_before) - self._now())

    async def flush(self) -> None:
        """Save now, after a save under way. What `save` raises is raised on; the text is kept and due again."""
        async with self._turn:
            await self._save_all()

    async def _save_all(self) -> None:
        if not self._values:
            return
        taken, self._values = self._values, {}
        self._saving = {**self._saving, **taken}
        try:
            await self._save(taken)
        except BaseException:
            self._values = {**taken, **self._values}
            self._first_at = self._now()
            self._not_before = self._first_at + RETRY_S
            self._failing = True
            raise
        else:
            self._failing = False
            self._not_before = 0.0
        finally:
            for field, value in taken.items():
                if self._saving.get(field) == value:
                    self._saving.pop(field, None)
            self._changed()

    def settle(self, field: str) -> None:
        """Drop what was typed into one field, because a chosen value takes its place."""
        if self._values.pop(field, None) is not None:
            self._changed()
