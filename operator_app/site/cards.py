"""The question cards of a site: what `cards.toml` may say, and the cards that it makes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import UNKNOWN, Answer, AnswerForm, Card, Phrase, Question, Rule
from operator_app.reading.marks import WORDS, Between, Count, Like
from operator_app.reading.shape import Misfit

Words = Annotated[str, WORDS]
Code = Annotated[str, Like(r"\S(?:.{0,38}\S)?", "code")]
"""Of a kind or an agency: up to 40 letters, no blank at either end."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One of the answers that every yes-or-no question takes, and the key that gives it."""

    key: Annotated[str, Like(r"\D", "one_letter")]
    text: Words
    english: Words


@dataclass(frozen=True, slots=True)
class AnswersRow:
    """The answers of a yes-or-no question; `unknown` is one of every choice, too."""

    yes: AnswerRow
    no: AnswerRow
    unknown: AnswerRow

    def misfits(self) -> Iterator[Misfit]:
        """Two answers by one key."""
        met: set[str] = set()
        for name, row in (("yes", self.yes), ("no", self.no), ("unknown", self.unknown)):
            if row.key.casefold() in met:
                yield Misfit((name, "key"), "same_key", {"got": row.key})
            met.add(row.key.casefold())

    def fixed(self) -> tuple[Answer, ...]:
        """The answers as the cards have them."""
        rows = (("yes", self.yes), ("no", self.no), (UNKNOWN, self.unknown))
        return tuple(Answer(code, row.key, _phrase(row.text, row.english)) for code, row in rows)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question: its answers by `answers` or by `choices` of [code, words, English]."""

    id: Words
    ask: Words
    english: Words
    answers: Literal["yes_no", "text"] | None = None
    choices: Annotated[tuple[tuple[Words, Words, Words], ...], Count(2, 9, "choices")] | None = None

    def misfits(self) -> Iterator[Misfit]:
        """No way to answer or two of them, and codes that cannot be told apart."""
        if (self.answers is None) == (self.choices is None):
            yield Misfit(("choices" if self.choices else "answers",), "answers_or_choices")
        codes = [UNKNOWN]
        for number, (code, _, _) in enumerate(self.choices or ()):
            if code in codes:
                yield Misfit(("choices", number), "choice_code", {"code": code})
            codes.append(code)

    def question(self, fixed: tuple[Answer, ...]) -> Question:
        """The question; `fixed` are the answers of a yes-or-no question."""
        if self.choices is not None:
            rows = enumerate(self.choices, 1)
            chosen = tuple(Answer(code, str(n), _phrase(own, english)) for n, (code, own, english) in rows)
            form, answers = AnswerForm.CHOICE, (*chosen, fixed[-1])
        elif self.answers == "yes_no":
            form, answers = AnswerForm.YES_NO, fixed
        else:
            form, answers = AnswerForm.TEXT, ()
        return Question(self.id.strip(), _phrase(self.ask, self.english), form, answers)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What follows from certain answers: of each question in `when` one of the answers named must be given."""

    when: Annotated[
        Mapping[str, str | Annotated[tuple[str, ...], Count(1, 10, "waits")]], Count(1, 6, "when")
    ]
    reason: Words
    english: Words
    priority: Annotated[int, Between(1, 5)] | None = None
    agencies: tuple[AgencyCode, ...] = ()
    lead: tuple[AgencyCode, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        """A rule that changes nothing."""
        if self.priority is None and not self.agencies and not self.lead:
            yield Misfit((), "changes_nothing")

    def wanted(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each question with the answers that fulfil the rule."""
        for name, codes in self.when.items():
            yield name, (codes,) if isinstance(codes, str) else codes

    def rule(self) -> Rule:
        """The rule."""
        when = tuple((name, frozenset(codes)) for name, codes in self.wanted())
        return Rule(when, _phrase(self.reason, self.english), self.priority, self.agencies, self.lead)


@dataclass(frozen=True, slots=True)
class CardRow:
    """The card of a kind: questions by the id of a shared one or whole, in the order in which they are asked."""

    kind: Code
    version: Annotated[int, Between(1, 1_000_000)]
    questions: Annotated[tuple[str | QuestionRow, ...], Count(3, 6, "how_many")]
    rules: tuple[RuleRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CardsFile:
    """The whole file: `version` is that of its form; each card has one of its own."""

    version: Literal[1]
    answers: AnswersRow
    card: Annotated[tuple[CardRow, ...], Count(1, 10_000)]
    question: tuple[QuestionRow, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        """Questions and cards that stand twice, and what a card names that is not there."""
        shared: dict[str, QuestionRow] = {}
        for number, row in enumerate(self.question):
            if row.id in shared:
                yield Misfit(("question", number, "id"), "twice", {"got": row.id})
            shared[row.id] = row
        own: set[str] = set(shared)
        for number, card in enumerate(self.card):
            if any(card.kind == before.kind for before in self.card[:number]):
                yield Misfit(("card", number, "kind"), "twice", {"got": card.kind})
            asked = []
            for n, each in enumerate(card.questions):
                at = ("card", number, "questions", n)
                if isinstance(each, QuestionRow):
                    if each.id in own:
                        yield Misfit((*at, "id"), "twice", {"got": each.id})
                    own.add(each.id)
                    asked.append(each)
                elif each not in shared:
                    yield Misfit(at, "not_listed", {"question": each})
                elif shared[each] in asked:
                    yield Misfit(at, "twice", {"got": each})
                else:
                    asked.append(shared[each])
            yield from rule_misfits(asked, card.rules, ("card", number, "rules"))

    def cards(self) -> dict[str, Card]:
        """The cards by the code of their kind."""
        fixed = self.answers.fixed()
        shared = {row.id: row.question(fixed) for row in self.question}
        return {
            row.kind: Card(
                row.version,
                tuple(
                    shared[each] if isinstance(each, str) else each.question(fixed) for each in row.questions
                ),
                tuple(rule.rule() for rule in row.rules),
            )
            for row in self.card
        }


@dataclass(frozen=True, slots=True)
class EditedCard:
    """One card as a supervisor edits it: all its questions written out."""

    question: Annotated[tuple[QuestionRow, ...], Count(3, 6, "how_many")]
    rule: tuple[RuleRow, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        """A question that stands twice, and what a rule waits for in vain."""
        for number, row in enumerate(self.question):
            if any(row.id == before.id for before in self.question[:number]):
                yield Misfit(("question", number, "id"), "twice", {"got": row.id})
        yield from rule_misfits(self.question, self.rule, ("rule",))

    def card(self, fixed: tuple[Answer, ...], version: int) -> Card:
        """The card of that version; `fixed` are the answers of a yes-or-no question."""
        asked = tuple(row.question(fixed) for row in self.question)
        return Card(version, asked, tuple(row.rule() for row in self.rule))


def rule_misfits(
    asked: Sequence[QuestionRow], rules: Sequence[RuleRow], at: tuple[str | int, ...]
) -> Iterator[Misfit]:
    """Answers that a rule waits for and that cannot be given on this card."""
    known = {row.id: row for row in asked}
    for number, rule in enumerate(rules):
        for name, codes in rule.wanted():
            place = (*at, number, "when", name)
            if name not in known:
                yield Misfit(place, "not_asked", {"question": name})
                continue
            possible = _codes(known[name])
            for code in codes:
                if code not in possible:
                    said = {"question": name, "answer": code, "choices": ", ".join(possible)}
                    yield Misfit(place, "no_such_answer", said)


def agency_misfits(
    rules: Sequence[RuleRow], agencies: Collection[AgencyCode], at: tuple[str | int, ...]
) -> Iterator[Misfit]:
    """Agencies that rules name and that the site does not have."""
    for number, rule in enumerate(rules):
        for key, codes in (("agencies", rule.agencies), ("lead", rule.lead)):
            for n, code in enumerate(codes):
                if code not in agencies:
                    yield Misfit((*at, number, key, n), "no_agency", {"agency": code})


def _codes(row: QuestionRow) -> tuple[str, ...]:
    if row.choices is not None:
        return (*(code for code, _, _ in row.choices), UNKNOWN)
    return ("yes", "no", UNKNOWN) if row.answers == "yes_no" else ()


def _phrase(own: str, english: str) -> Phrase:
    return Phrase(own.strip(), english.strip())
