"""Whether a fact is within the bounds of the record, and how it is made to fit when nobody can be asked."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from operator_app.domain.bounds import EVENT_BYTES, LIST_MOST, NUMBER_MOST
from operator_app.domain.facts import BY_OP
from operator_app.domain.facts.fact import Fact, UnknownFact
from operator_app.domain.facts.shape import words_of

ENVELOPE_BYTES = 2048
"""What ids, names and times around a fact take at most."""

T = TypeVar("T", bound=Fact)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class Beyond(StrEnum):
    """What is wrong with a word."""

    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NO_NUMBER = "no_number"
    TOO_LARGE = "too_large"


class Breach(NamedTuple):
    """A word of a fact that no store takes, and the most that it may be; of a fact as a whole the word is ""."""

    word: str
    beyond: Beyond
    most: int


def breach_of(fact: Fact) -> Breach | None:
    """Return what keeps a fact out of the record, if anything does."""
    if isinstance(fact, UnknownFact):
        return None  # it was in a record before it came here
    for name, rule in _rules(fact.op).items():
        value = getattr(fact, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str) and len(part) > (most := _longest(rule, fact)):
                return Breach(name, Beyond.TOO_LONG, most)
            if isinstance(part, int | float) and not _is_number(part):
                return Breach(name, Beyond.NO_NUMBER, NUMBER_MOST)
        if isinstance(value, tuple) and len(value) > LIST_MOST:
            return Breach(name, Beyond.TOO_MANY, LIST_MOST)
    if _bytes(fact) > EVENT_BYTES - ENVELOPE_BYTES:
        return Breach("", Beyond.TOO_LARGE, EVENT_BYTES - ENVELOPE_BYTES)
    return None


def as_text(fact: T) -> T:
    """The fact as every store can hold it: NUL and halves of letters (pasted, or sent by a network) are dropped.

    PostgreSQL takes neither; the words around them would never reach the room.
    """
    clean = {
        name: _each(value, lambda text: _NO_TEXT.sub("", text))
        for name in _texts(fact)
        if _is_torn(value := getattr(fact, name))
    }
    return dataclasses.replace(fact, **cast(Any, clean)) if clean else fact


def fitted(fact: T) -> T:
    """The fact cut to what the record takes: for what has happened, whether we like it or not (a call rang)."""
    fact, cut = as_text(fact), dict[str, Any]()
    for name, rule in {} if isinstance(fact, UnknownFact) else _rules(fact.op).items():
        value = getattr(fact, name)
        fit = value[:LIST_MOST] if isinstance(value, tuple) else value
        if rule["is"] == "text" and "one_of" not in rule:
            most = _longest(rule, fact)
            fit = _each(fit, lambda text, rule=rule, most=most: _file(text, rule)[:most])
        elif isinstance(fit, int | float) and not _is_number(fit):
            fit = type(fit)(math.copysign(NUMBER_MOST - 1, fit)) if fit == fit else 0.0  # noqa: PLR0124  (no number)
        if fit != value:
            cut[name] = fit
    return dataclasses.replace(fact, **cast(Any, cut)) if cut else fact


@cache
def _rules(op: str) -> Mapping[str, Mapping[str, Any]]:
    return words_of(BY_OP[op])


def _texts(fact: Fact) -> tuple[str, ...]:
    return ("body",) if isinstance(fact, UnknownFact) else _texts_of(fact.op)


@cache
def _texts_of(op: str) -> tuple[str, ...]:
    return tuple(name for name, rule in _rules(op).items() if rule["is"] == "text")


def _longest(rule: Mapping[str, Any], fact: Fact) -> int:
    longest = rule.get("longest", math.inf)
    if isinstance(longest, Mapping):
        return cast(int, longest.get(getattr(fact, "field", ""), longest[""]))
    return cast(int, longest)


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(change(each) for each in value)
    return change(value) if isinstance(value, str) else value


def _is_torn(value: object) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(each, str) and _NO_TEXT.search(each) for each in parts)


def _file(text: str, rule: Mapping[str, Any]) -> str:
    return re.split(r"[/\\]", text)[-1] if rule.get("base_name") else text


def _is_number(value: float) -> bool:
    # Whole numbers stay below it, as they must be of nine digits; true and false count as 1 and 0.
    return math.isfinite(value) and abs(value) < NUMBER_MOST


def _bytes(fact: Fact) -> int:
    values = [getattr(fact, name) for name in _texts(fact)]
    return len(json.dumps(values, ensure_ascii=False).encode())
