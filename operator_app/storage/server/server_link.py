"""The link between a window and the shared server: what we did goes there, what others did comes here, by itself.

Three threads (pump, feed, socket guard); everything is told on the window's loop. Nothing here is ever waited for.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from operator_app.domain.event import Event
from operator_app.storage.problems import ServerProblem, ServerReason, StoreProblemError
from operator_app.storage.seat.seat_store import QuarantinedEvent, SeatStore
from operator_app.storage.server.door import Connection, ServerMark, connect, greet, there
from operator_app.storage.server.feed import Feed, MemoryShelf, Window
from operator_app.storage.server.pump import Pump
from operator_app.storage.server.server_errors import trouble_of
from operator_app.storage.server.socket_guard import SocketGuard
from operator_app.workflow.ports import ClockMark, LinkState, LinkTrouble, Presence

log = logging.getLogger(__name__)

CLOCK_STEP_MS = 20.0
"""Smaller changes of the measured offset are noise."""
CLOCK_AGAIN_S = 60.0
STUCK_S = 2.0
"""A server that has taken nothing for so long is told as such, at the next beat: within three seconds."""

_PASSING = frozenset(
    {
        ServerReason.BUSY,
        ServerReason.FULL,
        ServerReason.SILENT,
        ServerReason.NO_SERVER,
        ServerReason.OTHER,
    }
)
"""What may be over in a moment, and is told only when it is not."""

OnEvents = Callable[[Sequence[Event]], None]
OnShared = Callable[[tuple[str, ...]], None]
OnState = Callable[[LinkState], None]
OnPresence = Callable[[tuple[Presence, ...]], None]
OnClock = Callable[[float], None]


def _pc_now() -> datetime:
    return datetime.now(UTC)


class ServerLink:
    """The link of a seat or desk: its store in both directions. Listeners are called on the loop's thread, in order.

    An empty `dsn` makes a link that is told once as not configured and does nothing.
    """

    def __init__(
        self,
        store: SeatStore,
        dsn: str,
        seat: str,
        role: str,
        version: str,
        on_events: OnEvents,
        on_shared: OnShared,
        on_state: OnState,
        on_presence: OnPresence,
        loop: asyncio.AbstractEventLoop,
        on_clock: OnClock | None = None,
        now: Callable[[], datetime] = _pc_now,
        *,
        on_restamped: OnEvents,
    ) -> None:
        """`on_clock` gets what to add to this PC's clock, in milliseconds, whenever it is measured anew.

        `on_restamped` gets our own events that lay ahead of the server's clock, in their new times and stamps.

        `now` is the clock that the window goes by.
        """
        self._store = store
        self._on_events = on_events
        self._on_shared = on_shared
        self._on_restamped = on_restamped
        self._on_presence = on_presence
        self._on_clock = on_clock
        self._post = _Post(loop)
        self._state = _State(
            self._post,
            on_state,
            store.waiting,
            store.quarantined,
            lambda: len(store.unread()),
            store.stuck_s,
            now,
        )
        self._clock = _ClockWord()
        self._feed: Feed | None = None
        self._hand: tuple[str | None, str] = (None, "")
        self._dsn = dsn
        self._guard: SocketGuard | None = None
        self._window = Window(seat, role, version)

    @property
    def state(self) -> LinkState:
        """How it stands now. From any thread."""
        return self._state.now()

    def start(self) -> None:
        """Begin; returns at once."""
        if not self._dsn:
            self._state.change(False, LinkTrouble.NOT_CONFIGURED, "")
            return
        self._guard = SocketGuard()
        self._pump = Pump(
            self._dsn,
            self._window.seat,
            self._store,
            self._guard,
            shared=lambda ids: self._post(self._on_shared, ids),
            restamped=lambda events: self._post(self._on_restamped, events),
            troubled=self._state.trouble,
            changed=self._state.refresh,
        )
        self._feed = Feed(
            self._dsn,
            self._window,
            self._store,
            self._guard,
            self,
            waiting=self._store.waiting,
        )
        self._end_listening = self._store.listen(self._appended)
        self._pump.start()
        self._feed.tell_at_hand(*self._hand)
        self._feed.start()

    def stop(self) -> None:
        """Let go of the server and end the threads; then the store may be closed.

        Blocks for up to the time of a connect, so it is not for the loop's thread; later calls do nothing.
        """
        self._post.end()
        if self._guard is None:
            return
        self._end_listening()
        self._pump.stop()
        if self._feed is not None:
            self._feed.stop()
        self._guard.close()
        self._guard = None

    def tell_at_hand(self, incident_id: str | None, field: str) -> None:
        """Tell the other windows what this one has in its form, and the field being typed in. From any thread."""
        self._hand = (incident_id, field)
        if self._feed is not None:
            self._feed.tell_at_hand(incident_id, field)

    async def aclose(self) -> None:
        """`stop`, without blocking the loop."""
        await asyncio.to_thread(self.stop)

    # ---- what the server would not take

    async def set_aside(self) -> tuple[QuarantinedEvent, ...]:
        """Events of ours that the server refused, oldest first, with its words. Raises `StoreProblemError`."""
        return await asyncio.to_thread(self._store.quarantine_list)

    async def retry_set_aside(self) -> int:
        """Send them once more; returns how many. Raises `StoreProblemError`."""
        count = await asyncio.to_thread(self._store.retry_quarantined)
        self._state.refresh()
        return count

    # ---- told by the feed, on its thread

    def fed(self, events: Sequence[Event]) -> None:
        """Events of others."""
        self._post(self._on_events, events)

    def connected(self, connection: Connection, mark: ServerMark) -> None:
        """Settle with the server what it has of our journal, then let the pump send the rest."""
        assert self._guard is not None
        log.info("connected to server %s, timeline %s", mark.system, mark.timeline)
        waiting = self._store.unsent_ids()
        with self._guard.limit(connection, 2.5):
            heads = connection.execute(
                "SELECT journal_id::text, last_seq FROM op112.journal_head WHERE journal_id = ANY (%s::uuid[])",
                (list(self._store.journals),),
            ).fetchall()
            present = there(connection, waiting)
        arrived = self._store.server_has(dict(heads), present)
        if arrived:
            self._post(self._on_shared, arrived)
        self._state.change(True, "", "")
        self._pump.server_is_there(True)

    def lost(self, problem: ServerProblem) -> None:
        """Work alone until it is back."""
        self._pump.server_is_there(False)
        self._state.change(False, trouble_of(problem), problem.sentence)

    def beaten(self, presence: tuple[Presence, ...], offset_ms: float, mark: ClockMark) -> None:
        """Pass on who is there and what time it is; keep that for times without a server."""
        self._post(self._on_presence, presence)
        if self._clock.is_news(offset_ms, mark):
            try:
                self._store.keep_clock(offset_ms, mark)
            except StoreProblemError as error:
                log.error("the clock's offset cannot be kept: %s", error)  # noqa: TRY400
            if self._on_clock is not None:
                self._post(self._on_clock, offset_ms)
        self._state.refresh()

    def _appended(self) -> None:
        self._pump.wake()
        self._state.appended()


class BoardFeed:
    """The link of a window that only reads: a full load, then everything that happens. No store, read-only login.

    Of several hosts in the dsn it takes the first that answers, a standby too: name the standby first.
    """

    def __init__(
        self,
        dsn: str,
        seat: str,
        version: str,
        on_events: OnEvents,
        on_state: OnState,
        on_presence: OnPresence,
        loop: asyncio.AbstractEventLoop,
        on_clock: OnClock | None = None,
        now: Callable[[], datetime] = _pc_now,
        *,
        role: str = "wall",
        history_days: int = 2,
    ) -> None:
        """`history_days` bounds what the first load brings beside open incidents; the rest as in `ServerLink`."""
        self._post = _Post(loop)
        self._on_events = on_events
        self._on_presence = on_presence
        self._on_clock = on_clock
        self._shelf = MemoryShelf()
        self._state = _State(
            self._post, on_state, lambda: 0, lambda: 0, lambda: len(self._shelf.unread()), lambda: 0.0, now
        )
        self._guard: SocketGuard | None = None
        self._dsn = dsn
        self._window = Window(seat, role, version)
        self._history_days = history_days
        self._clock = _ClockWord()

    @property
    def state(self) -> LinkState:
        """How it stands now. From any thread."""
        return self._state.now()

    def start(self) -> None:
        """Begin; returns at once."""
        if not self._dsn:
            self._state.change(False, LinkTrouble.NOT_CONFIGURED, "")
            return
        self._guard = SocketGuard()
        self._feed = Feed(
            self._dsn,
            self._window,
            self._shelf,
            self._guard,
            self,
            history_days=self._history_days,
            reads_only=True,
        )
        self._feed.start()

    def stop(self) -> None:
        """As `ServerLink.stop`."""
        self._post.end()
        if self._guard is not None:
            self._feed.stop()
            self._guard.close()
            self._guard = None

    async def aclose(self) -> None:
        """`stop`, without blocking the loop."""
        await asyncio.to_thread(self.stop)

    # ---- told by the feed, on its thread

    def fed(self, events: Sequence[Event]) -> None:
        """Events of the room."""
        self._post(self._on_events, events)

    def connected(self, connection: Connection, mark: ServerMark) -> None:  # noqa: ARG002
        """Everything is loaded."""
        log.info("connected to server %s, timeline %s", mark.system, mark.timeline)
        self._state.change(True, "", "")

    def lost(self, problem: ServerProblem) -> None:
        """Show that the picture grows old."""
        self._state.change(False, trouble_of(problem), problem.sentence)

    def beaten(self, presence: tuple[Presence, ...], offset_ms: float, mark: ClockMark) -> None:
        """Pass on who is there and what time it is."""
        self._post(self._on_presence, presence)
        if self._on_clock is not None and self._clock.is_news(offset_ms, mark):
            self._post(self._on_clock, offset_ms)
        self._state.refresh()


def check_server(dsn: str, *, reads_only: bool = False) -> str:
    """Go in as a window would and out again; returns what was found there, in words. Raises `ServerProblem`."""
    guard = SocketGuard()
    try:
        with connect(dsn, "operator doctor", reads_only=reads_only) as connection:
            standby = greet(connection, dsn, guard, reads_only=reads_only).standby
            info = connection.info
            version = info.parameter_status("server_version")
            kind = " (a standby)" if standby else ""
            return f"PostgreSQL {version}{kind} at {info.host}:{info.port}, database {info.dbname}, as {info.user}"
    finally:
        guard.close()


class _Post:
    """Calls listeners on the loop's thread, from any thread, until it is ended."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ended = threading.Event()

    def __call__(self, listener: Callable[..., None], *values: object) -> None:
        if self._ended.is_set():
            return
        try:
            self._loop.call_soon_threadsafe(self._deliver, listener, *values)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
            self._ended.set()

    def end(self) -> None:
        self._ended.set()

    def _deliver(self, listener: Callable[..., None], *values: object) -> None:
        if not self._ended.is_set():
            listener(*values)


class _ClockWord:
    """What was told of the time last: the first word always, then what differs, and now and then the same again."""

    def __init__(self) -> None:
        self._told: tuple[float, float] | None = None

    def is_news(self, offset_ms: float, mark: ClockMark) -> bool:
        """Whether to tell that."""
        told = self._told
        if (
            told is not None
            and abs(offset_ms - told[0]) <= CLOCK_STEP_MS
            and mark.steady_s - told[1] < CLOCK_AGAIN_S
        ):
            return False
        self._told = (offset_ms, mark.steady_s)
        return True


class _State:
    """The link's state: put together from several threads, told when it differs from what was told."""

    def __init__(
        self,
        post: _Post,
        on_state: OnState,
        waiting: Callable[[], int],
        quarantined: Callable[[], int],
        unread: Callable[[], int],
        stuck_s: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """`now` is the window's own clock: what stands beside it on the screen must go by it."""
        self._post = post
        self._on_state = on_state
        self._waiting = waiting
        self._quarantined = quarantined
        self._unread = unread
        self._stuck_s = stuck_s
        self._clock_now = now
        self._lock = threading.Lock()
        self._connected = False
        self._reason = LinkTrouble.UNREACHABLE
        self._detail = ""
        self._trouble: ServerProblem | None = None
        self._since = self._clock_now()
        self._connected_s = time.monotonic()
        self._blocked_since: datetime | None = None
        self._told: LinkState | None = None

    def now(self) -> LinkState:
        blocked = self._why_blocked() if self._connected else ""
        return LinkState(
            self._connected,
            self._since,
            self._waiting(),
            self._reason,
            self._detail if self._trouble is None else self._trouble.sentence,
            self._quarantined(),
            self._unread(),
            blocked,
            (self._blocked_since or self._clock_now()) if blocked else None,
        )

    def _why_blocked(self) -> str:
        """Why what we write does not arrive: at once where a person must act, else when it has waited for too long."""
        problem = self._trouble
        if problem is not None and problem.reason not in _PASSING:
            return (
                LinkTrouble.MAY_NOT_WRITE
                if problem.reason is ServerReason.NOT_ALLOWED
                else trouble_of(problem)
            )
        if min(self._stuck_s(), time.monotonic() - self._connected_s) < STUCK_S:
            return ""
        why = LinkTrouble.UNREACHABLE if problem is None else trouble_of(problem)
        return LinkTrouble.TAKES_NOTHING if why == LinkTrouble.UNREACHABLE else why

    def change(self, connected: bool, reason: str, detail: str) -> None:
        """The feed's word."""
        with self._lock:
            before = self.now().connected
            if connected and not self._connected:
                self._connected_s, self._trouble = time.monotonic(), None
            self._connected, self._reason, self._detail = connected, reason, detail
            self._tell(before)

    def trouble(self, problem: ServerProblem | None) -> None:
        """The pump's word: the server is there but does not take what we write."""
        with self._lock:
            before = self.now().connected
            self._trouble = problem
            self._tell(before)

    def refresh(self) -> None:
        """Counts may have changed; before the first word of the feed there is nothing to tell."""
        with self._lock:
            if self._told is not None:
                self._tell(self.now().connected)

    def appended(self) -> None:
        """One more waits. While the server is there it is gone in a moment, and not worth a word."""
        if not self._connected:
            self.refresh()

    def _tell(self, before: bool) -> None:
        now = self.now()
        if bool(now.blocked) is (self._blocked_since is None):
            self._blocked_since = now.blocked_since
            now = self.now()
        if now.connected != before:
            self._since = self._clock_now()
            now = self.now()
        if now != self._told:
            self._told = now
            self._post(self._on_state, now)
