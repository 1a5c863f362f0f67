"""A refusal names the key that mends it, as it is set at this seat."""

import asyncio

import pytest

from operator_app.domain.states import Refusal, RefusedError
from operator_app.ui.form.form_wishes import read_minutes
from operator_app.ui.program.errands import Errands
from operator_app.ui.words.notice import Notice
from tests.ui.desk_scene import texts


def test_a_refusal_names_the_key_as_it_is_set_now() -> None:
    async def refuse() -> None:
        raise RefusedError(Refusal.PLACE_MISSING)

    async def play() -> list[Notice]:
        told: list[Notice] = []
        errands = Errands(texts(), told.append)
        errands.key_of = {Refusal.PLACE_MISSING: "^9"}.__getitem__
        await errands.run(refuse(), "teruskan")
        return told

    assert [each.words for each in asyncio.run(play())] == ["Lokasi belum diisi (^9)."]


@pytest.mark.parametrize("words", ["15:30 hubungi", "15.30", "hubungi", ""])
def test_a_time_of_day_is_not_taken_for_minutes(words: str) -> None:
    with pytest.raises(RefusedError, match="bad_minutes"):
        read_minutes(words)


def test_minutes_are_read_in_the_ways_they_are_written() -> None:
    read = [read_minutes(each) for each in ("5 hubungi Damkar", "1,5 menit: tanya", "10mnt", "2")]
    assert read == [(5.0, "hubungi Damkar"), (1.5, "tanya"), (10.0, ""), (2.0, "")]
