"""A disk that fills up, and a store that vanishes under its window, are told before anything is lost by it."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from operator_app.storage.seat.disk_watch import MB, DiskWatch
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.workflow.ports import DiskStanding
from tests.fakes.writer import Writer


class Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    held = {"mb": 9000}
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1, 1, held["mb"] * MB))
    return held


def watch(folder: Path) -> DiskWatch:
    (folder / "seat.db").write_bytes(b"x")
    return DiskWatch(folder, 500, 100)


def test_room_is_told_at_each_limit_and_over_only_well_beyond_it(
    tmp_path: Path, free: dict[str, int]
) -> None:
    looking, told = watch(tmp_path), []
    for mb in (500, 499, 520, 99, 105, 120, 560, 499):
        free["mb"] = mb
        state = looking.look()
        assert state.free_mb == mb
        told.append(state.standing)
    fine, low, almost = DiskStanding.FINE, DiskStanding.LOW, DiskStanding.ALMOST_FULL
    assert told == [fine, low, low, almost, almost, low, fine, low]


@pytest.mark.parametrize("how", ["deleted", "replaced", "folder moved"])
def test_a_store_that_vanishes_or_is_another_one_is_told_until_it_is_back(
    tmp_path: Path, free: dict[str, int], how: str
) -> None:
    folder = tmp_path / "M1"
    folder.mkdir()
    looking = watch(folder)
    kept = tmp_path / "kept"
    (folder if how == "folder moved" else folder / "seat.db").rename(kept)
    if how == "replaced":
        (folder / "seat.db").write_bytes(b"x")
    assert looking.look().standing is DiskStanding.GONE
    kept.rename(folder if how == "folder moved" else folder / "seat.db")
    assert looking.look().standing is DiskStanding.FINE


def test_a_store_at_work_is_the_same_one(tmp_path: Path, free: dict[str, int]) -> None:
    store = SeatStore.open(tmp_path)
    try:
        looking = DiskWatch(tmp_path, 500, 100)
        asyncio.run(store.append(Writer("M1", store.journal_id, 1).notes(200)))
        assert looking.look().standing is DiskStanding.FINE
        (tmp_path / "seat.db-wal").unlink()
        assert looking.look().standing is DiskStanding.GONE
    finally:
        store.close()


def test_a_disk_that_cannot_be_asked_is_gone(tmp_path: Path) -> None:
    looking = watch(tmp_path)
    (tmp_path / "seat.db").unlink()
    tmp_path.rmdir()
    assert looking.look().standing is DiskStanding.GONE
    tmp_path.mkdir()
