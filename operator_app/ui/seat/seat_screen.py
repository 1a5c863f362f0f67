"""Joins the areas of the operator's window to its seat: whatever changes they are told, each second and at once."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from PySide6.QtCore import QObject

from operator_app.domain.states import RefusedError
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.ui.words.notice import NOT_SAVED
from operator_app.ui.words.unsaved import unsaved_words
from operator_app.workflow.ports import JournalFailedError

log = logging.getLogger(__name__)

SECOND_MS = 1000


class SeatScreen(QObject):
    """Owns the life of the areas of one window. Loop thread only."""

    def __init__(self, hand: Hand, areas: Iterable[Area], draft: SeatDraft) -> None:
        """The areas are told in their order."""
        super().__init__()
        self._hand, self._draft = hand, draft
        self._areas = tuple(areas)
        for area in self._areas:
            hand.deeds.register(area)
        self._ends: list[Callable[[], None]] = []
        self._failing: set[Area] = set()
        self._second = hand.timers.once(self.second)

    def start(self) -> None:
        """Make the keys work, show everything and follow the seat from now on. Raises `ValueError`, see `Deeds`."""
        self._hand.deeds.install(self._hand.window)
        bus = self._hand.seat.room.bus
        self._ends = [bus.subscribe(kind, area.changed) for area in self._areas for kind in area.told]
        for area in self._areas:
            area.begin()
        self.second()

    def second(self) -> None:
        """Show what goes with the time; comes again at the beginning of the next second."""
        now = self._hand.seat.duty.now()
        self._second.start(SECOND_MS - int(now.timestamp() * 1000) % SECOND_MS + 2)
        for area in self._areas:
            self._tell(area, now)

    def _tell(self, area: Area, now: datetime) -> None:
        """One area that fails costs itself; its panes say so by themselves, the rest is told once here."""
        try:
            area.second(now)
        except Exception as error:
            if area not in self._failing:
                self._failing.add(area)
                log.exception("%s failed at the second", type(area).__name__)
                words = self._hand.say("notice.window_fault", error=f"{type(error).__name__}")
                self._hand.tell(words, loud=True)
        else:
            self._failing.discard(area)

    async def stop(self) -> None:
        """Save what was typed, let wishes come to their end, and follow the seat no more."""
        self._hand.timers.stop()
        for end in self._ends:
            end()
        self._ends = []
        for area in self._areas:
            area.close()
        await self._hand.errands.settle()
        try:
            await self._draft.flush()
        except (JournalFailedError, RefusedError) as error:
            log.exception("what was typed last is not saved")
            self._hand.tell(unsaved_words(error, self._hand.say), loud=True, topic=NOT_SAVED)
        finally:
            self._hand.timers.stop()  # saving the last words has started some anew
