"""One operator seat: calls, the incident at hand, the seat's own state. The screens talk to nothing below."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from operator_app.domain import line
from operator_app.domain.duplicates import (
    Known,
    MajorSuggestion,
    Report,
    known_already,
    report_of,
    suggest_major,
)
from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallClassified, CallLinked
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, EventId, IncidentId, SeatName
from operator_app.domain.incident import Dispatch, Incident, last_words_of
from operator_app.domain.limits import AgeLimits, AnswerGoal
from operator_app.domain.states import (
    NOISE,
    Classification,
    DispatchState,
    IncidentStatus,
    Refusal,
    RefusedError,
    SeatState,
)
from operator_app.domain.triage import Agency, Card, Kind, Proposal
from operator_app.workflow.arrivals import Arrivals
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.by_phone import ByPhone
from operator_app.workflow.calls import CallDesk
from operator_app.workflow.care import IncidentCare
from operator_app.workflow.clashes import ClashDesk
from operator_app.workflow.company import Company, company, orphans
from operator_app.workflow.incidents import IncidentDesk
from operator_app.workflow.landmarks import LandmarkDesk
from operator_app.workflow.lines import Colleague
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.ports import (
    BoardChanged,
    Clock,
    LinkState,
    LinkTrouble,
    Presence,
    SetAside,
    Shared,
)
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.site_rules import InForce, SiteRules
from operator_app.workflow.sound import SoundDesk


@dataclass(frozen=True, slots=True)
class SeatChanged:
    """Something about this seat itself changed: its state, its phone, the call or the incident at hand."""


async def _none() -> int:
    return 0


async def _nothing() -> Sequence[SetAside]:
    return ()


@dataclass(frozen=True, slots=True)
class SeatsLost:
    """Which seats are lost has changed; `fresh` are those that were heard a moment ago."""

    fresh: tuple[SeatName, ...]


FORM_KEPT_S = 4 * 3600.0
"""A form older than this does not come back by itself after a restart; it is in the list."""
TYPING_S = 4.0
"""How long others are told that a field is being typed in."""


class Seat:
    """The use cases of one seat. Commands raise `RefusedError`, `PhoneRefusedError`, `JournalFailedError`."""

    def __init__(
        self,
        recorder: Recorder,
        board: Board,
        bus: Bus,
        phone: Phone | None,
        rules: SiteRules,
        *,
        rights: frozenset[str] = frozenset(),
    ) -> None:
        """Listen to the phone at once; whoever holds the server link feeds `on_events`, `on_link`, `on_presence`."""
        self.board = board
        self.bus = bus
        self._recorder = recorder
        self.rules = InForce(rules)
        self.calls = CallDesk(phone, recorder, board, self._changed)
        self.calls.on_ended = self._call_ended
        self.sound = SoundDesk(phone, board, bus, recorder.clock)
        self.calls.on_replaced = self._call_replaced
        self.incidents = IncidentDesk(recorder, board, self._changed, self.rules)
        self.landmarks = LandmarkDesk(recorder, board)
        self.by_phone = ByPhone(self.incidents, recorder, board)
        self.care = IncidentCare(self.incidents, recorder, board, self._changed, self.rules, rights)
        self.clashes = ClashDesk(self.incidents, recorder, board)
        self.link = LinkState(False, recorder.clock.now(), 0, LinkTrouble.NOT_CONFIGURED)
        self.arrivals = Arrivals(bus)
        self.presence: tuple[Presence, ...] = ()
        self.company = Company()
        self.on_hand: Callable[[IncidentId | None, str], None] = lambda *_: None
        """Told whenever another incident is in the form, or another field is typed in."""
        self.set_aside: Callable[[], Awaitable[Sequence[SetAside]]] = _nothing
        """Reads what the server has refused of ours from this seat's disk. Raises what the disk raises."""
        self.send_again: Callable[[], Awaitable[int]] = _none
        """Lets what was refused go to the server once more, and returns how many. Raises what the disk raises."""
        self._hand: tuple[IncidentId | None, str] = (None, "")
        self._field: tuple[str, datetime] | None = None
        self._last_call: CallId | None = None
        self._merged: set[IncidentId] = set()
        self._clashing: set[IncidentId] = set()
        bus.subscribe(BoardChanged, self._note_changed)
        self._does: SeatState | None = None
        """What this seat does; the record of it lags behind, and a full disk may not have taken it."""

    # ---- what the screens read

    @property
    def name(self) -> SeatName:
        """The seat's name, as in its incident numbers."""
        return self._recorder.seat

    @property
    def actor(self) -> str:
        """The person at the seat, as told."""
        return self._recorder.actor

    @property
    def timezone(self) -> ZoneInfo:
        """Local time of the room."""
        return self.rules.now.timezone

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Incident kinds of the site."""
        return self.incidents.kinds

    @property
    def age_limits(self) -> AgeLimits:
        """From which age an open incident wants attention."""
        return self.rules.now.ages

    @property
    def goal(self) -> AnswerGoal:
        """How fast the site wants calls to be answered."""
        return self.rules.now.goal

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """Agencies of the site."""
        return self.incidents.agencies

    @property
    def watched(self) -> tuple[Colleague, ...]:
        """Whose phones the phone server is asked about: agencies and others of the house."""
        return self.rules.now.watched

    @property
    def colleagues(self) -> tuple[Colleague, ...]:
        """Those who are watched and no agency: other seats of the house."""
        rung = {each.phone for each in self.agencies}
        return tuple(each for each in self.watched if each.number not in rung)

    @property
    def auto_answer_s(self) -> float | None:
        """After how many seconds this room answers by rule, None when by hand."""
        return self.rules.now.auto_answer_s

    @property
    def state(self) -> SeatState:
        """The seat's state as recorded; away before it ever told one."""
        held = self.board.seats.get(self.name)
        return SeatState.AWAY if held is None else held.state

    @property
    def state_since(self) -> datetime | None:
        """When the seat came to its state."""
        held = self.board.seats.get(self.name)
        return None if held is None else held.since

    @property
    def call_at_hand(self) -> CallId | None:
        """The call in speech, or the one whose record is being finished."""
        return self.calls.at_hand

    @property
    def live_call(self) -> line.LineCall | None:
        """The call at hand while somebody is on the line."""
        return self.calls.live(self.calls.at_hand)

    @property
    def incident_at_hand(self) -> IncidentId | None:
        """The incident in the form."""
        return self.incidents.at_hand

    @property
    def incident(self) -> Incident | None:
        """The incident in the form as the board knows it."""
        return self.incidents.incident

    @property
    def registrations(self) -> Mapping[str, line.LineRegistration]:
        """Each account's standing at its phone server."""
        return self.calls.registrations

    def waiting(self) -> tuple[line.LineCall, ...]:
        """Calls ringing here, the longest-waiting first."""
        return self.calls.waiting()

    def proposal(self) -> Proposal | None:
        """What the kind of the incident at hand suggests."""
        return self.incidents.proposal()

    @property
    def card(self) -> Card | None:
        """The questions of the kind of the incident at hand, if it has a card."""
        return self.incidents.card

    async def link_to(self, incident_id: IncidentId) -> None:
        """Make the call at hand, and what was begun about it, a further report of that incident."""
        await self.care.link(incident_id, self.call_at_hand)

    async def unlink(self) -> None:
        """Take the last linking to the incident at hand back."""
        await self.care.unlink(self.call_at_hand)

    def known_already(self, report: Report | None = None, limit: int = 5) -> tuple[Known, ...]:
        """Open incidents that a report may be about: that one, as typed, or the incident at hand as saved."""
        incident, numbers = self.incident, self._numbers()
        if report is None:
            if incident is None:
                return ()
            report = report_of(incident, numbers.get(incident.id, ()))
        return known_already(
            report, self.board.open.values(), self.now(), self.rules.now.known, numbers, limit
        )

    def major_suggestion(self) -> MajorSuggestion | None:
        """Whether so many reports of the incident at hand came in that it may be a major one."""
        return None if self.incident is None else suggest_major(self.incident, self.rules.now.known)

    def reached(self, incident: Incident, dispatch: Dispatch) -> bool:
        """Whether that agency's desk can know of it: false while what we sent has not reached the server."""
        return self.link.takes or self.arrivals.reached(incident, dispatch)

    @property
    def clock(self) -> Clock:
        """The clock that events are stamped with."""
        return self._recorder.clock

    def now(self) -> datetime:
        """Return the present moment by the clock that events are stamped with."""
        return self._recorder.clock.now()

    # ---- wishes

    def expect_history(self) -> None:
        """Hold back what is typed until `open`: a number must not be given twice while the past is still being read."""
        self.incidents.past_known.clear()

    async def open(self) -> None:
        """The past is on the board: tell the room that this seat is ready.

        A call taken over from a dead window brings its incident back; calls that died with it are told as cut. Without
        a call the form that was being written in when the window died is back, and its wrap-up still to be ended.
        """
        self.incidents.past_known.set()
        if self.calls.ready is not None:
            self.calls.reconcile()
        call, before = self.live_call, self.state
        if call is not None:
            self._restore(call.call_id)
            await self.set_state(SeatState.TALKING)
            return
        self.incidents.at_hand = self.incidents.at_hand or self._form_of_before(before)
        unfinished = self.incident_at_hand is not None and before in (SeatState.TALKING, SeatState.WRAP_UP)
        await self.set_state(SeatState.WRAP_UP if unfinished else SeatState.READY)

    async def answer(self, call_id: CallId | None = None, *, notice: bool = False) -> None:
        """Answer the longest-waiting call, or that one; the form is free for it. `notice`: by rule, without a key."""
        answered = await self.calls.answer(call_id, notice=notice)
        self._last_call = answered
        self._restore(answered)
        await self._talk(answered)

    async def end(self, call_id: CallId | None = None) -> None:
        """Hang up that call, or the one that is spoken with; in a conference the rest goes on."""
        await self.calls.end(call_id)

    async def hold_or_swap(self) -> None:
        """Hold the call, take it back, or exchange it with the one on hold; the form goes with the caller."""
        before = self.calls.at_hand
        await self.calls.hold_or_swap()
        if self.calls.at_hand is not None and self.calls.at_hand != before:
            self._restore(self.calls.at_hand)

    async def hold(self, on: bool) -> None:
        """Put the call at hand on hold, or take it back."""
        await self.calls.hold(on)

    async def mute(self, on: bool) -> None:
        """Keep the operator's voice from the call at hand, or let it through."""
        await self.calls.mute(on)

    async def dial(self, number: str, name: str = "") -> None:
        """Call a number; with a caller on the line for his sake: he is held, and comes back when that call ends."""
        dialled = await self.calls.dial(number, name)
        if dialled == self.calls.at_hand:
            self._last_call = dialled
            await self._talk(dialled)

    async def call_back(self, number: str) -> None:
        """Call somebody who hung up before an answer; never for the sake of another caller: the form is free for it."""
        self._last_call = await self.calls.call_back(number)
        self._restore(self._last_call)
        await self._talk(self._last_call)

    async def call_agency(self, code: AgencyCode) -> None:
        """Call an agency's duty desk."""
        agency = self._agency_with_phone(code)
        await self.dial(agency.phone, agency.name)

    async def transfer(self, number: str, name: str = "") -> None:
        """Send the caller to a number without asking there first; he comes back when nobody takes him."""
        await self.calls.transfer(number, name)

    async def finish_transfer(self) -> None:
        """Give the caller to the one that was called for his sake."""
        await self.calls.finish_transfer()

    async def conference(self) -> None:
        """Bring all on this seat's lines together, or part them again."""
        await self.calls.conference()

    async def talk_to(self, call_id: CallId) -> None:
        """Speak with that one of the seat's lines; the others are held, the form goes with the caller."""
        before = self.calls.at_hand
        await self.calls.talk_to(call_id)
        if self.calls.at_hand is not None and self.calls.at_hand != before:
            self._restore(self.calls.at_hand)

    async def send_keys(self, keys: str) -> None:
        """Send keys to the one that is spoken with."""
        await self.calls.send_keys(keys)

    async def classify(self, classification: Classification, call_id: CallId | None = None) -> None:
        """Say what the call was; noise also ends it and frees the seat for the next one."""
        if call_id is None and self.calls.at_hand is None and self.calls.waiting():
            raise RefusedError(Refusal.NOT_CLASSIFIABLE)  # it is the ringing one that is meant
        wanted = call_id or self.calls.at_hand or self._last_call
        if wanted is None:
            raise RefusedError(Refusal.NO_CALL)
        if classification in NOISE and self.calls.live(wanted) is not None:
            self.calls.need_meant(wanted)
        await self._recorder.record([CallClassified(wanted, classification)])
        if classification in NOISE and self.calls.live(wanted) is not None:
            await self.calls.end(wanted)
        gone = self.calls.live(wanted) is None and wanted == self.calls.at_hand
        if gone and self.incident_at_hand is None and not self.calls.lines.all:
            await self._free()

    async def edit(self, field: str, value: str | None) -> None:
        """Set one field of the incident at hand; the first word opens it."""
        await self.incidents.edit({field: value}, self._call_to_link())

    async def edit_many(
        self, values: Mapping[str, str | None], seen: Mapping[str, EventId | None] | None = None
    ) -> None:
        """Set several fields that belong together; `seen` as in `IncidentDesk.edit`."""
        await self.incidents.edit(values, self._call_to_link(), seen)

    async def take_over(self, incident_id: IncidentId | None = None) -> Incident:
        """Look after that incident from now on; without one, the gravest whose seat is lost."""
        if incident_id is None:
            left = self.orphans()
            if not left:
                raise RefusedError(Refusal.NOTHING_TO_TAKE)
            incident_id = left[0].id
        return await self.incidents.take_over(incident_id)

    def orphans(self) -> tuple[Incident, ...]:
        """The open incidents of lost seats, the gravest first."""
        return orphans(self.board.open.values(), self.company) if self.company.lost_since else ()

    def typing_in(self, field: str) -> None:
        """The operator types in that field of the form: others who have the same incident may see it."""
        self._field = (field, self.now())
        self._tell_hand()

    async def choose_kind(self, code: str) -> None:
        """Set the kind, and with it the proposed priority."""
        await self.incidents.choose_kind(code, self._call_to_link())

    async def answer_question(self, question_id: str, answer: str | None) -> None:
        """Record an answer to a question of the card, None to take it back, and the priority that follows."""
        await self.incidents.answer_question(question_id, answer)

    async def note(self, text: str) -> None:
        """Put a note on the timeline of the incident at hand."""
        await self.incidents.note(text)

    async def dispatch(self, agencies: Sequence[AgencyCode] | None = None) -> tuple[Dispatch, ...]:
        """Hand over to the given agencies, or to the proposed ones."""
        return await self.incidents.dispatch(agencies)

    async def move_dispatch(self, dispatch_id: DispatchId, to: DispatchState, reason: str = "") -> None:
        """Record an agency's answer that came by phone."""
        await self.incidents.move_dispatch(dispatch_id, to, reason)

    async def move_incident(self, to: IncidentStatus, reason: str = "") -> None:
        """Bring the incident at hand to another status."""
        await self.incidents.move(to, reason)

    def select(self, incident_id: IncidentId | None) -> None:
        """Take an incident of the room in hand, or none."""
        self.incidents.select(incident_id)

    async def finish(self) -> None:
        """End the wrap-up: the form is put away, the seat is ready for the next call."""
        if self.calls.lines.all:
            raise RefusedError(Refusal.CALL_AT_HAND)
        await self._free()

    async def set_state(self, state: SeatState) -> None:
        """Tell the room what this seat is doing; what the disk does not take is told again each second."""
        self._does = state
        if state is not self.state:
            await self._recorder.record([SeatStateChanged(state)])
        self._changed()

    async def leave(self, within_s: float) -> None:
        """The window is closed in good order: tell the room that nobody sits here, and wait so long for the server.

        In a call, or with a form still to be finished, nothing is told: the next window goes on with it.
        """
        if self.state not in (SeatState.READY, SeatState.BREAK) or self.calls.lines.all:
            return
        told: set[str] = set()
        there = asyncio.Event()

        def hear(shared: Shared) -> None:
            if told.intersection(shared.event_ids):
                there.set()

        end = self.bus.subscribe(Shared, hear)
        try:
            told |= {each.id for each in await self._recorder.record([SeatStateChanged(SeatState.AWAY)])}
            self._does = SeatState.AWAY
            if self.link.connected:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(there.wait(), within_s)
        finally:
            end()

    async def tick(self) -> None:
        """Called each second: notice deadlines that have passed, and say what this seat does if the record lags."""
        self._recorder.watch_clock()
        self._tell_hand()
        if self._does not in (None, self.state) and self._recorder.is_settled:
            await self.set_state(self._does or self.state)
        if self._merged:
            changed, self._merged = frozenset(self._merged), set()
            self._merged |= await self.care.mend_merged(changed)
        if self._clashing:
            clashing, self._clashing = self._clashing, set()
            await self.clashes.mend(clashing)
        await self.incidents.tick(self._recorder.clock.now(), self.company.is_absent)

    # ---- what the world tells

    def on_events(self, events: Iterable[Event]) -> None:
        """Take in events of the whole room."""
        taken = tuple(events)
        self._recorder.seen(taken)
        self.bus.publish(self.board.apply(taken))

    def on_shared(self, event_ids: tuple[str, ...]) -> None:
        """Events of ours have arrived at the server."""
        self.bus.publish(Shared(event_ids))

    def on_link(self, state: LinkState) -> None:
        """The line to the server is up, down, or has more or less waiting."""
        self.link = state
        if not state.connected and self.company.known:
            self.company = Company()  # nobody tells any more who is there: that is not that nobody is
            self._changed()
        self.bus.publish(state)

    def on_presence(self, presence: Sequence[Presence]) -> None:
        """Which windows of the room the server has heard of, and how long ago."""
        self.presence = tuple(presence)
        before, self.company = self.company, company(self.name, presence, self.now())
        if before.lost_since.keys() != self.company.lost_since.keys():
            self.bus.publish(SeatsLost(tuple(self.company.lost_since.keys() - before.lost_since.keys())))
        self._changed()

    def _note_changed(self, changed: BoardChanged) -> None:
        """Keep what has to be put right at the next second."""
        ids = {IncidentId(each) for each in changed.incidents}
        self._merged |= ids & self.board.merged.keys()
        self._clashing |= {each for each in ids & self.board.open.keys() if self.board.open[each].contests}

    async def _talk(self, call_id: CallId) -> None:
        """Tell that somebody is on the line; a call that ended before that was recorded is wrapped up at once."""
        await self.set_state(SeatState.TALKING)
        if self.calls.live(call_id) is None:
            self._call_ended(call_id)

    def _call_ended(self, call_id: CallId) -> None:
        # While anybody is on a line the seat talks; the record of the one at hand is finished when the last has gone.
        if (self._does or self.state) is SeatState.TALKING and not self.calls.lines.all:
            call_id = self.calls.at_hand or call_id
            call = self.board.calls.get(call_id)
            noise = call is not None and call.classification in NOISE
            free = noise and self.incident_at_hand is None
            if free:
                self.calls.at_hand = None
            self._does = SeatState.READY if free else SeatState.WRAP_UP
            self._recorder.note(SeatStateChanged(self._does))

    def _call_replaced(self, old: CallId, new: CallId) -> None:
        """The conversation goes on in another call: what it is about goes with it."""
        known = self.board.calls.get(old)
        if known is not None and known.incident_id is not None:
            self._recorder.note(CallLinked(new, known.incident_id))
        if self._last_call == old:
            self._last_call = new

    def _agency_with_phone(self, code: AgencyCode) -> Agency:
        agency = next((each for each in self.agencies if each.code == code), None)
        if agency is None or not agency.phone:
            raise RefusedError(Refusal.NO_NUMBER, code)
        return agency

    def _call_to_link(self) -> CallId | None:
        call_id = self.calls.at_hand
        known = None if call_id is None else self.board.calls.get(call_id)
        return call_id if known is None or known.incident_id is None else None

    def _numbers(self) -> dict[IncidentId, frozenset[str]]:
        """The numbers that each incident with several calls was reported from; of one call the form holds it."""
        found = {}
        for incident in self.board.open.values():
            if len(incident.calls) > 1:
                calls = (self.board.calls.get(call_id) for call_id in incident.calls)
                found[incident.id] = frozenset(
                    call.number for call in calls if call is not None and call.number
                )
        return found

    def _restore(self, call_id: CallId) -> None:
        known = self.board.calls.get(call_id)
        self.incidents.at_hand = None if known is None else known.incident_id
        self._changed()

    async def _free(self) -> None:
        self.calls.at_hand = None
        self.incidents.at_hand = None
        await self.set_state(SeatState.READY)

    def _form_of_before(self, before: SeatState) -> IncidentId | None:
        """The incident that this seat wrote in last, when it is still open and was written in a short while ago."""
        if before is SeatState.AWAY:
            return None
        incident = last_words_of(self.name, self.board.incidents.values())
        if incident is None or not incident.is_open:
            return None
        put_away = self.state is SeatState.READY and self.state_since
        last = max(each.occurred_at for each in incident.timeline if each.seat == self.name)
        fresh = (self.now() - last).total_seconds() < FORM_KEPT_S
        return incident.id if fresh and not (put_away and put_away > last) else None

    def _tell_hand(self) -> None:
        if self._field is not None and (self.now() - self._field[1]).total_seconds() > TYPING_S:
            self._field = None
        hand = (self.incident_at_hand, self._field[0] if self._field else "")
        if hand != self._hand:
            self._hand = hand
            self.on_hand(*hand)

    def _changed(self) -> None:
        self._tell_hand()
        self.bus.publish(SeatChanged())
