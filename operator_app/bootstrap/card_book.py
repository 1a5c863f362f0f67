"""A question card as text that a supervisor edits: one card, all its questions written out."""

import json
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from operator_app.bootstrap.cards import VERSION, CardFaultError, CardReader
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import AnswerForm, Card, Question, Rule
from operator_app.workflow.ports import BadCardError

_TOML_LINE = re.compile(r"\(at line (\d+),")
LONGEST = 20_000
"""Characters; a card of six questions has about two thousand."""
_SHARED = {"id": "-", "ask": "-", "english": "-", "answers": "text"}


class SiteCardBook:
    """Reads and writes single cards with the answers of the site's file and the agencies that it knows."""

    def __init__(self, answers: Mapping[str, Any], agencies: Collection[AgencyCode]) -> None:
        """`answers` is the table [answers] of cards.toml."""
        self._answers = answers
        self._agencies = frozenset(agencies)

    def read(self, kind: str, source: str) -> Card:
        """The card out of its text; its version is 1 until it is published. Raises `BadCardError`."""
        if len(source) > LONGEST:
            raise BadCardError(f"a card has at most {LONGEST} characters", "too_long", {"most": str(LONGEST)})
        try:
            table = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            found = _TOML_LINE.search(str(error))
            line = int(found[1]) if found else source.rstrip().count("\n") + 1
            raise BadCardError(str(error), "no_toml", {}, line=line) from None
        strange = next((key for key in table if key not in ("question", "rule")), None)
        if strange is not None:
            cause = f"{strange!r}: only [[question]] and [[rule]]"
            raise BadCardError(cause, "only_tables", {"key": strange}, line=_line_of(source, None, strange))
        card = {
            "kind": kind,
            "version": 1,
            "questions": table.get("question", []),
            "rules": table.get("rule", []),
        }
        whole = {"version": VERSION, "answers": self._answers, "question": [_SHARED], "card": [card]}
        try:
            return CardReader(Path(kind), whole, self._agencies).cards()[kind]
        except CardFaultError as error:
            cause = str(error).removeprefix(f"{kind}: ")
            at_line = _line_of(source, error.at, error.said.get("key", ""))
            raise BadCardError(cause, error.fault, error.said, at=error.at, line=at_line) from None

    def write(self, card: Card) -> str:
        """The card as text."""
        parts = [_question(each) for each in card.questions]
        parts += [_rule(each, self._agencies) for each in card.rules]
        return "\n".join(part for part in parts if part)


def _line_of(source: str, at: tuple[str, int] | None, key: str) -> int | None:
    """The line of that key in that question or rule, or of its beginning; None for what is said of the whole card."""
    lines = source.splitlines()
    start, end = 0, len(lines)
    if at is not None:
        heads = [n for n, line in enumerate(lines) if line.strip().startswith("[[")]
        ours = [n for n in heads if lines[n].strip().startswith(f"[[{at[0]}]]")]
        if at[1] > len(ours):
            return None
        start = ours[at[1] - 1]
        end = next((n for n in heads if n > start), len(lines))
    keyed = (n for n in range(start, end) if key and re.match(rf"\s*{re.escape(key)}\s*=", lines[n]))
    found = next(keyed, None)
    if found is None and at is None:
        return None
    return (start if found is None else found) + 1


def _question(question: Question) -> str:
    lines = ["[[question]]", f"id = {_text(question.id)}"]
    lines += [f"ask = {_text(question.ask.own)}", f"english = {_text(question.ask.english)}"]
    if question.form is AnswerForm.CHOICE:
        choices = (
            f"  [{_text(each.code)}, {_text(each.label.own)}, {_text(each.label.english)}],\n"
            for each in question.answers
            if each.key.isdigit()
        )
        lines.append("choices = [\n" + "".join(choices) + "]")
    else:
        lines.append(f'answers = "{question.form}"')
    return "\n".join(lines) + "\n"


def _rule(rule: Rule, agencies: Collection[AgencyCode]) -> str:
    """The rule as text; agencies that the site does not have are left out, a rule that then says nothing, too."""
    when = ", ".join(
        f"{name} = {_list(sorted(wanted)) if len(wanted) > 1 else _text(next(iter(wanted)))}"
        for name, wanted in rule.when
    )
    lines = ["[[rule]]", f"when = {{ {when} }}"]
    lines += [f"reason = {_text(rule.reason.own)}", f"english = {_text(rule.reason.english)}"]
    what = [] if rule.priority is None else [f"priority = {rule.priority}"]
    for name, codes in (("agencies", rule.agencies), ("lead", rule.lead)):
        known = [code for code in codes if code in agencies]
        if known:
            what.append(f"{name} = {_list(known)}")
    return "\n".join([*lines, *what]) + "\n" if what else ""


def _list(words: Collection[str]) -> str:
    return "[" + ", ".join(_text(each) for each in words) + "]"


def _text(words: str) -> str:
    """A TOML string: that of JSON, whose escapes TOML knows."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007F")
