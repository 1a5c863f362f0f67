"""What is wrong with a file, as values: the sentences stand in the catalogues, below `file_fault`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: in which file and line, at which key, and why; `said` holds what its sentence names.

    `line` counts from 1 and is 0 where there is none; `key` is written as in `kind[3].primary`, counted from 1.
    """

    file: str
    line: int
    key: str
    cause: str
    said: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """For logs; people read the sentence of the catalogue."""
        place = f"{self.file}, line {self.line}" if self.line else self.file
        named = f"{place}: {self.key}" if self.key else place
        said = ", ".join(f"{name} {value!r}" for name, value in self.said.items())
        return f"{named}: {self.cause}" + (f" ({said})" if said else "")


class BadFileError(Exception):
    """A file or folder that cannot be used: every fault that was found in it, at least one."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def bad_place(file: object, cause: str, **said: object) -> BadFileError:
    """The error about a file or folder as a whole."""
    return BadFileError(Fault(str(file), 0, "", cause, {name: str(value) for name, value in said.items()}))
