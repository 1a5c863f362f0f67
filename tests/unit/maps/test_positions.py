"""Positions held against a site: the village under them, the sea, the neighbour, the slips."""

import os
from pathlib import Path

import pytest

from operator_app.domain.place.coordinates import NoPosition, Position, PositionForm, PositionTrouble
from operator_app.domain.place.plus_code import encode_plus_code
from operator_app.maps.positions import Located, find_position
from operator_app.maps.site import Site, default_site, import_site, load_site
from tests.unit.maps.sample_pack import rewrite, write_pack

RESOURCES = Path(__file__).parents[3] / "resources"
REAL = Path(os.environ.get("OPERATOR_SITE_DATA") or Path(__file__).parents[4] / "shared" / "data")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("positions")
    import_site(write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


def test_a_position_comes_with_the_village_under_it(site: Site) -> None:
    found = find_position("1.2 LU 110.6 BT", site)
    assert isinstance(found, Located)
    assert found.place is not None
    assert (found.place.desa, found.place.kecamatan) == ("Teluk Hijau", "Muara Contoh")


def test_outside_the_region_the_neighbour_is_named(site: Site) -> None:
    found = find_position("1.2, 109.0", site)
    read = Position(1.2, 109.0, PositionForm.DECIMAL, 5566.0)
    assert found == NoPosition(PositionTrouble.OUTSIDE, "Kabupaten Sebelah", None, read)


def test_outside_of_all_there_is_no_name(site: Site) -> None:
    found = find_position("1.2, 114.0", site)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.detail) == (PositionTrouble.OUTSIDE, "")


@pytest.mark.parametrize(
    ("text", "turned"), [("-1.2, 110.6", (1.2, 110.6)), ("1.2 LU 110.6 BB", (1.2, 110.6))]
)
def test_a_slip_of_the_sign_is_proposed_aright(site: Site, text: str, turned: tuple[float, float]) -> None:
    found = find_position(text, site)
    assert isinstance(found, NoPosition)
    assert found.trouble is PositionTrouble.OUTSIDE
    assert found.proposal is not None
    assert (found.proposal.lat, found.proposal.lon) == turned


def test_a_swapped_pair_is_proposed_turned_round(site: Site) -> None:
    found = find_position("110.6, 1.2", site)
    assert isinstance(found, NoPosition)
    assert found.trouble is PositionTrouble.SWAPPED
    assert found.proposal is not None
    assert (found.proposal.lat, found.proposal.lon) == (1.2, 110.6)


def test_the_sea_within_the_region_is_no_village_but_no_refusal(tmp_path: Path) -> None:
    site = load_with_a_gap(tmp_path)
    found = find_position("1.25, 111.25", site)
    assert isinstance(found, Located)
    assert found.place is None


def load_with_a_gap(tmp_path: Path) -> Site:
    pack = write_pack(tmp_path / "pack")
    rewrite(pack, "desa", lambda data: data["features"].pop(2))
    import_site(pack, tmp_path / "site")
    return load_site(tmp_path / "site")


def test_without_a_site_pack_any_place_on_earth_is_taken() -> None:
    found = find_position("-33.8600, 151.2000", default_site(RESOURCES))
    assert isinstance(found, Located)
    assert found.place is None


@pytest.mark.parametrize("town", ["Sukamaju", "Desa Sukamaju, Kabupaten Contoh", "kec. Muara Contoh"])
def test_a_short_plus_code_is_completed_by_its_town(site: Site, town: str) -> None:
    code = encode_plus_code(1.2, 110.3)
    found = find_position(f"{code[4:]} {town}", site)
    assert isinstance(found, Located)
    assert encode_plus_code(found.position.lat, found.position.lon) == code


def test_a_short_plus_code_is_all_that_it_can_be_in_a_neighbour_as_large_as_two_of_its_cells(
    site: Site,
) -> None:
    code = encode_plus_code(1.25, 109.0)
    found = find_position(f"{code[4:]} Kabupaten Sebelah", site)
    assert isinstance(found, NoPosition)
    assert found.trouble is PositionTrouble.SEVERAL
    assert code in {encode_plus_code(each.lat, each.lon) for each in found.choices}
    assert {site.neighbour_at(each.lat, each.lon) for each in found.choices} == {"Kabupaten Sebelah"}


@pytest.mark.parametrize(
    "words",
    [
        "Jl. Mawar no 3, Sukamaju, Kec. Muara Contoh, Kabupaten Contoh, Provinsi Contoh 75611, Indonesia",
        "depan masjid Sukamaju",
        "Kabupaten Contoh, Muara Contoh",
    ],
)
def test_the_town_of_a_short_plus_code_may_stand_anywhere_in_the_address(site: Site, words: str) -> None:
    code = encode_plus_code(1.2, 110.3)
    for text in (f"{code[4:]}, {words}", f"{words} {code[4:]}"):
        found = find_position(text, site)
        assert isinstance(found, Located)
        assert encode_plus_code(found.position.lat, found.position.lon) == code


@pytest.mark.parametrize("town", ["", "Antah Berantah", "maju", "Kabupaten", "Sukamaj"])
def test_an_unknown_town_is_not_guessed(site: Site, town: str) -> None:
    found = find_position(f"GG7V+4X {town}", site)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.detail) == (PositionTrouble.TOWN_NEEDED, town)


def test_a_short_code_that_does_not_lie_in_its_town_is_refused(site: Site) -> None:
    code = encode_plus_code(1.7, 110.3)
    found = find_position(f"{code[4:]} Sukamaju", site)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.detail) == (PositionTrouble.TOWN_ELSEWHERE, "Sukamaju")


def test_every_short_code_of_a_village_is_understood_by_village_and_kecamatan(site: Site) -> None:
    for village in site.villages:
        box = village.area.box
        for row in range(9):
            lat, lon = (
                box.south + (box.north - box.south) * (row + 0.5) / 9,
                box.west + (box.east - box.west) * 0.5,
            )
            under = site.locate(lat, lon)
            if under is None:
                continue
            code = encode_plus_code(lat, lon)
            for town in (under.desa, under.kecamatan):
                found = find_position(f"{code[4:]} {town}", site)
                assert isinstance(found, Located), town
                assert encode_plus_code(found.position.lat, found.position.lon) == code


def test_the_place_named_beside_it_settles_a_sign(site: Site) -> None:
    north = find_position("Sukamaju - 1.20000, 110.30000", site)
    assert isinstance(north, Located)
    assert north.position.lat == 1.2
    doubt = find_position("Toko - 1.20000, 110.30000", site)
    assert isinstance(doubt, NoPosition)
    assert (doubt.trouble, len(doubt.choices)) == (PositionTrouble.SEVERAL, 2)


def test_what_is_said_to_lie_outside_is_not_proposed_inside(site: Site) -> None:
    beside = find_position("1.20000, 109.00000 Kabupaten Sebelah", site)
    assert isinstance(beside, NoPosition)
    assert (beside.trouble, beside.detail, beside.proposal) == (
        PositionTrouble.OUTSIDE,
        "Kabupaten Sebelah",
        None,
    )


@pytest.mark.skipif(
    not any(REAL.glob("*-desa.geojson")),
    reason="no real site pack: neither ../shared/data beside the project nor OPERATOR_SITE_DATA",
)
def test_the_neighbours_of_the_real_site(tmp_path: Path) -> None:
    import_site(REAL, tmp_path / "site")
    site = load_site(tmp_path / "site")
    for text, neighbour in (
        ("-0.4950, 117.1436", "Kota Samarinda"),
        ("0.1333 LU 117.4900 BT", "Kota Bontang"),
        ("2.1500, 117.4900", "Kabupaten Berau"),
        ("-6.2000, 106.8000", ""),
    ):
        found = find_position(text, site)
        assert isinstance(found, NoPosition)
        assert (found.trouble, found.detail) == (PositionTrouble.OUTSIDE, neighbour)
    assert isinstance(find_position("0.9000, 118.3000", site), Located), "the sea off Sangkulirang"
    inside = find_position("0.5000, 117.5500", site)
    assert isinstance(inside, Located)
    assert inside.place is not None
