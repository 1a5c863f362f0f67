"""Addresses as offices write them and places as callers say them: the area that is named, and what it leaves unsaid."""

import csv
from pathlib import Path

import pytest

from operator_app.maps.gazetteer import Gazetteer
from operator_app.maps.names import PlaceHit, number_shapes
from operator_app.maps.typed import read_typed
from tests.perf.place_search import known_places

PHRASES = Path(__file__).with_name("phrases.txt")
AREAS = ("kecamatan", "desa", "kelurahan", "pulau")
REGION = ("Kabupaten Kutai Timur",)


def villages() -> list[PlaceHit]:
    return [hit for hit in known_places() if hit.kind in AREAS]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.in_memory(villages(), REGION)


@pytest.mark.parametrize(
    ("typed", "label", "missing"),
    [
        ("gang mawar indah swarga bara", "Swarga Bara", "gang mawar indah"),
        ("dusun kabo jaya swarga bara", "Swarga Bara", "dusun kabo jaya"),
        ("jl mawar melati sangatta utara", "Sangatta Utara", "jl mawar melati"),
        ("toko bu ani dekat swarga bara", "Swarga Bara", "toko ani"),
        ("swarga bara toko sumber rejeki", "Swarga Bara", "toko sumber rejeki"),
        ("kel. swarga bara kec. sangatta utara", "Swarga Bara", ""),
        ("desa sepaso kec. bengalon kab. kutai timur", "Sepaso", ""),
        ("Ds Sepaso, Kec Bengalon, Kutai Timur, Kalimantan Timur 75618, Indonesia", "Sepaso", ""),
        ("RT.005 RW.002 KEL. SWARGA BARA KEC. SANGATTA UTARA", "Swarga Bara", ""),
        ("rt 5 rw 2 kel swarga bara", "Swarga Bara", ""),
        ("RT 005/RW 002 KELURAHAN SWARGA BARA", "Swarga Bara", ""),
        ("JL. YOS SUDARSO NO.12 RT 005 RW - SANGATTA UTARA", "Sangatta Utara", "JL YOS SUDARSO"),
        (
            "Alamat : JL. YOS SUDARSO NO.12 RT/RW : 005/002 Kel/Desa : SWARGA BARA Kecamatan : SANGATTA UTARA",
            "Swarga Bara",
            "JL YOS SUDARSO",
        ),
        ("desa anu kec kaliorang kab kutai timur", "Kaliorang", "anu"),
        ("kecamatan muara wahaw", "Muara Wahau", ""),
        ("muara bengkal hulu", "Muara Bengkal Ulu", ""),
        ("bontang utara", "Sangatta Utara", "bontang"),
        ("kebun agung", "Kebon Agung", ""),
        ("citramanunggaljaya", "Citra Manunggal Jaya", ""),
    ],
)
def test_the_named_area_comes_first_and_says_what_it_is_not(
    gazetteer: Gazetteer, typed: str, label: str, missing: str
) -> None:
    best = gazetteer.search(typed, 8)[0]
    assert (best.label, best.missing) == (label, missing)
    assert best.sure is not bool(missing)


ADDRESSES = (
    "{desa}", "desa {desa}", "kel. {desa}", "KELURAHAN {desa}", "{desa} kec {kecamatan}", "{desa}, {kecamatan}",
    "Ds. {desa} Kec. {kecamatan} Kab. Kutai Timur", "{desa} {kecamatan} Kutai Timur Kalimantan Timur 75611",
    "RT 005 RW 002 Kel. {desa} Kec. {kecamatan}", "rt 3 {desa}", "RT.01/RW.- {desa}",
    "RT/RW 005/002, {desa}, {kecamatan}",
    "jl zzyx no 12 rt 4 {desa}", "toko qwrtp {desa}", "gang vvbn wwqx {desa} {kecamatan}",
    "Jl. Qqwx No.7 RT/RW : 001/- Kel/Desa : {desa} Kecamatan : {kecamatan} Kabupaten : Kutai Timur 75611",
)  # fmt: skip


@pytest.mark.parametrize("form", ADDRESSES)
def test_every_village_is_found_in_every_form_of_address(gazetteer: Gazetteer, form: str) -> None:
    lost = []
    for hit in villages()[::3]:
        if hit.kind in ("desa", "kelurahan"):
            typed = form.format(
                desa=hit.label.upper() if "KEL" in form else hit.label, kecamatan=hit.kecamatan
            )
            best = gazetteer.search(typed, 8)[:3]
            if hit.label not in {each.label for each in best}:
                lost.append(typed)
    assert not lost


@pytest.mark.parametrize(
    ("typed", "left", "rt"),
    [
        ("Teluk Lingga, depan masjid", "depan masjid", ""),
        ("Muara Bengkal dekat jembatan RT 4", "dekat jembatan", "4"),
        ("depan kantor pos Teluk Lingga gang 3", "depan kantor pos, gang 3", ""),
        ("JL. YOS SUDARSO NO.12 RT 005 RW - SANGATTA UTARA", "JL. YOS SUDARSO NO.12", "5"),
        ("RT.005 RW.002 KEL. SWARGA BARA KEC. SANGATTA UTARA", "", "5"),
        ("swarga bara", "", ""),
        ("di swarga bara itu", "", ""),
        ("dekat swarga bara", "dekat", ""),
        ("swarga bara no 12A", "no 12A", ""),
        ("Bontang Utara", "Bontang", ""),
        ("swarga bara (rumah pak Budi)", "rumah pak Budi", ""),
    ],
)
def test_what_a_place_leaves_unsaid_is_kept_for_the_form(
    gazetteer: Gazetteer, typed: str, left: str, rt: str
) -> None:
    best = gazetteer.search(typed, 8)[0]
    assert (best.left, best.rt) == (left, rt)


def test_no_word_of_a_caller_gets_lost_between_place_and_rest(gazetteer: Gazetteer) -> None:
    for phrase in PHRASES.read_text(encoding="utf-8").splitlines():
        for typed in (f"{phrase} swarga bara", f"swarga bara {phrase}"):
            best = gazetteer.search(typed, 8)[0]
            said = f"{best.label} {best.left} {best.rt} {best.kecamatan}".casefold()
            lost = [
                piece.raw
                for piece in read_typed(typed).pieces
                if piece.role == "name" and piece.raw not in said
            ]
            assert not [word for word in lost if word in best.missing.split()], (typed, best)


def test_phrases_of_every_day_name_no_place(gazetteer: Gazetteer) -> None:
    phrases = PHRASES.read_text(encoding="utf-8").splitlines()
    assert len(phrases) >= 150
    taken = {}
    for phrase in phrases:
        hits = gazetteer.search(phrase, 8)
        if hits and hits[0].sure:
            taken[phrase] = hits[0].label
    assert not taken


def test_names_written_right_are_sure(gazetteer: Gazetteer) -> None:
    doubted = []
    labels = [(hit.label, hit.kind) for hit in villages()]
    for hit in villages():
        if labels.count((hit.label, hit.kind)) > 1:
            continue
        best = gazetteer.search(f"{hit.label} {hit.kecamatan}", 8)[0]
        if not best.sure or best.label != hit.label:
            doubted.append(hit.label)
    assert not doubted


def test_a_place_whose_like_lies_elsewhere_is_not_sure() -> None:
    twins = [
        PlaceHit("Jalan Mawar", "jalan", "1", "Satu", "Kec Satu", 0.5, 117.5),
        PlaceHit("Jalan Mawar", "jalan", "2", "Dua", "Kec Dua", 0.6, 117.6),
    ]
    best = Gazetteer.in_memory(twins).search("jalan mawar", 8)
    assert [each.sure for each in best] == [False, False]
    assert Gazetteer.in_memory(twins).search("jalan mawar kec dua", 8)[0].desa == "Dua"


@pytest.mark.parametrize(
    "typed",
    ["duapuluhsembilan ilir", "dua puluh sembilan ilir", "29 ilir", "dua puluh sembilan hilir", "29 hilir"],
)
def test_numbers_beyond_ten_are_one_in_words_and_figures(typed: str) -> None:
    names = ("Dua-puluh-sembilan Ilir", "Sembilan Ilir", "Delapan Ilir", "Sebelas Ilir")
    places = [PlaceHit(name, "kelurahan", name, name, "Ilir Barat", -2.9, 104.7) for name in names]
    assert Gazetteer.in_memory(places).search(typed, 3)[0].label == names[0]


@pytest.mark.parametrize("typed", ["jl tujuh belas agustus", "jalan 17 agustus", "jln tujuhbelas agustus"])
@pytest.mark.parametrize("label", ["Jalan 17 Agustus", "Jalan Tujuh Belas Agustus"])
def test_streets_of_days_are_found_either_way(typed: str, label: str) -> None:
    places = [PlaceHit(label, "jalan", "1", "Satu", "Kec", 0.5, 117.5), *villages()]
    assert Gazetteer.in_memory(places).search(typed, 3)[0].label == label


def test_the_shapes_of_a_number() -> None:
    assert ("17", "agustus") in number_shapes(("tujuh", "belas", "agustus"))
    assert ("tujuh", "belas", "agustus") in number_shapes(("17", "agustus"))
    assert ("dua", "puluh") in number_shapes(("duapuluh",))
    assert list(number_shapes(("mawar", "3"))) == []
    assert ("112",) in number_shapes(("seratus", "dua", "belas"))


def test_a_second_list_of_misspelt_names_is_understood() -> None:
    with (Path(__file__).parents[2] / "perf/places/queries_2.csv").open(encoding="utf-8", newline="") as file:
        asked = [(row["typed"], row["label"]) for row in csv.DictReader(file)]
    everything = Gazetteer.in_memory(known_places(), REGION)
    found = {typed: [hit.label for hit in everything.search(typed, 8)[:3]] for typed, _ in asked}
    assert sum(
        label == found[typed][:1] or label in found[typed][:1] for typed, label in asked
    ) >= 0.95 * len(asked)
    assert sum(label in found[typed] for typed, label in asked) >= 0.98 * len(asked)
