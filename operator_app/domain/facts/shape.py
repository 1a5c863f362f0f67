"""What a fact's class says, as plain values: for whoever has to check facts without knowing Python."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from operator_app.domain.bounds import DOCUMENT_CHARS, FILE_CHARS, LINE_CHARS, NAME_CHARS, WORDS_CHARS
from operator_app.domain.facts.fact import Fact, Personal
from operator_app.domain.facts.incident import INCIDENT_FIELDS
from operator_app.domain.ids import Document, FileName, Line

_NAMED: Mapping[Any, Mapping[str, Any]] = {
    Line: {"longest": LINE_CHARS},
    FileName: {"longest": FILE_CHARS, "base_name": True},
    Document: {"longest": DOCUMENT_CHARS},
}
_PLAIN = {str: "text", int: "whole", float: "number", bool: "yes_no", datetime: "time"}


def words_of(kind: type[Fact]) -> Mapping[str, Mapping[str, Any]]:
    """Return for each word of a fact's body what it must be.

    `is` says "text", "whole" (number), "number", "yes_no" or "time" (ISO 8601 with its zone); `one_of` lists the texts
    that it may be, `many` stands at lists of it, `may_lack` where it may be null or left out. `longest` is in
    characters, by the incident's field where it depends on that ("" for fields that are not known); a `base_name` has
    no folder.
    """
    hints = get_type_hints(kind, include_extras=True)
    return {
        each.name: _bounded(_word(hints[each.name]), kind.personal.get(each.name))
        for each in dataclasses.fields(kind)
        if each.name != "incident_id"
    }


def row_of(kind: type[Fact]) -> Mapping[str, Any]:
    """Return all that a fact's class says, JSON-able: the row that the server's `fact_kind` has of it."""
    return {
        "op": kind.op,
        "v": kind.v,
        "about": [each._asdict() for each in kind.about],
        "lasts": kind.lasts.value,
        "told_to": kind.told_to.value,
        "written_by": [each.value for each in kind.written_by],
        "personal": {name: each.value for name, each in kind.personal.items()},
        "needs_incident": "incident_id" in get_type_hints(kind),
        "words": words_of(kind),
    }


def _bounded(word: dict[str, Any], tells: Personal | None) -> dict[str, Any]:
    if word["is"] != "text" or "longest" in word or "one_of" in word:
        return word
    if tells is Personal.BY_FIELD:
        by_field = {name: _longest(told) for name, told in INCIDENT_FIELDS.items()}
        return {**word, "longest": {**by_field, "": WORDS_CHARS}}
    return {**word, "longest": NAME_CHARS if tells is None else _longest(tells)}


def _longest(tells: Personal | None) -> int:
    return WORDS_CHARS if tells in (Personal.TEXT, Personal.PLACE) else LINE_CHARS


def _word(hint: Any) -> dict[str, Any]:
    if hint in _NAMED:
        return {"is": "text", **_NAMED[hint]}
    if get_origin(hint) in (Union, UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return {**_word(inner), "may_lack": True}
    if get_origin(hint) is tuple:
        return {**_word(get_args(hint)[0]), "many": True}
    if hasattr(hint, "__supertype__"):
        return {**_word(hint.__supertype__), "longest": NAME_CHARS}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"is": "text", "one_of": [each.value for each in hint]}
    return {"is": _PLAIN[hint]}
