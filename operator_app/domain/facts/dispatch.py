"""What an agency was asked, and what it answered."""

from dataclasses import dataclass

from operator_app.domain.facts.fact import Fact
from operator_app.domain.ids import AgencyCode, DispatchId, IncidentId
from operator_app.domain.states import DispatchState


@dataclass(frozen=True, slots=True)
class DispatchSent(Fact):
    """An agency was asked to act; it is overdue when not accepted within `ack_within_s` seconds."""

    op = "dispatch.sent"
    incident_id: IncidentId
    dispatch_id: DispatchId
    agency: AgencyCode
    ack_within_s: int


@dataclass(frozen=True, slots=True)
class DispatchDelivered(Fact):
    """The agency's desk shows the dispatch and sounds its alarm."""

    op = "dispatch.delivered"
    incident_id: IncidentId
    dispatch_id: DispatchId


@dataclass(frozen=True, slots=True)
class DispatchMoved(Fact):
    """The agency accepted, moved, arrived, finished, or declined with a reason."""

    op = "dispatch.moved"
    incident_id: IncidentId
    dispatch_id: DispatchId
    to: DispatchState
    reason: str


@dataclass(frozen=True, slots=True)
class DispatchOverdue(Fact):
    """The deadline passed with no answer; an alarm until somebody clears it."""

    op = "dispatch.overdue"
    incident_id: IncidentId
    dispatch_id: DispatchId
