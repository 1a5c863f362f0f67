"""Positions in the search field, the call's own place, kept landmarks: what is shown and what is recorded."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operator_app.domain.facts.site import PlaceDropped, PlaceKept
from operator_app.domain.place.location import (
    AreaPoint,
    AreaShape,
    CallArea,
    CallLocation,
    CivicPart,
    LocationProblem,
    PositionOrigin,
    PositionSource,
)
from operator_app.domain.states import Refusal, RefusedError
from operator_app.maps.call_area import stated_area
from operator_app.maps.names import PlaceHit
from operator_app.maps.site import Site, import_site, load_site
from operator_app.ui.form.finders import POINT_KIND, place_finder
from operator_app.ui.kit.search_field import Hit
from operator_app.ui.map.presenters.call_place import CallPlace, CallPlaceView
from operator_app.ui.map.presenters.map_history import MapHistory
from tests.ui.seat_room import RESOURCES
from tests.unit.maps.sample_pack import write_pack
from tests.unit.ui.test_seat_commands import Hand, hand

from operator_app.ui.words.texts import load_texts  # isort: skip

SAY = load_texts(RESOURCES, "id")
CIRCLE = CallArea(AreaShape.CIRCLE, (AreaPoint(1.2, 110.6),), radius_m=850)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder: Path = tmp_path_factory.mktemp("places")
    import_site(write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


def scene(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


# ---- positions in the field


def found(site: Site, typed: str) -> list[Hit[PlaceHit]]:
    return list(place_finder(site.search, SAY, site)(typed))


def words(hit: Hit[PlaceHit]) -> str:
    return " | ".join(cell.text for cell in hit.row.cells if cell.text)


@pytest.mark.parametrize(
    "typed",
    [
        "1.2, 110.6",
        "1,2 110,6",
        "1°12'00\"N 110°36'00\"E",
        "1 12 0 LU 110 36 0 BT",
        "https://maps.google.com/?q=1.2,110.6",
        "Lokasi saya: https://www.google.com/maps/place/@1.2,110.6,17z",
        "geo:1.2,110.6",
    ],
)
def test_a_position_in_any_writing_is_one_hit_with_its_village(site: Site, typed: str) -> None:
    (hit,) = found(site, typed)
    assert hit.value is not None
    assert (hit.value.lat, hit.value.lon) == pytest.approx((1.2, 110.6), abs=0.001)
    assert (hit.value.kind, hit.value.desa, hit.value.area) == (POINT_KIND, "Teluk Hijau", False)
    assert "Teluk Hijau · Muara Contoh" in words(hit)
    assert hit.value.source is not None
    assert hit.value.source.origin is PositionOrigin.TYPED


@pytest.mark.parametrize(
    ("typed", "why", "offered"),
    [
        ("1.2, 109.0", "Di luar wilayah: Kabupaten Sebelah", [(1.2, 109.0)]),
        ("1.2, 114.0", "Di luar wilayah: laut", [(1.2, 114.0)]),
        ("110.6, 1.2", "Lintang dan bujur tertukar", [(1.2, 110.6)]),
        ("-1.2, 110.6", "Di luar wilayah", [(-1.2, 110.6), (1.2, 110.6)]),
        ("Toko - 1.20000, 110.60000", "Lebih dari satu titik mungkin", [(-1.2, 110.6), (1.2, 110.6)]),
        ("1.2,110.6; 1.3,110.3", "Lebih dari satu titik mungkin", [(1.3, 110.3), (1.2, 110.6)]),
        ("1°75'00\"N 110°36'00\"E", "Bukan koordinat bumi", []),
        ("https://maps.app.goo.gl/Abc123", "Tautan pendek maps.app.goo.gl", []),
        ("https://contoh.id/berita", "Tautan contoh.id tidak memuat titik", []),
        ("X: 559456 Y: 55134", "Koordinat UTM tanpa zona", []),
        ("0.0, 0.0", "Titik 0,0", []),
        ("///satu.dua.tiga", "what3words tidak terbaca di sini", []),
    ],
)
def test_one_that_cannot_be_used_says_why_and_what_can_be_taken_instead(
    site: Site, typed: str, why: str, offered: list[tuple[float, float]]
) -> None:
    first, *rest = found(site, typed)
    assert first.value is None
    assert words(first).startswith(why)
    assert [(hit.value.lat, hit.value.lon) for hit in rest if hit.value] == offered
    assert not any(hit.sure for hit in (first, *rest)), "Enter alone takes none of them"
    assert len({hit.row.id for hit in (first, *rest)}) == 1 + len(rest)


def test_a_point_outside_says_whose_it_is_and_fills_no_village(site: Site) -> None:
    _, hit = found(site, "1.2, 109.0")
    assert hit.value is not None
    assert hit.value.label == "1.20000, 109.00000, Kabupaten Sebelah"
    assert (hit.value.desa, hit.value.kecamatan) == ("", "")
    assert "di luar wilayah: Kabupaten Sebelah" in words(hit)


def test_the_words_beside_a_link_that_tells_nothing_are_still_looked_up(site: Site) -> None:
    why, *rest = found(site, "Teluk Hijau https://maps.app.goo.gl/Abc123")
    assert why.value is None
    assert rest[0].value is not None
    assert (rest[0].value.label, rest[0].sure) == ("Teluk Hijau", False)


def test_a_map_view_is_offered_and_a_point_is_taken_by_enter(site: Site) -> None:
    assert [hit.sure for hit in found(site, "https://www.google.com/maps/@1.2,110.6,17z")] == [False]
    assert [hit.sure for hit in found(site, "1.2, 110.6")] == [True]


def test_names_are_still_found(site: Site) -> None:
    assert [hit.value.label for hit in found(site, "teluk hijau")[:1] if hit.value] == ["Teluk Hijau"]
    assert found(site, "t") == []


def test_a_place_that_is_not_all_of_what_was_typed_says_so_and_waits_for_the_arrows(site: Site) -> None:
    hit, *_ = found(site, "gang mawar teluk hijau")
    assert hit.value is not None
    assert (hit.value.label, hit.sure) == ("Teluk Hijau", False)
    assert "tanpa: gang mawar" in words(hit)
    assert found(site, "teluk hijau")[0].sure


def test_a_neighbour_that_is_named_stands_before_what_is_like_it_here(site: Site) -> None:
    first, *rest = found(site, "Sebelah Lama")
    assert first.value is not None
    assert (first.value.label, first.sure, first.value.kecamatan) == ("Kabupaten Sebelah", False, "")
    assert "di luar wilayah: Kabupaten Sebelah" in words(first)
    assert rest
    assert not any(hit.sure for hit in rest)


def test_a_picked_position_is_recorded_with_its_source(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        (hit,) = found(site, "1.20000, 110.60000")
        assert hit.value is not None
        await it.commands.pick_place(hit.value)
        assert it.at_hand.position == (1.2, 110.6)
        source = PositionSource.read(it.at_hand.value("position_source"))
        assert source == PositionSource(PositionOrigin.TYPED, "decimal", 1.0)
        await it.commands.set_point(1.25, 110.2)
        assert it.at_hand.value("position_source") == "map::"

    scene(play)


@pytest.mark.parametrize("text", ["", "call", "call:circle", "moon:circle:5", "a:b:c:d"])
def test_what_is_no_source_is_read_as_none(text: str) -> None:
    assert PositionSource.read(text) is None


def test_a_source_is_read_as_it_was_written() -> None:
    for source in (PositionSource(PositionOrigin.CALL, "circle", 850), PositionSource(PositionOrigin.MAP)):
        assert PositionSource.read(str(source)) == source


# ---- the call's own place


def come_from(it: Hand, location: CallLocation | None) -> None:
    """Let the call at hand have brought that place."""
    calls = it.room.seat.calls
    live = it.room.seat.calls.live_at_hand
    assert live is not None
    held = calls.live
    calls.live = lambda call_id: None if held(call_id) is None else replace(held(call_id), location=location)  # type: ignore[method-assign,type-var]


def view_of(site: Site, location: CallLocation) -> CallPlaceView:
    async def play() -> CallPlaceView:
        it = await hand(site)
        come_from(it, location)
        view = CallPlace(it.room.seat, site, SAY).view()
        assert view is not None
        return view

    return asyncio.run(play())


def test_its_area_is_told_with_size_village_and_method(site: Site) -> None:
    view = view_of(site, CallLocation(CIRCLE, method="Cell"))
    assert (view.words, view.size, view.can_take) == ("Dari panggilan: ±850 m, lingkaran", "±850 m", True)
    assert view.detail == "Teluk Hijau, Muara Contoh · cara: Cell"


def test_an_address_alone_and_a_reference_alone_are_named_as_such(site: Site) -> None:
    civic = (CivicPart("HNO", "12"), CivicPart("RD", "Jl. Mawar"), CivicPart("A3", "Sangatta"))
    view = view_of(site, CallLocation(civic=civic))
    assert (view.detail, view.can_take, view.area) == ("Jl. Mawar, 12, Sangatta", True, None)
    view = view_of(site, CallLocation(references=("https://lis.example/1",)))
    assert (view.words, view.can_take) == ("Lokasi panggilan hanya berupa rujukan", False)
    view = view_of(site, CallLocation(problems=(LocationProblem.BAD_XML,)))
    assert (view.words, view.detail) == ("Lokasi panggilan tidak terbaca", "isinya rusak")


def test_every_problem_and_shape_has_words(site: Site) -> None:
    for problem in LocationProblem:
        assert SAY(f"call_place.problem_{problem}")
    for shape in AreaShape:
        area = CallArea(shape, (AreaPoint(1.2, 110.6), AreaPoint(1.3, 110.6), AreaPoint(1.2, 110.8)))
        assert view_of(site, CallLocation(area)).can_take


def test_it_is_taken_over_only_at_a_wish_and_with_its_source(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        before = it.at_hand.position
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.take_call_location())
        assert refused.value.refusal is Refusal.NO_CALL_LOCATION
        come_from(it, CallLocation(CIRCLE, method="Cell"))
        assert it.at_hand.position == before
        assert await it.must(it.commands.take_call_location()) == ""
        assert it.at_hand.position == (1.2, 110.6)
        assert (it.at_hand.value("village"), it.at_hand.value("position_source")) == (
            "Teluk Hijau",
            "call:circle:850",
        )

    scene(play)


def test_an_address_fills_an_empty_place_and_never_a_filled_one(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        come_from(it, CallLocation(civic=(CivicPart("RD", "Jl. Mawar"),)))
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.take_call_location())
        assert refused.value.refusal is Refusal.CALL_LOCATION_WITHOUT_POINT
        await it.room.seat.form.edit({"place": None})
        assert await it.must(it.commands.take_call_location()) == "Jl. Mawar"
        assert it.at_hand.value("place") == "Jl. Mawar"

    scene(play)


@pytest.mark.parametrize(
    ("area", "corners"),
    [
        (CallArea(AreaShape.POINT, (AreaPoint(1.2, 110.6),)), 0),
        (CIRCLE, 72),
        (
            CallArea(
                AreaShape.ELLIPSE,
                (AreaPoint(1.2, 110.6),),
                semi_major_m=900,
                semi_minor_m=300,
                orientation_deg=90,
            ),
            72,
        ),
        (CallArea(AreaShape.ARC_BAND, (AreaPoint(1.2, 110.6),), radius_m=2000), 72),
        (
            CallArea(
                AreaShape.POLYGON, (AreaPoint(1.1, 110.5), AreaPoint(1.3, 110.5), AreaPoint(1.2, 110.8))
            ),
            3,
        ),
    ],
)
def test_each_shape_has_its_outline(area: CallArea, corners: int) -> None:
    assert len(stated_area(area, "x").outline) == corners


def test_an_ellipse_lies_along_its_direction() -> None:
    east = CallArea(
        AreaShape.ELLIPSE, (AreaPoint(0.0, 110.0),), semi_major_m=900, semi_minor_m=300, orientation_deg=90
    )
    outline = stated_area(east, "x").outline
    wide = max(lon for _, lon in outline) - min(lon for _, lon in outline)
    tall = max(lat for lat, _ in outline) - min(lat for lat, _ in outline)
    assert wide / tall == pytest.approx(3, rel=0.01)


def test_the_callers_area_comes_from_the_form_the_call_or_the_past(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        area = CallPlace(it.room.seat, site, SAY)
        assert area.kecamatan() == "Sangatta Selatan"
        it.room.seat.hand.select(None)
        assert area.kecamatan() == "Sangatta Selatan", "where that number called about last"
        come_from(it, CallLocation(CIRCLE))
        assert area.kecamatan() == "Muara Contoh"

    scene(play)


# ---- landmarks


def test_a_place_with_a_point_is_kept_for_the_room_and_can_be_dropped(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        it.draft.typed("place", "Warung Bu Siti")
        assert await it.must(it.commands.keep_place()) == "Warung Bu Siti"
        (landmark,) = it.room.seat.room.board.landmarks.values()
        assert (landmark.label, landmark.lat, landmark.lon) == ("Warung Bu Siti", 0.47851, 117.5632)
        assert [e.fact.label for e in it.room.journal.kept if isinstance(e.fact, PlaceKept)] == [
            "Warung Bu Siti"
        ]
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.keep_place())
        assert refused.value.refusal is Refusal.LANDMARK_KEPT_ALREADY
        assert await it.room.seat.form.landmarks.drop(landmark.id) == "Warung Bu Siti"
        assert not it.room.seat.room.board.landmarks
        assert isinstance(it.room.journal.kept[-1].fact, PlaceDropped)
        with pytest.raises(RefusedError):
            await it.room.seat.form.landmarks.drop(landmark.id)

    scene(play)


@pytest.mark.parametrize(
    ("place", "landmark", "why"),
    [
        ("0.51000, 117.50000", "", Refusal.LANDMARK_NAME_MISSING),
        ("0° 30' 00.0\" LU 117° 30' 00.0\" BT", "", Refusal.LANDMARK_NAME_MISSING),
        ("6PGGFG00+", "", Refusal.LANDMARK_NAME_MISSING),
        ("x" * 81, "", Refusal.LANDMARK_NAME_LONG),
    ],
)
def test_what_has_no_name_is_not_kept(site: Site, place: str, landmark: str, why: Refusal) -> None:
    async def play() -> None:
        it = await hand(site)
        await it.room.seat.form.edit({"place": place, "landmark": landmark})
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.keep_place())
        assert refused.value.refusal is why
        await it.room.seat.form.edit({"place": "Warung", "position": None})
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.keep_place())
        assert refused.value.refusal is Refusal.LANDMARK_POINT_MISSING

    scene(play)


def test_a_place_that_the_site_has_already_is_not_kept_again(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        there = {"village": "Sukamaju", "position": "1.25,110.25"}
        await it.room.seat.form.edit({**there, "place": "  SUKAMAJU "})
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.keep_place())
        assert refused.value.refusal is Refusal.LANDMARK_IN_SITE
        await it.room.seat.form.edit({"place": "Sukamaju", "position": "1.25,111.9"})
        assert await it.must(it.commands.keep_place()) == "Sukamaju", "of that name, but in another kecamatan"

    scene(play)


def test_coordinates_with_a_landmark_are_kept_under_the_landmark(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        await it.room.seat.form.edit({"place": "0.51000, 117.50000", "landmark": "Gudang Biru"})
        assert await it.must(it.commands.keep_place()) == "Gudang Biru"

    scene(play)


def test_history_has_ended_incidents_with_a_point(site: Site) -> None:
    async def play() -> None:
        it = await hand(site)
        assert MapHistory(it.room.seat).points() == ()

    scene(play)
