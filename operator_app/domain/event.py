"""A fact in its envelope: who noted it, where and when; and the flat record that it travels as.

Journal, server and all windows exchange events as these records, so that an older seat keeps and passes on what it
does not understand.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from operator_app.domain.fact_reader import Reader, moment_of, one_copy, readers_of
from operator_app.domain.facts import BY_OP
from operator_app.domain.facts.fact import Fact, UnknownFact, incident_of
from operator_app.domain.ids import EventId, IncidentId, JournalId, SeatName


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in its envelope: `seq` counts 1, 2, 3 … in its journal, `base` is the event whose value was seen."""

    id: EventId
    journal_id: JournalId
    seq: int
    seat: SeatName
    actor: str
    occurred_at: datetime
    hlc: int
    base: EventId | None
    fact: Fact

    @property
    def order(self) -> tuple[int, str]:
        """Sort key that every window and the server agree on."""
        return (self.hlc, self.id)


class BadRecordError(ValueError):
    """A record that is no event: names what is wrong with it."""


def to_record(event: Event) -> dict[str, Any]:
    """Flatten an event to JSON-able values; keys as the columns of the event log.

    Keys: id, journal_id, seq, seat, actor, occurred_at (ISO 8601 UTC), hlc, base, op, v, incident_id, body (an object).
    """
    fact = event.fact
    if isinstance(fact, UnknownFact):
        version, body = fact.v, json.loads(fact.body)
    else:
        version = fact.v
        body = {
            field.name: _plain(getattr(fact, field.name))
            for field in dataclasses.fields(fact)
            if field.name != "incident_id"
        }
    return {
        "id": event.id,
        "journal_id": event.journal_id,
        "seq": event.seq,
        "seat": event.seat,
        "actor": event.actor,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "hlc": event.hlc,
        "base": event.base,
        "op": fact.op,
        "v": version,
        "incident_id": incident_of(fact),
        "body": body,
    }


def from_record(record: Mapping[str, Any]) -> Event:
    """Rebuild an event; an unknown `op` or a newer `v` becomes an `UnknownFact`. Raises `BadRecordError`."""
    try:
        return Event(
            id=EventId(str(record["id"])),
            journal_id=JournalId(one_copy(str(record["journal_id"]))),
            seq=int(record["seq"]),
            seat=SeatName(one_copy(str(record["seat"]))),
            actor=one_copy(str(record["actor"])),
            occurred_at=moment_of(record["occurred_at"]),
            hlc=int(record["hlc"]),
            base=None if record.get("base") is None else EventId(str(record["base"])),
            fact=_fact(record),
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadRecordError(f"event: {error}") from error  # callers name it; it may be no record at all


def _fact(record: Mapping[str, Any]) -> Fact:
    op, version = str(record["op"]), int(record["v"])
    incident = record.get("incident_id")
    body = record["body"]
    if isinstance(body, str):
        body = json.loads(body)
    kind = BY_OP.get(op)
    if kind is None or version > kind.v:
        incident_id = None if incident is None else IncidentId(str(incident))
        return UnknownFact(op, version, json.dumps(body, ensure_ascii=False, sort_keys=True), incident_id)
    if incident is not None:
        body = {**body, "incident_id": str(incident)}
    fact: Fact = kind(*[read(body.get(name)) for name, read in _readers(op)])
    return fact


@cache
def _readers(op: str) -> tuple[tuple[str, Reader], ...]:
    return readers_of(BY_OP[op])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return list(value) if isinstance(value, tuple) else value
