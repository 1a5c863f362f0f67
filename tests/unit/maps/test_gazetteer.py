"""Places by name, as people type them: the index, its file, what is kept beside the site."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.maps.gazetteer import Gazetteer
from operator_app.maps.names import PlaceHit
from tests.perf.place_search import FIRST, SHARE, known_places, made_up, queries, score


def place(label: str, kind: str = "desa", kecamatan: str = "Sangatta Utara", desa: str = "") -> PlaceHit:
    under = desa or ("" if kind == "kecamatan" else label)
    where = label if kind == "kecamatan" else kecamatan
    return PlaceHit(label, kind, f"{kind}:{label}:{kecamatan}", under, where, 0.5, 117.5)


PLACES = (
    place("Sangatta Utara", "kecamatan"),
    place("Sangatta Utara"),
    place("Sangatta Selatan", "kecamatan"),
    place("Singa Geweh", "kelurahan", "Sangatta Selatan"),
    place("Singa Gembara"),
    place("Muara Wahau", "kecamatan"),
    place("Muara Wahau", kecamatan="Muara Wahau"),
    place("Wahau Baru", kecamatan="Muara Wahau"),
    place("Manubar", kecamatan="Sandaran"),
    place("Sukamaju", kecamatan="Kombeng"),
    place("Suka Rahmat", kecamatan="Teluk Pandan"),
    place("Tanjung Labu", kecamatan="Rantau Pulung"),
    place("Pulau Miang", "pulau", "Sangkulirang"),
    place("Karangan Seberang", kecamatan="Karangan"),
    place("Jalan Mawar", "jalan", "Sangatta Utara", "Singa Gembara"),
    place("Jalan Mawar", "jalan", "Sangatta Selatan", "Singa Geweh"),
    place("Masjid Nurul Falah", "masjid", "Sandaran", "Manubar"),
    place("RT 5", "rt", "Sandaran", "Manubar"),
    place("RT 50", "rt", "Sandaran", "Manubar"),
    place("SP 3", "permukiman", "Kombeng", "Sukamaju"),
    place("Simpang Tiga Lama", "simpang", "Kombeng", "Sukamaju"),
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.in_memory(PLACES)


@pytest.mark.parametrize(
    ("typed", "wanted", "kind"),
    [
        ("singa geweh", "Singa Geweh", "kelurahan"),
        ("SINGA  GEWEH!", "Singa Geweh", "kelurahan"),
        ("kel singa gew", "Singa Geweh", "kelurahan"),
        ("singa gewe sengata", "Singa Geweh", "kelurahan"),
        ("singa gembara utara", "Singa Gembara", "desa"),
        ("ma wahau", "Muara Wahau", "desa"),
        ("kec ma wahau", "Muara Wahau", "kecamatan"),
        ("mura wahu", "Muara Wahau", "desa"),
        ("manu", "Manubar", "desa"),
        ("suka maju", "Sukamaju", "desa"),
        ("sukarahmat", "Suka Rahmat", "desa"),
        ("suka rachmat", "Suka Rahmat", "desa"),
        ("tj labu", "Tanjung Labu", "desa"),
        ("sanggata utara", "Sangatta Utara", "desa"),
        ("p miang", "Pulau Miang", "pulau"),
        ("dekat mesjid nurul palah", "Masjid Nurul Falah", "masjid"),
        ("seberang masjid nurul", "Masjid Nurul Falah", "masjid"),
        ("karangan seberang", "Karangan Seberang", "desa"),
        ("rt05 manubar", "RT 5", "rt"),
        ("sp3", "SP 3", "permukiman"),
        ("sp tiga lama", "Simpang Tiga Lama", "simpang"),
        ("pertigaan lama", "Simpang Tiga Lama", "simpang"),
        ("jl mawar no 12 singa geweh", "Jalan Mawar", "jalan"),
        ("masjid nurul yang besar itu", "Masjid Nurul Falah", "masjid"),
    ],
)
def test_the_wanted_place_comes_first(gazetteer: Gazetteer, typed: str, wanted: str, kind: str) -> None:
    best = gazetteer.search(typed, 5)[0]
    assert (best.label, best.kind) == (wanted, kind)


@pytest.mark.parametrize("typed", ["", "  ,. ", "zzzzqq", "\0", '"', "NEAR(", "x*", "' OR 1", "name:"])
def test_what_fits_nothing_finds_nothing(gazetteer: Gazetteer, typed: str) -> None:
    assert gazetteer.search(typed, 5) == ()


def test_a_short_form_is_also_the_beginning_of_a_word(gazetteer: Gazetteer) -> None:
    found = {hit.label for hit in gazetteer.search("ma", 20)}
    assert {"Manubar", "Muara Wahau"} <= found


def test_a_figure_is_that_figure(gazetteer: Gazetteer) -> None:
    assert [hit.label for hit in gazetteer.search("rt 5 manubar", 20) if hit.kind == "rt"][:2] == [
        "RT 5",
        "RT 50",
    ]
    assert gazetteer.search("rt 50", 20)[0].label == "RT 50"


def test_the_limit_is_kept(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.search("s", 3)) == 3
    assert gazetteer.search("s", 0) == ()


def test_the_callers_area_comes_first_among_places_alike(gazetteer: Gazetteer) -> None:
    for near in ("Sangatta Utara", "Sangatta Selatan"):
        assert gazetteer.search("jl mawar", 5, near)[0].kecamatan == near
    assert gazetteer.search("sukamaju", 5, "Sandaran")[0].label == "Sukamaju", (
        "a name said whole outweighs the area"
    )


def test_the_callers_area_is_found_behind_thousands_alike() -> None:
    many = [
        PlaceHit("Gang Melati", "gang", f"g{number}", f"Desa {number}", "Lain", 0.5, 117.5, area=False)
        for number in range(2_000)
    ]
    gazetteer = Gazetteer.in_memory([*many, place("Gang Melati", "gang", "Kecamatan Ini", "Desa Ini")])
    assert gazetteer.search("gg melati", 3, "Kecamatan Ini")[0].desa == "Desa Ini"
    assert gazetteer.search("gg melati desa ini", 3)[0].desa == "Desa Ini"


def test_an_empty_gazetteer_finds_nothing() -> None:
    gazetteer = Gazetteer.in_memory(())
    assert gazetteer.search("sangatta", 5) == ()
    assert len(gazetteer) == 0


@given(st.text(max_size=60) | st.text('abmns "*:^()-+0159', max_size=40))
def test_no_text_breaks_the_search(typed: str) -> None:
    assert len(ANY.search(typed, 5)) <= 5
    assert len(ANY.search(typed, 5, "Sangatta Utara")) <= 5


ANY = Gazetteer.in_memory(PLACES)


@given(st.sampled_from(PLACES))
def test_every_place_is_found_by_its_own_name(wanted: PlaceHit) -> None:
    assert wanted in ANY.search(f"{wanted.label} {wanted.kecamatan}", 5)


# ---- the list of misspelt names


def test_misspelt_names_are_understood() -> None:
    asked = queries()
    assert len(asked) == 100
    assert len({query.typed for query in asked}) == 100
    labels = {hit.label for hit in known_places()}
    assert {query.label for query in asked} <= labels
    exact = {hit.label.casefold() for hit in known_places()}
    as_written = [query.typed for query in asked if query.typed in exact]
    assert len(as_written) <= 1, "names written right prove nothing"
    right, missed = score(Gazetteer.in_memory([*known_places(), *made_up(4_000)]), asked)
    assert right >= SHARE * len(asked), f"not among the first {FIRST}: {[query.typed for query in missed]}"


# ---- the file


def test_the_file_is_used_by_its_version_only(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    assert Gazetteer.open(path, "1") is None
    Gazetteer.build(path, "1", PLACES)
    assert Gazetteer.open(path, "2") is None
    opened = Gazetteer.open(path, "1")
    assert opened is not None
    assert len(opened) == len(PLACES)
    assert opened.search("singa gewe", 1)[0].label == "Singa Geweh"
    opened.close()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(5_000)])
def test_a_broken_file_is_not_opened(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "places.sqlite"
    path.write_bytes(content)
    assert Gazetteer.open(path, "1") is None
    Gazetteer.build(path, "1", PLACES)
    opened = Gazetteer.open(path, "1")
    assert opened is not None
    opened.close()


def test_a_failed_build_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    Gazetteer.build(path, "1", PLACES)
    with pytest.raises(sqlite3.IntegrityError):
        Gazetteer.build(path, "2", [*PLACES, PLACES[0]])
    opened = Gazetteer.open(path, "1")
    assert opened is not None
    opened.close()


# ---- kept places


def test_a_kept_place_is_found_at_once_and_after_a_new_start(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    Gazetteer.build(path, "1", PLACES)
    first = Gazetteer.open(path, "1")
    assert first is not None
    new = place("Warung Xantenia", "warung", "Sandaran", "Manubar")
    assert first.search("xantenia", 5) == ()
    first.add([new])
    assert first.search("warung xanten", 5) == (new,)
    assert first.search("xamtenia", 5) == (new,), "its words are corrected like those of the site"
    first.close()
    second = Gazetteer.open(path, "1")
    assert second is not None
    assert second.search("xantenia", 5) == (new,)
    assert Gazetteer.kept_in(path) == (new,)
    second.close()


def test_the_same_code_again_replaces_the_place() -> None:
    gazetteer = Gazetteer.in_memory(PLACES)
    gazetteer.add([place("Warung Lama", "warung")])
    changed = PlaceHit(
        "Toko Baru", "toko", "warung:Warung Lama:Sangatta Utara", "", "Sangatta Utara", 0.6, 117.6
    )
    gazetteer.add([changed, changed])
    assert len(gazetteer) == len(PLACES) + 1
    assert gazetteer.search("toko baru", 1) == (changed,)
    assert "Warung Lama" not in {hit.label for hit in gazetteer.search("warung lama", 5)}
    assert gazetteer.get(changed.kode) == changed


def test_only_kept_places_can_be_forgotten() -> None:
    gazetteer = Gazetteer.in_memory(PLACES)
    new = place("Warung Xantenia", "warung")
    gazetteer.add([new])
    assert gazetteer.forget(new.kode)
    assert not gazetteer.forget(new.kode)
    assert gazetteer.search("xantenia", 5) == ()
    assert not gazetteer.forget(PLACES[0].kode)
    assert len(gazetteer) == len(PLACES)


def test_a_kept_place_is_found_behind_thousands_alike() -> None:
    many = [place(f"Warung Makan {number}", "warung", f"Kecamatan {number % 18}") for number in range(3_000)]
    gazetteer = Gazetteer.in_memory(many)
    new = place("Warung Makan", "warung", "Sandaran")
    gazetteer.add([new])
    assert gazetteer.search("warung makan", 3)[0] == new
