"""The start of a window: a step that fails is shown, and costs none of the others."""

import asyncio
from typing import cast

from operator_app.bootstrap.frame import CHUNK, in_bites, in_turn
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import IncidentId
from operator_app.domain.states import SeatState
from operator_app.ui.program.window_app import WindowApp
from operator_app.workflow.board import Board
from tests.unit.workflow.room import make_seat


class Screen:
    """Takes what is reported."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def report(self, error: BaseException, where: str) -> None:
        self.told.append(f"{where}: {error}")


def test_a_full_disk_at_the_start_does_not_keep_a_seat_from_its_server() -> None:
    done: list[str] = []

    async def full() -> None:
        raise OSError("disk full")

    async def joined() -> None:
        done.append("joined")

    screen = Screen()
    asyncio.run(in_turn(cast(WindowApp, screen), {"start": full, "link": joined}))
    assert (screen.told, done) == (["start: disk full"], ["joined"])


def test_an_incident_of_the_past_comes_whole_onto_the_board() -> None:
    """Half of it would look like a seat's moves that came to nothing, and be told so loudly."""

    async def play() -> None:
        bench = make_seat()
        await bench.seat.form.edit({"place": "Jl. A"})
        await bench.seat.form.choose_kind("KEB-01")
        await bench.seat.handover.dispatch()
        await bench.seat.course.finish("padam")
        for _ in range(CHUNK - 2):
            await bench.recorder.record([SeatStateChanged(SeatState.READY)])
        bites = in_bites(bench.journal.kept)
        assert sum(map(len, bites)) == len(bench.journal.kept)
        assert len(bites) == 2
        board = Board()
        for bite in bites:
            for incident_id in board.apply(bite).incidents:
                assert board.incidents[IncidentId(incident_id)].rejected == ()

    asyncio.run(play())
