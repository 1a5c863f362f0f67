"""What a page is told: everything once, then differences only."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.maps.live import HistoryLook, HistoryPoint, LiveMap, MapIncident, MapLook, StatedArea
from operator_app.maps.site import default_site

RESOURCES = Path(__file__).parents[3] / "resources"
SITE = default_site(RESOURCES)
TEXTS = {"language": "id", "title": "Peta", "count": "{n} kejadian"}
FIRE = MapIncident("i1", 0.5, 117.5, 1, "KEB", "Baru")
FLOOD = MapIncident("i2", 0.6, 117.6, 2, "BAN", "Baru")


@pytest.fixture
def live() -> LiveMap:
    return LiveMap(MapLook(), TEXTS, SITE)


def test_a_fresh_page_gets_everything(live: LiveMap) -> None:
    live.set_incidents([FIRE])
    live.set_pin((0.1, 117.0))
    message = live.whole()
    assert message["put"] == [["i1", 0.5, 117.5, 1, "KEB", "Baru", False]]
    assert (message["whole"], message["pin"], message["view"], message["held"]) == (
        True,
        (0.1, 117.0),
        None,
        False,
    )
    assert message["texts"]["count"] == "{n} kejadian"
    assert not live.has_changes


def test_a_running_page_gets_differences_by_id(live: LiveMap) -> None:
    live.set_incidents([FIRE, FLOOD])
    live.whole()
    live.set_incidents([replace(FIRE, state="Diteruskan")])
    message = live.changes()
    assert [row[0] for row in message["put"]] == ["i1"]
    assert message["gone"] == ["i2"]
    assert "pin" not in message
    assert not live.has_changes
    live.set_incidents([replace(FIRE, state="Diteruskan")])
    assert not live.has_changes


def test_messages_are_numbered(live: LiveMap) -> None:
    expected = live.next_seq
    assert live.whole()["seq"] == expected
    live.set_pin((1, 2))
    assert live.changes()["seq"] == expected + 1


def test_the_view_is_kept_only_when_a_hand_or_an_order_made_it(live: LiveMap) -> None:
    live.viewed(0.4, 117.1, 11, held=False)
    assert live.whole()["view"] is None
    live.viewed(0.4, 117.1, 11, held=True)
    assert live.whole()["view"] == (0.4, 117.1, 11)
    live.fly_to(0.5, 117.5, 14)
    live.viewed(0.4, 117.1, 11, held=True)  # sent before the order arrived
    assert live.changes()["fly"] == (0.5, 117.5, 14)
    whole = live.whole()
    assert (whole["view"], whole["aim"], whole["held"]) == (None, (0.5, 117.5, 14), False)
    live.viewed(0.4, 117.1, 11, held=True)
    whole = live.whole()
    assert (whole["view"], whole["aim"], whole["held"]) == ((0.4, 117.1, 11), (0.5, 117.5, 14), True)
    live.let_go()
    assert live.whole()["aim"] is None
    live.set_site(SITE, TEXTS)
    assert live.whole()["view"] is None


def test_what_lies_over_the_map_is_told_once_and_again_to_a_fresh_page(live: LiveMap) -> None:
    live.whole()
    area = StatedArea(0.5, 117.5, ((0.4, 117.4), (0.6, 117.5), (0.4, 117.6)), "±850 m")
    live.set_area(area)
    live.set_history([HistoryPoint(0.5, 117.5, None)])
    live.set_notes(unplaced=2, blocked=0)
    told = live.changes()
    assert (told["area"]["label"], told["unplaced"]) == ("±850 m", 2)
    assert told["history"] == {"look": "heat", "points": [[0.5, 117.5, 0]]}
    live.set_area(area)
    live.set_notes(unplaced=2)
    assert not live.has_changes
    assert live.whole()["history"]["points"] == [[0.5, 117.5, 0]]
    live.set_history([HistoryPoint(0.5, 117.5, 1)], HistoryLook.CLUSTERS)
    assert live.changes()["history"] == {"look": "clusters", "points": [[0.5, 117.5, 1]]}
    live.set_history(None)
    assert live.changes()["history"] is None


def test_an_order_without_state_is_sent_once(live: LiveMap) -> None:
    live.whole()
    live.order("measure", True)
    assert live.changes()["measure"] is True
    assert "measure" not in live.whole()


def test_fonts_are_told_with_family_and_weight() -> None:
    live = LiveMap(MapLook(), TEXTS, SITE, ["/fonts/Inter-SemiBold.ttf", "/fonts/OFL.txt", "/map.js"])
    assert live.whole()["fonts"] == [
        {"path": "/fonts/Inter-SemiBold.ttf", "family": "Inter", "weight": "600"}
    ]


incidents = st.lists(
    st.builds(
        MapIncident,
        id=st.sampled_from("abcd"),
        lat=st.just(0.5),
        lon=st.sampled_from([117.0, 118.0]),
        priority=st.sampled_from([None, 1]),
        label=st.just("x"),
        state=st.just("Baru"),
    ),
    unique_by=lambda incident: incident.id,
)


@given(st.lists(incidents, min_size=1, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_differences_lead_to_the_same_picture_as_the_whole(
    rounds: list[list[MapIncident]], sent: list[bool]
) -> None:
    """Whatever is sent when: applying the differences gives what a fresh page would get."""
    live = LiveMap(MapLook(), TEXTS, SITE)
    picture = {row[0]: row for row in live.whole()["put"]}
    for shown, send in zip(rounds, sent, strict=False):
        live.set_incidents(shown)
        if send:
            _apply(live, picture)
    _apply(live, picture)
    assert picture == {row[0]: row for row in live.whole()["put"]}


def _apply(live: LiveMap, picture: dict[str, object]) -> None:
    message = live.changes()
    for name in message.get("gone", ()):
        picture.pop(name, None)
    picture.update({row[0]: row for row in message.get("put", ())})
