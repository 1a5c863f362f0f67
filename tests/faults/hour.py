"""An hour without the server at one of three seats: its calls, its incidents, and the ones that all three work on.

The seat's clock runs an hour in as many seconds as it is told, so that stamps and order are those of a real hour.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from operator_app.bootstrap.clock import RoomClock
from operator_app.domain.facts.call import CallAnswered, CallClassified, CallEnded, CallLinked, CallOffered
from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, RefusedError
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat

SHARED = "bersama"
"""How the places of incidents begin that all seats work on."""
HOUR_S = 3600.0
FIELDS = ("text", "landmark", "neighbourhood")


class FastClock(RoomClock):
    """An hour behind until `run`, then as fast as told until it is the present."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._factor = HOUR_S / seconds
        self._behind = timedelta(seconds=HOUR_S)
        self._begun: datetime | None = None

    def run(self) -> None:
        """Begin the hour."""
        self._begun = super().now()

    def now(self) -> datetime:
        """The time of the played hour."""
        real = super().now()
        if self._begun is None:
            return real - self._behind
        played = (real - self._begun).total_seconds() * self._factor
        return min(real, self._begun - self._behind + timedelta(seconds=played))


async def prepare(seat: Seat, count: int) -> None:
    """Open the incidents that all seats will work on."""
    for number in range(count):
        seat.hand.select(None)
        await seat.form.edit({"place": f"{SHARED} {number}"})
        await seat.form.choose_kind("KEB-01")
    seat.hand.select(None)


async def take_hour(
    seat: Seat, recorder: Recorder, clock: FastClock, start: Path, calls: int, incidents: int, seconds: float
) -> int:
    """Wait for `start`, then take the calls and incidents of the hour; returns how many wishes were refused."""
    while not start.exists():  # noqa: ASYNC110, ASYNC240  (the harness speaks by files)
        await asyncio.sleep(0.02)
    clock.run()
    shared = [
        each.id for each in seat.room.board.incidents.values() if each.value("place").startswith(SHARED)
    ]
    refused = 0
    for number in range(calls):
        call_id = CallId(recorder.fresh_id())
        await recorder.record([CallOffered(call_id, "in", f"0812{seat.duty.name[1:]:0>4}{number:04d}", "")])
        await recorder.record([CallAnswered(call_id)])
        new = number * incidents // calls != (number + 1) * incidents // calls
        if new:
            seat.hand.select(None)
            await seat.form.edit({"place": f"Jl. {seat.duty.name} no. {number}"})
            assert seat.hand.incident_id is not None
            await recorder.record([CallLinked(call_id, seat.hand.incident_id)])
            await seat.form.choose_kind("BEN-01")
            await seat.handover.dispatch(None)
        else:
            await recorder.record([CallClassified(call_id, Classification.PRANK)])
        await recorder.record([CallEnded(call_id, "remote", 200, "")])
        refused += await _work_together(seat, shared[number % len(shared)], number)
        await asyncio.sleep(seconds / calls)
    return refused


async def _work_together(seat: Seat, incident_id: IncidentId, number: int) -> int:
    """What this seat does to an incident that the others work on as well, knowing nothing of it."""
    seat.hand.select(incident_id)
    refused = 0
    for field in FIELDS:
        await seat.form.edit({field: f"{field} menurut {seat.duty.name}, ke-{number}"})
    await seat.course.note(f"catatan {seat.duty.name} {number}")
    try:
        await seat.handover.dispatch([AgencyCode("DAMKAR")])
        incident = seat.hand.incident
        assert incident is not None
        dispatch = incident.dispatches[-1]
        declines = seat.duty.name.endswith("2")
        to = DispatchState.DECLINED if declines else DispatchState.ACCEPTED
        await seat.handover.move_dispatch(dispatch.id, to, "penuh" if declines else "")
    except RefusedError:
        refused += 1
    if number % 3 == 0:
        try:
            await seat.course.move(
                IncidentStatus.DONE if seat.duty.name.endswith("1") else IncidentStatus.CANCELLED, "uji"
            )
        except RefusedError:
            refused += 1
    return refused
