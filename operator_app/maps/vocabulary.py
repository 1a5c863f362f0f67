"""The words that the gazetteer knows, and what a word that it does not know may have been meant for."""

import itertools
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from operator_app.domain.words import SHORT_FORMS, sound_of

_SHORTEST_CORRECTED, _SHORTEST_TORN, _SHORTEST_HALF, _MOST_CUTS = 3, 5, 3, 2
_SHORTEST_RUN, _SHORTEST_PART, _LONGEST_PART = 9, 2, 14
_CORRECTIONS, _MOST_CORRECTED = 8, 4_000


class Vocabulary:
    """All words of the index, by their sound, in order. One thread at a time."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)
        self._beginnings: dict[int, list[str]] = {}
        self._corrected: dict[str, tuple[tuple[str, float], ...]] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Know these words, too."""
        for word in words:
            if not self.is_word(word):
                insort(self._words, word)
        self._beginnings.clear()
        self._corrected.clear()

    def reshaped(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """What was typed with two words joined, or one torn in two, where that gives known words."""
        for place, (one, two) in enumerate(itertools.pairwise(words)):
            if not (one + two).isdigit() and self.is_known(sound_of(one + two)):
                yield (*words[:place], one + two, *words[place + 2 :])
        for place, word in enumerate(words):
            if len(word) < _SHORTEST_TORN or self.is_known(sound_of(word)):
                continue
            cuts = [
                cut
                for cut in range(2, len(word) - _SHORTEST_HALF + 1)
                if self.is_word(sound_of(word[:cut])) and self.is_known(sound_of(word[cut:]))
            ]
            for cut in sorted(cuts, key=lambda cut: abs(2 * cut - len(word)))[:_MOST_CUTS]:
                yield (*words[:place], word[:cut], word[cut:], *words[place + 1 :])
            if not cuts and len(word) >= _SHORTEST_RUN:
                parts = self._parts_of(word)
                if parts:
                    yield (*words[:place], *parts, *words[place + 1 :])

    def _parts_of(self, run: str) -> tuple[str, ...]:
        """The known words of which a run of three or more is made, the longest ones first; none: it is made of none."""
        made: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(run) + 1):
            ways = [
                (*made[start], run[start:end])
                for start in range(max(0, end - _LONGEST_PART), end)
                if start in made and self._is_part(run[start:end], is_last=end == len(run))
            ]
            if ways:
                made[end] = min(ways, key=lambda parts: (len(parts), -max(map(len, parts))))
        return made.get(len(run), ())

    def _is_part(self, part: str, *, is_last: bool) -> bool:
        if len(part) < _SHORTEST_PART and not part.isdigit():
            return False
        sound = sound_of(SHORT_FORMS.get(part, part))
        return self.is_word(sound) or (is_last and len(part) > _SHORTEST_HALF and self.is_known(sound))

    def is_word(self, word: str) -> bool:
        """Whether this is a known word."""
        place = bisect_left(self._words, word)
        return self._words[place : place + 1] == [word]

    def is_known(self, beginning: str) -> bool:
        """Whether a known word begins so."""
        place = bisect_left(self._words, beginning)
        return place < len(self._words) and self._words[place].startswith(beginning)

    def corrections(self, word: str) -> tuple[tuple[str, float], ...]:
        """Known words, or beginnings of known words, that are but a slip or two away; the nearest first."""
        if len(word) < _SHORTEST_CORRECTED or word.isdigit():
            return ()
        held = self._corrected.get(word)
        if held is not None:
            return held
        least = {3: 0.65, 4: 0.74, 5: 0.79}.get(len(word), 0.65)
        nearest: dict[str, float] = {}
        for choices, price in ((self._words, 0.0), (self._beginnings_of(len(word)), 0.03)):
            for form, likeness, _ in process.extract(
                word, choices, scorer=OSA.normalized_similarity, score_cutoff=least, limit=_CORRECTIONS
            ):
                nearest[form] = max(nearest.get(form, 0.0), likeness - price)
        best = max(nearest.values(), default=0.0)
        kept = sorted(
            (each for each in nearest.items() if each[1] >= best - 0.15), key=lambda each: (-each[1], each[0])
        )
        if len(self._corrected) >= _MOST_CORRECTED:
            self._corrected.clear()
        self._corrected[word] = result = tuple(kept[:_CORRECTIONS])
        return result

    def _beginnings_of(self, length: int) -> list[str]:
        held = self._beginnings.get(length)
        if held is None:
            cut = {word[:length] for word in self._words if len(word) > length}
            held = self._beginnings[length] = sorted(cut)
        return held

    def beginning_with(self, form: str, limit: int) -> list[str]:
        """Return up to so many known words that begin so, in order."""
        place = bisect_left(self._words, form)
        return [word for word in self._words[place : place + limit] if word.startswith(form)]
