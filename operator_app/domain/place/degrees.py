"""Degrees in a text: pairs of angles in any usual writing, and what stands between and around them.

A pair is made of two angles of one depth (degrees; with minutes; with seconds) with nothing but signs and small words
between them. A sign or side that can be understood in two ways gives two readings; what contradicts itself gives none.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from operator_app.domain.place.angles import MINUS, PERHAPS_MINUS, Angle, Token, angles_of, decimal, tokens_of
from operator_app.domain.place.position import Position, PositionForm, PositionTrouble

_SIDES = {
    **dict.fromkeys(("n", "u", "lu", "utara", "north"), ("lat", 1)),
    **dict.fromkeys(("s", "ls", "selatan", "south"), ("lat", -1)),
    **dict.fromkeys(("e", "t", "bt", "timur", "east"), ("lon", 1)),
    **dict.fromkeys(("w", "b", "bb", "barat", "west"), ("lon", -1)),
}
_SURE_SIDES = frozenset(("lu", "ls", "bt", "bb"))
"""Sides that are no letter of a block and no part of a village's name."""
_LABELS = {
    **dict.fromkeys(("lat", "latitude", "lintang", "garislintang"), "lat"),
    **dict.fromkeys(("lon", "lng", "long", "longitude", "bujur", "garisbujur"), "lon"),
}
_PLANE = {"x": "lon", "y": "lat"}
"""Labels where both stand in the text; "2 x" alone is none."""
_HEADS = {"latlng": "lat", "latlon": "lat", "latlong": "lat", "lonlat": "lon", "lnglat": "lon"}
_FILL = frozenset((
    "dan", "and", "koordinat", "kordinat", "coordinates", "coordinate", "coords", "coord", "gps", "titik", "lokasi",
    "location", "posisi", "position", "pos", "point", "ini", "di", "ya", "loc",
))  # fmt: skip
_SMALL = frozenset((*_SIDES, *_LABELS, *_PLANE, *_HEADS, *_FILL))
_MINUS_WORDS = frozenset(("minus", "negatif", "negative"))
_PRICES = frozenset(("rp", "idr", "harga", "usd"))

_FORMS = (PositionForm.DECIMAL, PositionForm.DEGREES_MINUTES, PositionForm.DEGREES_MINUTES_SECONDS)
_MOST_BETWEEN, _FAR_BETWEEN, _NEAR = 9, 24, 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One place of a text where a position is written: what it may be, the likeliest first, or why it is none."""

    positions: tuple[Position, ...]
    trouble: PositionTrouble | None = None
    proposal: Position | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of the earth by a number. One that is not `sure` may be the letter of a block or a part of a name.

    `free`: no other word stands before it.
    """

    axis: str
    sign: int
    sure: bool
    free: bool = True


_Way = tuple[_Side | None, _Side | None]
"""One way to understand the sides: that of the first number and that of the second."""


@dataclass(frozen=True, slots=True)
class _Found:
    reading: Reading
    numbers: frozenset[int]
    weight: tuple[int, ...]
    at: int


def read_degrees(text: str) -> list[Reading]:
    """Return the readings of a text in order; none when nobody would take anything in it for a position."""
    tokens = tokens_of(text)
    found = _strongest(list(_Text(tokens).pairs()))
    if not found and _holds_unpaired(tokens):
        return [Reading((), PositionTrouble.UNCLEAR)]
    return [each.reading for each in found]


def _strongest(found: Sequence[_Found]) -> list[_Found]:
    """Of pairs that share a number the one that fits the text better; of equals both, as one reading in doubt."""
    kept: list[_Found] = []
    left: list[_Found] = []
    owner: dict[int, int] = {}
    for each in sorted(found, key=lambda one: ([-part for part in one.weight], one.at)):
        if each.numbers & owner.keys():
            left.append(each)
        else:
            owner |= dict.fromkeys(each.numbers, len(kept))
            kept.append(each)
    for each in left:
        rival = min(owner[number] for number in each.numbers if number in owner)
        if each.reading.positions and each.numbers - owner.keys() and kept[rival].weight == each.weight:
            kept[rival] = _in_doubt(kept[rival], each)
    return sorted(kept, key=lambda one: one.at)


def _in_doubt(one: _Found, other: _Found) -> _Found:
    both = (*one.reading.positions, *other.reading.positions)
    return replace(one, reading=Reading(tuple(dict.fromkeys(both))), numbers=one.numbers | other.numbers)


def _holds_unpaired(tokens: Sequence[Token]) -> bool:
    """Whether two numbers look like a latitude and a longitude that something unknown keeps apart."""
    exact = [decimal(token.text) for token in tokens if token.kind == "number"]
    sizes = [float(number) for number in exact if len(number.partition(".")[2]) >= 4]
    return any(size <= 90 for size in sizes) and any(90 < size <= 180 for size in sizes)


class _Text:
    """The tokens of a text, and the pairs of angles among them."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        words = {token.text for token in tokens if token.kind == "word"}
        self._labels = _LABELS | _PLANE if words >= _PLANE.keys() else _LABELS
        self._has_words = any(token.kind == "word" and token.text not in _SMALL for token in tokens)
        starts = [at for at, token in enumerate(tokens) if at == 0 or tokens[at - 1].kind == "end"]
        self._has_bullets = sum(tokens[at].text == "-" for at in starts) > 1

    def pairs(self) -> Iterator[_Found]:
        """Yield all pairs that can be meant as a position, and those that cannot be right, with the reason."""
        starts: dict[int, list[Angle]] = {}
        angles = list(angles_of(self._tokens))
        for angle in angles:
            starts.setdefault(angle.first, []).append(angle)
        for one in angles:
            for at in self._seconds(one):
                found = (self._pair(one, two) for two in starts.get(at, ()))
                yield from (each for each in found if each is not None)

    def _seconds(self, one: Angle) -> Iterator[int]:
        """Where the second angle may begin: at the next number, or further on when both are named."""
        named = bool(self._label(one.first))
        far = one.last + 1 + (_FAR_BETWEEN if named else _MOST_BETWEEN + 1)
        is_next = True
        for at in range(one.last + 1, min(len(self._tokens), far)):
            token = self._tokens[at]
            if token.is_figure and (is_next or self._label(at)):
                yield at
            if token.is_figure or token.kind == "junk":
                if not named:
                    return
                is_next = False

    def _pair(self, one: Angle, two: Angle) -> _Found | None:
        labels = self._axes(one, two)
        if not (len(labels) == 2 or self._is_near(one, two)):
            return None
        if len(one.parts) != len(two.parts) and not (one.is_marked and two.is_marked):
            return None
        ways = self._ways(one, two)
        if ways is None:
            sure = max(one.digits, two.digits) > 0 or bool(one.marks and two.marks)
            return self._found(one, two, Reading((), PositionTrouble.UNCLEAR), 2) if sure else None
        sided = all(first and second for first, second in ways)
        if one.needs_side or two.needs_side:
            is_far = 90 < max(float(one.parts[0]), float(two.parts[0])) <= 180
            if not (sided or len(labels) == 2 or is_far or self._is_signed(one, two)):
                return None
        if not self._is_sure(one, two, ways, labels, sided=sided):
            return None
        if self._is_stray_sign(one, two):
            return self._found(one, two, Reading((), PositionTrouble.UNCLEAR), 2)
        said = max(sum(each is not None and each.sure for each in way) for way in ways)
        return self._found(one, two, self._read(one, two, ways, labels, sided=sided), said + len(labels))

    def _is_near(self, one: Angle, two: Angle) -> bool:
        between = self._tokens[one.last + 1 : two.first]
        return len(between) <= _MOST_BETWEEN and all(
            token.kind in ("apart", "frame", "sign", "end")
            or (token.kind == "word" and token.text in _SMALL)
            or token.text in ":=.&'\"%~_"
            for token in between
        )

    def _is_stray_sign(self, one: Angle, two: Angle) -> bool:
        """Whether a minus stands by the pair that is the sign of nothing: behind a number, or before its name."""
        for at in range(max(one.first - 5, 0), min(two.last + 3, len(self._tokens))):
            token = self._tokens[at]
            if token.text in _MINUS_WORDS and (at > one.first or self._names_next(at, one.first)):
                return True
            is_inner = token.kind == "sign" and token.text != "+" and one.last < at < two.first
            if is_inner and not self._names_next(at, two.first):
                return True
            if at == two.last + 1 and token.text == "-" and token.start == self._tokens[two.last].end:
                follows = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
                return (
                    follows is None
                    or follows.kind not in ("word", "number", "group")
                    or follows.start > token.end
                )
        return False

    def _names_next(self, at: int, number: int) -> bool:
        """Whether only names, sides, brackets and the like stand between a sign and the number."""
        between = self._tokens[at + 1 : number]
        return all(
            token.text in self._labels
            or token.text in _SIDES
            or token.kind in ("frame", "sign")
            or token.text in ":=."
            for token in between
        )

    def _found(self, one: Angle, two: Angle, reading: Reading, said: int) -> _Found:
        spans = itertools.chain(range(one.first, one.last + 1), range(two.first, two.last + 1))
        numbers = frozenset(at for at in spans if self._tokens[at].is_figure)
        weight = (
            one.is_marked and two.is_marked,
            said >= 2,
            one.digits == two.digits,
            len(numbers),
            bool(reading.positions or reading.proposal),
            said,
        )
        return _Found(reading, numbers, weight, one.first)

    # ---- what words say a number is

    def _label(self, at: int) -> str:
        """The axis that a word before the number names, past signs, brackets and a letter of a side; empty: none."""
        for place in range(at - 1, max(at - 6, -1), -1):
            token = self._tokens[place]
            if token.text in self._labels:
                return self._labels[token.text]
            if token.text in _SURE_SIDES:
                behind_number = place > 0 and self._tokens[place - 1].kind in ("number", "group", "mark")
                return "" if behind_number else _SIDES[token.text][0]
            if token.kind not in ("sign", "frame", "mark") and token.text not in (*":=.", *_SIDES):
                return ""
        return ""

    def _axes(self, one: Angle, two: Angle) -> tuple[str, ...]:
        """What words say the two numbers are: of both, of the first alone, or nothing."""
        first, second = self._label(one.first), self._label(two.first)
        if first and second:
            return (first, second)
        if head := self._head(one.first):
            return (head, "lon" if head == "lat" else "lat")
        if first or second:
            return (first or ("lon" if second == "lat" else "lat"),)
        return ()

    def _head(self, at: int) -> str:
        """The first of two words that head a pair, as in "lat, long: 0.5, 117.5" or "latlng(0.5, 117.5)"."""
        around = self._tokens[max(at - 8, 0) : at]
        words = [
            token.text for token in around if token.kind == "word" or token.is_figure or token.kind == "end"
        ]
        if words and words[-1] in _HEADS:
            return _HEADS[words[-1]]
        axes = [self._labels.get(word, "") for word in words[-2:]]
        return axes[0] if len(axes) == 2 and all(axes) and axes[0] != axes[1] else ""

    # ---- sides of the earth

    def _ways(self, one: Angle, two: Angle) -> list[_Way] | None:
        """The ways in which the sides around both angles can be meant, the likeliest first; None: they contradict."""
        before, after = self._side_before(one.first), self._side_after(two.last)
        inner = self._inner_sides(one, two)
        if len(inner) > 2:
            return None
        if len(inner) == 2:
            contradicted = any(each is not None and each.sure for each in (before, after))
            return None if contradicted else [(inner[0][1], inner[1][1])]
        if not inner:
            return self._outer_ways(before, after, one, two)
        at, side = inner[0]
        behind: _Way | None = (side, after) if after is not None and after.axis != side.axis else None
        ahead: _Way | None = (before, side) if before is not None and before.axis != side.axis else None
        if behind and ahead:
            if before is not None and not before.sure:
                return [behind]
            return [ahead] if after is not None and (not after.sure or self._leads_on(two.last)) else None
        if behind:
            return [behind]
        alone = self._alone(at, side, one, two)
        if ahead:
            return [ahead] if before is not None and (before.sure or before.free) else [ahead, alone]
        contradicted = (before is not None and before.sure) or after is not None
        return None if contradicted and not self._leads_on(two.last) else [alone]

    def _inner_sides(self, one: Angle, two: Angle) -> list[tuple[int, _Side]]:
        if two.first - one.last > _MOST_BETWEEN:
            return []
        return [
            (at, _Side(*_SIDES[self._tokens[at].text], sure=True))
            for at in range(one.last + 1, two.first)
            if self._tokens[at].text in _SIDES
        ]

    @staticmethod
    def _outer_ways(before: _Side | None, after: _Side | None, one: Angle, two: Angle) -> list[_Way]:
        if before is not None and after is not None and before.axis != after.axis and before.sure:
            return [(before, after)]
        is_turned = (one.size or 0.0) > 90 >= (two.size or 0.0)
        for each in (before, after):
            if each is not None and each.sure:
                return [(each, None) if (each.axis == "lat") != is_turned else (None, each)]
        ways: list[_Way] = [(None, None)]
        # A letter or word that may be no side at all and would turn the point about: both are told.
        for each in (before, after):
            if each is not None and each.sign < 0 and (each is after or each.axis == "lat"):
                ways.insert(0, (each, None) if each.axis == "lat" else (None, each))
        return ways

    def _alone(self, at: int, side: _Side, one: Angle, two: Angle) -> _Way:
        """The only side stands between the two: by the comma, else by what it can be the side of."""
        left = any(token.kind == "apart" for token in self._tokens[one.last + 1 : at])
        right = any(token.kind == "apart" for token in self._tokens[at + 1 : two.first])
        if left != right:
            return (side, None) if right else (None, side)
        turned = (one.size or 0.0) > 90 >= (two.size or 0.0)
        return (side, None) if (side.axis == "lat") != turned else (None, side)

    def _side_before(self, at: int) -> _Side | None:
        """The side that stands directly before a number; a sign, a bracket or a colon may stand between."""
        for place in range(at - 1, max(at - 1 - _NEAR, -1), -1):
            token = self._tokens[place]
            if token.text in _SIDES:
                first = place == 0 or self._tokens[place - 1].kind != "word"
                glued = token.end == self._tokens[at].start and len(token.text) == 1
                sure = token.text in _SURE_SIDES or (glued and first)
                return _Side(*_SIDES[token.text], sure, first)
            if token.kind not in ("sign", "frame") and token.text not in ":=.":
                return None
        return None

    def _side_after(self, at: int) -> _Side | None:
        """The side that stands directly behind an angle, or behind a bracket or the comma of a list."""
        for place in range(at + 1, min(at + 1 + _NEAR, len(self._tokens))):
            token = self._tokens[place]
            if token.text in _SIDES:
                glued = token.start == self._tokens[at].end
                follows = self._tokens[place + 1].kind if place + 1 < len(self._tokens) else ""
                if len(token.text) > 2 and follows == "word":
                    return None  # "… timur pasar" is a direction in a sentence
                if len(token.text) == 1 and follows in ("number", "group") and not glued:
                    return _Side(*_SIDES[token.text], sure=False) if self._has_inner_before(at) else None
                return _Side(*_SIDES[token.text], sure=token.text in _SURE_SIDES or glued)
            if token.kind not in ("frame", "apart", "mark"):
                return None
        return None

    def _has_inner_before(self, at: int) -> bool:
        """Whether a side stands a little before the angle too, so that the letter behind it is no block."""
        return any(token.text in _SIDES for token in self._tokens[max(at - 6, 0) : at])

    def _leads_on(self, at: int) -> bool:
        """Whether the side behind the pair stands before a further number, as in lists where the side comes first."""
        around = self._tokens[at + 1 : at + 1 + _NEAR]
        return any(token.is_figure for token in around) and any(token.text in _SIDES for token in around)

    # ---- whether it is one

    def _is_signed(self, one: Angle, two: Angle) -> bool:
        return self._has_sign(one.first) and self._has_sign(two.first)

    def _has_sign(self, at: int) -> bool:
        token = self._tokens[at - 1] if at else None
        return token is not None and token.kind == "sign" and token.end == self._tokens[at].start

    def _is_sure(
        self, one: Angle, two: Angle, ways: Sequence[_Way], labels: tuple[str, ...], *, sided: bool
    ) -> bool:
        """Whether nobody would take it for house numbers, prices or times: among other words more is asked for."""
        if (one.marks and two.marks) or len(labels) == 2:
            return True
        depth, digits = len(one.parts), min(one.digits, two.digits)
        is_far = max(one.size or 0.0, two.size or 0.0) > 90
        if depth > 1:
            if sided:
                return True
            least = 0 if is_far and depth == 3 else 1
            return digits >= (least if not self._has_words else 2 if is_far else 4)
        if sided:
            return digits >= (1 if is_far or not self._has_words else 4)
        if any(each is not None and each.sure for way in ways for each in way):
            return digits >= (2 if self._has_words else 1)
        if not self._has_words:
            return digits >= 1 and (is_far or digits != 2 or not self._are_times(one, two))
        is_pair = is_far and one.digits == two.digits and not self._is_price(one.first)
        return digits >= (2 if is_pair else 4)

    @staticmethod
    def _are_times(one: Angle, two: Angle) -> bool:
        """Whether both may be hours and minutes, as in "13.45 14.30"."""
        return all((each.size or 0.0) < 24.6 for each in (one, two))

    def _is_price(self, at: int) -> bool:
        return at > 0 and self._tokens[at - 1].text in _PRICES

    # ---- what it says

    def _read(
        self, one: Angle, two: Angle, ways: Sequence[_Way], labels: tuple[str, ...], *, sided: bool
    ) -> Reading:
        first, second = one.size, two.size
        if first is None or second is None:
            return Reading((), PositionTrouble.OUT_OF_RANGE)
        form = _FORMS[max(len(one.parts), len(two.parts)) - 1]
        exact = max(one.precision_m, two.precision_m)
        positions: list[Position] = []
        refused: list[Reading] = []
        for way, signs in itertools.product(ways, self._signs(one, two, sided=sided)):
            at = _signed((first, second), way, signs, labels)
            if at is None:
                refused.append(Reading((), PositionTrouble.UNCLEAR))
            elif abs(at[0]) <= 90 and abs(at[1]) <= 180:
                positions.append(Position(*at, form, exact))
            elif abs(at[1]) <= 90 and abs(at[0]) <= 180:
                refused.append(Reading((), PositionTrouble.SWAPPED, Position(at[1], at[0], form, exact)))
            else:
                refused.append(Reading((), PositionTrouble.OUT_OF_RANGE))
        return Reading(tuple(dict.fromkeys(positions))) if positions else refused[0]

    def _signs(self, one: Angle, two: Angle, *, sided: bool) -> list[tuple[str, str]]:
        """The signs that both numbers may carry: "", "+", "-", or "?" for one that cannot be understood."""
        first = self._sign(one.first, None, sided=sided)
        second = self._sign(two.first, one, sided=sided)
        if len(first) == len(second) == 2:  # both or none: "lat - 0.5 long - 117.5"
            return [("-", ""), ("", ""), ("-", "-")]
        return list(itertools.product(first, second))

    def _sign(self, at: int, other: Angle | None, *, sided: bool) -> tuple[str, ...]:
        """What the sign before a number means: one answer, or two when a dash may only part words."""
        place = at - 1
        while place >= 0 and (self._tokens[place].text in _SIDES or self._tokens[place].text in "(["):
            place -= 1
        token = self._tokens[place] if place >= 0 else None
        before = self._tokens[place - 1] if place > 0 else None
        if token is None or token.kind != "sign":
            return ("",)
        if before is not None and before.kind == "sign" and before.end == token.start:
            return ("?",)
        if token.text in (MINUS, "+"):
            return ("-",) if token.text == MINUS else ("+",)
        if token.text == PERHAPS_MINUS:
            is_called = before is not None and before.kind == "word" and before.text not in _SMALL
            return ("-", "") if is_called and not sided else ("-",)
        if token.text != "-":
            return ("?",)
        if any(each.text in _SIDES for each in self._tokens[place + 1 : at]):
            return ("",)  # a dash before a side parts words: the side says it
        right = token.end == self._tokens[place + 1].start
        left = before is not None and before.end == token.start and self._is_said(place - 1)
        return self._dash(before, other, right=right, left=left, sided=sided)

    def _is_said(self, at: int) -> bool:
        """Whether the token is a word or a figure, or the mark of one, and no quote or bracket."""
        token = self._tokens[at]
        if token.kind == "mark":
            return at > 0 and self._tokens[at - 1].is_figure
        return token.is_figure or token.kind in ("word", "junk")

    def _dash(
        self, before: Token | None, other: Angle | None, *, right: bool, left: bool, sided: bool
    ) -> tuple[str, ...]:
        """A dash is the sign of what it touches alone; between words, or touching nothing, it is in doubt."""
        if right and not left:
            return ("-",)
        if other is not None and left:
            return ("-", "") if self._has_sign(other.first) and right and not sided else ("",)
        if before is None and not self._has_bullets:
            return ("-",)
        if before is None or before.kind in ("end", "word", "number", "group", "junk", "mark"):
            return ("",) if sided else ("", "-") if other is not None else ("-", "")
        if other is not None and before.kind == "frame":
            return ("",) if sided else ("", "-")
        return ("-",)


def _signed(
    sizes: tuple[float, float], way: _Way, signs: tuple[str, str], labels: tuple[str, ...]
) -> tuple[float, float] | None:
    """Latitude and longitude, or None when what is said of them contradicts itself."""
    values: list[float] = []
    axes: list[str] = []
    for size, side, sign, label in zip(sizes, way, signs, (*labels, "", "")[:2], strict=True):
        contradicted = side is not None and sign and (side.sign < 0) != (sign == "-")
        if sign == "?" or contradicted or (side is not None and label and side.axis != label):
            return None
        values.append(-size if sign == "-" or (side is not None and side.sign < 0) else size)
        axes.append(label or ("" if side is None else side.axis))
    if axes[0] and axes[0] == axes[1]:
        return None
    turned = axes[0] == "lon" or axes[1] == "lat"
    return (values[1], values[0]) if turned else (values[0], values[1])
