"""The door of the place search: the site's places, roads and landmarks of the pack, and what the room has learnt."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operator_app.domain.ids import EventId, IncidentId, SeatName
from operator_app.domain.incident import FieldValue, Incident
from operator_app.domain.place.landmarks import Landmark
from operator_app.maps.pack import SitePackError
from operator_app.maps.places import Places, PlacesError
from operator_app.maps.site import Site, import_site, load_site
from tests.unit.maps.sample_pack import rewrite, write_pack

ROADS = """label,kind,lat,lon,area
Jalan Merdeka,jalan,1.2,110.1,
Gang Merdeka 2,gang,1.2,110.6,
Jalan Lurus,,1.3,110.7,tidak
"""
LANDMARKS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"nama": "Masjid Contoh", "jenis": "Masjid"},
            "geometry": {"type": "Point", "coordinates": [110.7, 1.3]},
        },
        {
            "type": "Feature",
            "properties": {"name": "Jalan Poros", "kind": "jalan"},
            "geometry": {"type": "LineString", "coordinates": [[110.1, 1.2], [110.2, 1.2], [110.3, 1.2], [110.8, 1.2]]},
        },
        {
            "type": "Feature",
            "properties": {"highway": "path"},
            "geometry": {"type": "LineString", "coordinates": [[110.1, 1.2], [110.2, 1.2]]},
        },
        {
            "type": "Feature",
            "properties": {"label": "Rumah Sakit Sebelah", "kind": "rumah sakit"},
            "geometry": {"type": "Point", "coordinates": [109.5, 1.3]},
        },
    ],
}  # fmt: skip


def listed_pack(folder: Path) -> Path:
    pack = write_pack(folder)
    (pack / "contoh-jalan.csv").write_text(ROADS, encoding="utf-8")
    (pack / "contoh-patokan.geojson").write_text(json.dumps(LANDMARKS), encoding="utf-8")
    return pack


@pytest.fixture
def site(tmp_path: Path) -> Site:
    report = import_site(listed_pack(tmp_path / "pack"), tmp_path / "site")
    assert (report.counts["jalan"], report.counts["patokan"]) == (3, 3)
    assert "contoh-patokan.geojson: 1 features without a name are left out" in report.warnings
    return load_site(tmp_path / "site")


@pytest.fixture
def places(tmp_path: Path, site: Site) -> Iterator[Places]:
    opened = Places.open(tmp_path / "places.sqlite", site)
    yield opened
    opened.close()


def test_listed_places_know_their_village(site: Site) -> None:
    assert site.listed is not None
    found = {(hit.label, hit.desa): hit for hit in site.listed.read()}
    assert {key: (hit.kind, hit.kecamatan, hit.area) for key, hit in found.items()} == {
        ("Jalan Merdeka", "Sukamaju"): ("jalan", "Muara Contoh", True),
        ("Gang Merdeka 2", "Teluk Hijau"): ("gang", "Muara Contoh", False),
        ("Jalan Lurus", "Teluk Hijau"): ("jalan", "Muara Contoh", False),
        ("Masjid Contoh", "Teluk Hijau"): ("masjid", "Muara Contoh", False),
        ("Jalan Poros", "Sukamaju"): ("jalan", "Muara Contoh", True),
        ("Jalan Poros", "Teluk Hijau"): ("jalan", "Muara Contoh", True),
        ("Rumah Sakit Sebelah", ""): ("rumah sakit", "", False),
    }
    assert (found["Jalan Poros", "Sukamaju"].lat, found["Jalan Poros", "Sukamaju"].lon) == (1.2, 110.2)
    assert len({hit.kode for hit in found.values()}) == len(found)


def test_listed_places_are_no_layer_of_the_map(site: Site) -> None:
    assert set(site.layers) == {"desa", "kecamatan", "kabupaten", "sekitar", "pulau"}


def test_all_places_are_found(places: Places) -> None:
    assert len(places) == 2 + 4 + 1 + 7
    assert places.search("suka maju", 1)[0].label == "Sukamaju"
    assert places.search("jl merdeka", 1)[0].label == "Jalan Merdeka"
    assert places.search("mesjid conto", 1)[0].label == "Masjid Contoh"
    assert places.search("jalan poros teluk hijau", 1)[0].desa == "Teluk Hijau"


def test_without_lists_there_are_the_villages(tmp_path: Path) -> None:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")
    places = Places.open(tmp_path / "places.sqlite", load_site(tmp_path / "site"))
    assert len(places) == 7
    places.close()


def test_a_changed_list_is_a_new_version_and_a_new_file(tmp_path: Path, site: Site, places: Places) -> None:
    places.close()
    pack = tmp_path / "pack"
    (pack / "contoh-jalan.csv").write_text(ROADS + "Jalan Baru,jalan,1.2,111.1,\n", encoding="utf-8")
    import_site(pack, tmp_path / "site")
    fresh = load_site(tmp_path / "site")
    assert fresh.version != site.version
    again = Places.open(tmp_path / "places.sqlite", fresh)
    assert again.search("jalan baru", 1)[0].desa == "Suka Rahmat"
    again.close()


def test_a_changed_listing_on_disk_is_refused(tmp_path: Path, site: Site) -> None:
    assert site.listed is not None
    site.listed.path.write_text("label\n", encoding="utf-8")
    with pytest.raises(
        SitePackError, match=r"places\.csv: was changed or damaged; import the site pack again"
    ):
        Places.open(tmp_path / "places.sqlite", site)


# ---- landmarks of our own


XANTENIA = Landmark(
    "x1", "Warung Xantenia", "warung", 1.25, 110.25, SeatName("M1"), datetime(2026, 11, 23, tzinfo=UTC)
)


def test_a_landmark_is_kept_with_the_village_under_it(tmp_path: Path, site: Site, places: Places) -> None:
    places.note_landmarks({"x1": XANTENIA})
    (kept,) = places.search("warung xantenia", 1)
    assert (kept.label, kept.desa, kept.kecamatan, kept.area) == (
        "Warung Xantenia",
        "Sukamaju",
        "Muara Contoh",
        False,
    )
    assert places.search("waroeng xantenia", 1) == (kept,)
    count = len(places)
    places.close()
    again = Places.open(tmp_path / "places.sqlite", site)
    assert len(again) == count
    assert again.search("xantenia", 1)[0].kode == kept.kode
    again.close()


def test_landmarks_move_along_to_a_new_site_version(tmp_path: Path, places: Places) -> None:
    places.note_landmarks({"x1": XANTENIA})
    (kept,) = places.search("xantenia", 1)
    places.close()
    rewrite(
        tmp_path / "pack", "desa", lambda data: data["features"][0]["properties"].update(nama="Sukamakmur")
    )
    import_site(tmp_path / "pack", tmp_path / "site")
    again = Places.open(tmp_path / "places.sqlite", load_site(tmp_path / "site"))
    (found,) = again.search("xantenia", 1)
    assert (found.kode, found.desa) == (kept.kode, "Sukamakmur")
    again.close()


def test_a_broken_file_is_made_anew(tmp_path: Path, site: Site, places: Places) -> None:
    places.close()
    (tmp_path / "places.sqlite").write_bytes(b"SQLite format 3\0" + bytes(9_000))
    again = Places.open(tmp_path / "places.sqlite", site)
    assert again.search("masjid contoh", 1)[0].label == "Masjid Contoh"
    again.close()


def test_a_file_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path, site: Site) -> None:
    with pytest.raises(
        PlacesError, match=r"places\.sqlite: the places cannot be kept here \(.*\); check space"
    ):
        Places.open(tmp_path / "missing" / "places.sqlite", site)


def test_when_the_file_breaks_the_villages_are_still_found(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(text: str, limit: int, near: str) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    assert places.search("masjid contoh", 1)[0].label == "Masjid Contoh"
    monkeypatch.setattr(places._gazetteer, "search", breaks)
    assert places.search("sukamaju", 1)[0].label == "Sukamaju"
    assert "Masjid Contoh" not in {hit.label for hit in places.search("masjid contoh", 5)}
    assert places.trouble == "database disk image is malformed"


# ---- places of incidents


def incident(name: str, **values: str) -> Incident:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    fields = {
        field: FieldValue(value, EventId("e"), 1, SeatName("M1"), at) for field, value in values.items()
    }
    return Incident(IncidentId(name), fields=fields)


def test_places_of_incidents_are_found_again(places: Places) -> None:
    fire = incident("i1", place="Rumah Makan Zephyra", position="1.25,110.25", kind="KEB-01")
    assert places.note_incidents([fire]) == 1
    (hit,) = places.search("rm makan zephira", 1)
    assert (hit.label, hit.kind, hit.desa) == ("Rumah Makan Zephyra", "kejadian", "Sukamaju")
    assert places.note_incidents([fire]) == 0, "nothing new is nothing written"
    moved = incident("i1", place="Rumah Makan Zephyra", position="1.25,110.75", kind="KEB-01")
    assert places.note_incidents([moved]) == 1
    assert places.search("zephyra", 5)[0].desa == "Teluk Hijau"
    assert len(places.search("zephyra", 5)) == 1


def test_places_that_are_known_or_have_no_point_are_not_kept(places: Places) -> None:
    count = len(places)
    known = incident("i1", place="masjid  contoh", position="1.3,110.7")
    nowhere = incident("i2", place="Rumah Makan Zephyra")
    nameless = incident("i3", position="1.3,110.7")
    assert places.note_incidents([known, nowhere, nameless]) == 0
    assert len(places) == count


def test_places_of_masked_incidents_stay_out_and_leave(places: Places) -> None:
    home = incident("i1", place="Rumah Zephyra", position="1.25,110.25", kind="KAM-03")
    assert places.note_incidents([home], masked={"KAM-03"}) == 0
    assert places.search("zephyra", 5) == ()
    assert places.note_incidents([home]) == 1
    assert places.note_incidents([home], masked={"KAM-03"}) == 0
    assert places.search("zephyra", 5) == ()


def test_places_of_the_room_come_move_and_go(tmp_path: Path, site: Site) -> None:
    places = Places.open(tmp_path / "places.db", site)
    warung = Landmark("p1", "Warung Bu Siti", "patokan", 1.2, 110.6, SeatName("M1"), datetime.now(UTC))
    assert places.note_landmarks({"p1": warung, "p2": None}) == 1
    assert places.note_landmarks({"p1": warung}) == 0
    (hit,) = places.search("warung siti", 1)
    assert (hit.label, hit.kode, hit.desa, hit.area) == ("Warung Bu Siti", "own:p1", "Teluk Hijau", False)
    assert places.note_landmarks({"p1": None}) == 1
    assert all(hit.kode != "own:p1" for hit in places.search("warung siti", 5))
    places.close()


POSTS = """label,kind,lat,lon
Pos Damkar Contoh,DAMKAR,1.2,110.1
RSUD Contoh,rsud,1.3,110.7
"""


def test_posts_of_agencies_are_on_the_map_and_in_the_search(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / "contoh-pos.csv").write_text(POSTS, encoding="utf-8")
    report = import_site(pack, tmp_path / "site")
    assert report.counts["pos"] == 2
    site = load_site(tmp_path / "site")
    assert json.loads(site.layers["pos"]) == [
        {"label": "Pos Damkar Contoh", "agency": "DAMKAR", "lat": 1.2, "lon": 110.1},
        {"label": "RSUD Contoh", "agency": "RSUD", "lat": 1.3, "lon": 110.7},
    ]
    places = Places.open(tmp_path / "places.db", site)
    (hit,) = places.search("pos damkar", 1)
    assert (hit.label, hit.kind, hit.desa, hit.area) == ("Pos Damkar Contoh", "pos", "Sukamaju", False)
    places.close()


def test_a_post_that_is_a_line_is_refused(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    line = {"type": "LineString", "coordinates": [[110.1, 1.2], [110.2, 1.2]]}
    row = {"type": "Feature", "properties": {"label": "Pos Panjang", "kind": "DAMKAR"}, "geometry": line}
    (pack / "contoh-pos.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    with pytest.raises(SitePackError, match="Pos Panjang is a line"):
        import_site(pack, tmp_path / "site")
