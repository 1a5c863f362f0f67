"""Months in a seat's own store before the bench starts: a seat with 5,000 incidents of history."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallAnswered, CallClassified, CallEnded, CallOffered
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentOpened
from operator_app.domain.ids import (
    AgencyCode,
    CallId,
    DispatchId,
    EventId,
    IncidentId,
    JournalId,
    SeatName,
    uuid7,
)
from operator_app.domain.states import Classification, DispatchState, IncidentStatus
from operator_app.storage.seat.seat_store import SeatStore

INCIDENTS = 5_000
STILL_OPEN = 12
DAYS = 90
KINDS = ("KEB-01", "SAT-01", "BEN-01", "LAK-01", "MED-01", "UTL-01", "KAM-02")
VILLAGES = ("Teluk Lingga", "Swarga Bara", "Singa Gembara", "Sangatta Utara", "Singa Geweh")


def fill(folder: Path, incidents: int = INCIDENTS, seed: int = 112, *, still_open: int = STILL_OPEN) -> int:
    """Put that many incidents into the store of `folder`, the last few still open; return the count of events."""
    store = SeatStore.open(folder)
    try:
        events = tuple(history(incidents, seed, still_open))
        store.keep_foreign(events, None)
    finally:
        store.close()
    return len(events)


def history(incidents: int, seed: int, still_open: int = STILL_OPEN) -> Iterator[Event]:
    """Every event of those incidents and their calls, in order, evenly over the last three months."""
    chance = random.Random(seed)
    journal, seat = JournalId(str(uuid.UUID(int=chance.getrandbits(128)))), SeatName("M9")
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    seq = 0
    for number in range(incidents):
        at = begin + timedelta(seconds=DAYS * 86_400 * number / incidents)
        for step, fact in enumerate(_facts(number, incidents - still_open, at, chance)):
            seq += 1
            moment = at + timedelta(seconds=7 * step)
            ms = int(moment.timestamp() * 1000)
            yield Event(
                EventId(uuid7(ms, chance.randbytes(10))), journal, seq, seat, "", moment, ms << 16, None, fact
            )


def _facts(number: int, open_from: int, at: datetime, chance: random.Random) -> Iterator[Fact]:
    ms = int(at.timestamp() * 1000)
    call, incident, dispatch = (uuid7(ms, chance.randbytes(10)) for _ in range(3))
    call_id, incident_id, dispatch_id = CallId(call), IncidentId(incident), DispatchId(dispatch)
    caller = f"0812{chance.randrange(10**8):08d}"
    village = chance.choice(VILLAGES)
    yield CallOffered(call_id, "in", caller, "")
    yield CallAnswered(call_id)
    yield IncidentOpened(incident_id, f"KTM-{at:%y%m%d}-M9-{number:04d}", call_id)
    values = {
        "place": f"Gang {number}",
        "village": village,
        "district": "Sangatta Utara",
        "kind": chance.choice(KINDS),
        "priority": str(chance.randrange(1, 5)),
        "caller_number": caller,
        "text": f"Uraian kejadian nomor {number}.",
        "position": f"{0.45 + chance.random() / 8:.5f},{117.5 + chance.random() / 8:.5f}",
    }
    for name, value in values.items():
        yield FieldSet(incident_id, name, value)
    yield DispatchSent(incident_id, dispatch_id, AgencyCode("DAMKAR"), 60)
    yield IncidentMoved(incident_id, IncidentStatus.FORWARDED, "")
    yield CallClassified(call_id, Classification.EMERGENCY)
    yield CallEnded(call_id, "remote", 200, "")
    if number >= open_from:
        return
    yield DispatchDelivered(incident_id, dispatch_id)
    for state in (DispatchState.ACCEPTED, DispatchState.DONE):
        yield DispatchMoved(incident_id, dispatch_id, state, "")
    yield IncidentMoved(incident_id, IncidentStatus.DONE, "")
    yield IncidentMoved(incident_id, IncidentStatus.CLOSED, "")
