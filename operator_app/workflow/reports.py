"""Reports of one and the same incident: linking them, taking that back, and what seats did meanwhile."""

from collections.abc import Iterable

from operator_app.domain.duplicates import (
    Known,
    MajorSuggestion,
    Report,
    known_already,
    report_of,
    suggest_major,
)
from operator_app.domain.facts.call import CallLinked, CallUnlinked
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import AnswerGiven, IncidentMoved, MajorDeclared
from operator_app.domain.ids import IncidentId, SeatName
from operator_app.domain.incident import Incident
from operator_app.domain.states import INCIDENT_MOVES, IncidentStatus, Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.carry import carried, taken_back
from operator_app.workflow.hand import AtHand
from operator_app.workflow.handover import HandOver
from operator_app.workflow.merge_circles import goes_on_in, rings
from operator_app.workflow.recorder import Note, Recorder
from operator_app.workflow.site_rules import InForce


class Reports:
    """Joins incidents of several reports into one. Loop thread only."""

    def __init__(
        self, hand: AtHand, recorder: Recorder, board: Board, rules: InForce, handover: HandOver
    ) -> None:
        self._rules = rules
        self._hand = hand
        self._recorder = recorder
        self._board = board
        self._handover = handover

    def known_already(self, report: Report | None = None, limit: int = 5) -> tuple[Known, ...]:
        """Open incidents that a report may be about: that one, as typed, or the incident at hand as saved."""
        incident, numbers = self._hand.incident, self._numbers()
        if report is None:
            if incident is None:
                return ()
            report = report_of(incident, numbers.get(incident.id, ()))
        now, known = self._recorder.clock.now(), self._rules.now.known
        return known_already(report, self._board.open.values(), now, known, numbers, limit)

    def major_suggestion(self) -> MajorSuggestion | None:
        """Whether so many reports of the incident at hand came in that it may be a major one."""
        incident = self._hand.incident
        return None if incident is None else suggest_major(incident, self._rules.now.known)

    def _numbers(self) -> dict[IncidentId, frozenset[str]]:
        """The numbers that each incident with several calls was reported from; of one call the form holds it."""
        found = {}
        for incident in self._board.open.values():
            if len(incident.calls) > 1:
                calls = (self._board.calls.get(call_id) for call_id in incident.calls)
                found[incident.id] = frozenset(
                    call.number for call in calls if call is not None and call.number
                )
        return found

    async def link(self, to: IncidentId) -> None:
        """Make the call at hand a further report of that open incident, and take that in hand.

        What was begun about the call is merged into it; everything that was said goes along (`carry`), and agencies
        that were sent to it are asked anew.
        """
        async with self._hand.turn:
            call_id = self._hand.call
            target, own = self._board.incidents.get(to), self._hand.incident
            if target is None:
                raise RefusedError(Refusal.UNKNOWN_INCIDENT)
            if not target.is_open:
                raise RefusedError(Refusal.INCIDENT_ENDED)
            if own is not None and own.id == to:
                raise RefusedError(Refusal.SAME_INCIDENT)
            if own is None and call_id is None:
                raise RefusedError(Refusal.NO_INCIDENT)
            calls = dict.fromkeys(
                [*(() if own is None else own.calls), *(() if call_id is None else (call_id,))]
            )
            facts: list[Fact | Note] = [CallLinked(call, to) for call in calls if call not in target.calls]
            if own is not None:
                if IncidentStatus.MERGED not in INCIDENT_MOVES[own.status]:
                    raise RefusedError(Refusal.ILLEGAL_MOVE)
                facts += self._handover.asking_anew(own, target)
                facts += self._carried(own, target)
                facts.append(IncidentMoved(own.id, IncidentStatus.MERGED, target.number))
            await self._recorder.record(facts)
            self._hand.select(to)

    async def unlink(self) -> None:
        """Take back the last linking at this seat to the incident at hand: its own incident is there again."""
        async with self._hand.turn:
            target, call_id = self._hand.need(), self._hand.call
            merged = self._merged_into(target)
            facts: list[Fact | Note]
            if merged is not None:
                shared = [call for call in merged.calls if call in target.calls]
                facts = [CallUnlinked(call, target.id) for call in shared]
                facts += [CallLinked(call, merged.id) for call in shared]
                facts += taken_back(merged, target, self._recorder.seat)
                facts.append(IncidentMoved(merged.id, merged.before_its_end, ""))
            elif call_id is not None and call_id in target.calls[1:]:
                facts = [CallUnlinked(call_id, target.id)]
            else:
                raise RefusedError(Refusal.NOTHING_TO_UNLINK)
            await self._recorder.record(facts)
            self._hand.select(None if merged is None else merged.id)

    async def mend(self, changed: frozenset[IncidentId]) -> frozenset[IncidentId]:
        """Put right what several seats did to merged incidents without having heard of each other.

        Of incidents merged into each other the first is opened again: every seat does it, the first one counts. Desks
        that this seat sent to an incident while another one merged it are asked anew for the one in which it goes on,
        and what it wrote there goes along.
        Returns what is to be looked at once more.
        """
        async with self._hand.turn:
            facts = list[Fact | Note]()
            reopened = rings(changed, self._board.merged)
            facts += [IncidentMoved(each.id, each.before_its_end, "") for each in reopened]
            left = () if reopened else self._merged_elsewhere(changed)
            by_number = {each.number: each for each in self._board.incidents.values()} if left else {}
            for merged in left:
                target = goes_on_in(merged, by_number)
                if target is not None and target.is_open:
                    facts += self._handover.asking_anew(merged, target, self._recorder.seat)
                    if _merger(merged) != self._recorder.seat:
                        facts += self._carried(merged, target, self._recorder.seat)
            await self._recorder.record(facts)
        return changed if reopened else frozenset()

    def _merged_elsewhere(self, changed: Iterable[IncidentId]) -> tuple[Incident, ...]:
        """Merged incidents about which this seat has written something or sent somebody."""
        merged, own = self._board.merged, self._recorder.seat
        found = (merged[each] for each in changed if each in merged)
        return tuple(each for each in found if any(event.seat == own for event in each.timeline))

    def _carried(self, own: Incident, target: Incident, by: SeatName | None = None) -> list[Fact | Note]:
        """What was said in `own` for `target`, and the priority that follows from its answers."""
        facts = carried(own, target, self._recorder.fresh_id(), self._recorder.clock.now(), by)
        said = [each.fact if isinstance(each, Note) else each for each in facts]
        answers = {
            each.question: each.answer for each in said if isinstance(each, AnswerGiven) and each.answer
        }
        if answers and self._handover.proposal_for(target) is not None:
            facts += self._handover.priority_after(target, {**target.answers, **answers}, target.doubts)
        return facts

    def _merged_into(self, target: Incident) -> Incident | None:
        """The incident that this seat merged last into that one, if it is still merged."""
        found: list[tuple[tuple[int, str], Incident]] = []
        for incident in self._board.merged.values():
            moves = [each for each in incident.timeline if isinstance(each.fact, IncidentMoved)]
            last = moves[-1] if moves else None
            if last is None or last.seat != self._recorder.seat:
                continue
            if isinstance(last.fact, IncidentMoved) and last.fact.reason == target.number:
                found.append((last.order, incident))
        return max(found, key=lambda each: each[0])[1] if found else None

    def can_unlink(self) -> bool:
        """Whether `unlink` would find something at the incident at hand."""
        target, call_id = self._hand.incident, self._hand.call
        if target is None:
            return False
        return self._merged_into(target) is not None or (call_id is not None and call_id in target.calls[1:])

    async def declare_major(self, on: bool) -> None:
        """Lead the incident at hand as a major one, or no longer."""
        incident = self._hand.need()
        if incident.is_major != on:
            await self._recorder.record([MajorDeclared(incident.id, on)])


def _merger(merged: Incident) -> SeatName | None:
    """The seat that merged it last."""
    moves = (each for each in reversed(merged.timeline) if isinstance(each.fact, IncidentMoved))
    last = next((each for each in moves if each.id not in merged.rejected), None)
    return None if last is None else last.seat
