"""On which line of a TOML text each key and each entry of a list stands. The text must be sound TOML."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

At = tuple[str | int, ...]
"""A place in a table: names, and numbers of entries from 0."""

_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r"""
    \"\"\"(?:[^\\]|\\[\s\S])*?\"\"\"(?!\") | '''[\s\S]*?'''(?!')   # over many lines
    | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'
    """,
    re.VERBOSE,
)
_BARE = re.compile(r"[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?")
_BETWEEN = re.compile(r"(?:\s|#[^\n]*)*")


def lines_of(text: str, table: Mapping[str, Any]) -> dict[At, int]:
    """Return the line, from 1, of every key and entry of `table`, which is what `text` holds."""
    return dict(_Scan(text.replace("\r\n", "\n"), table).run())


class _Scan:
    def __init__(self, text: str, table: Mapping[str, Any]) -> None:
        self._text, self._table = text, table
        self._i = 0
        self._seen = (0, 1)
        self._counted: dict[At, int] = {}

    def run(self) -> Iterator[tuple[At, int]]:
        here: At = ()
        while self._skip():
            if self._text[self._i] == "[":
                line, many = self._line(), self._text.startswith("[[", self._i)
                self._i += 2 if many else 1
                here = self._header(self._names(), many=many)
                self._i = self._text.index("]", self._i) + (2 if many else 1)
                yield here, line
                if many and here[-1] == 0:
                    yield here[:-1], line
            else:
                yield from self._pair(here)

    def _header(self, names: list[str], *, many: bool) -> At:
        at: At = ()
        node: Any = self._table
        for n, name in enumerate(names):
            at, node = (*at, name), node[name]
            if isinstance(node, list):
                if many and n == len(names) - 1:
                    self._counted[at] = self._counted.get(at, -1) + 1
                number = self._counted[at]
                at, node = (*at, number), node[number]
        return at

    def _pair(self, here: At) -> Iterator[tuple[At, int]]:
        line = self._line()
        names = self._names()
        for n in range(1, len(names) + 1):
            yield (*here, *names[:n]), line
        self._i = self._text.index("=", self._i) + 1
        yield from self._value((*here, *names))

    def _value(self, at: At) -> Iterator[tuple[At, int]]:
        self._skip()
        first = self._text[self._i]
        if first in "[{":
            self._i += 1
            close, number = "]" if first == "[" else "}", 0
            while self._skip() and self._text[self._i] != close:
                if self._text[self._i] == ",":
                    self._i += 1
                elif first == "{":
                    yield from self._pair(at)
                else:
                    yield (*at, number), self._line()
                    yield from self._value((*at, number))
                    number += 1
            self._i += 1
            return
        found = (_TEXT if first in "\"'" else _BARE).match(self._text, self._i)
        self._i = len(self._text) if found is None else found.end()

    def _names(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip()
            found = _KEY.match(self._text, self._i)
            if found is None:
                return names
            raw, self._i = found[0], found.end()
            names.append(next(iter(tomllib.loads(f"{raw} = 0"))))
            self._skip()
            if self._text[self._i] != ".":
                return names
            self._i += 1

    def _skip(self) -> bool:
        """Pass blanks and remarks; whether anything follows."""
        found = _BETWEEN.match(self._text, self._i)
        self._i = self._i if found is None else found.end()
        return self._i < len(self._text)

    def _line(self) -> int:
        place, line = self._seen
        self._seen = self._i, line + self._text.count("\n", place, self._i)
        return self._seen[1]
