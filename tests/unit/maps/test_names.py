"""Places by name, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.maps.names import NameIndex, PlaceHit, words_of


def place(label: str, kind: str = "desa", kecamatan: str = "Sangatta Utara") -> PlaceHit:
    desa = "" if kind == "kecamatan" else label
    return PlaceHit(
        label, kind, f"{kind}:{label}", desa, label if kind == "kecamatan" else kecamatan, 0.5, 117.5
    )


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
)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(PLACES)


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
        ("tj labu", "Tanjung Labu", "desa"),
        ("sanggata utara", "Sangatta Utara", "desa"),
        ("p miang", "Pulau Miang", "pulau"),
    ],
)
def test_the_wanted_place_comes_first(index: NameIndex, typed: str, wanted: str, kind: str) -> None:
    best = index.search(typed, 5)[0]
    assert (best.label, best.kind) == (wanted, kind)
    assert best.area, "a label point is not an address"


@pytest.mark.parametrize("typed", ["", "  ,. ", "zzzz", "rt 05", "x"])
def test_what_fits_nothing_finds_nothing(index: NameIndex, typed: str) -> None:
    assert index.search(typed, 5) == ()


def test_a_short_form_is_also_the_beginning_of_a_word(index: NameIndex) -> None:
    found = {hit.label for hit in index.search("ma", 20)}
    assert {"Manubar", "Muara Wahau"} <= found


def test_the_limit_is_kept(index: NameIndex) -> None:
    assert len(index.search("s", 3)) == 3
    assert index.search("s", 0) == ()


def test_an_empty_index_finds_nothing() -> None:
    assert NameIndex(()).search("sangatta", 5) == ()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Jln. Yos Sudarso III", ("jalan", "yos", "sudarso", "iii")),
        ("Gg. Mesjid", ("gang", "masjid")),
        ("RT.05", ("rt", "5")),
        ("rt05", ("rt", "5")),
        ("SP3 / SP 3", ("sp", "3", "sp", "3")),
        ("Sengata", ("sangatta",)),
        ("Désa Séi Kecil", ("desa", "sungai", "kecil")),
        ("KM 0", ("km", "0")),
    ],
)
def test_both_sides_are_normalised_alike(written: str, words: tuple[str, ...]) -> None:
    assert words_of(written) == words


@given(st.text(max_size=40))
def test_no_text_breaks_the_search(typed: str) -> None:
    hits = NameIndex(PLACES).search(typed, 5)
    assert len(hits) <= 5


@given(st.sampled_from(PLACES))
def test_every_place_is_found_by_its_own_name(wanted: PlaceHit) -> None:
    assert wanted.label in {hit.label for hit in NameIndex(PLACES).search(wanted.label, 5)}
