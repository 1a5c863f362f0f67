"""Limits of the site: from which age an incident wants attention, how long agencies and calls may wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from operator_app.domain.incident import Incident


class Age(StrEnum):
    """How old an incident is for its priority."""

    FRESH = "fresh"
    LATE = "late"
    OVERDUE = "overdue"


def _minutes(**by_priority: float) -> dict[int, timedelta]:
    return {int(name[1:]): timedelta(minutes=minutes) for name, minutes in by_priority.items()}


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """Ages by priority beyond which an incident that nobody has reached is late, and overdue; 4 and 5 have none."""

    late: Mapping[int, timedelta] = field(default_factory=lambda: _minutes(p1=15, p2=30, p3=120))
    overdue: Mapping[int, timedelta] = field(default_factory=lambda: _minutes(p1=30, p2=60, p3=240))

    def of(self, incident: Incident, now: datetime) -> Age:
        """Return how old it is; where somebody is on scene, or was, age alone wants no attention."""
        if incident.opened_at is None or incident.priority is None or not incident.is_open:
            return Age.FRESH
        if any(each.on_scene_at or each.done_at for each in incident.dispatches):
            return Age.FRESH
        age = now - incident.opened_at
        if (limit := self.overdue.get(incident.priority)) is not None and age > limit:
            return Age.OVERDUE
        limit = self.late.get(incident.priority)
        return Age.LATE if limit is not None and age > limit else Age.FRESH


@dataclass(frozen=True, slots=True)
class AcceptLimits:
    """Seconds an agency has to accept, by priority."""

    seconds: Mapping[int, int] = field(default_factory=lambda: {1: 60, 2: 180, 3: 900, 4: 3600, 5: 3600})

    def of(self, incident: Incident) -> int:
        """Return the seconds for that incident; an undecided one counts as the gravest."""
        return self.seconds[incident.priority or 1]


@dataclass(frozen=True, slots=True)
class AnswerGoal:
    """How fast calls are to be answered: `percent` of them within `within_s` seconds of the first ring."""

    within_s: float = 10.0
    percent: int = 90
