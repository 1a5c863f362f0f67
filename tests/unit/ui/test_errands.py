"""A refusal names the key that mends it, as it is set at this seat."""

import asyncio

from operator_app.domain.states import Refusal, RefusedError
from operator_app.ui.errands import Errands, Notice
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
