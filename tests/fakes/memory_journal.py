"""A journal without a disk, for use cases and screens; held to the same contract as the seat's store."""

import asyncio
from collections.abc import Sequence

from operator_app.domain.event import Event
from operator_app.domain.ids import JournalId
from operator_app.workflow.ports import JournalFailedError


class MemoryJournal:
    """Keeps events in a list; `broken` makes the next appends fail with that sentence."""

    def __init__(self, journal_id: str = "00000000-0000-4000-8000-000000000001") -> None:
        self._journal_id = JournalId(journal_id)
        self.kept: list[Event] = []
        self.broken = ""

    @property
    def journal_id(self) -> JournalId:
        return self._journal_id

    @property
    def next_seq(self) -> int:
        return len(self.kept) + 1

    async def append(self, events: Sequence[Event]) -> None:
        await asyncio.sleep(0)
        if any(event.journal_id != self._journal_id for event in events):
            raise ValueError("an event of another journal")
        if [event.seq for event in events] != list(range(self.next_seq, self.next_seq + len(events))):
            raise ValueError("sequence numbers do not continue the journal")
        if self.broken:
            raise JournalFailedError(self.broken)
        self.kept.extend(events)
