"""Words, point and village of a place: what follows when one of them changes, and how it comes back."""

import pytest

from operator_app.domain.place.location import AreaPoint, AreaShape, CallArea, CallLocation, PositionSource
from operator_app.domain.states import Refusal, RefusedError
from operator_app.maps.call_area import touched_by
from operator_app.maps.names import PlaceHit
from operator_app.maps.site import Site, import_site, load_site
from operator_app.ui.form.finders import place_finder
from operator_app.ui.map.presenters.call_place import CallPlace
from tests.ui.desk_scene import texts
from tests.unit.maps.sample_pack import write_pack
from tests.unit.ui.test_places_on_screen import come_from
from tests.unit.ui.test_seat_commands import Hand, hand, scene

SAY = texts("id")
BESIDE = "Kabupaten Sebelah"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("ties")
    import_site(write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


def hit(site: Site, typed: str, number: int = 0) -> PlaceHit:
    found = [each.value for each in place_finder(site.search, SAY, site)(typed) if each.value is not None]
    return found[number]


async def empty(site: Site) -> Hand:
    it = await hand(site)
    await it.must(it.select(None))
    return it


def fields(it: Hand, *names: str) -> tuple[str, ...]:
    return tuple(it.at_hand.value(name) for name in names)


async def pick(it: Hand, site: Site, typed: str, number: int = 0) -> None:
    it.draft.typed("place", typed)
    await it.must(it.commands.pick_place(hit(site, typed, number)))


@pytest.mark.parametrize(
    ("typed", "place", "landmark", "rt"),
    [
        ("Teluk Hijau, depan masjid", "Teluk Hijau", "depan masjid", ""),
        ("Teluk Hijau dekat jembatan RT 4", "Teluk Hijau", "dekat jembatan", "4"),
        ("teluk hij", "Teluk Hijau", "", ""),
        ("Rumah pak Budi RT 2 1.20000, 110.60000", "1.20000, 110.60000", "Rumah pak Budi", "2"),
        ("Sukamaju no 12", "Sukamaju", "no 12", ""),
    ],
)
def test_what_a_pick_does_not_explain_goes_to_landmark_and_rt(
    site: Site, typed: str, place: str, landmark: str, rt: str
) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, typed)
        assert fields(it, "place", "landmark", "neighbourhood") == (place, landmark, rt)

    scene(play)


def test_what_stands_in_landmark_and_rt_stays_there(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        it.draft.typed("landmark", "pagar biru")
        it.draft.typed("neighbourhood", "7")
        await pick(it, site, "Teluk Hijau dekat jembatan RT 4")
        assert fields(it, "landmark", "neighbourhood") == ("pagar biru, dekat jembatan, RT 4", "7")

    scene(play)


def test_one_key_gives_back_what_a_pick_replaced(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        it.draft.typed("landmark", "pagar biru")
        await it.must(it.commands.set_point(1.2, 111.2))
        await pick(it, site, "teluk hij dekat jembatan RT 4")
        back = await it.must(it.commands.place_back())
        assert isinstance(back, dict)
        assert back["place"] == "teluk hij dekat jembatan RT 4"
        assert fields(it, "place", "landmark", "neighbourhood", "village") == (
            "teluk hij dekat jembatan RT 4",
            "pagar biru",
            "",
            "Suka Rahmat",
        )
        assert it.at_hand.position == (1.2, 111.2)
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.place_back())
        assert refused.value.refusal is Refusal.NO_PLACE_BEFORE

    scene(play)


def test_it_gives_nothing_back_to_another_incident(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "teluk hijau")
        await it.must(it.select(it.incident("M2-011").id))
        with pytest.raises(RefusedError):
            await it.must(it.commands.place_back())

    scene(play)


def test_a_click_outside_all_villages_takes_the_filled_village_back(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "teluk hijau")
        await it.must(it.commands.set_point(1.2, 109.0))
        assert fields(it, "village", "district") == ("", "")
        assert it.at_hand.position == (1.2, 109.0)

    scene(play)


def test_new_words_part_from_the_point_and_village_of_the_old_ones(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "1.20000, 110.60000")
        assert fields(it, "village") == ("Teluk Hijau",)
        it.draft.typed("place", "Pasar Lama")
        await it.draft.flush()
        assert fields(it, "place", "village", "district") == ("Pasar Lama", "", "")
        assert it.at_hand.position == (1.2, 110.6), "it may still be right; the screen asks"
        assert PositionSource.read(it.at_hand.value("position_source")) == PositionSource.read(
            "before:decimal:1"
        )

    scene(play)


@pytest.mark.parametrize("words", ["Teluk Hijau, gang 3", "Teluk Hi", "dekat Teluk Hijau", "TELUK HIJAU"])
def test_an_addition_to_the_words_changes_nothing_else(site: Site, words: str) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "teluk hijau")
        it.draft.typed("place", words)
        await it.draft.flush()
        assert fields(it, "place", "village", "district") == (words, "Teluk Hijau", "Muara Contoh")

    scene(play)


def test_words_typed_letter_by_letter_part_once_and_a_point_of_the_map_stays(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "teluk hijau")
        for length in range(1, 6):
            it.draft.typed("place", "Pasar"[:length])
            await it.draft.flush()
        assert fields(it, "place", "village") == ("Pasar", "")
        await it.must(it.commands.set_point(1.2, 110.2))
        it.draft.typed("place", "Toko Baru")
        await it.draft.flush()
        assert fields(it, "village", "position_source") == ("Sukamaju", "map::")

    scene(play)


def test_a_point_outside_can_be_taken_with_its_neighbours_name(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "1.2, 109.0")
        assert fields(it, "place", "village", "district") == ("1.20000, 109.00000, Kabupaten Sebelah", "", "")
        assert it.at_hand.position == (1.2, 109.0)

    scene(play)


def test_a_neighbour_can_be_taken_and_is_no_village_here(site: Site) -> None:
    async def play() -> None:
        it = await empty(site)
        await pick(it, site, "Kabupaten Sebelah, pasar lama")
        assert fields(it, "place", "village", "district", "landmark") == (
            "Kabupaten Sebelah",
            "",
            "",
            "pasar lama",
        )
        assert it.at_hand.position is None

    scene(play)


def circle(lat: float, lon: float, radius_m: float) -> CallArea:
    return CallArea(AreaShape.CIRCLE, (AreaPoint(lat, lon),), radius_m=radius_m)


@pytest.mark.parametrize(
    ("area", "villages", "neighbours"),
    [
        (circle(1.25, 110.25, 800), ["Sukamaju"], []),
        (circle(1.25, 110.49, 3000), ["Sukamaju", "Teluk Hijau"], []),
        (circle(1.25, 110.51, 3000), ["Teluk Hijau", "Sukamaju"], []),
        (circle(1.25, 110.01, 4000), ["Sukamaju"], [BESIDE]),
        (circle(1.25, 110.75, 200_000), ["Teluk Hijau", "Sukamaju", "Suka Rahmat", "Sangatta Lama"], [BESIDE]),
        (circle(1.25, 114.0, 1000), [], []),
        (CallArea(AreaShape.POINT, (AreaPoint(1.25, 110.25),)), ["Sukamaju"], []),
        (
            CallArea(AreaShape.POLYGON, (AreaPoint(1.1, 110.3), AreaPoint(1.2, 111.2), AreaPoint(1.3, 110.3))),
            ["Teluk Hijau", "Sukamaju", "Suka Rahmat"],
            [],
        ),
    ],
)  # fmt: skip
def test_an_area_touches_all_on_whose_land_it_lies(
    site: Site, area: CallArea, villages: list[str], neighbours: list[str]
) -> None:
    touched = touched_by(area, site)
    assert [place.desa for place in touched.villages][:1] == villages[:1]
    assert {place.desa for place in touched.villages} == set(villages)
    assert list(touched.neighbours) == neighbours


def test_an_area_larger_than_a_village_is_told_as_one_and_fills_none(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        come_from(it, CallLocation(circle(1.25, 110.01, 4000)))
        view = CallPlace(it.room.seat, site, SAY).view()
        assert view is not None
        assert "menyentuh Sukamaju · juga Kabupaten Sebelah" in view.detail
        await it.must(it.commands.take_call_location())
        assert fields(it, "village", "district", "position_source") == ("", "", "call:circle:4000")
        come_from(it, CallLocation(circle(1.25, 110.49, 3000)))
        await it.must(it.commands.take_call_location())
        assert fields(it, "village", "district") == ("", "Muara Contoh"), "both villages lie in it"
        come_from(it, CallLocation(circle(1.25, 110.75, 200_000)))
        told = CallPlace(it.room.seat, site, SAY).view()
        assert told is not None
        assert "dan 1 desa lain · juga Kabupaten Sebelah" in told.detail

    scene(play)
