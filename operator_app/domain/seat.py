"""A seat as the record knows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.event import Event
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import SeatName
from operator_app.domain.states import SeatState


@dataclass(frozen=True, slots=True)
class SeatOnBoard:
    """A seat's last told state and since when."""

    name: SeatName
    state: SeatState
    since: datetime
    order: tuple[int, str]


def fold_seat(name: str, events: Iterable[Event]) -> SeatOnBoard | None:
    """The seat after these events in any order: the latest word counts."""
    told = [event for event in events if isinstance(event.fact, SeatStateChanged)]
    last = max(told, key=lambda event: event.order, default=None)
    if last is None or not isinstance(last.fact, SeatStateChanged):
        return None
    return SeatOnBoard(SeatName(name), last.fact.state, last.occurred_at, last.order)
