"""What others do, as soon as it is done: one connection that listens, asks each second what it has missed, and beats.

A notification only wakes it: any login may send one, so what it says is never read. The snapshot delta (when woken,
when a beat is told that there is news, and right after each connect) is the only source. The cursor is a snapshot of
the server (`pg_current_snapshot`): nothing is lost when transactions commit out of order.

A window that only reads may do so at a standby. There a snapshot does not know which transactions are open, so the feed
takes what is older than all of them; there is nothing to listen to, so it asks more often.
"""

import contextlib
import logging
import random
import statistics
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from operator_app.domain.event import Event
from operator_app.lanes.steady import boot_id, steady_s
from operator_app.storage.problems import ServerProblem, ServerReason, StoreProblemError
from operator_app.storage.seat.seat_store import UNREAD_MOST, FeedCursor
from operator_app.storage.server.bell import Bell
from operator_app.storage.server.door import Connection, ServerMark, connect, greet, mark_of
from operator_app.storage.server.reading import COLUMNS, Unread, read_rows
from operator_app.storage.server.roll import Roll
from operator_app.storage.server.server_errors import problem_of, server_problem
from operator_app.storage.server.socket_guard import SocketGuard
from operator_app.workflow.ports import ClockMark, Presence

log = logging.getLogger(__name__)

CHANNEL = "op112"
BEAT_S = 1.0
BEAT_LIMIT_S = 1.5
"""A server that does not answer a beat in this time is given up: noticed 2.5 s after its last sign of life at most."""
PAGE_LIMIT_S = 2.5
PAGE = 300
"""Events a query: more at once would hold the interpreter, and with it the window, for too long."""
LOAD_AT_ONCE = 25
"""Incidents or calls a query, each with its whole past."""
LOAD_MOST = 10_000
"""Incidents and calls of the past that a first load brings at most, the newest; beside every open incident."""
STANDBY_ASK_S = 0.25
"""Time between two deltas at a standby."""
BEHIND_S = 10.0
"""A standby that has heard nothing from its primary for so long is told as silent. Every window beats each second."""
HINT_GAP_S = 0.02
"""Time between two deltas: a login that sends notifications without end costs no window more than fifty a second."""
SPREAD_S_EACH, SPREAD_MOST_S = 0.0005, 0.15
"""A commit wakes every window. They spread their deltas over so much time for each window of the room, at most that
long, and rest as long after each: the server answers one by one anyway, and what is committed meanwhile is read
together."""
CURSOR_KEPT_S = 30.0
"""How often a cursor is kept while nothing happens."""


_Row = dict[str, Any]


class Shelf(Protocol):
    """Where the feed keeps what it has read: the seat's store, or only the memory of a wall."""

    def cursor(self) -> FeedCursor | None:
        """How far the server's log is kept."""
        ...

    def unknown(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return those that are not kept here yet, neither as ours nor as of others."""
        ...

    def keep_foreign(self, events: Sequence[Event], cursor: FeedCursor | None) -> None:
        """Keep events and the cursor after them."""
        ...

    def forget(self, ids: Collection[str]) -> None:
        """An owner took these from all readers."""
        ...

    def tidied(self) -> int:
        """How often old events were removed here; then nothing is known to be kept whole any more."""
        ...

    def unread(self) -> Collection[str]:
        """The ids of events that could not be read here and are to be asked for again."""
        ...

    def keep_unread(self, fresh: Collection[str], over: Collection[str]) -> None:
        """Remember some more of them, and forget those that are read by now or are told no more."""
        ...


class MemoryShelf:
    """For a window without a store: it loads everything anew at each start."""

    def __init__(self) -> None:
        self._cursor: FeedCursor | None = None
        self._unread: frozenset[str] = frozenset()

    def cursor(self) -> FeedCursor | None:
        """How far this window has read."""
        return self._cursor

    def unknown(self, events: Sequence[Event]) -> Sequence[Event]:
        """All of them: the board takes each once."""
        return events

    def keep_foreign(self, events: Sequence[Event], cursor: FeedCursor | None) -> None:  # noqa: ARG002
        """Remember the cursor only."""
        self._cursor = cursor or self._cursor

    def forget(self, ids: Collection[str]) -> None:
        """Nothing: the next start loads all anew."""

    def tidied(self) -> int:
        """Never: what this window has, it has on its board."""
        return 0

    def unread(self) -> Collection[str]:
        """What could not be read since the start."""
        return self._unread

    def keep_unread(self, fresh: Collection[str], over: Collection[str]) -> None:
        """Remember until the end of this window."""
        self._unread = (self._unread | frozenset(fresh)) - frozenset(over)


@dataclass(frozen=True, slots=True)
class Window:
    """Who is at this end."""

    seat: str
    role: str
    version: str


class FeedListener(Protocol):
    """What the feed tells, on its own thread."""

    def fed(self, events: Sequence[Event]) -> None:
        """These events were not told before, as far as the feed knows."""
        ...

    def connected(self, connection: Connection, mark: ServerMark) -> None:
        """The way in is open and everything missed was told; the connection may be used until this returns."""
        ...

    def lost(self, problem: ServerProblem) -> None:
        """The server is away; the feed tries again by itself."""
        ...

    def beaten(self, presence: tuple[Presence, ...], offset_ms: float, mark: ClockMark) -> None:
        """Another beat: who is there, what to add to this PC's clock to get the server's, and that by its counter."""
        ...


class Feed:
    """The feed of one window, on a thread of its own from `start` to `stop`."""

    def __init__(
        self,
        dsn: str,
        window: Window,
        shelf: Shelf,
        guard: SocketGuard,
        listener: FeedListener,
        *,
        waiting: Callable[[], int] = lambda: 0,
        history_days: int = 30,
        reads_only: bool = False,
    ) -> None:
        """`waiting` is told to the server; `history_days` bounds what a first load brings.

        A feed that `reads_only` may follow a standby.
        """
        self._dsn = dsn
        self._window = window
        self._shelf = shelf
        self._guard = guard
        self._listener = listener
        self._waiting = waiting
        self._history_days = history_days
        self._reads_only = reads_only
        self._window_id = uuid.uuid4()
        self._cursor = shelf.cursor()
        self._cursor_kept_at = 0.0
        self._whole_incidents: set[str] = set()
        self._whole_calls: set[str] = set()
        self._tidied = 0
        self._ahead_s: deque[float] = deque(maxlen=5)
        self._boot = boot_id()
        self._hand: tuple[str | None, str] = (None, "")
        self._hand_moved = threading.Event()
        self._roll = Roll()
        self._lost = ""
        self._stopping = threading.Event()
        self._bell: Bell | None = None
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begin; the first word to the listener is `connected` or `lost`."""
        self._bell = Bell()
        self._thread.start()

    def tell_at_hand(self, incident_id: str | None, field: str) -> None:
        """Tell the other windows, within a moment, what this one has in its form. From any thread."""
        self._hand = (incident_id, field)
        self._hand_moved.set()
        if self._bell is not None:
            self._bell.ring()

    def stop(self) -> None:
        """Take leave of the server and end the thread; waits for a connect that is under way."""
        self._stopping.set()
        if self._bell is None:
            return
        self._bell.ring()
        self._thread.join()
        self._bell.close()

    # ---- the thread

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                name = f"operator {self._window.seat} feed"
                with connect(self._dsn, name, reads_only=self._reads_only) as connection:
                    self._session(connection, backoff)
            except ServerProblem as problem:
                self._lose(problem)
            except psycopg.Error as error:
                self._lose(server_problem(error, self._dsn))
            except StoreProblemError as error:
                self._lose(ServerProblem(ServerReason.OTHER, error.sentence))
            except (
                Exception
            ) as error:  # a fault of ours must not leave the room silent: it is shown, and tried again
                log.exception("the feed failed")
                self._lose(ServerProblem(ServerReason.OTHER, f"The feed failed: {error!r}."))
            self._stopping.wait(backoff.next_s())

    def _lose(self, problem: ServerProblem) -> None:
        """Tell that the server is away; the log hears of each cause once, and again after a connect."""
        cause = f"{problem.sentence} ({problem.detail})" if problem.detail else problem.sentence
        if cause != self._lost:
            self._lost = cause
            log.warning("without the server: %s", cause)
        self._listener.lost(problem)

    def _session(self, connection: Connection, backoff: "Backoff") -> None:
        greeted = greet(connection, self._dsn, self._guard, reads_only=self._reads_only)
        self._ahead_s.clear()
        self._roll.forget()
        if not greeted.standby:
            with self._limit(connection, BEAT_LIMIT_S):
                connection.execute(f"LISTEN {CHANNEL}")
        mark = self._beat(connection, greeted)[0]
        self._catch_up(connection, mark)
        self._ask_again(connection)
        self._listener.connected(connection, mark)
        self._lost = ""
        backoff.reset()
        if mark.standby:
            self._follow(connection, mark)
            return
        assert self._bell is not None
        with self._bell.watching(connection):
            self._listen(connection, mark, self._bell)
        with self._limit(connection, BEAT_LIMIT_S), contextlib.suppress(psycopg.Error):
            connection.execute("SELECT op112.leave_v1(%s)", (self._window_id,))

    def _listen(self, connection: Connection, mark: ServerMark, bell: Bell) -> None:
        """At a primary, until asked to stop."""
        next_beat = time.monotonic() + BEAT_S
        while not self._stopping.is_set():
            woken = self._woken(connection, bell, next_beat - time.monotonic())
            if self._hand_moved.is_set() or time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEAT_S
                known = mark
                mark, has_news = self._beat(connection, mark)
                woken |= has_news or mark != known
            if woken:
                self._catch_up(connection, mark)
                self._stopping.wait(max(HINT_GAP_S, self._spread_s()))

    def _follow(self, connection: Connection, mark: ServerMark) -> None:
        """At a standby there is nothing to listen to. Until asked to stop, or it was promoted."""
        next_beat = time.monotonic() + BEAT_S
        while not self._stopping.is_set() and mark.standby:
            self._stopping.wait(STANDBY_ASK_S)
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEAT_S
                mark, _ = self._beat(connection, mark)
            self._catch_up(connection, mark)

    def _woken(self, connection: Connection, bell: Bell, seconds: float) -> bool:
        """Wait for a notification, whatever it says; returns whether one came. All that came by then are one."""
        if not _notified(connection):
            bell.wait(seconds)
            if self._hand_moved.is_set() or not _notified(connection):
                return False
        self._stopping.wait(random.uniform(0.0, self._spread_s()))  # noqa: S311
        _notified(connection)
        return True

    def _spread_s(self) -> float:
        return min(len(self._roll) * SPREAD_S_EACH, SPREAD_MOST_S)

    def _beat(self, connection: Connection, mark: ServerMark) -> tuple[ServerMark, bool]:
        """A sign of life; returns which server it is and whether its log has news."""
        sent_s = steady_s()
        if mark.standby:
            told = self._watch(connection)
            has_news = True
            self._roll.replace(told["presence"] or ())
        else:
            told = self._tell_life(connection, mark)
            has_news = told["has_news"]
        # Against the PC's counter: a hand on its clock between two beats changes nothing.
        self._ahead_s.append(told["now"] - (sent_s + steady_s()) / 2)
        server_s = statistics.median(self._ahead_s) + (counted := steady_s())
        offset_ms = (server_s - time.time()) * 1000
        self._listener.beaten(
            self._roll.windows(), offset_ms, ClockMark(server_s * 1000, counted, self._boot)
        )
        return mark_of(told, self._dsn, reads_only=self._reads_only), has_news

    def _watch(self, connection: Connection) -> _Row:
        with self._limit(connection, BEAT_LIMIT_S):
            row = connection.execute("SELECT op112.watch_v1()").fetchone()
        assert row is not None
        told: _Row = row[0]
        if (behind_s := told.get("behind_s") or 0) > BEHIND_S:
            detail = f"a standby without a word from its primary for {behind_s:.0f} s"
            raise problem_of(ServerReason.SILENT, self._dsn, detail)
        return told

    def _tell_life(self, connection: Connection, mark: ServerMark) -> _Row:
        self._hand_moved.clear()
        window = self._window
        since = self._roll.asked_from(time.monotonic())
        values = (
            *(self._window_id, window.seat, window.role, window.version, self._waiting()),
            *(*self._hand, since, None if self._cursor is None else self._cursor.snapshot),
        )
        (told,) = self._query(connection, _BEAT, values, BEAT_LIMIT_S)
        self._roll.take(time.monotonic(), told["now"], since, told["changed"] or (), told["silent"] or ())
        which = {"system": mark.system, "timeline": mark.timeline, "standby": False}
        return {**told, **which, "generation": str(told["generation"])}

    # ---- catching up

    def _catch_up(self, connection: Connection, mark: ServerMark) -> None:
        held = self._cursor
        if held is not None and (held.system, held.generation) == (mark.system, mark.generation):
            if mark.timeline < held.timeline and not mark.standby:
                raise ServerProblem(
                    ServerReason.OTHER,
                    "This server was replaced by another one since; it must be shut off.",
                    str(mark),
                )
            if mark.timeline == held.timeline:
                self._delta(connection, held)
                return
        self._load(connection, mark)

    def _delta(self, connection: Connection, held: FeedCursor) -> None:
        """Everything committed since the cursor's snapshot, whichever transaction began first."""
        rows = self._query(connection, _DELTA, {"old": held.snapshot, "limit": PAGE + 1})
        target, rows = rows[0]["target"], [row for row in rows if row["id"] is not None]
        fresh, told = FeedCursor(target, held.system, held.timeline, held.generation), set[str]()
        while len(rows) > PAGE:
            self._tell(connection, rows, target, told, None)
            last = {"xid": rows[-1]["xid"], "seq": rows[-1]["log_seq"]}
            rows = self._query(
                connection, _DELTA_PAGE, {"old": held.snapshot, "target": target, "limit": PAGE + 1, **last}
            )
        self._tell(connection, rows, target, told, fresh)

    def _tell(
        self, connection: Connection, rows: list[_Row], target: str, told: set[str], cursor: FeedCursor | None
    ) -> None:
        """Take rows of a delta, led by the past of what may be older than all that was loaded: no half incident."""
        if self._tidied != (tidied := self._shelf.tidied()):
            self._tidied = tidied
            self._whole_incidents.clear()
            self._whole_calls.clear()
        incidents = {row["incident_id"] for row in rows if row["incident_id"]} - self._whole_incidents
        calls = {row["call_id"] for row in rows if row["call_id"]} - self._whole_calls
        past: list[_Row] = []
        for name, wanted, first in (
            ("incidents", incidents, "incident.opened"),
            ("calls", calls, "call.offered"),
        ):
            begun = {row[name[:-1] + "_id"] for row in rows if row["op"] == first}
            asked = sorted(wanted - begun)
            for start in range(0, len(asked), LOAD_AT_ONCE):
                ids = {"incidents": [], "calls": [], name: asked[start : start + LOAD_AT_ONCE]}
                past += self._query(connection, _PAST, {"target": target, **ids})
        past.sort(key=lambda row: (row["hlc"], row["id"]))
        once = {row["id"]: row for row in (*past, *rows) if row["id"] not in told}
        self._take(list(once.values()), cursor)
        told.update(once)
        self._whole_incidents |= incidents | {row["incident_id"] for row in past}
        self._whole_calls |= calls | {row["call_id"] for row in past}

    def _load(self, connection: Connection, mark: ServerMark) -> None:
        """Everything of open and recent incidents and calls, and what lasts beside them; then the deltas since."""
        (found,) = self._query(connection, _LOAD, {"days": self._history_days, "most": LOAD_MOST})
        fresh = FeedCursor(found["target"], mark.system, mark.timeline, mark.generation)
        for name, ids in (("incident_id", found["incidents"]), ("call_id", found["calls"])):
            for start in range(0, len(ids), LOAD_AT_ONCE):
                part = ids[start : start + LOAD_AT_ONCE]
                self._take(self._query(connection, _LOAD_PART[name], {"ids": part}), None)
        gone = self._query(connection, "SELECT event_id::text FROM op112.set_aside WHERE back_at IS NULL", {})
        self._shelf.forget([row["event_id"] for row in gone])
        self._take(self._query(connection, _LOAD_LASTING, {}), fresh)
        self._whole_incidents, self._whole_calls = set(found["incidents"]), set(found["calls"])

    def _ask_again(self, connection: Connection) -> None:
        """What could not be read: this program may be newer than the last one, or somebody has set it aside."""
        ids = sorted(self._shelf.unread())
        for start in range(0, len(ids), LOAD_AT_ONCE):
            part = ids[start : start + LOAD_AT_ONCE]
            events, unread = read_rows(self._query(connection, _AGAIN, {"ids": part}))
            self._tell_and_keep(events, None)
            self._shelf.keep_unread((), frozenset(part) - {each.id for each in unread})

    def _take(self, rows: list[_Row], cursor: FeedCursor | None) -> None:
        """Tell what is not known yet and keep all of it. The cursor moves only when everything before it is kept."""
        events, unread = read_rows(rows)
        self._pass_over(unread)
        self._tell_and_keep(events, cursor)

    def _pass_over(self, rows: Sequence[Unread]) -> None:
        known = self._shelf.unread()
        fresh = [each for each in rows if each.id not in known][: max(0, UNREAD_MOST - len(known))]
        for each in fresh:
            log.error("event %s of the room cannot be read and is passed over (%s)", each.id, each.why)
        if fresh:
            self._shelf.keep_unread([each.id for each in fresh], ())

    def _tell_and_keep(self, events: list[Event], cursor: FeedCursor | None) -> None:
        fresh = self._shelf.unknown(events) if events else ()
        for start in range(0, len(fresh), PAGE):
            self._listener.fed(fresh[start : start + PAGE])
        now = time.monotonic()
        if events or (cursor is not None and now - self._cursor_kept_at > CURSOR_KEPT_S):
            self._shelf.keep_foreign(events, cursor)
            self._cursor_kept_at = now
        if cursor is not None:
            self._cursor = cursor

    def _query(
        self, connection: Connection, statement: str, values: Any, limit_s: float = PAGE_LIMIT_S
    ) -> list[_Row]:
        with self._limit(connection, limit_s):
            return connection.cursor(row_factory=dict_row).execute(statement, values).fetchall()

    @contextlib.contextmanager
    def _limit(self, connection: Connection, seconds: float) -> Iterator[None]:
        with self._guard.limit(connection, seconds) as limit:
            try:
                yield
            except psycopg.Error as error:
                if limit.passed:
                    raise problem_of(
                        ServerReason.SILENT, self._dsn, f"no answer within {seconds} s"
                    ) from error
                raise


def _notified(connection: Connection) -> bool:
    """Whether a notification has come since the last call."""
    return bool(list(connection.notifies(timeout=0)))


class Backoff:
    """Waiting times between tries, growing, each shortened by chance so that seats do not come all at once."""

    def __init__(self, first_s: float = 0.2, most_s: float = 5.0) -> None:
        """Start with the first."""
        self._first_s, self._most_s = first_s, most_s
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._now_s = self._first_s

    def next_s(self) -> float:
        """The next waiting time."""
        now_s, self._now_s = self._now_s, min(self._now_s * 1.7, self._most_s)
        return now_s * random.uniform(0.5, 1.0)  # noqa: S311


# LATERAL with its own ORDER BY: text columns named like the real ones would be what an outer ORDER BY sorts by.
# At a standby: everything older than the oldest transaction that was open, written as a snapshot without holes.
_NOW = """
    SELECT CASE WHEN pg_is_in_recovery() THEN (pg_snapshot_xmin(n) || ':' || pg_snapshot_xmin(n) || ':')::pg_snapshot
        ELSE n END AS n
    FROM pg_current_snapshot() n
"""
_BEAT = "SELECT * FROM op112.beat_v1(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_DELTA = f"""
    SELECT e.target, {COLUMNS.replace("e.journal_seq AS seq", "e.seq").replace("e.seq AS log_seq", "e.log_seq")}
    FROM op112.delta_v1(%(old)s, %(limit)s) e
"""  # noqa: S608
_DELTA_PAGE = f"""
    SELECT {COLUMNS} FROM op112.room_event e
    WHERE e.xid >= pg_snapshot_xmin(%(old)s::pg_snapshot)
        AND NOT pg_visible_in_snapshot(e.xid, %(old)s::pg_snapshot)
        AND pg_visible_in_snapshot(e.xid, %(target)s::pg_snapshot)
        AND (e.xid, e.seq) > (%(xid)s::xid8, %(seq)s)
    ORDER BY e.xid, e.seq LIMIT %(limit)s
"""  # noqa: S608
_LOAD = f"""
    WITH i AS MATERIALIZED (
        SELECT id FROM op112.incident WHERE status NOT IN ('closed', 'cancelled', 'merged')
        UNION (SELECT id FROM op112.incident WHERE arrived_at >= now() - make_interval(days => %(days)s)
            ORDER BY arrived_at DESC LIMIT %(most)s))
    SELECT (SELECT n::text FROM ({_NOW}) s) AS target,
        ARRAY(SELECT id::text FROM i) AS incidents,
        ARRAY((SELECT id FROM op112.call WHERE offered_at >= now() - make_interval(days => %(days)s)
                ORDER BY offered_at DESC LIMIT %(most)s)
            UNION SELECT call_id FROM op112.incident_call WHERE incident_id IN (SELECT id FROM i)) AS calls
"""  # noqa: S608
_LOAD_PART = {
    "incident_id": f"SELECT {COLUMNS} FROM op112.room_event e WHERE e.incident_id = ANY (%(ids)s::uuid[])",  # noqa: S608
    "call_id": f"SELECT {COLUMNS} FROM op112.room_event e WHERE e.call_id = ANY (%(ids)s)"  # noqa: S608
    " AND e.incident_id IS NULL",
}
# As of the delta's end: what came later comes with the next one.
_PAST = f"""
    WITH i AS MATERIALIZED (
        SELECT unnest(%(incidents)s::uuid[]) AS id
        UNION SELECT incident_id FROM op112.incident_call WHERE call_id = ANY (%(calls)s::text[])),
    c AS MATERIALIZED (
        SELECT unnest(%(calls)s::text[]) AS id
        UNION SELECT call_id FROM op112.incident_call WHERE incident_id IN (SELECT id FROM i))
    SELECT {COLUMNS} FROM i JOIN op112.room_event e ON e.incident_id = i.id
    WHERE pg_visible_in_snapshot(e.xid, %(target)s::pg_snapshot)
    UNION ALL
    SELECT {COLUMNS} FROM c JOIN op112.room_event e ON e.call_id = c.id AND e.incident_id IS NULL
    WHERE pg_visible_in_snapshot(e.xid, %(target)s::pg_snapshot)
"""  # noqa: S608
_AGAIN = f"SELECT {COLUMNS} FROM op112.room_event e WHERE e.id = ANY (%(ids)s::uuid[])"  # noqa: S608
# What the room has to know beside incidents and calls: seats' states, kept places, cards, and what is still to come.
_LOAD_LASTING = f"""
    SELECT {COLUMNS} FROM op112.room_event e WHERE e.id = ANY (ARRAY(SELECT event_id FROM op112.lasting))
"""  # noqa: S608
