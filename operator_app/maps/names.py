"""A place as an answer to a search, and what a typed word may stand for."""

from collections.abc import Mapping
from dataclasses import dataclass

from operator_app.domain.place.location import PositionSource
from operator_app.domain.words import SHORT_FORMS, sound_of, words_of

_TWO_WAYS: Mapping[str, tuple[str, ...]] = {
    "sp": ("simpang",), "simpang": ("sp",), "s": ("sungai",), "p": ("pulau",), "i": ("1",), "v": ("5",), "x": ("10",),
    "rs": ("rsud",), "rsud": ("rs",), "pom": ("spbu",), "pertamina": ("spbu",), "polisi": ("polsek", "polres"),
    "damkar": ("pemadam",), "pemadam": ("damkar",), "kuburan": ("makam",), "makam": ("kuburan",),
    "dermaga": ("pelabuhan",), "pelabuhan": ("dermaga",),
}  # fmt: skip
"""Words that stay as they are written and may also mean another one."""
_FIGURES = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")

FILLERS = frozenset((
    "di", "ke", "dari", "yang", "dekat", "dkt", "dekatnya", "depan", "dpn", "belakang", "blkg", "samping", "sebelah",
    "seberang", "sbrg", "daerah", "area", "arah", "sekitar", "sekitaran", "setelah", "sebelum", "lewat", "pas",
    "persis", "itu", "ini", "ada", "kabupaten", "kutai", "tolong", "mohon", "pak", "bu",
))  # fmt: skip
"""Words around a place that are often no part of its name. Some names hold one: they are only left out when need be."""


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place that answers a search. `area` says that the point only stands for an area: never send anybody to it.

    `source` says how the point was stated when that was not by the place's name.
    """

    label: str
    kind: str
    kode: str
    desa: str
    kecamatan: str
    lat: float
    lon: float
    area: bool = True
    source: PositionSource | None = None


class Sounds(dict[str, str]):
    """The sound of each word met so far: names repeat their words, and a sound takes 20 us to make."""

    def __missing__(self, word: str) -> str:
        self[word] = sound = sound_of(word)
        return sound


def index_words(text: str, sounds: Sounds) -> tuple[str, ...]:
    """Return the words of a place's name as the index holds them."""
    return tuple(sounds[word] for word in words_of(text))


def meanings_of(word: str) -> tuple[str, ...]:
    """Return what a typed word may stand for in the index, itself first: "ma" may be Muara and may become Manubar."""
    found = [word]
    if word in SHORT_FORMS:
        found.append(SHORT_FORMS[word])
    found.extend(_TWO_WAYS.get(word, ()))
    if word.isdigit() and 1 <= int(word) <= len(_FIGURES):
        found.append(_FIGURES[int(word) - 1])
    elif word in _FIGURES:
        found.append(str(_FIGURES.index(word) + 1))
    return tuple(dict.fromkeys(sound_of(each) for each in found))
