"""What an agency was asked, and what it answered."""

from dataclasses import dataclass
from typing import ClassVar

from operator_app.domain.facts.fact import INCIDENT, About, Fact, Lasts, Personal, ToldTo, Writer, words
from operator_app.domain.ids import AgencyCode, DispatchId, IncidentId
from operator_app.domain.states import DispatchState


@dataclass(frozen=True, slots=True)
class DispatchFact(Fact):
    """A fact of an agency's share of an incident."""

    about: ClassVar[tuple[About, ...]] = (INCIDENT,)
    lasts = Lasts.AS_ITS_THING
    written_by: ClassVar[tuple[Writer, ...]] = (Writer.SEAT,)

    incident_id: IncidentId
    dispatch_id: DispatchId


@dataclass(frozen=True, slots=True)
class DispatchSent(DispatchFact):
    """An agency was asked to act; it is overdue when not accepted within `ack_within_s` seconds."""

    op = "dispatch.sent"
    told_to = ToldTo.ALL
    personal = words()

    agency: AgencyCode
    ack_within_s: int


@dataclass(frozen=True, slots=True)
class DispatchDelivered(DispatchFact):
    """The agency's desk shows the dispatch and sounds its alarm."""

    op = "dispatch.delivered"
    told_to = ToldTo.ALL
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words()


@dataclass(frozen=True, slots=True)
class DispatchMoved(DispatchFact):
    """The agency accepted, moved, arrived, finished, or declined with a reason."""

    op = "dispatch.moved"
    told_to = ToldTo.ALL
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words(reason=Personal.TEXT)
    clash_by = ("dispatch_id",)

    to: DispatchState
    reason: str

    def contradicts(self, other: Fact) -> bool:
        """One declines and the other does not; steps on the way do not clash."""
        declined = DispatchState.DECLINED
        return isinstance(other, DispatchMoved) and (self.to is declined) != (other.to is declined)

    def weight(self) -> int:
        """It is graver that nobody comes."""
        return int(self.to is DispatchState.DECLINED)


@dataclass(frozen=True, slots=True)
class DispatchOverdue(DispatchFact):
    """The deadline passed with no answer; an alarm until somebody clears it."""

    op = "dispatch.overdue"
    told_to = ToldTo.ALL
    personal = words()
