"""Strangers at the clipboard's door: a pasted place is read right, offered, or refused with the true reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from operator_app.domain.place.coordinates import (
    LONGEST_TEXT,
    NoPosition,
    Position,
    PositionTrouble,
    read_position,
)
from operator_app.maps.names import PlaceHit
from operator_app.maps.site import Site, import_site, load_site
from operator_app.ui.form.finders import place_finder
from operator_app.ui.kit.search_field import SearchField
from operator_app.ui.kit.theme import Theme
from tests.hostile.strangers import PAYLOADS
from tests.ui.desk_scene import texts
from tests.unit.maps.sample_pack import write_pack

SAY = texts("id")
INSIDE = (1.2, 110.6)
T = PositionTrouble

RIGHT = (
    "1.20000, 110.60000", "RT 5 1.20000, 110.60000", "no 1 1.20000, 110.60000", "1) 1.20000,110.60000",
    "29/11/26 08.10 - Budi: 1.20000, 110.60000", "081234567890 1.20000, 110.60000 2 orang",
    "1.20000, \u200e110.60000", "\u202a1.20000, 110.60000\u202c", "\ufeff1.20000,110.60000",
    "1,20000 110,60000", "1°12'00\"N 110°36'00\"E", "1.20000 LU-110.60000 BT", "1.2\u00b0 LU, 110.6\u00b0 BT",
    "geo:1.2,110.6;u=35", "geo:0,0?q=1.20000%2C110.60000%28Rumah%29",
    "https://maps.google.com/?ll=1.3,110.3&q=1.2,110.6", "https://maps.google.com/?q=1.20000,\u200b110.60000",
    "https://www.google.com/maps/dir/1.3,110.3/1.2,110.6/@1.4,110.9,9z",
    "https://osmand.net/map?pin=1.2,110.6#9/1.4/110.9",
    "\u0661.\u0662\u0660\u0660\u0660, \u0661\u0661\u0660.\u0666\u0660\u0660\u0660",
)  # fmt: skip
REFUSED = {
    "1.20000, 210.60000": T.OUT_OF_RANGE,
    "110.60000, 1.20000": T.SWAPPED,
    "--1.20000, 110.60000": T.UNCLEAR,
    "1.20000 RT 1 110.60000": T.UNCLEAR,
    "- 1.20000, 110.60000 Toko": T.OUTSIDE,
    "Toko - 1.20000, 110.60000": T.SEVERAL,
    "Blok S 1.20000, 110.60000": T.SEVERAL,
    "1.20000, 110.60000 lalu 1.30000, 110.30000": T.SEVERAL,
    "1.20000, 109.00000": T.OUTSIDE,
    "0.0, 0.0": T.NO_FIX,
    "https://maps.app.goo.gl/AbC": T.LINK_HIDES_IT,
    "https://contoh.id/?q=Pasar": T.LINK_WITHOUT_POINT,
    "https://maps.apple.com/?q=Pasar&sll=1.2,110.6": T.LINK_WITHOUT_POINT,
    "///satu.dua.tiga": T.NOT_READ,
    "X 559456 Y 55134": T.GRID_ZONE_NEEDED,
    "FGXM+GM7": T.TOWN_NEEDED,
}
WORDS = {
    T.OUT_OF_RANGE: "Bukan koordinat bumi",
    T.SWAPPED: "Lintang dan bujur tertukar",
    T.UNCLEAR: "Koordinat tidak jelas",
    T.OUTSIDE: "Di luar wilayah",
    T.SEVERAL: "Lebih dari satu titik mungkin",
    T.NO_FIX: "Titik 0,0: ponsel belum mendapat GPS",
    T.LINK_HIDES_IT: "Tautan pendek maps.app.goo.gl tidak memuat titik",
    T.LINK_WITHOUT_POINT: "Tautan ",
    T.NOT_READ: "what3words tidak terbaca di sini",
    T.GRID_ZONE_NEEDED: "Koordinat UTM tanpa zona",
    T.TOWN_NEEDED: "Plus code pendek",
}
NOTHING = (
    "javascript:alert(1)", "file:///etc/passwd", "data:text/html,<b>1.5", "<img src=x>", "{{7*7}}", "%00%00",
    "\0\0\0", "=1+1", "../../../etc/passwd", "'; DROP TABLE place; --", "NEAR(a b)", "\u202e110.6 ,1.2",
    "1" * 9000, "💥" * 300, "a\n" * 400,
)  # fmt: skip
LONG = (
    "0.49876 ", "0 ", "- ", "( ", "minus ", "lat ", "1/", "1-2-", "https://x.id/ ", "geo:", "+62", "°'\"",
    "50n ", "FGXM+GM7 ", "0°29'55\" ", "!1d1!2d2", "%25", "\u200e", "x 559456 ", "///a.b.c ", "1.2.3.",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("clipboard")
    import_site(write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


@pytest.fixture
def field(qapp: QApplication, site: Site) -> Iterator[tuple[SearchField[PlaceHit], list[PlaceHit]]]:
    """A place field on the screen, and what was taken from it."""
    theme = Theme.named("dark", 1.0)
    window = QWidget()
    made: SearchField[PlaceHit] = SearchField(
        theme, "place", "Lokasi", place_finder(site.search, SAY, site), (6, 5, 1)
    )
    QVBoxLayout(window).addWidget(made)
    made.attach(window)
    taken: list[PlaceHit] = []
    made.picked.connect(taken.append)
    window.resize(900, 600)
    window.show()
    window.activateWindow()
    made.setFocus()
    QTest.qWaitForWindowActive(window)
    yield made, taken
    window.close()
    window.deleteLater()


def paste(field: SearchField[PlaceHit], text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    field.selectAll()
    field.paste()
    field.search_now()


@pytest.mark.parametrize("text", RIGHT)
def test_a_pasted_position_is_taken_by_enter_and_nowhere_else(
    field: tuple[SearchField[PlaceHit], list[PlaceHit]], text: str
) -> None:
    line, taken = field
    paste(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    (hit,) = taken
    assert (hit.lat, hit.lon) == pytest.approx(INSIDE, abs=1e-4)
    assert hit.desa == "Teluk Hijau"


@pytest.mark.parametrize(
    "text", [*REFUSED, *NOTHING, *(make(Path("/nowhere")) for make in PAYLOADS.values())]
)
def test_enter_takes_nothing_of_what_is_in_doubt_and_keeps_the_words(
    field: tuple[SearchField[PlaceHit], list[PlaceHit]], text: str
) -> None:
    line, taken = field
    paste(line, text)
    words = line.text()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert taken == []
    assert line.text() == words


@pytest.mark.parametrize("text", REFUSED)
def test_the_reason_is_true_and_stands_in_the_first_row(site: Site, text: str) -> None:
    first, *rest = place_finder(site.search, SAY, site)(text)
    assert first.value is None
    assert first.row.cells[0].text.startswith(WORDS[REFUSED[text]])
    for hit in rest:
        assert hit.value is not None
        assert not hit.sure


@pytest.mark.parametrize("piece", LONG)
def test_no_paste_however_long_holds_the_window(piece: str) -> None:
    text = piece * (3 * LONGEST_TEXT // len(piece))
    found = read_position(text)
    assert isinstance(found, Position | NoPosition)
    for each in (found, *getattr(found, "choices", ())):
        if isinstance(each, Position):
            assert abs(each.lat) <= 90
            assert abs(each.lon) <= 180
