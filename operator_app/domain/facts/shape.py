"""What a fact's class says, as plain values: for whoever has to check facts without knowing Python."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from operator_app.domain.facts.fact import Fact

_PLAIN = {str: "text", int: "whole", float: "number", bool: "yes_no", datetime: "time"}


def words_of(kind: type[Fact]) -> Mapping[str, Mapping[str, Any]]:
    """Return for each word of a fact's body what it must be.

    `is` says "text", "whole" (number), "number", "yes_no" or "time" (ISO 8601 with its zone); `one_of` lists the texts
    that it may be, `many` stands at lists of it, `may_lack` where it may be null or left out.
    """
    hints = get_type_hints(kind)
    return {
        each.name: _word(hints[each.name]) for each in dataclasses.fields(kind) if each.name != "incident_id"
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


def _word(hint: Any) -> dict[str, Any]:
    if get_origin(hint) in (Union, UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return {**_word(inner), "may_lack": True}
    if get_origin(hint) is tuple:
        return {**_word(get_args(hint)[0]), "many": True}
    if hasattr(hint, "__supertype__"):
        return _word(hint.__supertype__)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"is": "text", "one_of": [each.value for each in hint]}
    return {"is": _PLAIN[hint]}
