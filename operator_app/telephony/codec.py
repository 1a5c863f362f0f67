"""Frozen dataclasses to JSON and back, strictly: what does not fit its declared type is an error, never a guess."""

import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from operator_app.domain import line
from operator_app.domain.line import LineSignal

T = TypeVar("T")
Reader = Callable[[object], Any]

SIGNALS: dict[str, type[Any]] = {kind.__name__: kind for kind in typing.get_args(line.LineSignal)}


class MisfitError(Exception):
    """A value does not fit the type that was declared for it; the text names the place."""


def to_plain(value: object) -> Any:
    """Return `value` (dataclass, tuple, time or scalar) as what JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value


def from_plain(kind: type[T], plain: object) -> T:
    """Build the dataclass `kind` from what `to_plain` made of it; raises `MisfitError`."""
    value: T = _reader(kind)(plain)
    return value


def signal_to_plain(signal: LineSignal) -> dict[str, Any]:
    """Return a signal as a JSON object that names its kind."""
    return {"kind": type(signal).__name__, "value": to_plain(signal)}


def signal_from_plain(plain: object) -> LineSignal:
    """Build a signal from what `signal_to_plain` made of it; raises `MisfitError`."""
    kind = plain.get("kind") if isinstance(plain, dict) else None
    if not isinstance(plain, dict) or not isinstance(kind, str) or kind not in SIGNALS:
        raise MisfitError(f"no signal of the line: {str(plain)[:200]}")
    signal: LineSignal = from_plain(SIGNALS[kind], plain.get("value"))
    return signal


def _scalar(kind: type[Any]) -> Reader:
    def read(plain: object) -> Any:
        if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
            return float(plain)
        if not isinstance(plain, kind) or (isinstance(plain, bool) and kind is not bool):
            raise MisfitError(f"{kind.__name__} expected, {type(plain).__name__} found")
        return plain

    return read


def _enum(kind: type[StrEnum]) -> Reader:
    def read(plain: object) -> StrEnum:
        try:
            return kind(str(plain))
        except ValueError as problem:
            raise MisfitError(f"{plain!r} is no {kind.__name__}") from problem

    return read


def _time(plain: object) -> datetime:
    if not isinstance(plain, str):
        raise MisfitError(f"a time expected, {type(plain).__name__} found")
    try:
        value = datetime.fromisoformat(plain)
    except ValueError as problem:
        raise MisfitError(f"{plain!r} is no time") from problem
    if value.tzinfo is None:
        raise MisfitError(f"{plain!r} has no time zone")
    return value.astimezone(UTC)


def _several(item: Reader) -> Reader:
    def read(plain: object) -> tuple[Any, ...]:
        if not isinstance(plain, list):
            raise MisfitError(f"a list expected, {type(plain).__name__} found")
        return tuple(item(each) for each in plain)

    return read


def _optional(inner: Reader) -> Reader:
    def read(plain: object) -> Any:
        return None if plain is None else inner(plain)

    return read


def _record(kind: type[Any]) -> Reader:
    hints = typing.get_type_hints(kind)
    readers = {item.name: _reader(hints[item.name]) for item in fields(kind)}
    needed = {
        item.name for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING
    }

    def read(plain: object) -> Any:
        if not isinstance(plain, dict):
            raise MisfitError(f"{kind.__name__}: an object expected, {type(plain).__name__} found")
        if unknown := plain.keys() - readers.keys():
            raise MisfitError(f"{kind.__name__}: unknown {', '.join(sorted(map(str, unknown)))}")
        if missing := needed - plain.keys():
            raise MisfitError(f"{kind.__name__}: {', '.join(sorted(missing))} missing")
        values: dict[str, Any] = {}
        for name, each in plain.items():
            try:
                values[name] = readers[name](each)
            except MisfitError as problem:
                raise MisfitError(f"{kind.__name__}.{name}: {problem}") from problem
        return kind(**values)

    return read


def _reader(kind: Any) -> Reader:
    return _cached_reader(kind)


@cache
def _cached_reader(kind: Any) -> Reader:
    if isinstance(kind, typing.NewType):
        return _reader(kind.__supertype__)
    # With a NewType in it `X | None` is a typing.Union before Python 3.14.
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        (inner,) = (each for each in typing.get_args(kind) if each is not type(None))
        return _optional(_reader(inner))
    if typing.get_origin(kind) is tuple:
        return _several(_reader(typing.get_args(kind)[0]))
    if kind is datetime:
        return _time
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum(kind)
    if kind in (str, int, float, bool):
        return _scalar(kind)
    raise TypeError(f"{kind!r} has no reader")
