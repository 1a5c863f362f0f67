"""Rules about the phone's living calls that window and engine must agree on."""

from collections.abc import Iterable

from operator_app.domain.line import HoldState, LineCall, LineCallState


def rings_for(calls: Iterable[LineCall]) -> bool:
    """Whether the ring has to sound: a call waits, and nobody is being spoken with."""
    waits = False
    for call in calls:
        if call.state is LineCallState.OFFERED:
            waits = True
        elif call.state is not LineCallState.CONNECTED or call.hold not in (HoldState.LOCAL, HoldState.BOTH):
            return False
    return waits
