"""Other users of the PC at a seat's files: what is made is closed to them, and what was left open is closed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from operator_app.bootstrap.doctor import examine
from operator_app.bootstrap.parts import data_folder
from operator_app.bootstrap.private import is_open_to_others
from operator_app.config.settings import load_settings, parse_settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="on Windows the profile's rights hold")


def open_paths(folder: Path) -> list[str]:
    """What another user may read, enter or change."""
    found = [
        each
        for each in (folder, *folder.rglob("*"))
        if each.lstat().st_mode & 0o077 and not each.is_symlink()
    ]
    return [str(each.relative_to(folder)) for each in found]


def test_a_folder_that_an_earlier_version_left_open_is_closed_whole(tmp_path: Path) -> None:
    folder = tmp_path / "M1"
    (folder / "recordings").mkdir(parents=True)
    for name in ("seat.db", "seat.db-wal", "places.db", "recordings/a-caller.wav", "recordings/b.json"):
        (folder / name).write_bytes(b"0812")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    (folder / "recordings").chmod(0o777)
    outside = tmp_path / "outside"
    outside.write_bytes(b"x")
    outside.chmod(0o644)
    (folder / "link").symlink_to(outside)
    assert len(open_paths(folder)) == 7
    data_folder(parse_settings(f'[seat]\nname = "M1"\ndata = "{folder}"'))
    assert open_paths(folder) == []
    assert outside.stat().st_mode & 0o777 == 0o644  # what a link leads to is not ours to change


def test_a_new_folder_is_the_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        folder = data_folder(parse_settings(f'[seat]\nname = "M1"\ndata = "{tmp_path / "new"}"'))
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("call", ["operator_app.bootstrap.private import make_privately as begin"])
def test_what_a_window_and_its_children_make_is_closed(tmp_path: Path, call: str) -> None:
    script = (
        f"from {call}; import os, subprocess; os.umask(0); begin(); open('a', 'w').close(); os.makedirs('b/c');"
        "subprocess.run(['touch', 'd'], check=True)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env=environment)
    tmp_path.chmod(0o700)
    assert open_paths(tmp_path) == []


def test_a_settings_file_that_others_can_read_is_wrong(tmp_path: Path) -> None:
    config = tmp_path / "seat.toml"
    config.write_text(f'[seat]\nname = "M1"\nrole = "seat"\ndata = "{tmp_path / "M1"}"', encoding="utf-8")
    config.chmod(0o644)
    assert load_settings(config).seat.name == "M1"
    wrong = [each.words for each in examine(config) if each.good is False and each.subject == "rights"]
    assert len(wrong) == 1
    assert "chmod 600" in wrong[0]
    config.chmod(0o600)
    assert not is_open_to_others(config)
    assert [each for each in examine(config) if each.good is False and each.subject == "rights"] == []
