"""Each key of each file that a person writes, misspelt or of another type, is told with file, line and key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from operator_app.bootstrap.own_devices import DEVICES_FILE, load_devices
from operator_app.bootstrap.own_keys import KEYS_FILE, load_keys
from operator_app.config.settings import parse_settings
from operator_app.maps.manifest import Manifest
from operator_app.reading.fault import BadFileError
from operator_app.reading.toml import TomlFile
from operator_app.site.card_book import SiteCardBook
from operator_app.site.files import PARTS, SiteFiles, site_files
from operator_app.site.rules import read_rules
from operator_app.ui.seat.areas import SEAT_DEEDS
from operator_app.ui.words.file_faults import fault_words
from operator_app.ui.words.texts import load_texts
from tests.unit.reading.spoilt import Spoilt, every_fault

RESOURCES = Path(__file__).parents[3] / "resources"
SITE = RESOURCES / "site"
SETTINGS = Path(__file__).with_name("every_setting.toml")
SOUND = {part: TomlFile.load(SITE / f"{part}.toml") for part in PARTS}
WORDS = [load_texts(RESOURCES, language, strict=True) for language in ("id", "en")]


def refused(read: Callable[[], object], file: str, spoilt: Spoilt) -> None:
    """The fault is told where it is, in both languages, and nothing is told that is not in that file."""
    with pytest.raises(BadFileError) as caught:
        read()
    told = [(each.line, each.key) for each in caught.value.faults]
    assert (spoilt.line, spoilt.key) in told
    for fault in caught.value.faults:
        assert fault.file.endswith(file)
        for say in WORDS:
            words = fault_words(fault, say)
            assert fault.file in words
            assert str(fault.line) in words
            assert fault.key in words


@pytest.mark.parametrize(
    ("part", "spoilt"),
    [(part, each) for part in PARTS for each in every_fault(SOUND[part].text)],
    ids=str,
)
def test_of_the_site(part: str, spoilt: Spoilt) -> None:
    file = TomlFile(f"site/{part}.toml", spoilt.text)
    refused(lambda: read_rules(SiteFiles({**SOUND, part: file}, frozenset(PARTS))), f"{part}.toml", spoilt)


@pytest.mark.parametrize("spoilt", list(every_fault(SETTINGS.read_text("utf-8"))), ids=str)
def test_of_the_settings(spoilt: Spoilt) -> None:
    refused(lambda: parse_settings(spoilt.text, "m1.toml"), "m1.toml", spoilt)


MANIFEST = "name = 'Contoh'\nattribution = 'Sumber'\n\n[files]\ndesa = 'x-desa.geojson'\n"


@pytest.mark.parametrize("spoilt", list(every_fault(MANIFEST)), ids=str)
def test_of_a_packs_manifest(spoilt: Spoilt) -> None:
    refused(lambda: TomlFile("site.toml", spoilt.text).read(Manifest), "site.toml", spoilt)


CARD = """
[[question]]
id = "one"
ask = "Satu?"
english = "One?"
answers = "yes_no"

[[question]]
id = "two"
ask = "Dua?"
english = "Two?"
choices = [["a", "A", "A"], ["b", "B", "B"]]

[[question]]
id = "three"
ask = "Tiga?"
english = "Three?"
answers = "text"

[[rule]]
when = { one = "yes", two = ["a", "b"] }
reason = "sebab"
english = "reason"
priority = 1
agencies = ["DAMKAR"]
lead = ["DAMKAR"]
"""


@pytest.fixture(scope="module")
def book() -> SiteCardBook:
    return read_rules(site_files(Path("/nowhere"), SITE, {})).cards


def test_the_card_that_is_spoilt_is_sound(book: SiteCardBook) -> None:
    assert len(book.read("KEB-01", CARD).questions) == 3


@pytest.mark.parametrize("spoilt", list(every_fault(CARD)), ids=str)
def test_of_an_edited_card(book: SiteCardBook, spoilt: Spoilt) -> None:
    refused(lambda: book.read("KEB-01", spoilt.text), "KEB-01", spoilt)


# ---- files that a window writes for itself: told in the same way, and the window starts

OWN = {
    KEYS_FILE: "".join(f'{deed.id} = "F{n}"\n' for n, deed in enumerate(SEAT_DEEDS, 1)),
    DEVICES_FILE: 'microphone = "M"\nearpiece = "E"\nring = "R"\nrecall = "C"\nring_volume = 0.5\n',
}


@pytest.mark.parametrize(
    ("file", "spoilt"), [(file, each) for file, text in OWN.items() for each in every_fault(text)], ids=str
)
def test_of_what_a_window_writes(tmp_path: Path, file: str, spoilt: Spoilt) -> None:
    (tmp_path / file).write_text(spoilt.text, encoding="utf-8")
    _, faults = load_keys(tmp_path, SEAT_DEEDS) if file == KEYS_FILE else load_devices(tmp_path)

    def read() -> None:
        raise BadFileError(*faults)

    refused(read, file, spoilt)
