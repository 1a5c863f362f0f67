"""A deed: one thing that a person can do in a window, by key, by button, in the command bar. One row says all of it.

A new deed is one row in the file of the area that does it, and its name under [deed] in both catalogues.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from operator_app.ui.words.wording import Say

Wish = Coroutine[Any, Any, object]
"""What is carried out beside the window, and may be refused."""
Does = TypeVar("Does")


class Before(StrEnum):
    """What becomes of words still being typed before a wish is carried out."""

    NOTHING = "nothing"
    """They stay as they are."""
    KEEP = "keep"
    """They are saved first; where that fails it is told, and the wish goes on: a call never waits for a disk."""
    MUST = "must"
    """They are saved first, wish after wish in their order; where that fails the wish is not carried out."""


class Group(StrEnum):
    """Under which head a deed stands in the key help, in this order."""

    CALL = "call"
    LINES = "lines"
    NOISE = "classify"
    FORM = "form"
    HAND_OVER = "hand_over"
    MAP = "map"
    LISTS = "lists"
    DESK = "desk"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Deed(Generic[Does]):
    """`act` is done at once by the area that has the deed; the wish that it returns is carried out after `before`.

    `key` is the one as delivered, in Qt's words. `there`: whether this room has it at all; else it has no key and no
    entry anywhere. `called` names it in a language. `wish` is the name of its wish under [wish], if not its own.
    """

    id: str
    key: str
    group: Group
    act: Callable[[Does], Wish | None] = field(repr=False)
    before: Before = Before.NOTHING
    there: Callable[[Does], bool] = field(default=lambda _: True, repr=False)
    called: Callable[[Does, Say], str] | None = field(default=None, repr=False)
    wish: str = ""
