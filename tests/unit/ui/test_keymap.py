from pathlib import Path

from PySide6.QtGui import QKeySequence

from operator_app.ui.keymap import KEYS, QUICK_AGENCIES, Deed, KeyMap, agency_deeds
from operator_app.ui.texts import load_texts

TEXTS = load_texts(Path(__file__).parents[3] / "resources", "id", strict=True)


def test_every_deed_has_a_key_and_no_key_two_deeds() -> None:
    assert set(KEYS) == set(Deed)
    assert KeyMap().conflicts() == ()


def test_every_key_is_one_that_qt_knows() -> None:
    for deed, key in KEYS.items():
        assert QKeySequence(key).toString() == key, deed


def test_a_conflict_names_key_and_deeds() -> None:
    (conflict,) = KeyMap({**KEYS, Deed.HOLD: "f12"}).conflicts()
    assert conflict.key == "F12"
    assert set(conflict.deeds) == {Deed.HOLD, Deed.END}


def test_caps_are_short_and_keys_are_whole() -> None:
    keys = KeyMap()
    assert (keys.cap(Deed.AGENCY_1), keys.key(Deed.AGENCY_1)) == ("^1", "Ctrl+1")
    assert keys.cap(Deed.ANSWER) == "F2"


def test_the_site_may_have_fewer_or_more_agencies_than_keys() -> None:
    assert list(agency_deeds(2)) == [Deed.AGENCY_1, Deed.AGENCY_2]
    assert len(list(agency_deeds(30))) == QUICK_AGENCIES


def test_every_deed_that_can_fail_has_a_name_for_the_notice() -> None:
    no_wish = {Deed.PLACE, Deed.KIND, Deed.FILTER, Deed.MAP, Deed.NEXT_LIST}
    named = {deed for deed in Deed if not deed.startswith("agency_")} - no_wish
    assert [deed for deed in named if not TEXTS.has(f"wish.{deed}")] == []
