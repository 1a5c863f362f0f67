"""Reads the question cards of a site; what is wrong with them is told in one sentence with the card and the key."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from operator_app.config.settings import SettingsError
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import UNKNOWN, Answer, AnswerForm, Card, Phrase, Question, Rule

VERSION = 1
"""Of the form of the file; each card has a version of its own."""
_FEWEST, _MOST = 3, 6
_FIXED = ("yes", "no", UNKNOWN)


class CardReader:
    """Reads one file of cards. Raises `SettingsError`."""

    def __init__(
        self, source: Path, table: Mapping[str, Any], agencies: Collection[AgencyCode] | None
    ) -> None:
        """`agencies` are the codes that rules may name; None leaves them unchecked."""
        self._source = source
        self._agencies = agencies
        self._only(table, "the file", "version", "answers", "question", "card")
        if table.get("version") != VERSION:
            self._refuse(f"version is {table.get('version')!r}; this program reads version {VERSION}")
        self._fixed = self._fixed_answers(table.get("answers"))
        self._shared: dict[str, Question] = {}
        self._known: dict[str, Question] = {}
        for number, row in enumerate(self._rows(table, "question", "the file"), 1):
            question = self._question(row, f"question {number} of the list")
            self._shared[question.id] = question
        self._cards = self._rows(table, "card", "the file")

    def cards(self) -> dict[str, Card]:
        """Return the cards by the code of their kind."""
        found: dict[str, Card] = {}
        for number, row in enumerate(self._cards, 1):
            if not isinstance(row, dict):
                self._refuse(f"card {number} is no table")
            kind = self._text(row, "kind", f"card {number}")
            where = f"card {kind}"
            if kind in found:
                self._refuse(f"{where} stands twice")
            self._only(row, where, "kind", "version", "questions", "rules")
            version = _count(row.get("version"))
            if version is None:
                self._refuse(f"{where}: version must be a whole number from 1")
            questions = self._questions(row, where)
            found[kind] = Card(version, questions, self._rules(row, where, questions))
        return found

    # ---- questions

    def _questions(self, row: Mapping[str, Any], where: str) -> tuple[Question, ...]:
        wanted = self._rows(row, "questions", where)
        if not _FEWEST <= len(wanted) <= _MOST:
            self._refuse(f"{where} has {len(wanted)} questions; it must have {_FEWEST} to {_MOST}")
        questions = tuple(self._asked(each, where) for each in wanted)
        ids = [question.id for question in questions]
        twice = next((each for each in ids if ids.count(each) > 1), None)
        if twice is not None:
            self._refuse(f"{where} asks {twice!r} twice")
        return questions

    def _asked(self, row: Any, where: str) -> Question:
        if isinstance(row, str):
            if row not in self._shared:
                self._refuse(f"{where} asks {row!r}, which is not in the list of questions")
            return self._shared[row]
        return self._question(row, where)

    def _question(self, row: Any, where: str) -> Question:
        if not isinstance(row, dict):
            self._refuse(f"{where}: a question is neither a name nor a table")
        question_id = self._text(row, "id", where)
        where = f"{where}, question {question_id}"
        self._only(row, where, "id", "ask", "english", "answers", "choices")
        if ("answers" in row) == ("choices" in row):
            self._refuse(f"{where} needs either 'answers' or 'choices'")
        if "choices" in row:
            form, answers = AnswerForm.CHOICE, self._choices(row["choices"], where)
        elif row["answers"] == AnswerForm.YES_NO:
            form, answers = AnswerForm.YES_NO, self._fixed
        elif row["answers"] == AnswerForm.TEXT:
            form, answers = AnswerForm.TEXT, ()
        else:
            self._refuse(f'{where}: answers is {row["answers"]!r}; it must be "yes_no" or "text"')
        question = Question(question_id, self._phrase(row, "ask", where), form, answers)
        if question_id in self._known:
            self._refuse(f"{where}: another question has this id already")
        self._known[question_id] = question
        return question

    def _choices(self, rows: Any, where: str) -> tuple[Answer, ...]:
        if not isinstance(rows, list) or not 2 <= len(rows) <= 9:
            self._refuse(f"{where}: choices must be 2 to 9 rows of [code, words, English]")
        answers = []
        for number, row in enumerate(rows, 1):
            if (
                not isinstance(row, list)
                or len(row) != 3
                or not all(isinstance(part, str) and part for part in row)
            ):
                self._refuse(f"{where}: choice {number} must be [code, words, English]")
            answers.append(Answer(row[0], str(number), Phrase(row[1], row[2])))
        answers.append(self._fixed[-1])
        if len({answer.code for answer in answers}) < len(answers):
            self._refuse(f"{where}: two choices have the same code, or one has the code {UNKNOWN!r}")
        return tuple(answers)

    def _fixed_answers(self, table: Any) -> tuple[Answer, ...]:
        if not isinstance(table, dict):
            self._refuse("the table [answers] is missing")
        self._only(table, "[answers]", *_FIXED)
        answers = []
        for code in _FIXED:
            where = f"[answers] {code}"
            row = table.get(code)
            if not isinstance(row, dict):
                self._refuse(f"{where} is missing")
            self._only(row, where, "key", "text", "english")
            key = self._text(row, "key", where)
            if len(key) != 1 or key.isdigit():
                self._refuse(f"{where}: key is {key!r}; it must be one letter")
            answers.append(Answer(code, key, self._phrase(row, "text", where)))
        if len({answer.key.casefold() for answer in answers}) < len(answers):
            self._refuse("[answers]: two answers have the same key")
        return tuple(answers)

    # ---- rules

    def _rules(self, row: Mapping[str, Any], where: str, questions: Sequence[Question]) -> tuple[Rule, ...]:
        rows = row.get("rules", [])
        if not isinstance(rows, list):
            self._refuse(f"{where}: rules must be a list")
        return tuple(
            self._rule(each, f"{where}, rule {number}", questions) for number, each in enumerate(rows, 1)
        )

    def _rule(self, row: Any, where: str, questions: Sequence[Question]) -> Rule:
        if not isinstance(row, dict):
            self._refuse(f"{where} is no table")
        self._only(row, where, "when", "reason", "english", "priority", "agencies", "lead")
        when = row.get("when")
        if not isinstance(when, dict) or not when:
            self._refuse(f"{where}: when must name at least one answer")
        priority = _count(row.get("priority"))
        if "priority" in row and priority not in range(1, 6):
            self._refuse(f"{where}: priority is {row['priority']!r}; it must be 1 to 5")
        agencies, lead = self._codes(row, "agencies", where), self._codes(row, "lead", where)
        if priority is None and not agencies and not lead:
            self._refuse(f"{where} changes nothing; give priority, agencies or lead")
        known = {question.id: question for question in questions}
        conditions = tuple(self._condition(known, name, wanted, where) for name, wanted in when.items())
        return Rule(conditions, self._phrase(row, "reason", where), priority, agencies, lead)

    def _condition(
        self, known: Mapping[str, Question], name: str, wanted: Any, where: str
    ) -> tuple[str, frozenset[str]]:
        question = known.get(name)
        if question is None:
            self._refuse(f"{where}: the card does not ask {name!r}")
        codes = wanted if isinstance(wanted, list) else [wanted]
        possible = [answer.code for answer in question.answers]
        for code in codes:
            if code not in possible:
                self._refuse(f"{where}: {name!r} cannot be answered by {code!r}")
        if not codes:
            self._refuse(f"{where}: {name!r} waits for no answer at all")
        return name, frozenset(codes)

    def _codes(self, row: Mapping[str, Any], key: str, where: str) -> tuple[AgencyCode, ...]:
        codes = row.get(key, [])
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            self._refuse(f"{where}: {key} must be a list of agency codes")
        for code in codes:
            if self._agencies is not None and code not in self._agencies:
                self._refuse(f"{where}: the site has no agency {code!r}")
        return tuple(AgencyCode(code) for code in codes)

    # ---- parts

    def _phrase(self, row: Mapping[str, Any], key: str, where: str) -> Phrase:
        return Phrase(self._text(row, key, where), self._text(row, "english", where))

    def _text(self, row: Mapping[str, Any], key: str, where: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            self._refuse(f"{where} lacks {key!r}")
        return value.strip()

    def _rows(self, table: Mapping[str, Any], key: str, where: str) -> list[Any]:
        rows = table.get(key, [])
        if not isinstance(rows, list) or not rows:
            self._refuse(f"{where} holds no {key!r}")
        return rows

    def _only(self, row: Mapping[str, Any], where: str, *keys: str) -> None:
        strange = next((key for key in row if key not in keys), None)
        if strange is not None:
            self._refuse(f"{where} has the unknown key {strange!r}")

    def _refuse(self, cause: str) -> NoReturn:
        raise SettingsError(f"{self._source}: {cause}.")


def _count(value: Any) -> int | None:
    """The value if it is a whole number from 1."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None
