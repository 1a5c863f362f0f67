"""A fact of any kind, made from what its class says of its words: for tests that walk all of them."""

import dataclasses
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from operator_app.domain.facts.fact import Fact


def any_fact(kind: type[Fact], number: int = 0) -> Fact:
    """Build that fact; another number gives other words, an odd one leaves out whatever may be left out."""
    hints = get_type_hints(kind)
    return kind(**{each.name: _any(hints[each.name], each.name, number) for each in dataclasses.fields(kind)})


def _any(hint: Any, name: str, number: int) -> Any:
    if get_origin(hint) in (Union, UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return None if number % 2 else _any(inner, name, number)
    if hint is str and name == "incident_id":
        return f"00000000-0000-7000-8000-{number:012d}"
    if hasattr(hint, "__supertype__"):
        return _any(hint.__supertype__, name, number)
    if get_origin(hint) is tuple:
        return tuple(_any(get_args(hint)[0], name, each) for each in range(number % 3))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)[number % len(hint)]
    plain = {
        str: f"{name} {number}",
        int: number,
        float: number + 0.5,
        bool: bool(number % 2),
        datetime: datetime(2026, 11, 23, 14, tzinfo=UTC) + timedelta(hours=number),
    }
    return plain[hint]
