"""The seat's store forgets what has ended and is old, and nothing else."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.event import Event
from operator_app.domain.facts import FACTS
from operator_app.domain.facts.call import CallEnded, CallOffered
from operator_app.domain.facts.fact import Fact, Lasts, incident_of
from operator_app.domain.facts.incident import IncidentMoved
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.facts.site import PlaceDropped, PlaceKept
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.states import IncidentStatus, SeatState
from operator_app.storage.seat.seat_store import FeedCursor, SeatStore
from operator_app.workflow.ports import ClockMark
from tests.fakes.any_fact import any_fact
from tests.fakes.writer import START, Writer

CURSOR = FeedCursor("10:12:11", "7400", "00000001", "generation")
NOW_MS = int(START.timestamp() * 1000)
LATER_MS = NOW_MS + 31 * 86_400_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SeatStore]:
    store = SeatStore.open(tmp_path)
    yield store
    store.close()


def closed(writer: Writer, call: str | None = None) -> list[Event]:
    events = writer.incident(call_id=None if call is None else CallId(call))
    where = incident_of(events[0].fact)
    assert where is not None
    return [*events, writer.event(IncidentMoved(where, IncidentStatus.CLOSED, ""))]


def ring(writer: Writer, call: str, *, ended: bool = True) -> list[Event]:
    events = [writer.event(CallOffered(CallId(call), "in", "0812", ""))]
    return [*events, writer.event(CallEnded(CallId(call), "remote", 0, ""))] if ended else events


def append(store: SeatStore, events: list[Event]) -> None:
    asyncio.run(store.append(events))


def kept(store: SeatStore) -> set[str]:
    return {event.id for event in store.events()}


def ids(*parts: list[Event]) -> set[str]:
    return {event.id for part in parts for event in part}


def test_what_ended_thirty_days_ago_goes_and_what_is_open_stays(tmp_path: Path) -> None:
    store = SeatStore.open(tmp_path)
    other = Writer("M2")
    gone = [*ring(other, "c1"), *closed(other, "c1"), *ring(other, "c2"), *ring(other, "c3", ended=False)]
    running = [*ring(other, "c4"), *other.incident(call_id=CallId("c4"))]
    states = [other.event(SeatStateChanged(state)) for state in (SeatState.READY, SeatState.BREAK)]
    store.keep_foreign([*gone, *running, *states], CURSOR)
    assert store.tidy(NOW_MS) == 0
    assert store.tidy(LATER_MS) == len(gone) + 1
    for _ in range(2):
        assert kept(store) == ids(running, states[1:])
        assert (store.cursor(), store.tidy(LATER_MS)) == (CURSOR, 0)
        store.close()
        store = SeatStore.open(tmp_path)
    store.keep_foreign(gone, CURSOR)  # a full load may bring it again
    assert kept(store) == ids(gone, running, states[1:])
    assert store.tidy(LATER_MS) == len(gone)
    store.close()


def test_nothing_that_waits_or_was_set_aside_goes_nor_what_it_belongs_to(tmp_path: Path) -> None:
    store = SeatStore.open(tmp_path)
    writer = Writer("M1", store.journal_id)
    sent, waiting, aside = closed(writer), closed(writer), closed(writer)
    calls = ring(writer, "c1")
    append(store, [*sent, *waiting, *aside, *calls])
    store.mark_sent([event.id for event in (*sent, *waiting[1:], *aside[1:], *calls)])
    store.quarantine(aside[0].id, "22023: no such field")
    assert store.tidy(LATER_MS) == len(sent)
    assert kept(store) == ids(waiting, aside, calls)
    assert (store.waiting(), store.quarantined()) == (1, 1)
    store.close()


def test_the_numbers_go_on_though_everything_was_sent_and_is_old(tmp_path: Path) -> None:
    store = SeatStore.open(tmp_path)
    events = closed(Writer("M1", store.journal_id))
    last = ring(Writer("M1", store.journal_id, 4), "c1")
    append(store, [*events, *last])
    store.mark_sent([event.id for event in (*events, *last)])
    assert store.tidy(LATER_MS) == 3
    assert kept(store) == ids(last)  # the last event stays, and its call with it
    store.close()
    store = SeatStore.open(tmp_path)
    assert store.next_seq == 6
    store.close()


def test_a_store_that_is_too_large_forgets_the_oldest_that_has_ended_first(store: SeatStore) -> None:
    other = Writer("M2")
    running, first, second = other.incident(), closed(other), closed(other)
    live = ring(other, "c1", ended=False)
    store.keep_foreign([*running, *first, *second, *live], CURSOR)
    assert store.tidy(NOW_MS, most=7) == 3
    assert kept(store) == ids(running, second, live)
    assert store.tidy(NOW_MS, most=1) == 3
    assert kept(store) == ids(running, live)


def test_it_is_done_by_itself_when_the_seat_is_idle(store: SeatStore) -> None:
    other = Writer("M2")
    store.keep_foreign(closed(other), CURSOR)
    (late,) = other.notes(1)
    store.keep_foreign([replace(late, hlc=late.hlc + (40 * 86_400_000 << 16))], CURSOR)
    store.keep_clock(40 * 86_400_000.0 + 1e12, ClockMark(0.0, 0.0, "boot"))  # as if long after
    store._tidy_due_s = 0.0
    store.keep_foreign([], CURSOR)
    assert len(kept(store)) == 4  # somebody wrote a moment ago, as far as the store knows
    store._appended_s -= 11
    store.keep_foreign([], CURSOR)
    assert kept(store) == {late.id}
    assert store.tidied() == 1


def test_a_clock_that_runs_far_ahead_makes_nothing_old(store: SeatStore) -> None:
    store.keep_foreign(closed(Writer("M2")), CURSOR)
    store.keep_clock(70 * 365 * 86_400_000.0, ClockMark(0.0, 0.0, "boot"))
    assert store.tidy() == 0
    assert len(kept(store)) == 3


def test_a_reopened_incident_and_one_that_cannot_be_read_stay(store: SeatStore) -> None:
    other = Writer("M2")
    events = other.incident()
    where = IncidentId(str(incident_of(events[0].fact)))
    ways = (IncidentStatus.FORWARDED, IncidentStatus.DONE, IncidentStatus.HANDLED)
    events += [other.event(IncidentMoved(where, to, "")) for to in ways]
    unread = closed(other)
    store.keep_foreign([*events, *unread], CURSOR)
    store._shelf_db.execute("UPDATE foreign_event SET record = '{' WHERE id = ?", (unread[1].id,))
    odd = closed(other)
    store.keep_foreign(odd, CURSOR)
    store._shelf_db.execute(
        "UPDATE foreign_event SET record = json_remove(record, '$.v') WHERE id = ?", (odd[1].id,)
    )
    assert store.tidy(LATER_MS) == 2
    assert kept(store) == ids(events, [odd[0], odd[2]])


def test_places_that_the_room_keeps_do_not_grow_old(store: SeatStore) -> None:
    other = Writer("M2")
    places = [
        other.event(PlaceKept("p1", "Warung", "patokan", 0.5, 117.5)),
        other.event(PlaceDropped("p1")),
    ]
    store.keep_foreign(places, CURSOR)
    assert store.tidy(LATER_MS) == 0
    assert kept(store) == ids(places)


@pytest.mark.parametrize(
    "kind", [kind for kind in FACTS if kind.lasts is not Lasts.AS_ITS_THING], ids=lambda kind: kind.op
)
def test_what_lasts_does_not_grow_old(store: SeatStore, kind: type[Fact]) -> None:
    other = Writer("M2")
    about_one = any_fact(kind, 2)
    events = [other.event(about_one), other.event(about_one), other.event(any_fact(kind, 4))]
    store.keep_foreign(events, CURSOR)
    same = events[0].fact.things(other.seat) == events[2].fact.things(other.seat)
    stays = events if kind.lasts is Lasts.FOR_EVER else events[2:] if same else events[1:]
    assert store.tidy(LATER_MS) == len(events) - len(stays)
    assert kept(store) == ids(stays)
