"""Which of the typed words a place answers, which it leaves, and whether it may be taken unasked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from operator_app.domain.words import sound_of, words_of
from operator_app.maps.names import EVERYDAY, PlaceHit
from operator_app.maps.place_rank import Candidate, Term, likeness
from operator_app.maps.typed import Typed

Widely = Callable[[str], Term]
"""Gives all that a typed word may stand for, slips included."""
_LEAST_BEGINNING = 3
_AS_IT_STANDS = 0.88
_TWO_SLIPS, _ONE_SLIP = 7, 0.72
"""Words of so many letters may have two slips; a place that is sure has but one in each."""


class Answers:
    """Compares places with what was typed, piece by piece; made for one search."""

    def __init__(self, typed: Typed, widely: Widely) -> None:
        self._typed = typed
        self._widely = widely
        self._names = [at for at, piece in enumerate(typed.pieces) if piece.role == "name"]
        self._last = max((at for at, piece in enumerate(typed.pieces) if piece.words), default=-1)
        self._joined = {at: sound_of("".join(typed.pieces[at].words)) for at in self._names}
        self._fits: dict[tuple[str, str, bool], bool] = {}

    def missing_in(self, candidate: Candidate) -> tuple[int, ...]:
        """Return the pieces that can be a name and are nothing of the place."""
        done = self.answered_by(candidate)
        return tuple(at for at in self._names if at not in done)

    def answered_by(self, candidate: Candidate) -> frozenset[int]:
        """Return the pieces that the place answers, by its name, its kind or what lies around it."""
        return self._answered(candidate, (*candidate.name, *candidate.around))

    def told_of(self, hits: Sequence[PlaceHit], candidates: Sequence[Candidate]) -> tuple[PlaceHit, ...]:
        """Return the hits with what each leaves unanswered; those that answer nothing only when all do so.

        One is sure if it answers every word, its name was said, and no other hit is its like.
        """
        pieces = self._typed.pieces
        told: list[tuple[bool, PlaceHit]] = []
        whole = [not self.missing_in(candidate) for candidate in candidates]
        for number, (hit, candidate) in enumerate(zip(hits, candidates, strict=False)):
            done = self.answered_by(candidate)
            missing = [pieces[at].raw.strip(".") for at in self._names if at not in done]
            has_like = any(_is_like(hit, other) for other in hits if other is not hit)
            fresh = replace(
                hit,
                missing=" ".join(missing),
                left=self._typed.left(done),
                rt="" if "rt" in candidate.name else self._typed.rt,
                sure=whole[number] and not has_like and self._is_named(candidate, is_only=sum(whole) == 1),
            )
            told.append((len(missing) < max(len(self._names), 1), fresh))
        if any(answers for answers, _ in told):
            return tuple(hit for answers, hit in told if answers)
        return tuple(hit for _, hit in told)

    def _is_named(self, candidate: Candidate, *, is_only: bool) -> bool:
        """Whether the name was said: all of it, or a word of its own of the only place that answers; no two slips."""
        pieces = self._typed.pieces
        if not all(self._is_near(word, candidate) for at in self._names for word in pieces[at].words):
            return False
        said = [
            at for at in self._answered(candidate, candidate.name) if pieces[at].role in ("name", "filler")
        ]
        words = [word for at in said for word in pieces[at].words]
        if sum(map(len, words)) < _LEAST_BEGINNING:
            return False
        own = [word for word in words if word not in EVERYDAY and len(word) > _LEAST_BEGINNING]
        return self._is_whole(candidate, said) or (is_only and bool(own))

    def _is_near(self, word: str, candidate: Candidate) -> bool:
        return word in EVERYDAY or len(word) < _TWO_SLIPS or self._best(word, candidate) >= _ONE_SLIP

    def _best(self, typed: str, candidate: Candidate) -> float:
        words = (*candidate.name, *candidate.around)
        fits = (likeness(form, word) * sure for form, sure in self._widely(typed).forms for word in words)
        return max(fits, default=0.0) or 1.0  # joined or torn words were compared as such

    def _is_whole(self, candidate: Candidate, said: Sequence[int]) -> bool:
        """Whether each word of the name was said, the last as far as it goes."""
        words = [word for at in said for word in self._typed.pieces[at].words]
        joined = {self._joined[at] for at in said if at in self._joined}
        return all(
            any(self._is_fit(typed, word, is_last=True) for typed in words)
            or any(word in each for each in joined)
            for word in candidate.name
        )

    def _answered(self, candidate: Candidate, words: Sequence[str]) -> frozenset[int]:
        pieces = self._typed.pieces
        done = {
            at
            for at, piece in enumerate(pieces)
            if piece.words
            and all(self._stands(word, words, is_last=at == self._last) for word in piece.words)
        }
        for one, two in pairwise(self._names):
            if {one, two} <= done:
                continue
            joined = sound_of("".join((*pieces[one].words, *pieces[two].words)))
            if joined in words or (two == self._last and any(word.startswith(joined) for word in words)):
                done |= {one, two}
        runs = {
            "".join(candidate.name[first:last])
            for first in range(len(candidate.name))
            for last in range(first + 2, len(candidate.name) + 1)
        }
        done |= {at for at in self._names if at not in done and self._joined[at] in runs}
        return frozenset(done)

    def _stands(self, typed: str, words: Sequence[str], *, is_last: bool) -> bool:
        return any(self._is_fit(typed, word, is_last=is_last) for word in words)

    def _is_fit(self, typed: str, word: str, *, is_last: bool) -> bool:
        key = (typed, word, is_last)
        held = self._fits.get(key)
        if held is None:
            own = sound_of(words_of(typed)[-1]) if words_of(typed) else typed
            fit = max(
                (
                    likeness(form, word, beginnings=is_last or (form == own and len(form) > _LEAST_BEGINNING))
                    * sure
                    for form, sure in self._widely(typed).forms
                ),
                default=0.0,
            )
            self._fits[key] = held = fit >= _enough(typed)
        return held


def _enough(word: str) -> float:
    """How sure a word must be: short ones and those of every day as they stand, longer ones but for a slip or two."""
    if word in EVERYDAY or len(word) <= _LEAST_BEGINNING or word.isdigit():
        return _AS_IT_STANDS
    return 0.72 if len(word) <= 6 else 0.64


def _is_like(one: PlaceHit, other: PlaceHit) -> bool:
    """Whether two hits differ in where they lie alone, so that nobody can tell which was meant."""
    return (one.label, one.kind) == (other.label, other.kind)
