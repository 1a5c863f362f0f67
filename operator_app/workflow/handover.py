"""Handing over to agencies: what is proposed and overruled, who is asked, what they answer by phone, what is late."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from operator_app.domain.facts.dispatch import DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, Overruled
from operator_app.domain.ids import AgencyCode, DispatchId, IncidentId, SeatName
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import (
    DISPATCH_MOVES,
    DispatchState,
    IncidentStatus,
    Refusal,
    RefusedError,
)
from operator_app.domain.triage import (
    IN,
    OUT,
    PRIORITY,
    Agency,
    Doubts,
    Proposal,
    agency_subject,
    assess,
    gravest,
    to_ask,
    without,
)
from operator_app.workflow.board import Board
from operator_app.workflow.cards import Cards
from operator_app.workflow.hand import AtHand
from operator_app.workflow.recorder import Note, Recorder
from operator_app.workflow.site_rules import InForce

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


class HandOver:
    """What agencies are asked about the incident at hand, and what they answer by phone. Loop thread only."""

    def __init__(self, hand: AtHand, recorder: Recorder, board: Board, rules: InForce, cards: Cards) -> None:
        self._hand = hand
        self._recorder = recorder
        self._board = board
        self._rules = rules
        self._cards = cards

    def proposal(self) -> Proposal | None:
        """What kind and answers of the incident at hand suggest; None without a kind."""
        return None if self._hand.incident is None else self.proposal_for(self._hand.incident)

    def proposal_for(self, incident: Incident) -> Proposal | None:
        """What its kind and answers suggest, of those that clash the gravest; None without a kind.

        An agency that can send nobody at present is not proposed.
        """
        codes = [incident.value("kind"), *(each.value or "" for each in incident.clashes.get("kind", ()))]
        kinds = [
            kind for code in dict.fromkeys(codes) if (kind := self._cards.kind_or_none(code)) is not None
        ]
        if not kinds:
            return None
        answers, doubts = incident.answers, incident.doubts
        proposal = gravest([assess(kind, answers, self._cards.agencies, doubts) for kind in kinds])
        return without(proposal, self._board.unavailable(self._recorder.clock.now()))

    def priority_after(
        self, incident: Incident, answers: Mapping[str, str], doubts: Doubts
    ) -> list[Fact | Note]:
        """The priority that follows from those answers, unless the operator chose another than the proposed one."""
        kind = self._cards.kind(incident.value("kind"))
        before = assess(kind, incident.answers, self._cards.agencies, incident.doubts).priority
        after = assess(kind, answers, self._cards.agencies, doubts).priority
        decided = PRIORITY in incident.own or incident.priority not in (None, before)
        if decided or incident.priority == after:
            return []
        held = incident.fields.get("priority")
        return [Note(FieldSet(incident.id, "priority", str(after)), held.event_id if held else None)]

    async def choose_priority(self, priority: int | None) -> None:
        """Take another priority than the proposed one and keep it, whatever is answered; None: as proposed."""
        async with self._hand.turn:
            incident, proposal = self._hand.need(), self.proposal()
            proposed = None if proposal is None else proposal.priority
            wanted = proposed if priority is None else priority
            facts: list[Fact | Note] = []
            if priority is not None or PRIORITY in incident.own:
                chosen = None if priority is None else str(priority)
                facts.append(Overruled(incident.id, PRIORITY, chosen, str(proposed or "")))
            if wanted is not None and incident.priority != wanted:
                held = incident.fields.get(PRIORITY)
                base = held.event_id if held else None
                facts.append(Note(FieldSet(incident.id, PRIORITY, str(wanted)), base))
            await self._recorder.record(facts)

    async def choose_agency(self, code: AgencyCode) -> None:
        """Leave a proposed agency out, or add another one; once more takes that back."""
        async with self._hand.turn:
            incident, proposal = self._hand.need(), self.proposal()
            if self._cards.agency_or_none(code) is None:
                raise RefusedError(Refusal.UNKNOWN_AGENCY, code)
            proposed = proposal is not None and any(
                each.agency.code == code for each in (*proposal.dispatch, *proposal.by_phone)
            )
            subject = agency_subject(code)
            chosen = None if subject in incident.own else OUT if proposed else IN
            await self._recorder.record([Overruled(incident.id, subject, chosen, IN if proposed else OUT)])

    async def take_proposal(self) -> None:
        """Return to everything that is proposed."""
        incident, proposal = self._hand.need(), self.proposal()
        if PRIORITY in incident.own:
            await self.choose_priority(None)
        async with self._hand.turn:
            known = () if proposal is None else (*proposal.dispatch, *proposal.by_phone)
            proposed = {agency_subject(each.agency.code) for each in known}
            facts: list[Fact | Note] = [
                Overruled(incident.id, subject, None, IN if subject in proposed else OUT)
                for subject in incident.own
                if subject != PRIORITY
            ]
            await self._recorder.record(facts)

    async def dispatch(self, codes: Sequence[AgencyCode] | None = None) -> tuple[Dispatch, ...]:
        """Ask agencies to act: the given ones, or the proposed ones with a desk. The place must be there.

        Only a proposal needs a kind: an agency that a person names is sent without one, too.
        """
        async with self._hand.turn:
            incident, proposal = self._hand.need(), self.proposal()
            self._need_whereabouts(incident)
            if codes is not None:
                wanted = list(codes)
            elif proposal is None:
                raise RefusedError(Refusal.KIND_MISSING)
            else:
                wanted = self._decided(incident, proposal)
            if not wanted:
                none = (
                    Refusal.AGENCIES_UNAVAILABLE
                    if proposal and proposal.unavailable
                    else Refusal.UNKNOWN_AGENCY
                )
                raise RefusedError(none)
            for code in wanted:
                if self._cards.agency_or_none(code) is None:
                    raise RefusedError(Refusal.UNKNOWN_AGENCY, code)
            fresh = [code for code in wanted if self._may_send(incident, code)]
            if not fresh:
                raise RefusedError(Refusal.ALREADY_SENT)
            await self._recorder.record(self._asking(incident, fresh))
        after = self._board.incidents[incident.id]
        return tuple(sent for code in fresh if (sent := after.dispatch_to(code)) is not None)

    def asking_anew(
        self, merged: Incident, target: Incident, by: SeatName | None = None
    ) -> list[Fact | Note]:
        """What asks the desks that still have to do with `merged` to act about `target`, where it goes on.

        At their desks the merged one falls silent. Raises `RefusedError` when nobody could be sent to the target.
        `by`: only those that this seat has sent, and whatever is known of the target: no person is there to be refused.
        """
        sent = (each for each in merged.dispatches if by in (None, each.seat))
        left = dict.fromkeys(each.agency for each in sent if not each.is_over)
        fresh = [code for code in left if self._has_desk(code) and self._may_send(target, code)]
        if not fresh:
            return []
        if by is None:
            self._need_whereabouts(target)
            if not target.value("kind"):
                raise RefusedError(Refusal.KIND_MISSING)
        return self._asking(target, fresh)

    def asked(self) -> tuple[Asked, ...]:
        """Those of the incident at hand, proposed ones first: all that were asked, and all without a desk."""
        incident, proposal = self._hand.incident, self.proposal()
        if incident is None or not incident.is_open:
            return ()
        own = {subject: choice.chosen for subject, choice in incident.own.items()}
        wanted = () if proposal is None else to_ask(proposal, own, self._cards.agencies)
        found = []
        known = (*wanted, *(each for each in self._cards.agencies if each not in wanted))
        codes = {each.code for each in known}
        gone = dict.fromkeys(each.agency for each in incident.dispatches if each.agency not in codes)
        # An agency that the site has no more, or calls otherwise now, still answers for what it was asked.
        for agency in (*known, *(Agency(code, code, has_desk=False) for code in gone)):
            dispatch = incident.dispatch_to(agency.code)
            if dispatch is not None or not agency.has_desk:
                near = dispatch is not None or agency in wanted
                found.append(Asked(agency, dispatch, steps_of(dispatch), near))
        return tuple(found)

    async def record_answer(
        self, incident_id: IncidentId, code: AgencyCode, to: DispatchState, reason: str = ""
    ) -> None:
        """Record that the agency was asked by phone (SENT: its clock runs), or what it answered.

        An answer of one that was not asked before is both in one record. Raises `RefusedError`.
        """
        async with self._hand.turn:
            incident = self._board.incidents.get(incident_id)
            if incident is None:
                raise RefusedError(Refusal.UNKNOWN_INCIDENT)
            if not incident.is_open:
                raise RefusedError(Refusal.INCIDENT_ENDED)
            if self._cards.agency_or_none(code) is None and incident.dispatch_to(code) is None:
                raise RefusedError(Refusal.UNKNOWN_AGENCY, code)
            dispatch, facts = incident.dispatch_to(code), list[Fact | Note]()
            if to not in steps_of(dispatch):
                raise RefusedError(Refusal.ILLEGAL_MOVE, f"{code} -> {to}")
            if dispatch is None or dispatch.is_over:
                incident, dispatch, facts = self._ask(incident, code)
            if to is not DispatchState.SENT:
                facts += dispatch_move(incident, dispatch, to, reason)
            await self._recorder.record(facts)

    async def move_dispatch(self, dispatch_id: DispatchId, to: DispatchState, reason: str = "") -> None:
        """Record the answer of an agency that was asked by phone."""
        async with self._hand.turn:
            incident, dispatch = find_dispatch(self._board, dispatch_id)
            await self._recorder.record(dispatch_move(incident, dispatch, to, reason))

    async def tick(
        self, now: datetime, is_absent: Callable[[SeatName | None], bool] = lambda _: False
    ) -> None:
        """Note as overdue what nobody answered in time: of incidents that this seat looks after, or nobody does.

        Seats that find the same write it each; the first one counts.
        """
        facts = [
            DispatchOverdue(incident.id, dispatch.id)
            for incident in self._board.open.values()
            for dispatch in incident.dispatches
            if dispatch.is_waiting
            and dispatch.overdue_at is None
            and (dispatch.seat == self._recorder.seat or self._is_ours(incident, is_absent))
            and (now - dispatch.sent_at).total_seconds() >= dispatch.ack_within_s
        ]
        if facts:
            await self._recorder.record(facts)

    def _need_whereabouts(self, incident: Incident) -> None:
        """Nobody is sent to an incident that has ended (no desk would show it), or that is nowhere."""
        if not incident.is_open:
            raise RefusedError(Refusal.INCIDENT_ENDED)
        if not (incident.value("place") or incident.value("position")):
            raise RefusedError(Refusal.PLACE_MISSING)

    def _asking(self, incident: Incident, codes: Sequence[AgencyCode]) -> list[Fact | Note]:
        limit = self._rules.now.accept.of(incident)
        facts: list[Fact | Note] = [
            DispatchSent(incident.id, DispatchId(self._recorder.fresh_id()), code, limit) for code in codes
        ]
        if incident.status is IncidentStatus.NEW:
            facts.append(IncidentMoved(incident.id, IncidentStatus.FORWARDED, ""))
        return facts

    def _has_desk(self, code: AgencyCode) -> bool:
        agency = self._cards.agency_or_none(code)
        return agency is not None and agency.has_desk

    def _decided(self, incident: Incident, proposal: Proposal) -> list[AgencyCode]:
        """The agencies with a desk that the proposal names, and the operator has not left out, or has added."""
        own = {subject: choice.chosen for subject, choice in incident.own.items()}
        return [each.code for each in to_ask(proposal, own, self._cards.agencies) if each.has_desk]

    def _ask(self, incident: Incident, code: AgencyCode) -> tuple[Incident, Dispatch, list[Fact | Note]]:
        """The facts of asking, with incident and dispatch as they are after them. The place must be there."""
        if not (incident.value("place") or incident.value("position")):
            raise RefusedError(Refusal.PLACE_MISSING)
        limit, fresh = self._rules.now.accept.of(incident), DispatchId(self._recorder.fresh_id())
        facts: list[Fact | Note] = [DispatchSent(incident.id, fresh, code, limit)]
        if incident.status is IncidentStatus.NEW:
            facts.append(IncidentMoved(incident.id, IncidentStatus.FORWARDED, ""))
            incident = replace(incident, status=IncidentStatus.FORWARDED)
        now = self._recorder.clock.now()
        return incident, Dispatch(fresh, incident.id, code, limit, self._recorder.seat, now), facts

    def _is_ours(self, incident: Incident, is_absent: Callable[[SeatName | None], bool]) -> bool:
        return incident.owner == self._recorder.seat or is_absent(incident.owner)

    def _may_send(self, incident: Incident, code: AgencyCode) -> bool:
        dispatch = incident.dispatch_to(code)
        return dispatch is None or dispatch.is_over


def steps_of(dispatch: Dispatch | None) -> tuple[DispatchState, ...]:
    """What can be recorded next: of one that is asked, what the states allow; of any other, that it is asked, too."""
    if dispatch is None or dispatch.is_over:
        return _AT_FIRST
    return tuple(each for each in DispatchState if each in DISPATCH_MOVES[dispatch.state])


def find_dispatch(board: Board, dispatch_id: DispatchId) -> tuple[Incident, Dispatch]:
    """The dispatch of that id and its incident. Raises `RefusedError`."""
    for incident in board.incidents.values():
        dispatch = incident.dispatch(dispatch_id)
        if dispatch is not None:
            return incident, dispatch
    raise RefusedError(Refusal.UNKNOWN_DISPATCH, dispatch_id)


def dispatch_move(
    incident: Incident, dispatch: Dispatch, to: DispatchState, reason: str
) -> list[Fact | Note]:
    """The facts of an agency's answer, the incident's own move included. Raises `RefusedError`."""
    if to not in DISPATCH_MOVES[dispatch.state]:
        raise RefusedError(Refusal.ILLEGAL_MOVE, f"{dispatch.state} -> {to}")
    if to is DispatchState.DECLINED and not reason.strip():
        raise RefusedError(Refusal.REASON_MISSING)
    facts: list[Fact | Note] = [DispatchMoved(incident.id, dispatch.id, to, reason.strip())]
    if to is not DispatchState.DECLINED and incident.status is IncidentStatus.FORWARDED:
        facts.append(IncidentMoved(incident.id, IncidentStatus.HANDLED, ""))
    return facts
