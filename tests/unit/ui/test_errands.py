"""A refusal names the key that mends it, as it is set at this seat."""

import asyncio

import pytest

from operator_app.domain.states import Refusal, RefusedError
from operator_app.ui.keys.deeds import Before
from operator_app.ui.program.errands import Errands
from operator_app.ui.timeline.area import read_minutes
from operator_app.ui.words.notice import NOT_SAVED, Notice
from operator_app.workflow.ports import JournalFailedError
from tests.ui.desk_scene import texts


def test_a_refusal_names_the_key_as_it_is_set_now() -> None:
    async def refuse() -> None:
        raise RefusedError(Refusal.PLACE_MISSING)

    async def play() -> list[Notice]:
        told: list[Notice] = []
        errands = Errands(texts(), told.append, key_of={Refusal.PLACE_MISSING: "^9"}.__getitem__)
        await errands.run(refuse(), "teruskan")
        return told

    assert [each.words for each in asyncio.run(play())] == ["Lokasi belum diisi (^9)."]


class Words:
    """Words that are being typed, on a disk that may be broken."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.saved = 0

    async def flush(self) -> None:
        if self.error is not None:
            raise self.error
        self.saved += 1


async def carried_out(before: Before, words: Words) -> tuple[bool, list[str]]:
    """Whether a wish was carried out, and what was told."""
    done, told = [], []

    async def wish() -> None:
        done.append(words.saved)

    errands = Errands(texts(), lambda notice: told.append(notice.topic), words)
    await errands.run(wish(), "teruskan", before)
    return bool(done), told


@pytest.mark.parametrize(("before", "saved"), [(Before.NOTHING, 0), (Before.KEEP, 1), (Before.MUST, 1)])
async def test_typed_words_are_saved_before_a_wish_that_asks_for_it(before: Before, saved: int) -> None:
    words = Words()
    assert await carried_out(before, words) == (True, [])
    assert words.saved == saved


@pytest.mark.parametrize(("before", "done"), [(Before.KEEP, True), (Before.MUST, False)])
async def test_a_broken_disk_keeps_back_what_must_wait_and_no_call(before: Before, done: bool) -> None:
    assert await carried_out(before, Words(JournalFailedError("disk full"))) == (done, [NOT_SAVED])


@pytest.mark.parametrize("words", ["15:30 hubungi", "15.30", "hubungi", ""])
def test_a_time_of_day_is_not_taken_for_minutes(words: str) -> None:
    with pytest.raises(RefusedError, match="bad_minutes"):
        read_minutes(words)


def test_minutes_are_read_in_the_ways_they_are_written() -> None:
    read = [read_minutes(each) for each in ("5 hubungi Damkar", "1,5 menit: tanya", "10mnt", "2")]
    assert read == [(5.0, "hubungi Damkar"), (1.5, "tanya"), (10.0, ""), (2.0, "")]
