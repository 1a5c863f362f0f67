"""What a value must be beyond its type: marks for `Annotated`, each with the sentence that it is refused by.

    priority: Annotated[int, Between(1, 5)]

Plain classes: a window makes them before its first frame, and dataclasses take their time.
"""

import re
from collections.abc import Mapping, Sequence, Sized

_NAMED = 12
"""So many choices are named at most; more would be no help."""


class Mark:
    """Looks at a value of the right type; `cause` names the sentence by which it refuses."""

    __slots__ = ("_said", "cause")

    def __init__(self, cause: str, said: Mapping[str, str] | None = None) -> None:
        self.cause = cause
        self._said = said or {}

    def holds(self, value: object) -> bool:
        """Whether the value may stand."""
        raise NotImplementedError

    def said(self) -> Mapping[str, str]:
        """What the sentence names."""
        return self._said


class Between(Mark):
    """A number from `low` to `high`, both of them allowed; what is no number (nan) is not."""

    __slots__ = ("_high", "_low")

    def __init__(self, low: float, high: float) -> None:
        super().__init__("not_between", {"low": f"{low:g}", "high": f"{high:g}"})
        self._low, self._high = low, high

    def holds(self, value: object) -> bool:
        """Whether it lies there."""
        return isinstance(value, int | float) and self._low <= value <= self._high


class Above(Mark):
    """A number above `low` and below a million."""

    __slots__ = ("_low",)

    def __init__(self, low: float) -> None:
        super().__init__("not_above", {"low": f"{low:g}"})
        self._low = low

    def holds(self, value: object) -> bool:
        """Whether it is larger, and finite."""
        return isinstance(value, int | float) and self._low < value < 1_000_000


class Like(Mark):
    """A text that a pattern describes as a whole; `cause` says in words what that is."""

    __slots__ = ("_pattern",)

    def __init__(self, pattern: str, cause: str) -> None:
        super().__init__(cause)
        self._pattern = pattern

    def holds(self, value: object) -> bool:
        """Whether the whole text is like that."""
        return isinstance(value, str) and re.fullmatch(self._pattern, value) is not None


class OneOf(Mark):
    """One of these texts."""

    __slots__ = ("_choices",)

    def __init__(self, choices: Sequence[str], cause: str) -> None:
        super().__init__(cause, {"choices": ", ".join(choices)} if len(choices) <= _NAMED else None)
        self._choices = frozenset(choices)

    def holds(self, value: object) -> bool:
        """Whether it is one of them."""
        return value in self._choices


class Count(Mark):
    """A list or table of `fewest` to `most` entries."""

    __slots__ = ("_fewest", "_most")

    def __init__(self, fewest: int, most: int, cause: str = "count") -> None:
        super().__init__(cause, {"fewest": str(fewest), "most": str(most)})
        self._fewest, self._most = fewest, most

    def holds(self, value: object) -> bool:
        """Whether there are so many."""
        return isinstance(value, Sized) and self._fewest <= len(value) <= self._most


class Printable(Mark):
    """A text of 1 to `most` letters, all of which can be seen."""

    __slots__ = ("_most",)

    def __init__(self, most: int) -> None:
        super().__init__("not_printable", {"most": str(most)})
        self._most = most

    def holds(self, value: object) -> bool:
        """Whether it is one."""
        text = value.strip() if isinstance(value, str) else ""
        return bool(text) and len(text) <= self._most and text.isprintable()


class _Words(Mark):
    __slots__ = ()

    def holds(self, value: object) -> bool:
        """Whether it holds more than blanks."""
        return isinstance(value, str) and bool(value.strip())


WORDS = _Words("empty")
"""A text that says something."""
