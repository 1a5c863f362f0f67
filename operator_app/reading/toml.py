"""A TOML file as a person wrote it: read into a value, or told with every fault, line and key."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from operator_app.reading.fault import BadFileError, Fault, bad_place
from operator_app.reading.lines import At, lines_of
from operator_app.reading.shape import Misfit, fit

T = TypeVar("T")
LONGEST_BYTES = 4 * 1024 * 1024
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


class TomlFile:
    """The table of one file. Raises `BadFileError` when it cannot be read or is no TOML."""

    def __init__(self, name: str, text: str) -> None:
        """`name` stands in what is told of it: the file's path."""
        self.name, self.text = name, text
        try:
            self.table: Mapping[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = _AT_LINE.search(str(error))
            line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
            said = {"detail": _AT_LINE.sub("", str(error)).strip()}
            raise BadFileError(Fault(name, line, "", "no_toml", said)) from None
        except RecursionError:
            raise bad_place(name, "too_deep") from None

    @classmethod
    def load(cls, path: Path) -> "TomlFile":
        """Read the file, which must be UTF-8; a mark before it and line ends of Windows are no part of it."""
        try:
            if path.stat().st_size > LONGEST_BYTES:
                raise bad_place(path, "too_large", most=LONGEST_BYTES >> 20)
            return cls(str(path), path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
        except FileNotFoundError:
            raise bad_place(path, "no_file") from None
        except UnicodeDecodeError as error:
            raise bad_place(path, "no_utf8", byte=error.start) from None
        except OSError as error:
            raise bad_place(path, "unreadable", detail=error.strerror or error) from None

    def read(self, kind: type[T]) -> T:
        """The table as that value. Raises `BadFileError` with every fault in it."""
        value, misfits = fit(kind, self.table)
        if value is None:
            raise self.refusal(misfits)
        return value

    def read_sound(self, kind: Any) -> tuple[Any, tuple[Fault, ...]]:
        """What fits, and a fault for each place that does not: what stands there is left out. No key may be needed."""
        value, misfits = fit(kind, self.table)
        if value is None:
            spoilt = {each.at[0] for each in misfits}
            value, _ = fit(kind, {name: each for name, each in self.table.items() if name not in spoilt})
        return value, tuple(self.fault(each) for each in misfits)

    def refusal(self, misfits: Iterable[Misfit]) -> BadFileError:
        """The error that tells of those places."""
        return BadFileError(*(self.fault(each) for each in misfits))

    def fault(self, misfit: Misfit) -> Fault:
        """That place as a fault of this file; a key that is missing is told at the table that lacks it."""
        return Fault(self.name, self._line(misfit.at), key_of(misfit.at), misfit.cause, misfit.said)

    def _line(self, at: At) -> int:
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 1)

    @cached_property
    def _lines(self) -> Mapping[At, int]:
        return lines_of(self.text, self.table)


def key_of(at: At) -> str:
    """A place as a person finds it: `kind[3].primary`, entries counted from 1."""
    parts = (f"[{each + 1}]" if isinstance(each, int) else f".{each}" for each in at)
    return "".join(parts).removeprefix(".")
