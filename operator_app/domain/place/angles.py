"""The signs of a text about places, and the angles that its figures can be: the ground on which pairs are read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from operator_app.domain.place.position import METRES_A_DEGREE
from operator_app.domain.place.written import plain_signs

MINUS, PERHAPS_MINUS = "\u2212", "\u2213"
"""A minus that was said in so many words, or in brackets; and "min", by which chats also call whoever reads them."""

_PHRASES = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"''", '"'),
        (r"(?<=\d)\s?\ufffd|(?<=\d)\s?o(?=\s?\d)", "°"),
        (r"\b(?:garis\s+)?lintang\s+utara\b", "lu"),
        (r"\b(?:garis\s+)?lintang\s+selatan\b", "ls"),
        (r"\b(?:garis\s+)?bujur\s+timur\b", "bt"),
        (r"\b(?:garis\s+)?bujur\s+barat\b", "bb"),
        (r"\bl\s?\.\s?([us])\b\.?", r"l\1"),
        (r"\bb\s?\.\s?([tb])\b\.?", r"b\1"),
        (r"(?<=\d)\s*d\s*(\d+)\s*m\s*(\d+(?:[.,]\d+)?)\s*s\b", "°\\1'\\2\""),
        (r"(?<=\d)\s*d\s*(\d+[.,]\d+)\s*m\b", "°\\1'"),
        (r"\b(?:derajat|drjt|der|degrees?|deg)\b\.?", "°"),
        (r"(?<=°)(\s*\d+(?:[.,]\d+)?\s*)(?:menit|mnt|minutes?|min)\b\.?", r"\1'"),
        (r"(?<=')(\s*\d+(?:[.,]\d+)?\s*)(?:detik|dtk|seconds?|sec)\b\.?", r'\1"'),
        (
            r"(?:[(\[{]\s*(?:-|minus|min|negatif)\s*[)\]}]|\b(?:minus|negatif|negative)\b\.?)[\s:=]*(?=[(\[]?\s*\d)",
            f" {MINUS}",
        ),
        (r"\bmin\b[\s.:=]*(?=[(\[]?\s*\d)", f" {PERHAPS_MINUS}"),
    )
)

_TOKEN = re.compile(
    r"""
    (?P<junk>  # what looks like figures of a place and is a date, a sum, a number of a report, a telephone, a radius
        (?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?![\d.,])
      | \d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d(?!\d)
      | \d{1,2}/\d{1,2}/\d{1,4}(?!\d)
      | \d{1,3}(?:\.\d{3}){2,}(?![\d.])
      | \d+(?:/[a-z\d]+){2,}
      | \+\d{2}[\s-]?\d{2,4}(?:[\s-]?\d{3,5}){2}(?![\d.,])
      | (?<![\d.,])0\d{2,4}[\s-]\d{3,4}[\s-]\d{3,5}(?![\d.,])
      | (?:±|\+/-|\+-)\s?\d+(?:[.,]\d+)?\s?(?:m|km|meter)\b
    )
  | (?P<group>  # degrees, minutes and seconds that hang together: 0:29:55.5, 00-29.9, 00.29.55,5
        (?<![\d.,])\d{1,3}
        (?:(?P<knot>[:.-])\d{1,2}(?P=knot)\d{1,2}(?:[.,]\d+)?|[:-]\d\d[.,]\d+|[:-]\d\d(?=\s*[a-z°]))
        (?!\d|[.:/-]\d)
    )
  | (?P<number>(?<![\w.])\.\d{3,}|\d+(?:\.\d+(?!\d|\.\d)|,(?!\d{1,2},\d{4})\d+(?!\d|\.\d))?)
  | (?P<mark>[°'"])
  | (?P<sign>\+/-|[+\-\u2212\u2213±])
  | (?P<word>[^\W\d_]+)
  | (?P<end>\n)
  | (?P<apart>[,;/|\t])
  | (?P<frame>[()\[\]{}])
  | (?P<other>\S)
    """,
    re.VERBOSE,
)
_MORE_THAN_SECONDS = 4
"""Figures behind the decimal sign that only degrees have: a quote after such a number is no second."""
_GROUP = re.compile(r"(\d{1,3})([:.-])(\d{1,2})(?:\2(\d{1,2}(?:[.,]\d+)?)|([.,]\d+))?$")


@dataclass(frozen=True, slots=True)
class Token:
    """A sign of the text: its kind, and where it stands, so that one knows what it touches."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def is_figure(self) -> bool:
        """Whether it can begin an angle."""
        return self.kind in ("number", "group")


@dataclass(frozen=True, slots=True)
class Angle:
    """One angle: its numbers from degrees down, the tokens it spans, how many of the numbers carry their own mark.

    One that `needs_side` is as well a time, a date or a number of a report unless a side of the earth stands by it.
    """

    parts: tuple[str, ...]
    first: int
    last: int
    marks: int = 0
    needs_side: bool = False

    @property
    def digits(self) -> int:
        """How many figures stand behind the decimal sign."""
        return len(self.parts[-1].partition(".")[2])

    @property
    def size(self) -> float | None:
        """Degrees without a sign, or None when minutes or seconds are none."""
        whole, *parts = (float(part) for part in self.parts)
        if any(part >= 60 for part in parts):
            return None
        return whole + sum(part / 60.0**place for place, part in enumerate(parts, 1))

    @property
    def precision_m(self) -> float:
        """Half of what the last figure tells."""
        return METRES_A_DEGREE / 60.0 ** (len(self.parts) - 1) / 10.0**self.digits / 2

    @property
    def is_marked(self) -> bool:
        """Whether each number says by its mark what it is."""
        return self.marks >= len(self.parts)


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the signs of a text, its words and marks brought into one form."""
    plain = plain_signs(text)
    for phrase, sign in _PHRASES:
        plain = phrase.sub(sign, plain)
    return tuple(
        Token(str(found.lastgroup), found[0], found.start(), found.end()) for found in _TOKEN.finditer(plain)
    )


def angles_of(tokens: Sequence[Token]) -> Iterator[Angle]:
    """Yield every angle that the figures can be, those from one number on one after the other."""
    for at, token in enumerate(tokens):
        if token.kind == "group":
            has_mark = at + 1 < len(tokens) and tokens[at + 1].kind == "mark"
            yield Angle(_group_parts(token.text), at, at + has_mark, needs_side=True)
        elif token.kind == "number":
            yield from _angles_at(tokens, at)


def decimal(text: str) -> str:
    """Return a number with a point as its decimal sign."""
    return text.replace(",", ".")


def _angles_at(tokens: Sequence[Token], at: int) -> Iterator[Angle]:
    first = decimal(tokens[at].text)
    if len(first.partition(".")[0]) > 3:
        if packed := _unpacked(first):
            yield Angle(packed, at, at, needs_side=True)
        return
    mark = _mark(tokens, at + 1)
    opening = at - 2 if at > 1 and tokens[at - 1].kind == "sign" else at - 1
    is_quoted = opening >= 0 and tokens[opening].text == mark
    if mark in ("'", '"') and not is_quoted and len(first.partition(".")[2]) < _MORE_THAN_SECONDS:
        return  # minutes or seconds without their degrees; between two quotes it is a number in a list
    parts, marks = [first], int(mark == "°")
    end = at + marks
    yield Angle((first,), at, end, marks)
    for level in ("'", '"'):
        if "." in parts[-1] or not _goes_on(tokens, end, marked=marks == len(parts)):
            return
        mark = _mark(tokens, end + 2)
        if mark not in ("", level):
            return
        parts.append(decimal(tokens[end + 1].text))
        end += 1 + bool(mark)
        # A degree without its sign is one all the same before minutes with theirs.
        marks = len(parts) if mark else marks
        yield Angle(tuple(parts), at, end, marks)


def _goes_on(tokens: Sequence[Token], end: int, *, marked: bool) -> bool:
    """Whether the next token can be the minutes or seconds of an angle that so far ends at `end`."""
    if end + 1 >= len(tokens) or tokens[end + 1].kind != "number":
        return False
    whole = decimal(tokens[end + 1].text).partition(".")[0]
    return len(whole) <= 2 and (marked or 1 <= tokens[end + 1].start - tokens[end].end <= 3)


def _mark(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) and tokens[at].kind == "mark" else ""


def _group_parts(text: str) -> tuple[str, ...]:
    found = _GROUP.match(text)
    if found is None:
        return (text,)
    degrees, minutes, seconds, fraction = found[1], found[3], found[4], found[5]
    if seconds is not None:
        return degrees, minutes, decimal(seconds)
    return degrees, minutes + decimal(fraction or "")


def _unpacked(number: str) -> tuple[str, ...]:
    """Degrees, minutes and seconds written without a space (ddmm.m, dddmmss.s), as instruments do."""
    whole, point, fraction = number.partition(".")
    if len(whole) in (6, 7):
        return whole[:-4], whole[-4:-2], whole[-2:] + point + fraction
    if len(whole) in (4, 5):
        return whole[:-2], whole[-2:] + point + fraction
    return ()
