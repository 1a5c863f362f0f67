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


FAULTS: Mapping[str, str] = {
    "file_version": "version is {got}; this program reads version {reads}",
    "no_table": "{where} is no table",
    "twice": "{where} stands twice",
    "card_version": "{where}: version must be a whole number from 1",
    "how_many": "{where} has {n} questions; it must have {fewest} to {most}",
    "asked_twice": "{where} asks '{question}' twice",
    "not_listed": "{where} asks '{question}', which is not in the list of questions",
    "question_form": "{where}: a question is neither a name nor a table",
    "answers_or_choices": "{where} needs either 'answers' or 'choices'",
    "answers_form": '{where}: answers is \'{got}\'; it must be "yes_no" or "text"',
    "id_taken": "{where}: another question has this id already",
    "choices_rows": "{where}: choices must be 2 to 9 rows of [code, words, English]",
    "choice_form": "{where}: choice {n} must be [code, words, English]",
    "choice_codes": "{where}: two choices have the same code, or one has the code '{unknown}'",
    "missing": "{where} is missing",
    "one_letter": "{where}: key is '{got}'; it must be one letter",
    "same_key": "{where}: two answers have the same key",
    "rules_list": "{where}: rules must be a list",
    "when_empty": "{where}: when must name at least one answer",
    "priority": "{where}: priority is {got}; it must be 1 to 5",
    "changes_nothing": "{where} changes nothing; give priority, agencies or lead",
    "not_asked": "{where}: the card does not ask '{question}'",
    "no_such_answer": "{where}: '{question}' cannot be answered by '{answer}'",
    "waits_for_nothing": "{where}: '{question}' waits for no answer at all",
    "codes_list": "{where}: {key} must be a list of agency codes",
    "no_agency": "{where}: the site has no agency '{agency}'",
    "lacks": "{where} lacks '{key}'",
    "holds_none": "{where} holds no '{key}'",
    "unknown_key": "{where} has the unknown key '{key}'",
}
"""What can be wrong, as whoever installs the file reads it; the card editor has its words in the catalogues."""


class CardFaultError(SettingsError):
    """What is wrong with a card: `at` is the question or rule by its number, `said` what the sentence names."""

    def __init__(
        self, source: Path, fault: str, where: str, at: tuple[str, int] | None, said: Mapping[str, str]
    ) -> None:
        super().__init__(f"{source}: {FAULTS[fault].format(where=where, **said)}.")
        self.fault, self.at, self.said = fault, at, said


class CardReader:
    """Reads one file of cards. Raises `SettingsError`."""

    def __init__(
        self, source: Path, table: Mapping[str, Any], agencies: Collection[AgencyCode] | None
    ) -> None:
        """`agencies` are the codes that rules may name; None leaves them unchecked."""
        self._source = source
        self._at: tuple[str, int] | None = None
        self._agencies = agencies
        self._only(table, "the file", "version", "answers", "question", "card")
        if table.get("version") != VERSION:
            self._refuse("file_version", got=repr(table.get("version")), reads=VERSION)
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
                self._refuse("no_table", f"card {number}")
            kind = self._text(row, "kind", f"card {number}")
            where = f"card {kind}"
            if kind in found:
                self._refuse("twice", where)
            self._only(row, where, "kind", "version", "questions", "rules")
            version = _count(row.get("version"))
            if version is None:
                self._refuse("card_version", where)
            questions = self._questions(row, where)
            found[kind] = Card(version, questions, self._rules(row, where, questions))
        return found

    # ---- questions

    def _questions(self, row: Mapping[str, Any], where: str) -> tuple[Question, ...]:
        wanted = self._rows(row, "questions", where)
        if not _FEWEST <= len(wanted) <= _MOST:
            self._refuse("how_many", where, n=len(wanted), fewest=_FEWEST, most=_MOST)
        questions = []
        for number, each in enumerate(wanted, 1):
            self._at = ("question", number)
            questions.append(self._asked(each, where))
        ids = [question.id for question in questions]
        twice = next((each for each in ids if ids.count(each) > 1), None)
        if twice is not None:
            self._at = ("question", len(ids) - ids[::-1].index(twice))
            self._refuse("asked_twice", where, question=twice)
        self._at = None
        return tuple(questions)

    def _asked(self, row: Any, where: str) -> Question:
        if isinstance(row, str):
            if row not in self._shared:
                self._refuse("not_listed", where, question=row)
            return self._shared[row]
        return self._question(row, where)

    def _question(self, row: Any, where: str) -> Question:
        if not isinstance(row, dict):
            self._refuse("question_form", where)
        question_id = self._text(row, "id", where)
        where = f"{where}, question {question_id}"
        self._only(row, where, "id", "ask", "english", "answers", "choices")
        if ("answers" in row) == ("choices" in row):
            self._refuse("answers_or_choices", where)
        if "choices" in row:
            form, answers = AnswerForm.CHOICE, self._choices(row["choices"], where)
        elif row["answers"] == AnswerForm.YES_NO:
            form, answers = AnswerForm.YES_NO, self._fixed
        elif row["answers"] == AnswerForm.TEXT:
            form, answers = AnswerForm.TEXT, ()
        else:
            self._refuse("answers_form", where, key="answers", got=row["answers"])
        question = Question(question_id, self._phrase(row, "ask", where), form, answers)
        if question_id in self._known:
            self._refuse("id_taken", where, key="id")
        self._known[question_id] = question
        return question

    def _choices(self, rows: Any, where: str) -> tuple[Answer, ...]:
        if not isinstance(rows, list) or not 2 <= len(rows) <= 9:
            self._refuse("choices_rows", where, key="choices")
        answers = []
        for number, row in enumerate(rows, 1):
            if (
                not isinstance(row, list)
                or len(row) != 3
                or not all(isinstance(part, str) and part for part in row)
            ):
                self._refuse("choice_form", where, n=number, key="choices")
            answers.append(Answer(row[0], str(number), Phrase(row[1], row[2])))
        answers.append(self._fixed[-1])
        if len({answer.code for answer in answers}) < len(answers):
            self._refuse("choice_codes", where, unknown=UNKNOWN, key="choices")
        return tuple(answers)

    def _fixed_answers(self, table: Any) -> tuple[Answer, ...]:
        if not isinstance(table, dict):
            self._refuse("missing", "the table [answers]")
        self._only(table, "[answers]", *_FIXED)
        answers = []
        for code in _FIXED:
            where = f"[answers] {code}"
            row = table.get(code)
            if not isinstance(row, dict):
                self._refuse("missing", where)
            self._only(row, where, "key", "text", "english")
            key = self._text(row, "key", where)
            if len(key) != 1 or key.isdigit():
                self._refuse("one_letter", where, got=key)
            answers.append(Answer(code, key, self._phrase(row, "text", where)))
        if len({answer.key.casefold() for answer in answers}) < len(answers):
            self._refuse("same_key", "[answers]")
        return tuple(answers)

    # ---- rules

    def _rules(self, row: Mapping[str, Any], where: str, questions: Sequence[Question]) -> tuple[Rule, ...]:
        rows = row.get("rules", [])
        if not isinstance(rows, list):
            self._refuse("rules_list", where)
        rules = []
        for number, each in enumerate(rows, 1):
            self._at = ("rule", number)
            rules.append(self._rule(each, f"{where}, rule {number}", questions))
        self._at = None
        return tuple(rules)

    def _rule(self, row: Any, where: str, questions: Sequence[Question]) -> Rule:
        if not isinstance(row, dict):
            self._refuse("no_table", where)
        self._only(row, where, "when", "reason", "english", "priority", "agencies", "lead")
        when = row.get("when")
        if not isinstance(when, dict) or not when:
            self._refuse("when_empty", where, key="when")
        priority = _count(row.get("priority"))
        if "priority" in row and priority not in range(1, 6):
            self._refuse("priority", where, key="priority", got=repr(row["priority"]))
        agencies, lead = self._codes(row, "agencies", where), self._codes(row, "lead", where)
        if priority is None and not agencies and not lead:
            self._refuse("changes_nothing", where)
        known = {question.id: question for question in questions}
        conditions = tuple(self._condition(known, name, wanted, where) for name, wanted in when.items())
        return Rule(conditions, self._phrase(row, "reason", where), priority, agencies, lead)

    def _condition(
        self, known: Mapping[str, Question], name: str, wanted: Any, where: str
    ) -> tuple[str, frozenset[str]]:
        question = known.get(name)
        if question is None:
            self._refuse("not_asked", where, key="when", question=name)
        codes = wanted if isinstance(wanted, list) else [wanted]
        possible = [answer.code for answer in question.answers]
        for code in codes:
            if code not in possible:
                self._refuse("no_such_answer", where, key="when", question=name, answer=code)
        if not codes:
            self._refuse("waits_for_nothing", where, key="when", question=name)
        return name, frozenset(codes)

    def _codes(self, row: Mapping[str, Any], key: str, where: str) -> tuple[AgencyCode, ...]:
        codes = row.get(key, [])
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            self._refuse("codes_list", where, key=key)
        for code in codes:
            if self._agencies is not None and code not in self._agencies:
                self._refuse("no_agency", where, key=key, agency=code)
        return tuple(AgencyCode(code) for code in codes)

    # ---- parts

    def _phrase(self, row: Mapping[str, Any], key: str, where: str) -> Phrase:
        return Phrase(self._text(row, key, where), self._text(row, "english", where))

    def _text(self, row: Mapping[str, Any], key: str, where: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            self._refuse("lacks", where, key=key)
        return value.strip()

    def _rows(self, table: Mapping[str, Any], key: str, where: str) -> list[Any]:
        rows = table.get(key, [])
        if not isinstance(rows, list) or not rows:
            self._refuse("holds_none", where, key=key)
        return rows

    def _only(self, row: Mapping[str, Any], where: str, *keys: str) -> None:
        strange = next((key for key in row if key not in keys), None)
        if strange is not None:
            self._refuse("unknown_key", where, key=strange)

    def _refuse(self, fault: str, where: str = "", **said: object) -> NoReturn:
        raise CardFaultError(
            self._source, fault, where, self._at, {name: str(each) for name, each in said.items()}
        )


def _count(value: Any) -> int | None:
    """The value if it is a whole number from 1."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None
