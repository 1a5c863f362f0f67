"""Builds the window of an agency's desk and starts it."""

import asyncio
from contextlib import AsyncExitStack

from operator_app.bootstrap.frame import (
    LAST_WRITES_S,
    Frame,
    join_server,
    load_history,
    record,
    shown,
    tell_connecting,
)
from operator_app.bootstrap.parts import CannotStartError, resources_folder
from operator_app.domain.triage import Agency
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.ui.desk.desk_app import build_desk_window
from operator_app.ui.program.app import until_closed
from operator_app.ui.program.window_app import WindowApp
from operator_app.workflow.desk import Desk


def check(frame: Frame) -> None:
    """Refuse to open a desk of an agency that the site does not have. Raises `CannotStartError`."""
    own_agency(frame)


async def run_window(_app: WindowApp, frame: Frame, store: SeatStore) -> int:
    """Run the desk's window until it is closed; returns the exit code."""
    agency = own_agency(frame)
    async with AsyncExitStack() as parts:
        clock, board, bus, recorder = record(frame, store)
        parts.callback(recorder.close)
        unshared = await asyncio.to_thread(store.unsent_ids)
        desk = Desk(recorder, board, bus, agency, frame.rules, unshared)
        tell_connecting(frame, desk, clock)
        window = build_desk_window(desk, frame.texts, frame.theme, resources_folder(), frame.control)
        await parts.enter_async_context(shown(window, parts))
        await load_history(store, board, bus)
        await join_server(frame, store, desk, clock, parts)
        await until_closed(window)
        await recorder.settle(LAST_WRITES_S)
    return 0


def own_agency(frame: Frame) -> Agency:
    """The agency that this desk is of. Raises `CannotStartError`: the site may not have it."""
    wanted = frame.settings.seat.agency
    for agency in frame.rules.agencies:
        if agency.code == wanted:
            return agency
    known = ", ".join(each.code for each in frame.rules.agencies)
    raise CannotStartError(f'The site has no agency "{wanted}"; [seat] agency must be one of {known}.')
