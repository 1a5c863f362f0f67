"""Fits a table to the frozen value that a dataclass declares, strictly, and finds every place where it does not fit.

msgspec knows the types and builds the value; it passes unknown keys of a dataclass over and stops at the first fault,
so the places are found here.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, is_dataclass
from enum import Enum, auto
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from operator_app.reading.lines import At
from operator_app.reading.marks import Mark

T = TypeVar("T")
_SECRET = frozenset({"password", "dsn"})
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place in a table and why it cannot stand so; `said` is what the sentence names."""

    at: At
    cause: str
    said: Mapping[str, str] = field(default_factory=dict)


def fit(kind: type[T], table: object) -> tuple[T | None, tuple[Misfit, ...]]:
    """Return the value, or None and all that does not fit.

    A dataclass may have a method `misfits() -> Iterator[Misfit]` that says what does not go together in its value.
    """
    hint: Any = kind
    found = tuple(_unfit(_shape(hint), table, ()))
    if found:
        return None, found
    value = msgspec.convert(table, kind, strict=True)
    found = tuple(_careless(value, ()))
    return (None if found else value), found


def _careless(value: object, at: At) -> Iterator[Misfit]:
    """What the values say about themselves, the outer ones first."""
    if isinstance(value, str | int | float) or value is None:
        return
    if isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _careless(each, (*at, number))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _careless(each, (*at, name))
    elif is_dataclass(value) and not isinstance(value, type):
        for misfit in value.misfits() if hasattr(value, "misfits") else ():
            yield dataclasses.replace(misfit, at=(*at, *misfit.at))
        for part in dataclasses.fields(value):
            yield from _careless(getattr(value, part.name), (*at, part.name))


class _Form(Enum):
    """How a value stands in a table."""

    PLAIN = auto()
    KEYS = auto()
    MAP = auto()
    LIST = auto()
    ROW = auto()
    ONE_OF_MANY = auto()


_STANDS_AS = {_Form.KEYS: dict, _Form.MAP: dict, _Form.LIST: list, _Form.ROW: list}


@dataclass(frozen=True, slots=True)
class _Shape:
    """A declared type, taken apart once: `parts` are those of a list, row or map, `keys` those of a dataclass."""

    form: _Form
    kind: Any
    marks: tuple[Mark, ...]
    parts: tuple["_Shape", ...] = ()
    keys: Mapping[str, tuple["_Shape", bool]] = field(default_factory=dict)


@lru_cache(maxsize=1024)
def _shape(hint: Any) -> _Shape:
    kind, marks = _opened(hint)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        several = tuple(_shape(part) for part in parts if part is not NoneType)
        return _Shape(_Form.ONE_OF_MANY, kind, marks, several)
    if origin is tuple and parts[-1] is not Ellipsis:
        return _Shape(_Form.ROW, kind, marks, tuple(map(_shape, parts)))
    if origin in (tuple, frozenset):
        return _Shape(_Form.LIST, kind, marks, (_shape(parts[0]),))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _Shape(_Form.MAP, kind, marks, tuple(map(_shape, parts)))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        keys = {
            each.name: (_shape(hints[each.name]), each.default is MISSING and each.default_factory is MISSING)
            for each in dataclasses.fields(kind)
        }
        return _Shape(_Form.KEYS, kind, marks, keys=keys)
    return _Shape(_Form.PLAIN, kind, marks)


def _opened(hint: Any) -> tuple[Any, tuple[Mark, ...]]:
    """The bare type, and the marks that were laid on it."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        kind, more = _opened(inner)
        return kind, (*more, *(mark for mark in marks if isinstance(mark, Mark)))
    return _opened(hint.__supertype__) if hasattr(hint, "__supertype__") else (hint, ())


def _takes(shape: _Shape, value: object) -> bool:
    """Whether the value looks like that from outside."""
    if shape.form is _Form.ONE_OF_MANY:
        return any(_takes(part, value) for part in shape.parts)
    if shape.form is not _Form.PLAIN:
        return type(value) is _STANDS_AS[shape.form]
    if type(value) is shape.kind:
        return True
    try:
        msgspec.convert(value, shape.kind, strict=True)
    except msgspec.ValidationError:
        return False
    return True


def _unfit(shape: _Shape, value: Any, at: At) -> Iterator[Misfit]:
    if not _takes(shape, value):
        wanted, choices = _wanted(shape)
        yield Misfit(at, f"want_{wanted}", {"got": _shown(value, at), "choices": choices})
        return
    sound = True
    for each in _within(shape, value, at):
        sound = False
        yield each
    refusing = next((mark for mark in shape.marks if not mark.holds(value)), None) if sound else None
    if refusing is not None:
        yield Misfit(at, refusing.cause, {**refusing.said(), "got": _shown(value, at)})


def _within(shape: _Shape, value: Any, at: At) -> Iterator[Misfit]:
    match shape.form:
        case _Form.ONE_OF_MANY:
            yield from _unfit(next(part for part in shape.parts if _takes(part, value)), value, at)
        case _Form.KEYS:
            yield from _of_keys(shape.keys, value, at)
        case _Form.MAP:
            named, held = shape.parts
            for name, each in value.items():
                strange = tuple(_unfit(named, name, (*at, name)))
                yield from strange or _unfit(held, each, (*at, name))
        case _Form.LIST:
            for number, each in enumerate(value):
                yield from _unfit(shape.parts[0], each, (*at, number))
        case _Form.ROW if len(value) != len(shape.parts):
            yield Misfit(at, "want_row", {"n": str(len(shape.parts)), "got": _shown(value, at)})
        case _Form.ROW:
            for number, (part, each) in enumerate(zip(shape.parts, value, strict=True)):
                yield from _unfit(part, each, (*at, number))


def _of_keys(known: Mapping[str, tuple[_Shape, bool]], table: Mapping[str, Any], at: At) -> Iterator[Misfit]:
    for name, each in table.items():
        if name in known:
            yield from _unfit(known[name][0], each, (*at, name))
        else:
            yield Misfit((*at, name), "unknown_key", {"known": ", ".join(known)})
    for name, (_, needed) in known.items():
        if needed and name not in table:
            yield Misfit((*at, name), "missing")


_NAMES = {str: "text", int: "whole", float: "number", bool: "yes_no"}


def _wanted(shape: _Shape) -> tuple[str, str]:
    """What a value must be, as the end of the sentence's name, and between what it may choose."""
    match shape.form:
        case _Form.ONE_OF_MANY:
            parts = [_wanted(part) for part in shape.parts]
            return "_or_".join(name for name, _ in parts), ", ".join(each for _, each in parts if each)
        case _Form.KEYS | _Form.MAP:
            return "table", ""
        case _Form.LIST | _Form.ROW:
            return "list", ""
    if get_origin(shape.kind) is Literal:
        return "one_of", ", ".join(map(str, get_args(shape.kind)))
    if isinstance(shape.kind, type) and issubclass(shape.kind, Enum):
        return "one_of", ", ".join(str(each.value) for each in shape.kind)
    return _NAMES[shape.kind], ""


def _shown(value: object, at: At) -> str:
    """A value as it stands in the file, shortened; a secret is not shown."""
    if at and at[-1] in _SECRET:
        return "…"
    words = json.dumps(value, ensure_ascii=False, default=str)
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}…"
