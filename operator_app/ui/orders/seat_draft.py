"""What is being typed into the form of one seat: each word belongs to what the form showed when it was typed."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from operator_app.domain.ids import CallId, EventId
from operator_app.domain.states import RefusedError
from operator_app.ui.orders.draft import Draft
from operator_app.ui.orders.places import PlaceTies
from operator_app.ui.orders.seen import SeenValues
from operator_app.workflow.hand import Sheet
from operator_app.workflow.seat import Seat

log = logging.getLogger(__name__)


class SeatDraft:
    """Drafts that are saved as edits of the incident each was begun for, whatever is in the form by then.

    A call goes before a broken disk: the form may be free for the next caller while words of the last one wait.
    """

    def __init__(
        self, seat: Seat, now: Callable[[], float], changed: Callable[[], None], places: PlaceTies
    ) -> None:
        """See `Draft`; `places` tells what else typed words settle."""
        self._seat = seat
        self._now = now
        self._changed = changed
        self._places = places
        self._begun: list[_Begun] = []
        self.seen = SeenValues()
        """What stands in the fields: told by whoever shows them."""

    @property
    def failing(self) -> bool:
        """Whether anything typed could not be saved when that was last tried."""
        return any(each.failing for each in self._begun if each.is_dirty)

    @property
    def is_dirty(self) -> bool:
        """Whether anything typed, here or elsewhere, is not on disk."""
        return any(each.is_dirty for each in self._begun)

    @property
    def values(self) -> Mapping[str, str | None]:
        """What is typed into what the form shows now and is not on disk, by field."""
        here = self._here()
        return {} if here is None else here.values

    def holds(self, field: str) -> bool:
        """Whether that field of what the form shows has text which is not on disk."""
        return field in self.values

    def typed(self, field: str, value: str) -> None:
        """Take in the new text of a field of what the form shows."""
        hand = self._seat.hand
        here = self._here()
        if here is None:
            here = _Begun(hand.sheet, self._store, self._now, self._changed)
            self._begun.append(here)
        here.call = hand.call
        for name, event_id in self.seen.bases(hand.incident_id).items():
            here.bases.setdefault(name, event_id)
        here.typed(field, value)

    def due_in_s(self) -> float | None:
        """Seconds until something must be saved; 0 when it is high time, None when there is nothing to save."""
        return min((due for each in self._begun if (due := each.due_in_s()) is not None), default=None)

    async def flush(self) -> None:
        """Save everything now, in the order in which it was begun. What keeps any of it from the disk is raised.

        What is kept stays due. A refusal of words that have left the form is logged and shown as unsaved, not raised:
        it must not stop what is done now.
        """
        failed: list[Exception] = []
        for each in tuple(self._begun):
            try:
                await each.flush()
            except RefusedError as error:
                if each is self._here():
                    failed.append(error)
                else:
                    log.warning("words of an incident that has left the form are refused: %s", error.refusal)
            except Exception as error:  # noqa: BLE001  (raised below, after the others had their turn)
                failed.append(error)
        self._begun = [each for each in self._begun if each.is_dirty]
        if failed:
            raise failed[0]

    def settle(self, field: str) -> None:
        """Drop what was typed into one field of what the form shows: a chosen value takes its place."""
        here = self._here()
        if here is not None:
            here.settle(field)

    def _here(self) -> "_Begun | None":
        hand = self._seat.hand
        return next((each for each in self._begun if hand.now_is(each.sheet) == hand.sheet), None)

    async def _store(self, begun: "_Begun", values: Mapping[str, str | None]) -> None:
        incident_id = self._seat.hand.now_is(begun.sheet).incident_id
        if incident_id is None and not any(values.values()):
            return  # typed and taken back before there was an incident
        incident = None if incident_id is None else self._seat.room.board.incidents.get(incident_id)
        seen = {**begun.bases, **self.seen.bases(incident_id)}
        await self._seat.form.edit(self._places.of_typed(values, incident), seen, begun.sheet, begun.call)


class _Begun(Draft):
    """What was typed for one incident, or into one empty form."""

    def __init__(
        self,
        sheet: Sheet,
        store: Callable[["_Begun", Mapping[str, str | None]], Awaitable[object]],
        now: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        super().__init__(lambda values: store(self, values), now, changed)
        self.sheet = sheet
        self.call: CallId | None = None
        self.bases: dict[str, EventId | None] = {}
        """What stood in the fields when it was typed."""
