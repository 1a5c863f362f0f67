"""Agencies that are asked by phone: the operator rings, and records that they were asked and what they answer."""

from dataclasses import dataclass, replace

from operator_app.domain.facts.dispatch import DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import IncidentMoved
from operator_app.domain.ids import AgencyCode, DispatchId, IncidentId
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import (
    DISPATCH_MOVES,
    DispatchState,
    IncidentStatus,
    Refusal,
    RefusedError,
)
from operator_app.domain.triage import Agency, to_ask
from operator_app.workflow.board import Board
from operator_app.workflow.incidents import IncidentDesk, dispatch_move
from operator_app.workflow.recorder import Note, Recorder

_AT_FIRST = (DispatchState.SENT, DispatchState.ACCEPTED, DispatchState.DECLINED)


@dataclass(frozen=True, slots=True)
class Asked:
    """An agency, its last dispatch to the incident, None before it was asked, and what can be recorded of it now.

    `near`: it has been asked, or is one of those that should be told by phone.
    """

    agency: Agency
    dispatch: Dispatch | None
    steps: tuple[DispatchState, ...]
    near: bool


class ByPhone:
    """What is recorded about agencies asked by phone, in order with an `IncidentDesk`. Loop thread only."""

    def __init__(self, desk: IncidentDesk, recorder: Recorder, board: Board) -> None:
        self._desk = desk
        self._recorder = recorder
        self._board = board

    def agencies(self) -> tuple[Asked, ...]:
        """Those of the incident at hand, proposed ones first: all that were asked, and all without a desk."""
        incident, proposal = self._desk.incident, self._desk.proposal()
        if incident is None or not incident.is_open:
            return ()
        own = {subject: choice.chosen for subject, choice in incident.own.items()}
        wanted = () if proposal is None else to_ask(proposal, own, self._desk.agencies)
        found = []
        for agency in (*wanted, *(each for each in self._desk.agencies if each not in wanted)):
            dispatch = incident.dispatch_to(agency.code)
            if dispatch is not None or not agency.has_desk:
                near = dispatch is not None or agency in wanted
                found.append(Asked(agency, dispatch, steps_of(dispatch), near))
        return tuple(found)

    async def record(
        self, incident_id: IncidentId, code: AgencyCode, to: DispatchState, reason: str = ""
    ) -> None:
        """Record that the agency was asked by phone (SENT: its clock runs), or what it answered.

        An answer of one that was not asked before is both in one record. Raises `RefusedError`.
        """
        async with self._desk.turn:
            incident = self._board.incidents.get(incident_id)
            if incident is None:
                raise RefusedError(Refusal.UNKNOWN_INCIDENT)
            if not incident.is_open:
                raise RefusedError(Refusal.INCIDENT_ENDED)
            if self._desk.agency_or_none(code) is None:
                raise RefusedError(Refusal.UNKNOWN_AGENCY, code)
            dispatch, facts = incident.dispatch_to(code), list[Fact | Note]()
            if to not in steps_of(dispatch):
                raise RefusedError(Refusal.ILLEGAL_MOVE, f"{code} -> {to}")
            if dispatch is None or dispatch.is_over:
                incident, dispatch, facts = self._ask(incident, code)
            if to is not DispatchState.SENT:
                facts += dispatch_move(incident, dispatch, to, reason)
            await self._recorder.record(facts)

    def _ask(self, incident: Incident, code: AgencyCode) -> tuple[Incident, Dispatch, list[Fact | Note]]:
        """The facts of asking, with incident and dispatch as they are after them. Place and kind must be there."""
        if not (incident.value("place") or incident.value("position")):
            raise RefusedError(Refusal.PLACE_MISSING)
        if self._desk.kind_or_none(incident.value("kind")) is None:
            raise RefusedError(Refusal.KIND_MISSING)
        limit, fresh = self._desk.accept_within_s(incident), DispatchId(self._recorder.fresh_id())
        facts: list[Fact | Note] = [DispatchSent(incident.id, fresh, code, limit)]
        if incident.status is IncidentStatus.NEW:
            facts.append(IncidentMoved(incident.id, IncidentStatus.FORWARDED, ""))
            incident = replace(incident, status=IncidentStatus.FORWARDED)
        now = self._recorder.clock.now()
        return incident, Dispatch(fresh, incident.id, code, limit, self._recorder.seat, now), facts


def steps_of(dispatch: Dispatch | None) -> tuple[DispatchState, ...]:
    """What can be recorded next: of one that is asked, what the states allow; of any other, that it is asked, too."""
    if dispatch is None or dispatch.is_over:
        return _AT_FIRST
    return tuple(each for each in DispatchState if each in DISPATCH_MOVES[dispatch.state])
