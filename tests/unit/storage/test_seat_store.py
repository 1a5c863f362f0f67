import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operator_app.domain.event import Event, from_record
from operator_app.domain.ids import IncidentId
from operator_app.storage.problems import StoreBusyError, StoreProblemError, StoreReason
from operator_app.storage.seat.seat_schema import STEPS
from operator_app.storage.seat.seat_store import FeedCursor, SeatStore, set_aside
from operator_app.workflow.ports import ClockMark, JournalFailedError, JournalReason
from tests.fakes.writer import START, Writer, fresh_id

CURSOR = FeedCursor("10:12:11", "7400", "00000001", "generation")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "seat"


@pytest.fixture
def store(folder: Path) -> Iterator[SeatStore]:
    store = SeatStore.open(folder)
    yield store
    store.close()


def append(store: SeatStore, events: list[Event]) -> None:
    asyncio.run(store.append(events))


def own(store: SeatStore, count: int) -> list[Event]:
    events = Writer("M1", store.journal_id, store.next_seq).notes(count)
    append(store, events)
    return events


def again(folder: Path) -> SeatStore:
    return SeatStore.open(folder)


def test_it_is_all_there_after_a_restart(folder: Path) -> None:
    store = again(folder)
    mine = own(store, 3)
    theirs = Writer("M2").notes(250)
    store.keep_foreign(theirs, CURSOR)
    store.mark_sent([mine[0].id])
    mark = ClockMark(1.5e12, 77.25, "boot")
    store.keep_clock(-1234.5, mark)
    journal_id = store.journal_id
    store.close()

    store = again(folder)
    assert set(store.events()) == {*mine, *theirs}
    assert (store.journal_id, store.next_seq) == (journal_id, 4)
    assert (store.waiting(), store.quarantined()) == (2, 0)
    assert store.cursor() == CURSOR
    assert (store.clock_offset_ms, store.clock_mark) == (-1234.5, mark)
    assert store.newest_at == mine[-1].occurred_at
    assert store.last_hlc == max(event.hlc for event in (*mine, *theirs))
    store.close()


def test_two_stores_have_two_journals(tmp_path: Path) -> None:
    one, two = again(tmp_path / "a"), again(tmp_path / "b")
    assert one.journal_id != two.journal_id
    one.close()
    two.close()


def test_a_wild_clock_of_another_seat_does_not_drag_ours_along(store: SeatStore, folder: Path) -> None:
    (wild,) = Writer("M2").notes(1)
    year_ahead = wild.hlc + (365 * 86_400_000 << 16) * 100
    store.keep_foreign(
        [Event(**{name: getattr(wild, name) for name in Event.__slots__} | {"hlc": year_ahead})], CURSOR
    )
    store.close()
    opened = again(folder)
    assert 0 < opened.last_hlc < year_ahead
    opened.close()


def test_only_waiting_events_are_sent_in_order_and_each_end_is_counted(store: SeatStore) -> None:
    events = own(store, 6)
    assert [each.id for each in store.unsent(4)] == [event.id for event in events[:4]]
    store.mark_sent([events[0].id, events[2].id])
    store.quarantine(events[1].id, "22023: no such field")
    assert [each.seq for each in store.unsent(50)] == [4, 5, 6]
    assert store.unsent_ids() == {event.id for event in events[3:]}
    assert (store.waiting(), store.quarantined()) == (3, 1)
    (aside,) = store.quarantine_list()
    assert (aside.seq, aside.id, aside.trouble) == (2, events[1].id, "22023: no such field")


def test_the_servers_word_settles_lost_answers_and_lost_events(store: SeatStore) -> None:
    events, journal = own(store, 5), store.journal_id
    store.mark_sent([events[3].id, events[4].id])
    assert store.server_has({journal: 5}, ()) == ()
    assert store.server_has({journal: 4}, [events[0].id, events[2].id, events[3].id]) == (
        events[0].id, events[2].id,
    )  # fmt: skip
    assert [each.seq for each in store.unsent(50)] == [2, 5]
    store.quarantine(events[4].id, "refused")
    assert store.server_has({}, ()) == ()
    assert [each.seq for each in store.unsent(50)] == [1, 2, 3, 4]


def test_a_number_that_the_server_has_does_not_prove_that_it_has_our_event(store: SeatStore) -> None:
    own(store, 3)
    assert store.server_has({store.journal_id: 9}, ()) == ()
    assert store.waiting() == 3


def test_a_refounded_journal_takes_along_what_waits_and_keeps_the_rest(folder: Path) -> None:
    store = again(folder)
    events, before = own(store, 6), store.journal_id
    store.mark_sent([event.id for event in events[:3]])
    store.quarantine(events[3].id, "22023: no such field")
    late = Writer("M1", before, store.next_seq).notes(1)  # made before, appended after
    assert store.refound() == 2
    append(store, late)
    for opened in range(2):
        assert store.journal_id != before
        assert store.journals == {before, store.journal_id}
        assert [(each.id, each.journal) for each in store.unsent(9)] == [
            (event.id, store.journal_id) for event in (*events[4:], *late)
        ]
        moved = {event.id: event for event in store.events()}
        assert moved.keys() == {event.id for event in (*events, *late)}
        assert {moved[event.id].journal_id for event in events[:4]} == {before}
        assert {moved[event.id].journal_id for event in (*events[4:], *late)} == {store.journal_id}
        assert (store.waiting(), store.quarantined(), store.next_seq) == (3, 1, 8)
        store.close()
        if opened == 0:
            store = again(folder)


def test_a_store_of_the_first_version_knows_its_journal(folder: Path) -> None:
    store = again(folder)
    events = own(store, 2)
    store.close()
    db = sqlite3.connect(folder / "seat.db")
    db.executescript("ALTER TABLE own_event DROP COLUMN journal; DROP TABLE unread")
    for column in ("clock_server_ms", "clock_steady_s", "clock_boot"):
        db.execute(f"ALTER TABLE store DROP COLUMN {column}")
    db.execute("PRAGMA user_version = 1")
    db.close()
    store = again(folder)
    assert [(each.id, each.journal) for each in store.unsent(9)] == [
        (event.id, store.journal_id) for event in events
    ]
    store.close()


def test_foreign_events_are_kept_once_and_own_ones_not_twice(store: SeatStore) -> None:
    mine, theirs = own(store, 2), Writer("M2").notes(2)
    store.keep_foreign([*mine, *theirs], None)
    store.keep_foreign(theirs, CURSOR)
    assert sorted(event.id for event in store.events()) == sorted(event.id for event in (*mine, *theirs))


def test_whoever_sends_is_told_of_each_append_once_it_is_counted(store: SeatStore) -> None:
    seen: list[tuple[int, str]] = []
    end = store.listen(lambda: seen.append((store.waiting(), threading.current_thread().name)))
    own(store, 2)
    own(store, 1)
    end()
    own(store, 1)
    assert seen == [(2, "journal"), (3, "journal")]


def test_counts_hold_while_both_lanes_write(store: SeatStore) -> None:
    writer = Writer("M1", store.journal_id)
    done = threading.Event()

    def send() -> None:
        while not done.is_set() or store.unsent(1):
            store.mark_sent([each.id for each in store.unsent(7)])

    sender = threading.Thread(target=send)
    sender.start()

    async def write() -> None:
        for _ in range(300):
            await store.append(writer.notes(2))

    asyncio.run(write())
    done.set()
    sender.join()
    assert store.waiting() == 0
    assert store.next_seq == 601


def test_the_log_of_the_file_does_not_grow_without_end(store: SeatStore, folder: Path) -> None:
    writer = Writer("M1", store.journal_id)

    async def write() -> None:
        for _ in range(1_300):
            await store.append(writer.notes(1))

    asyncio.run(write())
    assert (folder / "seat.db-wal").stat().st_size < 10_000_000


def test_a_second_window_is_told_who_has_the_store(store: SeatStore, folder: Path) -> None:
    with pytest.raises(StoreBusyError, match=rf"process {os.getpid()}\).*{folder}"):
        SeatStore.open(folder)


def test_a_killed_window_leaves_its_store_whole_and_free(folder: Path) -> None:
    script = """if True:
        import asyncio, sys
        from pathlib import Path
        from operator_app.storage.seat.seat_store import SeatStore
        from tests.fakes.writer import Writer
        store = SeatStore.open(Path(sys.argv[1]))
        writer = Writer("M1", store.journal_id)
        async def write():
            while True:
                await store.append(writer.notes(1))
                print(store.next_seq - 1, flush=True)
        asyncio.run(write())
    """
    window = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    for _ in range(50):
        told = int(window.stdout.readline())
    with pytest.raises(StoreBusyError):
        SeatStore.open(folder)
    window.kill()
    told = max([told, *(int(line) for line in window.stdout.read().split("\n")[:-1])])
    window.wait()
    window.stdout.close()

    store = again(folder)
    assert told <= len(store.events()) <= told + 1
    assert sorted(event.seq for event in store.events()) == list(range(1, store.next_seq))
    store.close()


def test_a_disk_that_takes_no_more_is_told_and_later_work_goes_on(store: SeatStore) -> None:
    mine = own(store, 1)
    more = Writer("M1", store.journal_id, 2).notes(200)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = store._path.with_name("seat.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, hard))
    try:
        with pytest.raises(JournalFailedError, match=r"The disk failed on .*check the disk"):
            append(store, more)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (store.waiting(), store.next_seq) == (1, 2)
    append(store, more)
    assert {event.id for event in store.events()} == {event.id for event in (*mine, *more)}


def test_a_full_disk_is_called_full(store: SeatStore) -> None:
    own(store, 1)
    pages = store._journal_db.execute("PRAGMA page_count").fetchone()[0]
    store._journal_db.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(JournalFailedError, match="is full; free some space") as full:
        append(store, Writer("M1", store.journal_id, 2).notes(200))
    assert full.value.reason is JournalReason.FULL
    assert store.next_seq == 2


@pytest.mark.parametrize("damage", ["head", "middle"])
def test_a_damaged_file_is_told_kept_and_moved_aside_only_by_order(folder: Path, damage: str) -> None:
    store = again(folder)
    own(store, 400)
    store.close()
    file = folder / "seat.db"
    whole = bytearray(file.read_bytes())
    start = 0 if damage == "head" else len(whole) // 2 // 4096 * 4096
    whole[start : start + 4096] = b"\xa5" * 4096
    file.write_bytes(whole)

    for _ in range(2):
        with pytest.raises(StoreProblemError, match=r"damaged .*set-aside") as problem:
            SeatStore.open(folder)
        assert problem.value.reason is StoreReason.DAMAGED
        assert file.read_bytes() == whole

    place = set_aside(folder)
    assert (place / "seat.db").read_bytes() == whole
    fresh = again(folder)
    assert fresh.events() == ()
    fresh.close()


def test_an_open_store_is_not_moved_aside(store: SeatStore, folder: Path) -> None:
    with pytest.raises(StoreBusyError):
        set_aside(folder)


def test_a_newer_store_and_a_foreign_file_are_left_alone(folder: Path) -> None:
    again(folder).close()
    db = sqlite3.connect(folder / "seat.db")
    db.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    db.close()
    with pytest.raises(StoreProblemError, match="newer Operator 112") as problem:
        SeatStore.open(folder)
    assert problem.value.reason is StoreReason.NEWER

    (folder / "seat.db").unlink()
    db = sqlite3.connect(folder / "seat.db")
    db.execute("CREATE TABLE tune (name TEXT)")
    db.close()
    with pytest.raises(StoreProblemError, match="another program") as problem:
        SeatStore.open(folder)
    assert problem.value.reason is StoreReason.FOREIGN


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreProblemError, match=r"cannot be used: Not a directory\.$"):
        SeatStore.open(tmp_path / "file" / "seat")


@pytest.mark.parametrize(
    "damage", ["{", "[" * 100_000, f'{{"seq": {"9" * 5_000}}}', "null", "[[]]", "7", '{"kind": 7}', ""]
)
def test_a_damaged_record_is_asked_of_the_server_again_and_mended(folder: Path, damage: str) -> None:
    store = SeatStore.open(folder)
    others = Writer("M2").notes(3)
    store.keep_foreign(others, None)
    hurt = others[1]
    store.close()
    with sqlite3.connect(folder / "seat.db") as db:
        db.execute("UPDATE foreign_event SET record = ? WHERE id = ?", (damage, hurt.id))
    db.close()
    store = SeatStore.open(folder)
    assert {each.id for each in store.events()} == {others[0].id, others[2].id}
    assert store.unread() == {
        hurt.id
    }  # this is what the windows count, and what the feed asks for at connect
    assert store.unknown(others) == [hurt]
    store.keep_foreign([hurt], None)
    store.keep_unread((), {hurt.id})
    store.close()
    store = SeatStore.open(folder)
    assert {each.id for each in store.events()} == {each.id for each in others}
    assert store.unread() == frozenset()
    store.close()


def test_an_unreadable_event_is_passed_over_and_stays_in_the_file(store: SeatStore) -> None:
    own(store, 2)
    store._journal_db.execute("UPDATE own_event SET record = '{' WHERE seq = 1")
    assert [event.seq for event in store.events()] == [2]
    assert [each.seq for each in store.unsent(9)] == [1, 2]


AHEAD = timedelta(days=400)
NOW_MS = int(START.timestamp() * 1000) + 60_000


def put_ahead(events: list[Event], by: timedelta) -> list[Event]:
    by_hlc = by // timedelta(milliseconds=1) << 16
    return [replace(each, occurred_at=each.occurred_at + by, hlc=each.hlc + by_hlc) for each in events]


def test_events_that_wait_and_lie_ahead_are_put_back_by_one_span_in_order(folder: Path) -> None:
    store = again(folder)
    writer = Writer("M1", store.journal_id)
    sent, right = writer.notes(2), writer.notes(2)
    wrong = put_ahead(writer.notes(3), AHEAD)
    append(store, [*put_ahead(sent, timedelta(hours=1)), *right, *wrong])
    sent = put_ahead(sent, timedelta(hours=1))
    store.mark_sent([each.id for each in sent])

    moved = store.restamp(NOW_MS)

    assert [each.id for each in moved.events] == [each.id for each in wrong]
    assert moved.events[-1].occurred_at == datetime.fromtimestamp(NOW_MS / 1000, UTC)
    assert {old.occurred_at - new.occurred_at for old, new in zip(wrong, moved.events, strict=True)} == {
        timedelta(seconds=moved.by_s)
    }
    assert {old.hlc - new.hlc for old, new in zip(wrong, moved.events, strict=True)} == {
        int(moved.by_s * 1000) << 16
    }
    assert set(store.events()) == {*sent, *right, *moved.events}
    waiting = [from_record(json.loads(each.record)) for each in store.unsent(50)]
    assert waiting == [*right, *moved.events]
    assert sorted(waiting, key=lambda each: each.order) == waiting
    assert store.last_hlc <= (NOW_MS + 60_000) << 16 | 0xFFFF
    assert store.restamp(NOW_MS).events == ()
    kept = set(store.events())
    store.close()
    store = again(folder)
    assert set(store.events()) == kept
    store.close()


def test_events_put_back_lie_neither_before_our_own_of_before_nor_before_all_years(store: SeatStore) -> None:
    writer = Writer("M1", store.journal_id)
    right, a_little, wild = writer.notes(1), writer.notes(2), writer.notes(1)
    a_little, wild = put_ahead(a_little, timedelta(minutes=20)), put_ahead(wild, timedelta(days=365 * 100))
    append(store, [*right, *a_little, *wild])
    events = [*right, *store.restamp(NOW_MS).events]
    assert [each.id for each in events] == [each.id for each in (*right, *a_little, *wild)]
    assert [each.hlc for each in events] == sorted({each.hlc for each in events})
    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    assert all(right[0].occurred_at <= each.occurred_at <= now for each in events)


def test_what_stands_just_after_a_stamp_ahead_that_the_room_has_stays_there(store: SeatStore) -> None:
    where, writer = IncidentId(fresh_id()), Writer("M1", store.journal_id)
    (theirs,) = put_ahead(Writer("M2").notes(1, where), timedelta(days=1))
    store.keep_foreign([theirs], CURSOR)
    mine = [replace(each, hlc=theirs.hlc + place) for place, each in enumerate(writer.notes(2, where), 1)]
    wrong = put_ahead(writer.notes(1), timedelta(minutes=20))
    append(store, [*mine, *wrong])
    moved = store.restamp(NOW_MS)
    assert [each.id for each in moved.events] == [wrong[0].id]
    assert moved.by_s < 1200
