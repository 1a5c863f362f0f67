"""What is done about an incident beside its fields: decisions, further reports, reading back, reminders, its end."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from operator_app.domain.facts.call import CallLinked, CallUnlinked
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    FieldSet,
    IncidentMoved,
    IncidentNoted,
    MajorDeclared,
    Overruled,
    PlaceReadBack,
    ReminderDone,
    ReminderSet,
)
from operator_app.domain.facts.site import CARD_PART, CardPublished, PartPublished
from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.incident import LONGEST_REMINDER_S, Incident, Reminder
from operator_app.domain.states import INCIDENT_MOVES, IncidentStatus, Refusal, RefusedError
from operator_app.domain.triage import IN, OUT, PRIORITY, Card, agency_subject
from operator_app.workflow.board import Board
from operator_app.workflow.incidents import IncidentDesk
from operator_app.workflow.ports import CardBook
from operator_app.workflow.recorder import Note, Recorder
from operator_app.workflow.rings import goes_on_in, rings
from operator_app.workflow.site_rules import InForce

log = logging.getLogger(__name__)

SUPERVISOR = "supervisor"
"""The right to give kinds other question cards."""


class IncidentCare:
    """Further wishes about the incident at hand of an `IncidentDesk`, recorded in the same order. Loop thread only."""

    def __init__(
        self,
        desk: IncidentDesk,
        recorder: Recorder,
        board: Board,
        changed: Callable[[], None],
        rules: InForce,
        rights: frozenset[str],
    ) -> None:
        """Without a card book in the rules nobody can change cards here."""
        self._desk = desk
        self._recorder = recorder
        self._board = board
        self._changed = changed
        self._rules = rules
        self.rights = rights
        self._read: dict[str, tuple[tuple[CardPublished, CardBook], Card | None]] = {}
        desk.published_card = self.published

    # ---- decisions about the proposal

    async def choose_priority(self, priority: int | None) -> None:
        """Take another priority than the proposed one and keep it, whatever is answered; None: as proposed."""
        async with self._desk.turn:
            incident, proposal = self._desk.need(), self._desk.proposal()
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
        async with self._desk.turn:
            incident, proposal = self._desk.need(), self._desk.proposal()
            if self._desk.agency_or_none(code) is None:
                raise RefusedError(Refusal.UNKNOWN_AGENCY, code)
            proposed = proposal is not None and any(
                each.agency.code == code for each in (*proposal.dispatch, *proposal.by_phone)
            )
            subject = agency_subject(code)
            chosen = None if subject in incident.own else OUT if proposed else IN
            await self._recorder.record([Overruled(incident.id, subject, chosen, IN if proposed else OUT)])

    async def take_proposal(self) -> None:
        """Return to everything that is proposed."""
        incident, proposal = self._desk.need(), self._desk.proposal()
        if PRIORITY in incident.own:
            await self.choose_priority(None)
        async with self._desk.turn:
            known = () if proposal is None else (*proposal.dispatch, *proposal.by_phone)
            proposed = {agency_subject(each.agency.code) for each in known}
            facts: list[Fact | Note] = [
                Overruled(incident.id, subject, None, IN if subject in proposed else OUT)
                for subject in incident.own
                if subject != PRIORITY
            ]
            await self._recorder.record(facts)

    # ---- reports of one and the same incident

    async def link(self, to: IncidentId, call_id: CallId | None) -> None:
        """Make the call a further report of that open incident, and take that in hand.

        What was begun about the call is merged into it; its words go along as a note, so that nothing is lost, and
        agencies that were sent to it are asked anew.
        """
        async with self._desk.turn:
            target, own = self._board.incidents.get(to), self._desk.incident
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
                facts += self._desk.asking_anew(own, target)
                if own.value("text"):
                    facts.append(IncidentNoted(to, f"{own.number}: {own.value('text')}"))
                facts.append(IncidentMoved(own.id, IncidentStatus.MERGED, target.number))
            await self._recorder.record(facts)
            self._desk.at_hand = to
        self._changed()

    async def unlink(self, call_id: CallId | None) -> None:
        """Take back the last linking at this seat to the incident at hand: its own incident is there again."""
        async with self._desk.turn:
            target = self._desk.need()
            merged = self._merged_into(target)
            facts: list[Fact | Note]
            if merged is not None:
                shared = [call for call in merged.calls if call in target.calls]
                facts = [CallUnlinked(call, target.id) for call in shared]
                facts += [CallLinked(call, merged.id) for call in shared]
                facts.append(IncidentMoved(merged.id, _status_before(merged), ""))
            elif call_id is not None and call_id in target.calls[1:]:
                facts = [CallUnlinked(call_id, target.id)]
            else:
                raise RefusedError(Refusal.NOTHING_TO_UNLINK)
            await self._recorder.record(facts)
            self._desk.at_hand = None if merged is None else merged.id
        self._changed()

    async def mend_merged(self, changed: frozenset[IncidentId]) -> frozenset[IncidentId]:
        """Put right what several seats did to merged incidents without having heard of each other.

        Of incidents merged into each other the first is opened again: every seat does it, the first one counts. Desks
        that this seat sent to an incident while another one merged it are asked anew for the one in which it goes on.
        Returns what is to be looked at once more.
        """
        async with self._desk.turn:
            facts = list[Fact | Note]()
            reopened = rings(changed, self._board.merged)
            facts += [IncidentMoved(each.id, _status_before(each), "") for each in reopened]
            left = () if reopened else self._sent_and_merged(changed)
            by_number = {each.number: each for each in self._board.incidents.values()} if left else {}
            for merged in left:
                target = goes_on_in(merged, by_number)
                if target is not None and target.is_open:
                    facts += self._desk.asking_anew(merged, target, self._recorder.seat)
            await self._recorder.record(facts)
        return changed if reopened else frozenset()

    def _sent_and_merged(self, changed: Iterable[IncidentId]) -> tuple[Incident, ...]:
        """Merged incidents to which this seat has sent somebody who has still to do with it."""
        merged, own = self._board.merged, self._recorder.seat
        found = (merged[each] for each in changed if each in merged)
        return tuple(each for each in found if any(d.seat == own and not d.is_over for d in each.dispatches))

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

    def can_unlink(self, call_id: CallId | None) -> bool:
        """Whether `unlink` would find something at the incident at hand."""
        target = self._desk.incident
        if target is None:
            return False
        return self._merged_into(target) is not None or (call_id is not None and call_id in target.calls[1:])

    async def declare_major(self, on: bool) -> None:
        """Lead the incident at hand as a major one, or no longer."""
        incident = self._desk.need()
        if incident.is_major != on:
            await self._recorder.record([MajorDeclared(incident.id, on)])

    # ---- the place

    async def read_back(self, source: str, accuracy_m: float | None) -> None:
        """Record that the caller heard the place as it stands and agreed; `source` says where its point came from."""
        async with self._desk.turn:
            incident = self._desk.need()
            place, position = incident.value("place"), incident.value("position")
            if not (place or position):
                raise RefusedError(Refusal.PLACE_MISSING)
            await self._recorder.record(
                [PlaceReadBack(incident.id, place, position or None, source, accuracy_m)]
            )

    # ---- reminders

    async def remind(self, minutes: float, text: str) -> None:
        """Remind this seat of the incident at hand after so many minutes."""
        after_s = round(minutes * 60)
        if not 0 < after_s <= LONGEST_REMINDER_S:
            raise RefusedError(Refusal.BAD_MINUTES)
        incident = self._desk.need()
        await self._recorder.record(
            [ReminderSet(incident.id, self._recorder.fresh_id(), after_s, text.strip())]
        )

    async def reminder_done(self, incident_id: IncidentId, reminder_id: str) -> None:
        """Put a reminder away: it has been seen to."""
        await self._recorder.record([ReminderDone(incident_id, reminder_id)])

    def standing_reminders(self, now: datetime) -> tuple[tuple[Incident, Reminder], ...]:
        """Every reminder of an open incident that is due, the longest due first."""
        found = [
            (incident, each)
            for incident in self._board.open.values()
            if incident.reminders
            for each in incident.reminders
            if each.done_at is None and each.due_at <= now
        ]
        return tuple(sorted(found, key=lambda pair: (pair[1].due_at, pair[1].id)))

    # ---- its end

    async def finish(self, reason: str) -> None:
        """Close the incident at hand; what was handed over counts as done with it."""
        async with self._desk.turn:
            incident = self._desk.need()
            steps = _WAY_TO_CLOSED.get(incident.status)
            if steps is None:
                raise RefusedError(Refusal.INCIDENT_ENDED)
            if incident.status is not IncidentStatus.DONE and not reason.strip():
                raise RefusedError(Refusal.REASON_MISSING)
            said = [""] * (len(steps) - 1) + [reason.strip()]
            await self._recorder.record(
                [IncidentMoved(incident.id, to, words) for to, words in zip(steps, said, strict=True)]
            )

    # ---- cards

    def published(self, kind: str) -> Card | None:
        """The card that a supervisor gave that kind last; None: the site's own stands."""
        edit, cards = self._edit(kind), self._rules.now.cards
        if edit is None or cards is None:
            return None
        held = self._read.get(kind)
        if held is None or held[0] != (edit, cards):
            card = cards.read_kept(kind, edit.source)
            card = None if card is None else replace(card, version=edit.version)
            held = self._read[kind] = ((edit, cards), card)
        return held[1]

    def _edit(self, kind: str) -> CardPublished | None:
        """What a supervisor made of that kind's card last, in the older or in the newer form of the record."""
        told = (self._board.cards.get(kind), self._board.published.get(f"{CARD_PART}{kind}"))
        edits: list[CardPublished] = []
        for event in told:
            if event is not None and isinstance(event.fact, CardPublished):
                edits.append(event.fact)
            elif event is not None and isinstance(event.fact, PartPublished):
                edits.append(CardPublished(kind, event.fact.version, event.fact.text() or ""))
        return max(edits, key=lambda edit: edit.version, default=None)

    def card_source(self, kind: str) -> str:
        """The text of the kind's present card, to be edited. Raises `RefusedError` without the right."""
        cards = self._need_right()
        edit, card = self._edit(kind), self._desk.kind(kind).card
        if edit is not None and card is not None and card.version == edit.version:
            return edit.source
        return "" if card is None else cards.write(card)

    def try_card(self, kind: str, source: str) -> Card:
        """Read an edited card without keeping it. Raises `RefusedError`, and what the card book raises."""
        return self._need_right().read(kind, source)

    async def publish_card(self, kind: str, source: str) -> int:
        """Give the kind a new version of its card at every seat; returns the version. Raises as `try_card` does."""
        self.try_card(kind, source)
        present = self._desk.kind(kind).card
        version = (0 if present is None else present.version) + 1
        await self._recorder.record([PartPublished.of(f"{CARD_PART}{kind}", version, source)])
        self._changed()
        return version

    def _need_right(self) -> CardBook:
        cards = self._rules.now.cards
        if SUPERVISOR not in self.rights or cards is None:
            raise RefusedError(Refusal.NO_RIGHT)
        return cards


_WAY_TO_CLOSED = {
    IncidentStatus.NEW: (IncidentStatus.CLOSED,),
    IncidentStatus.FORWARDED: (IncidentStatus.DONE, IncidentStatus.CLOSED),
    IncidentStatus.HANDLED: (IncidentStatus.DONE, IncidentStatus.CLOSED),
    IncidentStatus.DONE: (IncidentStatus.CLOSED,),
}


def _status_before(merged: Incident) -> IncidentStatus:
    """Where an incident stood that is no longer merged."""
    if not merged.dispatches:
        return IncidentStatus.NEW
    answered = any(each.accepted_at or each.under_way_at or each.on_scene_at for each in merged.dispatches)
    return IncidentStatus.HANDLED if answered else IncidentStatus.FORWARDED
