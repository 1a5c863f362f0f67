"""How well a place fits what was typed: word for word, then by how much of its name was said and what it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from operator_app.maps.names import FILLERS

_GROUPS = {
    "kecamatan": 0,
    "kelurahan": 0,
    "desa": 0,
    "pulau": 0,
    "jalan": 2,
    "gang": 2,
    "kejadian": 2,
    "rt": 3,
}
_LANDMARK = 1
_GROUP_BONUS = (0.06, 0.04, 0.02, 0.0)
_WIDER = frozenset(("kecamatan", "pulau"))
"""Areas that come after a village of the same name."""
_AROUND = 0.75
"""What a word counts that is said of a place but does not stand in its name."""
_NEAR_BONUS = 0.12
_KIND_WORDS = frozenset(("jalan", "gang", "desa", "kelurahan", "kecamatan", "pulau", "rt", "km", "simpang"))


@dataclass(frozen=True, slots=True)
class Term:
    """One typed word: the beginnings of words that it may stand for, each with how sure that is (1 is as typed)."""

    typed: str
    forms: tuple[tuple[str, float], ...]
    light: float | None = None
    """What a part of an address counts, that need not be found."""

    @property
    def weight(self) -> float:
        """How much the word tells: a name more than a kind, a filler next to nothing."""
        if self.light is not None:
            return self.light
        if self.typed in FILLERS:
            return 0.15
        return 0.5 if self.typed in _KIND_WORDS else 1.0


Reading = tuple[Term, ...]
"""What was typed, taken word by word in one of the ways in which it can be torn or joined."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that the index brought, with the words it is held under; `text` is its name in those words."""

    kind: str
    kecamatan: str
    text: str
    name: tuple[str, ...]
    around: tuple[str, ...]
    row: Sequence[Any]


def group_of(kind: str) -> int:
    """Return how early a place is brought among others alike: areas, landmarks, roads, neighbourhood units."""
    return _GROUPS.get(kind, _LANDMARK)


class _Likeness(dict[str, float]):
    """How well each word met so far fits one typed word."""

    def __init__(self, term: Term) -> None:
        self._forms = term.forms

    def __missing__(self, word: str) -> float:
        self[word] = quality = max((likeness(form, word) * sure for form, sure in self._forms), default=0.0)
        return quality


class _Around(dict[tuple[str, ...], float]):
    """How well the surroundings met so far fit one typed word."""

    def __init__(self, likeness: _Likeness) -> None:
        self._likeness = likeness

    def __missing__(self, words: tuple[str, ...]) -> float:
        self[words] = quality = _AROUND * max((self._likeness[word] for word in words), default=0.0)
        return quality


class _Judge:
    """Judges candidates by one reading of what was typed."""

    def __init__(self, reading: Reading) -> None:
        self._text = " ".join(term.typed for term in reading)
        self._whole = sum(term.weight for term in reading)
        self._terms = []
        for term in reading:
            likeness = _Likeness(term)
            self._terms.append((likeness, _Around(likeness), term.weight))

    def judge(self, candidate: Candidate) -> tuple[float, float]:
        """Return the score, and the share of what was typed that the place answers."""
        name, got = candidate.name, 0.0
        said: set[int] = set()
        for likeness, around, weight in self._terms:
            best, best_at = 0.0, -1
            for at, word in enumerate(name):
                quality = likeness[word]
                if quality > best and at not in said:
                    best, best_at = quality, at
            if best_at >= 0:
                said.add(best_at)
            if best < _AROUND:
                best = max(best, around[candidate.around])
            got += best * weight
        fit = got / self._whole
        bonus = 0.0
        if name:
            bonus = 0.10 * len(said) / len(name) + 0.03 * (0 in said)
            bonus += 0.0005 * fuzz.ratio(self._text, candidate.text)
        return fit + bonus, fit


def ordered(
    candidates: Iterable[Candidate], readings: Sequence[Reading], near: str
) -> list[tuple[float, Candidate]]:
    """Return the candidates, best first, each with how much of what was typed it answers (0 to 1).

    Of several readings the kindest counts. Places in the kecamatan `near` come before others alike.
    """
    judges = [_Judge(reading) for reading in readings]
    scored = []
    for candidate in candidates:
        score, fit = max(judge.judge(candidate) for judge in judges)
        score += _GROUP_BONUS[group_of(candidate.kind)]
        if near and candidate.kecamatan == near:
            score += _NEAR_BONUS
        after = (candidate.kind in _WIDER, len(candidate.name), candidate.row)
        scored.append(((-round(score, 6), *after), fit, candidate))
    scored.sort(key=lambda each: each[0])
    return [(fit, candidate) for _, fit, candidate in scored]


def likeness(form: str, word: str, *, beginnings: bool = True) -> float:
    """Return how well a form fits a word of a place: whole, or as its beginning."""
    if form == word:
        return 1.0
    if beginnings and word.startswith(form) and not form.isdigit():
        return 0.88 + 0.10 * len(form) / len(word)
    return 0.0
