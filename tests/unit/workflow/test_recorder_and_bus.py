"""Nothing is shown as saved before the disk said so, nothing that happened is dropped, no failed listener is silent."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest

from operator_app.domain.bounds import LINE_CHARS, WORDS_CHARS
from operator_app.domain.event import Event
from operator_app.domain.facts.agency import AgencyUnavailable
from operator_app.domain.facts.call import CallOffered
from operator_app.domain.facts.incident import IncidentNoted, IncidentOpened
from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.states import RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import BoardChanged, JournalFailedError, ListenerFailed, Saved
from operator_app.workflow.recorder import JournalTrouble
from tests.fakes.writer import START, Writer
from tests.unit.workflow.room import make_seat

NOTE = IncidentNoted(IncidentId("i1"), "catatan")


def fail(_: object) -> None:
    raise ZeroDivisionError("listener")


async def test_saved_is_told_after_the_journal_and_in_order() -> None:
    bench = make_seat()
    told: list[tuple[Saved, int]] = []
    bench.bus.subscribe(Saved, lambda saved: told.append((saved, len(bench.journal.kept))))
    first, second = await asyncio.gather(bench.recorder.record([NOTE, NOTE]), bench.recorder.record([NOTE]))
    assert [event.seq for event in (*first, *second)] == [1, 2, 3]
    assert [count for _, count in told] == [2, 3]
    assert [event.hlc for event in (*first, *second)] == sorted({event.hlc for event in (*first, *second)})


async def test_a_refused_append_changes_nothing() -> None:
    bench = make_seat()
    changes: list[BoardChanged] = []
    bench.bus.subscribe(BoardChanged, changes.append)
    bench.journal.broken = "The disk is full."
    with pytest.raises(JournalFailedError, match="full"):
        await bench.recorder.record([NOTE])
    assert changes == []
    assert not bench.board.incidents
    bench.journal.broken = ""
    assert (await bench.recorder.record([NOTE]))[0].seq == 1


async def test_what_is_beyond_the_bounds_of_the_record_is_refused_whole_before_it_reaches_the_disk() -> None:
    bench = make_seat()
    long = IncidentNoted(IncidentId("i1"), "x" * (WORDS_CHARS + 1))
    with pytest.raises(RefusedError, match="out_of_bounds"):
        await bench.recorder.record([NOTE, long])
    assert bench.journal.kept == []
    assert (await bench.recorder.record([NOTE]))[0].seq == 1


async def test_what_happened_is_cut_to_the_bounds_of_the_record_and_kept() -> None:
    bench = make_seat()
    bench.recorder.note(CallOffered(CallId("c1"), "in", "8" * 5000, "Bu \ud83d" + "x" * 5000))
    await bench.recorder.settle()
    call = bench.board.calls[CallId("c1")]
    assert call.number == "8" * LINE_CHARS
    assert call.display_name == ("Bu " + "x" * 5000)[:LINE_CHARS]


async def test_what_happened_is_kept_until_the_disk_takes_it() -> None:
    bench = make_seat()
    troubles: list[JournalTrouble] = []
    told = asyncio.Event()

    def hear(trouble: JournalTrouble) -> None:
        troubles.append(trouble)
        bench.journal.broken = ""
        told.set()

    bench.bus.subscribe(JournalTrouble, hear)
    bench.journal.broken = "The disk is full."
    with patch("operator_app.workflow.recorder.RETRY_S", 0.0):
        bench.recorder.note(CallOffered(CallId("c1"), "in", "0812", ""), at=bench.clock.now())
        await told.wait()
        await bench.recorder.settle()
    assert [trouble.pending for trouble in troubles] == [1, 0]
    assert CallId("c1") in bench.board.calls
    assert bench.recorder.close() == 0


async def test_a_fault_while_noting_is_told_and_nothing_after_it_goes_under() -> None:
    bench = make_seat()
    append, troubles = bench.journal.append, list[JournalTrouble]()
    bench.bus.subscribe(JournalTrouble, troubles.append)

    async def fail(events: Sequence[Event]) -> None:
        bench.journal.append = append  # type: ignore[method-assign]
        raise UnicodeError("a fault of ours")

    bench.journal.append = fail  # type: ignore[method-assign]
    with patch("operator_app.workflow.recorder.RETRY_S", 0.0):
        bench.recorder.note(CallOffered(CallId("c1"), "in", "0812", ""), at=bench.clock.now())
        await bench.recorder.settle()
    assert [trouble.pending for trouble in troubles] == [1, 0]
    assert CallId("c1") in bench.board.calls


async def test_a_window_that_closes_does_not_wait_for_ever_for_a_full_disk() -> None:
    bench = make_seat()
    bench.journal.broken = "The disk is full."
    bench.recorder.note(CallOffered(CallId("c1"), "in", "0812", ""), at=bench.clock.now())
    await bench.recorder.settle(0.01)
    assert bench.recorder.close() == 1
    await asyncio.sleep(0)  # the task that was cancelled ends


async def test_a_pasted_nul_does_not_keep_the_words_around_it_from_the_room() -> None:
    bench = make_seat()
    (event,) = await bench.recorder.record([IncidentNoted(IncidentId("i1"), "api\0besar")])
    assert event.fact == IncidentNoted(IncidentId("i1"), "apibesar")


async def test_a_note_carries_the_time_at_which_it_happened() -> None:
    bench = make_seat()
    rang_at = bench.clock.now()
    bench.recorder.note(CallOffered(CallId("c1"), "in", "0812", ""), at=rang_at)
    bench.clock.pass_s(3)
    await bench.recorder.settle()
    assert bench.board.calls[CallId("c1")].offered_at == rang_at


def test_a_failed_listener_is_told_and_the_next_one_still_hears() -> None:
    bus = Bus()
    heard: list[str] = []
    failures: list[ListenerFailed] = []
    bus.subscribe(ListenerFailed, failures.append)
    bus.subscribe(str, fail)
    stop = bus.subscribe(str, heard.append)
    bus.publish("satu")
    stop()
    bus.publish("dua")
    assert heard == ["satu"]
    assert len(failures) == 2
    assert failures[0].message == "str"
    assert "ZeroDivisionError" in failures[0].error


def test_a_listener_of_failures_that_fails_does_not_run_for_ever() -> None:
    bus = Bus()
    bus.subscribe(ListenerFailed, fail)
    bus.subscribe(str, fail)
    bus.publish("satu")


async def test_own_events_in_other_times_take_the_place_of_the_old_and_the_clock_goes_on_from_them() -> None:
    bench = make_seat()
    right = bench.clock.now()
    bench.clock.at += timedelta(minutes=20)
    ahead = await bench.recorder.record([IncidentOpened(IncidentId("i1"), "KTM-1", None), NOTE])
    by_ms = 20 * 60_000
    moved = [replace(each, occurred_at=right, hlc=each.hlc - (by_ms << 16)) for each in ahead]
    bench.clock.at = right + timedelta(seconds=1)
    bench.seat.room.on_restamped(moved)

    incident = bench.board.incidents[IncidentId("i1")]
    assert list(incident.timeline) == moved
    assert incident.opened_at == right
    (own,) = await bench.recorder.record([NOTE])
    assert own.hlc == int(bench.clock.now().timestamp() * 1000) << 16
    fresh = Board()
    fresh.apply([*moved, own])
    assert fresh.incidents == bench.board.incidents


def test_of_what_lasts_until_the_next_the_one_that_is_last_now_counts() -> None:
    mine = Writer("M1").event(AgencyUnavailable(AgencyCode("PLN"), START + timedelta(hours=1), "mogok"))
    theirs = replace(
        Writer("M2").event(AgencyUnavailable(AgencyCode("PLN"), START + timedelta(hours=2), "banjir")),
        hlc=mine.hlc + 1000,
    )
    board = Board()
    board.apply([replace(mine, hlc=mine.hlc + (1_200_000 << 16)), theirs])
    board.restamped([mine, theirs])
    assert [each.reason for each in board.unavailable(START).values()] == ["banjir"]
