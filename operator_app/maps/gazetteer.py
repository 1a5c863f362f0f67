"""Search of places by name, on the seat, in a file of its own: SQLite FTS5, spelling forgiven, best first.

Each typed word must fit the beginning of a word of the place or of its surroundings (kind, village, district). A word
that fits nothing is corrected against the vocabulary, torn in two or joined with its neighbour. What the index brings,
in the order of importance in which it was written, is ranked anew by `place_rank`. Where no place answers all that was
typed, the areas that it names come first, each place with the words that it leaves unanswered.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from operator_app.domain.words import sound_of, words_of
from operator_app.maps.answer import Answers
from operator_app.maps.area_names import AreaNames
from operator_app.maps.names import (
    EVERYDAY,
    FILLERS,
    PlaceHit,
    Sounds,
    index_words,
    meanings_of,
    number_shapes,
)
from operator_app.maps.place_rank import Candidate, Reading, Term, group_of, ordered
from operator_app.maps.typed import Typed, read_typed
from operator_app.maps.vocabulary import Vocabulary

FORMAT = 2
_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (
    id INTEGER PRIMARY KEY, kode TEXT NOT NULL UNIQUE, label TEXT NOT NULL, kind TEXT NOT NULL, desa TEXT NOT NULL,
    kecamatan TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, area INTEGER NOT NULL, own INTEGER NOT NULL,
    name TEXT NOT NULL, around TEXT NOT NULL);
CREATE INDEX place_name ON place (name);
CREATE INDEX place_own ON place (own) WHERE own = 1;
CREATE VIRTUAL TABLE word USING fts5(
    name, around, content='place', content_rowid='id', detail='none', prefix='2 3 4', tokenize='ascii');
"""
_VOCABULARY = "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, 'word', 'row')"
_COLUMNS = "label, kecamatan, desa, kode, kind, lat, lon, area, name, around, id"
"""In the order in which places alike are shown."""
_AREA_KINDS = ("kecamatan", "desa", "kelurahan", "pulau")

_FETCHED, _NEAR_FETCHED, _ALIKE_FETCHED = 150, 80, 40
_SPELT_OUT, _LONGEST_INDEXED = 16, 4
_MOST_WORDS, _MOST_SHAPES, _MOST_FEWER, _MOST_INSIDE = 8, 4, 16, 3
_LIGHT_RT, _LIGHT_MARKER = 0.2, 0.05
_SLIP = 0.92
_GOOD_ENOUGH, _CERTAIN, _FEW = 0.8, 0.95, 3


class Gazetteer:
    """Places by name. One thread at a time; a search reads, `add` and `forget` write without waiting for the disk."""

    def __init__(self, db: sqlite3.Connection, region: Sequence[str] = ()) -> None:
        """Use `build`, `open` or `in_memory`. `region` are the regency's names, which need not be found."""
        self._db = db
        self._region = tuple(region)
        db.execute(_VOCABULARY)
        terms = (term for (term,) in db.execute("SELECT term FROM temp.vocabulary"))
        self._vocabulary = Vocabulary(term for term in terms if not term.startswith(_AREA_MARK))
        (self._site_places,) = db.execute("SELECT coalesce(max(id), 0) FROM place WHERE own = 0").fetchone()
        areas = db.execute(f"SELECT {_COLUMNS} FROM place WHERE own = 0 AND kind IN {_AREA_KINDS}")  # noqa: S608
        self._areas = AreaNames(_candidate(row) for row in areas)

    @classmethod
    def in_memory(cls, places: Iterable[PlaceHit], region: Sequence[str] = ()) -> Self:
        """A gazetteer that is gone with the process."""
        db = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(db, "", places, ())
        return cls(db, region)

    @classmethod
    def build(
        cls, path: Path, version: str, places: Iterable[PlaceHit], kept: Iterable[PlaceHit] = ()
    ) -> None:
        """Write a fresh file with a site's places and what was kept beside them; the old one is replaced at the end.

        Raises `OSError`, `sqlite3.Error`. About 5 s for 200,000 places: not for the window's thread.
        """
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        db = sqlite3.connect(fresh)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            _fill(db, version, places, kept)
        finally:
            db.close()
        fresh.replace(path)

    @classmethod
    def open(cls, path: Path, version: str, region: Sequence[str] = ()) -> Self | None:
        """Open the file when it holds this version whole; None when it must be built. Any thread may use it after."""
        if not path.is_file():
            return None
        db = sqlite3.connect(path, check_same_thread=False)
        try:
            db.execute("PRAGMA synchronous = OFF")  # all of it can be made again
            # A cache, and no mapped memory: a file cut short under a map would end the whole program.
            db.execute("PRAGMA cache_size = -32768")
            held = dict(db.execute("SELECT key, value FROM about"))
            if held != {"format": str(FORMAT), "version": version}:
                db.close()
                return None
            return cls(db, region)
        except sqlite3.DatabaseError:
            db.close()
            return None

    @classmethod
    def kept_in(cls, path: Path) -> tuple[PlaceHit, ...]:
        """The places kept beside those of the site in a file of any version. Raises `sqlite3.Error`."""
        db = sqlite3.connect(path)
        try:
            rows = db.execute(f"SELECT {_COLUMNS} FROM place WHERE own = 1 ORDER BY id")  # noqa: S608
            return tuple(_hit(row) for row in rows)
        finally:
            db.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __len__(self) -> int:
        """How many places there are."""
        (count,) = self._db.execute("SELECT count(*) FROM place").fetchone()
        return int(count)

    # ---- kept places

    def get(self, kode: str) -> PlaceHit | None:
        """The place of that code."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM place WHERE kode = ?", (kode,)).fetchone()  # noqa: S608
        return None if row is None else _hit(row)

    def named(self, label: str) -> tuple[PlaceHit, ...]:
        """Up to a hundred places of exactly that name, however it is spelt."""
        name = " ".join(index_words(label, Sounds()))
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM place WHERE name = ? LIMIT 100", (name,))  # noqa: S608
        return tuple(_hit(row) for row in rows)

    def add(self, places: Iterable[PlaceHit]) -> None:
        """Keep places beside those of the site; one of the same code is replaced."""
        with self._db:
            for hit in places:
                self._take_out(hit.kode)
                (number,) = self._db.execute("SELECT max(id) + 1 FROM place").fetchone()
                row = _row(max(number or 0, self._site_places + 1), hit, Sounds(), own=True)
                _insert(self._db, [row])
                words = f"{row[-2]} {row[-1]}".split()
                self._vocabulary.learn(word for word in words if not word.startswith(_AREA_MARK))

    def forget(self, kode: str) -> bool:
        """Drop a kept place; a place of the site stays. Return whether there was one."""
        with self._db:
            return self._take_out(kode)

    def _take_out(self, kode: str) -> bool:
        row = self._db.execute(
            "SELECT id, name, around FROM place WHERE kode = ? AND own = 1", (kode,)
        ).fetchone()
        if row is None:
            return False
        self._db.execute("INSERT INTO word (word, rowid, name, around) VALUES ('delete', ?, ?, ?)", row)
        self._db.execute("DELETE FROM place WHERE id = ?", row[:1])
        return True

    # ---- search

    def search(self, text: str, limit: int = 10, near: str = "") -> tuple[PlaceHit, ...]:
        """Return the best places for what was typed, best first; those of the kecamatan `near` before others alike.

        Each says which of the words it is no answer to, and whether it is sure enough to be taken unasked.
        """
        typed = read_typed(text, self._region)
        if not typed.words or limit < 1:
            return ()
        found: dict[int, Candidate] = {}
        best: list[tuple[float, Candidate]] = []
        for readings, wanted in self._ways(typed):
            before = len(found)
            self._collect(found, wanted, near)
            if len(found) > before:
                best = ordered(found.values(), readings, near)
            if best and best[0][0] >= (_CERTAIN if len(best) < _FEW else _GOOD_ENOUGH):
                break
        answers = Answers(typed, self._widely)
        best = self._with_areas(typed, found, best, near, answers)
        shown = [each for _, each in best[: max(limit, _FEW)]]
        return answers.told_of([_hit(each.row) for each in shown], shown)[:limit]

    def _collect(self, found: dict[int, Candidate], wanted: Iterable[Reading], near: str) -> None:
        for terms in wanted:
            for row in self._fetch(terms, near):
                if row[-1] not in found:
                    found[row[-1]] = _candidate(row)

    def _with_areas(
        self,
        typed: Typed,
        found: dict[int, Candidate],
        best: list[tuple[float, Candidate]],
        near: str,
        answers: Answers,
    ) -> list[tuple[float, Candidate]]:
        """Beside the best places the areas that the text names, slips forgiven.

        Where nothing answers all words, what lies in the area that answers most goes before the rest, and the area
        itself is the first or second of all.
        """
        names = typed.names[: 2 * _MOST_WORDS]
        named = self._areas.named_in([self._widely(word) for word in names])
        is_whole = bool(best) and not answers.missing_in(best[0][1])
        if not named or (is_whole and any(area.row[-1] == best[0][1].row[-1] for area in named)):
            return best
        address = self._address(typed)
        rank = [(*address, *(self._widely(word) for word in shape)) for shape in self._shapes(names)]
        areas = [each for _, each in ordered(named, rank, near)]
        if is_whole:
            fresh = {each.row[-1]: each for each in areas if not answers.missing_in(each)}
            return ordered((found | fresh).values(), rank, near) if fresh else best
        called = {each: typed.kinds_said(min(named[each])) for each in areas}
        first = next((each for each in areas if each.kind in (called[each] or (each.kind,))), areas[0])
        for area in areas[:_MOST_INSIDE]:
            found[area.row[-1]] = area
            rest = [
                self._term(word)
                for at, word in enumerate(names)
                if at not in named[area] and word not in FILLERS
            ]
            for row in self._fetch_inside(area, rest):
                found.setdefault(row[-1], _candidate(row))
        shown = ordered(found.values(), rank, near)
        shown.sort(key=lambda each: not _lies_in(each[1], first))
        place = next(at for at, (_, each) in enumerate(shown) if each.row[-1] == first.row[-1])
        shown.insert(0 if called[first] else min(place, 1), shown.pop(place))
        return shown

    def _fetch_inside(self, area: Candidate, rest: Sequence[Term]) -> Iterator[sqlite3.Row]:
        """Places of an area that answer any of the other words."""
        groups = [group for term in rest if (group := self._match(term))]
        if not groups:
            return
        where = " AND ".join(f'"{word}"' for word in dict.fromkeys(area.name))
        asked = f"({' OR '.join(groups)}) AND {where}"
        get = f"SELECT {_COLUMNS} FROM place WHERE id IN (SELECT rowid FROM word WHERE word MATCH ? LIMIT ?)"  # noqa: S608
        yield from self._db.execute(get, (asked, _NEAR_FETCHED))

    def _ways(self, typed: Typed) -> Iterator[tuple[list[Reading], list[Reading]]]:
        """Ever wider ways to understand what was typed: how to rank, and what to fetch."""
        words, names = typed.words, typed.names[:_MOST_WORDS] or typed.words[:_MOST_WORDS]
        if words != names and len(words) <= _MOST_WORDS:
            whole = [self._reading(shape) for shape in self._shapes(words)]
            yield whole, whole
        shapes = self._shapes(names)
        address = self._address(typed)
        plain = [self._reading(shape) for shape in shapes]
        rank = [(*address, *reading) for reading in plain]
        yield rank, plain
        if any(word in FILLERS for word in names):
            yield rank, [_without_fillers(reading) for reading in plain]
        wide = [self._reading(shape, widened=True) for shape in shapes]
        rank = [(*address, *reading) for reading in wide]
        meant = [_without_fillers(reading) for reading in wide]
        yield rank, meant
        known = [tuple(term for term in reading if term.forms) for reading in meant]
        fewer = [each for each, all_of_it in zip(known, meant, strict=True) if each and each != all_of_it]
        fewer += [
            (*reading[:place], *reading[place + 1 :])
            for reading in known
            for place in range(len(reading))
            if len(reading) > 1
        ]
        yield rank, fewer[:_MOST_FEWER]

    def _shapes(self, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        shapes = [words, *islice(self._vocabulary.reshaped(words), _MOST_SHAPES)]
        return list(dict.fromkeys([*shapes, *number_shapes(words)]))

    def _widely(self, word: str) -> Term:
        """All that a word may stand for, what areas are called among it."""
        term = self._term(word, widened=True)
        if word in EVERYDAY:
            return term
        known = {form for form, _ in term.forms}
        slips = self._areas.vocabulary.corrections(sound_of(word))
        return replace(
            term, forms=(*term.forms, *((form, sure * _SLIP) for form, sure in slips if form not in known))
        )

    def _address(self, typed: Typed) -> Reading:
        """The parts of an address around the names; one "kec." alone says what is looked for, several say nothing."""
        if not typed.names:
            return ()
        markers = sum(piece.role == "marker" for piece in typed.pieces)
        light = {"rt": _LIGHT_RT, "marker": _LIGHT_MARKER if markers > 1 else None}
        return tuple(
            replace(self._term(word), light=light[piece.role])
            for piece in typed.pieces
            if piece.role in light
            for word in piece.words
        )

    def _reading(self, words: Sequence[str], *, widened: bool = False) -> Reading:
        return tuple(self._term(word, widened=widened) for word in words)

    def _term(self, word: str, *, widened: bool = False) -> Term:
        sound = sound_of(word)
        meanings = [each for each in meanings_of(word) if self._vocabulary.is_known(each)]
        forms = [(each, 1.0 if each == sound else 0.97) for each in meanings]
        if (widened or not meanings) and word not in EVERYDAY:
            known = set(meanings)
            forms += [
                (form, sure * _SLIP)
                for form, sure in self._vocabulary.corrections(sound)
                if form not in known
            ]
        return Term(word, tuple(forms))

    def _fetch(self, reading: Reading, near: str) -> Iterator[sqlite3.Row]:
        name = " ".join(term.forms[0][0] for term in reading if term.forms)
        if name:
            alike = f"SELECT {_COLUMNS} FROM place WHERE name >= ? AND name < ? ORDER BY name LIMIT {_ALIKE_FETCHED}"  # noqa: S608
            yield from self._db.execute(alike, (name, f"{name}~"))
        groups = [group for term in reading if (group := self._match(term))]
        if not groups or any(not term.forms for term in reading):
            return
        asked = " AND ".join(groups)
        get = (
            f"SELECT {_COLUMNS} FROM place"  # noqa: S608
            " WHERE id IN (SELECT rowid FROM word WHERE word MATCH ? AND rowid > ? LIMIT ?)"
        )
        if near:
            yield from self._db.execute(get, (f'{asked} AND "{_area_mark(near)}"', 0, _NEAR_FETCHED))
        yield from self._db.execute(get, (asked, 0, _FETCHED))
        yield from self._db.execute(get, (asked, self._site_places, _ALIKE_FETCHED))

    def _match(self, term: Term) -> str:
        """The FTS5 words for a term; empty when it is too short to be looked for among others."""
        parts = []
        for form, _ in term.forms:
            if form.isdigit() or (len(form) == 1 and self._vocabulary.is_word(form)):
                parts.append(f'"{form}"')
            elif len(form) > 1:
                parts.extend(self._spelt_out(form))
        return f"({' OR '.join(parts)})" if parts else ""

    def _spelt_out(self, form: str) -> list[str]:
        """A beginning for FTS5: where it keeps no index of beginnings it is faster to name the few words meant."""
        known = self._vocabulary.beginning_with(form, _SPELT_OUT + 1)
        if known == [form] or (len(form) > _LONGEST_INDEXED and len(known) <= _SPELT_OUT):
            return [f'"{word}"' for word in known]
        return [f'"{form}"*']


_AREA_MARK = "0k"
"""Beginning of the word that stands for a place's kecamatan in the index."""


def _area_mark(kecamatan: str) -> str:
    return _AREA_MARK + "".join(words_of(kecamatan))


def _without_fillers(reading: Reading) -> Reading:
    return tuple(term for term in reading if term.typed not in FILLERS) or reading


def _lies_in(place: Candidate, area: Candidate) -> bool:
    """Whether the place is in the area by name."""
    return set(area.name) <= {*place.name, *place.around}


def _fill(db: sqlite3.Connection, version: str, places: Iterable[PlaceHit], kept: Iterable[PlaceHit]) -> None:
    db.executescript(_SCHEMA)
    ordered_places = sorted(places, key=lambda hit: group_of(hit.kind))  # the index brings the first that fit
    sounds = Sounds()
    with db:
        _insert(db, [_row(number, hit, sounds, own=False) for number, hit in enumerate(ordered_places, 1)])
        _insert(
            db,
            [_row(number, hit, sounds, own=True) for number, hit in enumerate(kept, len(ordered_places) + 1)],
        )
        db.executemany("INSERT INTO about VALUES (?, ?)", (("format", str(FORMAT)), ("version", version)))
        db.execute("INSERT INTO word (word) VALUES ('optimize')")


_Row = tuple[int, str, str, str, str, str, float, float, bool, bool, str, str]


def _row(number: int, hit: PlaceHit, sounds: Sounds, *, own: bool) -> _Row:
    name = " ".join(index_words(hit.label, sounds))
    around = (*index_words(f"{hit.kind} {hit.desa} {hit.kecamatan}", sounds), _area_mark(hit.kecamatan))
    return (
        number, hit.kode, hit.label, hit.kind, hit.desa, hit.kecamatan, hit.lat, hit.lon, hit.area, own, name,
        " ".join(dict.fromkeys(around)),
    )  # fmt: skip


def _insert(db: sqlite3.Connection, rows: Sequence[_Row]) -> None:
    db.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.executemany(
        "INSERT INTO word (rowid, name, around) VALUES (?, ?, ?)",
        ((row[0], row[-2], row[-1]) for row in rows),
    )


def _candidate(row: Sequence[Any]) -> Candidate:
    kecamatan, kind, name, around = row[1], row[4], row[8], row[9]
    return Candidate(kind, kecamatan, name, tuple(name.split()), tuple(around.split()), row)


def _hit(row: Sequence[Any]) -> PlaceHit:
    label, kecamatan, desa, kode, kind, lat, lon, area, *_ = row
    return PlaceHit(label, kind, kode, desa, kecamatan, lat, lon, bool(area))
