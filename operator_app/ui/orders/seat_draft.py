"""What is being typed into the form of one seat."""

from collections.abc import Callable, Mapping

from operator_app.ui.orders.draft import Draft
from operator_app.ui.orders.places import PlaceTies
from operator_app.ui.orders.seen import SeenValues
from operator_app.workflow.seat import Seat


class SeatDraft(Draft):
    """A draft that is saved as edits of the incident at hand, by somebody who had the fields before the eyes."""

    def __init__(
        self, seat: Seat, now: Callable[[], float], changed: Callable[[], None], places: PlaceTies
    ) -> None:
        """See `Draft`; `places` tells what else typed words settle."""
        super().__init__(self._store, now, changed)
        self._seat = seat
        self._places = places
        self.seen = SeenValues()
        """What stands in the fields: told by whoever shows them."""

    async def _store(self, values: Mapping[str, str | None]) -> None:
        at_hand = self._seat.hand.incident_id
        if at_hand is None and not any(values.values()):
            return  # typed and taken back before there was an incident
        await self._seat.form.edit(self._places.of_typed(values), self.seen.bases(at_hand))
