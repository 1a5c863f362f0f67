"""What the room goes by: the rules of the site, as they stand now."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from operator_app.domain.duplicates import KnownRules
from operator_app.domain.limits import AcceptLimits, AgeLimits, AnswerGoal
from operator_app.domain.triage import Agency, Kind
from operator_app.workflow.lines import Colleague
from operator_app.workflow.ports import CardBook


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What the site says: prefix of incident numbers, local time, kinds with cards, agencies, what is near, limits."""

    prefix: str
    timezone: ZoneInfo
    kinds: tuple[Kind, ...]
    agencies: tuple[Agency, ...]
    known: KnownRules = field(default_factory=KnownRules)
    cards: CardBook | None = None
    ages: AgeLimits = field(default_factory=AgeLimits)
    accept: AcceptLimits = field(default_factory=AcceptLimits)
    goal: AnswerGoal = field(default_factory=AnswerGoal)
    auto_answer_s: float | None = None
    """A free seat answers by itself after so many seconds; None: by hand."""
    watched: tuple[Colleague, ...] = ()
    """Whose phones the phone server is asked about: agencies and others of the house."""

    @property
    def colleagues(self) -> tuple[Colleague, ...]:
        """Those who are watched and no agency: other seats of the house."""
        rung = {each.phone for each in self.agencies}
        return tuple(each for each in self.watched if each.number not in rung)


class InForce:
    """The rules as they stand `now`: whoever asks gets the newest. Loop thread only."""

    def __init__(self, rules: SiteRules) -> None:
        self.now = rules
