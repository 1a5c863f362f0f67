"""Where incidents of the past were, for a picture of where it happens often: out of the seat's own history."""

from operator_app.maps.live import HistoryPoint
from operator_app.workflow.seat import Seat


class MapHistory:
    """Reads the board, on demand only. Pure reading."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def points(self) -> tuple[HistoryPoint, ...]:
        """Return a point for every ended incident with a stated position; the gravest weigh most.

        An incident of a kind that is masked (violence against women and children and the like) is left out.
        """
        masked = {kind.code for kind in self._seat.cards.kinds if kind.masked}
        ended = (each for each in self._seat.room.board.incidents.values() if not each.is_open)
        return tuple(
            HistoryPoint(*each.position, each.priority)
            for each in ended
            if each.position is not None and each.value("kind") not in masked
        )
