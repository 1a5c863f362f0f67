"""Keeps a window at the site's data as it was published last, and says what waits, what was refused, who differs."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from operator_app.domain.event import Event
from operator_app.domain.facts.fact import SITE_PART, Fact
from operator_app.domain.facts.site import CARD_PART, PartPublished, SiteTaken
from operator_app.domain.ids import SeatName
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import BoardChanged
from operator_app.workflow.site_rules import InForce, SiteRules

log = logging.getLogger(__name__)

DIFFERS_AFTER = timedelta(seconds=30)
"""So long two windows may go by different data: what is published reaches them one after the other."""


@dataclass(frozen=True, slots=True)
class SiteReading:
    """What published parts make of a window's rules.

    `rules` are to be in force from now on, by the parts that `words` tells (see `SiteTaken`); None where nothing
    changes. `waiting` names parts that count from the window's next start on; `error` is why what was published
    cannot be used: then all stays as it is. `absent` names files that count in the room and are not at this window.
    """

    rules: SiteRules | None
    words: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    error: Exception | None = None
    absent: tuple[str, ...] = ()


class SiteReader(Protocol):
    """Reads and keeps the site's data of one window."""

    def words(self) -> tuple[str, ...]:
        """The parts that the window started with."""
        ...

    def read(self, published: Mapping[str, PartPublished]) -> SiteReading:
        """Read the newest published parts, and keep them for the next start. Reads and writes disk."""
        ...


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """How this window stands to the published data; published whenever it changes.

    `taken` are the events whose parts came into force just now; `differing` names for other windows the parts that they
    have in another version.
    """

    taken: tuple[Event, ...] = ()
    waiting: tuple[str, ...] = ()
    error: Exception | None = None
    absent: tuple[str, ...] = ()
    differing: Mapping[SeatName, tuple[str, ...]] = field(default_factory=dict)


class SiteDesk:
    """Loop thread only; files are read on a thread of their own."""

    def __init__(
        self,
        rules: InForce,
        board: Board,
        bus: Bus,
        reader: SiteReader,
        seat: SeatName,
        note: Callable[[Fact], None] | None,
    ) -> None:
        """`note` records what this window goes by; None where nothing is written. Call `begin` with the past known."""
        self._rules, self._board, self._bus, self._reader = rules, board, bus, reader
        self._seat, self._note = seat, note
        self.words = reader.words()
        self.standing = SiteStanding()
        self._read: dict[str, str] = {}
        self._taking: asyncio.Task[None] | None = None
        self._end: Callable[[], None] | None = None

    def begin(self) -> None:
        """Look at what is known by now, and at all that comes."""
        self._end = self._bus.subscribe(BoardChanged, self._changed)
        self._look()

    def close(self) -> None:
        """Take in no more."""
        if self._end is not None:
            self._end()
        if self._taking is not None:
            self._taking.cancel()

    def tick(self, now: datetime, present: Collection[str]) -> None:
        """Called each second: compare with the windows that are there."""
        differing = {
            name: parts
            for name, event in self._board.site_at.items()
            if name != self._seat
            and name in present
            and now - self._last_change(event) > DIFFERS_AFTER
            and (parts := self._differing(event))
        }
        self._tell(replace(self.standing, differing=differing))

    # ---- taking

    def _changed(self, changed: BoardChanged) -> None:
        if changed.of(SITE_PART):
            self._look()

    def _look(self) -> None:
        if self._taking is None or self._taking.done():
            self._taking = asyncio.get_running_loop().create_task(self._take(), name="site-parts")

    async def _take(self) -> None:
        while (newest := self._newest()) != self._read:
            before, self._read = self._read, newest
            published = {
                part: event.fact
                for part, event in self._board.published.items()
                if isinstance(event.fact, PartPublished) and part in newest
            }
            reading = await asyncio.to_thread(self._reader.read, published)
            if reading.error is not None:
                log.error("what was published cannot be used: %s", reading.error)
            if reading.rules is not None:
                self._rules.now = reading.rules
            fresh = [part for part, event_id in newest.items() if before.get(part) != event_id]
            taken = [each for each in fresh if each not in reading.waiting and reading.rules is not None]
            changed = reading.words != self.words
            self.words = reading.words
            told = tuple(self._board.published[each] for each in taken) if changed else ()
            self._tell(
                replace(
                    self.standing,
                    taken=told,
                    waiting=reading.waiting,
                    error=reading.error,
                    absent=reading.absent,
                )
            )
        self._record()

    def _newest(self) -> dict[str, str]:
        """The event that published each part last; cards that were edited in a window come by themselves."""
        return {
            part: event.id for part, event in self._board.published.items() if not part.startswith(CARD_PART)
        }

    def _record(self) -> None:
        held = self._board.site_at.get(self._seat)
        told = held.fact.parts if held is not None and isinstance(held.fact, SiteTaken) else ()
        if self._note is not None and told != self.words:
            self._note(SiteTaken(self.words))

    # ---- comparing

    def _differing(self, event: Event) -> tuple[str, ...]:
        """The parts that both windows have, in different versions."""
        theirs = _by_part(event.fact.parts) if isinstance(event.fact, SiteTaken) else {}
        ours = _by_part(self.words)
        return tuple(part for part in ours if part in theirs and ours[part] != theirs[part])

    def _last_change(self, event: Event) -> datetime:
        own = self._board.site_at.get(self._seat)
        told = [event, *([] if own is None else [own]), *self._board.published.values()]
        return max(each.occurred_at for each in told)

    def _tell(self, standing: SiteStanding) -> None:
        before, self.standing = self.standing, replace(standing, taken=())
        if standing.taken or self.standing != before:
            self._bus.publish(standing)


def _by_part(words: Iterable[str]) -> dict[str, str]:
    """Version and digest of each part that a window told."""
    return {part: said for part, _, said in (each.partition(" ") for each in words)}
