"""The site's parts in the shared log: all versions that were published, and new ones beside them."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import dict_row

from operator_app.domain.event import Event, to_record
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.site import CardPublished, PartPublished
from operator_app.domain.hlc import Stamp
from operator_app.domain.ids import EventId, JournalId, SeatName, uuid7
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.door import Connection, connect
from operator_app.storage.server.reading import COLUMNS, read_rows
from operator_app.storage.server.server_errors import server_problem, words_of

_ALL = f"SELECT {COLUMNS} FROM op112.room_event e WHERE e.op = ANY (%s) ORDER BY e.hlc, e.id"  # noqa: S608
_APPLY = "SELECT event_id::text, result FROM op112.apply_events_v1(%s, %s, %s::jsonb)"


@dataclass(frozen=True, slots=True)
class SiteLog:
    """Reads and writes with one seat's login: `seat` is its name, `actor` the person. For the command line."""

    dsn: str
    seat: str
    actor: str

    def versions(self) -> tuple[Event, ...]:
        """All that published a part, or a card before there were parts, oldest first. Raises `ServerProblem`."""
        with self._connected() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_ALL, ([PartPublished.op, CardPublished.op],)).fetchall()
        events, unread = read_rows(rows)
        if unread:
            raise ServerProblem(
                ServerReason.OTHER, f"{len(unread)} parts of the site cannot be read by this program."
            )
        return tuple(events)

    def publish(self, facts: Sequence[Fact], after: int) -> tuple[Event, ...]:
        """Write these facts, all or none, by the server's clock and after that stamp. Raises `ServerProblem`."""
        with self._connected() as connection:
            now = connection.execute("SELECT clock_timestamp()").fetchone()
            assert now is not None
            events = self._events(facts, now[0], after)
            records = json.dumps([to_record(each) for each in events])
            results = connection.execute(_APPLY, (events[0].journal_id, self.seat, records)).fetchall()
        if [result for _, result in results] != ["new"] * len(events):
            raise ServerProblem(ServerReason.OTHER, "The server did not take what was to be published.")
        return events

    def _events(self, facts: Sequence[Fact], now: datetime, after: int) -> tuple[Event, ...]:
        """In a journal of its own: that of the seat is its window's alone."""
        now_ms = int(now.timestamp() * 1000)
        journal, stamp = JournalId(uuid7(now_ms, os.urandom(10))), Stamp(after)
        events = []
        for seq, fact in enumerate(facts, 1):
            stamp = stamp.tick(now_ms)
            event_id = EventId(uuid7(now_ms, os.urandom(10)))
            seat = SeatName(self.seat)
            events.append(Event(event_id, journal, seq, seat, self.actor, now, stamp.value, None, fact))
        return tuple(events)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with connect(self.dsn, f"operator {self.seat} site") as connection:
            try:
                connection.execute(
                    "SET search_path = op112, pg_temp"
                )  # a window's login has it, an owner has not
                yield connection
            except psycopg.Error as error:
                if getattr(error, "sqlstate", None) == "OP001":
                    raise ServerProblem(
                        ServerReason.OTHER,
                        f"The server does not let this login publish ({words_of(error)}): use the settings of a seat.",
                    ) from error
                raise server_problem(error, self.dsn) from error
