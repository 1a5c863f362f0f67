"""Events as a seat would write them, without a seat: own journal, sequence, ids and stamps."""

import itertools
import os
from datetime import UTC, datetime, timedelta

from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import FieldSet, IncidentNoted, IncidentOpened
from operator_app.domain.ids import CallId, EventId, IncidentId, JournalId, SeatName, uuid7

START = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)


def fresh_id(at: datetime = START) -> str:
    """A new UUIDv7."""
    return uuid7(int(at.timestamp() * 1000), os.urandom(10))


class Writer:
    """Writes the events of one seat, 10 ms apart."""

    def __init__(self, seat: str = "M1", journal_id: str | None = None, next_seq: int = 1) -> None:
        self.seat = SeatName(seat)
        self.journal_id = JournalId(journal_id or fresh_id())
        self._seqs = itertools.count(next_seq)
        self._time = START

    def event(self, fact: Fact, base: Event | None = None) -> Event:
        """The next event of this seat."""
        self._time += timedelta(milliseconds=10)
        return Event(
            id=EventId(fresh_id(self._time)),
            journal_id=self.journal_id,
            seq=next(self._seqs),
            seat=self.seat,
            actor="Operator shift 1",
            occurred_at=self._time,
            hlc=int(self._time.timestamp() * 1000) << 16,
            base=None if base is None else base.id,
            fact=fact,
        )

    def notes(self, count: int, incident_id: IncidentId | None = None) -> list[Event]:
        """That many notes on one incident."""
        where = incident_id or IncidentId(fresh_id())
        return [self.event(IncidentNoted(where, f"catatan {number}")) for number in range(count)]

    def incident(self, place: str = "Jl. Yos Sudarso II", call_id: CallId | None = None) -> list[Event]:
        """An incident that was opened and got its place."""
        where = IncidentId(fresh_id(self._time))
        return [
            self.event(IncidentOpened(where, f"KTM-261123-{self.seat}-001", call_id)),
            self.event(FieldSet(where, "place", place)),
        ]
