"""The incident in the form: opened at the first word, saved at every change; its card, its place read back."""

import asyncio
from collections.abc import Mapping

from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    INCIDENT_FIELDS,
    AnswerGiven,
    FieldSet,
    IncidentOpened,
    PlaceReadBack,
)
from operator_app.domain.ids import CallId, EventId, IncidentId
from operator_app.domain.incident import Incident, parse_position
from operator_app.domain.states import Refusal, RefusedError
from operator_app.domain.triage import NO_DOUBTS, PRIORITY, Card, assess
from operator_app.workflow.board import Board
from operator_app.workflow.cards import Cards
from operator_app.workflow.clashes import Clashes
from operator_app.workflow.hand import AtHand, Sheet
from operator_app.workflow.handover import HandOver
from operator_app.workflow.landmarks import LandmarkDesk
from operator_app.workflow.recorder import Note, Recorder
from operator_app.workflow.site_rules import InForce


class Form:
    """What is written about the incident at hand, checked against the board and recorded. Loop thread only."""

    def __init__(
        self, hand: AtHand, recorder: Recorder, board: Board, rules: InForce, cards: Cards, handover: HandOver
    ) -> None:
        """The site's prefix and the seat's name stand in the incident number, whose day is that of the site's zone."""
        self._hand = hand
        self._recorder = recorder
        self._board = board
        self._rules = rules
        self._cards = cards
        self._handover = handover
        self.past_known = asyncio.Event()
        """Set once the past is on the board: a number must not be given twice while it is still being read."""
        self.past_known.set()
        self.landmarks = LandmarkDesk(recorder, board)
        self.clashes = Clashes(hand, recorder, board, handover, cards)

    async def edit(
        self,
        values: Mapping[str, str | None],
        seen: Mapping[str, EventId | None] | None = None,
        sheet: Sheet | None = None,
        call: CallId | None = None,
    ) -> Incident:
        """Set fields; without an incident at hand open one first, as a report of the call at hand.

        With `sheet` the fields of that one are set, whatever is at hand by then; an empty one becomes a report of
        `call`.

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
        async with self._hand.turn:
            facts: list[Fact | Note] = []
            written = self._hand.sheet if sheet is None else self._hand.now_is(sheet)
            incident = self._board.incidents.get(written.incident_id) if written.incident_id else None
            opened = incident is None
            if incident is None:
                if not any(values.values()):
                    raise RefusedError(Refusal.NO_INCIDENT)
                incident_id, opening = self._opening(
                    self._unlinked(self._hand.call if sheet is None else call)
                )
                facts.extend(opening)
                incident = Incident(incident_id)
            for name, value in values.items():
                held = incident.fields.get(name)
                if (held.value if held else None) != (value or None):
                    on_board = held.event_id if held else None
                    base = on_board if seen is None else seen.get(name, on_board)
                    facts.append(Note(FieldSet(incident.id, name, value or None), base))
            await self._recorder.record(facts)
            if opened:
                self._hand.opened(written, incident.id)
        return self._board.incidents[incident.id]

    async def choose_kind(self, code: str) -> Incident:
        """Set the kind and, unless the operator chose one that differs from the proposal before, its priority."""
        kind = self._cards.kind(code)
        incident, before = self._hand.incident, self._handover.proposal()
        values: dict[str, str | None] = {"kind": code}
        free = incident is None or PRIORITY not in incident.own
        if free and (incident is None or incident.priority in (None, before.priority if before else None)):
            answers = {} if incident is None else incident.answers
            doubts = NO_DOUBTS if incident is None else incident.doubts
            values["priority"] = str(assess(kind, answers, self._cards.agencies, doubts).priority)
        return await self.edit(values)

    async def answer_question(self, question_id: str, answer: str | None) -> None:
        """Record an answer to a question of the card, None to take it back; the priority follows as the kind's does.

        Raises `RefusedError` without an incident or kind, `ValueError` for a question or answer that the card lacks.
        """
        async with self._hand.turn:
            incident, card = self._hand.need(), self.card
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
            await self._recorder.record([*facts, *self._handover.priority_after(incident, answers, doubts)])

    @property
    def card(self) -> Card | None:
        """The card of the kind of the incident at hand; None without a kind, or when the site has none for it."""
        incident = self._hand.incident
        kind = None if incident is None else self._cards.kind_or_none(incident.value("kind"))
        return None if kind is None else kind.card

    async def read_back(self, source: str, accuracy_m: float | None) -> None:
        """Record that the caller heard the place as it stands and agreed; `source` says where its point came from."""
        async with self._hand.turn:
            incident = self._hand.need()
            place, position = incident.value("place"), incident.value("position")
            if not (place or position):
                raise RefusedError(Refusal.PLACE_MISSING)
            await self._recorder.record(
                [PlaceReadBack(incident.id, place, position or None, source, accuracy_m)]
            )

    def _unlinked(self, call_id: CallId | None) -> CallId | None:
        """That call, unless it is a report of an incident already."""
        known = None if call_id is None else self._board.calls.get(call_id)
        return call_id if known is None or known.incident_id is None else None

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
