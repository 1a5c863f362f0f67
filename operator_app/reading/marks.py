"""What a value must be beyond its type: marks for `Annotated`, each with the sentence that it is refused by.

priority: Annotated[int, Between(1, 5)]
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Mark(Protocol):
    """Looks at a value of the right type."""

    @property
    def cause(self) -> str:
        """The sentence by which it refuses."""
        ...

    def holds(self, value: Any) -> bool:
        """Whether the value may stand."""
        ...

    def said(self) -> Mapping[str, str]:
        """What the sentence names."""
        ...


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`, both of them allowed."""

    low: float
    high: float
    cause: str = "not_between"

    def holds(self, value: float) -> bool:
        """Whether it lies there; what is no number (nan) does not."""
        return self.low <= value <= self.high

    def said(self) -> Mapping[str, str]:
        """Both ends."""
        return {"low": f"{self.low:g}", "high": f"{self.high:g}"}


@dataclass(frozen=True, slots=True)
class Above:
    """A number above `low` and below a million."""

    low: float
    cause: str = "not_above"

    def holds(self, value: float) -> bool:
        """Whether it is larger, and finite."""
        return self.low < value < 1_000_000

    def said(self) -> Mapping[str, str]:
        """What it must exceed."""
        return {"low": f"{self.low:g}"}


@dataclass(frozen=True, slots=True)
class Like:
    """A text that a pattern describes as a whole; `cause` says in words what that is."""

    pattern: str
    cause: str

    def holds(self, value: str) -> bool:
        """Whether the whole text is like that."""
        return re.fullmatch(self.pattern, value) is not None

    def said(self) -> Mapping[str, str]:
        """Nothing: the sentence says it."""
        return {}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these texts."""

    choices: tuple[str, ...]
    cause: str

    def holds(self, value: str) -> bool:
        """Whether it is one of them."""
        return value in self.choices

    def said(self) -> Mapping[str, str]:
        """Nothing: they may be many."""
        return {}


@dataclass(frozen=True, slots=True)
class Count:
    """A list or table of `fewest` to `most` entries."""

    fewest: int
    most: int
    cause: str = "count"

    def holds(self, value: Any) -> bool:
        """Whether there are so many."""
        return self.fewest <= len(value) <= self.most

    def said(self) -> Mapping[str, str]:
        """Both ends."""
        return {"fewest": str(self.fewest), "most": str(self.most)}


@dataclass(frozen=True, slots=True)
class Words:
    """A text that says something."""

    cause: str = "empty"

    def holds(self, value: str) -> bool:
        """Whether it holds more than blanks."""
        return bool(value.strip())

    def said(self) -> Mapping[str, str]:
        """Nothing: the sentence says it."""
        return {}


WORDS = Words()
