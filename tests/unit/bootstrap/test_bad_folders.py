"""Folders and site files that cannot be used are refused in one sentence."""

from pathlib import Path

import pytest

from operator_app.bootstrap.parts import data_folder, start_log
from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import load_settings, parse_settings
from operator_app.reading.fault import BadFileError

SEAT = '[seat]\nname = "M1"\ndata = "{data}"\n'


@pytest.mark.parametrize("data", ["/proc/no/such", "~nobody-of-that-name/x", "a\\u0000b"])
def test_a_folder_that_cannot_be_made(data: str) -> None:
    with pytest.raises(BadFileError) as caught:
        data_folder(parse_settings(SEAT.format(data=data)))
    assert caught.value.faults[0].cause == "folder_not_made"


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file in the way")
    with pytest.raises(BadFileError, match="log_locked"):
        start_log(tmp_path / "logs", "seat")


@pytest.mark.parametrize(
    ("name", "text"), [("kinds.toml", 'kind = ["x"]'), ("agencies.toml", 'agency = ["x"]')]
)
def test_rows_that_are_no_tables(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadFileError, match=name):
        site_rules(parse_settings(SEAT.format(data="x")), tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "m1.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SEAT.format(data="x").encode())
    assert load_settings(file).seat.name == "M1"
