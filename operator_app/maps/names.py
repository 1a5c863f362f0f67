"""A place as an answer to a search, and what a typed word may stand for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from operator_app.domain.place.location import PositionSource
from operator_app.domain.words import SHORT_FORMS, sound_of, words_of

_TWO_WAYS: Mapping[str, tuple[str, ...]] = {
    "sp": ("simpang",), "simpang": ("sp",), "s": ("sungai",), "p": ("pulau",), "i": ("1",), "v": ("5",), "x": ("10",),
    "rs": ("rsud",), "rsud": ("rs",), "pom": ("spbu",), "pertamina": ("spbu",), "polisi": ("polsek", "polres"),
    "damkar": ("pemadam",), "pemadam": ("damkar",), "kuburan": ("makam",), "makam": ("kuburan",),
    "dermaga": ("pelabuhan",), "pelabuhan": ("dermaga",), "ulu": ("hulu",), "hulu": ("ulu",), "ilir": ("hilir",),
    "hilir": ("ilir",), "kebon": ("kebun",), "kebun": ("kebon",), "utan": ("hutan",), "hutan": ("utan",),
    "itam": ("hitam",), "hitam": ("itam",), "ijo": ("hijau",), "ijau": ("hijau",), "hijau": ("ijo", "ijau"),
    "gn": ("gunung",), "gng": ("gunung",), "bt": ("batu", "bukit"), "pd": ("padang", "pondok"), "lb": ("lubuk",),
    "pinggir": ("tepi",), "tepi": ("pinggir",),
}  # fmt: skip
"""Words that stay as they are written and may also mean another one."""
_FIGURES = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")
_LONGEST_NUMBER = 6

SMALL_WORDS = frozenset(("di", "ke", "dari", "yang", "itu", "ini", "ada", "pas", "persis", "dan"))
"""Words that say nothing where nothing else stands beside them."""
DIRECTIONS = frozenset((
    "dekat", "dkt", "dekatnya", "depan", "dpn", "belakang", "blkg", "samping", "sebelah", "seberang", "sbrg",
    "arah", "setelah",
    "sebelum", "lewat", "antara",
))  # fmt: skip
"""Words that say how a place lies to another."""
FILLERS = (
    SMALL_WORDS | DIRECTIONS | {"daerah", "area", "sekitar", "sekitaran", "tolong", "mohon", "pak", "bu"}
)
"""Words around a place that are often no part of its name. Some names hold one: they are only left out when need be."""

EVERYDAY = frozenset((
    "balai", "bandara", "bank", "blok", "bundaran", "camp", "goa", "gunung", "pemakaman", "pesantren", "pulau",
    "taman", "tambatan",
    "tugu", "turun", "wisata",
    "air", "alat", "anak", "api", "atap", "atas", "bangunan", "bapak", "baru", "batubara", "bawah", "bayi",
    "bengkel", "besar", "besi",
    "bidan", "biru", "bola", "buah", "buntu", "camat", "cat", "coklat", "curam", "dalam", "dapur", "desa", "dokter",
    "dusun", "empat",
    "gang", "gantung", "garasi", "gedung", "gereja", "gubuk", "gudang", "guru", "halaman", "hijau", "hitam",
    "hotel", "hutan", "ibu",
    "istri", "jalan", "jalur", "jembatan", "kafe", "kami", "kampung", "kandang", "kantor", "kapal", "karet",
    "karyawan", "kayu",
    "kebakaran", "kebun", "kecil", "kelapa", "keluarga", "kiri", "kanan", "kolam", "kontrakan", "kopi", "korban",
    "kos", "kosong",
    "kuburan", "kuning", "ladang", "lampu", "lantai", "lapak", "lapangan", "laut", "lebar", "lurah", "luar",
    "lurus", "makam", "mana",
    "masjid", "mayat", "menara", "merah", "mess", "mobil", "motor", "muka", "musala", "nelayan", "orang", "pabrik",
    "pagar", "panggung",
    "pantai", "parit", "pasar", "pasir", "pekarangan", "pelabuhan", "penginapan", "perahu", "perumahan", "pintu",
    "pohon", "polisi",
    "pondok", "poros", "portal", "pos", "puskesmas", "putih", "ramai", "raya", "rawa", "restoran", "ruko", "rumah",
    "rusak", "salon",
    "sana", "sapi", "satpam", "sawah", "sawit", "saya", "sekolah", "sempit", "sepi", "simpang", "sini", "suami",
    "sumur", "sungai",
    "tahu", "tajam", "tambak", "tambang", "tanah", "tanjakan", "tanpa", "teman", "tempat", "tengah", "terminal",
    "tersesat", "tetangga",
    "tidak", "tiga", "tikungan", "tinggi", "tingkat", "toko", "tower", "truk", "tua", "turunan", "ujung", "ular",
    "warna", "warung",
))  # fmt: skip
"""Words that everybody says of places: they mean themselves, and are no slip for a name that is much like them."""


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place that answers a search. `area` says that the point only stands for an area: never send anybody to it.

    `source` says how the point was stated when that was not by the place's name. `missing` are typed words that are
    nothing of this place; `left` is what a pick leaves unsaid, for the landmark, and `rt` the RT that was said with it.
    One that is not `sure` is offered only.
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
    missing: str = field(default="", compare=False)
    left: str = field(default="", compare=False)
    rt: str = field(default="", compare=False)
    sure: bool = field(default=True, compare=False)


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
    if 1 <= (number := _number(word)) <= len(_FIGURES):
        found.append(_FIGURES[number - 1])
    elif word in _FIGURES:
        found.append(str(_FIGURES.index(word) + 1))
    return tuple(dict.fromkeys(sound_of(each) for each in found))


def number_shapes(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words with numbers beyond ten the other way: "tujuh belas" as 17, 29 as "dua puluh sembilan"."""
    apart = tuple(each for word in words for each in _number_words(word) or (word,))
    if apart != words:
        yield apart
    figures = _with_figures(apart)
    if figures not in (apart, words):
        yield figures
    spelt = tuple(each for word in words for each in _spelt(word) or (word,))
    if spelt != words:
        yield spelt


_ONES = {word: number for number, word in enumerate(_FIGURES[:9], 1)}
_NUMBER_WORD = re.compile(f"sepuluh|sebelas|seratus|puluh|belas|ratus|{'|'.join(_ONES)}")


def _number_words(word: str) -> tuple[str, ...]:
    """The number words that were written as one, as in "duapuluhsembilan"."""
    parts = _NUMBER_WORD.findall(word)
    return tuple(parts) if len(parts) > 1 and "".join(parts) == word else ()


def _with_figures(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with each number of two words or more as figures."""
    found: list[str] = []
    at = 0
    while at < len(words):
        number, taken = _number_at(words[at:])
        found.append(str(number) if number > len(_FIGURES) else words[at])
        at += taken if number > len(_FIGURES) else 1
    return tuple(found)


def _number_at(words: tuple[str, ...]) -> tuple[int, int]:
    """The number that the words begin with, and how many of them it takes; up to 199."""
    if words[:1] == ("seratus",):
        number, taken = _number_at(words[1:]) if len(words) > 1 else (0, 0)
        return 100 + number, 1 + taken
    first, second, third = (*words[:3], "", "", "")[:3]
    if first == "sebelas":
        return 11, 1
    if first == "sepuluh":
        return 10, 1
    if first not in _ONES:
        return 0, 0
    if second == "belas":
        return 10 + _ONES[first], 2
    if second == "puluh":
        return 10 * _ONES[first] + _ONES.get(third, 0), 3 if third in _ONES else 2
    return _ONES[first], 1


def _number(word: str) -> int:
    """The number that a word's figures are; 0 for anything else, and for more figures than a place's name has."""
    return int(word) if word.isdecimal() and len(word) <= _LONGEST_NUMBER else 0


def _spelt(word: str) -> tuple[str, ...]:
    """The words of a number from 11 to 199; none for anything else."""
    number = _number(word)
    if not len(_FIGURES) < number < 200:
        return ()
    hundred, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = ["seratus"] if hundred else []
    if rest == 11:
        words.append("sebelas")
    elif tens == 1:
        words += [_FIGURES[ones - 1], "belas"] if ones else ["sepuluh"]
    else:
        words += [_FIGURES[tens - 1], "puluh"] if tens else []
        words += [_FIGURES[ones - 1]] if ones else []
    return tuple(words)
