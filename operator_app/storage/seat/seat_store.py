"""The seat's own store: its journal of events, on disk before anybody is told, and its copy of the room's events."""

import json
import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from operator_app.domain.event import BadRecordError, Event, from_record, to_record
from operator_app.domain.facts.fact import Lasts
from operator_app.domain.hlc import Stamp
from operator_app.domain.ids import EventId, IncidentId, JournalId
from operator_app.domain.incident import fold_incident
from operator_app.lanes.lane import Lane
from operator_app.storage.problems import StoreProblemError, StoreReason, store_problem
from operator_app.storage.seat import seat_schema
from operator_app.storage.seat.cipher import mark_encrypted, store_errors
from operator_app.storage.seat.restamp import Moved, restamped
from operator_app.storage.seat.store_lock import StoreLock
from operator_app.storage.seat.tidy import KEEP_DAYS, MOST_EVENTS, KeptEvent, columns, may_go
from operator_app.workflow.ports import ClockMark, JournalFailedError, JournalReason

log = logging.getLogger(__name__)

T = TypeVar("T")

_OwnRow = tuple[int, str, int, str, str]

_WAITING, _SENT, _QUARANTINED = 0, 1, 2
_CHUNK = 100
_DAMAGED_TOLD = 20
UNREAD_MOST = 1_000
"""So many events that cannot be read are remembered by their ids."""
"""Events of others kept in one transaction: an append waits for no more than these."""
_CHECKPOINT_EVERY = 400
"""Transactions between two checkpoints of the write-ahead log."""


_TIDY_FIRST_S, _TIDY_EVERY_S, _IDLE_S = 300.0, 6 * 3600.0, 10.0
_RECORDS = "SELECT record FROM own_event WHERE id IN ({0}) UNION ALL SELECT record FROM foreign_event WHERE id IN ({0})"
_AT_SERVER_AFTER = """
    SELECT record FROM own_event WHERE standing = 1 AND hlc > ?
    UNION ALL SELECT record FROM foreign_event WHERE hlc > ?
"""
_OF_KIND = """
    SELECT record FROM own_event WHERE record LIKE ?
    UNION ALL SELECT record FROM foreign_event WHERE record LIKE ?
"""
# What cannot be read stays; so does the last of our own, from which the numbers go on.
_PARTS = f"id, hlc, {columns('record')}"
_ALL_KEPT = f"""
    SELECT {_PARTS}, standing <> 1 OR seq = ? FROM own_event WHERE json_valid(record)
    UNION ALL SELECT {_PARTS}, 0 FROM foreign_event WHERE json_valid(record)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """What of the server's log this window has: a snapshot (`pg_current_snapshot`) of exactly this server.

    It says nothing about a server with another system identifier, timeline or generation.
    """

    snapshot: str
    system: str
    timeline: str
    generation: str


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event of our own on its way to the server; `record` is the JSON text of `to_record`."""

    seq: int
    id: EventId
    record: str
    journal: JournalId


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """An event of our own that the server will not take, and its words for it."""

    seq: int
    id: EventId
    trouble: str
    record: str


class SeatStore:
    """Journal of this seat and copy of the room, in one SQLite file under one process lock.

    `append` is for the event loop; every other method blocks for a moment and is for any thread but the loop's.
    The properties and counts never touch the disk. Two lanes: appends wait for no read and for at most one short
    write of the other lane, whose writes are not synced one by one: losing one only means to be told it again.
    """

    @classmethod
    def open(cls, folder: Path, key: str | None = None) -> "SeatStore":
        """Open the store in `folder`, or found it; with a `key` (64 hexadecimal digits) it is encrypted.

        Raises `StoreBusyError`, `StoreProblemError`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = StoreLock(folder)
        except OSError as error:
            raise StoreProblemError(
                StoreReason.UNUSABLE, folder, f"The seat's folder {folder} cannot be used: {error.strerror}."
            ) from error
        try:
            return cls(folder / seat_schema.FILE_NAME, lock, key)
        except store_errors() as error:
            lock.release()
            raise store_problem(folder / seat_schema.FILE_NAME, error) from error
        except BaseException:
            lock.release()
            raise

    def __init__(self, path: Path, lock: StoreLock, key: str | None = None) -> None:
        """Use `SeatStore.open`."""
        self._path = path
        self._lock = lock
        self._writing = threading.Lock()
        self._cursor: FeedCursor | None = None
        self._clock_mark: ClockMark | None = None
        self._unread: frozenset[str] = frozenset()
        self._listeners: list[Callable[[], None]] = []
        self._since_checkpoint = 0
        self._tidied = 0
        self._appended_s = self._moved_s = time.monotonic()
        self._tidy_due_s = time.monotonic() + _TIDY_FIRST_S
        self._journal_db = seat_schema.connect(path, synced=True, key=key)
        try:
            seat_schema.bring_up_to_date(self._journal_db, path, str(uuid.uuid4()))
            if key is not None:
                mark_encrypted(path)
            self._read_state()
            self._shelf_db = seat_schema.connect(path, synced=False, key=key)
        except BaseException:
            self._journal_db.close()
            raise
        self._journal_lane = Lane("journal")
        self._shelf_lane = Lane("seat store")

    def close(self) -> None:
        """Finish what is queued and let the next window in; later calls do nothing."""
        self._journal_lane.close()
        self._shelf_lane.close()
        self._journal_db.close()
        self._shelf_db.close()
        self._lock.release()

    # ---- the journal

    @property
    def journal_id(self) -> JournalId:
        """Own identity of this journal, made with the file; another one after `refound`."""
        return self._journal_id

    @property
    def journals(self) -> frozenset[JournalId]:
        """Every identity under which an event kept here was or is to be sent."""
        return frozenset(self._journals)

    @property
    def next_seq(self) -> int:
        """The sequence number of the next event of our own."""
        return self._next_seq

    @property
    def last_hlc(self) -> int:
        """The highest stamp here as of the opening or a `restamp`; a clock far ahead of ours counts only so far."""
        return self._last_hlc

    async def append(self, events: Sequence[Event]) -> None:
        """Return once all events are synced to disk, in order and all or none. Raises `JournalFailedError`."""
        if any(event.journal_id not in self._journals for event in events):
            raise ValueError("an event of another journal")
        if events:
            await self._journal_lane.run(self._append, events)

    def refound(self) -> int:
        """Give the journal a new identity, and every event of ours that waits a place under it; returns how many.

        For a store that is an older copy of itself (a disk put back): the server has other events under the numbers
        that come next. Events keep id, order and content, so each is told once. Raises `StoreProblemError`.
        """
        try:
            return self._journal_lane.submit(self._refound, str(uuid.uuid4())).result()
        except store_errors() as error:
            raise store_problem(self._path, error) from error

    def restamp(self, server_ms: int) -> Moved:
        """Move events of ours that wait and lie ahead of the server's clock back by one span; ids and order stay.

        For a seat whose clock ran ahead while it was alone. What the server has already stays as it is. Raises
        `StoreProblemError`.
        """
        try:
            return self._journal_lane.submit(self._restamp, server_ms).result()
        except store_errors() as error:
            raise store_problem(self._path, error) from error

    def listen(self, appended: Callable[[], None]) -> Callable[[], None]:
        """Call `appended` on the journal's lane after each append; the returned function ends that."""
        self._listeners.append(appended)
        return lambda: self._listeners.remove(appended)

    # ---- what the seat knows

    def events(self) -> tuple[Event, ...]:
        """Every event kept, own and foreign, in no order. Raises `StoreProblemError`."""
        return self._on_shelf(self._events)

    def keep_foreign(self, events: Sequence[Event], cursor: FeedCursor | None) -> None:
        """Keep events of the server's log, each once; with the last of them the cursor. Raises `StoreProblemError`."""
        rows = [(event.id, event.hlc, _encode(event), event.id) for event in events]
        chunks = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)] or [[]]
        for chunk in chunks[:-1]:
            self._on_shelf(self._keep, chunk, None)
        self._on_shelf(self._keep, chunks[-1], cursor)

    def forget(self, ids: Collection[str]) -> None:
        """An owner took these from all readers: the next start knows nothing of them. Raises `StoreProblemError`."""
        self._on_shelf(self._remove, list(ids))

    def unknown(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return those that are not here yet, neither as our own nor as of others. Raises `StoreProblemError`."""
        kept: set[str] = set()
        for start in range(0, len(events), _CHUNK):
            kept |= self._on_shelf(self._kept_of, [event.id for event in events[start : start + _CHUNK]])
        return [event for event in events if event.id not in kept]

    def cursor(self) -> FeedCursor | None:
        """How far the server's log is kept here; None before the first full load."""
        return self._cursor

    def unread(self) -> Collection[str]:
        """The ids of the room's events that could not be read here and are to be asked for again."""
        return self._unread

    def keep_unread(self, fresh: Collection[str], over: Collection[str]) -> None:
        """Remember some more of them, and forget those that are over. Raises `StoreProblemError`."""
        if fresh or over:
            self._on_shelf(self._keep_unread, frozenset(fresh), frozenset(over))

    # ---- on the way to the server

    def waiting(self) -> int:
        """How many events of ours the server does not have yet."""
        return self._waiting

    def stuck_s(self) -> float:
        """For how many seconds the server has taken nothing while something waits; 0 while nothing does."""
        return time.monotonic() - self._moved_s if self._waiting else 0.0

    def quarantined(self) -> int:
        """How many events of ours the server will not take."""
        return self._quarantined

    def unsent(self, limit: int) -> tuple[OutgoingEvent, ...]:
        """The oldest of the waiting events, in order. Raises `StoreProblemError`."""
        return self._on_shelf(self._unsent, limit)

    def unsent_ids(self) -> frozenset[EventId]:
        """The ids of all waiting events. Raises `StoreProblemError`."""
        return self._on_shelf(
            lambda: frozenset(row[0] for row in self._rows("SELECT id FROM own_event WHERE standing = 0"))
        )

    def mark_sent(self, ids: Iterable[EventId]) -> None:
        """The server has these. Raises `StoreProblemError`."""
        self._on_shelf(self._stand, [(_SENT, None, event_id) for event_id in ids])

    def quarantine(self, event_id: EventId, trouble: str) -> None:
        """Set an event of ours aside, so that the rest can go on. Raises `StoreProblemError`."""
        self._on_shelf(self._stand, [(_QUARANTINED, trouble, event_id)])

    def quarantine_list(self) -> tuple[QuarantinedEvent, ...]:
        """What was set aside, oldest first. Raises `StoreProblemError`."""
        sql = "SELECT seq, id, coalesce(trouble, ''), record FROM own_event WHERE standing = 2 ORDER BY seq"
        return self._on_shelf(lambda: tuple(QuarantinedEvent(*row) for row in self._rows(sql)))

    def retry_quarantined(self) -> int:
        """Let everything that was set aside wait again, e.g. after the server was brought up to date; returns how many.

        Raises `StoreProblemError`.
        """
        count = self._on_shelf(self._release)
        if count:
            for listener in tuple(self._listeners):
                listener()
        return count

    def server_has(self, heads: Mapping[str, int], present: Iterable[EventId]) -> tuple[EventId, ...]:
        """Take the server's word: the last number it has of each of our journals, and which waiting events it has.

        Later events wait again, though they may have been sent: a promoted or restored server can lack them.
        Returns the ids newly known to be there. Raises `StoreProblemError`.
        """
        return self._on_shelf(self._server_has, dict(heads), tuple(present))

    # ---- forgetting

    def tidied(self) -> int:
        """How often old events were removed since the store was opened."""
        return self._tidied

    def tidy(self, now_ms: int | None = None, most: int = MOST_EVENTS) -> int:
        """Forget what has ended and is older than 30 days, or over the bound in size; returns how many events.

        Done by itself at idle, every six hours. Raises `StoreProblemError`.
        """
        return self._on_shelf(self._tidy, now_ms, most)

    # ---- the clock

    @property
    def clock_offset_ms(self) -> float:
        """What to add to this PC's clock to get the server's, as last measured."""
        return self._clock_offset_ms

    @property
    def clock_mark(self) -> ClockMark | None:
        """The server's time at a moment of this PC's counter, as last measured; None before the first."""
        return self._clock_mark

    def keep_clock(self, offset_ms: float, mark: ClockMark) -> None:
        """Keep a new measurement, also for the next start without a server. Raises `StoreProblemError`."""
        self._clock_offset_ms, self._clock_mark = offset_ms, mark
        columns = "clock_offset_ms = ?, clock_server_ms = ?, clock_steady_s = ?, clock_boot = ?"
        self._on_shelf(self._change_store, columns, (offset_ms, mark.server_ms, mark.steady_s, mark.boot))

    @property
    def newest_at(self) -> datetime | None:
        """When the last event of our own happened, as it stood when the store was opened."""
        return self._newest_at

    # ---- on the journal's lane

    def _append(self, events: Sequence[Event]) -> None:
        self._journal_lane.check()
        if [event.seq for event in events] != list(range(self._next_seq, self._next_seq + len(events))):
            raise ValueError(
                f"sequence numbers {events[0].seq}.. do not continue the journal at {self._next_seq}"
            )
        rows: list[_OwnRow] = []
        for event in events:  # made just before the journal was refounded: they belong to the new one
            own = (
                replace(event, journal_id=self._journal_id) if event.journal_id != self._journal_id else event
            )
            rows.append((own.seq, own.id, own.hlc, _encode(own), own.journal_id))
        try:
            with self._writing:
                with self._transaction(self._journal_db) as db:
                    db.executemany(
                        "INSERT INTO own_event (seq, id, hlc, record, journal) VALUES (?, ?, ?, ?, ?)", rows
                    )
                self._next_seq += len(rows)
                if not self._waiting:
                    self._moved_s = time.monotonic()
                self._waiting += len(rows)
        except store_errors() as error:
            problem = store_problem(self._path, error)
            raise JournalFailedError(problem.sentence, JournalReason(problem.reason.value)) from error
        for listener in tuple(self._listeners):
            listener()
        if self._since_checkpoint >= _CHECKPOINT_EVERY:
            self._since_checkpoint = 0
            self._shelf_lane.submit(self._checkpoint)
        self._appended_s = time.monotonic()
        if (
            self._appended_s >= self._tidy_due_s + _IDLE_S
        ):  # a seat without a server has nothing else that asks
            self._shelf_lane.submit(self._tidy_in_time, 0.0)

    def _refound(self, journal_id: str) -> int:
        with self._writing:
            with self._transaction(self._journal_db) as db:
                waiting = db.execute("SELECT seq, record FROM own_event WHERE standing = 0").fetchall()
                rows = []
                for seq, record in waiting:
                    try:
                        moved = json.dumps(
                            json.loads(record) | {"journal_id": journal_id}, separators=(",", ":")
                        )
                    except (
                        json.JSONDecodeError
                    ):  # it stays as it is; the server will not take it, and it is set aside
                        moved = record
                    rows.append((journal_id, moved, seq))
                db.executemany("UPDATE own_event SET journal = ?, record = ? WHERE seq = ?", rows)
                db.execute("UPDATE store SET journal_id = ?", (journal_id,))
            self._journals.add(JournalId(journal_id))
            self._journal_id = JournalId(journal_id)
        return len(rows)

    def _restamp(self, server_ms: int) -> Moved:
        with self._writing:
            db = self._journal_db
            now_hlc = server_ms << 16
            moved = restamped(
                _readable(db.execute("SELECT record FROM own_event WHERE standing = 0")),
                _readable(db.execute(_AT_SERVER_AFTER, (now_hlc, now_hlc))),
                db.execute(
                    "SELECT coalesce(max(hlc), 0) FROM own_event WHERE hlc <= ?", (now_hlc,)
                ).fetchone()[0],
                server_ms,
            )
            with self._transaction(db):
                for event in moved.events:
                    (record,) = db.execute(
                        "SELECT record FROM own_event WHERE id = ?", (event.id,)
                    ).fetchone()
                    times = {"occurred_at": event.occurred_at.isoformat(), "hlc": event.hlc}
                    again = json.dumps(json.loads(record) | times, separators=(",", ":"))
                    db.execute(
                        "UPDATE own_event SET hlc = ?, record = ? WHERE id = ? AND standing = 0",
                        (event.hlc, again, event.id),
                    )
                ops = {each.fact.op for each in moved.events if each.fact.lasts is Lasts.UNTIL_NEXT}
                beside = [
                    event for op in ops for event in _readable(db.execute(_OF_KIND, (f'%"op":"{op}"%',) * 2))
                ]
            self._last_hlc = self._highest_hlc(server_ms)
        return replace(moved, beside=tuple(beside))

    # ---- on the shelf's lane

    def _on_shelf(self, work: Callable[..., T], *args: object) -> T:
        try:
            return self._shelf_lane.submit(work, *args).result()
        except store_errors() as error:
            raise store_problem(self._path, error) from error

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        self._shelf_lane.check()
        return self._shelf_db.execute(sql, values).fetchall()

    def _events(self) -> tuple[Event, ...]:
        events: list[Event] = []
        damaged: set[str] = set()
        sql = "SELECT id, record FROM own_event UNION ALL SELECT id, record FROM foreign_event"
        for event_id, record in self._shelf_db.execute(sql):
            try:
                events.append(_read(record))
            except BadRecordError as error:
                damaged.add(event_id)
                if len(damaged) <= _DAMAGED_TOLD:
                    log.error(  # noqa: TRY400  (a traceback of each says nothing more)
                        "event %s in %s cannot be read (%s); it is passed over and asked of the server again",
                        event_id, self._path, str(error)[:200],
                    )  # fmt: skip
        fresh = frozenset(sorted(damaged - self._unread)[: max(0, UNREAD_MOST - len(self._unread))])
        if fresh:
            self._keep_unread(fresh, frozenset())
        return tuple(events)

    def _kept_of(self, ids: Sequence[EventId]) -> set[str]:
        places = ", ".join("?" * len(ids))
        sql = f"SELECT id FROM own_event WHERE id IN ({places}) UNION SELECT id FROM foreign_event WHERE id IN ({places})"  # noqa: S608, E501
        return {row[0] for row in self._rows(sql, [*ids, *ids])} - self._unread

    def _keep(self, rows: list[tuple[str, int, str, str]], cursor: FeedCursor | None) -> None:
        with self._writing, self._transaction(self._shelf_db) as db:
            db.executemany(
                "INSERT INTO foreign_event (id, hlc, record) SELECT ?, ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM own_event WHERE id = ?)"
                " ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, record = excluded.record"
                " WHERE foreign_event.id IN (SELECT unread.id FROM unread)",  # a damaged one, fetched again
                rows,
            )
            if cursor is not None:
                columns = "feed_snapshot = ?, feed_system = ?, feed_timeline = ?, feed_generation = ?"
                values = (cursor.snapshot, cursor.system, cursor.timeline, cursor.generation)
                db.execute(f"UPDATE store SET {columns}", values)  # noqa: S608
        if cursor is not None:
            self._cursor = cursor
        self._checkpoint_in_time()
        self._tidy_in_time(_IDLE_S)

    def _keep_unread(self, fresh: frozenset[str], over: frozenset[str]) -> None:
        with self._writing, self._transaction(self._shelf_db) as db:
            db.executemany("INSERT OR IGNORE INTO unread (id) VALUES (?)", [(each,) for each in fresh])
            db.executemany("DELETE FROM unread WHERE id = ?", [(each,) for each in over])
        self._unread = (self._unread | fresh) - over

    def _change_store(self, columns: str, values: tuple[object, ...]) -> None:
        with self._writing, self._transaction(self._shelf_db) as db:
            db.execute(f"UPDATE store SET {columns}", values)  # noqa: S608  (column names are ours)

    def _unsent(self, limit: int) -> tuple[OutgoingEvent, ...]:
        sql = "SELECT seq, id, record, journal FROM own_event WHERE standing = 0 ORDER BY seq LIMIT ?"
        return tuple(OutgoingEvent(*row) for row in self._shelf_db.execute(sql, (limit,)))

    def _stand(self, rows: list[tuple[int, str | None, str]]) -> None:
        with self._writing:
            with self._transaction(self._shelf_db) as db:
                db.executemany("UPDATE own_event SET standing = ?, trouble = ? WHERE id = ?", rows)
            self._moved_s = time.monotonic()
            self._waiting, self._quarantined = _counts(db)
        self._checkpoint_in_time()

    def _release(self) -> int:
        with self._writing:
            with self._transaction(self._shelf_db) as db:
                sql = "UPDATE own_event SET standing = 0, trouble = NULL WHERE standing = 2"
                count = db.execute(sql).rowcount
            self._moved_s = time.monotonic()
            self._waiting, self._quarantined = _counts(db)
        return count

    def _server_has(self, heads: Mapping[str, int], present: Sequence[EventId]) -> tuple[EventId, ...]:
        with self._writing:
            with self._transaction(self._shelf_db) as db:
                arrived = "UPDATE own_event SET standing = 1 WHERE standing = 0 AND id = ?"
                ids = tuple(each for each in present if db.execute(arrived, (each,)).rowcount)
                for journal in self._journals:
                    db.execute(
                        "UPDATE own_event SET standing = 0 WHERE standing = 1 AND journal = ? AND seq > ?",
                        (journal, heads.get(journal, 0)),
                    )
            self._moved_s = time.monotonic()
            self._waiting, self._quarantined = _counts(db)
        return ids

    def _tidy_in_time(self, idle_s: float) -> None:
        now = time.monotonic()
        if now >= self._tidy_due_s and now - self._appended_s >= idle_s:
            self._tidy_due_s = now + _TIDY_EVERY_S
            try:
                self._tidy(None, MOST_EVENTS)
            except store_errors() as error:  # nothing is lost; told here, tried again in six hours
                log.error("old events cannot be removed: %s", store_problem(self._path, error))  # noqa: TRY400

    def _tidy(self, now_ms: int | None, most: int) -> int:
        now_ms = self._old_from_ms() if now_ms is None else now_ms
        old_hlc = (now_ms - KEEP_DAYS * 86_400_000) << 16
        newest = self._rows("SELECT coalesce(max(seq), 0) FROM own_event")[0][0]
        rows = self._shelf_db.execute(_ALL_KEPT, (newest,))
        kept = (KeptEvent(*row) for row in rows)
        ids = may_go(kept, old_hlc, most, self._is_open)
        self._remove(ids)
        if ids:
            self._tidied += 1
            log.info("%d old events were removed from %s", len(ids), self._path)
        return len(ids)

    def _remove(self, ids: Sequence[str]) -> None:
        """Take away what the server has; the last of our own stays, as its number goes on from there."""
        newest = self._rows("SELECT coalesce(max(seq), 0) FROM own_event")[0][0]
        for start in range(0, len(ids), _CHUNK):
            part = [(each,) for each in ids[start : start + _CHUNK]]
            with self._writing, self._transaction(self._shelf_db) as db:
                db.executemany("DELETE FROM foreign_event WHERE id = ?", part)
                own = [(each, newest) for (each,) in part]
                db.executemany("DELETE FROM own_event WHERE id = ? AND standing = 1 AND seq < ?", own)
            self._checkpoint_in_time()

    def _old_from_ms(self) -> int:
        """The time for the age of what is kept: a clock that runs ahead must not make all of it old."""
        newest = max(
            self._rows(f"SELECT coalesce(max(hlc), 0) FROM {table}_event")[0][0] >> 16  # noqa: S608
            for table in ("own", "foreign")
        )
        return min(int(time.time() * 1000 + self._clock_offset_ms), int(newest))

    def _is_open(self, incident_id: str, ids: Sequence[str]) -> bool:
        events = []
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            for (record,) in self._rows(_RECORDS.format(", ".join("?" * len(part))), [*part, *part]):
                try:
                    events.append(_read(record))
                except BadRecordError:
                    return True  # who knows; it stays
        return fold_incident(IncidentId(incident_id), events).is_open

    def _checkpoint_in_time(self) -> None:
        if self._since_checkpoint >= _CHECKPOINT_EVERY:
            self._since_checkpoint = 0
            self._checkpoint()

    def _checkpoint(self) -> None:
        with self._writing:
            self._shelf_db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    # ---- both

    @contextmanager
    def _transaction(self, db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        """Under the write lock only."""
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._since_checkpoint += 1

    def _read_state(self) -> None:
        db = self._journal_db
        damage = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
        row = db.execute(
            "SELECT journal_id, clock_offset_ms, feed_snapshot, feed_system, feed_timeline, feed_generation,"
            " clock_server_ms, clock_steady_s, clock_boot FROM store"
        ).fetchone()
        self._journal_id = JournalId(row[0])
        self._journals: set[JournalId] = {
            self._journal_id,
            *(JournalId(each) for (each,) in db.execute("SELECT DISTINCT journal FROM own_event")),
        }
        self._clock_offset_ms = float(row[1])
        self._unread = frozenset(each for (each,) in db.execute("SELECT id FROM unread"))
        self._cursor = None if row[2] is None else FeedCursor(*row[2:6])
        self._clock_mark = None if row[6] is None else ClockMark(*row[6:9])
        self._newest_at = _happened(
            db.execute("SELECT record FROM own_event ORDER BY seq DESC LIMIT 1").fetchone()
        )
        self._next_seq: int = db.execute("SELECT coalesce(max(seq), 0) FROM own_event").fetchone()[0] + 1
        self._last_hlc = self._highest_hlc(int(time.time() * 1000 + self._clock_offset_ms))
        self._waiting, self._quarantined = _counts(db)

    def _highest_hlc(self, now_ms: int) -> int:
        highest = (
            self._journal_db.execute(f"SELECT coalesce(max(hlc), 0) FROM {table}_event").fetchone()[0]  # noqa: S608
            for table in ("own", "foreign")
        )
        return Stamp().seen(max(highest), now_ms).value


def set_aside(folder: Path) -> Path:
    """Move a store that cannot be used out of the way, whole, and return where it lies now.

    Only on a person's explicit order: the next start founds an empty store, and what was not yet at the server is
    only in the file that was moved. Raises `StoreBusyError`, `OSError`.
    """
    lock = StoreLock(folder)
    try:
        place = folder / f"set-aside-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        place.mkdir()
        for file in sorted(folder.glob(f"{seat_schema.FILE_NAME}*")):
            file.rename(place / file.name)
        return place
    finally:
        lock.release()


def _read(record: str) -> Event:
    """Return the event of a row. Raises `BadRecordError` whatever stands there."""
    try:
        return from_record(json.loads(record))
    except BadRecordError:
        raise
    except (ValueError, RecursionError) as error:
        raise BadRecordError(str(error)) from error


def _readable(rows: Iterable[tuple[str]]) -> list[Event]:
    events = []
    for (record,) in rows:
        with suppress(BadRecordError):  # told where the store is read
            events.append(_read(record))
    return events


def _happened(row: tuple[str] | None) -> datetime | None:
    try:
        return None if row is None else _read(row[0]).occurred_at
    except BadRecordError:
        return None


def _counts(db: sqlite3.Connection) -> tuple[int, int]:
    sql = "SELECT count(*) FROM own_event WHERE standing = "  # a constant each, so that its partial index serves
    waiting, quarantined = (db.execute(sql + standing).fetchone()[0] for standing in "02")
    return waiting, quarantined


def _encode(event: Event) -> str:
    return json.dumps(
        to_record(event), separators=(",", ":")
    )  # ASCII: the file takes any text, even half a character
