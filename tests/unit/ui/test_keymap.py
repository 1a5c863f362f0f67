from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence

from operator_app.ui.keys.key_rules import KeyRefusal, refuse
from operator_app.ui.keys.keymap import (
    AGENCIES,
    GROUPS,
    KEYS,
    QUICK,
    QUICK_AGENCIES,
    Deed,
    KeyMap,
    Refused,
    agency_deeds,
)
from operator_app.ui.words.texts import load_texts

RESOURCES = Path(__file__).parents[3] / "resources"
TEXTS = load_texts(RESOURCES, "id", strict=True)


def test_every_deed_has_a_key_and_no_key_two_deeds() -> None:
    assert set(KEYS) == set(Deed)
    assert KeyMap().conflicts() == ()


def test_every_key_is_one_that_qt_knows() -> None:
    for deed, key in KEYS.items():
        assert QKeySequence(key).toString() == key, deed


def test_every_deed_stands_in_one_group_and_has_a_name_in_both_languages() -> None:
    placed = [deed for deeds in GROUPS.values() for deed in deeds]
    assert sorted(placed) == sorted(Deed), "put the deed into GROUPS in ui/keys/keymap.py"
    for language in ("id", "en"):
        texts = load_texts(RESOURCES, language, strict=True)
        lacking = [deed for deed in Deed if deed not in (*AGENCIES, *QUICK) and not texts.has(f"deed.{deed}")]
        assert lacking == [], f"name it under [deed] in {language}.toml"
        assert all(texts.has(f"deed_group.{group}") for group in GROUPS)
        assert all(texts.has(f"key_refusal.{reason}") for reason in KeyRefusal)


def test_no_key_as_delivered_is_one_that_a_text_field_needs() -> None:
    assert {deed: refuse(key) for deed, key in KEYS.items() if refuse(key) is not None} == {}


def test_a_conflict_names_key_and_deeds() -> None:
    ((key, deeds),) = KeyMap({**KEYS, Deed.HOLD: "f12"}).conflicts()
    assert key == "F12"
    assert set(deeds) == {Deed.HOLD, Deed.END}


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
    told = KeyMap().put(Deed.HOLD, key)
    assert told == (None if reason is None else Refused(reason))


def test_a_key_that_another_deed_has_is_refused_and_names_it() -> None:
    keys = KeyMap()
    assert keys.put(Deed.HOLD, "f12") == Refused(KeyRefusal.TAKEN, Deed.END)
    assert keys.key(Deed.HOLD) == "F3"
    assert keys.put(Deed.HOLD, "F3") is None  # its own


def test_another_key_is_told_kept_as_own_and_reset() -> None:
    keys, told = KeyMap(), []
    keys.follow(lambda: told.append(keys.own()))
    assert keys.put(Deed.HOLD, "ctrl+u") is None
    assert keys.put(Deed.MUTE, "F3") is None
    assert told[-1] == {Deed.HOLD: "Ctrl+U", Deed.MUTE: "F3"}
    assert keys.reset(Deed.HOLD) == Refused(KeyRefusal.TAKEN, Deed.MUTE)
    assert keys.reset() is None
    assert keys.own() == {}
    assert keys.conflicts() == ()


def test_own_keys_of_the_seat_are_taken_over_and_useless_ones_named() -> None:
    keys = KeyMap(own={Deed.HOLD: "Ctrl+U", Deed.MUTE: "F12", Deed.END: "x"})
    assert keys.own() == {Deed.HOLD: "Ctrl+U"}
    assert keys.not_taken == ((Deed.MUTE, "F12"), (Deed.END, "x"))


def test_own_keys_may_have_changed_places() -> None:
    keys = KeyMap(own={Deed.HOLD: "F4", Deed.MUTE: "F3"})
    assert (keys.key(Deed.HOLD), keys.key(Deed.MUTE), keys.not_taken) == ("F4", "F3", ())


def test_caps_are_short_and_keys_are_whole() -> None:
    keys = KeyMap()
    assert (keys.cap(Deed.AGENCY_1), keys.key(Deed.AGENCY_1)) == ("^1", "Ctrl+1")
    assert keys.cap(Deed.ANSWER) == "F2"
    assert keys.cap(Deed.PRANK, without="Alt+") == "4"


def test_the_site_may_have_fewer_or_more_agencies_than_keys() -> None:
    assert list(agency_deeds(2)) == [Deed.AGENCY_1, Deed.AGENCY_2]
    assert len(list(agency_deeds(30))) == QUICK_AGENCIES


def test_every_deed_that_can_fail_has_a_name_for_the_notice() -> None:
    no_wish = {
        Deed.PLACE,
        Deed.KIND,
        Deed.FILTER,
        Deed.SORT,
        Deed.MAP,
        Deed.NEXT_LIST,
        Deed.HELP,
        Deed.COMMAND,
        Deed.NUMBER_HISTORY,
        Deed.UNSENT,
        Deed.QUALITY,
        Deed.CARD,
        Deed.LINK_NEXT,
        Deed.NOTE,
        Deed.REMIND,
        Deed.TIMELINE,
        Deed.FINISH_INCIDENT,
        Deed.CANCEL_INCIDENT,
    }
    named = {deed for deed in Deed if not deed.startswith(("agency_", "quick_"))} - no_wish
    assert [deed for deed in named if not TEXTS.has(f"wish.{deed}")] == []
