"""Names of places as people type them: one way to normalise, and a first search over a few hundred names."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from operator_app.maps.names import PlaceHit

SHORT_FORMS: Mapping[str, str] = {
    "jl": "jalan", "jln": "jalan", "jld": "jalan",
    "gg": "gang",
    "simp": "simpang", "spg": "simpang",
    "ds": "desa", "kel": "kelurahan", "kec": "kecamatan", "kab": "kabupaten",
    "komp": "komplek", "kompleks": "komplek", "perum": "perumahan", "blk": "blok",
    "tg": "tanjung", "tj": "tanjung", "tjg": "tanjung",
    "sei": "sungai", "ma": "muara",
    "mesjid": "masjid", "msj": "masjid", "pkm": "puskesmas",
    "sengata": "sangatta", "sangata": "sangatta",
}  # fmt: skip
_GLUED = re.compile(r"^(rt|rw|km|sp|no)(\d+)$")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CLOSE_ENOUGH = 72.0
_SHORTEST_CORRECTED = 3
_KIND_ORDER = {"kecamatan": 1, "kelurahan": 0, "desa": 0, "pulau": 2}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name or query in the one form that both sides of a search share."""
    return tuple(SHORT_FORMS.get(word, word) for word in _raw_words(text))


def _raw_words(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words: list[str] = []
    for word in _NOT_WORD.sub(" ", plain).split():
        glued = _GLUED.match(word)
        words.extend(glued.groups() if glued else (word,))
    return tuple(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


class NameIndex:
    """Search by the beginnings of words, all of which must fit; only words that fit nowhere are corrected."""

    def __init__(self, places: Iterable[PlaceHit]) -> None:
        self._places = tuple(places)
        self._names = tuple(words_of(place.label) for place in self._places)
        holders: dict[str, set[int]] = {}
        for number, place in enumerate(self._places):
            name = self._names[number]
            # The name in one piece too: Suka Rahmat is also written Sukarahmat, and Sukamaju in two words.
            for word in {*name, "".join(name), *words_of(place.kecamatan), *words_of(place.desa), place.kind}:
                holders.setdefault(word, set()).add(number)
        self._holders: Mapping[str, set[int]] = holders
        self._vocabulary = sorted(holders)

    def search(self, text: str, limit: int) -> tuple[PlaceHit, ...]:
        """Return the best places for what was typed, best first; nothing for an empty text."""
        raw = _raw_words(text)
        if not raw or limit < 1:
            return ()
        fitting, starts = self._holding_all(raw)
        if not fitting and len(raw) > 1:
            fitting, starts = self._holding_all(("".join(raw),))
        asked = words_of(text)
        ranked = sorted(fitting, key=lambda number: self._rank(number, asked, starts))
        return tuple(self._places[number] for number in ranked[:limit])

    def _holding_all(self, words: tuple[str, ...]) -> tuple[frozenset[int], frozenset[str]]:
        """Return the places that hold every word, and the vocabulary that the words stood for."""
        fitting = frozenset(range(len(self._places)))
        starts: set[str] = set()
        for word in words:
            vocabulary = self._fitting_words(word)
            starts.update(vocabulary)
            fitting &= frozenset().union(*(self._holders[known] for known in vocabulary))
        return fitting, frozenset(starts)

    def _fitting_words(self, word: str) -> Sequence[str]:
        # "ma" is short for muara and also the beginning of Manubar: while it is being typed both must stand.
        found = list(self._beginning_with(word))
        long_form = SHORT_FORMS.get(word)
        if long_form:
            found.extend(known for known in self._beginning_with(long_form) if known not in found)
        return found or self._corrected(word)

    def _beginning_with(self, word: str) -> Iterable[str]:
        for place in range(bisect_left(self._vocabulary, word), len(self._vocabulary)):
            if not self._vocabulary[place].startswith(word):
                return
            yield self._vocabulary[place]

    def _corrected(self, word: str) -> Sequence[str]:
        if len(word) < _SHORTEST_CORRECTED or word.isdigit():
            return ()
        scored = [
            (max(fuzz.ratio(word, known), fuzz.ratio(word, known[: len(word)]) - 1), known)
            for known in self._vocabulary
        ]
        best = max(score for score, _ in scored) if scored else 0.0
        return [known for score, known in scored if score >= max(_CLOSE_ENOUGH, best - 8)]

    def _rank(self, number: int, asked: tuple[str, ...], starts: frozenset[str]) -> tuple[object, ...]:
        place, name = self._places[number], self._names[number]
        in_name = sum(word in starts for word in name)
        whole = asked in {name, (place.kind, *name)}
        first = bool(name) and name[0] in starts
        return (
            not whole,
            -in_name,
            not first,
            _KIND_ORDER.get(place.kind, 3),
            len(name),
            place.label,
            place.kode,
        )
