"""A question card as text that a supervisor edits: one card, all its questions written out."""

import json
import logging
import re
from collections.abc import Collection

from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Answer, AnswerForm, Card, Question, Rule
from operator_app.reading.fault import BadFileError, bad_place
from operator_app.reading.toml import TomlFile
from operator_app.site.cards import EditedCard, agency_misfits

log = logging.getLogger(__name__)

LONGEST = 20_000
"""Characters; a card of six questions has about two thousand."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class SiteCardBook:
    """Reads and writes single cards with the answers of the site's file and the agencies that it knows."""

    def __init__(self, fixed: tuple[Answer, ...], agencies: Collection[AgencyCode]) -> None:
        """`fixed` are the answers that every yes-or-no question takes."""
        self._fixed = fixed
        self._agencies = frozenset(agencies)

    def read(self, kind: str, source: str) -> Card:
        """The card out of its text; its version is 1 until it is published. Raises `BadFileError`."""
        if len(source) > LONGEST:
            raise bad_place(kind, "too_long", most=LONGEST)
        file = TomlFile(kind, source)
        edited = file.read(EditedCard)
        misfits = tuple(agency_misfits(edited.rule, self._agencies, ("rule",)))
        if misfits:
            raise file.refusal(misfits)
        return edited.card(self._fixed, 1)

    def read_kept(self, kind: str, source: str) -> Card | None:
        """The card out of a text that was published; None, and a line in the log, when it cannot be read any more."""
        try:
            return self.read(kind, source)
        except BadFileError:
            log.exception("the published card of %s cannot be read; the site's own stands", kind)
            return None

    def write(self, card: Card) -> str:
        """The card as text."""
        return "\n".join([*map(_question, card.questions), *map(_rule, card.rules)])


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


def _rule(rule: Rule) -> str:
    when = ", ".join(
        f"{_key(name)} = {_list(sorted(wanted)) if len(wanted) > 1 else _text(next(iter(wanted)))}"
        for name, wanted in rule.when
    )
    lines = ["[[rule]]", f"when = {{ {when} }}"]
    lines += [f"reason = {_text(rule.reason.own)}", f"english = {_text(rule.reason.english)}"]
    if rule.priority is not None:
        lines.append(f"priority = {rule.priority}")
    lines += [
        f"{name} = {_list(codes)}"
        for name, codes in (("agencies", rule.agencies), ("lead", rule.lead))
        if codes
    ]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _list(words: Collection[str]) -> str:
    return "[" + ", ".join(_text(each) for each in words) + "]"


def _text(words: str) -> str:
    """A TOML string: that of JSON, whose escapes TOML knows."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007F")
