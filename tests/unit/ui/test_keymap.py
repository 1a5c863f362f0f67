from collections import Counter
from collections.abc import Iterable
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QKeySequence

from operator_app.ui.desk.window import DeskWindow
from operator_app.ui.form.presenters.form import QUICK_AGENCIES, agency_deed
from operator_app.ui.keys.deeds import Before, Deed, Group
from operator_app.ui.keys.key_rules import KeyRefusal, refuse
from operator_app.ui.keys.keymap import KeyMap, Refused
from operator_app.ui.phone.presenters.quick import QUICK_KEYS, quick_deed
from operator_app.ui.seat.areas import SEAT_DEEDS
from operator_app.ui.words.texts import load_texts

RESOURCES = Path(__file__).parents[3] / "resources"
NUMBERED = {
    *(agency_deed(place) for place in range(QUICK_AGENCIES)),
    *(quick_deed(place) for place in range(QUICK_KEYS)),
}
"""Deeds that are called by the name of their agency."""


DESK = DeskWindow.deeds


@pytest.mark.parametrize("deeds", [SEAT_DEEDS, DESK], ids=["seat", "desk"])
def test_no_key_as_delivered_stands_for_two_deeds_nor_is_one_that_a_field_needs(
    deeds: tuple[Deed[Any], ...],
) -> None:
    assert KeyMap(deeds).conflicts() == ()
    assert {deed.id: refuse(deed.key) for deed in deeds if refuse(deed.key) is not None} == {}


def but(left_out: str, deeds: Iterable[Deed[object]] = SEAT_DEEDS) -> list[Deed[object]]:
    return [deed for deed in deeds if deed.id != left_out]


def test_no_deed_is_there_twice() -> None:
    with pytest.raises(ValueError, match="two deeds are called hold"):
        KeyMap([*SEAT_DEEDS, next(deed for deed in SEAT_DEEDS if deed.id == "hold")])


def test_every_key_is_one_that_qt_knows() -> None:
    for deed in SEAT_DEEDS:
        assert QKeySequence(deed.key).toString() == deed.key, deed


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_deed_and_group_has_a_name(language: str) -> None:
    texts = load_texts(RESOURCES, language, strict=True)
    unnamed = {deed.id for deed in (*SEAT_DEEDS, *DESK) if not texts.has(f"deed.{deed.id}")}
    assert unnamed == NUMBERED, f"name it under [deed] in {language}.toml"
    assert {deed.id for deed in SEAT_DEEDS if deed.called is not None} == NUMBERED
    assert all(texts.has(f"deed_group.{group}") for group in Group)
    assert all(texts.has(f"key_refusal.{reason}") for reason in KeyRefusal)


def may_fail(deed: Deed[Any]) -> bool:
    """Whether the deed is carried out beside the window, as its row or its act says."""
    promised = str(getattr(deed.act, "__annotations__", {}).get("return", ""))
    return deed.before is not Before.NOTHING or iscoroutinefunction(deed.act) or "Coroutine" in promised


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_deed_that_can_fail_has_a_name_for_the_notice(language: str) -> None:
    texts = load_texts(RESOURCES, language, strict=True)
    wishes = {deed.wish or deed.id for deed in SEAT_DEEDS if may_fail(deed)}
    assert {"mute", "major", "send_again", "landmark", "answer"} <= wishes
    wishes |= {deed.id for deed in DESK if deed.group is Group.DESK} - {
        "next_waiting"
    }  # steps with a dispatch
    assert [wish for wish in wishes if not texts.has(f"wish.{wish}")] == []


def test_what_is_typed_is_saved_before_a_deed_that_could_lose_or_misplace_it() -> None:
    by_before = {before: {deed.id for deed in SEAT_DEEDS if deed.before is before} for before in Before}
    assert by_before[Before.KEEP] == {
        "answer", "hold", "end", "call_back", "transfer",
        "classify_emergency", "classify_non_emergency", "classify_information",
        "classify_prank", "classify_ghost", "classify_misdirected", "classify_test",
        *(quick_deed(place) for place in range(QUICK_KEYS)),
    }  # fmt: skip
    assert by_before[Before.MUST] == {
        "state", "new_incident", "read_back", "link", "unlink", "take_over", "clash_take", "clash_keep",
        "dispatch", "copy_text", "landmark", "call_place", "place_back",
        *(agency_deed(place) for place in range(QUICK_AGENCIES)),
    }  # fmt: skip


def test_each_deed_stands_once_in_the_key_help() -> None:
    assert max(Counter(deed.id for deed in SEAT_DEEDS).values()) == 1
    assert {deed.group for deed in (*SEAT_DEEDS, *DESK)} == set(Group)


def test_a_conflict_names_key_and_deeds() -> None:
    hold: Deed[object] = Deed("hold", "f12", Group.CALL, lambda _: None)
    ((key, deeds),) = KeyMap([*but("hold"), hold]).conflicts()
    assert key == "F12"
    assert set(deeds) == {"hold", "end"}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("A", KeyRefusal.TYPED),
        ("Shift+7", KeyRefusal.TYPED),
        ("Ctrl+Alt+Q", KeyRefusal.TYPED),
        ("Ctrl+C", KeyRefusal.EDITING),
        ("Ctrl+Shift+Z", KeyRefusal.EDITING),
        ("Space", KeyRefusal.TYPED),
        ("Return", KeyRefusal.EDITING),
        ("Ctrl+Left", KeyRefusal.EDITING),
        ("Ctrl+Backspace", KeyRefusal.EDITING),
        ("Esc", KeyRefusal.EDITING),
        ("Alt+F4", KeyRefusal.SYSTEM),
        ("Meta+L", KeyRefusal.SYSTEM),
        ("", KeyRefusal.NOT_A_KEY),
        ("Ctrl+K, Ctrl+C", KeyRefusal.NOT_A_KEY),
        ("Ctrl+U", None),
        ("Alt+Left", None),
        ("Shift+F9", None),
    ],
)
def test_keys_that_fields_lists_and_system_need_are_refused(key: str, reason: KeyRefusal | None) -> None:
    told = KeyMap(SEAT_DEEDS).put("hold", key)
    assert told == (None if reason is None else Refused(reason))


def test_a_key_that_another_deed_has_is_refused_and_names_it() -> None:
    keys = KeyMap(SEAT_DEEDS)
    assert keys.put("hold", "f12") == Refused(KeyRefusal.TAKEN, "end")
    assert keys.key("hold") == "F3"
    assert keys.put("hold", "F3") is None  # its own


def test_another_key_is_told_kept_as_own_and_reset() -> None:
    keys, told = KeyMap(SEAT_DEEDS), []
    keys.follow(lambda: told.append(keys.own()))
    assert keys.put("hold", "ctrl+u") is None
    assert keys.put("mute", "F3") is None
    assert told[-1] == {"hold": "Ctrl+U", "mute": "F3"}
    assert keys.reset("hold") == Refused(KeyRefusal.TAKEN, "mute")
    assert keys.reset() is None
    assert keys.own() == {}
    assert keys.conflicts() == ()


def test_own_keys_of_the_seat_are_taken_over_and_useless_ones_named() -> None:
    keys = KeyMap(SEAT_DEEDS, {"hold": "Ctrl+U", "mute": "F12", "end": "x"})
    assert keys.own() == {"hold": "Ctrl+U"}
    assert keys.not_taken == (("mute", "F12"), ("end", "x"))


def test_a_key_of_a_deed_that_this_version_does_not_have_is_left_alone() -> None:
    keys = KeyMap(SEAT_DEEDS, {"fly": "Ctrl+U", "hold": "Ctrl+U"})
    assert (keys.own(), keys.not_taken) == ({"hold": "Ctrl+U"}, ())


def test_own_keys_may_have_changed_places() -> None:
    keys = KeyMap(SEAT_DEEDS, {"hold": "F4", "mute": "F3"})
    assert (keys.key("hold"), keys.key("mute"), keys.not_taken) == ("F4", "F3", ())


def test_caps_are_short_and_keys_are_whole() -> None:
    keys = KeyMap(SEAT_DEEDS)
    assert (keys.cap("agency_1"), keys.cap("agency_1").key, keys.key("agency_1")) == (
        "^1",
        "Ctrl+1",
        "Ctrl+1",
    )
    assert keys.cap("answer") == "F2"
    assert keys.cap("classify_prank", without="Alt+") == "4"
