"""Spoils a TOML text key by key: each name misspelt, each value of another type, with the line where it stands."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operator_app.reading.lines import At, lines_of
from operator_app.reading.toml import key_of


@dataclass(frozen=True)
class Spoilt:
    """A text with one fault: on which line, at which key it must be told."""

    what: str
    text: str
    line: int
    key: str

    def __str__(self) -> str:
        return f"{self.key} {self.what}"


def every_fault(text: str) -> Iterator[Spoilt]:
    """Each key once, the first one of those alike in entries of a list."""
    table = tomllib.loads(text)
    lines = lines_of(text, table)
    met = set()
    for at in _keys(table):
        alike = tuple(
            "*" if isinstance(each, int) or at[n - 1] == "when" else each for n, each in enumerate(at)
        )
        if alike not in met:
            met.add(alike)
            yield from _spoilt(text, table, at, lines)


def _keys(node: Any, at: At = ()) -> Iterator[At]:
    if isinstance(node, dict):
        for name, each in node.items():
            yield (*at, name)
            yield from _keys(each, (*at, name))
    elif isinstance(node, list):
        for number, each in enumerate(node):
            yield from _keys(each, (*at, number))


def _spoilt(text: str, table: Mapping[str, Any], at: At, lines: Mapping[At, int]) -> Iterator[Spoilt]:
    rows, line, name = text.split("\n"), lines[at], str(at[-1])
    row = rows[line - 1]
    header = re.match(rf"\[+(?:\w+\.)*{name}\]+", row)
    if header is None:
        found = re.search(rf"(?<!\w){name}\s*=\s*", row)
        assert found is not None, (row, name)
        before = "\n".join([*rows[: line - 1], row[: found.start()]])
        after = "\n".join([row[found.start() :], *rows[line:]])
        wrong = f"{name}x{after[len(name) :]}"
        yield Spoilt("misspelt", before + wrong, line, key_of((*at[:-1], f"{name}x")))
        value = _value(table, at)
        head = after[: found.end() - found.start()]
        rest = after[len(head) + _length(after[len(head) :], value) :]
        yield Spoilt("mistyped", f"{before}{head}{_another(value)}{rest}", line, key_of(at))
    else:
        whole = [each for n, each in enumerate(rows) if each == row]
        others = [r.replace(row, row.replace(name, f"{name}x")) if r == row else r for r in rows]
        assert whole
        yield Spoilt("misspelt", "\n".join(others), line, key_of((*at[:-1], f"{name}x")))
        if len(at) == 1:
            yield Spoilt("mistyped", f"{name} = 7\n" + _without(rows, name), 1, key_of(at))
        else:
            first, rest = "\n".join(rows[: line - 1]), _without(rows[line - 1 :], ".".join(map(str, at)))
            yield Spoilt("mistyped", f"{first}\n{name} = 7\n{rest}", line, key_of(at))


def _without(rows: list[str], name: str) -> str:
    """The text without the tables of that name."""
    kept, inside = [], False
    for row in rows:
        if row.startswith("["):
            inside = re.match(rf"\[+{re.escape(name)}[.\]]", row) is not None
        if not inside:
            kept.append(row)
    return "\n".join(kept)


def _value(table: Any, at: At) -> Any:
    for each in at:
        table = table[each]
    return table


def _another(value: Any) -> str:
    """A value of another type, such as a person writes by mistake."""
    if isinstance(value, bool):
        return '"no"'
    if isinstance(value, int | float):
        return f'"{value}"'
    return "7" if isinstance(value, str | dict) else '"DAMKAR"'


def _length(text: str, value: Any) -> int:
    """Characters that the value takes at the beginning of the text."""
    for end in range(1, len(text) + 1):
        if text[end - 1 : end + 1][-1:] in ("\n", ",", " ", "}", "]", "") or end == len(text):
            try:
                if tomllib.loads(f"v = {text[:end]}")["v"] == value:
                    return end
            except tomllib.TOMLDecodeError:
                continue
    raise AssertionError(text[:80])
