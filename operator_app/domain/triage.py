"""From the kind of an incident and the answers to its card to priority and agencies, with every reason as a value."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from operator_app.domain.ids import AgencyCode

UNKNOWN = "unknown"
"""The answer "not known", which every question with fixed answers takes; it never lowers a priority."""


Doubts = Mapping[str, frozenset[str | None]]
"""By question what else was answered by a seat that did not know of the answer that stands; None: nothing."""
NO_DOUBTS: Doubts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the site in its own language, and in English."""

    own: str
    english: str

    def said_in(self, language: str) -> str:
        """Return the words in that language ("en" or the site's own); the site's own where English is missing."""
        return self.english if language == "en" and self.english else self.own


@dataclass(frozen=True, slots=True)
class Agency:
    """Who acts on the ground. Without a desk it is told by phone, and the operator records its answer.

    `phone` is the number of its duty desk, "" where the site gives none.
    """

    code: AgencyCode
    name: str
    has_desk: bool
    phone: str = ""


# ---- cards


class AnswerForm(StrEnum):
    """How a question is answered: by one key out of three, by the key of a choice, or in words."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """A fixed answer: what is recorded, the key that gives it, and its words."""

    code: str
    key: str
    label: Phrase


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a card; the same `id` on several cards is the same question. Free words have no fixed answers."""

    id: str
    ask: Phrase
    form: AnswerForm
    answers: tuple[Answer, ...] = ()

    def takes(self, answer: str) -> bool:
        """Whether that can be recorded as an answer."""
        return self.form is AnswerForm.TEXT or any(each.code == answer for each in self.answers)

    def said(self, answer: str, language: str) -> str:
        """Return an answer in words; free words and unknown codes stand for themselves."""
        found = next((each for each in self.answers if each.code == answer), None)
        return answer if found is None else found.label.said_in(language)


@dataclass(frozen=True, slots=True)
class Rule:
    """What certain answers change: `when` holds for each question the answers of which one must be given.

    `priority` raises that of the kind, confirms it (so that nothing lowers it), or lowers it; `agencies` join in
    support, `lead` join, or move up, to lead.
    """

    when: tuple[tuple[str, frozenset[str]], ...]
    reason: Phrase
    priority: int | None = None
    agencies: tuple[AgencyCode, ...] = ()
    lead: tuple[AgencyCode, ...] = ()

    def holds(self, answers: Mapping[str, str], doubts: Doubts = NO_DOUBTS) -> bool:
        """Whether the answers given so far fulfil the rule; where two seats answered differently, either of them."""
        return all(
            answers.get(question) in wanted or not wanted.isdisjoint(doubts.get(question, ()))
            for question, wanted in self.when
        )

    def is_sure(self, answers: Mapping[str, str], doubts: Doubts) -> bool:
        """Whether it holds whichever of differing answers turns out to be right."""
        return all(
            answers.get(question) in wanted and wanted.issuperset(doubts.get(question, ()))
            for question, wanted in self.when
        )


@dataclass(frozen=True, slots=True)
class Card:
    """The questions of a kind in the order in which they are asked, and what the answers change."""

    version: int
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...] = ()

    def question(self, question_id: str) -> Question | None:
        """The question of that id, or None."""
        return next((each for each in self.questions if each.id == question_id), None)


@dataclass(frozen=True, slots=True)
class Kind:
    """An incident kind of the site: `priority` 1-5, agencies that lead and agencies that support, its card."""

    code: str
    category: str
    name: str
    priority: int
    primary: tuple[AgencyCode, ...]
    support: tuple[AgencyCode, ...]
    masked: bool = False
    card: Card | None = None
    english: str = ""
    category_english: str = ""

    def name_in(self, language: str) -> str:
        """Return the name in that language; the site's own where English is missing."""
        return Phrase(self.name, self.english).said_in(language)

    def category_in(self, language: str) -> str:
        """Return the category in that language; the site's own where English is missing."""
        return Phrase(self.category, self.category_english).said_in(language)


# ---- proposals


class Ground(StrEnum):
    """Why a priority is proposed: the kind has it; or answers raised it, confirmed that of the kind, or lowered it."""

    KIND = "kind"
    RAISED = "raised"
    CONFIRMED = "confirmed"
    LOWERED = "lowered"


@dataclass(frozen=True, slots=True)
class Because:
    """One reason for the proposed priority; `words` are the card's, None when it is the kind's own."""

    ground: Ground
    priority: int
    words: Phrase | None = None


@dataclass(frozen=True, slots=True)
class ProposedAgency:
    """An agency and why it is proposed: `lead` or support; `because` of an answer, or None for the kind itself."""

    agency: Agency
    lead: bool
    because: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Priority with its reasons, the agencies to dispatch now, and those to be told by phone; leading ones first."""

    kind: Kind
    priority: int
    dispatch: tuple[ProposedAgency, ...]
    by_phone: tuple[ProposedAgency, ...]
    reasons: tuple[Because, ...] = ()
    unavailable: tuple[ProposedAgency, ...] = ()
    """They would be proposed, but can send nobody at present."""


PRIORITY, IN, OUT = "priority", "in", "out"
"""The operator decides about the priority, or lets an agency in or leaves it out."""


def agency_subject(code: AgencyCode) -> str:
    """How a decision about that agency is filed."""
    return f"agency:{code}"


def to_ask(proposal: Proposal, own: Mapping[str, str], agencies: Sequence[Agency]) -> tuple[Agency, ...]:
    """The agencies that are asked in the end: the proposed ones, without those left out, with those added."""
    proposed = [each.agency for each in (*proposal.dispatch, *proposal.by_phone)]
    kept = [each for each in proposed if own.get(agency_subject(each.code)) != OUT]
    added = [each for each in agencies if own.get(agency_subject(each.code)) == IN and each not in proposed]
    return (*kept, *added)


def assess(
    kind: Kind, answers: Mapping[str, str], agencies: Sequence[Agency], doubts: Doubts = NO_DOUBTS
) -> Proposal:
    """Propose priority and agencies by kind and answers (code by question id, of this or of other cards).

    The gravest raised priority counts; one answer that raises or confirms outweighs all that lower; of those that
    lower, the one that lowers most. Agencies only ever join; codes that the site does not know are left out.
    Of answers that clash (`doubts`) the graver one counts: either may raise or send, only both together lower.
    """
    rules = [] if kind.card is None else [rule for rule in kind.card.rules if rule.holds(answers, doubts)]
    sure = [
        rule
        for rule in rules
        if rule.priority is None or rule.priority <= kind.priority or rule.is_sure(answers, doubts)
    ]
    reasons = _reasons(kind, sure)
    wanted = _wanted(kind, rules)
    known = {agency.code: agency for agency in agencies}
    found = [
        ProposedAgency(known[code], lead, words) for code, (lead, words) in wanted.items() if code in known
    ]
    found.sort(key=lambda each: not each.lead)
    return Proposal(
        kind,
        reasons[0].priority,
        tuple(each for each in found if each.agency.has_desk),
        tuple(each for each in found if not each.agency.has_desk),
        reasons,
    )


def gravest(proposals: Sequence[Proposal]) -> Proposal:
    """One proposal of several between which nobody has decided: the gravest priority, and every agency of any."""
    first, *others = sorted(proposals, key=lambda each: each.priority)
    return replace(
        first,
        dispatch=_joined(first.dispatch, *(each.dispatch for each in others)),
        by_phone=_joined(first.by_phone, *(each.by_phone for each in others)),
    )


def without(proposal: Proposal, unavailable: Collection[AgencyCode]) -> Proposal:
    """The proposal without agencies that can send nobody: they are not asked by it, and can be asked all the same."""
    missing = tuple(
        each for each in (*proposal.dispatch, *proposal.by_phone) if each.agency.code in unavailable
    )
    return replace(
        proposal,
        dispatch=tuple(each for each in proposal.dispatch if each not in missing),
        by_phone=tuple(each for each in proposal.by_phone if each not in missing),
        unavailable=missing,
    )


def _joined(*proposed: tuple[ProposedAgency, ...]) -> tuple[ProposedAgency, ...]:
    """Each agency once, as it is proposed first; leading ones first."""
    once = {each.agency.code: each for told in reversed(proposed) for each in told}
    return tuple(sorted(once.values(), key=lambda each: not each.lead))


def _reasons(kind: Kind, rules: Iterable[Rule]) -> tuple[Because, ...]:
    """Reasons for the proposed priority, those that decide it first; there is always one."""
    changes = sorted(
        ((rule.priority, rule.reason) for rule in rules if rule.priority is not None),
        key=lambda each: each[0],
    )
    raised = tuple(Because(Ground.RAISED, to, words) for to, words in changes if to < kind.priority)
    confirmed = tuple(Because(Ground.CONFIRMED, to, words) for to, words in changes if to == kind.priority)
    lowered = tuple(
        Because(Ground.LOWERED, to, words) for to, words in reversed(changes) if to > kind.priority
    )
    return raised or confirmed or lowered or (Because(Ground.KIND, kind.priority),)


def _wanted(kind: Kind, rules: Iterable[Rule]) -> dict[AgencyCode, tuple[bool, Phrase | None]]:
    wanted: dict[AgencyCode, tuple[bool, Phrase | None]] = {}
    for code in kind.primary:
        wanted[code] = (True, None)
    for code in kind.support:
        wanted.setdefault(code, (False, None))
    for rule in rules:
        for code in rule.lead:
            if not wanted.get(code, (False, None))[0]:
                wanted[code] = (True, rule.reason)
        for code in rule.agencies:
            wanted.setdefault(code, (False, rule.reason))
    return wanted


def find_kinds(kinds: Sequence[Kind], typed: str, limit: int = 8) -> tuple[Kind, ...]:
    """Kinds that the letters pick: by the start of code, of name, of any word, by any part; last by English words."""
    wanted = typed.casefold().split()
    if not wanted:
        return tuple(kinds[:limit])

    def rank(kind: Kind) -> int | None:
        code = kind.code.casefold()
        words = f"{kind.category} {kind.name}".casefold().replace("/", " ").replace(",", " ").split()
        if len(wanted) == 1 and code.startswith(wanted[0]):
            return 0
        if kind.name.casefold().startswith(" ".join(wanted)):
            return 1
        if all(any(word.startswith(part) for word in words) for part in wanted):
            return 2
        text = f"{code} {kind.category} {kind.name}".casefold()
        if all(part in text for part in wanted):
            return 3
        english = (
            f"{kind.category_english} {kind.english}".casefold().replace("/", " ").replace(",", " ").split()
        )
        return 4 if all(any(word.startswith(part) for word in english) for part in wanted) else None

    ranked = [(found, place, kind) for place, kind in enumerate(kinds) if (found := rank(kind)) is not None]
    return tuple(kind for _, _, kind in sorted(ranked, key=lambda each: each[:2])[:limit])
