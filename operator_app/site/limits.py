"""The limits of a site: what `limits.toml` may say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from operator_app.domain.limits import AcceptLimits, AgeLimits, AnswerGoal
from operator_app.reading.marks import Above, Between, Like
from operator_app.reading.shape import Misfit

Above0 = Annotated[float, Above(0)]
ByPriority = Mapping[Annotated[str, Like("P[1-5]", "priority_name")], Above0]
Seconds = Annotated[int, Between(1, 86_400)]


@dataclass(frozen=True, slots=True)
class AcceptRow:
    """Within how many seconds an agency must accept, by priority: each has a limit."""

    P1: Seconds
    P2: Seconds
    P3: Seconds
    P4: Seconds
    P5: Seconds

    def limits(self) -> AcceptLimits:
        """The limits."""
        return AcceptLimits({1: self.P1, 2: self.P2, 3: self.P3, 4: self.P4, 5: self.P5})


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The room's goal: so many of a hundred calls answered within so many seconds."""

    within_seconds: Above0
    percent: Annotated[int, Between(1, 100)]


@dataclass(frozen=True, slots=True)
class LimitsFile:
    """The whole file. A priority without an age has no limit; the other tables stand whole or not at all."""

    late_minutes: ByPriority = field(default_factory=dict)
    overdue_minutes: ByPriority = field(default_factory=dict)
    accept_seconds: AcceptRow | None = None
    answer_goal: AnswerRow | None = None

    def misfits(self) -> Iterator[Misfit]:
        """An incident that is overdue before it is late."""
        for name, limit in self.overdue_minutes.items():
            if limit < self.late_minutes.get(name, limit):
                yield Misfit(("overdue_minutes", name), "overdue_before_late", {"priority": name})

    def ages(self) -> AgeLimits:
        """From which age an open incident wants attention."""
        return AgeLimits(_ages(self.late_minutes), _ages(self.overdue_minutes))

    def accept(self) -> AcceptLimits:
        """How long an agency has to accept; as delivered where the file does not say."""
        return AcceptLimits() if self.accept_seconds is None else self.accept_seconds.limits()

    def goal(self) -> AnswerGoal:
        """How fast calls are to be answered; as delivered where the file does not say."""
        row = self.answer_goal
        return AnswerGoal() if row is None else AnswerGoal(row.within_seconds, row.percent)


def _ages(minutes: Mapping[str, float]) -> dict[int, timedelta]:
    return {int(name[1:]): timedelta(minutes=limit) for name, limit in minutes.items()}
