"""What a window tells the person in one line: who refused, what failed, what is over."""

from dataclasses import dataclass

NOT_SAVED = "not_saved"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the person: `loud` when something was not done or not saved that should have been.

    A loud one of the same `topic` takes the place of the one before, and can be withdrawn by it.
    """

    words: str
    loud: bool
    topic: str = ""
