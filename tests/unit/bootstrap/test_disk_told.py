"""The window is told when its store vanishes while it runs."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from operator_app.bootstrap.frame import disk_watched
from operator_app.storage.seat.disk_watch import DiskWatch
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import DiskStanding, DiskState


async def test_a_store_that_is_deleted_under_its_window_is_told_once_and_its_return_too(
    tmp_path: Path,
) -> None:
    (tmp_path / "seat.db").write_bytes(b"x")
    seat = SimpleNamespace(disk_warn_mb=0, disk_alarm_mb=0)
    frame: Any = SimpleNamespace(folder=tmp_path, settings=SimpleNamespace(seat=seat))
    bus, told = Bus(), asyncio.Queue[DiskState]()
    bus.subscribe(DiskState, told.put_nowait)
    looked, look = asyncio.Event(), DiskWatch.look
    loop = asyncio.get_running_loop()

    def looking(watch: DiskWatch) -> DiskState:
        loop.call_soon_threadsafe(looked.set)
        return look(watch)

    with patch("operator_app.bootstrap.frame.DISK_LOOK_S", 0.0), patch.object(DiskWatch, "look", looking):
        async with disk_watched(frame, bus):
            await looked.wait()
            (tmp_path / "seat.db").rename(tmp_path / "kept")
            assert (await told.get()).standing is DiskStanding.GONE
            (tmp_path / "kept").rename(tmp_path / "seat.db")
            assert (await told.get()).standing is DiskStanding.FINE
    assert told.empty()
