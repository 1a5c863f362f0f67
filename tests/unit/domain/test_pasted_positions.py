"""Positions out of the middle of what people write and paste: read right, offered in two readings, or refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.place.coordinates import (
    NoPosition,
    Position,
    PositionForm,
    PositionTrouble,
    read_position,
    write_position,
)
from operator_app.domain.place.position import METRES_A_DEGREE

NORTH, SOUTH = (0.49876, 117.53421), (-0.502106, 117.153709)

WRITINGS = (
    "0.49876, 117.53421", "0.49876,117.53421", "0.49876 117.53421", "0,49876 117,53421", "0,49876, 117,53421",
    "0.49876; 117.53421", "0.49876/117.53421", "(0.49876, 117.53421)", "0.49876\n117.53421",
    "N0.49876 E117.53421",
    "0.49876 LU 117.53421 BT", "lat 0.49876 long 117.53421", "Lintang: 0.49876, Bujur: 117.53421",
    "0°29'55.536\"N 117°32'03.156\"E", "0° 29' 55,536\" LU, 117° 32' 3,156\" BT", "0°29.9256'N, 117°32.0526'E",
    "0 29.9256 117 32.0526", "0 29 55.536 N 117 32 3.156 E", "0029.9256,N,11732.0526,E",
)  # fmt: skip
BEFORE = (
    "RT 1", "rt 5 rw 2", "RT.001/RW.002", "no 1", "No. 12", "no. 12A", "KM 12", "km 12,5", "KM 12.5", "SP 2",
    "Blok C 3", "blok B2",
    "Gang 3", "Gg. 7", "Jl. Yos Sudarso III no 12", "Jl Ahmad Yani 45", "S. Parman 12",
    "Perum Griya 5 blok A1 no 3", "lantai 2",
    "1.", "1)", "(1)", "3:", "#12", "a)", "titik 1", "titik ke-2", "P1",
    "29/11/2026", "29-11-2026", "29.11.26", "2026-11-29", "08.10", "08:10", "jam 8.10", "pukul 13.45 WITA",
    "5 menit lalu",
    "29/11/26 08.10 - Budi:", "[29/11/26 08.10.22] Budi:", "081234567890", "0812-3456-7890",
    "+62 812-3456-7890", "(0549) 21345",
    "KT-2026-000123", "KTM/0112/XI/2026", "INC#45", "112", "insiden 17", "laporan no 3", "ada 2 orang",
    "3 unit", "Rp 1.500.000",
    "Rp 1.500", "kodepos 75611", "Dusun 2", "akurasi 5 m", "±5 m", "28°C", "suhu 28.5°C", "2 km dari", "1/2",
    "v1.2", "kec. 3",
    "Sangkima", "Sangatta Utara", "Desa Sangkima", "Barat pasar", "utara pom bensin 2",
)  # fmt: skip
AFTER = (
    "RT 1", "no 12", "12", "25", "25.5", "alt 25", "±5 m", "akurasi 5 m", "(±12m)", "17z", "RT 3 RW 2",
    "Sangkima", "Sangatta Selatan",
    "29/11/2026", "08.10", "08:10 WITA", "081234567890", "+62 812-3456-7890", "2 orang", "blok S 3", "Blok B 2",
    "#3", "1)", "km 3.5",
    "Rp 1.500", "selatan pasar", "utara masjid", "timur jembatan", "75611", "jam 8.10", "5 m", "- Budi", ".",
    ",",
)  # fmt: skip


def is_at(position: Position, point: tuple[float, float]) -> bool:
    return (position.lat, position.lon) == pytest.approx(point, abs=1e-5)


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("joint", [" ", "\n", ": "])
def test_figures_before_and_behind_a_position_are_none_of_it(writing: str, joint: str) -> None:
    texts = [*(f"{each}{joint}{writing}" for each in BEFORE), *(f"{writing}{joint}{each}" for each in AFTER)]
    texts += [
        f"{one}{joint}{writing} {two}" for one, two in zip(BEFORE, itertools.cycle(AFTER), strict=False)
    ]
    found = {text: read_position(text) for text in texts}
    assert not {
        text: each for text, each in found.items() if not (isinstance(each, Position) and is_at(each, NORTH))
    }


SOUTHERN = (
    "-0.502106, 117.153709", "- 0.502106, 117.153709", "\u22120.502106, 117.153709",
    "\u2013 0.502106 , 117.153709",
    "\u20140.502106, 117.153709", "minus 0.502106, 117.153709", "Minus: 0,502106 117,153709",
    "min 0.502106, 117.153709",
    "min. 0.502106, 117.153709", "negatif 0.502106, 117.153709", "(-) 0.502106, 117.153709",
    "(-)0.502106, 117.153709",
    "(minus) 0.502106, 117.153709", "[ - 0.502106 , 117.153709 ]", "- (0.502106, 117.153709)",
    "minus (0.502106, 117.153709)",
    "koordinat minus 0.502106, 117.153709", "koordinat: - 0.502106, 117.153709",
    "Samarinda -0.502106, 117.153709",
    "Samarinda: -0.502106, 117.153709", "Samarinda (- 0.502106, 117.153709)", "lat: -0.502106 lon: 117.153709",
    "lat:- 0.502106 lon: 117.153709", "lintang: min 0,502106 bujur: 117,153709", "-.502106, 117.153709",
    "0.502106 LS-117.153709 BT", "0.502106 LS - 117.153709 BT", "- 0.502106 LS, 117.153709 BT",
    "-0.502106 LS, 117.153709 BT",
    "0.502106 L.S., 117.153709 B.T.", "0.502106 (LS), 117.153709 (BT)", "0.502106 ls/117.153709 bt",
    "LS 0.502106, 117.153709",
    "0.502106, 117.153709 LS", "LS 0.502106 BT 117.153709", "lintang selatan 0.502106 bujur timur 117.153709",
    "Lintang 0.502106 Selatan, Bujur 117.153709 Timur", "0.502106 selatan, 117.153709 timur",
    "selatan: 0.502106 timur: 117.153709",
    "S 0.502106, E 117.153709", "S0.502106 E117.153709", "0.502106S 117.153709E", "0.502106 s / 117.153709 t",
    "-0°30'07.58\" 117°09'13.35\"", "- 0° 30' 07.58\", 117° 09' 13.35\"", "0°30'07.58\"S 117°09'13.35\"E",
    "S 0°30'07.58\" E 117°09'13.35\"", "0° 30' 07,58\" LS - 117° 09' 13,35\" BT",
    "00.30.07,58 LS 117.09.13,35 BT",
    "00-30.1264 LS 117-09.2225 BT", "-00-30.1264 117-09.2225",
    "minus 0 derajat 30 menit 7.58 detik, 117 derajat 9 menit 13.35 detik",
    "0o30'7.58\"S 117o9'13.35\"E", "-0030.1264+11709.2225/", "-00.502106+117.153709/",
    "{\"lat\":-0.502106,\"lng\":117.153709}",
    "\"-0.502106\",\"117.153709\"", "['-0.502106', '117.153709']", "Lat/Long: -0.502106/117.153709",
    "Longitude/Latitude 117.153709 / -0.502106", "x: 117.153709 y: -0.502106", "117.153709 BT, 0.502106 LS",
    "16 - -0.502106, 117.153709", "* -0.502106, 117.153709", ">-0.502106,117.153709",
)  # fmt: skip


@pytest.mark.parametrize("text", SOUTHERN)
def test_every_minus_and_every_south_is_seen(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, Position), found
    assert is_at(found, SOUTH), found


@pytest.mark.parametrize(
    "text",
    [
        "Samarinda - 0.502106, 117.153709", "Samarinda-0.502106, 117.153709",
        "koordinat - 0.502106, 117.153709",
        "lat - 0.502106 lon 117.153709", "Lat - 0.502106 Long - 117.153709", "halo min 0.502106, 117.153709",
        "Blok S 0.502106, 117.153709", "S 0.502106 117.153709", "Sangatta Selatan 0.502106, 117.153709",
        "0.502106, 117.153709 S", "0.502106, 117.153709 (selatan)",
        "- 0.502106, 117.153709\n- 0.49876, 117.53421",
        "Titik:\n- 0.502106, 117.153709", "-0.502106 - 117.153709", "-0.502106-117.153709",
    ],
)  # fmt: skip
def test_a_sign_in_doubt_is_offered_both_ways(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, NoPosition)
    assert found.trouble is PositionTrouble.SEVERAL
    assert any(is_at(each, SOUTH) for each in found.choices)
    assert len(found.choices) > 1


@pytest.mark.parametrize(
    "text",
    [
        "--0.502106, 117.153709", "+-0.502106, 117.153709", "±0.502106, 117.153709", "0.502106-, 117.153709",
        "0.502106 minus, 117.153709", "0.502106 (-), 117.153709", "0.502106, 117.153709 minus",
        "0.502106, 117.153709-",
        "minus lat 0.502106 lon 117.153709", "-0.5 N 117.5 E", "+0.502106 LS 117.153709 BT",
        "0.49876 (1) 117.53421",
        "0.49876 RT 1, 117.53421", "LS 0.502106 LU 117.153709",
    ],
)  # fmt: skip
def test_what_is_not_understood_stops_the_reading(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.choices) == (PositionTrouble.UNCLEAR, ())


UNSEEN = "\u200e\u200f\u200b\u200d\u202a\u202c\u2060\u2066\u2068\u2069\ufeff\u00ad\u061c"


@pytest.mark.parametrize("sign", UNSEEN)
@pytest.mark.parametrize(
    "text",
    [
        "0.49876, {}117.53421",
        "{}0.49876{}, 117.{}53421{}",
        "https://maps.google.com/?q=0.49876,{}117.53421",
        "geo:{}0.49876,117.53421",
    ],
)
def test_characters_that_nobody_sees_change_nothing(sign: str, text: str) -> None:
    found = read_position(text.replace("{}", sign))
    assert isinstance(found, Position)
    assert is_at(found, NORTH)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("0\u00a029.9256\u00a0LU\u00a0117\u00a032.0526\u00a0BT", NORTH),
        ("\uff10\uff0e\uff14\uff19\uff18\uff17\uff16\uff0c117.53421", NORTH),
        ("0.49876\u3001 117.53421", NORTH),
        ("0\u00b749876, 117\u00b753421", NORTH),
        ("\u0660.\u0664\u0669\u0668\u0667\u0666, \u0661\u0661\u0667.\u0665\u0663\u0664\u0662\u0661", NORTH),
        ("0\ufffd29'55.536\"N 117\ufffd32'3.156\"E", NORTH),
        ("0Â°29'55.536\"N 117Â°32'3.156\"E", NORTH),
        ("0\u00ba29\u203255.536\u2033 LU 117\u00ba32\u20323.156\u2033 BT", NORTH),
        ("Gempa Mag:4.5, Lok:0.50 LS-117.15 BT (12 km Tenggara KUTAI)", (-0.5, 117.15)),
        ("lat 0.49876 akurasi 5 m lon 117.53421", NORTH),
        ("0.50, 117.53 Sangatta", (0.5, 117.53)),
        ("50N 559442.83 55130.39", NORTH),
        ("X: 559442,83 Y: 55130,39 zona 50N", NORTH),
        ("UTM 50N 559442.83mE 55130.39mN", NORTH),
        ("Northing 55130.39 Easting 559442.83 zone 50 N", NORTH),
        ("50NNF5944255130", (0.49876, 117.53421)),
        ("50N NF 59442 55130", (0.49876, 117.53421)),
        ("50MNE1710344501", (-0.502106, 117.153709)),
        ("32VKN9133013123", (60.5, 5.2)),
        ("55HFB9140913849", (-35.1, 149.1)),
        ("50M 517103.4 9944501.7", SOUTH),
        ("50S 517103 9944501", SOUTH),
    ],
)  # fmt: skip
def test_rarer_writings(text: str, point: tuple[float, float]) -> None:
    found = read_position(text)
    assert isinstance(found, Position), found
    assert (found.lat, found.lon) == pytest.approx(point, abs=3e-5)


@pytest.mark.parametrize(
    ("text", "trouble", "detail"),
    [
        ("559456 9944866", PositionTrouble.GRID_ZONE_NEEDED, ""),
        ("X: 559456 Y: 55134", PositionTrouble.GRID_ZONE_NEEDED, ""),
        ("utm zona 50 55.9456 tolong 4411", PositionTrouble.NOT_READ, "UTM"),
        ("50MQQ1710344501", PositionTrouble.NOT_READ, "MGRS"),
        ("50M 559456 55134", PositionTrouble.UNCLEAR, ""),
        ("///meja.kursi.buku", PositionTrouble.NOT_READ, "what3words"),
        ("https://w3w.co/meja.kursi.buku", PositionTrouble.NOT_READ, "what3words"),
        ("0.0, 0.0", PositionTrouble.NO_FIX, ""),
        ("https://maps.google.com/?q=0.0,0.0", PositionTrouble.NO_FIX, ""),
        ("geo:0,0", PositionTrouble.NO_FIX, ""),
        ("Lokasi: 0.000000,0.000000 akurasi 0", PositionTrouble.NO_FIX, ""),
        ("0 75 44.5 N 117 32 35.5 E", PositionTrouble.OUT_OF_RANGE, ""),
        ("117.5 0.5 117.6 0.6", PositionTrouble.SWAPPED, ""),
        ("POINT(117.53421 0.49876)", PositionTrouble.SWAPPED, ""),
        ("http://contoh.id/berita/12", PositionTrouble.LINK_WITHOUT_POINT, "contoh.id"),
        ("https://maps.app.goo.gl/AbC", PositionTrouble.LINK_HIDES_IT, "maps.app.goo.gl"),
    ],
)  # fmt: skip
def test_the_reason_that_is_told_is_true(text: str, trouble: PositionTrouble, detail: str) -> None:
    found = read_position(text)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.detail) == (trouble, detail)


CHAT = """29/11/26 08.10 - Budi: https://maps.google.com/?q=0.30110,117.40110
29/11/26 08.55 - Budi: pindah https://maps.google.com/?q=0.49876,117.53421"""


@pytest.mark.parametrize(
    "text",
    [
        CHAT,
        "tadi 0.30110, 117.40110 sekarang 0.49876, 117.53421",
        "0.30110, 117.40110; 0.49876, 117.53421",
        "https://maps.google.com/?q=0.30110,117.40110 lalu 0.49876 LU 117.53421 BT",
        f"0.30110, 117.40110 {'baris lama ' * 2000} 0.49876, 117.53421",
    ],
)
def test_of_several_places_the_last_is_offered_first(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, NoPosition)
    assert found.trouble is PositionTrouble.SEVERAL
    assert len(found.choices) == 2
    assert is_at(found.choices[0], NORTH)


@pytest.mark.parametrize(
    "text",
    [
        "Lokasi 0.49876, 117.53421 https://maps.google.com/?q=0.49876,117.53421",
        "0.49876, 117.53421 (0°29'55.5\"N 117°32'03.2\"E)",
        "https://www.google.com/maps/@0.30,117.40,12z lalu 0.49876, 117.53421",
        "obrolan panjang " * 1000 + "0.49876, 117.53421",
        "https://maps.google.com/?q=0,0 dan 0.49876, 117.53421",
    ],
)
def test_one_place_written_twice_is_one(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, Position)
    assert is_at(found, NORTH)


LATITUDES = st.floats(-11, 6).filter(lambda lat: abs(lat) > 0.01)
LONGITUDES = st.floats(95, 141)
WORDS = st.sampled_from(
    [
        "RT",
        "no",
        "KM",
        "SP",
        "jl",
        "gang",
        "Desa Sangkima",
        "lantai",
        "orang",
        "unit",
        "jam",
        "pak Budi",
        "tolong",
        "di depan",
        "kec.",
    ]
)
FIGURES = st.integers(0, 150).map(str) | st.sampled_from(
    [
        "12A",
        "3.5",
        "2,5",
        "08.10",
        "08:10",
        "29/11/2026",
        "081234567890",
        "75611",
        "0812-3456-7890",
        "1.500.000",
        "KT-2026-0012",
    ]
)
AROUND = st.lists(WORDS | FIGURES, max_size=4).map(" ".join)


@given(before=AROUND, behind=AROUND, lat=LATITUDES, lon=LONGITUDES, way=st.integers(0, 5))
def test_no_words_and_figures_around_a_position_move_it(
    before: str, behind: str, lat: float, lon: float, way: int
) -> None:
    side = "LS" if lat < 0 else "LU"
    written = (
        f"{lat:.5f}, {lon:.5f}",
        f"{lat:.5f},{lon:.5f}",
        f"{lat:.5f} {lon:.5f}".replace(".", ","),
        f"{abs(lat):.5f} {side} {lon:.5f} BT",
        f"lat: {lat:.5f}, lng: {lon:.5f}",
        write_position(lat, lon, PositionForm.DEGREES_MINUTES_SECONDS),
    )[way]
    found = read_position(f"{before} {written} {behind}")
    choices = (found,) if isinstance(found, Position) else found.choices
    assert any(
        max(abs(each.lat - lat), abs(each.lon - lon)) * METRES_A_DEGREE < each.precision_m + 1
        for each in choices
    )


LINKS = {
    PositionForm.MAP_LINK: (  # where somebody set a pin, what was asked for, or the goal of a way
        "https://maps.google.com/?ll=0.30110,117.40110&q=0.49876,117.53421",
        "https://www.google.com/maps?q=0.49876%252C117.53421",
        "https://maps.google.com/?q=0.49876,\n117.53421",
        "https://maps.google.com/?q=Rumah@0.49876,117.53421",
        "https://maps.google.com/maps?f=d&daddr=Jalan+Mawar+12+@0.49876,117.53421",
        "https://maps.google.com/?saddr=0.3011,117.4011&daddr=0.49876,117.53421",
        "https://maps.google.com/?saddr=0.2,117.2&daddr=0.3011,117.4011+to:0.49876,117.53421",
        "https://www.google.com/maps/dir/0.3011,117.4011/0.3511,117.4511/0.49876,117.53421/@0.40,117.50,12z",
        "https://www.google.com/maps/dir/A/B/C/@0.60,117.60,16z/data=!4m9!4m8!1m2!2m1!1d117.40!2d0.30!1m2!2m2!1d117.53421!2d0.49876!3e2",
        "https://www.google.com/maps/dir/?api=1&origin=0.3,117.4&destination=0.49876,117.53421&waypoints=0.35,117.45",
        "https://www.google.com/maps/place/0°29'55.5\"N+117°32'03.2\"E/@0.6,117.6,17z/data=!4m4!3m3!8m2!3d0.49876!4d117.53421",
        "https://www.google.com/maps/place/Toko/@0.6,117.6,17z/data=!3m1!4b1!8m2!3d0.49876!4d117.53421!16s",
        "https://www.google.com/maps/place/0.49876,117.53421/@0.6,117.6,15z/data=!3m1!1e3",
        "https://osmand.net/map?pin=0.49876,117.53421#12.5/0.6/117.6",
        "https://osmand.net/map/navigate/?finish=0.49876,117.53421&start=0.3,117.4",
        "http://osmand.net/go?lat=0.49876&lon=117.53421&z=14",
        "https://magicearth.com/?show_on_map&lat=0.49876&lon=117.53421&name=X",
        "https://www.waze.com/live-map/directions?latlng=0.49876%2C117.53421",
        "https://www.bing.com/maps?sp=point.0.49876_117.53421_Rumah&cp=0.6~117.6",
        "https://yandex.com/maps/?pt=117.53421,0.49876&ll=117.6,0.6&z=12",
        "https://yandex.com/maps?whatshere%5Bpoint%5D=117.53421%2C0.49876&ll=117.6,0.6",
        "https://wego.here.com/directions/mix//Rumah:0.49876,117.53421?map=0.6,117.6,12",
        "comgooglemaps://?q=0.49876,117.53421&zoom=14",
        "om://map?v=1&ll=0.49876,117.53421&n=Rumah",
        "https://plus.codes/6PGVFGXM+GM7Q",
    ),
    PositionForm.DECIMAL: (  # a link torn by a space
        "https://maps.google.com/maps?f=d&daddr=Jalan Mawar 12+@0.49876,117.53421",
    ),
    PositionForm.GEO_URI: (  # of phones
        "geo:0,0?q=0.49876%2C117.53421%28Rumah%20Budi%29",
        "geo:0.49876%2C117.53421?z=15",
        "geo:0,0?q=0.49876,117.53421(RT+1)",
        "geo:0.49876,117.53421?q=Pasar%20Induk",
    ),
    PositionForm.MAP_VIEW: (  # only what the screen showed
        "https://www.google.com/maps/@?api=1&map_action=map&center=0.49876,117.53421&zoom=12",
        "@0.49876,117.53421,17z",
        "https://www.google.com/maps/place/Pasar/@0.49876,117.53421,17z/data=!3m1",
        "https://maps.google.com/?ll=0.49876,117.53421&q=Pasar+Induk",
        "https://www.openstreetmap.org/?lat=0.49876&lon=117.53421&zoom=16",
        "https://wego.here.com/?map=0.49876,117.53421,12",
        "https://maps.apple.com/search?span=0.007,0.009&center=0.49876,117.53421",
        "https://contoh.id/peta#15/0.49876/117.53421",
        "https://mapy.com/?x=117.53421&y=0.49876&z=17",
    ),
}


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in LINKS.items() for text in texts])
def test_a_link_tells_its_pin_before_its_view(form: PositionForm, text: str) -> None:
    found = read_position(f"Budi: {text}")
    assert isinstance(found, Position), found
    assert (found.lat, found.lon) == pytest.approx(NORTH, abs=5e-5)
    assert found.form is form


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("https://osm.org/go/0OP4tR~rx?m", 51.876, 19.579),
        ("https://www.openstreetmap.org/go/0EEQhq--", 51.510, 0.054),
        ("https://waze.com/ul/hu00uswvn3", 45.829189, 1.259372),
        ("https://www.waze.com/live-map?h=u00uswvn3", 45.829189, 1.259372),
        ("https://waze.com/ul/h9g3qrkju0", 19.402564, -99.165666),
        ("ge0://ApYSV0YTAl/Tempat", 51.0000004, -108.9999868),
        ("http://ge0.me/AbCMCNp0LO/Madagascar", -18.9249432, 46.4416404),
        ("https://omaps.app/Umse5f0H8a/Nova_Iorque", 40.7127405, -74.005997),
        ("https://comaps.at/o4MnIOApKp", 52.4877386, 13.3815233),
        ("https://wego.here.com/p/s-aWQ9O2xhdD01Mi42ODQ0NDM7bG9uPS04LjYyMzQzO249QQ==", 52.684443, -8.623430),
    ],
)  # fmt: skip
def test_links_that_carry_their_point_in_a_few_letters(text: str, lat: float, lon: float) -> None:
    found = read_position(text)
    assert isinstance(found, Position), found
    assert (found.lat, found.lon) == pytest.approx((lat, lon), abs=1e-3 if "EEQ" in text else 2e-6)
    assert (found.form is PositionForm.MAP_VIEW) is ("EEQ" in text)


@pytest.mark.parametrize(
    "text",
    [
        "https://maps.apple.com/?q=Pasar+Induk&sll=0.49876,117.53421",
        "https://maps.google.com/?saddr=0.49876,117.53421&daddr=Pasar+Induk",
        "https://www.google.com/maps/dir/0.49876,117.53421/Pasar+Induk/@0.40,117.50,12z",
        "https://www.google.com/maps/search/restoran",
        "https://www.waze.com/live-map/directions?to=place.w.2884104.28644432.6709020",
        "https://osm.org/go/!!",
        "geo:0,0?q=Pasar+Induk",
    ],
)
def test_where_a_search_began_or_a_way_starts_is_no_position(text: str) -> None:
    found = read_position(text)
    assert isinstance(found, NoPosition)
    assert (found.trouble, found.choices) == (PositionTrouble.LINK_WITHOUT_POINT, ())
