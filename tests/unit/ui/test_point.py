"""The line about the incident's point: figures, where they came from, how exact, and the village under them."""

from datetime import UTC, datetime

import pytest

from operator_app.domain.ids import EventId, IncidentId, SeatName
from operator_app.domain.incident import FieldValue, Incident
from operator_app.maps.site import Site, import_site, load_site
from operator_app.ui.form.presenters.point import point_figures, point_spans
from operator_app.ui.words.wording import Tone
from tests.ui.desk_scene import texts
from tests.unit.maps.sample_pack import write_pack

SAY = texts("id")


def incident(**values: str) -> Incident:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    fields = {name: FieldValue(value, EventId("e"), 1, SeatName("M1"), at) for name, value in values.items()}
    return Incident(IncidentId("i"), fields=fields)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("point")
    import_site(write_pack(folder / "pack"), folder / "site")
    return load_site(folder / "site")


def line(site: Site | None, **values: str) -> str:
    return "".join(span.text for span in point_spans(incident(**values), site, SAY))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("call:circle:850", "±850 m, titik dari jaringan"),
        ("map::", "titik di peta"),
        ("typed:decimal:1", "±1 m, koordinat yang diketik"),
        ("call:polygon:", "titik dari jaringan"),
    ],
)
def test_figures_come_with_their_source_how_exact_they_are_and_the_village_under_them(
    site: Site, source: str, words: str
) -> None:
    told = line(site, position="1.2,110.6", position_source=source)
    assert told == f"1.20000, 110.60000 · {words} · Teluk Hijau, Muara Contoh"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"position": "1.2,110.6", "village": "Sukamaju", "district": "Muara Contoh"},
            "titik ini di Teluk Hijau, Muara Contoh",
        ),
        ({"position": "1.2,109.0"}, "di luar wilayah: Kabupaten Sebelah"),
        ({"position": "1.2,118.0"}, "di laut atau luar desa"),
        (
            {"position": "1.2,110.6", "place": "warung di Sukamaju"},
            "Lokasi menyebut Sukamaju, titik ini bukan di sana",
        ),
        ({"position": "1.2,110.6", "place": "Kabupaten Sebelah"}, "Lokasi menyebut Kabupaten Sebelah"),
    ],
)
def test_what_does_not_agree_with_the_point_stands_out(
    site: Site, values: dict[str, str], words: str
) -> None:
    last = point_spans(incident(**values), site, SAY)[-1]
    assert last.tone is Tone.WATCH
    assert words in last.text


def test_words_that_agree_with_the_point_are_quiet(site: Site) -> None:
    spans = point_spans(incident(position="1.2,110.6", place="Teluk Hijau, Muara Contoh"), site, SAY)
    assert not [span for span in spans if span.tone is Tone.WATCH]


def test_a_point_of_words_that_were_replaced_stands_out(site: Site) -> None:
    spans = point_spans(incident(position="1.2,110.6", position_source="before:decimal:1"), site, SAY)
    assert (spans[1].tone, spans[1].text) == (
        Tone.WATCH,
        " · ±1 m, titik dari tempat sebelumnya, pastikan lagi",
    )


def test_without_a_point_it_says_how_to_set_one() -> None:
    assert line(None) == "Titik belum ada: klik peta atau ketik koordinat."
    assert point_figures(incident()) == ""
    assert point_figures(None) == ""
    assert line(None, position="0.4,117.5") == "0.40000, 117.50000"
