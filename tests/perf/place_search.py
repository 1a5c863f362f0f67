"""F2: place search while typing in 200,000 entries, and how often a misspelt name is understood.

The names are those of `places/`; the rest of the 200,000 is made up, with a vocabulary as large as that of a regency's
roads, and a third of it much like the real names.
"""

import csv
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from operator_app.domain.words import sound_of
from operator_app.maps.gazetteer import Gazetteer
from operator_app.maps.names import PlaceHit
from tests.perf.figures import Figure, spread

PLACES = Path(__file__).parent / "places"
ENTRIES = 200_000
VOCABULARY = 9_000
SHOWN = 10
FIRST = 3
"""A right answer stands among so many."""
SHARE = 0.95
SECOND, SECOND_FIRST, SECOND_IN_THREE = "queries_2.csv", 0.95, 0.98


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, and what is right: the label and, unless empty, the kecamatan."""

    typed: str
    label: str
    kecamatan: str

    def is_met(self, hits: Sequence[PlaceHit]) -> bool:
        return any(hit.label == self.label and self.kecamatan in ("", hit.kecamatan) for hit in hits)


def rows(name: str) -> list[dict[str, str]]:
    with (PLACES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known_places() -> list[PlaceHit]:
    """The real names, and the invented places that the queries are about."""
    real = [
        PlaceHit(
            r["label"], r["kind"], r["kode"], r["desa"], r["kecamatan"], float(r["lat"]), float(r["lon"])
        )
        for r in rows("names.csv")
    ]
    inside = {(hit.desa, hit.kecamatan): hit for hit in real if hit.kind in ("desa", "kelurahan")}
    invented = []
    for number, r in enumerate(rows("invented.csv")):
        at = inside[r["desa"], r["kecamatan"]]
        code = f"invented:{number}"
        invented.append(
            PlaceHit(r["label"], r["kind"], code, at.desa, at.kecamatan, at.lat, at.lon, area=False)
        )
    return real + invented


def queries(name: str = "queries.csv") -> list[Query]:
    """A list of misspelt names; the second one (`SECOND`) was drawn by chance from every kind of slip."""
    return [Query(r["typed"], r["label"], r["kecamatan"]) for r in rows(name)]


def made_up(count: int, seed: int = 112) -> Iterator[PlaceHit]:
    """Roads, alleys, RT and landmarks in the real villages; their names are random."""
    chance = random.Random(seed)
    villages = [hit for hit in known_places() if hit.kind in ("desa", "kelurahan")]
    words = vocabulary(chance)
    common = words[:300]
    for number in range(count):
        at = chance.choice(villages)
        kind = chance.choices(
            ("jalan", "gang", "rt", "masjid", "sekolah", "toko", "kantor"), (30, 25, 20, 8, 6, 8, 3)
        )[0]
        if kind == "rt":
            label = f"RT {chance.randint(1, 60)}"
        else:
            name = [chance.choice(common if chance.random() < 0.6 else words)]
            if chance.random() < 0.6:
                name.append(chance.choice(common if chance.random() < 0.5 else words))
            if chance.random() < 0.2:
                name.append(str(chance.randint(1, 9)))
            label = " ".join((kind, *name)).title()
        lat, lon = at.lat + chance.uniform(-0.02, 0.02), at.lon + chance.uniform(-0.02, 0.02)
        yield PlaceHit(label, kind, f"made-up:{number}", at.desa, at.kecamatan, lat, lon, area=False)


def vocabulary(chance: random.Random) -> list[str]:
    """Words of Indonesian sound: those of the real names, and a third of the rest two slips away from one."""
    real = sorted({word for r in rows("names.csv") for word in r["label"].lower().split() if len(word) > 3})
    sounds = [sound_of(word) for word in real]
    taken = {word for hit in known_places() for word in hit.label.lower().split()} - set(real)
    found = dict.fromkeys(real)
    while len(found) < VOCABULARY:
        if chance.random() < 0.33:
            word = slip(chance.choice(real), chance, 2)
            if not process.extractOne(sound_of(word), sounds, scorer=OSA.distance, score_cutoff=1):
                found[word] = None
        else:
            parts = chance.randint(2, 4)
            found[
                "".join(chance.choice("bcdghjklmnprstwy") + chance.choice("aaiuueo") for _ in range(parts))
                + chance.choice(("", "", "n", "ng", "r", "s", "h", "k"))
            ] = None
    words = [word for word in found if word not in taken]  # only one answer may be right
    chance.shuffle(words)
    return words


def slip(word: str, chance: random.Random, times: int = 1) -> str:
    """A word with so many slips of the finger: a letter left out, doubled, swapped or wrong."""
    for _ in range(times):
        place = chance.randrange(1, len(word))
        match chance.randrange(4):
            case 0:
                word = word[:place] + word[place + 1 :]
            case 1:
                word = word[:place] + word[place] + word[place:]
            case 2:
                word = word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
            case _:
                word = word[:place] + chance.choice("abdeghiklmnoprstuw") + word[place + 1 :]
    return word


def slipped(places: Sequence[PlaceHit], count: int, seed: int = 7) -> list[Query]:
    """Names of three words or less in which each longer word of one place got one random slip."""
    chance = random.Random(seed)
    fit = [hit for hit in places if 2 <= len(hit.label.split()) <= 3 and hit.kind not in ("rt", "km")]
    found = []
    for hit in chance.sample(fit, min(count, len(fit))):
        words = hit.label.lower().split()
        wrong = max(range(len(words)), key=lambda place: len(words[place]))
        words[wrong] = slip(words[wrong], chance)
        found.append(Query(" ".join(words), hit.label, ""))
    return found


def score(gazetteer: Gazetteer, asked: Sequence[Query], first: int = FIRST) -> tuple[int, list[Query]]:
    """How many queries have a right answer among the first so many, and those that have none."""
    missed = [query for query in asked if not query.is_met(gazetteer.search(query.typed, SHOWN)[:first])]
    return len(asked) - len(missed), missed


def typed_ms(gazetteer: Gazetteer, asked: Sequence[Query], near: str = "") -> list[float]:
    """The milliseconds of each key of each query, from the second letter on, as the form asks."""
    spent = []
    for query in asked:
        for length in range(2, len(query.typed) + 1):
            begun = time.perf_counter()
            gazetteer.search(query.typed[:length], SHOWN, near)
            spent.append((time.perf_counter() - begun) * 1000)
    return spent


def share(name: str, right: int, asked: int, target: float | None, note: str) -> Figure:
    value = 100 * right / asked
    words = "" if target is None else f"≥ {100 * target:g} %"
    return Figure(
        name, "%", asked, value, value, value, words, None if target is None else value >= 100 * target, note
    )


def measure(entries: int = ENTRIES) -> list[Figure]:
    """Build the index in a file of its own, type every query key by key, and count the right answers."""
    known, asked = known_places(), queries()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "places.sqlite"
        everything = known + list(made_up(entries - len(known)))
        begun = time.perf_counter()
        Gazetteer.build(path, "bench", everything)
        built_ms = (time.perf_counter() - begun) * 1000
        begun = time.perf_counter()
        gazetteer = Gazetteer.open(path, "bench")
        opened_ms = (time.perf_counter() - begun) * 1000
        assert gazetteer is not None
        try:
            typed_ms(gazetteer, asked[:5])
            away = typed_ms(gazetteer, asked)
            near = typed_ms(gazetteer, asked, "Sangatta Utara")
            right, missed = score(gazetteer, asked)
            second = queries(SECOND)
            second_first, _ = score(gazetteer, second, 1)
            second_right, second_missed = score(gazetteer, second)
            random_slips = slipped(everything, 500)
            slips_right, _ = score(gazetteer, random_slips)
        finally:
            gazetteer.close()
        size = path.stat().st_size / 1e6
    note = f"{entries:,} entries, {size:.0f} MB, built in {built_ms:.0f} ms, opened in {opened_ms:.0f} ms"
    return [
        spread("F2 place search, per key", "ms", away, p95=16, note=note),
        spread("F2 place search, per key, caller's area first", "ms", near, p95=16),
        share(
            "F2 misspelt names, right in the first three",
            right,
            len(asked),
            SHARE,
            "; ".join(q.typed for q in missed),
        ),
        share("F2 second list, right at first", second_first, len(second), SECOND_FIRST, ""),
        share(
            "F2 second list, right in the first three",
            second_right,
            len(second),
            SECOND_IN_THREE,
            "; ".join(q.typed for q in second_missed),
        ),
        share("F2 names of the index with one random slip", slips_right, len(random_slips), None, "by label"),
    ]


if __name__ == "__main__":
    from tests.perf.figures import table

    print(table(measure()))
