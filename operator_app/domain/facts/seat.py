"""What a seat tells of itself."""

from dataclasses import dataclass

from operator_app.domain.facts.fact import Fact
from operator_app.domain.states import SeatState


@dataclass(frozen=True, slots=True)
class SeatStateChanged(Fact):
    """The seat that noted this event is now in this state."""

    op = "seat.state"
    state: SeatState
