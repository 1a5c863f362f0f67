"""What is wrong with a file, as a person reads it: file, line, key, and what to do."""

from collections.abc import Iterable

from operator_app.reading.fault import Fault
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say

MOST = 12
"""Sentences told at once; how many more there are is told after them."""


def fault_words(fault: Fault, say: Say) -> str:
    """Return one sentence about the fault."""
    said = {name: one_line(value) for name, value in fault.said.items()}
    place = "place_key" if fault.key else "place_line" if fault.line else "place"
    what = say(f"file_fault.{fault.cause}", **said)
    return say(
        f"file_fault.{place}", file=one_line(fault.file), line=fault.line, key=one_line(fault.key), what=what
    )


def all_fault_words(faults: Iterable[Fault], say: Say) -> tuple[str, ...]:
    """Return a sentence about each fault, of very many the first ones."""
    told = [fault_words(each, say) for each in faults]
    more = len(told) - MOST
    return (*told[:MOST], *([say("file_fault.more", n=more)] if more > 0 else ()))
