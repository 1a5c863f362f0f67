"""An agency that says that it can send nobody: told everywhere, proposed nowhere, refused nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from operator_app.domain.agency import LONGEST, read_until
from operator_app.domain.facts.agency import AgencyUnavailable
from operator_app.domain.states import Refusal, RefusedError
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.workflow.board import Board
from operator_app.workflow.desk import Desk
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.wallroom import WallRoom
from tests.unit.workflow.room import DAMKAR, PLN, RSUD, RULES, Bench, make_seat

ZONE = ZoneInfo("Asia/Makassar")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Twelve o'clock there."""


@pytest.mark.parametrize(
    ("typed", "minutes", "reason"),
    [
        ("14.00 mobil rusak", 120, "mobil rusak"),
        ("14:30, sopir sakit", 150, "sopir sakit"),
        ("jam 14 mobil rusak", 120, "mobil rusak"),
        ("sampai pukul 14.15 - latihan", 135, "latihan"),
        ("s.d. 13.00 banjir", 60, "banjir"),
        ("2 jam sopir sakit", 120, "sopir sakit"),
        ("45 menit isi air", 45, "isi air"),
        ("3 hours training", 180, "training"),
        ("06.00 semua bertugas", 18 * 60, "semua bertugas"),
        ("14.00", 120, ""),
    ],
)
def test_until_when_is_read_as_it_is_said(typed: str, minutes: int, reason: str) -> None:
    assert read_until(typed, NOON, ZONE) == (NOON + timedelta(minutes=minutes), reason)


@pytest.mark.parametrize(
    "typed",
    ["", "mobil rusak", "5 mobil rusak", "25.00 x", "14.75 x", "0 jam x", "999 jam x", "14 mobil", "1400 x"],
)
def test_what_is_no_time_is_not_guessed(typed: str) -> None:
    assert read_until(typed, NOON, ZONE) is None


def desk_of(bench: Bench) -> Desk:
    """The fire brigade's desk with the journal, clock and board of that bench: as if both sat at one table."""
    agency = next(each for each in RULES.agencies if each.code == DAMKAR)
    return Desk(bench.recorder, bench.board, bench.bus, agency, RULES)


async def fire(bench: Bench) -> None:
    await bench.seat.form.edit({"place": "Jalan Mawar"})
    await bench.seat.form.choose_kind("KEB-01")


async def test_it_is_not_proposed_until_then_and_can_be_sent_all_the_same() -> None:
    bench = make_seat()
    await desk_of(bench).cannot_come("2 jam mobil rusak")
    await fire(bench)
    proposal = bench.seat.handover.proposal()
    assert proposal is not None
    assert [each.agency.code for each in proposal.dispatch] == [RSUD]
    assert [each.agency.code for each in proposal.unavailable] == [DAMKAR]
    assert [each.agency for each in await bench.seat.handover.dispatch()] == [RSUD]
    assert [each.agency for each in await bench.seat.handover.dispatch([DAMKAR])] == [DAMKAR]


async def test_one_letter_lets_it_in_and_the_one_key_sends_it_then() -> None:
    bench = make_seat()
    await desk_of(bench).cannot_come("2 jam mobil rusak")
    await fire(bench)
    await bench.seat.handover.choose_agency(DAMKAR)
    assert {each.agency for each in await bench.seat.handover.dispatch()} == {DAMKAR, RSUD}


async def test_when_nobody_proposed_can_come_the_one_key_says_so() -> None:
    bench = make_seat()
    await desk_of(bench).cannot_come("2 jam mobil rusak")
    await bench.recorder.record(
        [AgencyUnavailable(code, NOON + timedelta(days=1), "") for code in (RSUD, PLN)]
    )
    await fire(bench)
    with pytest.raises(RefusedError) as refused:
        await bench.seat.handover.dispatch()
    assert refused.value.refusal is Refusal.AGENCIES_UNAVAILABLE


async def test_it_ends_by_itself_or_by_the_desks_word() -> None:
    bench = make_seat()
    desk = desk_of(bench)
    await desk.cannot_come("45 menit isi air")
    bench.clock.pass_s(45 * 60 - 1)
    assert DAMKAR in bench.board.unavailable(bench.clock.now())
    bench.clock.pass_s(1)
    assert desk.unavailable is None
    await fire(bench)
    await desk.cannot_come("45 menit isi air")
    await desk.can_come()
    await desk.can_come()
    assert [type(each.fact) for each in bench.journal.kept[-2:]] == [AgencyUnavailable, AgencyUnavailable]
    proposal = bench.seat.handover.proposal()
    assert proposal is not None
    assert proposal.dispatch[0].agency.code == DAMKAR


async def test_the_desk_is_asked_for_time_and_reason() -> None:
    bench = make_seat()
    desk = desk_of(bench)
    for typed, why in (("mobil rusak", Refusal.UNTIL_UNCLEAR), ("14.00", Refusal.REASON_MISSING)):
        with pytest.raises(RefusedError) as refused:
            await desk.cannot_come(typed)
        assert refused.value.refusal is why
    assert bench.journal.kept == []


async def test_by_one_word_nobody_is_missing_for_more_than_a_week() -> None:
    bench = make_seat()
    now = bench.clock.now()
    await bench.recorder.record([AgencyUnavailable(DAMKAR, now + 100 * LONGEST, "lupa")])
    bench.clock.pass_s(LONGEST.total_seconds() - 1)
    assert bench.board.unavailable(bench.clock.now())
    bench.clock.pass_s(1)
    assert not bench.board.unavailable(bench.clock.now())


async def test_a_seat_and_a_wall_that_are_started_again_know_it_still(tmp_path: Path) -> None:
    bench = make_seat()
    store = SeatStore.open(tmp_path)
    recorder = Recorder(store, bench.clock, bench.board, bench.bus, bench.recorder.seat, "Petugas piket")
    agency = next(each for each in RULES.agencies if each.code == DAMKAR)
    await Desk(recorder, bench.board, bench.bus, agency, RULES).cannot_come("2 jam mobil rusak")
    store.close()
    store = SeatStore.open(tmp_path)
    events = store.events()
    store.close()
    board = Board()
    board.apply(events)
    wall = WallRoom(Board(), bench.bus, bench.clock, RULES, monotonic=lambda: 0.0)
    wall.on_events(events)
    for known in (board, wall.board):
        told = known.unavailable(bench.clock.now())[DAMKAR]
        assert (told.reason, told.until) == ("mobil rusak", bench.clock.now() + timedelta(hours=2))
