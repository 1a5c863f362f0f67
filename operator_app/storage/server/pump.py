"""What we did, to the server: the journal's waiting events in order, in batches, each batch one idempotent call."""

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Sequence

import psycopg
import sqlalchemy
import sqlalchemy.exc

from operator_app.domain.event import Event
from operator_app.domain.ids import EventId
from operator_app.storage.problems import ServerProblem, StoreProblemError
from operator_app.storage.seat.seat_store import OutgoingEvent, SeatStore
from operator_app.storage.server.door import Connection, connect, there
from operator_app.storage.server.feed import Backoff
from operator_app.storage.server.server_errors import Verdict, is_ahead, server_problem, verdict, words_of
from operator_app.storage.server.socket_guard import SocketGuard

log = logging.getLogger(__name__)

BATCH = 50
APPLY_LIMIT_S = 5.0
_APPLY = sqlalchemy.text(
    "SELECT event_id::text, result FROM op112.apply_events_v1(:journal, :seat, CAST(:events AS jsonb))"
)
_NOW_MS = sqlalchemy.text("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")


class Pump:
    """Sends on a thread of its own while it is told that the server is there."""

    def __init__(
        self,
        dsn: str,
        seat: str,
        store: SeatStore,
        guard: SocketGuard,
        *,
        shared: Callable[[tuple[str, ...]], None],
        restamped: Callable[[tuple[Event, ...]], None],
        troubled: Callable[[ServerProblem | None], None],
        changed: Callable[[], None],
    ) -> None:
        """On the pump's thread: `shared` is told ids that arrived, `troubled` why nothing goes, or None.

        `restamped` is told our own events in the times they have now, as the server's clock allows.
        """
        self._dsn = dsn
        self._seat = seat
        self._store = store
        self._guard = guard
        self._shared = shared
        self._tell_restamped = restamped
        self._restamped: set[EventId] = set()
        self._troubled = troubled
        self._changed = changed
        self._engine = sqlalchemy.create_engine(
            "postgresql+psycopg://",
            creator=lambda: connect(dsn, f"operator {seat} pump"),
            pool_size=1,
            max_overflow=0,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._wake = threading.Event()
        self._open = threading.Event()
        self._renew = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)

    def start(self) -> None:
        """Begin to wait for work and for the server."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send. From any thread, costs nothing."""
        self._wake.set()

    def server_is_there(self, there: bool) -> None:
        """Send, or wait. From any thread."""
        if there:
            self._renew.set()  # connections of before are of no use
            self._open.set()
            self._wake.set()
        else:
            self._open.clear()

    def stop(self) -> None:
        """End the thread after the batch under way; the rest stays in the journal."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._engine.dispose()

    # ---- the thread

    def _run(self) -> None:
        backoff = Backoff()
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._stopping.is_set():
                return
            try:
                if self._open.is_set():
                    if self._renew.is_set():
                        self._renew.clear()
                        self._engine.dispose()
                    self._send_all()
                    backoff.reset()
                    self._troubled(None)
                continue
            except ServerProblem as problem:
                log.info("sending waits: %s", problem.detail)
                self._troubled(problem)
            except StoreProblemError as error:
                log.error("sending waits for the seat's store: %s", error)  # noqa: TRY400
            except (psycopg.Error, sqlalchemy.exc.DBAPIError) as error:
                log.warning("sending waits: %s", words_of(error))
                self._troubled(server_problem(error, self._dsn))
            except (
                Exception
            ):  # a fault of ours must not stop the pump for good: the events are safe, and tried again
                log.exception("sending failed")
            self._engine.dispose()
            self._stopping.wait(backoff.next_s())
            self._wake.set()

    def _send_all(self) -> None:
        while not self._stopping.is_set() and (events := self._store.unsent(BATCH)):
            batch = [event for event in events if event.journal == events[0].journal]
            with self._engine.connect() as connection, contextlib.suppress(_ReadAnewError):
                self._send(connection, batch)

    def _send(self, connection: sqlalchemy.Connection, events: Sequence[OutgoingEvent]) -> None:
        """Send a batch; one that holds a poisoned event is halved until that one is alone, and set aside."""
        try:
            results = self._apply(connection, events)
        except (psycopg.Error, sqlalchemy.exc.DBAPIError) as error:
            if verdict(error) is not Verdict.POISON:
                raise
            if len(events) == 1:
                if is_ahead(error):
                    self._restamp(connection, events[0].id)
                self._set_aside(events[0].id, words_of(error))
                return
            middle = len(events) // 2
            self._send(connection, events[:middle])
            self._send(connection, events[middle:])
            return
        arrived = tuple(EventId(event_id) for event_id, result in results if result in {"new", "known"})
        self._store.mark_sent(arrived)
        if arrived:
            self._shared(arrived)
        for event_id, result in results:
            if result == "differs":
                self._set_aside(EventId(event_id), "differs: the server has another event of this id")
        self._changed()
        if any(result == "taken" for _, result in results):
            self._refound(connection)

    def _refound(self, connection: sqlalchemy.Connection) -> None:
        """The server has other events under our numbers: this store is an older copy of itself that came back."""
        with self._guard.limit(_driver(connection), APPLY_LIMIT_S):
            present = there(_driver(connection), self._store.unsent_ids())
        if present:
            self._store.mark_sent(present)
            self._shared(present)
        moved = self._store.refound()
        log.warning(
            "this store is an older copy: its journal goes on as %s, %d events with it",
            self._store.journal_id,
            moved,
        )
        raise _ReadAnewError

    def _restamp(self, connection: sqlalchemy.Connection, event_id: EventId) -> None:
        """The door finds a time of ours ahead of the server's clock: put back what waits, each event once."""
        if event_id in self._restamped:
            return
        with self._guard.limit(_driver(connection), APPLY_LIMIT_S):
            present = there(_driver(connection), self._store.unsent_ids())  # of a batch whose answer was lost
            server_ms = connection.execute(_NOW_MS).scalar_one()
        if present:
            self._store.mark_sent(present)
            self._shared(present)
        moved = self._store.restamp(server_ms)
        ids = {event.id for event in moved.events}
        self._restamped |= ids
        if not ids:
            return
        log.warning(
            "this seat's clock ran ahead while it was alone: %d events are put back by %.0f s",
            len(ids),
            moved.by_s,
        )
        self._tell_restamped(moved.events + tuple(each for each in moved.beside if each.id not in ids))
        if event_id in ids:
            raise _ReadAnewError

    def _apply(
        self, connection: sqlalchemy.Connection, events: Sequence[OutgoingEvent]
    ) -> list[tuple[str, str]]:
        values = {
            "journal": uuid.UUID(events[0].journal),
            "seat": self._seat,
            "events": f"[{','.join(event.record for event in events)}]",
        }
        with self._guard.limit(_driver(connection), APPLY_LIMIT_S):
            return [(row[0], row[1]) for row in connection.execute(_APPLY, values)]

    def _set_aside(self, event_id: EventId, trouble: str) -> None:
        log.error("event %s is set aside: %s", event_id, trouble)
        self._store.quarantine(event_id, trouble)
        self._restamped.discard(event_id)
        self._changed()


class _ReadAnewError(Exception):
    """The journal has a new identity or new times: what was read from it before must be read again."""


def _driver(connection: sqlalchemy.Connection) -> Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver
