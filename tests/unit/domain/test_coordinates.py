"""Positions as people type and paste them: read when they are meant, refused with the reason when they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.place.coordinates import (
    METRES_A_DEGREE,
    NoPosition,
    Position,
    PositionForm,
    PositionTrouble,
    read_position,
    write_position,
)
from operator_app.domain.place.plus_code import FoundCode, PlusArea, cells_in, encode_plus_code

DECIMAL, MINUTES, SECONDS = (
    PositionForm.DECIMAL,
    PositionForm.DEGREES_MINUTES,
    PositionForm.DEGREES_MINUTES_SECONDS,
)
LINK, VIEW, GEO, CODE = (
    PositionForm.MAP_LINK,
    PositionForm.MAP_VIEW,
    PositionForm.GEO_URI,
    PositionForm.PLUS_CODE,
)
SANGATTA = (0.5, 117.55)


def town(code: FoundCode) -> tuple[PlusArea, ...] | PositionTrouble:
    if "sangatta" not in code.rest.casefold():
        return PositionTrouble.TOWN_NEEDED
    lat, lon = SANGATTA
    return cells_in(code.code, lat - 0.4, lon - 0.4, lat + 0.4, lon + 0.4)


SAME_POINT = {
    # decimal degrees
    "0.51234, 117.54321": DECIMAL,
    "0.51234 117.54321": DECIMAL,
    "0.51234/117.54321": DECIMAL,
    "(0.51234;117.54321)": DECIMAL,
    "+0.51234 +117.54321": DECIMAL,
    "0,51234 117,54321": DECIMAL,
    "0,51234, 117,54321": DECIMAL,
    "0,51234,117,54321": DECIMAL,
    "0,51234;117,54321": DECIMAL,
    "0.51234 N, 117.54321 E": DECIMAL,
    "N0.51234 E117.54321": DECIMAL,
    "0.51234N117.54321E": DECIMAL,
    "0,51234 LU, 117,54321 BT": DECIMAL,
    "117,54321 BT 0,51234 LU": DECIMAL,
    "0.51234° LU 117.54321° BT": DECIMAL,
    "0.51234 U 117.54321 T": DECIMAL,
    "LU: 0,51234 / BT: 117,54321": DECIMAL,
    "lintang 0.51234 bujur 117.54321": DECIMAL,
    "Bujur: 117,54321 Lintang: 0,51234": DECIMAL,
    "lat: 0.51234, lng: 117.54321": DECIMAL,
    "Latitude 0.51234 Longitude 117.54321": DECIMAL,
    "Lat 0.51234 N, Lon 117.54321 E": DECIMAL,
    "titik koordinat: 0.51234, 117.54321": DECIMAL,
    "0.51234 dan 117.54321": DECIMAL,
    "lokasi saya 0.51234, 117.54321 dekat sungai": DECIMAL,
    "Jalan S Parman 0.51234, 117.54321": DECIMAL,
    "RT 05 Desa Sangkima 0.51234, 117.54321": DECIMAL,
    "Jl. Contoh https://maps.app.goo.gl/abc 0.51234,117.54321": DECIMAL,
    # degrees, minutes, seconds
    "0°30.7404'N, 117°32.5926'E": MINUTES,
    "N 0 30.7404 E 117 32.5926": MINUTES,
    "0°30'44.424\"N 117°32'35.556\"E": SECONDS,
    "117°32'35.556\"E 0°30'44.424\"N": SECONDS,
    "0°30\u203244,424\u2033 LU 117°32\u203235,556\u2033 BT": SECONDS,
    "0º30’44.424”LU 117º32’35.556”BT": SECONDS,
    "0° 30' 44.424'' LU, 117° 32' 35.556'' BT": SECONDS,
    "N 0° 30' 44.424\" E 117° 32' 35.556\"": SECONDS,
    "0 30 44.424 N 117 32 35.556 E": SECONDS,
    "00-30-44.424 LU 117-32-35.556 BT": SECONDS,
    "0:30:44.424 N 117:32:35.556 E": SECONDS,
    "0d30m44.424s N 117d32m35.556s E": SECONDS,
    "0 derajat 30 menit 44,424 detik lintang utara 117 derajat 32 menit 35,556 detik bujur timur": SECONDS,
    # links
    "https://www.google.com/maps?q=0.51234,117.54321": LINK,
    "https://maps.google.com/?q=0.51234%2C117.54321": LINK,
    "Lokasi: https://maps.google.com/?q=0.51234,117.54321": LINK,
    "https://maps.google.com/maps?q=loc:0.51234,117.54321&z=17": LINK,
    "maps.google.com/?ll=0.51234,117.54321": LINK,
    "https://www.google.com/maps/place/0%C2%B030'44.4%22N+117%C2%B032'35.6%22E/@0.5,117.5,17z/"
    "data=!3m1!4b1!4m4!3m3!8m2!3d0.51234!4d117.54321": LINK,
    "https://www.google.com/maps/search/?api=1&query=0.51234,117.54321": LINK,
    "https://www.google.com/maps/search/0.51234,+117.54321": LINK,
    "https://www.google.com/maps/dir//0.51234,117.54321": LINK,
    "https://www.google.com/maps/dir/?api=1&destination=0.51234%2C117.54321": LINK,
    "https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d3989!2d117.54321!3d0.51234!2m3": VIEW,
    "https://www.openstreetmap.org/?mlat=0.51234&mlon=117.54321#map=16/0.5/117.5": LINK,
    "https://maps.apple.com/?ll=0.51234,117.54321&q=Pin": LINK,
    "https://maps.apple.com/place?coordinate=0.51234,117.54321&name=X": LINK,
    "https://waze.com/ul?ll=0.51234,117.54321&navigate=yes": LINK,
    "https://www.waze.com/live-map/directions?to=ll.0.51234%2C117.54321": LINK,
    "https://www.bing.com/maps?cp=0.51234~117.54321&lvl=16": VIEW,
    "https://share.here.com/l/0.51234,117.54321": LINK,
    "https://www.google.com/maps/@0.51234,117.54321,15.5z": VIEW,
    "https://www.google.com/maps/place/Contoh/@0.51234,117.54321,17z": VIEW,
    "https://www.openstreetmap.org/#map=16/0.51234/117.54321": VIEW,
    "geo:0.51234,117.54321": GEO,
    "geo:0.51234,117.54321;u=35": GEO,
    "geo:0,0?q=0.51234,117.54321(Rumah)": GEO,
}


@pytest.mark.parametrize("text", SAME_POINT)
def test_every_usual_writing_is_read(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, Position), found
    assert (found.lat, found.lon) == pytest.approx((0.51234, 117.54321), abs=1e-7)
    assert found.form is SAME_POINT[text]


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("-0.51234,117.54321", -0.51234, 117.54321),
        ("\u22120.51234 , 117.54321", -0.51234, 117.54321),
        ("0,51234 LS 117,54321 BT", -0.51234, 117.54321),
        ("0.51234 selatan 17.5 barat", -0.51234, -17.5),
        ("-0°30'36\" 117°30'0\"", -0.51, 117.5),
        ("0°30'36\"S 117°30'0\"E", -0.51, 117.5),
        ("lintang selatan 0 derajat 30 menit, bujur timur 117 derajat 30 menit", -0.5, 117.5),
        ("https://maps.google.com/?q=-0.5,117.5", -0.5, 117.5),
        ("lat 0 lon 117", 0.0, 117.0),
        ("https://maps.google.com/?ll=-33.86,151.2", -33.86, 151.2),
    ],
)
def test_signs_and_sides(text: str, lat: float, lon: float) -> None:
    found = read_position(text)
    assert isinstance(found, Position), found
    assert (found.lat, found.lon) == pytest.approx((lat, lon), abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "RT 05 RW 02", "KM 12", "SP 3", "sp 3 blok 5", "jalan 5, 10", "blok 2.5, 10.5", "0, 117", "0,117",
        "081234567890", "0812-3456-7890", "Jl. Yos Sudarso III no 12", "Jalan S. Parman gang 3, 4", "12/11/2026 13.45",
        "pukul 13.45 sampai 14.30", "Rp 1.500, 2.500", "1e5, 2.5", "kamar 5 B, lantai 3 T", "117.54321", "°", "N E S W",
        "lat lon", "geo:", "Sangatta Utara",
    ],
)  # fmt: skip
def test_places_numbers_and_times_are_no_positions(text: str) -> None:
    assert read_position(text) == NoPosition(PositionTrouble.NO_POSITION)


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("95.5, 200.5", PositionTrouble.OUT_OF_RANGE),
        ("0°75'44\"N 117°32'35\"E", PositionTrouble.OUT_OF_RANGE),
        ("0°30'60\"N 117°32'35\"E", PositionTrouble.OUT_OF_RANGE),
        ("-0.5 N 117.5 E", PositionTrouble.UNCLEAR),
        ("0.5 N 1.5 N", PositionTrouble.UNCLEAR),
        ("117.54321 BT 117.54321 BB", PositionTrouble.UNCLEAR),
        ("GG7V+4X", PositionTrouble.TOWN_NEEDED),
        ("GG7V+4X Kota Lain", PositionTrouble.TOWN_NEEDED),
        ("https://maps.app.goo.gl/AbCd1234", PositionTrouble.LINK_HIDES_IT),
        ("Lihat goo.gl/maps/AbCd ya", PositionTrouble.LINK_HIDES_IT),
        ("https://www.google.com/maps/place/Masjid+Contoh+5", PositionTrouble.LINK_WITHOUT_POINT),
    ],
)
def test_what_cannot_be_used_says_why(text: str, trouble: PositionTrouble) -> None:
    found = read_position(text, town)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.proposal) == (trouble, None)


def test_the_refusal_names_what_it_is_about() -> None:
    hidden = read_position("https://maps.app.goo.gl/AbCd1234")
    assert isinstance(hidden, NoPosition)
    assert hidden.detail == "maps.app.goo.gl"
    short = read_position("GG7V+4X, Kota Lain", town)
    assert isinstance(short, NoPosition)
    assert short.detail == "Kota Lain"


@pytest.mark.parametrize(
    "text",
    [
        "117.54321, 0.51234",
        "117,54321 0,51234",
        "https://example.com/?ll=117.54321,0.51234",
        "lat 117.54321 lon 0.51234",
        "117.54321 LU 0.51234 BT",
    ],
)
def test_a_swapped_pair_is_refused_with_the_pair_turned_round(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, NoPosition)
    assert found.trouble is PositionTrouble.SWAPPED
    assert found.proposal is not None
    assert (found.proposal.lat, found.proposal.lon) == (0.51234, 117.54321)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("0.5, 117.5", 5566),
        ("0.51234, 117.54321", 0.56),
        ("0.51234, 117.5", 5566),
        ("0°30' LU 117°32' BT", 928),
        ("0°30'44\" LU 117°32'35\" BT", 15.5),
        ("geo:0.51234,117.54321;u=35", 35),
        ("https://www.google.com/maps/@0.51234,117.54321,17z", 358),
        ("https://www.google.com/maps/@0.51234,117.54321,3a,75y,90t/data=!3m6", 30),
        ("https://www.google.com/maps/@0.51234,117.54321,850m/data=!3m1", 425),
        ("GG7V+4X Sangatta", 7),
    ],
)
def test_the_form_tells_how_exact_it_is(text: str, metres: float) -> None:
    found = read_position(text, town)
    assert isinstance(found, Position)
    assert found.precision_m == pytest.approx(metres, rel=0.02)


@pytest.mark.parametrize(
    "text",
    [
        "GG7V+4X Sangatta",
        "gg7v+4x, Sangatta Utara, Kutai Timur",
        "https://maps.google.com/?q=GG7V%2B4X+Sangatta",
        "6PGPGG7V+4X",
    ],
)
def test_a_plus_code_needs_its_town_only_when_it_is_short(text: str) -> None:
    found = read_position(text, town)
    assert isinstance(found, Position)
    assert encode_plus_code(found.lat, found.lon).endswith("GG7V+4X")
    assert abs(found.lat - SANGATTA[0]) < 0.5
    assert abs(found.lon - SANGATTA[1]) < (0.5 if "6PGP" not in text else 60)


LATS, LONS = st.floats(-89.99, 89.99), st.floats(0.01, 179.99) | st.floats(-179.99, -0.01)
"""All of the earth but zero and zero, which is what a phone sends that knows no position."""


@given(
    lat=LATS, lon=LONS, form=st.sampled_from([DECIMAL, MINUTES, SECONDS, GEO, CODE]), english=st.booleans()
)
def test_what_is_written_is_read_back(lat: float, lon: float, form: PositionForm, english: bool) -> None:
    text = write_position(lat, lon, form, english=english)
    found = read_position(text)
    assert isinstance(found, Position), text
    assert found.form is form
    assert abs(found.lat - lat) * METRES_A_DEGREE <= found.precision_m * 1.001
    assert abs(found.lon - lon) * METRES_A_DEGREE <= found.precision_m * 1.001


@given(lat=LATS, lon=LONS)
def test_a_decimal_comma_reads_as_a_decimal_point(lat: float, lon: float) -> None:
    text = f"{lat:.4f} {lon:.4f}"
    assert read_position(text.replace(".", ",")) == read_position(text)


@given(st.text(max_size=60) | st.text("0123456789.,-+°'\"NSEW LUBT:/@?=&%geohtps", max_size=60))
def test_no_text_breaks_the_reading_and_every_position_is_on_earth(text: str) -> None:
    found = read_position(text, town)
    for position in (found, getattr(found, "proposal", None), *getattr(found, "choices", ())):
        if isinstance(position, Position):
            assert abs(position.lat) <= 90
            assert abs(position.lon) <= 180
            assert position.precision_m > 0


@given(st.text(max_size=40), LATS, LONS)
def test_a_pin_in_a_link_counts_whatever_stands_around_it(words: str, lat: float, lon: float) -> None:
    words = "".join(each for each in words if each.isalpha() or each == " ")
    found = read_position(f"{words} https://maps.google.com/?q={lat:.6f},{lon:.6f} {words}")
    assert isinstance(found, Position)
    assert (found.lat, found.lon) == pytest.approx((lat, lon), abs=1e-6)


def test_a_long_paste_is_read_in_a_moment() -> None:
    assert isinstance(read_position("https://x.id/?mlat=1" + "&a=1" * 5000), NoPosition)
    assert isinstance(read_position("0 " * 5000), NoPosition)
    assert isinstance(read_position("0.49876 " * 5000), NoPosition | Position)
    assert isinstance(read_position("https://x.id/ " * 3000), NoPosition)
    assert isinstance(read_position("- lat " * 4000), NoPosition)
