"""What a seat tells of itself."""

from dataclasses import dataclass

from operator_app.domain.facts.fact import SEAT, Fact, Lasts, ToldTo, Writer, words
from operator_app.domain.states import SeatState


@dataclass(frozen=True, slots=True)
class SeatStateChanged(Fact):
    """The seat that noted this event is now in this state."""

    op = "seat.state"
    about = (SEAT,)
    lasts = Lasts.UNTIL_NEXT
    told_to = ToldTo.ALL
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words()

    state: SeatState
