"""The room around a seat: the line to the server, what has arrived there, who else is there."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.event import Event
from operator_app.domain.ids import SeatName
from operator_app.domain.incident import Dispatch, Incident
from operator_app.workflow.arrivals import Arrivals
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.company import Company, company, orphans
from operator_app.workflow.ports import LinkState, LinkTrouble, Presence, SetAside, Shared
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.site_rules import InForce


@dataclass(frozen=True, slots=True)
class SeatsLost:
    """Which seats are lost has changed; `fresh` are those that were heard a moment ago."""

    fresh: tuple[SeatName, ...]


async def _none() -> int:
    return 0


async def _nothing() -> Sequence[SetAside]:
    return ()


class Room:
    """Fed by whoever holds the server link, through its methods `on_…`. Loop only."""

    def __init__(
        self, recorder: Recorder, board: Board, bus: Bus, rules: InForce, changed: Callable[[], None]
    ) -> None:
        self._recorder = recorder
        self.board = board
        self._changed = changed
        self.bus = bus
        self.rules = rules
        """What the room goes by."""
        self.link = LinkState(False, recorder.clock.now(), 0, LinkTrouble.NOT_CONFIGURED)
        self.arrivals = Arrivals(bus)
        self.presence: tuple[Presence, ...] = ()
        self.company = Company()
        self.set_aside: Callable[[], Awaitable[Sequence[SetAside]]] = _nothing
        """Reads what the server has refused of ours from this seat's disk. Raises what the disk raises."""
        self.send_again: Callable[[], Awaitable[int]] = _none
        """Lets what was refused go to the server once more, and returns how many. Raises what the disk raises."""

    def now(self) -> datetime:
        """Return the present moment by the clock that events are stamped with."""
        return self._recorder.clock.now()

    def orphans(self) -> tuple[Incident, ...]:
        """The open incidents of lost seats, the gravest first."""
        return orphans(self.board.open.values(), self.company) if self.company.lost_since else ()

    def reached(self, incident: Incident, dispatch: Dispatch) -> bool:
        """Whether that agency's desk can know of it: false while what we sent has not reached the server."""
        return self.link.takes or self.arrivals.reached(incident, dispatch)

    def on_events(self, events: Iterable[Event]) -> None:
        """Take in events of the whole room."""
        taken = tuple(events)
        self._recorder.seen(taken)
        self.bus.publish(self.board.apply(taken))

    def on_restamped(self, events: Sequence[Event]) -> None:
        """Events of ours lay ahead of the server's clock, and have other times now."""
        self._recorder.restamped(events)
        self.bus.publish(self.board.restamped(events))

    def on_shared(self, event_ids: tuple[str, ...]) -> None:
        """Events of ours have arrived at the server."""
        self.bus.publish(Shared(event_ids))

    def on_link(self, state: LinkState) -> None:
        """The line to the server is up, down, or has more or less waiting."""
        self.link = state
        if not state.connected and self.company.known:
            self.company = Company()  # nobody tells any more who is there: that is not that nobody is
            self._changed()
        self.bus.publish(state)

    def on_presence(self, presence: Sequence[Presence]) -> None:
        """Which windows of the room the server has heard of, and how long ago."""
        self.presence = tuple(presence)
        before, self.company = (
            self.company,
            company(self._recorder.seat, presence, self._recorder.clock.now()),
        )
        if before.lost_since.keys() != self.company.lost_since.keys():
            self.bus.publish(SeatsLost(tuple(self.company.lost_since.keys() - before.lost_since.keys())))
        self._changed()
