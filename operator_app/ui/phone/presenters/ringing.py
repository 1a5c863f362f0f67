"""Whether it has to ring, and who does it: the phone by itself, or the window."""

from operator_app.domain.line import SoundRole
from operator_app.workflow.line_rules import rings_for
from operator_app.workflow.seat import Seat


def rings(seat: Seat) -> bool:
    """Whether the ring is to be heard: a call waits and nobody is being spoken with."""
    return bool(seat.calls.waiting()) and rings_for(seat.calls.living())


def engine_rings(seat: Seat) -> bool:
    """Whether the phone itself has a loudspeaker that rings; then the window must not ring too."""
    ready = seat.calls.ready
    role = None if ready is None else ready.audio.role(SoundRole.RING)
    return role is not None and role.works
