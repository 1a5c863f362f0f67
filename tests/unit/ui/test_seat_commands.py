"""Wishes of the operator: what was typed lands at the incident it was typed for, and a call never waits for a disk."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from operator_app.domain.event import Event
from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import CallState, Classification, Refusal, RefusedError, SeatState
from operator_app.maps.site import PlaceHit, Site, default_site, import_site, load_site
from operator_app.ui.keys.deeds import Before, Wish
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.orders.places import PlaceTies
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.ui.program.errands import Errands
from operator_app.ui.words.notice import NOT_SAVED, Notice
from operator_app.workflow.ports import JournalFailedError
from tests.ui.desk_scene import texts
from tests.ui.seat_room import RESOURCES, Room, busy_room, settled
from tests.unit.maps.sample_pack import write_pack


@dataclass
class Hand:
    """An operator's hand on a seat."""

    room: Room
    draft: SeatDraft
    commands: SeatCommands
    errands: Errands
    told: list[Notice]

    async def must(self, wish: Wish) -> object:
        """Carry a wish out after what was typed has been saved."""
        return await self.errands.in_order(wish, Before.MUST)

    async def keep(self, wish: Wish) -> None:
        """Carry a wish out that does not wait for a broken disk."""
        await self.errands.in_order(wish, Before.KEEP)

    async def select(self, incident_id: IncidentId | None) -> None:
        self.room.seat.hand.select(incident_id)

    def incident(self, number: str) -> Incident:
        return next(i for i in self.room.seat.room.board.incidents.values() if i.number.endswith(number))

    @property
    def at_hand(self) -> Incident:
        incident = self.room.seat.hand.incident
        assert incident is not None
        return incident


async def hand(site: Site | None = None) -> Hand:
    room = await busy_room()
    told: list[Notice] = []
    at = site or default_site(RESOURCES)
    places = PlaceTies(room.seat, at)
    draft = SeatDraft(room.seat, lambda: 0.0, lambda: None, places)
    commands = SeatCommands(room.seat, draft, places, at.search)
    return Hand(room, draft, commands, Errands(texts(), told.append, draft), told)


async def nothing() -> None:
    """A wish to save, and nothing more."""


def scene(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def values(events: list[Event], field: str) -> list[str | None]:
    return [event.fact.value for event in events if getattr(event.fact, "field", "") == field]  # type: ignore[attr-defined]


def test_typed_words_go_to_the_incident_they_were_typed_for() -> None:
    async def play() -> None:
        it = await hand()
        fire = it.at_hand.id
        it.draft.typed("text", "Api sudah padam")
        await it.must(it.select(it.incident("M2-011").id))
        assert it.room.seat.room.board.incidents[fire].value("text") == "Api sudah padam"
        assert it.at_hand.value("text") == ""

    scene(play)


def test_words_typed_before_there_is_an_incident_are_not_lost_by_choosing_another_one() -> None:
    async def play() -> None:
        it = await hand()
        await it.must(it.select(None))
        it.draft.typed("place", "dekat pasar induk")
        await it.must(it.select(it.incident("M2-011").id))
        assert it.incident("M3-002").value("place") == "dekat pasar induk"
        assert it.at_hand.number.endswith("M2-011")

    scene(play)


def test_wishes_to_the_form_are_carried_out_in_their_order() -> None:
    async def play() -> None:
        it = await hand()
        await it.must(it.select(None))
        it.draft.typed("place", "jalan baru")
        await asyncio.gather(
            it.must(nothing()),
            it.must(it.room.seat.form.choose_kind("BEN-01")),
            it.must(it.room.seat.handover.dispatch()),
            it.must(it.select(it.incident("M2-011").id)),
        )
        fresh = it.incident("M3-002")
        assert (fresh.value("place"), fresh.value("kind")) == ("jalan baru", "BEN-01")
        assert fresh.dispatches[0].agency == "BPBD"
        assert it.at_hand.number.endswith("M2-011")

    scene(play)


def test_an_answer_saves_what_was_typed_first() -> None:
    async def play() -> None:
        it = await hand()
        fire = it.at_hand.id
        await it.room.seat.calls.end()
        it.draft.typed("text", "semua selamat")
        await it.keep(it.room.seat.answer())
        assert it.room.seat.room.board.incidents[fire].value("text") == "semua selamat"
        assert it.room.seat.hand.incident_id is None
        assert it.room.seat.calls.live_at_hand is not None

    scene(play)


def test_a_broken_disk_does_not_keep_a_caller_waiting_and_the_words_are_kept() -> None:
    async def play() -> None:
        it = await hand()
        await it.room.seat.calls.end()
        await settled(it.room)
        it.room.journal.broken = "disk full"
        it.draft.typed("text", "semua selamat")
        with pytest.raises(JournalFailedError):
            await it.keep(it.room.seat.answer())  # the seat's own state cannot be recorded either
        assert it.room.seat.calls.live_at_hand is not None
        assert it.room.seat.calls.live_at_hand.number == "085244710032"
        assert [(each.topic, each.loud) for each in it.told] == [(NOT_SAVED, True)]
        assert it.draft.is_dirty
        it.room.journal.broken = ""

    scene(play)


def test_words_that_could_not_be_saved_wait_for_their_incident_and_not_for_the_next_one() -> None:
    async def play() -> None:
        it = await hand()
        fire = it.at_hand.id
        await it.room.seat.calls.end()
        await settled(it.room)
        it.room.journal.broken = "disk full"
        it.draft.typed("text", "semua selamat")
        with pytest.raises(JournalFailedError):
            await it.keep(it.room.seat.answer())
        assert it.room.seat.hand.incident_id is None
        assert it.draft.is_dirty
        assert it.draft.failing
        assert not it.draft.holds("text")  # the form of the next caller is empty
        it.draft.typed("text", "pohon tumbang")
        it.room.journal.broken = ""
        await it.must(nothing())
        assert it.room.seat.room.board.incidents[fire].value("text") == "semua selamat"
        assert it.at_hand.id != fire
        assert it.at_hand.value("text") == "pohon tumbang"
        assert not it.draft.is_dirty

    scene(play)


def test_words_of_a_form_without_an_incident_become_one_of_their_own_call() -> None:
    async def play() -> None:
        it = await hand()
        await it.room.seat.calls.end()
        await settled(it.room)
        await it.must(it.select(None))
        first_call = it.room.seat.hand.call
        it.room.journal.broken = "disk full"
        it.draft.typed("place", "dekat pasar induk")
        with pytest.raises(JournalFailedError):
            await it.keep(it.room.seat.answer())
        second_call = it.room.seat.hand.call
        assert second_call != first_call
        it.draft.typed("place", "jalan poros")
        it.room.journal.broken = ""
        await it.must(nothing())
        fresh = [each for each in it.room.seat.room.board.incidents.values() if each.value("place")]
        words = {each.value("place"): each for each in fresh}
        assert it.at_hand is words["jalan poros"]
        assert second_call in it.at_hand.calls
        assert words["dekat pasar induk"].id != it.at_hand.id
        assert second_call not in words["dekat pasar induk"].calls

    scene(play)


def test_refused_words_of_a_form_that_was_left_are_kept_and_stop_nothing() -> None:
    async def play() -> None:
        it = await hand()
        it.draft.typed("position", "bukan titik")
        await it.keep(it.select(it.incident("M2-011").id))
        it.draft.typed("text", "air naik")
        await it.must(nothing())
        assert it.at_hand.value("text") == "air naik"
        assert it.at_hand.value("position") != "bukan titik"
        assert it.draft.failing

    scene(play)


def test_ending_and_classifying_go_on_when_the_words_cannot_be_saved() -> None:
    async def play() -> None:
        it = await hand()
        it.draft.typed("text", "x")
        it.room.journal.broken = "disk full"
        await it.keep(it.room.seat.calls.end())
        assert it.room.seat.calls.live_at_hand is None
        assert [each.topic for each in it.told] == [NOT_SAVED]
        it.room.journal.broken = ""

    scene(play)


def test_choosing_an_incident_is_refused_while_the_words_cannot_be_saved() -> None:
    async def play() -> None:
        it = await hand()
        fire = it.at_hand.id
        it.draft.typed("text", "x")
        it.room.journal.broken = "disk full"
        with pytest.raises(JournalFailedError):
            await it.must(it.select(it.incident("M2-011").id))
        assert it.at_hand.id == fire
        it.room.journal.broken = ""

    scene(play)


def area(label: str, desa: str, kecamatan: str) -> PlaceHit:
    return PlaceHit(label, "desa", "1", desa, kecamatan, 1.25, 110.75)


def test_a_picked_village_gives_names_but_no_point_to_drive_to(tmp_path: Any) -> None:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")

    async def play() -> None:
        it = await hand(load_site(tmp_path / "site"))
        await it.must(it.select(None))
        it.draft.typed("place", "teluk hij")
        await it.must(it.commands.pick_place(area("Teluk Hijau", "Teluk Hijau", "Muara Contoh")))
        held = it.at_hand
        assert (held.value("place"), held.value("village"), held.value("district")) == (
            "Teluk Hijau",
            "Teluk Hijau",
            "Muara Contoh",
        )
        assert held.position is None
        assert values(it.room.journal.kept, "place")[-1] == "Teluk Hijau"

    scene(play)


def test_a_point_stays_only_if_it_lies_in_the_village_now_named(tmp_path: Any) -> None:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")

    async def play() -> None:
        it = await hand(load_site(tmp_path / "site"))
        await it.must(it.commands.set_point(1.2, 110.6))
        assert it.at_hand.value("village") == "Teluk Hijau"
        await it.must(it.commands.pick_place(area("Teluk Hijau", "Teluk Hijau", "Muara Contoh")))
        assert it.at_hand.position == (1.2, 110.6)
        await it.must(it.commands.pick_place(area("Sukamaju", "Sukamaju", "Muara Contoh")))
        assert it.at_hand.position is None

    scene(play)


def test_a_place_with_a_true_point_brings_it_along() -> None:
    async def play() -> None:
        it = await hand()
        spot = PlaceHit(
            "Masjid Agung", "patokan", "2", "Singa Geweh", "Sangatta Selatan", 0.5, 117.5, area=False
        )
        await it.must(it.commands.pick_place(spot))
        assert it.at_hand.position == (0.5, 117.5)

    scene(play)


def test_a_click_on_the_map_opens_no_incident_by_accident() -> None:
    async def play() -> None:
        it = await hand()
        await it.room.seat.calls.end()
        await settled(it.room)
        await it.room.seat.finish()
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.set_point(0.5, 117.5))
        assert refused.value.refusal is Refusal.NO_INCIDENT

    scene(play)


def test_a_point_outside_all_villages_fills_none_and_keeps_only_the_name_that_was_typed_alone() -> None:
    async def play() -> None:
        it = await hand()
        await it.must(it.commands.set_point(0.1, 118.9))
        assert it.at_hand.position == (0.1, 118.9)
        assert (it.at_hand.value("village"), it.at_hand.value("district")) == ("", "")
        await it.room.seat.form.edit({"village": "Kampung Baru"})
        await it.must(it.commands.set_point(0.1, 118.8))
        assert it.at_hand.value("village") == "Kampung Baru"

    scene(play)


def test_the_state_key_goes_to_break_and_back_and_ends_the_wrap_up() -> None:
    async def play() -> None:
        it = await hand()
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.next_state())
        assert refused.value.refusal is Refusal.CALL_AT_HAND
        await it.keep(it.room.seat.calls.end())
        await settled(it.room)
        assert it.room.seat.duty.state is SeatState.WRAP_UP
        it.draft.typed("text", "selesai dicatat")
        await it.must(it.commands.next_state())
        assert (it.room.seat.duty.state, it.room.seat.hand.incident_id) == (SeatState.READY, None)
        assert it.incident("M3-001").value("text") == "selesai dicatat"
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.next_state())
        assert refused.value.refusal is Refusal.READY_ALREADY
        told = []
        for _ in range(3):
            await it.must(it.commands.next_state())
            told.append(it.room.seat.duty.state)
        assert told == [SeatState.BREAK, SeatState.READY, SeatState.BREAK]

    scene(play)


def test_a_prank_is_ended_and_the_seat_free_by_one_wish() -> None:
    async def play() -> None:
        it = await hand()
        await it.keep(it.room.seat.calls.end())
        await settled(it.room)
        await it.keep(it.room.seat.answer())
        prank = it.room.seat.hand.call
        await it.keep(it.room.seat.classify(Classification.PRANK))
        await settled(it.room)
        call = it.room.seat.room.board.calls[prank or CallId("")]
        assert (call.state, call.classification) == (CallState.ENDED, Classification.PRANK)
        assert it.room.seat.duty.state is SeatState.READY
        with pytest.raises(RefusedError) as refused:
            await it.must(it.commands.next_state())
        assert refused.value.refusal is Refusal.READY_ALREADY
        stays = it.room.seat.duty.state
        await it.must(it.commands.next_state())
        assert (stays, it.room.seat.duty.state) == (SeatState.READY, SeatState.BREAK)

    scene(play)


def test_hold_and_mute_turn_on_and_off() -> None:
    async def play() -> None:
        it = await hand()
        for wish in (it.room.seat.calls.hold_or_swap, it.commands.mute):
            await it.keep(wish())
        call = it.room.seat.calls.live_at_hand
        assert call is not None
        assert (call.hold, call.muted) == ("local", True)
        for wish in (it.room.seat.calls.hold_or_swap, it.commands.mute):
            await it.keep(wish())
        call = it.room.seat.calls.live_at_hand
        assert call is not None
        assert (call.hold, call.muted) == ("none", False)

    scene(play)


def test_one_agency_can_be_asked_beside_the_proposal() -> None:
    async def play() -> None:
        it = await hand()
        await it.must(it.room.seat.handover.dispatch([AgencyCode("BPBD")]))
        assert it.at_hand.dispatch_to(AgencyCode("BPBD")) is not None
        with pytest.raises(RefusedError) as refused:
            await it.must(it.room.seat.handover.dispatch([AgencyCode("BPBD")]))
        assert refused.value.refusal is Refusal.ALREADY_SENT

    scene(play)


def test_the_incident_in_the_form_can_be_chosen_again_without_harm() -> None:
    async def play() -> None:
        it = await hand()
        it.draft.typed("text", "x")
        fire = it.at_hand.id
        await it.must(it.select(IncidentId(fire)))
        assert it.at_hand.id == fire
        assert it.at_hand.value("text") == "x"

    scene(play)
