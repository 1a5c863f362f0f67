"""What was typed about a place, word by word: what can be a name, and what only says where in an address it stands.

Official addresses name their parts (KEL., KEC., RT 005 / RW 002), and nobody's village is called by them: those words,
house numbers, postcodes, the province and the regency itself need not be found anywhere.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from operator_app.domain.words import SHORT_FORMS, written_words
from operator_app.maps.names import DIRECTIONS, FILLERS, SMALL_WORDS

_PIECE = re.compile(r"[^\s,;:()\[\]\"/|]+|[,;:()\[\]\"/|]|\n")
_PART_ENDS = frozenset(",;\n()[]|")
_VILLAGES = frozenset(("kelurahan", "desa"))
_MARKERS = frozenset(
    ("kelurahan", "desa", "kecamatan", "kabupaten", "kota", "kotamadya", "provinsi", "propinsi", "prov")
)
_KINDS = {"kelurahan": _VILLAGES, "desa": _VILLAGES, "kecamatan": frozenset(("kecamatan",))}
_SILENT = frozenset(("alamat", "kodepos", "indonesia", "rw", "ktp"))
_NUMBER_WORDS = frozenset(("no", "nomor", "nmr"))
_POSTCODE = re.compile(r"[1-9]\d{4}")
_PROVINCES = (
    "aceh", "sumatera utara", "sumatera barat", "riau", "jambi", "sumatera selatan", "bengkulu", "lampung",
    "kepulauan bangka belitung", "kepulauan riau", "dki jakarta", "jawa barat", "jawa tengah", "di yogyakarta",
    "jawa timur",
    "banten", "bali", "nusa tenggara barat", "nusa tenggara timur", "kalimantan barat", "kalimantan tengah",
    "kalimantan selatan",
    "kalimantan timur", "kalimantan utara", "sulawesi utara", "sulawesi tengah", "sulawesi selatan",
    "sulawesi tenggara",
    "gorontalo", "sulawesi barat", "maluku", "maluku utara", "papua", "papua barat", "papua selatan", "papua tengah",
    "papua pegunungan", "papua barat daya", "kaltim", "kaltara", "kalsel", "kalteng", "kalbar",
)  # fmt: skip
"""All provinces of the republic, and usual short names of some."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of what was typed, as it was typed, with the words by which it is compared.

    `role`: name, filler (dekat, depan), marker (kel., kec.), rt, number (of a house), silent, or end (of a part).
    """

    raw: str
    start: int
    end: int
    words: tuple[str, ...]
    role: str = "name"


@dataclass(frozen=True, slots=True)
class Typed:
    """A text about a place in its pieces; `rt` is the number of the neighbourhood unit, if one was said."""

    text: str
    pieces: tuple[Piece, ...]
    rt: str

    @property
    def words(self) -> tuple[str, ...]:
        """All words but house numbers and what says nothing."""
        wanted = [piece for piece in self.pieces if piece.role not in ("number", "silent")]
        return tuple(word for piece in wanted for word in piece.words)

    @property
    def names(self) -> tuple[str, ...]:
        """The words that can be a name or stand around one; without the address around them."""
        wanted = [piece for piece in self.pieces if piece.role in ("name", "filler")]
        return tuple(word for piece in wanted for word in piece.words)

    def kinds_said(self, number: int) -> frozenset[str]:
        """The kinds of area that a marker before the word of that number among `names` calls for; none: no marker."""
        said: frozenset[str] = frozenset()
        for piece in self.pieces:
            if piece.role == "marker":
                said = _KINDS.get(SHORT_FORMS.get(piece.words[-1], piece.words[-1]), frozenset())
            elif piece.role in ("name", "filler"):
                number -= len(piece.words)
                if number < 0:
                    return said
            elif piece.raw in _PART_ENDS:
                said = frozenset()
        return said

    def left(self, explained: Iterable[int]) -> str:
        """The text without the pieces of these numbers and without RT: what a place leaves unsaid, in its order."""
        done = set(explained)
        kept: list[str] = []
        run: list[Piece] = []
        for number, piece in enumerate((*self.pieces, Piece("", len(self.text), len(self.text), (), "end"))):
            is_left = number not in done and piece.role in ("name", "filler", "number")
            if is_left:
                run.append(piece)
                continue
            if piece.role == "end" and piece.raw and run and piece.raw in '/:()"':
                run.append(piece)
                continue
            kept += _said(self.text, run)
            run = []
        return ", ".join(kept)


def _said(text: str, run: Sequence[Piece]) -> list[str]:
    """The words of a run as typed, without small words at its ends; nothing when it has no other."""
    pieces = list(run)
    while pieces and (pieces[-1].role == "end" or set(pieces[-1].words) <= SMALL_WORDS):
        pieces.pop()
    while pieces and (pieces[0].role == "end" or set(pieces[0].words) <= SMALL_WORDS):
        pieces.pop(0)
    if all(piece.role == "filler" and not DIRECTIONS.intersection(piece.words) for piece in pieces):
        return []
    return [" ".join(text[pieces[0].start : pieces[-1].end].split())]


def read_typed(text: str, region: Sequence[str] = ()) -> Typed:
    """Take a text apart; `region` are the names of the regency, which say nothing about where in it."""
    pieces = [_piece(found) for found in _PIECE.finditer(text)]
    rt = ""
    for at, piece in enumerate(pieces):
        said = _rt_at(pieces, at)
        if said is not None:
            rt = rt or said[0]
            for place in said[1]:
                pieces[place] = replace(pieces[place], role="rt")
        elif piece.words == ("kode",) and at + 1 < len(pieces) and pieces[at + 1].words == ("pos",):
            pieces[at : at + 2] = [replace(each, role="silent") for each in pieces[at : at + 2]]
        elif piece.words and piece.words[0] in _NUMBER_WORDS and piece.role == "name":
            _mark_number(pieces, at)
    _mark_silent(pieces, [*region, *_PROVINCES])
    return Typed(text, tuple(pieces), rt)


def _piece(found: re.Match[str]) -> Piece:
    raw = found[0]
    words = written_words(raw)
    role = "name"
    if not words:
        role = "end" if raw in _PART_ENDS or raw in '/:"' else "silent"
    elif all(SHORT_FORMS.get(word, word) in _MARKERS for word in words):
        role = "marker"
    elif all(word in _SILENT for word in words) or _POSTCODE.fullmatch(raw):
        role = "silent"
    elif all(word in FILLERS for word in words):
        role = "filler"
    return Piece(raw, found.start(), found.end(), words, role)


def _rt_at(pieces: Sequence[Piece], at: int) -> tuple[str, list[int]] | None:
    """The number of an RT that is said here ("RT 5", "RT.005", "RT/RW 005/002", "rw 2"), and the pieces that say it."""
    piece = pieces[at]
    if piece.role not in ("name", "silent") or not piece.words or piece.words[0] not in ("rt", "rw"):
        return None
    kinds, taken, figures = [piece.words[0]], [at], list(piece.words[1:])
    if figures and not figures[0].isdigit():
        return None
    for place in range(at + 1, min(at + 8, len(pieces))):
        follows = pieces[place]
        if not figures and follows.words[:1] in (("rt",), ("rw",)) and len(follows.words) == 1:
            kinds.append(follows.words[0])
        elif len(follows.words) == 1 and follows.words[0].isdigit() and len(figures) < len(kinds):
            figures.append(follows.words[0])
        elif not figures and follows.raw in ("-", ".", "–"):
            figures.append("")
        elif follows.raw not in ("/", ":"):
            break
        taken.append(place)
    while taken and pieces[taken[-1]].raw in ("/", ":"):
        taken.pop()
    if not figures:
        return None
    numbers = dict(zip(kinds, figures, strict=False))
    return numbers.get("rt", ""), taken


def _mark_number(pieces: list[Piece], at: int) -> None:
    """The number of a house: "no 12", "No. 12A", "nomor 7"."""
    if at == 0:
        return
    if len(pieces[at].words) > 1 and pieces[at].words[1][:1].isdigit():
        pieces[at] = replace(pieces[at], role="number")
    elif at + 1 < len(pieces) and pieces[at + 1].words and pieces[at + 1].words[0][:1].isdigit():
        pieces[at] = replace(pieces[at], role="number")
        pieces[at + 1] = replace(pieces[at + 1], role="number")


def _mark_silent(pieces: list[Piece], names: Iterable[str]) -> None:
    """The regency and the province, where their whole name stands, of one word only as a part of its own."""
    flat = [(word, at) for at, piece in enumerate(pieces) for word in piece.words]
    spoken = [word for word, _ in flat]
    for name in names:
        wanted = [word for word in written_words(name) if SHORT_FORMS.get(word, word) not in _MARKERS]
        for start in range(len(flat) - len(wanted) + 1 if wanted else 0):
            inside = sorted({at for _, at in flat[start : start + len(wanted)]})
            if spoken[start : start + len(wanted)] != wanted:
                continue
            if (len(wanted) > 1 or _stands_alone(pieces, inside)) and _says_more(pieces, inside):
                for at in inside:
                    pieces[at] = replace(pieces[at], role="silent")


def _stands_alone(pieces: Sequence[Piece], inside: Sequence[int]) -> bool:
    before = pieces[inside[0] - 1].role if inside[0] else "end"
    after = pieces[inside[-1] + 1].role if inside[-1] + 1 < len(pieces) else "end"
    return before == "marker" or (before == "end" and after in ("end", "silent"))


def _says_more(pieces: Sequence[Piece], inside: Sequence[int]) -> bool:
    return any(piece.role == "name" for at, piece in enumerate(pieces) if at not in inside)
