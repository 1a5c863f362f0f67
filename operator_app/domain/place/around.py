"""What a text says beside its position: the words that are left when figures, signs, links and codes are taken out."""

import re

from operator_app.domain.place.coordinates import PositionForm, words_beside
from operator_app.domain.place.written import plain_signs

_EDGES = " \t\n,;:/|()[]{}\"'=-–—@#&"
_FIGURE = re.compile(r"[+\-±~]?\d{0,3}[.,]\d{2,}(?!\d)|\d{1,3}\s*[°'\"]")
_SIGNS = re.compile(r"[\d\s.,;:/|()\[\]{}\"'=°+\-±~@#&_nsewutbl]*")
_NAMES = frozenset((
    "lat", "latitude", "lon", "lng", "long", "longitude", "latlng", "lintang", "bujur", "utara", "selatan", "timur",
    "barat", "lu", "ls", "bt", "bb", "l.u", "l.s", "b.t", "b.b", "n", "s", "e", "w", "u", "t", "b", "derajat", "menit",
    "detik", "minus", "min", "utm", "zona", "zone", "x", "y", "easting", "northing", "dan", "titik",
    "koordinat", "-", "(-)",
))  # fmt: skip
_GRID = re.compile(r"\d{5,8}(?:[.,]\d+)?(?:m\s?[entu]?)?|\d{1,2}[c-x]?|\d{1,2}[c-x][a-z]{2}\d*")


def words_around(text: str, form: PositionForm) -> str:
    """Return the words around a position of that form; rather more than less, for nothing that was said may vanish."""
    words = words_beside(text).split()
    plain = [plain_signs(word).strip(",;:()[]") for word in words]
    gone = [bool(_FIGURE.search(word)) and _SIGNS.fullmatch(word) is not None for word in plain]
    if form is PositionForm.GRID:
        gone = [_GRID.fullmatch(word) is not None for word in plain]
    for at in (*range(len(words)), *reversed(range(len(words)))):
        beside = [gone[place] for place in (at - 1, at + 1) if 0 <= place < len(words)]
        is_part = plain[at].rstrip(".") in _NAMES or plain[at].rstrip(".=:") in _NAMES
        is_whole = (
            form in _PARTED
            and plain[at].isdigit()
            and len(plain[at]) <= 3
            and at + 1 < len(words)
            and gone[at + 1]
        )
        if any(beside) and (is_part or is_whole or not plain[at]):
            gone[at] = True
    kept = " ".join(word for word, is_gone in zip(words, gone, strict=True) if not is_gone).strip(_EDGES)
    return kept if re.search(r"[^\W\d_]{2}", kept) else ""


_PARTED = (PositionForm.DEGREES_MINUTES, PositionForm.DEGREES_MINUTES_SECONDS)
