"""What a seat has in hand: its call, the incident in its form, the field being typed in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board

TYPING_S = 4.0
"""How long others are told that a field is being typed in."""


@dataclass(frozen=True)
class Sheet:
    """What is written on: an incident, or one empty form of which no incident has been made yet."""

    incident_id: IncidentId | None
    turn: int = 0
    """Tells empty forms apart."""


class AtHand:
    """The seat's call and incident, and the order in which wishes about them are carried out. Loop thread only."""

    def __init__(self, board: Board, changed: Callable[[], None]) -> None:
        """`changed` is called when another incident is in the form."""
        self._board = board
        self._changed = changed
        self.turn = asyncio.Lock()
        """Held by whoever reads an incident, decides, and records."""
        self.call: CallId | None = None
        """The call in speech, or the one whose record is being finished."""
        self.turned = 0
        """Counts how often another incident came into the form."""
        self.told: Callable[[IncidentId | None, str], None] = lambda *_: None
        """Told whenever another incident is in the form, or another field is typed in."""
        self._incident_id: IncidentId | None = None
        self._became: dict[Sheet, IncidentId] = {}
        self._field: tuple[str, datetime] | None = None
        self._last: tuple[IncidentId | None, str] = (None, "")

    @property
    def incident_id(self) -> IncidentId | None:
        """The incident in the form; None for an empty one, also one that has just been emptied for another caller."""
        return self._incident_id

    @incident_id.setter
    def incident_id(self, incident_id: IncidentId | None) -> None:
        self._incident_id = incident_id
        self.turned += 1

    @property
    def incident(self) -> Incident | None:
        """The incident in the form as the board knows it, or None."""
        return None if self._incident_id is None else self._board.incidents.get(self._incident_id)

    @property
    def sheet(self) -> Sheet:
        """What the form shows now."""
        return Sheet(self._incident_id, 0 if self._incident_id is not None else self.turned)

    def opened(self, sheet: Sheet, incident_id: IncidentId) -> None:
        """An incident was made of that form; it comes into the form, unless another one has taken its place."""
        self._became[sheet] = incident_id
        if sheet == self.sheet:
            self.select(incident_id)

    def now_is(self, sheet: Sheet) -> Sheet:
        """What that form is by now: the incident that was made of it, or itself."""
        return Sheet(self._became[sheet]) if sheet in self._became else sheet

    def need(self) -> Incident:
        """The incident in the form. Raises `RefusedError` without one."""
        incident = self.incident
        if incident is None:
            raise RefusedError(Refusal.NO_INCIDENT)
        return incident

    def select(self, incident_id: IncidentId | None) -> None:
        """Take another incident in hand, or none: then the next word opens a new one. Raises `RefusedError`."""
        if incident_id is not None and incident_id not in self._board.incidents:
            raise RefusedError(Refusal.UNKNOWN_INCIDENT)
        self.incident_id = incident_id
        self._changed()

    def follow(self, call_id: CallId | None) -> None:
        """The form goes with that caller: what he called about is in it, or it is free for him."""
        known = None if call_id is None else self._board.calls.get(call_id)
        self.incident_id = None if known is None else known.incident_id
        self._changed()

    def typing_in(self, field: str, now: datetime) -> None:
        """The operator types in that field of the form: others who have the same incident may see it."""
        self._field = (field, now)
        self.tell(now)

    def tell(self, now: datetime) -> None:
        """Say what is in hand, where that has changed: called at each change and each second."""
        field = (
            "" if self._field is None or (now - self._field[1]).total_seconds() > TYPING_S else self._field[0]
        )
        here = (self.incident_id, field if self.incident_id is not None else "")
        if here != self._last:
            self._last = here
            self.told(*here)
