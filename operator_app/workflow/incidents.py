"""The incident at hand: opened at the first word, saved at every change, handed over to agencies."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from operator_app.domain.facts.dispatch import DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    INCIDENT_FIELDS,
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    IncidentNoted,
    IncidentOpened,
    IncidentTaken,
)
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, EventId, IncidentId, SeatName
from operator_app.domain.incident import Dispatch, Incident, parse_position
from operator_app.domain.states import (
    DISPATCH_MOVES,
    INCIDENT_MOVES,
    REASON_NEEDED,
    DispatchState,
    IncidentStatus,
    Refusal,
    RefusedError,
)
from operator_app.domain.triage import (
    NO_DOUBTS,
    PRIORITY,
    Agency,
    Card,
    Doubts,
    Kind,
    Proposal,
    assess,
    gravest,
    to_ask,
    without,
)
from operator_app.workflow.board import Board
from operator_app.workflow.recorder import Note, Recorder
from operator_app.workflow.site_rules import InForce


class IncidentDesk:
    """Wishes about incidents, checked against the board and recorded; the board tells the outcome. Loop thread only."""

    def __init__(
        self,
        recorder: Recorder,
        board: Board,
        changed: Callable[[], None],
        rules: InForce,
    ) -> None:
        """The site's prefix and the seat's name stand in the incident number, whose day is that of the site's zone."""
        self._recorder = recorder
        self._board = board
        self._changed = changed
        self._rules = rules
        self.turn = asyncio.Lock()
        self.past_known = asyncio.Event()
        self.past_known.set()
        self._at_hand: IncidentId | None = None
        self._turned = 0
        self.published_card: Callable[[str], Card | None] = lambda _: None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Incident kinds of the site, with the cards that it gives them."""
        return self._rules.now.kinds

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """Agencies of the site."""
        return self._rules.now.agencies

    def accept_within_s(self, incident: Incident) -> int:
        """How many seconds an agency has to accept that incident."""
        return self._rules.now.accept.of(incident)

    @property
    def at_hand(self) -> IncidentId | None:
        """The incident in the form; None for an empty one, also one that has just been emptied for another caller."""
        return self._at_hand

    @at_hand.setter
    def at_hand(self, incident_id: IncidentId | None) -> None:
        self._at_hand = incident_id
        self._turned += 1

    @property
    def incident(self) -> Incident | None:
        """The incident at hand as the board knows it, or None."""
        return None if self.at_hand is None else self._board.incidents.get(self.at_hand)

    def select(self, incident_id: IncidentId | None) -> None:
        """Take another incident in hand, or none: then the next word opens a new one."""
        if incident_id is not None and incident_id not in self._board.incidents:
            raise RefusedError(Refusal.UNKNOWN_INCIDENT)
        self.at_hand = incident_id
        self._changed()

    async def edit(
        self,
        values: Mapping[str, str | None],
        call_id: CallId | None,
        seen: Mapping[str, EventId | None] | None = None,
    ) -> Incident:
        """Set fields; without an incident at hand open one first, as a report of `call_id`.

        `seen` names per field the event whose value the writer had before the eyes; what another seat wrote meanwhile
        is a clash. A field that is not in it was seen as the board has it. One that holds the value already is left
        alone. Raises `RefusedError` for a position that is none.
        """
        unknown = [name for name in values if name not in INCIDENT_FIELDS]
        if unknown:
            raise ValueError(f"no such field of an incident: {', '.join(unknown)}")
        position = values.get("position")
        if position and parse_position(position) is None:
            raise RefusedError(Refusal.BAD_POSITION, position)
        await self.past_known.wait()
        async with self.turn:
            facts: list[Fact | Note] = []
            incident, turned = self.incident, self._turned
            opened = incident is None
            if incident is None:
                if not any(values.values()):
                    raise RefusedError(Refusal.NO_INCIDENT)
                incident_id, opening = self._opening(call_id)
                facts.extend(opening)
                incident = Incident(incident_id)
            for name, value in values.items():
                held = incident.fields.get(name)
                if (held.value if held else None) != (value or None):
                    on_board = held.event_id if held else None
                    base = on_board if seen is None else seen.get(name, on_board)
                    facts.append(Note(FieldSet(incident.id, name, value or None), base))
            await self._recorder.record(facts)
            # The form may have been freed for the next caller meanwhile.
            if opened and turned == self._turned:
                self.at_hand = incident.id
                self._changed()
        return self._board.incidents[incident.id]

    async def choose_kind(self, code: str, call_id: CallId | None) -> Incident:
        """Set the kind and, unless the operator chose one that differs from the proposal before, its priority."""
        kind = self.kind(code)
        incident, before = self.incident, self.proposal()
        values: dict[str, str | None] = {"kind": code}
        free = incident is None or PRIORITY not in incident.own
        if free and (incident is None or incident.priority in (None, before.priority if before else None)):
            answers = {} if incident is None else incident.answers
            doubts = NO_DOUBTS if incident is None else incident.doubts
            values["priority"] = str(assess(kind, answers, self.agencies, doubts).priority)
        return await self.edit(values, call_id)

    async def answer_question(self, question_id: str, answer: str | None) -> None:
        """Record an answer to a question of the card, None to take it back; the priority follows as the kind's does.

        Raises `RefusedError` without an incident or kind, `ValueError` for a question or answer that the card lacks.
        """
        async with self.turn:
            incident, card = self.need(), self.card
            if card is None:
                raise RefusedError(Refusal.KIND_MISSING)
            question = card.question(question_id)
            if question is None or (answer is not None and not question.takes(answer)):
                raise ValueError(f"the card has no such question or answer: {question_id} {answer!r}")
            held = incident.given.get(question_id)
            if (held.answer if held else None) == (answer or None):
                return
            facts: list[Fact | Note] = [
                Note(
                    AnswerGiven(incident.id, card.version, question_id, answer or None),
                    held.event_id if held else None,
                )
            ]
            doubts = incident.doubts
            answers = {key: value for key, value in incident.answers.items() if key != question_id}
            if answer:
                answers[question_id] = answer
            await self._recorder.record([*facts, *self.priority_after(incident, answers, doubts)])

    def priority_after(
        self, incident: Incident, answers: Mapping[str, str], doubts: Doubts
    ) -> list[Fact | Note]:
        """The priority that follows from those answers, unless the operator chose another than the proposed one."""
        kind = self.kind(incident.value("kind"))
        before = assess(kind, incident.answers, self.agencies, incident.doubts).priority
        after = assess(kind, answers, self.agencies, doubts).priority
        decided = PRIORITY in incident.own or incident.priority not in (None, before)
        if decided or incident.priority == after:
            return []
        held = incident.fields.get("priority")
        return [Note(FieldSet(incident.id, "priority", str(after)), held.event_id if held else None)]

    def kind(self, code: str) -> Kind:
        """The kind of that code. Raises `RefusedError`."""
        found = self.kind_or_none(code)
        if found is None:
            raise RefusedError(Refusal.KIND_MISSING, code)
        return found

    def kind_or_none(self, code: str) -> Kind | None:
        """The kind of that code, or None."""
        found = next((each for each in self.kinds if each.code == code), None)
        edited = None if found is None else self.published_card(code)
        if (
            found is None
            or edited is None
            or (found.card is not None and found.card.version > edited.version)
        ):
            return found
        return replace(found, card=edited)

    def agency_or_none(self, code: str) -> Agency | None:
        """The agency of that code, or None."""
        return next((each for each in self.agencies if each.code == code), None)

    @property
    def card(self) -> Card | None:
        """The card of the kind of the incident at hand; None without a kind, or when the site has none for it."""
        incident = self.incident
        kind = None if incident is None else self.kind_or_none(incident.value("kind"))
        return None if kind is None else kind.card

    def proposal(self) -> Proposal | None:
        """What kind and answers of the incident at hand suggest; None without a kind."""
        return None if self.incident is None else self.proposal_for(self.incident)

    def proposal_for(self, incident: Incident) -> Proposal | None:
        """What its kind and answers suggest, of those that clash the gravest; None without a kind.

        An agency that can send nobody at present is not proposed.
        """
        codes = [incident.value("kind"), *(each.value or "" for each in incident.clashes.get("kind", ()))]
        kinds = [kind for code in dict.fromkeys(codes) if (kind := self.kind_or_none(code)) is not None]
        if not kinds:
            return None
        answers, doubts = incident.answers, incident.doubts
        proposal = gravest([assess(kind, answers, self.agencies, doubts) for kind in kinds])
        return without(proposal, self._board.unavailable(self._recorder.clock.now()))

    async def take_over(self, incident_id: IncidentId) -> Incident:
        """Look after that incident from now on and take it in hand. Raises `RefusedError` when it is ours or over."""
        async with self.turn:
            incident = self._board.incidents.get(incident_id)
            if incident is None:
                raise RefusedError(Refusal.UNKNOWN_INCIDENT)
            if incident.owner == self._recorder.seat or not incident.is_open:
                raise RefusedError(Refusal.NOTHING_TO_TAKE)
            await self._recorder.record([IncidentTaken(incident_id, incident.owner or SeatName(""))])
            self.at_hand = incident_id
            self._changed()
        return self._board.incidents[incident_id]

    async def note(self, text: str) -> None:
        """Put a note on the timeline."""
        await self._recorder.record([IncidentNoted(self.need().id, text)])

    async def move(self, to: IncidentStatus, reason: str) -> None:
        """Bring the incident to another status."""
        async with self.turn:
            incident = self.need()
            if to not in INCIDENT_MOVES[incident.status]:
                raise RefusedError(Refusal.ILLEGAL_MOVE, f"{incident.status} -> {to}")
            if to in REASON_NEEDED and not reason.strip():
                raise RefusedError(Refusal.REASON_MISSING)
            await self._recorder.record([IncidentMoved(incident.id, to, reason.strip())])

    async def dispatch(self, codes: Sequence[AgencyCode] | None) -> tuple[Dispatch, ...]:
        """Ask agencies to act: the given ones, or the proposed ones with a desk. Place and kind must be there."""
        async with self.turn:
            incident, proposal = self.need(), self.proposal()
            self._need_whereabouts(incident)
            if proposal is None:
                raise RefusedError(Refusal.KIND_MISSING)
            wanted = self._decided(incident, proposal) if codes is None else list(codes)
            if not wanted:
                none = Refusal.AGENCIES_UNAVAILABLE if proposal.unavailable else Refusal.UNKNOWN_AGENCY
                raise RefusedError(none)
            for code in wanted:
                if self.agency_or_none(code) is None:
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
            if self.kind_or_none(target.value("kind")) is None:
                raise RefusedError(Refusal.KIND_MISSING)
        return self._asking(target, fresh)

    def _need_whereabouts(self, incident: Incident) -> None:
        """Nobody is sent to an incident that has ended (no desk would show it), or that is nowhere."""
        if not incident.is_open:
            raise RefusedError(Refusal.INCIDENT_ENDED)
        if not (incident.value("place") or incident.value("position")):
            raise RefusedError(Refusal.PLACE_MISSING)

    def _asking(self, incident: Incident, codes: Sequence[AgencyCode]) -> list[Fact | Note]:
        limit = self.accept_within_s(incident)
        facts: list[Fact | Note] = [
            DispatchSent(incident.id, DispatchId(self._recorder.fresh_id()), code, limit) for code in codes
        ]
        if incident.status is IncidentStatus.NEW:
            facts.append(IncidentMoved(incident.id, IncidentStatus.FORWARDED, ""))
        return facts

    def _has_desk(self, code: AgencyCode) -> bool:
        agency = self.agency_or_none(code)
        return agency is not None and agency.has_desk

    def _decided(self, incident: Incident, proposal: Proposal) -> list[AgencyCode]:
        """The agencies with a desk that the proposal names, and the operator has not left out, or has added."""
        own = {subject: choice.chosen for subject, choice in incident.own.items()}
        return [each.code for each in to_ask(proposal, own, self.agencies) if each.has_desk]

    async def move_dispatch(self, dispatch_id: DispatchId, to: DispatchState, reason: str) -> None:
        """Record the answer of an agency that was asked by phone."""
        async with self.turn:
            incident, dispatch = self.find_dispatch(dispatch_id)
            await self._recorder.record(dispatch_move(incident, dispatch, to, reason))

    def find_dispatch(self, dispatch_id: DispatchId) -> tuple[Incident, Dispatch]:
        """The dispatch and its incident. Raises `RefusedError`."""
        return find_dispatch(self._board, dispatch_id)

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

    def _is_ours(self, incident: Incident, is_absent: Callable[[SeatName | None], bool]) -> bool:
        return incident.owner == self._recorder.seat or is_absent(incident.owner)

    def _may_send(self, incident: Incident, code: AgencyCode) -> bool:
        dispatch = incident.dispatch_to(code)
        return dispatch is None or dispatch.is_over

    def need(self) -> Incident:
        """The incident at hand. Raises `RefusedError` without one."""
        incident = self.incident
        if incident is None:
            raise RefusedError(Refusal.NO_INCIDENT)
        return incident

    def _opening(self, call_id: CallId | None) -> tuple[IncidentId, list[Fact | Note]]:
        incident_id = IncidentId(self._recorder.fresh_id())
        facts: list[Fact | Note] = [IncidentOpened(incident_id, self._next_number(), call_id)]
        call = None if call_id is None else self._board.calls.get(call_id)
        if call is not None and call.number:
            facts.append(FieldSet(incident_id, "caller_number", call.number))
        return incident_id, facts

    def _next_number(self) -> str:
        day = self._recorder.clock.now().astimezone(self._rules.now.timezone)
        start = f"{self._rules.now.prefix}-{day:%y%m%d}-{self._recorder.seat}-"
        used = (
            int(each.number.removeprefix(start))
            for each in self._board.incidents.values()
            if each.number.startswith(start) and each.number.removeprefix(start).isdigit()
        )
        return f"{start}{max(used, default=0) + 1:03d}"


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
