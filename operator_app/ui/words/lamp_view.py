"""One lamp as a value: what it stands for and how that is."""

from dataclasses import dataclass

from operator_app.ui.words.wording import Tone


@dataclass(frozen=True, slots=True)
class LampView:
    """One part of the seat and how it is."""

    words: str
    tone: Tone
    more: str = ""
    """Lines for who points at it; empty when the words say all."""
