import asyncio
from collections.abc import Mapping

import pytest

from operator_app.domain.facts.fact import incident_of
from operator_app.ui.form.presenters.saved import SaveTracker
from operator_app.ui.orders.draft import IDLE_S, LONGEST_S, RETRY_S, Draft
from operator_app.workflow.ports import JournalFailedError
from tests.fakes.writer import START, Writer


class Desk:
    """Takes what is saved; `broken` makes it fail, `gate` makes it wait."""

    def __init__(self) -> None:
        self.saved: list[dict[str, str | None]] = []
        self.broken = False
        self.gate: asyncio.Event | None = None
        self.now = 100.0
        self.changes = 0
        self.draft = Draft(self.save, lambda: self.now, self.changed)

    def changed(self) -> None:
        self.changes += 1

    async def save(self, values: Mapping[str, str | None]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise JournalFailedError("disk full")
        self.saved.append(dict(values))


def test_nothing_typed_is_nothing_due() -> None:
    desk = Desk()
    assert desk.draft.due_in_s() is None
    asyncio.run(desk.draft.flush())
    assert desk.saved == []


def test_it_is_due_after_a_pause_and_at_the_latest_after_a_while() -> None:
    desk = Desk()
    desk.draft.typed("place", "j")
    assert desk.draft.due_in_s() == pytest.approx(IDLE_S)
    for _ in range(3):
        desk.now += 0.2
        desk.draft.typed("place", "jl")
    assert desk.draft.due_in_s() == pytest.approx(LONGEST_S - 0.6)
    desk.now += 5
    assert desk.draft.due_in_s() == 0.0
    assert IDLE_S <= 0.3
    assert LONGEST_S <= 0.8


def test_fields_are_saved_together_and_an_emptied_one_as_none() -> None:
    desk = Desk()
    desk.draft.typed("place", "jl yos")
    desk.draft.typed("text", "api")
    desk.draft.typed("landmark", "")
    asyncio.run(desk.draft.flush())
    assert desk.saved == [{"place": "jl yos", "text": "api", "landmark": None}]
    assert not desk.draft.is_dirty
    assert desk.draft.due_in_s() is None


def test_what_cannot_be_saved_is_kept_and_due_again_later() -> None:
    desk = Desk()
    desk.broken = True
    desk.draft.typed("text", "api besar")
    with pytest.raises(JournalFailedError):
        asyncio.run(desk.draft.flush())
    assert desk.draft.failing
    assert desk.draft.holds("text")
    assert desk.draft.due_in_s() == pytest.approx(RETRY_S)
    desk.now += 0.1
    desk.draft.typed("text", "api besar sekali")
    assert desk.draft.due_in_s() == pytest.approx(RETRY_S - 0.1)
    desk.broken = False
    asyncio.run(desk.draft.flush())
    assert desk.saved == [{"text": "api besar sekali"}]
    assert not desk.draft.failing


def test_text_typed_while_saving_is_held_and_saved_next() -> None:
    async def scene() -> None:
        desk = Desk()
        desk.gate = asyncio.Event()
        desk.draft.typed("text", "a")
        first = asyncio.ensure_future(desk.draft.flush())
        await asyncio.sleep(0)
        assert desk.draft.holds("text")
        desk.draft.typed("text", "ab")
        second = asyncio.ensure_future(desk.draft.flush())
        await asyncio.sleep(0)
        assert not second.done()
        desk.gate.set()
        await asyncio.gather(first, second)
        assert desk.saved == [{"text": "a"}, {"text": "ab"}]
        assert not desk.draft.is_dirty

    asyncio.run(scene())


def test_a_flush_waits_for_the_one_under_way() -> None:
    async def scene() -> None:
        desk = Desk()
        desk.gate = asyncio.Event()
        desk.draft.typed("text", "a")
        first = asyncio.ensure_future(desk.draft.flush())
        await asyncio.sleep(0)
        second = asyncio.ensure_future(desk.draft.flush())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not second.done()
        desk.gate.set()
        await second
        assert desk.saved == [{"text": "a"}]
        assert first.done()

    asyncio.run(scene())


def test_a_chosen_value_takes_the_place_of_typed_letters() -> None:
    desk = Desk()
    desk.draft.typed("place", "singa g")
    desk.draft.settle("place")
    assert desk.draft.due_in_s() is None


def test_the_servers_word_may_be_heard_before_that_of_the_own_disk() -> None:
    tracker, writer = SaveTracker(), Writer("M3")
    events = tuple(writer.incident())
    incident_id = incident_of(events[0].fact)
    assert incident_id is not None
    tracker.shared(tuple(event.id for event in events), START)
    tracker.saved(events, START)
    standing = tracker.of(incident_id)
    assert (standing.saved_at, standing.shared_at, standing.unshared) == (START, START, 0)


def test_shared_is_claimed_only_when_all_is_shared() -> None:
    tracker, writer = SaveTracker(), Writer("M3")
    events = tuple(writer.incident())
    incident_id = incident_of(events[0].fact)
    assert incident_id is not None
    tracker.saved(events, START)
    assert tracker.of(incident_id).unshared == 2
    tracker.shared((events[0].id,), START)
    standing = tracker.of(incident_id)
    assert (standing.shared_at, standing.unshared) == (None, 1)
    tracker.shared((events[1].id, "an event of a call"), START)
    standing = tracker.of(incident_id)
    assert (standing.saved_at, standing.shared_at, standing.unshared) == (START, START, 0)
    later = (writer.event(events[1].fact),)
    tracker.saved(later, START)
    assert tracker.of(incident_id).shared_at is None
