"""Builds the window of an agency's desk and starts it."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from operator_app.bootstrap.frame import (
    LAST_WRITES_S,
    Frame,
    disk_watched,
    hear_time,
    join_server,
    load_history,
    record,
    shown,
    site_followed,
    tell_connecting,
)
from operator_app.bootstrap.own_keys import keep_keys, load_keys
from operator_app.bootstrap.parts import resources_folder
from operator_app.bootstrap.rules import own_agency
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.ui.desk.desk_app import build_desk_window
from operator_app.ui.desk.window import DeskWindow
from operator_app.ui.frame.manner import Manner
from operator_app.ui.program.app import until_closed
from operator_app.ui.program.control import Marks
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.words.file_faults import all_fault_words
from operator_app.workflow.desk import Desk


def check(frame: Frame) -> None:
    """Refuse to open a desk of an agency that the site does not have. Raises `BadFileError`."""
    own_agency(frame.config, frame.settings, frame.rules)


async def run_window(app: WindowApp, frame: Frame, store: SeatStore) -> int:
    """Run the desk's window until it is closed; returns the exit code."""
    agency = own_agency(frame.config, frame.settings, frame.rules)
    async with AsyncExitStack() as parts:
        clock, board, bus, recorder = record(frame, store)
        parts.callback(recorder.close)
        unshared = await asyncio.to_thread(store.unsent_ids)
        desk = Desk(recorder, board, bus, agency, frame.rules, unshared)
        tell_connecting(frame, desk, clock)
        keys, own_faults = load_keys(frame.folder, DeskWindow.deeds)
        manner = Manner(frame.theme, frame.texts, keys, Marks(), partial(keep_keys, frame.folder))
        window = build_desk_window(desk, manner, resources_folder(), frame.control)
        await parts.enter_async_context(shown(window, parts))
        app.failed.connect(window.fault)
        parts.callback(app.failed.disconnect, window.fault)
        for words in all_fault_words(own_faults, frame.texts):
            window.tell(words)
        await parts.enter_async_context(disk_watched(frame, bus))
        await load_history(store, board, bus)
        join = partial(join_server, frame, store, desk, clock, parts)
        joined = await hear_time(frame, clock, join)
        await parts.enter_async_context(site_followed(frame, desk, recorder.note))
        if not joined:
            await join()
        await until_closed(window)
        await recorder.settle(LAST_WRITES_S)
    return 0
