"""Words of names and reports as people write them, in the one form in which they are compared."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

SHORT_FORMS: Mapping[str, str] = {
    "jl": "jalan", "jln": "jalan", "jld": "jalan",
    "gg": "gang", "gng": "gang",
    "simp": "simpang", "spg": "simpang", "pertigaan": "simpang", "perempatan": "simpang", "prapatan": "simpang",
    "pertelon": "simpang",
    "ds": "desa", "dsn": "dusun", "kel": "kelurahan", "kec": "kecamatan", "kab": "kabupaten", "kilometer": "km",
    "komp": "komplek", "kompleks": "komplek", "perum": "perumahan", "prum": "perumahan", "blk": "blok",
    "tg": "tanjung", "tj": "tanjung", "tjg": "tanjung", "tlk": "teluk", "tel": "teluk",
    "sei": "sungai", "sungei": "sungai", "ma": "muara",
    "mesjid": "masjid", "msj": "masjid", "mjd": "masjid", "mushola": "musala", "musholla": "musala",
    "musolla": "musala", "langgar": "musala", "surau": "musala",
    "pkm": "puskesmas", "puskes": "puskesmas", "pustu": "puskesmas",
    "sengata": "sangatta", "sangata": "sangatta",
    "sgt": "sangatta", "utr": "utara", "sltn": "selatan", "tmur": "timur", "sel": "selatan", "slt": "selatan",
    "brt": "barat", "tmr": "timur", "tgh": "tengah", "dlm": "dalam",
    "jend": "jenderal", "jendral": "jenderal", "jenral": "jenderal", "prof": "profesor", "h": "haji", "hj": "hajah",
    "ktr": "kantor", "kntr": "kantor", "psr": "pasar", "jmbtn": "jembatan", "jbt": "jembatan", "jbtn": "jembatan",
    "lap": "lapangan", "bdr": "bandara", "rmh": "rumah", "kp": "kampung", "kmp": "kampung", "dusn": "dusun",
}  # fmt: skip
"""Short and usual wrong forms of whole words. "sp" stays double (simpang, satuan permukiman), and so does "s"."""

_GLUED = re.compile(r"^(rt|rw|km|sp|no|blok|gang|gg)(\d+)$")
_SCHOOL = re.compile(r"^(?:(sd|smp|sma|smk|tk|mts)n(\d*)|(mi|ma)n(\d+))$")  # "man" alone may become Manubar
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ROMAN = {
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "xi": "11",
    "xii": "12",
}


@lru_cache(maxsize=16_384)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text in the form that both sides of a comparison share."""
    return tuple(SHORT_FORMS.get(word, word) for word in written_words(text))


def written_words(text: str) -> tuple[str, ...]:
    """Return the words as written: lower case, without signs, glued numbers set apart, figures in one form."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words: list[str] = []
    for word in _NOT_WORD.sub(" ", plain.replace("'", "")).split():
        if glued := _GLUED.match(word):
            words.extend(glued.groups())
        elif school := _SCHOOL.match(word):
            words.extend(part for part in (school[1] or school[3], "negeri", school[2] or school[4]) if part)
        else:
            words.append(_ROMAN.get(word, word))
    return tuple(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"oe", "u"), (r"dj", "j"), (r"tj", "c"), (r"[ck]h", "h"), (r"s[jy]", "s"), (r"([bdgt])h", r"\1"),
        (r"q", "k"), (r"x", "ks"), (r"z", "s"), (r"ph|[fv]", "p"),
        (r"iy(?=[aiueo])", "i"), (r"uw(?=[aiueo])", "u"), (r"([^aiueo])w(?=[aiueo])", r"\1u"),
        (r"([aiueo])y(?![aiueo])", r"\1i"), (r"([aiueo])w$", r"\1u"), (r"(\D)\1+", r"\1"), (r"(.)h$", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=16_384)
def sound_of(word: str) -> str:
    """Return how a word sounds: old and new spelling, doubled letters and a silent h all come to the same."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word
