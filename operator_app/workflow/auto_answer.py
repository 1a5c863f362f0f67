"""Answering by rule: a free seat takes the longest-waiting call by itself after some seconds, with a notice."""

import asyncio
from collections.abc import Callable

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineCall
from operator_app.domain.states import SeatState
from operator_app.workflow.seat import Seat


class AutoAnswer:
    """Looks whenever the seat changes; never while anybody is on a line, on break or in wrap-up. Loop thread only."""

    def __init__(self, seat: Seat, after_s: float | None, answer: Callable[[CallId], None]) -> None:
        """`after_s` None: the site answers by hand. `answer` begins to answer, typed words first."""
        self._seat = seat
        self._after_s = after_s
        self._answer = answer
        self._planned: asyncio.TimerHandle | None = None
        self._tried: set[CallId] = set()

    def look(self) -> None:
        """Plan, move or drop the next answer."""
        self.stop()
        call = self._next()
        if call is not None and self._after_s is not None:
            waited_s = (self._seat.duty.now() - call.offered_at).total_seconds()
            wait_s = max(0.0, self._after_s - waited_s)
            self._planned = asyncio.get_running_loop().call_later(wait_s, self._take)

    def stop(self) -> None:
        """Answer nothing more until the next look."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None

    def _next(self) -> LineCall | None:
        """Return the call whose turn it is; one that could not be answered by rule waits for a hand."""
        if (
            self._after_s is None
            or self._seat.duty.state is not SeatState.READY
            or self._seat.calls.lines.all
        ):
            return None
        waiting = self._seat.calls.waiting()
        return waiting[0] if waiting and waiting[0].call_id not in self._tried else None

    def _take(self) -> None:
        self._planned = None
        call = self._next()
        if call is not None:
            self._tried.add(call.call_id)
            self._answer(call.call_id)
