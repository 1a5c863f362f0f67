"""Settings: typed, complete, and refused with the line."""

from pathlib import Path

import pytest

from operator_app.config.settings import load_settings, parse_settings
from operator_app.reading.fault import BadFileError

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
    ("line", "replaced", "fault"),
    [
        ('name = "M3"', 'nama = "M3"', (3, "seat.nama", "unknown_key")),
        ('name = "M3"', "name = 3", (3, "seat.name", "want_text")),
        (
            "[[phone.account]]",
            '[phone]\nwatch = ["113", " "]\n[[phone.account]]',
            (10, "phone.watch[2]", "empty"),
        ),
        ('name = "M3"', 'name = "M 3"', (3, "seat.name", "seat_name")),
        ('name = "M3"', 'name = "M3"\nrole = "desk"', (2, "seat.agency", "desk_without_agency")),
        ('name = "M3"', 'name = "M3"\nrights = ["boss"]', (4, "seat.rights[1]", "want_one_of")),
        ('prefix = "KTM"', 'language = "de"', (7, "site.language", "want_one_of")),
        ('user = "m3"', 'user = "m3"\nusr = 1', (12, "phone.account[1].usr", "unknown_key")),
        ('user = "m3"', "", (9, "phone.account[1].user", "missing")),
        ("[site]", "[sites]", (6, "sites", "unknown_key")),
        ('prefix = "KTM"', 'timezone = "Mars/Base"', (7, "site.timezone", "timezone")),
        ('prefix = "KTM"', 'prefix = "ktm"', (7, "site.prefix", "prefix")),
        ('prefix = "KTM"', "[phone]\nsip_dscp = 64", (8, "phone.sip_dscp", "not_between")),
        ('prefix = "KTM"', "[phone]\nrtp_port = 20001", (8, "phone.rtp_port", "rtp_port")),
        ('prefix = "KTM"', "[phone]\nrtp_ports = 20", (8, "phone.rtp_ports", "rtp_ports")),
        (
            "[[phone.account]]",
            '[phone]\nservers = ["10.0.0"]\n[[phone.account]]',
            (10, "phone.servers[1]", "address"),
        ),
        ("[[phone.account]]", "[phone]\ndirect = 1\n[[phone.account]]", (10, "phone.direct", "want_yes_no")),
        ('prefix = "KTM"', '[phone]\ntls_ca = "/no/ca.pem"', (8, "phone.tls_ca", "no_such_file")),
        ('prefix = "KTM"', "[screen]\ntext_scale = nan", (8, "screen.text_scale", "not_between")),
    ],
)
def test_a_wrong_key_is_refused_with_its_line(line: str, replaced: str, fault: tuple[int, str, str]) -> None:
    assert line in GOOD
    with pytest.raises(BadFileError) as caught:
        parse_settings(GOOD.replace(line, replaced), "seat.toml")
    assert caught.value.faults[0].line == fault[0]
    assert (caught.value.faults[0].key, caught.value.faults[0].cause) == fault[1:]
    assert {each.file for each in caught.value.faults} == {"seat.toml"}


def test_a_seat_that_nobody_could_call_is_refused() -> None:
    with pytest.raises(BadFileError) as caught:
        parse_settings('[seat]\nname = "M3"\n[phone]\ndirect = false')
    assert [(each.key, each.cause) for each in caught.value.faults] == [("phone.direct", "nobody_calls")]
    assert parse_settings(GOOD).phone.direct is None
    assert parse_settings(GOOD.replace("[[phone", "[phone]\ndirect = true\n[[phone")).phone.direct


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadFileError) as caught:
        parse_settings(GOOD.replace('"M3"', "3").replace('"KTM"', '"k"').replace('"m3"', "3"))
    assert [each.key for each in caught.value.faults] == ["seat.name", "site.prefix", "phone.account[1].user"]


def test_a_secret_of_a_wrong_type_is_not_shown() -> None:
    with pytest.raises(BadFileError) as caught:
        parse_settings(GOOD + "password = 271828\n")
    assert "271828" not in str(caught.value)


def test_a_missing_section_and_a_missing_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as caught:
        parse_settings("")
    assert [(each.key, each.cause) for each in caught.value.faults] == [("seat", "missing")]
    with pytest.raises(BadFileError, match=r"none\.toml: no_file"):
        load_settings(tmp_path / "none.toml")


def test_a_wall_needs_a_server() -> None:
    with pytest.raises(BadFileError, match="wall_without_server"):
        parse_settings('[seat]\nname = "W1"\nrole = "wall"')


def test_broken_toml_names_the_line() -> None:
    with pytest.raises(BadFileError, match="line 2"):
        parse_settings("[seat]\nname = \nrole = 1", "seat.toml")


def test_a_file_that_ends_too_early_names_its_last_line() -> None:
    with pytest.raises(BadFileError, match="line 2: no_toml"):
        parse_settings("[seat]\nrights = [\n", "seat.toml")
