"""Rows of the server's log become events one by one: what cannot be read costs itself alone, and is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operator_app.domain.event import BadRecordError, Event, from_record

LARGEST_BODY = 256 * 1024
"""Bytes of a body that are fetched at most, four times what the server lets in today."""

# The driver must not read a time or an object for us: one that it cannot read would cost the whole page.
COLUMNS = (
    "e.id::text AS id, e.journal_id::text AS journal_id, e.journal_seq AS seq, e.seat, e.actor,"
    " (extract(epoch FROM e.occurred_at) * 1000000)::text AS occurred_us, e.hlc, e.base::text AS base, e.op, e.v,"
    " e.incident_id::text AS incident_id,"
    f" CASE WHEN pg_column_size(e.body) < 1000 OR octet_length(e.body::text) <= {LARGEST_BODY} THEN e.body::text END"
    " AS body, e.call_id, e.xid::text AS xid, e.seq AS log_seq"
)
"""What is asked of `op112.room_event e` for `read_rows`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is no event for this window."""

    id: str
    why: str


def read_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[list[Event], list[Unread]]:
    """Return the events of these rows, and which rows are none, without a word of what they say."""
    events: list[Event] = []
    unread: list[Unread] = []
    for row in rows:
        try:
            events.append(_read(row))
        except (BadRecordError, ValueError, ArithmeticError, TypeError) as error:
            cause = error.__cause__ or error
            why = f"{row['op']} of {row['seat']}: {type(cause).__name__}"
            unread.append(Unread(str(row["id"]), why))
    return events, unread


def _read(row: Mapping[str, Any]) -> Event:
    if row["body"] is None:
        raise BadRecordError("the body is too large")
    microseconds = int(str(row["occurred_us"]).partition(".")[0])
    return from_record({**row, "occurred_at": _EPOCH + timedelta(microseconds=microseconds)})
