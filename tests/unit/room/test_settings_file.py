"""What the room writes, the program reads back the same; what it would refuse, the room does not start."""

from pathlib import Path

import pytest

from operator_app.config.settings import load_settings
from operator_app.reading.fault import BadFileError
from operator_app.room.settings_file import write_settings


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "m1" / "seat.toml"
    write_settings(
        path,
        {
            "site": {"name": 'Kutai "Timur" \\ 112', "language": "en"},
            "seat": {"name": "M1", "data": str(tmp_path)},
            "phone": {"port": 5062, "enabled": True, "codecs": ["PCMA"]},
            "screen": {"text_scale": 1.5},
        },
        [{"registrar": "sip:127.0.0.1:5080", "user": "m1", "password": "geheim", "transport": "udp"}],
    )
    settings = load_settings(path)
    assert settings.site.name == 'Kutai "Timur" \\ 112'
    assert settings.phone.codecs == ("PCMA",)
    assert (settings.phone.port, settings.screen.text_scale) == (5062, 1.5)
    assert settings.phone.account[0].user == "m1"
    assert path.stat().st_mode & 0o077 == 0


def test_a_key_that_the_program_does_not_know_is_refused_here(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="unknown_key"):
        write_settings(tmp_path / "seat.toml", {"seat": {"name": "M1", "colour": "red"}})
