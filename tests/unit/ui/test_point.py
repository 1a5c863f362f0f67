"""The line about the incident's point: figures, where they came from, how exact, and the village under them."""

from datetime import UTC, datetime

import pytest

from operator_app.domain.ids import EventId, IncidentId, SeatName
from operator_app.domain.incident import FieldValue, Incident
from operator_app.maps.region import Place
from operator_app.ui.form.presenters.point import point_figures, point_spans
from operator_app.ui.words.wording import Tone
from tests.ui.desk_scene import texts

SAY = texts("id")
UNDER = Place("1", "Singa Geweh", "kelurahan", "Sangatta Selatan")


def incident(**values: str) -> Incident:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    fields = {name: FieldValue(value, EventId("e"), 1, SeatName("M1"), at) for name, value in values.items()}
    return Incident(IncidentId("i"), fields=fields)


def line(under: Place | None = UNDER, **values: str) -> str:
    return "".join(span.text for span in point_spans(incident(**values), lambda *_: under, SAY))


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
    source: str, words: str
) -> None:
    told = line(position="0.4,117.5", position_source=source)
    assert told == f"0.40000, 117.50000 · {words} · Singa Geweh, Sangatta Selatan"


def test_another_village_than_the_one_in_the_form_stands_out() -> None:
    held = incident(position="0.4,117.5", village="Sangatta Lama", district="Sangatta Utara")
    last = point_spans(held, lambda *_: UNDER, SAY)[-1]
    assert (last.tone, last.text) == (Tone.WATCH, " · titik ini di Singa Geweh, Sangatta Selatan")


def test_without_a_point_it_says_how_to_set_one() -> None:
    assert line() == "Titik belum ada: klik peta atau ketik koordinat."
    assert point_figures(incident()) == ""
    assert point_figures(None) == ""
    assert line(None, position="0.4,117.5") == "0.40000, 117.50000"
