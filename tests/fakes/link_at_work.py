"""A seat's store and server link without a window: keeps what it is told, and waits for it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from operator_app.domain.event import Event
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.storage.server.server_link import BoardFeed, ServerLink
from operator_app.workflow.board import Board
from operator_app.workflow.ports import LinkState, Presence
from tests.fakes.writer import Writer

LIMIT_S = 30.0


class Ears:
    """Listens as a window does; `until` returns once a condition holds on what was told."""

    def __init__(self) -> None:
        self.board = Board()
        self.told: list[Event] = []
        self.shared: list[str] = []
        self.states: list[LinkState] = []
        self.presence: tuple[Presence, ...] = ()
        self.offsets: list[float] = []
        self._news = asyncio.Event()

    def on_events(self, events: Sequence[Event]) -> None:
        self.told.extend(events)
        self.board.apply(events)
        self._news.set()

    def on_restamped(self, events: Sequence[Event]) -> None:
        self.board.restamped(events)
        self._news.set()

    def on_shared(self, ids: tuple[str, ...]) -> None:
        self.shared.extend(ids)
        self._news.set()

    def on_state(self, state: LinkState) -> None:
        self.states.append(state)
        self._news.set()

    def on_presence(self, presence: tuple[Presence, ...]) -> None:
        self.presence = presence
        self._news.set()

    def on_clock(self, offset_ms: float) -> None:
        self.offsets.append(offset_ms)
        self._news.set()

    @property
    def ids(self) -> set[str]:
        """Ids of the events told so far."""
        return {event.id for event in self.told}

    @property
    def is_connected(self) -> bool:
        """The last word on the link."""
        return bool(self.states) and self.states[-1].connected

    async def until(self, condition: Callable[[], bool], limit_s: float = LIMIT_S) -> float:
        """Seconds until it held; fails after the limit."""
        begun = time.monotonic()
        async with asyncio.timeout(limit_s):
            while not condition():
                self._news.clear()
                await self._news.wait()
        return time.monotonic() - begun


class SeatAtWork(Ears):
    """One seat. Leave it with `aclose`; open it again on the same folder to restart it."""

    def __init__(self, folder: Path, dsn: str, seat: str = "M1", role: str = "seat") -> None:
        super().__init__()
        self.store = SeatStore.open(folder)
        self.writer = Writer(seat, self.store.journal_id, self.store.next_seq)
        self.link = ServerLink(
            self.store, dsn, seat, role, "0.1.0", self.on_events, self.on_shared, self.on_state, self.on_presence,
            asyncio.get_running_loop(), self.on_clock, on_restamped=self.on_restamped,
        )  # fmt: skip
        self.link.start()

    async def write(self, events: Sequence[Event]) -> Sequence[Event]:
        """Append to the journal."""
        await self.store.append(events)
        return events

    async def aclose(self) -> None:
        """Close link and store."""
        await self.link.aclose()
        self.store.close()


class WallAtWork(Ears):
    """A window that only reads."""

    def __init__(self, dsn: str, seat: str = "W1") -> None:
        super().__init__()
        self.link = BoardFeed(
            dsn, seat, "0.1.0", self.on_events, self.on_state, self.on_presence, asyncio.get_running_loop()
        )
        self.link.start()

    async def aclose(self) -> None:
        """Close the link."""
        await self.link.aclose()
