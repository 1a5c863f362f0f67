"""The question card of the kind in the form: what is asked, with which key it is answered, what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from operator_app.domain.triage import AnswerForm, Card, Question
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say


@dataclass(frozen=True, slots=True)
class Option:
    """One fixed answer: the key that gives it, what is recorded, its words."""

    key: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CardRow:
    """One question; without options it is answered in words. `answer` is empty while it is open."""

    id: str
    ask: str
    options: tuple[Option, ...]
    answer: str = ""
    answer_words: str = ""

    @property
    def in_words(self) -> bool:
        """Whether it is answered in words."""
        return not self.options


@dataclass(frozen=True, slots=True)
class CardView:
    """The card under the form; without a kind, or when it has none, there are no rows and `title` says so."""

    kind: str
    title: str
    rows: tuple[CardRow, ...] = ()
    ended: bool = False


def card_view(
    kind: str, card: Card | None, answers: Mapping[str, str], say: Say, *, ended: bool = False
) -> CardView:
    """Return the card of that kind with the answers given so far."""
    if card is None:
        return CardView(kind, say("card.none" if kind else "card.no_kind"), ended=ended)
    language = say("map.language")
    rows = tuple(_row(question, answers.get(question.id, ""), language) for question in card.questions)
    return CardView(kind, one_line(say("card.title", kind=kind, version=card.version)), rows, ended)


def _row(question: Question, answer: str, language: str) -> CardRow:
    options = tuple(
        Option(one_line(each.key.upper()), each.code, one_line(each.label.said_in(language)))
        for each in question.answers
    )
    words = one_line(question.said(answer, language)) if answer else ""
    said = one_line(answer) if question.form is AnswerForm.TEXT else answer
    shown = () if question.form is AnswerForm.TEXT else options
    return CardRow(question.id, one_line(question.ask.said_in(language)), shown, said, words)
