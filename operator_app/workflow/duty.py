"""What a seat itself is doing, and who sits there."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import SeatName
from operator_app.domain.states import SeatState
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import Clock, Shared
from operator_app.workflow.recorder import Recorder

AT_A_CALL = frozenset({SeatState.TALKING, SeatState.WRAP_UP})


class Duty:
    """The seat's own state, recorded for the whole room. Loop thread only."""

    def __init__(self, recorder: Recorder, board: Board, bus: Bus, changed: Callable[[], None]) -> None:
        self._recorder = recorder
        self._board = board
        self._bus = bus
        self._changed = changed
        self._does: SeatState | None = None
        """What this seat does; the record of it lags behind, and a full disk may not have taken it."""
        self.freed_by_call = False
        """The seat became ready because a call was over, and its state key was not pressed since."""

    @property
    def name(self) -> SeatName:
        """The seat's name, as in its incident numbers."""
        return self._recorder.seat

    @property
    def actor(self) -> str:
        """The person at the seat, as told."""
        return self._recorder.actor

    @property
    def clock(self) -> Clock:
        """The clock that events are stamped with."""
        return self._recorder.clock

    def now(self) -> datetime:
        """Return the present moment by the clock that events are stamped with."""
        return self._recorder.clock.now()

    @property
    def state(self) -> SeatState:
        """The seat's state as recorded; away before it ever told one."""
        held = self._board.seats.get(self.name)
        return SeatState.AWAY if held is None else held.state

    @property
    def since(self) -> datetime | None:
        """When the seat came to its state."""
        held = self._board.seats.get(self.name)
        return None if held is None else held.since

    @property
    def does(self) -> SeatState:
        """What the seat does by now, whether it is recorded yet or not."""
        return self._does or self.state

    async def set(self, state: SeatState) -> None:
        """Tell the room what this seat is doing; what the disk does not take is told again each second."""
        self._turn(state)
        if state is not self.state:
            await self._recorder.record([SeatStateChanged(state)])
        self._changed()

    def note(self, state: SeatState) -> None:
        """Tell the room as soon as the disk takes it."""
        self._turn(state)
        self._recorder.note(SeatStateChanged(state))

    def read_ready(self) -> None:
        """Take it that whoever sits here knows that the seat is ready."""
        self.freed_by_call = False
        self._changed()

    def _turn(self, state: SeatState) -> None:
        if state is not self.does:
            self.freed_by_call = state is SeatState.READY and self.does in AT_A_CALL
        self._does = state

    async def tick(self) -> None:
        """Called each second: notice that this PC's clock was set; say what this seat does if the record lags."""
        self._recorder.watch_clock()
        if self._does not in (None, self.state) and self._recorder.is_settled:
            await self.set(self.does)

    async def leave(self, within_s: float, *, linked: bool) -> None:
        """Tell the room that nobody sits here, and wait so long for the server where there is one."""
        told: set[str] = set()
        there = asyncio.Event()

        def hear(shared: Shared) -> None:
            if told.intersection(shared.event_ids):
                there.set()

        end = self._bus.subscribe(Shared, hear)
        try:
            told |= {each.id for each in await self._recorder.record([SeatStateChanged(SeatState.AWAY)])}
            self._does = SeatState.AWAY
            if linked:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(there.wait(), within_s)
        finally:
            end()
