"""What several seats said without having heard of each other: a person decides, and until then the graver counts."""

from collections.abc import Iterable
from dataclasses import replace

from operator_app.domain.clash import Slot
from operator_app.domain.event import Event
from operator_app.domain.facts.dispatch import DispatchMoved, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    PRIORITIES,
    AnswerGiven,
    ClashSettled,
    FieldSet,
    IncidentMoved,
    Overruled,
)
from operator_app.domain.ids import DispatchId, EventId, IncidentId
from operator_app.domain.incident import Contest, Incident
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from operator_app.domain.triage import PRIORITY
from operator_app.workflow.board import Board
from operator_app.workflow.cards import Cards
from operator_app.workflow.course import WAY_TO_CLOSED
from operator_app.workflow.hand import AtHand
from operator_app.workflow.handover import HandOver, dispatch_move
from operator_app.workflow.recorder import Note, Recorder


class Clashes:
    """Decides clashes of the incident at hand, and lets the graver count as long. Loop thread only."""

    def __init__(
        self, hand: AtHand, recorder: Recorder, board: Board, handover: HandOver, cards: Cards
    ) -> None:
        self._hand = hand
        self._handover = handover
        self._cards = cards
        self._recorder = recorder
        self._board = board

    async def decide(self, slot: Slot, event_id: EventId) -> None:
        """Of the words that clash there, that of `event_id` stands from now on; the others stay in the record.

        Raises `RefusedError` when it is no choice (any more).
        """
        async with self._hand.turn:
            incident = self._hand.need()
            contest = next((each for each in incident.contests if each.slot == slot), None)
            chosen = incident.event(event_id)
            if contest is None or chosen is None or event_id not in (contest.stands, *contest.others):
                raise RefusedError(Refusal.NO_CLASH)
            await self._recorder.record(self._decision(incident, contest, chosen))

    def _decision(self, incident: Incident, contest: Contest, chosen: Event) -> list[Fact | Note]:
        """The chosen word once more, as the latest, so that older windows see it too; and that the others have lost."""
        fact = chosen.fact
        if isinstance(fact, FieldSet):
            settled = tuple(str(each) for each in contest.others)
            return [Note(replace(fact, settles=settled), contest.stands)]
        said: list[Fact | Note] = [] if chosen.id == contest.stands else [Note(fact, contest.stands)]
        after: list[Fact | Note] = []
        match fact:
            case AnswerGiven():
                after = self._follow(incident, fact)
            case Overruled(subject=subject, chosen=choice, proposed=proposed) if subject == PRIORITY:
                after = _priority(incident, choice or proposed)
            case IncidentMoved():
                said = _way(incident, fact)
            case DispatchMoved():
                said = self._answered(incident, fact)
        over = tuple(str(each) for each in contest.others)
        return [*said, ClashSettled(incident.id, over), *after]

    def _follow(self, incident: Incident, fact: AnswerGiven) -> list[Fact | Note]:
        """The priority after the answer that was chosen."""
        if self._cards.kind_or_none(incident.value("kind")) is None:
            return []
        answers = {key: value for key, value in incident.answers.items() if key != fact.question}
        doubts = {key: value for key, value in incident.doubts.items() if key != fact.question}
        if fact.answer is not None:
            answers[fact.question] = fact.answer
        return self._handover.priority_after(incident, answers, doubts)

    def _answered(self, incident: Incident, fact: DispatchMoved) -> list[Fact | Note]:
        """What brings a dispatch to where the chosen answer has it; a declined one is asked and answered anew."""
        dispatch = incident.dispatch(fact.dispatch_id)
        declines = fact.to is DispatchState.DECLINED
        if dispatch is None or declines == (dispatch.state is DispatchState.DECLINED):
            return []
        if declines:
            return dispatch_move(incident, dispatch, fact.to, fact.reason)
        again = replace(dispatch, id=DispatchId(self._recorder.fresh_id()), state=DispatchState.SENT)
        return [
            DispatchSent(incident.id, again.id, again.agency, again.ack_within_s),
            *dispatch_move(incident, again, DispatchState.ACCEPTED, fact.reason),
        ]

    async def mend(self, changed: Iterable[IncidentId]) -> None:
        """Raise the priority of incidents whose answers, kinds or decisions clash to the graver one.

        Every seat that took part does it, with the same value; whoever decides later lowers it again.
        """
        async with self._hand.turn:
            known = (self._board.open.get(each) for each in changed)
            await self._recorder.record(
                [
                    fact
                    for each in known
                    if each is not None and self._took_part(each)
                    for fact in self._raised(each)
                ]
            )

    def _took_part(self, incident: Incident) -> bool:
        events = (
            incident.event(each)
            for contest in incident.contests
            for each in (contest.stands, *contest.others)
        )
        seats = {event.seat for event in events if event is not None}
        return bool(seats) and self._recorder.seat in (*seats, incident.owner)

    def _raised(self, incident: Incident) -> list[Fact | Note]:
        own, proposal = incident.own.get(PRIORITY), self._handover.proposal_for(incident)
        wanted = int(own.chosen) if own is not None else None if proposal is None else proposal.priority
        if wanted is None or (incident.priority is not None and incident.priority <= wanted):
            return []
        return _priority(incident, str(wanted))


def _priority(incident: Incident, wanted: str) -> list[Fact | Note]:
    held = incident.fields.get(PRIORITY)
    if wanted not in PRIORITIES or (held is not None and held.value == wanted):
        return []
    return [Note(FieldSet(incident.id, PRIORITY, wanted), None if held is None else held.event_id)]


def _way(incident: Incident, fact: IncidentMoved) -> list[Fact | Note]:
    """The moves from where the incident stands to the end that was chosen; or that it goes on as it stands."""
    if fact.to is IncidentStatus.CANCELLED:
        return [fact]
    if fact.to is IncidentStatus.CLOSED:
        steps = WAY_TO_CLOSED.get(incident.status, (fact.to,))
        return [replace(fact, to=to, reason=fact.reason if to is fact.to else "") for to in steps]
    return [IncidentMoved(incident.id, incident.status, "")]
