"""Rows of a list or table as plain values: what the presenters make and the one table widget shows."""

from dataclasses import dataclass

from operator_app.ui.words.wording import Span, Tone


@dataclass(frozen=True, slots=True)
class Cell:
    """The pieces of text in one cell; with `chip` they stand on a ground of that tone, with `mark` behind its shape.

    `spoken` is what a screen reader adds, because it sees neither shape nor colour.
    """

    spans: tuple[Span, ...] = ()
    chip: Tone | None = None
    mark: Tone | None = None
    spoken: str = ""

    @property
    def text(self) -> str:
        """All pieces as one text."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry; `id` stays the same while its cells change."""

    id: str
    cells: tuple[Cell, ...]


def cell(text: str, tone: Tone = Tone.PLAIN, *, strong: bool = False) -> Cell:
    """Return a cell of one piece."""
    return Cell((Span(text, tone, strong),) if text else ())


def chip(text: str, tone: Tone) -> Cell:
    """Return a cell with one word on a ground."""
    return Cell((Span(text, tone, strong=True),), tone)
