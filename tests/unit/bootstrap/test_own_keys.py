import asyncio
from pathlib import Path

import pytest

from operator_app.bootstrap.own_keys import KEYS_FILE, keep_keys, load_keys
from operator_app.ui.desk.window import DeskWindow
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.seat.areas import SEAT_DEEDS


def kept(folder: Path, keys: KeyMap) -> KeyMap:
    asyncio.run(keep_keys(folder, keys.own()))
    loaded, faults = load_keys(folder, SEAT_DEEDS)
    assert faults == ()
    return loaded


def test_without_a_file_all_keys_are_as_delivered(tmp_path: Path) -> None:
    assert load_keys(tmp_path, SEAT_DEEDS)[0].own() == {}


def test_keys_set_at_the_seat_are_there_after_a_start(tmp_path: Path) -> None:
    keys = KeyMap(SEAT_DEEDS)
    assert keys.put("hold", "Ctrl+\\") is None
    assert keys.put("mute", 'Alt+"') is None
    assert kept(tmp_path, keys).own() == {"hold": "Ctrl+\\", "mute": 'Alt+"'}
    keys.reset()
    assert kept(tmp_path, keys).own() == {}
    assert [path.name for path in tmp_path.iterdir()] == [KEYS_FILE]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("answer = ", [(1, "", "no_toml")]),
        ("\xff", [(0, "", "no_utf8")]),
        ("# own\nfly = 'F2'\nhold = 3\nmute = 'Alt+\"'\n", [(2, "fly", "deed"), (3, "hold", "want_text")]),
    ],
)
def test_a_damaged_file_is_told_and_keeps_no_seat_from_its_calls(
    tmp_path: Path, text: str, faults: list[tuple[int, str, str]]
) -> None:
    (tmp_path / KEYS_FILE).write_bytes(text.encode("latin-1"))
    keys, told = load_keys(tmp_path, SEAT_DEEDS)
    assert keys.own() == ({"mute": 'Alt+"'} if "mute" in text else {})
    assert [(each.line, each.key, each.cause) for each in told] == faults


def test_a_folder_that_cannot_be_written_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        asyncio.run(keep_keys(tmp_path / "gone", {}))


def test_a_desk_keeps_its_own_keys_by_its_own_deeds(tmp_path: Path) -> None:
    keys = KeyMap(DeskWindow.deeds)
    assert keys.put("accept", "Ctrl+B") is None
    asyncio.run(keep_keys(tmp_path, keys.own()))
    loaded, faults = load_keys(tmp_path, DeskWindow.deeds)
    assert (loaded.own(), faults) == ({"accept": "Ctrl+B"}, ())
    _, faults = load_keys(tmp_path, SEAT_DEEDS)
    assert [(each.key, each.cause) for each in faults] == [("accept", "deed")]
