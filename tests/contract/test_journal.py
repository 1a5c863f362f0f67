"""What every journal promises to the use cases: the seat's store on a real disk, and the fake that stands in for it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from operator_app.domain.event import Event
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.workflow.ports import Journal, JournalFailedError
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.writer import Writer


class JournalAtWork:
    """A journal, what it has kept, and a way to break it."""

    def __init__(
        self, journal: Journal, kept: Callable[[], Sequence[Event]], break_it: Callable[[bool], None]
    ) -> None:
        self.journal = journal
        self.kept = kept
        self.break_it = break_it

    def writer(self) -> Writer:
        return Writer("M1", self.journal.journal_id, self.journal.next_seq)


def in_memory() -> Iterator[JournalAtWork]:
    journal = MemoryJournal()

    def break_it(broken: bool) -> None:
        journal.broken = "The disk is full." if broken else ""

    yield JournalAtWork(journal, lambda: journal.kept, break_it)


def on_disk(folder: Path) -> Iterator[JournalAtWork]:
    store = SeatStore.open(folder)

    def break_it(broken: bool) -> None:
        store._journal_db.execute(f"PRAGMA query_only = {int(broken)}")

    yield JournalAtWork(store, lambda: sorted(store.events(), key=lambda event: event.seq), break_it)
    store.close()


@pytest.fixture(params=["memory", "seat store"])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JournalAtWork]:
    yield from in_memory() if request.param == "memory" else on_disk(tmp_path / "seat")


def test_what_was_appended_is_kept_in_order(work: JournalAtWork) -> None:
    written = work.writer().notes(7)

    async def append() -> None:
        await work.journal.append(written[:3])
        await work.journal.append(written[3:4])
        await work.journal.append(written[4:])

    asyncio.run(append())
    assert list(work.kept()) == written
    assert work.journal.next_seq == 8


def test_nothing_to_append_is_no_change(work: JournalAtWork) -> None:
    async def append() -> None:
        await work.journal.append([])

    asyncio.run(append())
    assert work.journal.next_seq == 1


def test_a_journal_that_failed_kept_none_of_it_and_takes_it_later(work: JournalAtWork) -> None:
    written = work.writer().notes(3)

    async def append() -> None:
        work.break_it(True)
        with pytest.raises(JournalFailedError) as failure:
            await work.journal.append(written)
        assert str(failure.value).endswith(".")
        assert work.journal.next_seq == 1
        assert list(work.kept()) == []
        work.break_it(False)
        await work.journal.append(written)

    asyncio.run(append())
    assert list(work.kept()) == written


@pytest.mark.parametrize("skipped", [-1, 1])
def test_a_gap_or_a_repetition_in_the_sequence_is_a_fault_of_the_program(
    work: JournalAtWork, skipped: int
) -> None:
    async def append() -> None:
        await work.journal.append(work.writer().notes(2))
        wrong = Writer("M1", work.journal.journal_id, work.journal.next_seq + skipped)
        with pytest.raises(ValueError, match="sequence"):
            await work.journal.append(wrong.notes(1))

    asyncio.run(append())
    assert len(work.kept()) == 2


def test_an_event_of_another_journal_is_a_fault_of_the_program(work: JournalAtWork) -> None:
    async def append() -> None:
        with pytest.raises(ValueError, match="another journal"):
            await work.journal.append(Writer("M2").notes(1))

    asyncio.run(append())
    assert list(work.kept()) == []
