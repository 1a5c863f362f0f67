"""Ends that the operator did not bring about: another desk has the call, two had it at once, nobody took ours."""

from collections.abc import Callable
from dataclasses import dataclass

from operator_app.domain import line
from operator_app.domain.call import answered_elsewhere
from operator_app.domain.ids import CallId
from operator_app.workflow.board import Board

RACE_S = 1.0
"""An answered call that ends there within so many seconds may have been answered at two desks at once."""
RACE_KEPT = 8
"""Of so many such ends at most the record is asked."""


@dataclass(frozen=True, slots=True)
class Vain:
    """A call of ours that nobody took: to whom, SIP's code (0 when none was heard), and whether a caller came back."""

    party: str
    code: int
    for_caller: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A call that rang here and that another desk answered; `number` is None when it was withheld."""

    call_id: CallId
    number: str | None
    raced: bool = False
    """It was answered here, too, a moment too late: the network's own word, or the shared record's."""


class CallEnds:
    """What the operator must be told of such ends, the last of each sort. Loop thread only."""

    def __init__(self, board: Board, party: Callable[[line.LineCall], str]) -> None:
        """`party` says whom a call is with."""
        self._board = board
        self._party = party
        self._living: dict[CallId, line.LineCall] = {}
        self._short: dict[CallId, str | None] = {}
        self.vain: Vain | None = None
        """The last call of ours that nobody took, until the next one is begun."""
        self.elsewhere: Elsewhere | None = None
        """The last call that another desk took."""

    def see(self, living: tuple[line.LineCall, ...]) -> None:
        """Keep how the calls stand that live now: an end tells only which call it was."""
        self._living = {each.call_id: each for each in living}

    def on_end(self, signal: line.LineEnded) -> None:
        """Look at an end."""
        call = self._living.pop(signal.call_id, None)
        if call is None:
            return
        if signal.elsewhere:
            self.elsewhere = Elsewhere(call.call_id, call.number, raced=signal.answered_at is not None)
        elif _may_have_raced(call, signal):
            self._short[call.call_id] = call.number
            for oldest in tuple(self._short)[:-RACE_KEPT]:
                del self._short[oldest]
        elif not call.incoming and signal.answered_at is None and signal.by is not line.EndedBy.LOCAL:
            self.vain = Vain(self._party(call), signal.code, call.for_call in self._living)

    def look_for_races(self) -> None:
        """Ask the record, which other desks write too, whether a call that ended at once was answered there as well."""
        for call_id, number in tuple(self._short.items()):
            if answered_elsewhere(self._board.calls.values(), call_id):
                del self._short[call_id]
                self.elsewhere = Elsewhere(call_id, number, raced=True)


def _may_have_raced(call: line.LineCall, signal: line.LineEnded) -> bool:
    if not call.incoming or signal.answered_at is None or signal.by is not line.EndedBy.REMOTE:
        return False
    return (signal.at - signal.answered_at).total_seconds() <= RACE_S
