"""Places that the room keeps: one for the same name and point, the latest word counts, whatever the order."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.event import Event, from_record, to_record
from operator_app.domain.facts.fact import PLACE, Thing
from operator_app.domain.facts.site import PlaceDropped, PlaceKept
from operator_app.domain.place.landmarks import fold_landmark, landmark_id
from operator_app.workflow.board import Board
from tests.fakes.writer import Writer

ID = landmark_id("Warung Bu Siti", 0.5, 117.5)


def kept(writer: Writer, label: str = "Warung Bu Siti") -> Event:
    return writer.event(PlaceKept(ID, label, "patokan", 0.5, 117.5))


def test_the_same_name_at_the_same_point_is_one_place() -> None:
    assert landmark_id("  warung  BU siti ", 0.500001, 117.5) == ID
    assert landmark_id("Warung Bu Siti", 0.501, 117.5) != ID


def test_a_kept_place_travels_and_comes_back_as_it_was() -> None:
    for event in (kept(Writer("M1")), Writer("M1").event(PlaceDropped(ID))):
        assert from_record(to_record(event)) == event
        assert event.fact.things(event.seat) == [Thing("place", ID)]


def test_the_latest_word_counts_in_any_order() -> None:
    writer = Writer("M1")
    events = [kept(writer), writer.event(PlaceDropped(ID)), kept(writer, "Warung Siti")]
    for order in itertools.permutations(events):
        landmark = fold_landmark(order)
        assert landmark is not None
        assert landmark.label == "Warung Siti"
    assert fold_landmark(events[:2]) is None
    assert fold_landmark([]) is None


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_every_window_ends_with_the_same_places(words: list[bool], chance: object) -> None:
    writer = Writer("M1")
    events = [kept(writer) if keep else writer.event(PlaceDropped(ID)) for keep in words]
    straight, shuffled = Board(), Board()
    told = straight.apply(events)
    mixed = list(events)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    for event in mixed:
        shuffled.apply([event])
    assert told.of(PLACE) == {ID}
    assert dict(straight.landmarks) == dict(shuffled.landmarks)
    assert (ID in straight.landmarks) is words[-1]
