"""Two seats at one incident: what each writes against what it saw, who is told what, and who looks after it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from operator_app.domain.facts.dispatch import DispatchOverdue, DispatchSent
from operator_app.domain.facts.incident import FieldSet, IncidentTaken
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.hlc import HIGHEST, Stamp
from operator_app.domain.ids import AgencyCode, EventId, SeatName
from operator_app.domain.states import IncidentStatus, Refusal, RefusedError, SeatState
from operator_app.ui.timeline.presenters.reminders import ReminderPresenter
from operator_app.ui.words.site_words import SiteWords
from operator_app.workflow.company import LOST_AFTER_S
from operator_app.workflow.ports import LinkState, Presence, Saved
from operator_app.workflow.recorder import AHEAD_MS, ClockAhead, Recorder
from operator_app.workflow.room import SeatsLost
from tests.unit.workflow.room import Bench, Pair, make_seat


def scene(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def held_id(bench: Bench, field: str) -> EventId:
    incident = bench.seat.hand.incident
    assert incident is not None
    return incident.fields[field].event_id


def hear(bench: Bench, *others: tuple[str, float, str]) -> None:
    bench.seat.room.on_presence([Presence(name, "seat", age, incident) for name, age, incident in others])


def test_an_edit_says_what_its_writer_saw_and_not_what_the_board_holds() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        seen = held_id(pair.two, "place")
        pair.pass_s(1)
        await pair.one.seat.form.edit({"place": "Jl. Poros no. 4"})
        pair.carry()  # it is on the board of the second seat, but its operator is still typing
        await pair.two.seat.form.edit({"place": "Jl. Diponegoro"}, {"place": seen})
        pair.carry()
        for bench in (pair.one, pair.two):
            assert bench.seat.hand.incident is not None
            (other,) = bench.seat.hand.incident.clashes["place"]
            assert (bench.seat.hand.incident.value("place"), other.value) == (
                "Jl. Diponegoro",
                "Jl. Poros no. 4",
            )
        assert pair.one.seat.hand.incident is not None
        (lost,) = pair.one.seat.hand.incident.clashes["place"]
        await pair.one.seat.form.clashes.decide((FieldSet.op, "place"), lost.event_id)
        pair.carry()
        for bench in (pair.one, pair.two):
            assert bench.seat.hand.incident is not None
            assert bench.seat.hand.incident.clashes == {}
            assert bench.seat.hand.incident.value("place") == "Jl. Poros no. 4"
        with pytest.raises(RefusedError) as refused:
            await pair.two.seat.form.clashes.decide((FieldSet.op, "place"), seen)
        assert refused.value.refusal is Refusal.NO_CLASH

    scene(play)


def test_a_lost_seat_is_told_once_and_its_incident_can_be_taken_over() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        told: list[SeatsLost] = []
        pair.two.bus.subscribe(SeatsLost, told.append)
        hear(pair.two, ("M1", 0.4, ""))
        assert pair.two.seat.room.orphans() == ()
        hear(pair.two, ("M1", LOST_AFTER_S + 0.1, ""))
        hear(pair.two, ("M1", LOST_AFTER_S + 1.1, ""))
        assert [each.fresh for each in told] == [("M1",)]
        (orphan,) = pair.two.seat.room.orphans()
        pair.two.seat.hand.select(None)
        await pair.two.seat.course.take_over()
        assert pair.two.seat.hand.incident_id == orphan.id
        pair.carry()
        assert pair.one.board.incidents[orphan.id].owner == "M2"
        assert isinstance(pair.one.board.incidents[orphan.id].timeline[-1].fact, IncidentTaken)
        with pytest.raises(RefusedError) as refused:
            await pair.two.seat.course.take_over(orphan.id)
        assert refused.value.refusal is Refusal.NOTHING_TO_TAKE

    scene(play)


def test_without_a_server_nobody_is_called_lost() -> None:
    async def play() -> None:
        pair = Pair()
        hear(pair.two, ("M1", 9.0, ""))
        assert pair.two.seat.room.company.is_lost(SeatName("M1"))
        pair.two.seat.room.on_link(LinkState(False, pair.two.clock.now(), 0, "unreachable"))
        assert not pair.two.seat.room.company.known
        assert not pair.two.seat.room.company.is_lost(SeatName("M1"))

    scene(play)


def test_who_has_the_same_incident_in_hand_is_seen() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        incident = str(pair.one.seat.hand.incident_id)
        hear(pair.one, ("M2", 0.3, incident), ("M4", 9.0, incident), ("M5", 0.3, "other"))
        assert [each.seat for each in pair.one.seat.room.company.at(pair.one.seat.hand.incident_id)] == ["M2"]
        hands: list[tuple[object, str]] = []
        pair.two.seat.hand.told = lambda incident_id, field: hands.append((incident_id, field))
        pair.two.seat.hand.typing_in("text", pair.two.seat.duty.now())
        pair.pass_s(5)
        await pair.two.seat.tick()
        assert hands == [(pair.two.seat.hand.incident_id, "text"), (pair.two.seat.hand.incident_id, "")]

    scene(play)


def test_a_deadline_of_a_lost_seat_is_noted_by_whoever_is_there() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        await pair.one.seat.form.choose_kind("KEB-01")
        await pair.one.seat.handover.dispatch([AgencyCode("DAMKAR")])
        pair.carry()
        assert any(isinstance(each.fact, DispatchSent) for each in pair.one.journal.kept)
        pair.pass_s(61)
        await pair.two.seat.tick()
        assert pair.two.journal.kept == []
        hear(pair.two, ("M1", 9.0, ""))
        await pair.two.seat.tick()
        assert [type(each.fact) for each in pair.two.journal.kept] == [DispatchOverdue]

    scene(play)


def test_a_deadline_of_a_seat_that_went_home_is_noted_by_whoever_is_there() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        await pair.one.seat.form.choose_kind("KEB-01")
        await pair.one.seat.handover.dispatch([AgencyCode("DAMKAR")])
        pair.carry()
        pair.pass_s(61)
        hear(pair.two, ("M1", 0.4, ""), ("M3", 0.5, ""))
        await pair.two.seat.tick()
        assert pair.two.journal.kept == []
        hear(pair.two, ("M3", 0.5, ""))  # its window was closed at the end of the shift: it took leave
        await pair.two.seat.tick()
        assert [type(each.fact) for each in pair.two.journal.kept] == [DispatchOverdue]

    scene(play)


def test_two_incidents_merged_into_each_other_at_two_seats_do_not_both_end() -> None:
    """Each seat saw the other's fire as known already and pressed the key before it heard of the other's press."""

    async def play() -> None:
        pair = Pair()
        await pair.one.seat.form.edit({"place": "Jl. Poros"})
        await pair.two.seat.form.edit({"place": "Jalan Poros"})
        pair.carry()
        first, second = pair.one.seat.hand.incident_id, pair.two.seat.hand.incident_id
        assert first is not None
        assert second is not None
        await pair.one.seat.reports.link(second)
        await pair.two.seat.reports.link(first)
        pair.carry()
        assert not pair.one.board.open_incidents()
        for _ in range(2):
            await pair.one.seat.tick()
            await pair.two.seat.tick()
            pair.carry()
        for bench in (pair.one, pair.two):
            assert [each.id for each in bench.board.open_incidents()] == [first]
            assert bench.board.incidents[first].rejected == ()
        written = len(pair.one.journal.kept)
        await pair.one.seat.tick()
        assert len(pair.one.journal.kept) == written

    scene(play)


def test_who_is_sent_while_another_seat_merges_is_asked_anew_where_it_goes_on() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.two.seat.form.edit({"place": "Jalan Poros"})
        await pair.two.seat.form.choose_kind("KEB-01")
        target = pair.two.seat.hand.incident_id
        assert target is not None
        await pair.one.seat.form.edit({"place": "Jl. Poros"})
        await pair.one.seat.form.choose_kind("KEB-01")
        pair.carry()
        own = pair.one.seat.hand.incident_id
        await pair.one.seat.handover.dispatch([AgencyCode("DAMKAR")])
        pair.two.clock.pass_s(1)
        pair.two.seat.hand.select(own)
        await pair.two.seat.reports.link(target)
        pair.carry()
        for _ in range(2):
            await pair.one.seat.tick()
            await pair.two.seat.tick()
            pair.carry()
        (sent,) = pair.two.board.incidents[target].dispatches
        assert (sent.agency, sent.is_waiting, sent.seat) == ("DAMKAR", True, "M1")

    scene(play)


def test_a_seat_that_is_closed_in_good_order_is_away_and_not_lost_to_the_room() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        await pair.one.seat.open()
        pair.one.seat.room.on_link(LinkState(True, pair.one.clock.now(), 0))
        written = asyncio.Event()
        pair.one.bus.subscribe(Saved, lambda _: written.set())
        leaving = asyncio.ensure_future(pair.one.seat.leave(10.0))
        await written.wait()
        assert not leaving.done()
        pair.one.seat.room.on_shared((pair.one.journal.kept[-1].id,))
        await leaving
        pair.carry()
        assert pair.two.board.seats[SeatName("M1")].state is SeatState.AWAY

    scene(play)


def test_a_seat_closed_with_its_form_unfinished_finds_it_again() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        await pair.one.seat.duty.set(SeatState.WRAP_UP)
        await pair.one.seat.leave(10.0)
        assert pair.one.seat.duty.state is SeatState.WRAP_UP

    scene(play)


def test_a_reminder_of_a_seat_that_nobody_sits_at_is_told_elsewhere() -> None:
    async def play() -> None:
        pair = Pair()
        await pair.opened()
        await pair.one.seat.duty.set(SeatState.READY)
        await pair.one.seat.course.remind(5, "tanya lagi")
        pair.carry()
        pair.pass_s(301)
        reminders = ReminderPresenter(pair.two.seat, str, SiteWords(str, pair.two.seat))  # type: ignore[arg-type]
        hear(pair.two, ("M1", 0.4, ""))
        assert reminders.due() == ()
        hear(pair.two, ("M1", 9.0, ""))
        assert len(reminders.due()) == 1
        hear(pair.two)
        assert len(reminders.due()) == 1

    scene(play)


def test_a_seat_whose_clock_runs_ahead_is_told_of() -> None:
    async def play() -> None:
        pair = Pair()
        told: list[ClockAhead] = []
        pair.two.bus.subscribe(ClockAhead, told.append)
        pair.one.clock.at += timedelta(seconds=300)
        await pair.one.seat.form.edit({"place": "Jl. Poros"})
        pair.carry()
        assert [(each.seat, each.ahead_s in (299, 300)) for each in told] == [("M1", True)]

    scene(play)


def test_whoever_saw_what_a_clock_hours_ahead_wrote_writes_moves_chooses_and_takes_after_it() -> None:
    async def play() -> None:
        pair = Pair()
        pair.one.clock.at += timedelta(hours=5)
        await pair.opened()
        incident_id = pair.one.seat.hand.incident_id
        assert incident_id is not None
        await pair.one.seat.form.edit({"text": "api"})
        await pair.two.seat.form.edit({"text": "asap"})
        await pair.one.seat.course.move(IncidentStatus.FORWARDED, "")
        pair.carry()
        await pair.two.seat.form.edit({"place": "Jl. Poros 2"})
        await pair.two.seat.form.clashes.decide((FieldSet.op, "text"), held_id(pair.two, "text"))
        await pair.two.seat.course.move(IncidentStatus.HANDLED, "")
        await pair.two.seat.course.take_over(incident_id)
        pair.carry()
        for bench in (pair.one, pair.two):
            held = bench.board.incidents[incident_id]
            assert (held.value("place"), held.value("text"), held.clashes) == ("Jl. Poros 2", "api", {})
            assert (held.status, held.owner, held.rejected) == (IncidentStatus.HANDLED, "M2", ())

    scene(play)


def test_a_clock_hours_ahead_drags_along_neither_other_incidents_nor_who_is_called_wrong() -> None:
    async def play() -> None:
        pair = Pair()
        pair.one.clock.at += timedelta(hours=5)
        await pair.opened()
        await pair.two.seat.form.edit({"text": "asap"})
        told: list[ClockAhead] = []
        pair.one.clock.at -= timedelta(hours=5)
        pair.one.bus.subscribe(ClockAhead, told.append)
        pair.carry()
        assert told == []  # it wrote after a wrong clock, but its own is right
        pair.two.seat.hand.select(None)
        await pair.two.seat.form.edit({"place": "Jl. Lain"})
        lead = Stamp(pair.two.journal.kept[-1].hlc).unix_ms / 1000 - pair.two.clock.now().timestamp()
        assert lead <= AHEAD_MS / 1000 + 1

    scene(play)


def test_a_seat_whose_clock_was_put_right_is_not_stuck_in_the_state_it_told_before() -> None:
    async def play() -> None:
        bench = make_seat(name="M1")
        bench.clock.at += timedelta(hours=5)
        await bench.seat.open()
        await bench.seat.duty.set(SeatState.BREAK)
        bench.clock.at -= timedelta(hours=5)
        again = Recorder(bench.journal, bench.clock, bench.board, bench.bus, SeatName("M1"), "Operator")
        await again.record([SeatStateChanged(SeatState.READY)])
        assert bench.board.seats[SeatName("M1")].state is SeatState.READY

    scene(play)


def test_no_stamp_leaves_the_numbers_that_a_server_can_keep() -> None:
    assert Stamp(5).after(7) == Stamp(8)
    assert Stamp(9).after(7) == Stamp(9)
    assert Stamp(5).after(HIGHEST) == Stamp(HIGHEST)


def test_after_a_kill_the_form_is_back_and_the_wrap_up_still_to_be_ended() -> None:
    async def play() -> None:
        before = make_seat(name="M1")
        await before.seat.open()
        await before.seat.duty.set(SeatState.WRAP_UP)
        await before.seat.form.edit({"place": "Jl. Poros"})
        after = make_seat(name="M1")
        after.journal.kept.extend(before.journal.kept)
        after.board.apply(before.journal.kept)
        after.clock.at = before.clock.at + timedelta(seconds=20)
        after.clock._count = 5000
        await after.seat.open()
        assert after.seat.hand.incident_id == before.seat.hand.incident_id
        assert after.seat.duty.state is SeatState.WRAP_UP
        await after.seat.finish()
        again = make_seat(name="M1")
        again.journal.kept.extend(after.journal.kept)
        again.board.apply(after.journal.kept)
        again.clock.at = after.clock.at + timedelta(seconds=20)
        again.clock._count = 9000
        await again.seat.open()
        assert again.seat.hand.incident_id is None
        assert again.seat.duty.state is SeatState.READY

    scene(play)
