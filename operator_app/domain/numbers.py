"""Which ways of writing a phone number mean one handset, and which words are nobody's number at all."""

import re
import unicodedata
from functools import lru_cache

COUNTRY = "62"
"""Calling code of the country of the room: what follows it is what a national number has after its leading zero."""

_BLANKS = re.compile(r"[ \t-\r]+")
_SIGNS = re.compile(r"[ \t-\r().\-/\u2010-\u2015]+")
_IDLE = re.compile(r"[\x00-/:-@\[-`{-\x7f\u2022\u2010-\u2015]+")
"""Signs that say nothing in a word: all of ASCII but letters and figures, dots of masks, dashes."""
_FIGURES = re.compile(r"\+?[0-9*#]{1,20}")
_FROM_ABROAD = re.compile(rf"(?:\+|00){COUNTRY}0*(?=[1-9][0-9]{{6,}}$)")
_BY_CARRIER = re.compile(rf"(?:00[1789]|010[0-9]{{2}}){COUNTRY}0*(?=8[0-9]{{8,11}}$|[2-7][0-9]{{7,10}}$)")
"""By the prefix of one of the country's own carriers; only whole numbers, for "+1 628 …" begins alike."""
_BARE_COUNTRY = re.compile(rf"{COUNTRY}0*(?=[1-9][0-9]{{7,}}$)")
_BARE_MOBILE = re.compile(r"8[0-9]{8,11}")
"""Mobile numbers of Indonesia without the zero: 9 to 12 figures that begin with 8."""
_WRITTEN = re.compile(r"(?<![0-9A-Za-z•])\+?[0-9][0-9\s().\-]{5,}[0-9](?![0-9A-Za-z])")

_NOBODY = frozenset(
    {
        *("anonymous", "unavailable", "idunavailable", "restricted", "unknown", "private", "privatenumber"),
        *(
            "withheld",
            "numberwithheld",
            "blocked",
            "hidden",
            "secret",
            "unidentified",
            "nonumber",
            "nocallerid",
        ),
        *("none", "null", "invalid", "noname", "nobody", "outofarea", "payphone", "coin", "clir", "asterisk"),
        *("rahasia", "pribadi", "nomorpribadi", "tanpanomor", "tidakdikenal", "disembunyikan"),
    }
)
"""What networks and exchanges write in place of a number that they do not have or may not tell, bare of other signs.

3GPP TS 29.163 (7.4.6) and RFC 3323 have "unavailable", "anonymous", "restricted"; "asterisk" is the name that this
exchange gives whoever has none.
"""


def is_hidden(user: str | None) -> bool:
    """Whether this stands where a number should and names nobody: empty, a word for "withheld", or zeros alone."""
    bare = _IDLE.sub("", unicodedata.normalize("NFKC", user or "")).lower()
    return not bare.strip("0") or bare in _NOBODY


@lru_cache(maxsize=16_384)
def number_key(number: str | None) -> str:
    """Return what all ways of writing one handset's number have in common; empty when nobody is named.

    Numbers of the country come out as they are dialled in it ("0812…"), those of other countries keep their "+".
    What is no number (a user's name at an exchange) is its own key: "pos-1" and "lobby1" are two callers. The server
    does the same (SQL function number_key).
    """
    if number is None or is_hidden(number):
        return ""
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", number))
    if not _FIGURES.fullmatch(plain):
        return _BLANKS.sub(" ", number).strip(" ")
    for way in (_BY_CARRIER, _FROM_ABROAD, _BARE_COUNTRY):
        if way.match(plain):
            return "0" + way.sub("", plain, count=1)
    if _BARE_MOBILE.fullmatch(plain):
        return "0" + plain
    return "+" + plain[2:] if plain.startswith("00") else plain


def numbers_in(text: str) -> frozenset[str]:
    """Return the keys of the numbers that stand in typed words: "0812 3456 7890 (istri)" has one."""
    key = number_key(text)
    if not key or _FIGURES.fullmatch(key):
        return frozenset({key} - {""})
    return frozenset(number_key(each) for each in _WRITTEN.findall(text)) or frozenset({key})
