"""Settings: typed, complete, and refused with the line."""

from pathlib import Path

import pytest

from operator_app.config.settings import SettingsError, load_settings, parse_settings

GOOD = """
[seat]
name = "M3"
data = "somewhere"

[site]
prefix = "KTM"

[[phone.account]]
registrar = "sip:10.0.0.5"
user = "m3"
"""


def test_defaults_stand_where_nothing_is_said() -> None:
    settings = parse_settings(GOOD)
    assert settings.seat.name == "M3"
    assert settings.phone.audio == "auto"
    assert settings.phone.account[0].user == "m3"
    assert settings.site.zone.key == "Asia/Makassar"


@pytest.mark.parametrize(
    ("line", "replaced", "message"),
    [
        ('name = "M3"', 'nama = "M3"', 'line 3: unknown key "nama" in [seat]'),
        ('name = "M3"', "name = 3", 'line 3: "name" must be text'),
        (
            "[[phone.account]]",
            '[phone]\nwatch = ["113", " "]\n[[phone.account]]',
            '"watch" holds an empty number',
        ),
        ('name = "M3"', 'name = "M 3"', 'line 3: "name" must be 1 to 12'),
        ('prefix = "KTM"', 'language = "de"', 'line 7: "language" must be one of id, en'),
        ('user = "m3"', 'user = "m3"\nusr = 1', 'line 12: unknown key "usr" in [account]'),
        ("[site]", "[sites]", 'line 6: unknown key "sites"'),
        ('prefix = "KTM"', 'timezone = "Mars/Base"', 'line 7: "timezone"'),
    ],
)
def test_a_wrong_key_is_refused_with_its_line(line: str, replaced: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(GOOD.replace(line, replaced), "seat.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("seat.toml, line ")
    assert "\n" not in str(caught.value)


def test_a_missing_section_and_a_missing_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[seat\] is missing"):
        parse_settings("")
    with pytest.raises(SettingsError, match="no such settings file"):
        load_settings(tmp_path / "none.toml")


def test_broken_toml_names_the_line() -> None:
    with pytest.raises(SettingsError, match="line 2"):
        parse_settings("[seat]\nname = \nrole = 1", "seat.toml")
