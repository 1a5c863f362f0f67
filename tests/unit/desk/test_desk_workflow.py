"""The agency's desk: what it shows, what it may do, and what it has written down afterwards."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from operator_app.domain.event import Event
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved
from operator_app.domain.facts.incident import IncidentMoved
from operator_app.domain.states import DispatchState, IncidentStatus, Refusal, RefusedError
from operator_app.workflow.ports import JournalFailedError
from tests.fakes.memory_journal import MemoryJournal
from tests.unit.desk.room import BPBD, DAMKAR, SeatFeed, SetClock, made_desk


async def test_only_the_own_agencys_open_dispatches_the_gravest_first_then_the_oldest() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, _ = made_desk(clock)
    _, [first] = await feed.incident(sent_s=300)
    _, [second, _] = await feed.incident(agencies=(DAMKAR, BPBD), sent_s=10)
    _, [tree] = await feed.incident("BEN-03", sent_s=900, priority="3")
    _, [unrated] = await feed.incident(sent_s=1200, priority="")
    await feed.incident(agencies=(BPBD,))
    cancelled, [gone] = await feed.incident(sent_s=100)
    await feed.tell("M3", clock.now(), IncidentMoved(cancelled, IncidentStatus.CANCELLED, "salah"))
    desk.on_events(feed.events)
    assert [share.dispatch.id for share in desk.dispatches()] == [first, second, tree, unrated]
    assert [share.dispatch.id for share in desk.ended(clock.now() - timedelta(hours=1))] == [gone]


async def test_accepting_moves_the_incident_on_in_the_same_record() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock)
    incident_id, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    await desk.accept(dispatch_id)
    assert [type(event.fact) for event in journal.kept] == [DispatchMoved, IncidentMoved]
    incident = desk.board.incidents[incident_id]
    assert incident.status is IncidentStatus.HANDLED
    assert incident.dispatches[0].accepted_at == clock.now()


async def test_nothing_changes_when_the_disk_refuses() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock)
    incident_id, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    journal.broken = "disk full"
    with pytest.raises(JournalFailedError):
        await desk.accept(dispatch_id)
    assert desk.board.incidents[incident_id].dispatches[0].state is DispatchState.SENT
    assert desk.record_standing().saved_at is None


async def test_refusals_say_why() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock)
    _, [own, foreign] = await feed.incident(agencies=(DAMKAR, BPBD))
    ended, [late] = await feed.incident()
    await feed.tell("M3", clock.now(), IncidentMoved(ended, IncidentStatus.CANCELLED, "salah"))
    desk.on_events(feed.events)
    wishes = [
        (desk.accept(foreign), Refusal.UNKNOWN_DISPATCH),
        (desk.move(own, DispatchState.ON_SCENE), Refusal.ILLEGAL_MOVE),
        (desk.move(own, DispatchState.DECLINED, "  "), Refusal.REASON_MISSING),
        (desk.accept(late), Refusal.ILLEGAL_MOVE),
        (desk.shown(foreign), Refusal.UNKNOWN_DISPATCH),
    ]
    for wish, refusal in wishes:
        with pytest.raises(RefusedError) as told:
            await wish
        assert told.value.refusal is refusal
    assert journal.kept == []


async def test_declining_keeps_the_reason_and_leaves_the_incident_where_it_was() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, _ = made_desk(clock)
    incident_id, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    await desk.move(dispatch_id, DispatchState.DECLINED, " mobil rusak ")
    incident = desk.board.incidents[incident_id]
    assert (incident.dispatches[0].reason, incident.status) == ("mobil rusak", IncidentStatus.FORWARDED)
    assert desk.dispatches() == ()


async def test_delivered_is_told_once_however_often_it_is_painted() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock)
    _, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    await asyncio.gather(desk.shown(dispatch_id), desk.shown(dispatch_id))
    await desk.shown(dispatch_id)
    assert [type(event.fact) for event in journal.kept] == [DispatchDelivered]


async def test_two_presses_of_one_key_make_one_step() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock)
    _, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    outcomes = await asyncio.gather(
        desk.accept(dispatch_id), desk.accept(dispatch_id), return_exceptions=True
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], RefusedError)
    assert sum(isinstance(event.fact, DispatchMoved) for event in journal.kept) == 1


async def test_it_is_said_to_be_at_the_server_only_when_the_server_said_so() -> None:
    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock)
    _, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    await desk.accept(dispatch_id)
    saved_at = clock.now()
    clock.forward(5)
    assert desk.record_standing().saved_at == saved_at
    assert desk.record_standing().shared_at is None
    assert not desk.is_shared(journal.kept[0].id)
    desk.on_shared(tuple(event.id for event in journal.kept))
    assert desk.record_standing().shared_at == clock.now()
    assert desk.is_shared(journal.kept[0].id)
    clock.forward(5)
    await desk.move(dispatch_id, DispatchState.UNDER_WAY)
    assert desk.record_standing().shared_at is None


async def test_the_servers_word_may_be_heard_before_that_of_the_own_disk() -> None:
    class QuickServer(MemoryJournal):
        async def append(self, events: Sequence[Event]) -> None:
            await super().append(events)
            desk.on_shared(tuple(event.id for event in events))

    clock = SetClock()
    feed = SeatFeed(clock)
    desk, journal = made_desk(clock, journal=QuickServer("desk"))
    _, [dispatch_id] = await feed.incident()
    desk.on_events(feed.events)
    await desk.accept(dispatch_id)
    assert desk.is_shared(journal.kept[-1].id)
    assert desk.record_standing().shared_at == clock.now()
