"""Any interleaving of seats against a plain truth in memory: cuts, returns, kills, edits, choices, moves, dispatches.

The truth is kept by the test itself, with no fold: which events were saved, which words each seat wrote last into a
field, and what stood in the field before the eyes of whoever wrote. Real are the use cases, recorder, board and fold of
each seat; the journal is one of memory that outlives its seat's kill, the server a list that takes each event once.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from operator_app.domain.event import Event
from operator_app.domain.facts.incident import FieldSet
from operator_app.domain.hlc import Stamp
from operator_app.domain.ids import AgencyCode, EventId, IncidentId, SeatName
from operator_app.domain.incident import Incident
from operator_app.domain.states import (
    DISPATCH_MOVES,
    INCIDENT_MOVES,
    DispatchState,
    IncidentStatus,
    RefusedError,
)
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat
from tests.fakes.memory_journal import MemoryJournal
from tests.unit.workflow.room import RULES, HandClock

SEATS = ("M1", "M2", "M3")
FIELDS = ("place", "text")
AGENCIES = (AgencyCode("DAMKAR"), AgencyCode("BPBD"))


class Server:
    """A log that takes each event once, whatever is delivered again, and in whatever order journals arrive."""

    def __init__(self) -> None:
        self.log: list[Event] = []
        self._ids: set[str] = set()

    def take(self, events: list[Event]) -> None:
        for event in events:
            if event.id not in self._ids:
                self._ids.add(event.id)
                self.log.append(event)


class Place:
    """One seat's PC: its disk outlives its process; its line is up or cut; its clock is its own."""

    def __init__(self, number: int) -> None:
        self.name = SEATS[number]
        self.journal = MemoryJournal(f"00000000-0000-4000-8000-00000000000{number + 1}")
        self.clock = HandClock()
        self.clock.at += timedelta(seconds=(-7200, 0, 11)[number])
        self.wrong_s = 0
        self.clock._count = (number + 1) * 10_000_000
        self.kept: list[Event] = []
        self.sent = self.read = 0
        self.is_up = True
        self.start()

    def start(self) -> None:
        """Begin a process on what lies on the disk."""
        board, bus = Board(), Bus()
        board.apply([*self.journal.kept, *self.kept])
        newest = max((event.hlc for event in (*self.journal.kept, *self.kept)), default=0)
        last = Stamp().seen(newest, int(self.clock.now().timestamp() * 1000))
        recorder = Recorder(self.journal, self.clock, board, bus, SeatName(self.name), "Operator", last.value)
        self.seat = Seat(recorder, board, bus, None, RULES)

    def exchange(self, server: Server, *, acked: bool = True) -> None:
        """Push what waits, read what is new; an answer that is lost has the same sent again."""
        server.take(self.journal.kept[self.sent :])
        if acked:
            self.sent = len(self.journal.kept)
        fresh = server.log[self.read :]
        self.read = len(server.log)
        self.kept.extend(event for event in fresh if event.journal_id != self.journal.journal_id)
        self.seat.room.on_events(fresh)


class RoomMachine(RuleBasedStateMachine):
    """Three seats and a server in any order of events."""

    incidents = Bundle("incidents")
    seats = st.integers(0, 2)

    @initialize(target=incidents)
    def begin(self) -> IncidentId:
        self.server = Server()
        self.saw: Saw = {}
        self.places = [Place(number) for number in range(3)]
        self.loop = asyncio.new_event_loop()
        seat = self.places[0].seat
        assert self.wish(seat.form.edit({"place": "Jl. Poros"}))
        for place in self.places:
            place.exchange(self.server)
        assert seat.hand.incident_id is not None
        return seat.hand.incident_id

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            try:
                self.everybody_comes_back()
            finally:
                self.loop.close()

    def wish(self, wish: Coroutine[Any, Any, object]) -> bool:
        try:
            self.loop.run_until_complete(wish)
        except RefusedError:
            return False
        return True

    def at(self, number: int, incident_id: IncidentId) -> Seat | None:
        """Take that incident in hand at that seat, if it has heard of it."""
        seat = self.places[number].seat
        if incident_id not in seat.room.board.incidents:
            return None
        seat.hand.select(incident_id)
        return seat

    # ---- what a person does

    @rule(target=incidents, number=seats)
    def open_incident(self, number: int) -> IncidentId:
        seat = self.places[number].seat
        seat.hand.select(None)
        assert self.wish(seat.form.edit({"place": f"Jl. {number}"}))
        assert seat.hand.incident_id is not None
        return seat.hand.incident_id

    @rule(number=seats, incident=incidents, field=st.sampled_from(FIELDS), word=st.sampled_from("abc"))
    def edit(self, number: int, incident: IncidentId, field: str, word: str) -> None:
        seat = self.at(number, incident)
        if seat is not None:
            before = seat.room.board.incidents[incident].fields.get(field)
            assert self.wish(seat.form.edit({field: f"{word}{number}"}))
            after = seat.room.board.incidents[incident].fields[field]
            assert after.value == f"{word}{number}"
            if before is None or after.event_id != before.event_id:
                self.saw[after.event_id] = frozenset() if before is None else frozenset({before.event_id})

    @rule(one=seats, other=seats, incident=incidents, field=st.sampled_from(FIELDS))
    def write_at_once(self, one: int, other: int, incident: IncidentId, field: str) -> None:
        """Two seats write without a word between them; then all hear of it, and one of them types on."""
        self.edit(one, incident, field, "a")
        self.edit(other, incident, field, "b")
        self.everybody_talks()
        self.edit(other, incident, field, "c")

    @rule(number=seats, incident=incidents, keep=st.booleans())
    def choose(self, number: int, incident: IncidentId, keep: bool) -> None:
        seat = self.at(number, incident)
        held = None if seat is None else seat.hand.incident
        if seat is None or held is None or not held.clashes:
            return
        field, clashes = next(iter(held.clashes.items()))
        chosen = held.fields[field].event_id if keep else clashes[-1].event_id
        wanted = held.value(field) if keep else clashes[-1].value or ""
        assert self.wish(seat.form.clashes.decide((FieldSet.op, field), chosen))
        after = seat.room.board.incidents[incident]
        shown = {held.fields[field].event_id, *(each.event_id for each in clashes)}
        self.saw[after.fields[field].event_id] = frozenset(shown)
        assert after.value(field) == wanted
        assert field not in after.clashes

    @rule(number=seats, incident=incidents, to=st.sampled_from(IncidentStatus))
    def move(self, number: int, incident: IncidentId, to: IncidentStatus) -> None:
        seat = self.at(number, incident)
        if seat is not None:
            legal = to in INCIDENT_MOVES[seat.room.board.incidents[incident].status]
            assert self.wish(seat.course.move(to, "sebab")) == legal
            assert not legal or seat.room.board.incidents[incident].status is to

    @rule(number=seats, incident=incidents, agency=st.sampled_from(AGENCIES))
    def dispatch(self, number: int, incident: IncidentId, agency: AgencyCode) -> None:
        seat = self.at(number, incident)
        if seat is not None:
            self.wish(seat.form.choose_kind("KEB-01"))
            self.wish(seat.handover.dispatch([agency]))

    @rule(number=seats, incident=incidents, to=st.sampled_from(DispatchState))
    def move_dispatch(self, number: int, incident: IncidentId, to: DispatchState) -> None:
        seat = self.at(number, incident)
        dispatches = () if seat is None or seat.hand.incident is None else seat.hand.incident.dispatches
        if seat is not None and dispatches:
            wanted = dispatches[-1]
            legal = to in DISPATCH_MOVES[wanted.state]
            assert self.wish(seat.handover.move_dispatch(wanted.id, to, "sebab")) == legal
            after = seat.room.board.incidents[incident].dispatch(wanted.id)
            assert after is not None
            assert not legal or after.state is to

    @rule(number=seats, incident=incidents)
    def take_over(self, number: int, incident: IncidentId) -> None:
        seat = self.at(number, incident)
        if seat is not None and self.wish(seat.course.take_over(incident)):
            assert seat.room.board.incidents[incident].owner == seat.duty.name

    @rule(incident=incidents, number=seats)
    def note(self, incident: IncidentId, number: int) -> None:
        seat = self.at(number, incident)
        if seat is not None:
            assert self.wish(seat.course.note("catatan"))

    # ---- what the world does

    @rule(number=seats)
    def cut(self, number: int) -> None:
        self.places[number].is_up = False

    @rule(number=seats)
    def come_back(self, number: int) -> None:
        self.places[number].is_up = True

    @rule(number=seats, acked=st.booleans())
    def talk(self, number: int, acked: bool) -> None:
        if self.places[number].is_up:
            self.places[number].exchange(self.server, acked=acked)

    @rule()
    def everybody_talks(self) -> None:
        for _ in range(2):
            for number in range(3):
                self.talk(number, True)

    @rule(number=seats)
    def kill(self, number: int) -> None:
        self.places[number].start()

    @rule(seconds=st.sampled_from([0.001, 1, 60, 3600]))
    def time_passes(self, seconds: float) -> None:
        for place in self.places:
            place.clock.pass_s(seconds)

    @rule(number=seats, wrong_s=st.sampled_from([-86_400, -61, 0, 61, 18_000, 86_400]))
    def set_clock(self, number: int, wrong_s: int) -> None:
        """Somebody sets a seat's clock, right or wrong by up to a day; also beneath a running process."""
        place = self.places[number]
        place.clock.pass_s(wrong_s - place.wrong_s)
        place.wrong_s = wrong_s

    # ---- what must hold

    @invariant()
    def nothing_saved_is_off_its_own_board(self) -> None:
        for place in getattr(self, "places", ()):
            known = {
                event.id
                for incident in place.seat.room.board.incidents.values()
                for event in incident.timeline
            }
            assert {event.id for event in place.journal.kept if hasattr(event.fact, "incident_id")} <= known

    def everybody_comes_back(self) -> None:
        for _ in range(2):
            for place in self.places:
                place.is_up = True
                place.exchange(self.server)
        saved = [event for place in self.places for event in place.journal.kept]
        assert sorted(event.id for event in saved) == sorted(event.id for event in self.server.log)
        first, *others = (place.seat.room.board.incidents for place in self.places)
        for other in others:
            assert other == first
        for incident in first.values():
            assert incident.opened_at is not None
            lost_words(incident, self.saw)


Saw = dict[str, frozenset[EventId]]
"""By edit what stood in the field when its writer wrote: one value, or all that a choice was between."""


def lost_words(incident: Incident, saw: Saw) -> None:
    """No words of a seat go under unseen: they stand, are shown beside, or somebody wrote or chose having seen them.

    And nothing is shown as a clash that whoever wrote the standing value had seen and replaced.
    """
    edits = [event for event in incident.timeline if isinstance(event.fact, FieldSet)]
    for field in {event.fact.field for event in edits if isinstance(event.fact, FieldSet)}:
        own = [event for event in edits if isinstance(event.fact, FieldSet) and event.fact.field == field]
        held = incident.fields[field]
        parents = {event.id: saw.get(event.id, frozenset({event.base} - {None})) for event in own}
        seen = ancestors(held.event_id, parents)
        settled = {
            each for event in own if isinstance(event.fact, FieldSet) for each in event.fact.settles or ()
        }
        shown = {each.event_id for each in held.clashes}
        assert not shown & seen, (field, held)
        for seat in {event.seat for event in own}:
            last = max((event for event in own if event.seat == seat), key=lambda event: event.order)
            assert isinstance(last.fact, FieldSet)
            chains = seen.union(*(ancestors(each, parents) for each in shown | settled))
            # A value that is shown counts whichever edit wrote it, and with it what that edit's writer had seen.
            while fresh := [
                each for each in own if each.id not in chains and _value(each) in values(own, chains)
            ]:
                chains = chains.union(*(ancestors(each.id, parents) for each in fresh))
            assert last.id in chains, (field, seat, last, held)


def _value(edit: Event) -> str | None:
    assert isinstance(edit.fact, FieldSet)
    return edit.fact.value


def values(edits: list[Event], ids: set[str]) -> set[str | None]:
    """What those edits wrote."""
    return {_value(each) for each in edits if each.id in ids}


def ancestors(event_id: str, parents: dict[Any, Any]) -> set[str]:
    """An edit and everything its writers had seen."""
    found: set[str] = set()
    asked: list[Any] = [event_id]
    while asked:
        at = asked.pop()
        if at not in found:
            found.add(at)
            asked += parents.get(at, ())
    return found


TestRoom = RoomMachine.TestCase
TestRoom.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
