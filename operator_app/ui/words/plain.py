"""What strangers wrote, made fit to be drawn: no sign in it may guide the drawing instead of being read.

Callers, other seats, agencies and files of the site write freely. Direction marks turn the words around them, U+009C
ends a line for Qt, a letter under a thousand accents hides the rows above it.
"""

import re

MOST, NAME_MOST = 8_000, 64
"""Letters that are drawn of one text, and of a name that neither wraps nor ends in dots; the record keeps the whole."""
_ENDLESS = re.compile(r"\S{24}(?=\S)")
_GUIDES = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]")
_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ACCENTS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def paragraphs(words: str) -> str:
    """Return these words with their line breaks, without what guides drawing; too many end in an ellipsis."""
    if len(words) > MOST:
        words = words[: MOST - 1] + "…"
    if words.isprintable() and words.isascii():
        return words
    words = _BREAKS.sub("\n", _GUIDES.sub("", words)).replace("\t", " ")
    return _ACCENTS.sub(r"\1", _CONTROLS.sub("\ufffd", words))


def short(words: str) -> str:
    """Return these words in one line that is no longer than a name."""
    shown = one_line(words)
    return shown if len(shown) <= NAME_MOST else f"{shown[: NAME_MOST - 1]}…"


def breakable(words: str) -> str:
    """Return these words so that a word without end can be broken and makes no window wider."""
    return _ENDLESS.sub("\\g<0>\u200b", words) if len(words) > 24 else words


def unbroken(words: str) -> str:
    """Return what `breakable` was given."""
    return words.replace("\u200b", "")


def in_editor(field: str, value: str) -> str:
    """Return the value of an incident's field as it stands in the editor of that field, of which one has lines."""
    return paragraphs(value) if field == "text" else one_line(value)


def one_line(words: str) -> str:
    """Return these words as they stand in one line: as `paragraphs`, a line break is a space."""
    if words.isprintable() and words.isascii() and len(words) <= MOST:
        return words
    return " ".join(paragraphs(words).split("\n"))
