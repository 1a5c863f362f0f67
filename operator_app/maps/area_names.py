"""Names of areas as they stand in what was typed: all words of a name, one after the other, slips forgiven."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from operator_app.maps.place_rank import Candidate, Term, likeness
from operator_app.maps.vocabulary import Vocabulary

_WORD_FITS = 0.6
"""So sure must a typed word be of a word of a name."""
_LEAST_BEGINNING = 3


class AreaNames:
    """Villages, kecamatan and islands by the words of their names."""

    def __init__(self, areas: Iterable[Candidate]) -> None:
        self._by_first: dict[str, list[Candidate]] = {}
        for area in areas:
            if area.name:
                self._by_first.setdefault(area.name[0], []).append(area)
        self._firsts = sorted(self._by_first)
        areas = (area for each in self._by_first.values() for area in each)
        self.vocabulary = Vocabulary({word for area in areas for word in area.name})
        """The words of the names; among them a slip is found that stands in the shade of thousands of roads."""

    def named_in(self, terms: Sequence[Term]) -> dict[Candidate, frozenset[int]]:
        """Return the areas that the words name, each with the places of its words.

        An area is not named by words that are all part of another area's longer name.
        """
        found: dict[Candidate, frozenset[int]] = {}
        for at in range(len(terms)):
            for area in self._beginning_at(terms, at):
                if self._stands_at(area, terms, at):
                    found.setdefault(area, frozenset(range(at, at + len(area.name))))
        return {
            area: inside
            for area, inside in found.items()
            if not any(inside < other for other in found.values())
        }

    def _beginning_at(self, terms: Sequence[Term], at: int) -> Iterator[Candidate]:
        for form, sure in terms[at].forms:
            if sure < _WORD_FITS:
                continue
            yield from self._by_first.get(form, ())
            if _may_begin(terms, at):
                place = bisect_left(self._firsts, form)
                while place < len(self._firsts) and self._firsts[place].startswith(form):
                    yield from self._by_first[self._firsts[place]]
                    place += 1

    @staticmethod
    def _stands_at(area: Candidate, terms: Sequence[Term], at: int) -> bool:
        if at + len(area.name) > len(terms):
            return False
        return all(
            any(
                likeness(form, word, beginnings=_may_begin(terms, place)) * sure >= _WORD_FITS
                for form, sure in terms[place].forms
            )
            for place, word in enumerate(area.name, at)
        )


def _may_begin(terms: Sequence[Term], at: int) -> bool:
    """Whether the word is still being typed."""
    return at == len(terms) - 1 and len(terms[at].typed) >= _LEAST_BEGINNING
