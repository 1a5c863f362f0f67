"""Builds the wall's window and starts it. A wall has no store: what it shows is what the server tells."""

import asyncio
from contextlib import AsyncExitStack

from operator_app import __version__
from operator_app.bootstrap.clock import RoomClock
from operator_app.bootstrap.frame import Frame, shown, site_followed, tell_connecting
from operator_app.bootstrap.parts import resources_folder
from operator_app.storage.server.server_link import BoardFeed
from operator_app.ui.program.app import until_closed
from operator_app.ui.program.window_app import WindowApp
from operator_app.ui.wall.wall_app import build_wall_window
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.wallroom import WallRoom


def check(frame: Frame) -> None:
    """Refuse settings that a wall cannot start with: there are none beyond the general ones."""
    del frame


async def run_window(_app: WindowApp, frame: Frame) -> int:
    """Run the wall until it is closed; returns the exit code."""
    async with AsyncExitStack() as parts:
        bus, clock = Bus(), RoomClock()
        room = WallRoom(Board(), bus, clock, frame.rules)
        tell_connecting(frame, room, clock)
        window = build_wall_window(
            room, frame.texts, frame.theme, frame.site, resources_folder(), frame.settings, frame.control
        )
        await parts.enter_async_context(shown(window, parts))
        await parts.enter_async_context(site_followed(frame, room, None))
        feed = BoardFeed(
            frame.settings.server.dsn,
            seat=frame.settings.seat.name,
            role="wall",
            version=__version__,
            on_events=room.on_events,
            on_state=room.on_link,
            on_presence=room.on_presence,
            loop=asyncio.get_running_loop(),
            on_clock=clock.correct,
            now=clock.now,
        )
        await asyncio.to_thread(feed.start)
        parts.push_async_callback(feed.aclose)
        await until_closed(window)
    return 0
