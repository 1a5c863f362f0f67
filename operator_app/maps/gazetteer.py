"""Search of places by name, on the seat, in a file of its own: SQLite FTS5, spelling forgiven, best first.

Each typed word must fit the beginning of a word of the place or of its surroundings (kind, village, district). A word
that fits nothing is corrected against the vocabulary, torn in two or joined with its neighbour. What the index brings,
in the order of importance in which it was written, is ranked anew by `place_rank`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

from operator_app.domain.words import sound_of, words_of, written_words
from operator_app.maps.names import FILLERS, PlaceHit, Sounds, index_words, meanings_of
from operator_app.maps.place_rank import Candidate, Reading, Term, group_of, ordered
from operator_app.maps.vocabulary import Vocabulary

FORMAT = 1
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

_FETCHED, _NEAR_FETCHED, _ALIKE_FETCHED = 150, 80, 40
_SPELT_OUT, _LONGEST_INDEXED = 16, 4
_MOST_WORDS, _MOST_SHAPES, _MOST_FEWER = 8, 4, 16
_GOOD_ENOUGH, _CERTAIN, _FEW = 0.8, 0.95, 3


class Gazetteer:
    """Places by name. One thread at a time; a search reads, `add` and `forget` write without waiting for the disk."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Use `build`, `open` or `in_memory`."""
        self._db = db
        db.execute(_VOCABULARY)
        terms = (term for (term,) in db.execute("SELECT term FROM temp.vocabulary"))
        self._vocabulary = Vocabulary(term for term in terms if not term.startswith(_AREA_MARK))
        (self._site_places,) = db.execute("SELECT coalesce(max(id), 0) FROM place WHERE own = 0").fetchone()

    @classmethod
    def in_memory(cls, places: Iterable[PlaceHit]) -> Self:
        """A gazetteer that is gone with the process."""
        db = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(db, "", places, ())
        return cls(db)

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
    def open(cls, path: Path, version: str) -> Self | None:
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
            return cls(db)
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
        """Return the best places for what was typed, best first; those of the kecamatan `near` before others alike."""
        words = _without_house_number(written_words(text)[:_MOST_WORDS])
        if not words or limit < 1:
            return ()
        found: dict[int, Candidate] = {}
        best: list[tuple[float, Candidate]] = []
        for readings, wanted in self._ways(words):
            before = len(found)
            for terms in wanted:
                for row in self._fetch(terms, near):
                    if row[-1] not in found:
                        found[row[-1]] = _candidate(row)
            if len(found) > before:
                best = ordered(found.values(), readings, near)
            if best and best[0][0] >= (_CERTAIN if len(best) < _FEW else _GOOD_ENOUGH):
                break
        return tuple(_hit(candidate.row) for _, candidate in best[:limit])

    def _ways(self, words: Sequence[str]) -> Iterator[tuple[list[Reading], list[Reading]]]:
        """Ever wider ways to understand what was typed: how to rank, and what to fetch."""
        shapes = [words, *islice(self._vocabulary.reshaped(words), _MOST_SHAPES)]
        plain = [self._reading(shape, widened=False) for shape in shapes]
        yield plain, plain
        if any(word in FILLERS for word in words):
            yield plain, [_without_fillers(reading) for reading in plain]
        wide = [self._reading(shape, widened=True) for shape in shapes]
        meant = [_without_fillers(reading) for reading in wide]
        yield wide, meant
        fewer = [
            (*reading[:place], *reading[place + 1 :])
            for reading in meant
            for place in range(len(reading))
            if len(reading) > 1
        ]
        yield wide, fewer[:_MOST_FEWER]

    def _reading(self, words: Sequence[str], *, widened: bool) -> Reading:
        return tuple(self._term(word, widened=widened) for word in words)

    def _term(self, word: str, *, widened: bool) -> Term:
        sound = sound_of(word)
        meanings = [each for each in meanings_of(word) if self._vocabulary.is_known(each)]
        forms = [(each, 1.0 if each == sound else 0.97) for each in meanings]
        if widened or not meanings:
            known = set(meanings)
            forms += [
                (form, sure * 0.92) for form, sure in self._vocabulary.corrections(sound) if form not in known
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


def _without_house_number(words: tuple[str, ...]) -> tuple[str, ...]:
    if "no" in words[1:]:
        place = words.index("no", 1)
        if words[place + 1 : place + 2] and words[place + 1].isdigit():
            return (*words[:place], *words[place + 2 :])
    return words


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
