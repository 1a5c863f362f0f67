"""What a site says, whole: its agencies, kinds, cards and limits, each checked by itself and against the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated

from operator_app.domain.duplicates import KnownRules
from operator_app.domain.ids import AgencyCode
from operator_app.domain.limits import AcceptLimits, AgeLimits, AnswerGoal
from operator_app.domain.triage import Agency, Card, Kind
from operator_app.reading.fault import BadFileError, Fault
from operator_app.reading.marks import Above, Between, Count, Like
from operator_app.reading.shape import Misfit
from operator_app.site.card_book import SiteCardBook
from operator_app.site.cards import CardsFile, Code, Words, agency_misfits
from operator_app.site.files import AGENCIES, CARDS, KINDS, KNOWN, LIMITS, SiteFiles
from operator_app.site.limits import LimitsFile

Above0 = Annotated[float, Above(0)]
DIALLED = r"sips?:[^\s<>\"]+|[-+0-9*# ().]*[0-9][-+0-9*# ().]*|"


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency: without a desk it is told by phone; `phone` is its duty desk's number or sip: address."""

    code: Code
    name: Words
    has_desk: bool
    phone: Annotated[str, Like(rf"\s*(?:{DIALLED})\s*", "phone")] = ""

    def agency(self) -> Agency:
        """The agency."""
        return Agency(AgencyCode(self.code), self.name.strip(), self.has_desk, self.phone.strip())


@dataclass(frozen=True, slots=True)
class AgenciesFile:
    """`agencies.toml`."""

    agency: Annotated[tuple[AgencyRow, ...], Count(1, 1_000)]

    def misfits(self) -> Iterator[Misfit]:
        """A code that stands twice."""
        yield from _twice("agency", [row.code for row in self.agency])


@dataclass(frozen=True, slots=True)
class KindRow:
    """An incident kind: priority 1 to 5, agencies that lead and that support; a masked one is not named on the wall."""

    code: Code
    category: Words
    name: Words
    priority: Annotated[int, Between(1, 5)]
    primary: tuple[AgencyCode, ...]
    support: tuple[AgencyCode, ...]
    masked: bool = False
    english: Words | None = None
    category_english: Words | None = None

    def kind(self, card: Card | None) -> Kind:
        """The kind with that card."""
        return Kind(
            self.code,
            self.category.strip(),
            self.name.strip(),
            self.priority,
            self.primary,
            self.support,
            self.masked,
            card,
            (self.english or "").strip(),
            (self.category_english or "").strip(),
        )


@dataclass(frozen=True, slots=True)
class KindsFile:
    """`kinds.toml`."""

    kind: Annotated[tuple[KindRow, ...], Count(1, 10_000)]

    def misfits(self) -> Iterator[Misfit]:
        """A code that stands twice."""
        yield from _twice("kind", [row.code for row in self.kind])


@dataclass(frozen=True, slots=True)
class KnownFile:
    """`known.toml`: when a new report may be about an incident that is open already."""

    within_minutes: Above0
    same_number_within_minutes: Above0
    near_m: Above0
    far_m: Above0
    towns: tuple[Words, ...]
    major_reports: Annotated[int, Between(1, 1_000)]
    within_minutes_by_category: Mapping[str, Above0]

    def rules(self, kinds: tuple[Kind, ...]) -> KnownRules:
        """The rules, with the categories of those kinds."""
        by_category = self.within_minutes_by_category.items()
        return KnownRules(
            within=timedelta(minutes=self.within_minutes),
            within_by_category=MappingProxyType({name: timedelta(minutes=m) for name, m in by_category}),
            same_number_within=timedelta(minutes=self.same_number_within_minutes),
            near_m=self.near_m,
            far_m=self.far_m,
            towns=frozenset(self.towns),
            major_reports=self.major_reports,
            categories=MappingProxyType({kind.code: kind.category for kind in kinds}),
        )


@dataclass(frozen=True, slots=True)
class LocalRules:
    """What the site's files say, sound as a whole."""

    agencies: tuple[Agency, ...]
    kinds: tuple[Kind, ...]
    known: KnownRules
    ages: AgeLimits
    accept: AcceptLimits
    goal: AnswerGoal
    cards: SiteCardBook


def read_rules(files: SiteFiles) -> LocalRules:
    """Read all parts of a site. Raises `BadFileError` with every fault of the first file that has any.

    Files that are sound by themselves are then held against each other: what one names the other must have.
    """
    agencies = files[AGENCIES].read(AgenciesFile)
    kinds = files[KINDS].read(KindsFile)
    known = files[KNOWN].read(KnownFile)
    limits = files[LIMITS].read(LimitsFile)
    cards = files[CARDS].read(CardsFile)
    faults = tuple(_dangling(files, agencies, kinds, cards, known))
    if faults:
        raise BadFileError(*faults)
    made = cards.cards()
    carded = tuple(row.kind(made.get(row.code)) for row in kinds.kind)
    codes = {AgencyCode(row.code) for row in agencies.agency}
    return LocalRules(
        agencies=tuple(row.agency() for row in agencies.agency),
        kinds=carded,
        known=known.rules(carded),
        ages=limits.ages(),
        accept=limits.accept(),
        goal=limits.goal(),
        cards=SiteCardBook(cards.answers.fixed(), codes),
    )


def _dangling(
    files: SiteFiles, agencies: AgenciesFile, kinds: KindsFile, cards: CardsFile, known: KnownFile
) -> Iterator[Fault]:
    """What is named and not there. Of the plain default, what concerns none of the site's kinds may stand."""
    codes = {AgencyCode(row.code) for row in agencies.agency}
    for number, row in enumerate(kinds.kind):
        for key, named in (("primary", row.primary), ("support", row.support)):
            for n, code in enumerate(named):
                if code not in codes:
                    said = {"agency": code, "agencies": files[AGENCIES].name}
                    yield files[KINDS].fault(Misfit(("kind", number, key, n), "no_agency_in", said))
    known_kinds = {row.code for row in kinds.kind}
    for number, card in enumerate(cards.card):
        if card.kind in known_kinds:
            for each in agency_misfits(card.rules, codes, ("card", number, "rules")):
                said = {**each.said, "agencies": files[AGENCIES].name}
                yield files[CARDS].fault(Misfit(each.at, "no_agency_in", said))
        elif CARDS in files.own:
            said = {"kind": card.kind, "kinds": files[KINDS].name}
            yield files[CARDS].fault(Misfit(("card", number, "kind"), "no_kind", said))
    categories = {row.category for row in kinds.kind}
    for name in known.within_minutes_by_category if KNOWN in files.own else ():
        if name not in categories:
            yield files[KNOWN].fault(
                Misfit(("within_minutes_by_category", name), "no_category", {"got": name})
            )


def _twice(key: str, codes: list[str]) -> Iterator[Misfit]:
    for number, code in enumerate(codes):
        if code in codes[:number]:
            yield Misfit((key, number, "code"), "twice", {"got": code})
