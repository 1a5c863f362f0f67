"""Reads the values of a fact out of JSON, each checked against the type that the fact declares for it."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from operator_app.domain.bounds import LAST_MOMENT, NUMBER_MOST

Reader = Callable[[Any], Any]

SHORT = 16
"""Words up to this length come again and again (names of fields, kinds, villages): one copy of each is held."""


FIRST_READ = datetime(1970, 1, 2, tzinfo=UTC)
"""What is before, or after `LAST_MOMENT`, is no moment: nothing could be reckoned from it, in no time zone."""


def moment_of(value: object) -> datetime:
    """Read a moment, ISO 8601 with its zone where it is text, as one in UTC. Raises `TypeError` or `ValueError`."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError("has no time zone")
    if not FIRST_READ <= moment < LAST_MOMENT:
        raise ValueError("is no moment")
    return moment.astimezone(UTC)


def readers_of(kind: type[Any]) -> tuple[tuple[str, Reader], ...]:
    """Return for each field of a fact what reads its value; that raises `TypeError` or `ValueError` with a bare reason.

    To be kept by kind: a seat reads a hundred thousand facts at its start.
    """
    hints = get_type_hints(kind)
    return tuple(
        (name, _reader(hint, name)) for name, hint in hints.items() if get_origin(hint) is not ClassVar
    )


@lru_cache(maxsize=32_768)
def one_copy(word: str) -> str:
    """Return the copy of an id or name that was read first: it stands in many events."""
    return word


def _reader(hint: Any, name: str) -> Reader:
    if get_origin(hint) in (Union, UnionType):
        inner = _reader(next(part for part in get_args(hint) if part is not type(None)), name)
        return lambda value: None if value is None else inner(value)
    if hasattr(hint, "__supertype__"):
        base = _reader(hint.__supertype__, name)
        return (lambda value: one_copy(base(value))) if hint.__supertype__ is str else base
    if get_origin(hint) is tuple:
        return _tuple_reader(_reader(get_args(hint)[0], name), name)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint is datetime:
        return moment_of
    return _plain_reader(hint, name)


def _tuple_reader(part: Reader, name: str) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError(f"{name} is no list")
        return tuple(map(part, value))

    return read


def _plain_reader(hint: type[Any], name: str) -> Reader:
    def read(value: Any) -> Any:
        if hint is str and type(value) is str:
            return one_copy(value) if len(value) <= SHORT else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not math.isfinite(value) or abs(value) > NUMBER_MOST:
                raise ValueError(f"{name} is no number of use")
            if hint is float:
                return float(value)
        if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
            raise TypeError(f"{name} is no {hint.__name__}")
        return value

    return read
