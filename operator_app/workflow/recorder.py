"""The one door to the record: facts become events, reach the disk, and only then the board and the screens."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.bounds import NAME_CHARS
from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.fit import as_text, breach_of, fitted
from operator_app.domain.hlc import Stamp
from operator_app.domain.ids import EventId, SeatName, uuid7
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import Clock, Journal, JournalFailedError, JournalReason, Saved

log = logging.getLogger(__name__)

RETRY_S = 1.0
AHEAD_MS = 60_000
"""Clocks further ahead than this are not followed (see `Stamp.seen`), and their seat is told of."""


@dataclass(frozen=True, slots=True)
class JournalTrouble:
    """The journal refuses: `pending` facts wait in memory and are tried again each second. Zero: it is over."""

    pending: int
    reason: JournalReason = JournalReason.FAILED


@dataclass(frozen=True, slots=True)
class ClockAhead:
    """Events of that seat say that they happened `ahead_s` seconds in the future: its clock is wrong."""

    seat: SeatName
    ahead_s: int


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """Somebody set this PC's clock on (or back) by `step_s` seconds; the window goes by its own time."""

    step_s: float


@dataclass(frozen=True, slots=True)
class Note:
    """A fact with its `base` (the event whose value the writer saw) and the moment at which it happened."""

    fact: Fact
    base: EventId | None = None
    at: datetime | None = None


class Recorder:
    """Stamps facts with who, when, where and order, one group at a time, so that the journal has no gap."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        board: Board,
        bus: Bus,
        seat: SeatName,
        actor: str,
        last_hlc: int = 0,
    ) -> None:
        """Continue after `last_hlc`, the highest stamp this journal has seen."""
        self._journal = journal
        self._clock = clock
        self._board = board
        self._bus = bus
        self.seat = seat
        self._stamp = Stamp(last_hlc)
        self._turn = asyncio.Lock()
        self._pending: deque[Note] = deque()
        self._drain: asyncio.Task[None] | None = None
        self.actor = actor[:NAME_CHARS]

    @property
    def clock(self) -> Clock:
        """The clock that events are stamped with."""
        return self._clock

    def fresh_id(self) -> str:
        """A new UUIDv7 as text, for whatever is about to be recorded."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        return uuid7(now_ms, self._clock.random_bytes(10))

    def seen(self, events: Iterable[Event]) -> None:
        """Raise the clock to events of others, and tell of seats whose clock runs ahead."""
        now = self._clock.now()
        now_ms = int(now.timestamp() * 1000)
        ahead: dict[SeatName, int] = {}
        for event in events:
            self._stamp = self._stamp.seen(event.hlc, now_ms)
            lead_ms = int((event.occurred_at - now).total_seconds() * 1000)
            if lead_ms > AHEAD_MS:
                ahead[event.seat] = max(lead_ms // 1000, ahead.get(event.seat, 0))
        for seat, seconds in ahead.items():
            self._bus.publish(ClockAhead(seat, seconds))

    def restamped(self, events: Iterable[Event]) -> None:
        """Let the clock go on from our own events in their new stamps, below which it may have to come back."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        own = max((each.hlc for each in events if each.seat == self.seat), default=self._stamp.value)
        self._stamp = Stamp().seen(own, now_ms)

    def watch_clock(self) -> None:
        """Called each second: tell when somebody has set this PC's clock."""
        step_s = self._clock.pc_step_s()
        if step_s:
            log.warning("this PC's clock was set by %.0f s; the time here goes on as it was", step_s)
            self._bus.publish(ClockStepped(step_s))

    async def record(self, facts: Iterable[Fact | Note]) -> tuple[Event, ...]:
        """Return when the facts are safe on this seat and on the board; all of them stand or fall together.

        Raises `JournalFailedError`, and `RefusedError` for one beyond the record's bounds: then nothing happened.
        """
        async with self._turn:
            stamp, last = self._stamp, 0
            seq = self._journal.next_seq
            events: list[Event] = []
            for offset, given in enumerate(facts):
                note = given if isinstance(given, Note) else Note(given)
                now = self._clock.now()
                stamp = stamp.tick(int(now.timestamp() * 1000))
                # After all that is known of the same incident or call, also when a clock ran hours ahead in it: so a
                # choice comes after what it chose from. Our own clock does not follow, nor do other incidents.
                last = stamp.after(max(last, self._board.newest(note.fact, self.seat))).value
                events.append(
                    Event(
                        id=EventId(self.fresh_id()),
                        journal_id=self._journal.journal_id,
                        seq=seq + offset,
                        seat=self.seat,
                        actor=self.actor,
                        occurred_at=note.at or now,
                        hlc=last,
                        base=self._base(note),
                        fact=_within_bounds(note.fact),
                    )
                )
            if not events:
                return ()
            await self._journal.append(events)
            self._stamp = Stamp(max(stamp.value, self._stamp.value))
            changed = self._board.apply(events)
            saved = tuple(events)
        self._bus.publish(changed)
        self._bus.publish(Saved(saved))
        return saved

    def _base(self, note: Note) -> EventId | None:
        """What the writer saw: as he says, or as this window's board has it; forms say it themselves."""
        if note.base is not None or note.fact.clash_by is None or note.fact.tells_base:
            return note.base
        return self._board.seen(note.fact, self.seat)

    def note(self, fact: Fact, at: datetime | None = None) -> None:
        """Record what has happened whether we like it or not (a call rang); kept and retried until it is safe.

        Words beyond the record's bounds (a network can send any) are cut.
        """
        self._pending.append(Note(fitted(fact), at=at or self._clock.now()))
        if self._drain is None or self._drain.done():
            self._drain = asyncio.get_running_loop().create_task(self._drain_pending(), name="recorder-notes")

    @property
    def is_settled(self) -> bool:
        """Whether nothing noted is waiting for the disk."""
        return not self._pending

    async def settle(self, within_s: float | None = None) -> None:
        """Return when nothing noted is waiting for the disk any more, or after so long: a full disk stays full."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._drain is not None and not self._drain.done():
                    await asyncio.shield(self._drain)

    def close(self) -> int:
        """Stop retrying, and say how many facts could not be saved."""
        if self._pending:
            log.error("%d facts could not be saved before the end", len(self._pending))
        if self._drain is not None:
            self._drain.cancel()
        return len(self._pending)

    async def _drain_pending(self) -> None:
        troubled = ""
        while self._pending:
            batch = tuple(self._pending)
            try:
                await self.record(batch)
            except Exception as error:
                # Whatever it is: a fact that goes under, and all after it, would go under without a word.
                reason = error.reason if isinstance(error, JournalFailedError) else JournalReason.FAILED
                if troubled != repr(error):
                    log.exception("%d noted facts were not taken", len(batch))
                troubled = repr(error)
                self._bus.publish(JournalTrouble(len(self._pending), reason))
                await asyncio.sleep(RETRY_S)
                continue
            for _ in batch:
                self._pending.popleft()
        if troubled:
            self._bus.publish(JournalTrouble(0))


def _within_bounds(fact: Fact) -> Fact:
    fact = as_text(fact)
    if (breach := breach_of(fact)) is not None:
        raise RefusedError(
            Refusal.OUT_OF_BOUNDS, f"{fact.op} {breach.word} {breach.beyond}, at most {breach.most}"
        )
    return fact
