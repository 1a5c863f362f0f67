"""Who else is in the room: which seats are lost, who has the same incident in hand. Pure reading of what was heard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from operator_app.domain.ids import IncidentId, SeatName
from operator_app.domain.incident import Incident
from operator_app.workflow.ports import Presence

LOST_AFTER_S = 3.5
"""A window beats each second and leaves with a word; one that is silent for longer is gone, or its line is cut."""


@dataclass(frozen=True, slots=True)
class Company:
    """The other windows as last heard of; `known` is False while there is no server to hear of them."""

    known: bool = False
    others: tuple[Presence, ...] = ()
    lost_since: Mapping[SeatName, datetime] = field(default_factory=dict)

    def at(self, incident_id: IncidentId | None) -> tuple[Presence, ...]:
        """The living windows that have that incident in their form."""
        if incident_id is None or not self.known:
            return ()
        return tuple(each for each in self.others if each.incident_id == incident_id and is_heard(each))

    def is_lost(self, seat: SeatName | None) -> bool:
        """Whether that seat fell silent without a word."""
        return seat is not None and seat in self.lost_since

    def is_absent(self, seat: SeatName | None) -> bool:
        """Whether nobody is at that seat: it is lost, or has gone home and left its incidents behind."""
        if seat is None or not self.known:
            return False
        return not any(each.seat == seat and each.role == "seat" and is_heard(each) for each in self.others)


def is_heard(presence: Presence) -> bool:
    """Whether that window is alive as far as the server knows."""
    return presence.age_s <= LOST_AFTER_S


def company(own: SeatName, presence: Sequence[Presence], now: datetime) -> Company:
    """Sort what the server told of all windows; of a seat with several windows the youngest sign counts."""
    others = tuple(each for each in presence if each.seat != own)
    ages: dict[SeatName, float] = {}
    for each in others:
        if each.role == "seat":
            name = SeatName(each.seat)
            ages[name] = min(each.age_s, ages.get(name, each.age_s))
    lost = {name: now - timedelta(seconds=age) for name, age in ages.items() if age > LOST_AFTER_S}
    return Company(True, others, lost)


def orphans(incidents: Iterable[Incident], seen: Company) -> tuple[Incident, ...]:
    """The open incidents whose seat is lost: the gravest first, then the oldest."""
    left = [each for each in incidents if each.is_open and each.opened_at and seen.is_lost(each.owner)]
    return tuple(sorted(left, key=lambda each: (each.priority or 9, each.opened_at, each.id)))
